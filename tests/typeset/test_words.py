"""Every language has every word, with the same places to fill; every law has a name in each."""

import re
from collections.abc import Iterable, Iterator

import pytest

import symrnn as sr
from symrnn.calculus.law_table import LAWS
from symrnn.errors import Undefined
from symrnn.model import library
from symrnn.typeset import derivation_page
from symrnn.typeset.blocks import Block, Display, Frame, Heading, Lines, Paragraph, Picture, Table
from symrnn.typeset.items import Phrase
from symrnn.typeset.words import LANGUAGES, words_of
from symrnn.typeset.words_models import title_in
from typeset.documents import made
from typeset.formulas import derive


def places(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_keys_and_places(language: str) -> None:
    english, other = LANGUAGES["en"], LANGUAGES[language]
    assert english.keys() <= other.keys()
    for key, template in english.items():
        assert places(template) == places(other[key]), key
    laws = {f"law.{law.name}" for law in LAWS.values()}
    assert other.keys() - english.keys() == (laws if language != "en" else set()), "every law has a name"


def test_only_what_is_spoken() -> None:
    with pytest.raises(Undefined, match="'de'"):
        words_of("fr")


@pytest.mark.parametrize("name", library.LIBRARY)
def test_no_english_is_left_in_a_german_page(name: str) -> None:
    d = derive(library.get(name))
    page = derivation_page(d, steps=True, language="de", more=False, columns=400)
    body = "\n".join(line for line in page.splitlines() if d.model.title.name not in line)
    found = re.findall(r"\b(?:the|of|use|uses|loss|sum|given|because|with|and|only|every)\b", body)
    assert not [word for word in found if f"{word}(" not in body], found


def test_reasons_of_shared_states_conditions_and_given_gradients() -> None:
    assert "every g(t) uses h(τ_x)" in derivation_page(sr.bptt(sr.models.encoder_decoder()))
    for name in ("jordan", "last-output"):
        assert "needs Σ y" in derivation_page(sr.bptt(library.get(name))), name
    assert "needs" not in derivation_page(sr.bptt(sr.models.elman(output="probabilities")))
    page = derivation_page(derive(library.get("classical")))
    assert "s̄(τ) arrives there" in page and "target" not in page and "L =" not in page
    assert "τ ≥ 2" in page and "[2" not in page
    assert derivation_page(sr.bptt(sr.models.elman(), 3)).startswith("elman with τ = 3: ")


ENGLISH = re.compile(r"\b(?:the|of|use|uses|loss|sum|given|because|with|and|only|every|for|circuit|graph|to|is)\b")
SPOKEN = ("driven", "scalar", "elman", "jordan", "encoder-decoder")


def said(blocks: Iterable[Block]) -> Iterator[str]:
    """Every word of a page that stands outside its formulas and programs."""
    for block in blocks:
        match block:
            case Heading(words):
                yield words
            case Paragraph(parts):
                yield from (part for part in parts if isinstance(part, str))
            case Table(head, body):
                yield from head
                yield from (part for row in body for cell in row for part in cell if isinstance(part, str))
            case Frame(inner):
                yield from said(inner)
            case Lines():
                yield from said((block.beside, *block.stacked))
            case Display(rows):
                told = [row.condition for row in rows.rows if isinstance(row.condition, Phrase)]
                yield from (word for phrase in told for word in phrase.words if isinstance(word, str))
            case Picture():
                yield block.caption


@pytest.mark.parametrize("name", SPOKEN)
def test_no_english_is_left_in_a_german_document(name: str) -> None:
    page = made(name, language="de", pictures=name == "elman").page
    found = [words for words in (page.title, page.source, *said(page.blocks)) if ENGLISH.search(words)]
    assert not found
    assert page.title != made(name, pictures=False).page.title


@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_model_of_the_library_has_a_german_title(name: str) -> None:
    summary = library.get(name).title.summary
    assert title_in(summary, "de") != summary and not ENGLISH.search(title_in(summary, "de"))
    assert title_in("3 layers of tanh networks with softmax output", "de").startswith("3 Schichten")
    assert title_in("my own cell", "de") == "my own cell"
