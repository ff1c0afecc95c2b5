"""The sections of a document, each a function from the content to its blocks; which of them appear is decided outside.

A line of the derivation is shown with its reason before it and its times in the sentence, so that a formula
has the whole width of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from symrnn.calculus.derivation import Derivation, Line, Step, name_of
from symrnn.calculus.nest import nest
from symrnn.calculus.report import Report
from symrnn.model import Element, Recurrence
from symrnn.tensor.unknown import Applied
from symrnn.typeset.blocks import Block, Display, Heading, Paragraph, Table
from symrnn.typeset.brackets import product
from symrnn.typeset.displays import abbreviation_row, chain, equation_row, line_row
from symrnn.typeset.items import Item, Listing, Row, Rows
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Sentence, sentence
from symrnn.typeset.symbols import given_values, roles, sizes
from symrnn.typeset.verdict import checked

LONGEST = 400  # lines of one section: beyond, a document says how many are left out


@dataclass(frozen=True)
class Content:
    """What the sections are about."""

    derivation: Derivation
    p: Presenter
    report: Report
    reasons: bool = True

    @property
    def model(self) -> Recurrence:
        """The model."""
        return self.derivation.model


def model_section(c: Content) -> list[Block]:
    """The equations, those of the same times together; abbreviations; the loss; the table of symbols."""
    blocks: list[Block] = [Heading("The model")]
    rows = [equation_row(e, c.p) for e in c.model.equations]
    for condition, group in groupby(rows, key=lambda row: row.condition):
        if condition is not None:
            blocks.append(Paragraph(("For ", condition, ":")))
        blocks.append(Display(Rows(tuple(Row(row.left, row.right) for row in group))))
    if c.model.abbreviations:
        short = tuple(abbreviation_row(x, c.p) for x in c.model.abbreviations)
        blocks += [Paragraph(("with the abbreviation" + "s" * (len(short) > 1),)), Display(Rows(short))]
    if c.model.loss is not None:
        loss = Rows((Row(c.p.name("L"), c.p(c.model.loss)),))
        blocks += [Paragraph(("and the loss",)), Display(loss)]
    return [*blocks, _symbols(c)]


def _symbols(c: Content) -> Table:
    """Symbols of one role and one shape share a row."""
    given = ((x, "boundary value, given") for x in given_values(c.model))
    rows: dict[tuple[str, str | Item], list[Any]] = {}
    for x, role in (*roles(c.model), *given):
        rows.setdefault((role, _sizes(x, c)), []).append(x)
    body = tuple(((Listing(c.p.all(found)),), (role,), (sizes,)) for (role, sizes), found in rows.items())
    return Table(("symbol", "what it is", "shape"), body)


def _sizes(x: Any, c: Content) -> str | Item:
    return product(sizes(x.shape, c.p), "times") if x.shape else "scalar"


def unfolding_section(c: Content) -> list[Block]:
    """The nested composition of an unknown f, to time 3 as the textbook does or one step further than given."""
    found: list[Block] = []
    for e in c.model.equations:
        if isinstance(e.rhs, Applied) and e.over and e.sequence in c.model.states and e.over[1].is_Integer:
            node = e.sequence[max(e.over[1] + 1, 3)]
            lines = nest(c.model, node).lines
            rows = chain(node, [line.equation.rhs for line in lines], c.p)
            found += [Paragraph(("Unfolded to ", c.p(node), ":")), Display(rows)]
    return [Heading("Unfolding"), *found] if found else []


def backward_section(c: Content) -> list[Block]:
    """The adjoint recurrence, and the adjoints of the terms of the loss before it."""
    seeds = [line for line in c.derivation.lines if line.group == "seed"]
    lines = [line for line in c.derivation.lines if line.group in {"backward", "chain"}]
    return [Heading("Backward in time"), *_lines(seeds[:1], c), *_lines(lines, c)]


def gradient_section(c: Content) -> list[Block]:
    """The gradients of parameters, boundary values, inputs and constants."""
    lines = [line for line in c.derivation.lines if line.group in {"gradient", "boundary", "input"}]
    if not lines:
        return []
    shape = "Each gradient has the shape of what it belongs to."
    return [Heading("Gradients"), Paragraph((shape,)), *_lines(lines, c)]


def _lines(lines: list[Line], c: Content) -> list[Block]:
    """Lines with the same reason and times under one sentence."""
    blocks: list[Block] = []
    for (why, condition), group in groupby(lines[:LONGEST], key=lambda line: _opening(line, c)):
        found = list(group)
        if why or condition is not None:
            blocks.append(Paragraph(_sentence(why, condition)))
        rows = tuple(Row(r.left, r.right, None, r.number) for r in (line_row(line, c.p) for line in found))
        blocks.append(Display(Rows(rows), tuple(_label(line, c.model) for line in found)))
    if len(lines) > LONGEST:
        blocks.append(Paragraph((f"And {len(lines) - LONGEST} more lines of the same form.",)))
    return blocks


def _opening(line: Line, c: Content) -> tuple[Sentence, Item | None]:
    shown = c.reasons and line.group != "chain"
    return sentence(line, c.p) if shown else (), line_row(line, c.p).condition


def _sentence(why: Sentence, condition: Item | None) -> Sentence:
    if condition is None:
        return (*_capital(why), ":")
    return (*_capital(why), ", for ", condition, ":") if why else ("For ", condition, ":")


def _capital(parts: Sentence) -> Sentence:
    first = parts[0]
    return (first[:1].upper() + first[1:], *parts[1:]) if isinstance(first, str) else parts


def _label(line: Line, model: Recurrence) -> str:
    """A stable name for references: elman-grad-W, elman-adjoint-h-t."""
    node = getattr(line.equation.lhs, "node", line.equation.lhs)
    kind = "grad" if line.group in {"gradient", "boundary", "input"} else "adjoint"
    name = name_of(node) if isinstance(node, Element) else str(node)
    plain = "".join(sign if sign.isalnum() else "-" for sign in name).strip("-")
    return f"{model.title.name}-{kind}-{plain}"


def copies_section(c: Content) -> list[Block]:
    """For a last time that is a number: each parameter's copies, one a step, whose gradients are summed."""
    if not c.derivation.copies:
        return []
    inner = c.p.with_(copies=True)
    blocks: list[Block] = [Heading("Copies of the parameters")]
    blocks.append(Paragraph(("The copy of a parameter that is used at one step only has the gradient of that step.",)))
    for equations in list(c.derivation.copies.values())[:LONGEST]:
        blocks.append(Display(Rows(tuple(equation_row(e, inner) for e in equations[:LONGEST]))))
    return blocks


