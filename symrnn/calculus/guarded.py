"""Adjoints whose lines differ from time to time, as one equation for all times: each use where it is present.

A loss that begins, ends or looks in between puts something in at some times only. In a sum over these times that is a
narrower range.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Max, Min

from symrnn.calculus.adjoint import Template, total
from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.paths import zero_of
from symrnn.calculus.sums import everywhere
from symrnn.model import Range, Sequence
from symrnn.model.ranges import at_most, covers
from symrnn.tensor.binders import Guard, TimeSum, guard, time_sum
from symrnn.tensor.time import t


def guarded_row(derivation: Derivation, v: Sequence, time: Expr, times: Range) -> Any:
    """The adjoint of v at a time as the sum of all its uses, each where it is present; None where they are not known.

    `times` are those that the time stands for: a use that is present at all of them needs no condition.
    """
    template = derivation.origin[0] if isinstance(derivation.origin, tuple) else None
    if not isinstance(template, Template) or line_of_other_uses(derivation, v) is not None:
        return None
    parts = []
    for c in template.elements[v]:
        part = c.part.xreplace({t: time})
        parts.append(part if covers(c.when, times) else guard(part, time, c.when.first, c.when.last))
    return total(parts, v[time])


def line_of_other_uses(derivation: Derivation, v: Sequence) -> Line | None:
    """A line for the adjoint of v that is not the sum of the uses at its times, if there is one."""
    for line in derivation.lines:
        node = line.equation.lhs.node
        if line.group != "backward" or node.sequence != v:
            continue
        when = line.when or Range(node.time, node.time)
        present = [c.part.xreplace({t: node.time}) for c in derivation.origin[0].elements[v] if covers(c.when, when)]
        if total(present, node) != line.equation.rhs:
            return line
    return None


def narrowed(expr: Any, homes: list[Range]) -> Any:
    """An expression whose sums over time run only over the times at which their terms are there.

    `homes` are the times of the states: none of the sums leaves them.

    Examples
    --------
    >>> from sympy import Integer, Symbol
    >>> from symrnn import Sequence, t, tau, time_sum
    >>> from symrnn.calculus.guarded import narrowed
    >>> from symrnn.tensor.binders import guard
    >>> k, s = Symbol("k", integer=True), Sequence("s")
    >>> narrowed(time_sum(s[t] * guard(s[k], k, Integer(3), tau), (k, t, tau)), [])
    time_sum(s[k]*s[t], (k, Max(3, t), tau))
    """
    return everywhere(expr, lambda x: x.xreplace({s: _over_its_times(s, homes) for s in x.atoms(TimeSum)}))


def _over_its_times(s: TimeSum, homes: list[Range]) -> Any:
    for g in sorted(s.body.atoms(Guard), key=str):
        if g.time != s.index or not is_zero(s.body.xreplace({g: zero_of(g)})):
            continue
        body = s.body.xreplace({g: g.content})
        if g.lower == g.upper:
            return guard(body.xreplace({s.index: g.lower}), g.lower, s.lower, s.upper)
        first = s.lower if _always(g.lower, [r.first for r in homes]) else _end(Max, s.lower, g.lower)
        last = s.upper if _always(g.upper, [r.last for r in homes], -1) else _end(Min, s.upper, g.upper)
        return time_sum(body, (s.index, first, last))
    return s


def _always(bound: Expr, ends: list[Expr], sign: int = 1) -> bool:
    """Whether a bound says nothing, since all states begin, or end, no further out."""
    return bool(ends) and all(at_most(sign * bound, sign * end) is True for end in ends)


def _end(kind: Any, a: Expr, b: Expr) -> Expr:
    """The later or earlier of two times, where it is known which."""
    lower = at_most(a, b)
    if lower is None:
        return kind(a, b)
    return b if lower == (kind is Max) else a
