"""Comparing the ends of ranges for every last time that a model admits.

Ends are integer expressions in tau. An order that holds for every admitted tau is used as it is; where it
depends on tau the larger or smaller one is left to be computed when the code runs.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Max, Min, Symbol

from symrnn.errors import Unsupported
from symrnn.model import Range, Recurrence
from symrnn.tensor import tau

PROBED = 40  # lengths that are tried one by one to find the shortest admitted one

_EXTRA = Symbol("_extra", integer=True, nonnegative=True)


class Horizon:
    """What is known of the last time: an integer not below `least`."""

    def __init__(self, least: int) -> None:
        self.least = least
        self._rule = {tau: _EXTRA + least}

    def at_most(self, a: Expr, b: Expr) -> bool:
        """Whether a <= b for every admitted last time."""
        gap = (b - a).xreplace(self._rule)
        return bool(gap.is_nonnegative)

    def later(self, *ends: Expr) -> Expr:
        """The largest of some ends."""
        found = ends[0]
        for end in ends[1:]:
            found = end if self.at_most(found, end) else found if self.at_most(end, found) else Max(found, end)
        return found

    def earlier(self, *ends: Expr) -> Expr:
        """The smallest of some ends."""
        found = ends[0]
        for end in ends[1:]:
            found = found if self.at_most(found, end) else end if self.at_most(end, found) else Min(found, end)
        return found

    def meet(self, a: Range, b: Range) -> Range:
        """The times in both ranges."""
        return Range(self.later(a.first, b.first), self.earlier(a.last, b.last))

    def hull(self, a: Range, b: Range) -> Range:
        """The shortest range that holds both."""
        return Range(self.earlier(a.first, b.first), self.later(a.last, b.last))

    def within(self, a: Range, b: Range) -> bool:
        """Whether every time of a lies in b."""
        return self.at_most(b.first, a.first) and self.at_most(a.last, b.last)

    def apart(self, a: Range, b: Range) -> bool:
        """Whether no time lies in both ranges."""
        return self.at_most(a.last + 1, b.first) or self.at_most(b.last + 1, a.first)


def shortest(model: Recurrence) -> int:
    """The smallest last time from which on every length is admitted: all that is read exists, once.

    Raises
    ------
    Unsupported
        When the ends of a range hold other symbols than tau, or no length up to a bound is admitted.
    """
    homes = {v: model.ranges[v] if v in model.defined else (Range(Integer(1), tau),) for v in model.sequences}
    readings = {v: model.reading_ranges(v) for v in model.sequences}
    boundary = [(b.sequence, Range(b.time, b.time)) for b in model.boundary]
    for v, when in boundary:
        homes[v] = (*homes[v], when)
    refused = [last for last in range(1, PROBED + 1) if not _admits(homes, readings, Integer(last))]
    if refused and refused[-1] == PROBED:
        raise Unsupported(
            f"{model.title.name} needs more than {PROBED} steps before everything it reads exists",
            repair="use fixed times nearer to the ends",
        )
    return refused[-1] + 1 if refused else 1


def _admits(homes: dict[Any, Any], readings: dict[Any, Any], last: Expr) -> bool:
    """Whether for this last time each element is there once, and every element that is read is there."""
    rule: dict[Any, Any] = {tau: last}
    for v, ranges in homes.items():
        rows = [time for r in ranges for time in _times(r, rule)]
        known = set(rows)
        if len(known) < len(rows) or not all(known.issuperset(_times(r, rule)) for r in readings[v]):
            return False
    return True


def _times(r: Range, rule: dict[Any, Any]) -> range:
    found = r.at(rule)
    if not (found.first.is_Integer and found.last.is_Integer):
        raise Unsupported(
            f"the range {r} is not known from the last time alone",
            law="generated code knows the ends of ranges from tau",
            repair="use numbers and tau for the ends of ranges",
        )
    return found.times()
