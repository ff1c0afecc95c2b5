"""What Jupyter and the prompt show of each object: short, readable, never a dump of fields."""

from typing import Any
from xml.etree import ElementTree

import pytest

import symrnn as sr
from symrnn.calculus.verdict import Verdict
from symrnn.typeset.document import document
from typeset.documents import derived
from typeset.formulas import A
from typeset.well_formed import latex_faults

D, REPORT = derived("elman")
CLOSED = D.closed_form(D.model.parameters[1])
SHOWN = {
    "line": D.lines[1],
    "law": D.steps[0].law,
    "finding": REPORT.findings[0],
    "closed form": CLOSED,
    "proof": CLOSED.proof,
    "case": CLOSED.proof.cases[0],
    "move": CLOSED.proof.cases[0].moves[0],
    "explanation": sr.explain(D, 3),
    "second order": sr.hvp(A),
    "report": REPORT,
    "step": D.steps[0],
    "derivation": D,
    "unrolled": D.at(60),
    "document": document(D, report=REPORT),
    "model": A,
    "equation": A.equations[0],
    "graph": sr.unroll(A, 2),
    "vector": A.equations[0].rhs,
    "scalar": A.loss,
    "range": A.equations[0].times,
    "notation": sr.Notation.named("d2l"),
}
# Public classes that a notebook shows by their words, and why.
PLAIN = {
    "Style": "colours and sizes: its pictures show it",
    "Collision": "two arrays of numbers",
    "FixedPoint": "a number and its slope",
    "Operations": "counts",
    "Exercise": "practice and sheets show it, with what a learner may see",
    "Part": "a part of an exercise",
    "Sheet": "it is written as a file",
    "Term": "an entry of the glossary, which prints itself",
    "FullCheck": "its words are its report",
}


def public_classes() -> set[type]:
    """The classes among the public names of the package and of its public modules."""
    homes = (sr, sr.analysis, sr.exercises, sr.testing)
    found = [getattr(home, name) for home in homes for name in getattr(home, "__all__", ())]
    return {x for x in found if isinstance(x, type) and not issubclass(x, BaseException)}


def test_every_public_class_shows_itself_or_says_why_not() -> None:
    def is_rich(x: type) -> bool:
        return any(hasattr(x, f"_repr_{kind}_") for kind in ("latex", "html", "markdown", "svg"))

    assert {x.__name__ for x in public_classes() if not is_rich(x)} == set(PLAIN)


@pytest.mark.parametrize("name", SHOWN)
def test_the_prompt_shows_no_dump(name: str) -> None:
    shown = repr(SHOWN[name])
    assert "Equation(" not in shown and "origin=" not in shown and "mappingproxy" not in shown
    assert len(shown.splitlines()) <= 60 and max(map(len, shown.splitlines())) < 400


def test_what_each_says() -> None:
    assert repr(D).splitlines()[0] == f"<Derivation of elman (gradient): 10 lines, {len(D.steps)} steps>"
    assert repr(D.at(60)).splitlines()[-1].startswith("... and ")
    assert repr(REPORT).startswith("<Report: 9 of 9 lines hold")
    assert repr(D.steps[0]).startswith("<Step elementwise in h[t]: nabla(h[t])")
    assert repr(SHOWN["document"]).startswith("<Document 'Tanh network with softmax output': The model, ")


@pytest.mark.parametrize("name", ["step", "derivation", "model", "equation", "graph", "vector", "scalar"])
def test_a_notebook_shows_a_formula(name: str) -> None:
    thing: Any = SHOWN[name]
    latex = thing._repr_latex_()
    assert latex.startswith("$\\displaystyle ") and latex.endswith("$")
    assert not latex_faults(latex[len("$\\displaystyle ") : -1])


def test_lines_and_steps_have_a_form_on_paper() -> None:
    assert sr.latex(D.lines[2], model=A).startswith(r"\begin{aligned}") or r"\nabla" in sr.latex(D.lines[2])
    assert r"\mapsto" in sr.latex(D.steps[0])


def test_a_picture_and_a_document_show_themselves() -> None:
    assert sr.circuit(A)._repr_svg_().startswith("<svg")
    assert SHOWN["document"]._repr_markdown_().startswith("# Tanh network")  # type: ignore[union-attr]


@pytest.mark.parametrize("name", SHOWN)
def test_a_notebook_shows_formulas_or_words(name: str) -> None:
    x = SHOWN[name]
    shown = [getattr(x, f"_repr_{kind}_")() for kind in ("latex", "html", "markdown") if hasattr(x, f"_repr_{kind}_")]
    assert shown and all(shown)
    for text in shown:
        if text.startswith("$"):
            assert not latex_faults(text.strip("$").removeprefix(r"\displaystyle").strip())


@pytest.mark.parametrize("language", ["en", "de"])
def test_pieces_of_a_page_are_well_formed(language: str) -> None:
    for x in (REPORT, CLOSED, CLOSED.proof, D, A, A.equations[0].rhs, D.steps[0]):
        page = sr.html(x, language=language)
        root = ElementTree.fromstring(f"<div>{page.replace(' hidden ', ' ')}</div>")
        assert "Dummy" not in page and list(root.iter("math"))
    shown = sr.html(CLOSED.proof, language=language)
    assert ("induction hypothesis" in shown, "Induktionsannahme" in shown) == (language == "en", language == "de")


def test_a_verdict_as_a_table() -> None:
    shown = sr.html(Verdict("wrong", "elman", "1 < 2", rows=(("mistake", "a & b"), ("right", A.equations[0]))))
    assert "1 &lt; 2" in shown and "a &amp; b" in shown and "<math" in shown
