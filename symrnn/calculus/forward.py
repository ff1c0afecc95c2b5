"""The forward recurrence of sensitivities, derived once, for generic t.

For each node v and each θ: the total derivative of v is the immediate derivative by θ plus, for every node
that the equation of v reads, the immediate derivative by that node times its own total derivative. The
equations hold on the ranges of the model's own; boundary values start them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Add, Mul, S

from symrnn.calculus.derivation import Line, Reason, Step
from symrnn.calculus.jacobian import chain, differentiate, is_zero
from symrnn.calculus.law_table import LAWS
from symrnn.model import Element, Equation, Recurrence, Sequence, reads
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.linear import eye, zeros
from symrnn.tensor.node import each_once, is_leaf, shape_of
from symrnn.tensor.sensitivity import flat, immediate, rate_shape, sensitivity


@dataclass(frozen=True)
class Part:
    """One way in which a right side depends on θ.

    through
        The element it reads, θ itself, or a sum over time.
    rate
        The immediate derivative by it, written out.
    tangent
        The total derivative of it by θ, or None for θ itself.
    """

    through: Any
    rate: Any
    tangent: Any

    def term(self, by: Any) -> Any:
        """What it contributes to the total derivative."""
        return self.rate if self.tangent is None else chain(self.rate, self.tangent, self.through, by)


def moving_sequences(model: Recurrence, by: Any, among: tuple[Sequence, ...]) -> tuple[Sequence, ...]:
    """The sequences among those given whose elements can depend on `by`."""
    found = {by.sequence} if isinstance(by, Element) else set()
    grown = True
    while grown:
        more = {e.sequence for e in model.equations if e.sequence in among and _reads_any(e, by, found)} - found
        found |= more
        grown = bool(more)
    return tuple(v for v in model.defined if v in found)


def _reads_any(e: Equation, by: Any, found: set[Sequence]) -> bool:
    return any(x == by or (isinstance(x, Element) and x.sequence in found) for x in reads(e.rhs))


def parts_of(expr: Any, out: Any, by: Any, moving: tuple[Sequence, ...]) -> list[Part]:
    """The ways in which an expression depends on `by`: through elements, through sums over time, and itself last."""
    leaves, sums = _open_parts(expr)
    found = [
        Part(x, differentiate(expr, x, out), sensitivity(x, by))
        for x in leaves
        if isinstance(x, Element) and x.sequence in moving
    ]
    for s in sums:
        inner = add_terms(parts_of(s.body, None, by, moving), s.body, by)
        if not is_zero(inner):
            found.append(Part(s, differentiate(expr, s, out), time_sum(inner, (s.index, s.lower, s.upper))))
    if by in leaves and not isinstance(by, Element):
        found.append(Part(by, differentiate(expr, by, out), None))
    return [part for part in found if part.rate is not None]


def add_terms(parts: list[Part], expr: Any, by: Any) -> Any:
    """The total derivative of an expression from its parts, zero when there are none."""
    terms = [part.term(by) for part in parts]
    shape = flat(shape_of(expr)) + flat(shape_of(by))
    return add(*terms, shape=shape) if shape else _factored(terms)


def _factored(terms: list[Any]) -> Any:
    """The sum of scalars with their common factors in front, which SymPy's sum would take apart: (1 - s²)(1 + w p)."""
    factors = [Mul.make_args(x) for x in terms]
    common = [f for f in factors[0] if all(f in others for others in factors[1:])] if len(terms) > 1 else []
    front = Mul(*common)
    return Mul(front, Add(*(x / front for x in terms))) if common else Add(*terms)


def _open_parts(expr: Any) -> tuple[list[Any], list[Any]]:
    """The leaves of an expression that stand under no sum over time, and its outermost sums over time."""
    found = list(each_once(expr, lambda e: isinstance(e, TimeSum) or is_leaf(e)))
    return [e for e in found if is_leaf(e)], [e for e in found if isinstance(e, TimeSum)]


@dataclass(frozen=True)
class ForwardRow:
    """One equation of a forward recurrence, for an equation of the model, or for a boundary value without one."""

    equation: Equation
    of: Equation | None
    reason: Reason


def forward_rows(model: Recurrence, by: Any, moving: tuple[Sequence, ...]) -> tuple[list[ForwardRow], list[Step]]:
    """The forward recurrence by one θ, boundary values first, and the steps that made it."""
    rows: list[ForwardRow] = []
    steps: dict[Step, None] = {}
    for b in model.boundary:
        if b.sequence in moving:
            shape = rate_shape(b, by)
            start = (eye(*flat(shape_of(b))) if shape else S.One) if b == by else zeros(*shape)
            reason = Reason("itself" if b == by else "independent", b, (by,))
            rows.append(ForwardRow(Equation._trusted(sensitivity(b, by), start), None, reason))
    for e in model.equations:
        if e.sequence not in moving:
            continue
        parts = parts_of(e.rhs, e.lhs, by, moving)
        whole = add_terms(parts, e.lhs, by)
        reason = Reason("reads", e.lhs, tuple(x for p in parts for x in _named(p, by)))
        rows.append(ForwardRow(Equation._trusted(sensitivity(e.lhs, by), whole, e.args[2]), e, reason))
        steps |= dict.fromkeys(_steps(e, parts, by))
    return rows, list(steps)


def _named(part: Part, by: Any) -> list[Any]:
    """What the sentence of a line names: elements and θ; of a sum over time, what it sums."""
    if not isinstance(part.through, TimeSum):
        return [part.through]
    return [x for x in reads(part.through) if x == by or isinstance(x, Element)]


def _steps(e: Equation, parts: list[Part], by: Any) -> list[Step]:
    """The chain of uses with immediate derivatives by name, then each of these written out."""
    if not parts or any(isinstance(p.through, TimeSum) for p in parts):
        return []
    named = [Part(p.through, immediate(e.lhs, p.through), p.tangent) for p in parts]
    whole = add_terms(named, e.lhs, by)
    steps = [Step(LAWS["total derivative"], "total", sensitivity(e.lhs, by), whole, e.rhs, e.lhs, e)]
    for p, name in zip(parts, named, strict=True):
        steps.append(Step(LAWS["immediate derivative"], "immediate", name.rate, p.rate, e.rhs, p.through, e))
    return steps


def forward_lines(rows: list[ForwardRow]) -> list[tuple[Any, ...]]:
    """The rows as lines without their numbers."""
    return [(r.equation, "forward", r.equation.times if r.equation.over else None, r.reason, 1) for r in rows]


def numbered(rows: list[tuple[Any, ...]]) -> tuple[Line, ...]:
    """Lines with their numbers, those of the terms of the loss from 0 down."""
    seeds = sum(row[1] == "seed" for row in rows)
    ordered = sorted(rows, key=lambda row: row[1] != "seed")
    return tuple(Line(i, *row) for i, row in enumerate(ordered, start=1 - seeds))
