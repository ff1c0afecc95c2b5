"""What equations, models, unfolded graphs and derivations look like: lines aligned at their equals signs.

A condition says for which times a line holds. A line of a derivation that runs back in time counts down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sympy import Expr, Integer, Mul, Symbol

from symrnn.calculus.bptt import by_preactivations, upstream_of
from symrnn.calculus.derivation import Derivation, Line
from symrnn.graph.graph import Graph
from symrnn.model import Abbreviation, Equation, Objective, Range, Recurrence, reads
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import Guard, TimeSum
from symrnn.tensor.elementwise import Elementwise, Full
from symrnn.tensor.node import shape_of
from symrnn.tensor.sensitivity import Rate
from symrnn.tensor.spelling import spell
from symrnn.tensor.time import offset_from, t
from symrnn.typeset import entries, nodes, scalars, unknown  # noqa: F401 - they register what nodes look like
from symrnn.typeset.bounds import smallest_last
from symrnn.typeset.items import Compared, Item, Listing, Row, Rows, Sign
from symrnn.typeset.notation import Notation
from symrnn.typeset.present import Presenter, definitions, present
from symrnn.typeset.products import holds_tensor

DOTS = Sign("dots")


@present.register(Range)
def _(r: Range, p: Presenter) -> Item:
    return Listing(times(r, p))


@present.register(Equation)
def _(e: Equation, p: Presenter) -> Item:
    return Rows((equation_row(e, p),))


@present.register(Objective)
def _(x: Objective, p: Presenter) -> Item:
    return p(x.expr)


@present.register(Abbreviation)
def _(x: Abbreviation, p: Presenter) -> Item:
    return Rows((abbreviation_row(x, p),))


@present.register(Recurrence)
def _(model: Recurrence, p: Presenter) -> Item:
    """Its equations, its abbreviations, its loss."""
    rows = [equation_row(e, p) for e in model.equations]
    rows += [abbreviation_row(x, p) for x in model.abbreviations]
    if model.loss is not None:
        rows.append(Row(p.name("L"), p(model.loss)))
    return Rows(tuple(rows))


@present.register(Graph)
def _(graph: Graph, p: Presenter) -> Item:
    return Rows(tuple(equation_row(e, p) for e in graph.equations))


@present.register(Derivation)
def _(d: Derivation, p: Presenter) -> Item:
    """Its lines with their numbers; a chain of substitutions without, its left side once."""
    d, p = as_asked(d, p)
    if is_chain(d.lines):
        return chain(d.lines[0].equation.lhs, [line.equation.rhs for line in d.lines], p)
    return Rows(tuple(row for line in d.lines for row in line_rows(line, p, d.smallest)))


def as_asked(d: Derivation, p: Presenter) -> tuple[Derivation, Presenter]:
    """The derivation by the adjoints that the notation asks for, and a presenter for it."""
    other = by_preactivations(d) if p.notation.adjoint_of == "preactivation" else d
    return (d, p) if other is d else (other, presenter(other, p.notation, None, p.linear, p.language))


def is_chain(lines: Iterable[Line]) -> bool:
    """Whether lines are successive forms of one node."""
    lines = tuple(lines)
    return len({line.equation.lhs for line in lines}) == 1 and all(line.group == "chain" for line in lines)


def chain(left: Any, rights: Iterable[Any], p: Presenter) -> Rows:
    """left = first = second = ..., one below the other."""
    return Rows(tuple(Row(p(left) if i == 0 else None, p(x)) for i, x in enumerate(rights)))


def equation_row(e: Equation, p: Presenter, when: Range | None = None, number: int = 0) -> Row:
    """One equation, with the times it holds for unless its left side says them."""
    held = when or (e.times if e.over else None)
    index = e.over[0] if e.over else t
    condition = None
    if held is not None and not held.is_point and _varies(e.lhs, index):
        condition = span(index, held, p, down=runs_back(e, index))
    sides = (p.turned(e.lhs), p.turned(e.rhs)) if p.numerator and isinstance(e.lhs, Adjoint) else (p(e.lhs), p(e.rhs))
    return Row(*sides, condition, number)


def _varies(left: Any, index: Symbol) -> bool:
    time = getattr(left, "time", None)
    return time is not None and index in time.free_symbols


def abbreviation_row(x: Abbreviation, p: Presenter) -> Row:
    """What an abbreviation stands for, itself not abbreviated."""
    return Row(p(x.short), present(x.long, p))


def line_row(line: Line, p: Presenter) -> Row:
    """One line of a derivation; those numbered from 0 down are shown without a number."""
    row = equation_row(line.equation, p, line.when, max(line.number, 0))
    if line.each is None or row.condition is None:
        return row
    index, first, last = line.each
    return replace(row, condition=Listing((row.condition, span(index, Range(first, last), p))))


def line_rows(line: Line, p: Presenter, smallest: int = 1) -> list[Row]:
    """One line as rows: a gradient that takes another form for a small last time has a row for each.

    What holds only below the `smallest` last time of the derivation is left out.
    """
    found = [case for case in cases(line.equation) if case[1] is None or (case[1][2] or smallest) >= smallest]
    if len(found) == 1 and found[0][1] is None:
        return [line_row(line, p)]
    rows = []
    for i, (rhs, times) in enumerate(found):
        row = equation_row(Equation._trusted(line.equation.lhs, rhs), p, None, max(line.number, 0) if i == 0 else 0)
        rows.append(Row(row.left if i == 0 else None, row.right, last_time(*times, p) if times else None, row.number))
    return rows


def cases(e: Equation) -> list[tuple[Any, tuple[Symbol, int, int | None] | None]]:
    """The right side for each range of last times that its guards tell apart, largest first.

    With each its last time, from which number on and up to which; the range in which nothing is left is dropped.
    """
    guards = {g: smallest_last(g) for g in e.rhs.atoms(Guard) if not _inside_sum(g, e.rhs)}
    lasts = {found[0] for found in guards.values() if found}
    if not guards or None in guards.values() or len(lasts) != 1:
        return [(e.rhs, None)]
    (last,) = lasts
    steps = sorted({int(found[1]) for found in guards.values() if found}, reverse=True)
    rows: list[tuple[Any, tuple[Symbol, int, int | None] | None]] = []
    for first, end in zip([*steps, 1], [None, *(s - 1 for s in steps)], strict=True):
        if end is not None and end < first:
            continue
        rule = {g: g.content if int(found[1]) <= first else zero_like(g) for g, found in guards.items() if found}
        rhs = e.rhs.xreplace(rule)
        if not is_zero(rhs):
            rows.append((rhs, (last, first, end)))
    return rows


def _inside_sum(g: Any, whole: Any) -> bool:
    return any(g in s.body.atoms(Guard) for s in whole.atoms(TimeSum))


def zero_like(x: Any) -> Any:
    """Zero of the same shape."""
    shape = shape_of(x)
    return Full(Integer(0), *shape) if shape else Integer(0)


def is_zero(x: Any) -> bool:
    """Whether a right side is nothing."""
    return bool(x == 0) or getattr(x, "value", None) == 0


def fixed(last: Symbol, size: int, p: Presenter) -> Item:
    """tau = 3."""
    return Compared((p.symbol(last), p.time(Integer(size))))


def last_time(last: Symbol, first: int, end: int | None, p: Presenter) -> Item:
    """tau >= 2, or tau = 1."""
    if end is None:
        return Compared((p.symbol(last), p.time(Integer(first))), "ge")
    return Compared((p.symbol(last), Listing(times(Range(Integer(first), Integer(end)), p))))


def runs_back(e: Equation, index: Symbol) -> bool:
    """Whether an equation of derivatives reads a later one, so that it is solved from the last time down."""
    kind = next((k for k in (Adjoint, Rate) if isinstance(e.lhs, k)), None)
    if kind is None or e.lhs.time is None:
        return False
    own = offset_from(e.lhs.time, index)
    others = [offset_from(x.time, index) for x in reads(e.rhs) if isinstance(x, kind) and x.time is not None]
    return own is not None and any(other is not None and other > own for other in others)


def span(index: Symbol, r: Range, p: Presenter, down: bool = False) -> Item:
    """t = 1, ..., tau, or downwards."""
    return Compared((p.symbol(index), Listing(times(r, p, down))))


def times(r: Range, p: Presenter, down: bool = False) -> tuple[Item, ...]:
    """The times of a range: all of them if they are three or fewer, else the first, an ellipsis and the last."""
    gap = r.last - r.first
    if gap.is_Integer and gap <= 2:
        shown: list[Expr] = [r.first + Integer(i) for i in range(int(gap) + 1)] if grows(r.first, r.last) else [r.first]
        return p_times(reversed(shown) if down else shown, p)
    first, last = (r.last, r.first) if down else (r.first, r.last)
    return (p.time(first), DOTS, p.time(last))


def p_times(found: Iterable[Expr], p: Presenter) -> tuple[Item, ...]:
    """Each time as it is printed."""
    return tuple(p.time(x) for x in found)


def presenter(x: Any, notation: Notation, model: Any, linear: bool = False, language: str = "en") -> Presenter:
    """A presenter that knows the abbreviations and definitions of a model, a graph or a derivation."""
    told = model if model is not None else x
    if isinstance(told, Derivation):
        told = told.model
    equations = told.equations if isinstance(told, Recurrence | Graph) else ()
    p = Presenter(as_author(notation, equations), linear, language=language, model=told)
    if isinstance(told, Recurrence):
        short, known = definitions(told)
        return p.with_(short=short, known=known, notation=_told_apart(p.notation, told))
    return p.with_(known=tuple((e.rhs, e.lhs) for e in equations))


def _told_apart(notation: Notation, model: Recurrence) -> Notation:
    """The notation with another name for a given gradient, where h with a bar is already the adjoint of h."""
    arriving = upstream_of(model) if notation.adjoint == "bar" else None
    if arriving is None or arriving[0].name in dict(notation.names):
        return notation
    owner = getattr(arriving[1], "sequence", arriving[1])
    return replace(notation, names=(*notation.names, (arriving[0].name, f"e_{notation.name(owner.name)}")))


def as_author(notation: Notation, equations: Iterable[Equation]) -> Notation:
    """The notation with ⊙ or diag decided: ⊙ where the equations multiply vectors entry by entry themselves.

    In numerator layout a factor is a Jacobian, so there it is diag.
    """
    if notation.products != "author":
        return notation
    gates = notation.gradient == "parameter" and any(map(is_gate, _bodies(equations)))
    return replace(notation, products="odot" if gates else "diag")


def _bodies(equations: Iterable[Equation]) -> Iterable[Elementwise]:
    """An elementwise node for each body that there is: the equations of an unfolded graph have few."""
    seen = set()
    for e in equations:
        for node in e.rhs.atoms(Elementwise):
            key = (node.body, tuple(bool(shape_of(x)) for x in node.operands))
            if key not in seen:
                seen.add(key)
                yield node


def is_gate(node: Elementwise) -> bool:
    """Whether a product of two different vectors is in its body."""
    return any(sum(holds_tensor(factor) for factor in term.args) > 1 for term in spell(node).atoms(Mul))
