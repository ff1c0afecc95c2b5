"""What the sections of a document are about, and what they share: lines with their reasons, names for references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sympy import Symbol

from symrnn.calculus.derivation import Derivation, Line, name_of
from symrnn.calculus.report import Report
from symrnn.model import Element, Recurrence
from symrnn.typeset.blocks import Block, Display, Heading, Lines, Paragraph, Reasoned, plain_name
from symrnn.typeset.chains import argued, argument_key
from symrnn.typeset.displays import line_rows
from symrnn.typeset.items import Item, Phrase, Row, Rows
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Sentence, fill, sentence

KINDS = {"gradient": "grad", "boundary": "grad", "input": "grad", "forward": "total", "missing": "missing"}
LONGEST = 400  # lines of one section: beyond, a document says how many are left out


@dataclass(frozen=True)
class Content:
    """What the sections are about; `chosen` are the sections of the document, `code` a program handed over."""

    derivation: Derivation
    p: Presenter
    report: Report
    chosen: tuple[str, ...] = ()
    reasons: bool = True
    detail: str = "lecture"
    code: str = ""
    pictures: tuple[Block, ...] = ()

    @property
    def model(self) -> Recurrence:
        """The model."""
        return self.derivation.model

    @property
    def words(self) -> Mapping[str, str]:
        """The words of the document's language."""
        return self.p.words

    def heading(self, key: str) -> Heading:
        """The title of a section."""
        return Heading(self.words[f"section.{key}"], key)

    def sentence(self, key: str, **values: list[str | Item]) -> Sentence:
        """A sentence of the language with its places filled."""
        return fill(self.words[key], values, self.p)

    def introduction(self, why: Sentence, condition: Item | None) -> Sentence:
        """The sentence that ends with the colon before a display."""
        if condition is None:
            return (*capital(why), ":")
        times = self.sentence("for", times=[condition])
        return (*capital(why), ", ", *times, ":") if why else (*capital(times), ":")


def line_blocks(lines: list[Line], c: Content) -> list[Block]:
    """Lines with their reasons and times."""
    seen: set[Any] = set()
    shown = lines[:LONGEST]
    blocks: list[Block] = [Lines(tuple(reasoned(line, c, seen) for line in shown), c.words["again"])] if shown else []
    if len(lines) > LONGEST:
        blocks.append(Paragraph(c.sentence("document.more", count=[str(len(lines) - LONGEST)])))
    return blocks


def reasoned(line: Line, c: Content, seen: set[Any]) -> Reasoned:
    """A line with its reason and the times that all its rows hold for."""
    why, condition = opening(line, c)
    rows, labels = labelled([line], c, seen)
    if condition is None:
        return Reasoned(rows, labels, why, c.introduction(why, None) if why else ())
    rows = tuple(replace(row, condition=None) for row in rows)
    times = c.sentence("for", times=[condition])
    return Reasoned(rows, labels, (*why, ", ", *times) if why else times, c.introduction(why, condition))


def labelled(lines: list[Line], c: Content, seen: set[Any] | None = None) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows of lines, and for each row the name of its line."""
    rows = [(row, label(line, c.model)) for line in lines for row in argument(line, c, seen)]
    return tuple(row for row, _ in rows), tuple(name for _, name in rows)


def argument(line: Line, c: Content, seen: set[Any] | None) -> list[Row]:
    """A line as the detail has it: alone, or after its Jacobians; an argument that was `seen` is not repeated.

    Without `seen`, and for a last time that is a number, a line stands alone.
    """
    own = line_rows(line, c.p, c.derivation.smallest)
    if seen is None or not c.reasons or not isinstance(c.derivation.last, Symbol):
        return own
    key = argument_key(c.derivation, line)
    if key in seen:
        return [replace(own[0], note=Phrase((c.words["again"],))), *own[1:]]
    rows = argued(c.derivation, line, c.p, full=c.detail == "full")
    if len(rows) > len(own) and line.group in {"gradient", "input"}:
        seen.add(key)
    return rows


def opening(line: Line, c: Content) -> tuple[Sentence, Item | None]:
    """Why a line holds, if that is shown, and for which times, if they are the same for all its rows."""
    rows = line_rows(line, c.p, c.derivation.smallest)
    shown = c.reasons and line.group != "chain"
    return sentence(line, c.p) if shown else (), rows[0].condition if len(rows) == 1 else None


def together(rows: list[Row], c: Content) -> list[Block]:
    """Lines, those that hold for the same times under one sentence that says so."""
    blocks: list[Block] = []
    for condition, group in groupby(rows, key=lambda row: row.condition):
        if condition is not None:
            blocks.append(Paragraph(c.introduction((), condition)))
        blocks.append(Display(Rows(tuple(replace(row, condition=None) for row in group))))
    return blocks


def capital(parts: Sentence) -> Sentence:
    """A sentence that begins with a capital letter."""
    first = parts[0]
    return (first[:1].upper() + first[1:], *parts[1:]) if isinstance(first, str) else parts


def label(line: Line, model: Recurrence) -> str:
    """A stable name for references: elman-grad-W, elman-adjoint-h-t."""
    node = getattr(line.equation.lhs, "node", line.equation.lhs)
    kind = KINDS.get(line.group, "adjoint")
    name = name_of(node) if isinstance(node, Element) else str(node)
    name += f"-by-{line.equation.lhs.by}" if line.group == "forward" else ""
    plain = "".join(sign if sign.isalnum() else "-" for sign in name).strip("-")
    return f"{plain_name(model.title.name)}-{kind}-{plain}"
