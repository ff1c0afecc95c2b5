"""Comparing the ends of ranges for every last time that a model admits.

Ends are integer expressions in tau. An order that holds for every admitted tau is used as it is; where it
depends on tau the larger or smaller one is left to be computed when the code runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from sympy import Expr, Max, Min, Symbol

from symrnn.model import Range
from symrnn.tensor import tau
from symrnn.tensor.time import difference, moved


class Horizon:
    """What is known of the last times: integers not below `least`."""

    def __init__(self, least: int, lengths: Iterable[Symbol] = (tau,)) -> None:
        self.least, self.lengths = least, tuple(lengths)
        self._running: dict[Symbol, Range] = {}

    def at_most(self, a: Expr, b: Expr) -> bool:
        """Whether a <= b for every admitted last time."""
        gap = difference(b, a)
        return never_negative(self._least_of(gap) if self._running else gap, self.least, self.lengths)

    def _least_of(self, gap: Expr) -> Expr:
        """A difference at that end of the ranges of running indices at which it is least."""
        for index, when in self._running.items():
            if index in gap.free_symbols:
                gap = gap.xreplace({index: when.first if gap.diff(index).is_nonnegative else when.last})
        return gap

    @contextmanager
    def running(self, index: Symbol, when: Range) -> Iterator[None]:
        """Inside, an index runs through a range."""
        self._running[index] = when
        try:
            yield
        finally:
            del self._running[index]

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
        return self.at_most(moved(a.last, 1), b.first) or self.at_most(moved(b.last, 1), a.first)


@lru_cache(maxsize=4096)  # the same few differences are asked for many times, in most models
def never_negative(gap: Expr, least: int, lengths: tuple[Symbol, ...]) -> bool:
    """Whether a difference of times is not negative for all last times that are integers not below `least`."""
    number, rest = gap.as_coeff_Add()
    if rest == 0:
        return bool(number >= 0)
    if rest in lengths:
        return bool(number + least >= 0)
    above = {s: Symbol(f"_{s.name}", integer=True, nonnegative=True) + least for s in lengths}
    return bool(gap.xreplace(above).is_nonnegative)
