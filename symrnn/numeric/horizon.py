"""Comparing the ends of ranges for every last time that a model admits.

Ends are integer expressions in tau. An order that holds for every admitted tau is used as it is; where it
depends on tau the larger or smaller one is left to be computed when the code runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from sympy import Expr, Max, Min, Symbol

from symrnn.model import Range
from symrnn.tensor import tau


class Horizon:
    """What is known of the last times: integers not below `least`."""

    def __init__(self, least: int, lengths: Iterable[Symbol] = (tau,)) -> None:
        self.least, self.lengths = least, tuple(lengths)
        self._running: dict[Symbol, Range] = {}
        self._known: dict[tuple[Expr, Expr], bool] = {}

    def at_most(self, a: Expr, b: Expr) -> bool:
        """Whether a <= b for every admitted last time."""
        if self._running:
            return self._never_negative(self._least_of(b - a))
        found = self._known.get((a, b))
        if found is None:
            found = self._known[a, b] = self._never_negative(b - a)
        return found

    def _never_negative(self, gap: Expr) -> bool:
        number, rest = gap.as_coeff_Add()
        if rest == 0:
            return bool(number >= 0)
        if rest in self.lengths:
            return bool(number + self.least >= 0)
        return bool(gap.xreplace(self._above_least).is_nonnegative)

    def _least_of(self, gap: Expr) -> Expr:
        """A difference at that end of the ranges of running indices at which it is least."""
        for index, when in self._running.items():
            if index in gap.free_symbols:
                gap = gap.xreplace({index: when.first if gap.diff(index).is_nonnegative else when.last})
        return gap

    @cached_property
    def _above_least(self) -> dict[Expr, Expr]:
        return {s: Symbol(f"_{s.name}", integer=True, nonnegative=True) + self.least for s in self.lengths}

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
        return self.at_most(a.last + 1, b.first) or self.at_most(b.last + 1, a.first)
