"""What the tests of documents share: the documents of the library's models, and the laws that they must keep."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

import symrnn as sr
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.report import Finding, Report
from symrnn.errors import Unsupported
from symrnn.model import library
from symrnn.typeset import Notation
from symrnn.typeset.blocks import Block, Display, Frame, Lines
from symrnn.typeset.displays import line_rows, presenter
from symrnn.typeset.document import Document, document
from symrnn.typeset.items import Row
from symrnn.typeset.latex import LatexRenderer
from typeset.formulas import derive, short_times

draw = LatexRenderer()
# Conventions other than the default one, which together take every value of every field, and a detail for each.
CONVENTIONS: dict[str, tuple[Notation, str]] = {
    "d2l": (Notation.named("d2l"), "full"),
    "cs231n": (Notation.named("cs231n"), "lecture"),
    "numerator": (
        Notation(
            *("argument", "delta", "preactivation", "diag", "columns", "numerator", "none", "dot"), names={"tau": "T"}
        ),
        "full",
    ),
    "bars": (Notation(adjoint="bar", products="odot", bold="upright", semicolon=False, objective=False), "lecture"),
}


@cache
def derived(name: str) -> tuple[Derivation, Report]:
    """The gradient of a model of the library, and a report such as a verification gives, which others test."""
    d = derive(library.get(name))
    found = [Finding(f"({line.number})", "holds", "exact", line=line.number) for line in d.lines]
    found += [Finding(f"{name} against a difference", "holds", "difference", 3e-11) for name in d.gradients]
    return d, Report(tuple(found), (1, 2, 3, 4, 5), (("n", 3), ("m", 2)), 0, 2e-13)


@cache
def code_of(name: str) -> str:
    """The program of a model, if its functions have formulas."""
    try:
        return str(sr.to_numpy(library.get(name)).source)
    except Unsupported:
        return ""


def made(name: str, *, number: bool = False, detail: str = "lecture", pictures: bool = True, **rest: Any) -> Document:
    """The document of a model, with its pictures and its program; for a last time that is a number if asked."""
    return _made(name, number, detail, pictures, **rest)


@cache
def _made(name: str, number: bool, detail: str, pictures: bool, **rest: Any) -> Document:
    d, report = derived(name)
    model = library.get(name)
    drawn = [sr.circuit(model) | sr.unfolded(model, sr.tau)] if pictures else []
    if number:
        d = d.at(short_times(model))
    return document(d, report=report, detail=detail, pictures=drawn, code=code_of(name), **rest)


def displays(blocks: tuple[Block, ...]) -> list[Display]:
    """The displays of a page in order, also those in frames; lines with their reasons at the right."""
    found: list[Display] = []
    for block in blocks:
        match block:
            case Frame():
                found += displays(block.blocks)
            case Lines():
                found.append(block.beside)
            case Display():
                found.append(block)
    return found


def expected(d: Derivation, notation: str = "goodfellow") -> list[tuple[int, str]]:
    """The numbers and the LaTeX of the derivation's numbered lines, in order."""
    p = presenter(d, Notation.named(notation), None)
    rows = [row for line in d.lines if line.number > 0 for row in line_rows(line, p, d.smallest)]
    return [(row.number, latex_of(row)) for row in rows if row.number]


def latex_of(row: Row) -> str:
    return squeezed(draw(Row(row.left, row.right, sign=row.sign)))


def squeezed(latex: str) -> str:
    """LaTeX without what only sets it: breaks, alignment, spaces, labels, numbers, colours, sizes of brackets."""
    latex = re.sub(r"\\(?:[bB]ig[lr]|left|right)(?=\W)", "", unboxed(uncoloured(latex)))
    latex = re.sub(r"\\(?:begin|end)\{aligned\}", "", latex)
    latex = re.sub(r"\\(?:label|tag\*)\{(?:[^{}]|\{[^{}]*\})*\}|\\text\{[^{}]*\}|\\notag|\\q?quad(?![a-z])", "", latex)
    return re.sub(r"\\\\\*?(?:\[[\d.]+ex\])?(?:\s|$)|&|\s", "", latex)


def unboxed(latex: str) -> str:
    """LaTeX without the words of reasons at the right; the formulas between them stay."""
    begin, box, rest = latex.partition(r"\rnnwhy")
    if not box:
        return latex
    _, rest = grouped(rest)
    words, rest = grouped(rest)
    if begin.endswith(r"\smash[b]{"):
        begin, rest = begin.removesuffix(r"\smash[b]{"), rest.removeprefix("}")
    return begin + "".join(words.split("$")[1::2]) + unboxed(rest)


def grouped(latex: str) -> tuple[str, str]:
    """What stands in the braces at the beginning, and what follows them."""
    depth = 0
    for i, sign in enumerate(latex):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return latex[1:i], latex[i + 1 :]
    raise AssertionError("a brace is not closed")


def uncoloured(latex: str) -> str:
    """LaTeX without the colour of what changed."""
    begin, _, rest = latex.partition(r"\textcolor{blue}{")
    if not rest:
        return latex
    inside, after = grouped("{" + rest)
    return begin + uncoloured(inside + after)


def whole(block: Display) -> str:
    """The LaTeX of a display's rows one after the other, with their conditions."""
    return "".join(latex_of(row) + (squeezed(draw(row.condition)) if row.condition else "") for row in block.rows.rows)


def numbers_in(blocks: tuple[Block, ...], repeated: bool = False) -> list[tuple[int, str]]:
    """The numbered lines of a page, or those that its summary repeats."""
    found, left = [], None
    for x in displays(blocks):
        for row in x.rows.rows if x.repeated == repeated else ():
            left = row.left or left  # a line that ends an argument has its left side where the argument begins
            found += [(row.number, latex_of(replace(row, left=left)))] if row.number else []
    return found
