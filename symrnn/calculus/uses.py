"""The pairs over which both gradients sum: a node, the equation that reads it, and what comes back through that.

Each kind of pair knows the times over which it stands; what a pair is by θ is the sensitivity of its node, transposed,
times what arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Integer

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.forward_template import arriving
from symrnn.calculus.support import is_summed, union
from symrnn.calculus.turned import Bounds, turned
from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.model.ranges import covers, grows, is_empty
from symrnn.tensor.binders import TimeSum, guard, time_sum
from symrnn.tensor.elementwise import add, scaled
from symrnn.tensor.time import fresh_index, offset_from, t


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
        By how many steps the reader is later than t; None of one that sums over the times of the node.
    within
        The index and times of the node, where its reader at t sums over them.
    """

    node: Any
    gradient: Any
    times: Range | None
    reader: Equation | None = None
    ahead: int | None = 0
    within: Bounds | None = None

    def by(self, theta: Any) -> Any:
        """The summand by θ, a vector over vec(θ)."""
        return _inner(arriving(self.node, self.gradient, theta), self.within)

    def empty_outside(self, home: Range) -> bool:
        """Whether its reader sums over no times wherever it is not counted; those where it does follow one another."""
        if self.within is None or self.times is None:
            return False
        before, after = (home.first, self.times.first - 1), (self.times.last + 1, home.last)
        ends = [x for pair in (before, after) if grows(*pair) for x in pair]
        return all(is_empty(Range(*self.within[1:]).at({t: x})) for x in ends)

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
        if self.ahead is None:
            return self._turned()
        rule = {t: t - self.ahead}
        moved = replace(self, node=self.node.xreplace(rule), gradient=self.gradient.xreplace(rule), ahead=0)
        return replace(moved, times=self.times.shifted(self.ahead))

    def _turned(self) -> Pair:
        """The two sums, over the node and over its reader, in each other's place."""
        s = self.gradient
        assert self.times is not None and self.reader is not None
        k = fresh_index({t, *s.free_symbols, *s.body.free_symbols}, "k")
        times, bounds = turned(self.times, s, k, self.reader.times)
        gradient = s.body.xreplace({t: k, s.index: t})
        return replace(self, node=self.node.xreplace({t: k}), gradient=gradient, times=times, ahead=0, within=bounds)


def use(v: Sequence, c: Contribution, when: Range) -> Pair:
    """The pair of a node v[t] and one equation that reads it."""
    e = c.equation
    assert e is not None
    if e.over is None or (is_summed(c) and c.when.is_point):
        return Pair(v[when.first], c.part.xreplace({t: when.first}), None, e)
    ahead = None if is_summed(c) else offset_from(c.user.time, t)
    return Pair(v[t], c.part, when, e, ahead)


def given_uses(by: Any, template: Template) -> list[Contribution]:
    """What comes back to θ itself, where it is the given value of a state."""
    if not isinstance(by, Element):
        return []
    return [c for c in template.elements[by.sequence] if covers(c.when, Range(by.time, by.time))]


def of_given(by: Element, parts: list[Contribution]) -> list[Pair]:
    """What comes back to a given value, as pairs; each is there where the last time is late enough for it."""
    at = [(c.part.xreplace({t: by.time}), c.when) for c in parts]
    return [Pair(by, guard(part, by.time, when.first, when.last), None) for part, when in at]


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
    found: dict[tuple[bool, Range | None, Bounds | None], dict[Any, list[Any]]] = {}
    for p in pairs:
        found.setdefault((p.reader is not None, p.times, p.within), {}).setdefault(p.node, []).append(p.gradient)
    sums = []
    for (back, times, within), by_node in found.items():
        body = add(*(arriving(node, add(*gradients), theta) for node, gradients in by_node.items()))
        body = _inner(body, within)
        sums.append(scaled(Integer(-1) if back else Integer(1), over(body, times)))
    return sums


def _inner(body: Any, within: Bounds | None) -> Any:
    """The sum over the times of a node that one reader sums over."""
    if within is None:
        return body
    index, lower, upper = within
    return body.xreplace({index: lower}) if lower == upper else time_sum(body, within)


def at_t(e: Equation) -> Equation:
    """An equation over a range as it is at t."""
    return e.at({e.over[0]: t}) if e.over and e.over[0] != t else e
