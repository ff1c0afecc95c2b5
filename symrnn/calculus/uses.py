"""The pairs over which both gradients sum: a node, the equation that reads it, and what comes back through that.

Each kind of pair knows the times over which it stands; what a pair is by θ is the sensitivity of its node, transposed,
times what arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Integer

from symrnn.calculus.adjoint import Contribution
from symrnn.calculus.forward_template import arriving
from symrnn.calculus.support import is_summed, union
from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.model.ranges import grows
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import add, scaled
from symrnn.tensor.linear import contract, dot, transpose
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import vec
from symrnn.tensor.time import offset_from, t


@dataclass(frozen=True)
class Pair:
    """One summand, at t for each of some times, or once.

    node
        Whose sensitivity it is.
    gradient
        What arrives there.
    times
        The times of t; None where nothing depends on t.
    reader
        The equation through which the gradient comes; None for what comes from outside, and for an adjoint.
    ahead
        By how many steps the reader is later than t.
    """

    node: Any
    gradient: Any
    times: Range | None
    reader: Equation | None = None
    ahead: int = 0

    def by(self, theta: Any) -> Any:
        """The summand by θ, a vector over vec(θ)."""
        return arriving(self.node, self.gradient, theta)

    def same_but_times(self, other: Pair) -> bool:
        """Whether two differ in their times only."""
        return replace(self, times=other.times) == other

    def read_at_t(self) -> Pair:
        """The same summand counted by the time of its reader."""
        if self.reader is None or self.reader.over is None:
            return self
        if self.times is None:  # every step of the reader reads the one node
            s = self.gradient
            if not isinstance(s, TimeSum):
                raise Unsupported(
                    f"{self.reader.lhs} reads {self.node} over several ranges; no proof by parts is known"
                )
            return replace(self, gradient=s.body.xreplace({s.index: t}), times=Range(s.lower, s.upper))
        rule = {t: t - self.ahead}
        moved = replace(self, node=self.node.xreplace(rule), gradient=self.gradient.xreplace(rule), ahead=0)
        return replace(moved, times=self.times.shifted(self.ahead))


def use(v: Sequence, c: Contribution, when: Range) -> Pair:
    """The pair of a node v[t] and one equation that reads it."""
    e = c.equation
    assert e is not None
    if is_summed(c) or e.over is None:
        at = {t: when.first}
        return Pair(v[when.first], c.part if is_summed(c) else c.part.xreplace(at), None, e)
    ahead = offset_from(c.user.time, t) if isinstance(c.user, Element) else None
    if ahead is None:
        raise Unsupported(f"{e.lhs} reads a sum over the times of {v}; no proof by parts is known")
    return Pair(v[t], c.part, when, e, ahead)


def covers(whole: Range, part: Range) -> bool:
    """Whether a range lies in another."""
    return grows(whole.first, part.first) and grows(part.last, whole.last)


def joined(pairs: list[Pair]) -> list[Pair]:
    """Pairs that differ in their times only, where these touch, as one."""
    found: dict[Pair, list[Range]] = {}
    for p in pairs:
        found.setdefault(replace(p, times=None), []).extend([p.times] if p.times is not None else [])
    return [replace(p, times=r) for p, times in found.items() for r in (union(times) if times else (None,))]


def over(body: Any, times: Range | None) -> Any:
    """The sum over times of what stands at t; what stands once, as it is."""
    if times is None:
        return body
    return body.xreplace({t: times.first}) if times.is_point else time_sum(body, (t, times.first, times.last))


def summed(pairs: list[Pair], theta: Any) -> list[Any]:
    """Pairs by θ, those over the same times in one sum; what comes back through uses is taken away."""
    found: dict[tuple[bool, Range | None], dict[Any, list[Any]]] = {}
    for p in pairs:
        found.setdefault((p.reader is not None, p.times), {}).setdefault(p.node, []).append(p.gradient)
    sums = []
    for (back, times), by_node in found.items():
        body = add(*(arriving(node, add(*gradients), theta) for node, gradients in by_node.items()))
        sums.append(scaled(Integer(-1) if back else Integer(1), over(body, times)))
    return sums


def at_t(e: Equation) -> Equation:
    """An equation over a range as it is at t."""
    return e.at({e.over[0]: t}) if e.over and e.over[0] != t else e


def rate_applied(rate: Any, gradient: Any, node: Any, theta: Any) -> Any:
    """The transpose of a derivative of a node by θ, times the gradient at the node."""
    if not shape_of(node):
        return gradient * rate
    return contract(transpose(rate), vec(gradient)) if shape_of(theta) else dot(rate, vec(gradient))
