"""The adjoint recurrence of errors that enter at one time: ∇v(t) L(s), for generic t and s.

At t = s stands what arrives from outputs and the loss; for t < s what comes back from the steps between. These
are true gradients; what is truncated is the sum over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sympy import Expr, Symbol, Tuple

from symrnn.calculus.adjoint import OBJECTIVE, Contribution, Template, total
from symrnn.calculus.derivation import Reason
from symrnn.calculus.ranges import backward_order
from symrnn.calculus.truncation import Truncation, later
from symrnn.model import Equation, Range, Sequence
from symrnn.model.ranges import grows, is_empty, meet
from symrnn.tensor.adjoint import Adjoint, LossTerm, nabla
from symrnn.tensor.binders import guard
from symrnn.tensor.time import offset_from, t


@dataclass(frozen=True)
class Errors:
    """The times s at which errors enter: an index with its range, or one time."""

    index: Expr
    first: Expr
    last: Expr

    @property
    def over(self) -> tuple[Symbol, Expr, Expr] | None:
        """(s, first, last), or None for one time."""
        if not isinstance(self.index, Symbol) or self.index == self.last:
            return None
        return self.index, self.first, self.last


def term_of(part: Any, s: Expr, carriers: tuple[Sequence, ...]) -> Any:
    """A contribution with the adjoints of carriers replaced by those of the errors that enter at s."""
    rule = {
        a: nabla(a.node, LossTerm(OBJECTIVE, s))
        for a in part.atoms(Adjoint)
        if getattr(a.node, "sequence", None) in carriers
    }
    return part.xreplace(rule)


def errors_of(outer: Template, carriers: tuple[Sequence, ...], index: Symbol) -> Errors | None:
    """The times at which something arrives at carriers from outside, for large last times; None if nothing does."""
    found = [r for v in carriers for r, _ in arrivals(outer, v)]
    if not found:
        return None
    first, last = found[0].first, found[0].last
    for r in found[1:]:
        first = r.first if grows(r.first, first) else first
        last = r.last if grows(last, r.last) else last
    return Errors(first, first, last) if first == last else Errors(index, first, last)


def arrivals(outer: Template, v: Sequence) -> list[tuple[Range, Contribution]]:
    """What arrives at the computed elements of a sequence from outputs and the loss, with its times."""
    found = []
    for c in outer.elements[v]:
        for home in outer.model.ranges[v]:
            r = meet(c.when, home)
            if not is_empty(r):
                found.append((r, c))
    return found


@dataclass(frozen=True)
class Passing:
    """One way in which an error comes to v: on entering (offset None), or from a step `offset` later."""

    part: Any
    user: Any
    offset: int | None

    def present(self, distance: int) -> bool:
        """Whether it is there `distance` steps before the error's own time."""
        return distance == 0 if self.offset is None else self.offset <= distance


def term_rows(whole: Template, outer: Template, errors: Errors, truncation: Truncation | None) -> list[tuple[Any, ...]]:
    """The lines of ∇v(t) L(s): for each carrier and each range of t in which the same uses are present.

    Without a truncation t runs back to the first step. A row has a last member, the range of s.
    """
    rows: list[tuple[Any, ...]] = []
    carriers = tuple(v for v in whole.elements if v in whole.model.states or v in whole.model.intermediates)
    for v in backward_order(whole.model):
        if v in carriers and whole.support.get(v):
            ways = _ways(v, whole, outer, errors, carriers)
            starts = sorted({0} | {1 for w in ways if w.offset is None} | {w.offset for w in ways if w.offset})
            for start, after in pairwise([*starts, None]):
                present = [w for w in ways if w.present(int(start or 0))]
                rows.append(_row(v, present, (int(start or 0), after), errors, truncation, whole))
    return rows


def _ways(
    v: Sequence, whole: Template, outer: Template, errors: Errors, carriers: tuple[Sequence, ...]
) -> list[Passing]:
    """How errors come to an element of v at t: from later steps, then from outputs and the loss at t = s itself."""
    s, home = errors.index, _home(whole, v)
    found = []
    for c in whole.elements[v]:
        if c.equation is None or c.equation.sequence not in carriers:
            continue
        offset = offset_from(c.user.time, t)
        if offset is None:
            continue  # a boundary value read at a fixed time: no element of v that is computed
        part = term_of(c.part, s, carriers)
        whole_time = grows(c.when.first, home.first) and grows(errors.last - offset, c.when.last)
        found.append(Passing(part if whole_time else guard(part, t, c.when.first, c.when.last), c.user, offset))
    for r, c in arrivals(outer, v):
        always = errors.over is None or (grows(r.first, errors.first) and grows(errors.last, r.last))
        found.append(Passing(c.part if always else guard(c.part, t, r.first, r.last), c.user, None))
    return found


def _home(whole: Template, v: Sequence) -> Range:
    """All the times at which a sequence is computed."""
    ranges = whole.model.ranges[v]
    first, last = ranges[0].first, ranges[0].last
    for r in ranges[1:]:
        first = r.first if grows(r.first, first) else first
        last = r.last if grows(last, r.last) else last
    return Range(first, last)


def _row(
    v: Sequence,
    present: list[Passing],
    span: tuple[int, int | None],
    errors: Errors,
    truncation: Truncation | None,
    whole: Template,
) -> tuple[Any, ...]:
    """One line, for t from s - start down to s - after + 1, or to the first step that is followed back to."""
    start, after = span
    s, home = errors.index, _home(whole, v)
    first = home.first
    left = nabla(v[t], LossTerm(OBJECTIVE, s))
    right = total([w.part for w in present], v[t])
    nodes = tuple(w.user for w in present)
    if start == 0 and after == 1:
        at = {t: s}
        when = meet(Range(errors.first, errors.last), home) if errors.over else None
        over = Tuple(s, when.first, when.last) if when else Tuple()
        reason = Reason("enters" if present else "not_reached", v[s])
        return Equation._trusted(left.xreplace(at), right.xreplace(at), over), "term", when, reason, 1, None
    lowest = first if truncation is None else later(first, truncation.first(s))
    if after is not None:
        lowest = later(lowest, s - after + 1)
    when = Range(lowest, s - start)
    named = tuple(dict.fromkeys(x for x in nodes if x is not None))
    reason = Reason("uses", v[t], named) if named else Reason("not_reached", v[t], ())
    return Equation._trusted(left, right, Tuple(t, when.first, when.last)), "term", when, reason, 1, errors.over
