"""A document's lines are the checked lines of the derivation, in order, whatever it is written as."""

import re
from dataclasses import replace
from html import unescape

import pytest

import symrnn as sr
from symrnn.model import library
from symrnn.typeset.blocks import Lines
from symrnn.typeset.html_lines import display as html_display
from symrnn.typeset.items import Rows
from symrnn.typeset.sections import DETAILS
from symrnn.typeset.tex_lines import display as tex_display
from symrnn.typeset.write_markdown import MarkdownWriter
from typeset.documents import displays, draw, expected, latex_of, made, numbers_in, squeezed, whole

NAMES = list(library.LIBRARY)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("detail", DETAILS)
def test_every_numbered_line_stands_there_once_and_in_order(name: str, detail: str) -> None:
    for number in (False, True):
        document = made(name, detail=detail, number=number)
        lines = expected(document.derivation)
        assert lines and numbers_in(document.page.blocks) == lines
        assert numbers_in(document.page.blocks, repeated=True) == (lines if detail != "result" else [])


def test_a_document_verifies_what_it_shows() -> None:
    document = sr.document(sr.models.scalar())
    count = len(expected(document.derivation))
    assert f"Checked: {count} of {count} lines" in document.render(".md")


@pytest.mark.parametrize("notation", ["d2l", "cs231n"])
def test_in_every_convention(notation: str) -> None:
    document = made("elman", notation=notation)
    assert numbers_in(document.page.blocks) == expected(document.derivation, notation)


def test_what_is_missing_or_changed_is_seen() -> None:
    """The planted faults: a line dropped, two exchanged, one with another right side."""
    document = made("elman")
    blocks, lines = document.page.blocks, expected(document.derivation)
    place = next(i for i, x in enumerate(blocks) if isinstance(x, Lines) and len(x.lines) == 6)
    lines_of_page = blocks[place]
    assert isinstance(lines_of_page, Lines)
    display = lines_of_page.beside
    rows = display.rows.rows
    first, second = [i for i, row in enumerate(rows) if row.number][:2]
    dropped = (*rows[:first], *rows[first + 1 :])
    exchanged = (*rows[:first], rows[second], *rows[first + 1 : second], rows[first], *rows[second + 1 :])
    changed = (*rows[:first], replace(rows[first], right=rows[second].right), *rows[first + 1 :])
    for wrong in (dropped, exchanged, changed):
        planted = replace(display, rows=Rows(wrong), labels=display.labels[: len(wrong)])
        assert numbers_in((*blocks[:place], planted, *blocks[place + 1 :])) != lines


def shown_in_tex(text: str) -> str:
    text = re.sub(r"^\{\\(?:small|footnotesize|scriptsize)\n(.*)\}$", r"\1", text, flags=re.DOTALL)
    box = r"\\\[\n\\scalebox\{[\d.]+\}\{\$\\displaystyle\n\\begin\{aligned\}\n"
    text = re.sub(box + r"(.*?)\n\\end\{aligned\}\$\}\n\\\]", r"\1", text, flags=re.DOTALL)
    return squeezed(re.sub(r"\\(?:begin|end)\{(?:fl)?align\*?\}|\\setcounter\{equation\}\{\d+\}", "", text))


@pytest.mark.parametrize("name", ["elman", "lstm", "encoder-decoder", "scalar", "driven", "time-delay"])
@pytest.mark.parametrize("room", [30, 38, 56, 82])
def test_breaking_lines_loses_nothing(name: str, room: int) -> None:
    for block in displays(made(name, detail="full").page.blocks):
        assert shown_in_tex(tex_display(block, room)) == whole(block)


def test_a_lost_factor_is_seen() -> None:
    block = displays(made("elman").page.blocks)[-1]
    text = tex_display(block, 38)
    assert shown_in_tex(text) == whole(block)
    assert shown_in_tex(text.replace(r"\nabla", "", 1)) != whole(block)


@pytest.mark.parametrize("name", NAMES)
def test_pages_and_notebooks_show_the_same_formulas(name: str) -> None:
    writer = MarkdownWriter()
    for block in displays(made(name).page.blocks):
        copied = re.findall(r'data-text="([^"]*)"', html_display(block))
        assert [squeezed(unescape(text)) for text in copied] == [latex_of(row) for row in block.rows.rows]
        written = re.sub(r"\\text\{\(\d+\)\}|\$\$|\\(?:begin|end)\{aligned\}", "", writer.block(block))
        formulas, _, told = zip(*(line.partition(r" && \quad ") for line in written.split("\n")), strict=True)
        rows = block.rows.rows
        assert squeezed("\n".join(formulas)) == "".join(map(latex_of, rows))
        assert squeezed("\n".join(told)) == "".join(squeezed(draw(row.condition)) for row in rows if row.condition)