def step_section(c: Content) -> list[Block]:
    """Every step: the law, where, what became what."""
    blocks: list[Block] = [Heading("Every step, with its law")]
    for step in c.derivation.steps[:LONGEST]:
        where: list[str | Item] = [step.law.name]
        where += [", in ", c.p(step.equation.lhs)] if step.equation is not None else []
        where += [", to ", c.p(step.target)] if step.kind == "pullback" and step.target is not None else []
        blocks += [Paragraph((*_capital(tuple(where)), ":")), Display(Rows((_step_row(step, c),)))]
    return blocks


def _step_row(step: Step, c: Content) -> Row:
    """What became what: a cotangent is sent back, everything else is an equality."""
    return Row(c.p(step.before), c.p(step.after), sign="to" if step.kind == "pullback" else "=")


def verification_section(c: Content) -> list[Block]:
    """What the verification found."""
    return [Heading("How this was checked"), Paragraph(checked(c.report, c.p), strong=True)]


SECTIONS: Mapping[str, Callable[[Content], list[Block]]] = MappingProxyType(
    {
        "model": model_section,
        "unfolding": unfolding_section,
        "backward": backward_section,
        "gradients": gradient_section,
        "copies": copies_section,
        "steps": step_section,
        "verification": verification_section,
    }
)
