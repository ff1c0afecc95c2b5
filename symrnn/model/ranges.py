"""Ranges of times, from a first to a last one, both included; ends may contain symbolic last times.

Comparisons hold for every value of the symbols or are left open: `None`. What cannot be settled for all
lengths is never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, Integer, ceiling

from symrnn.errors import Undefined
from symrnn.tensor.time import moved


@dataclass(frozen=True)
class Range:
    """The times first, ..., last; empty when last < first."""

    first: Expr
    last: Expr

    def shifted(self, by: int) -> Range:
        """Every time moved by a number of steps."""
        return Range(moved(self.first, by), moved(self.last, by)) if by else self

    @property
    def is_point(self) -> bool:
        """Whether it is a single time."""
        return bool(self.first == self.last)

    def at(self, rule: dict[Expr, Expr]) -> Range:
        """The range with numbers for its symbols."""
        return Range(self.first.xreplace(rule), self.last.xreplace(rule))

    def times(self) -> range:
        """The times as numbers."""
        if not (self.first.is_Integer and self.last.is_Integer):
            raise Undefined(f"the range {self} is symbolic", repair="give tau a number")
        return range(int(self.first), int(self.last) + 1)

    def __str__(self) -> str:
        return str(self.first) if self.is_point else f"{self.first}..{self.last}"

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


def at_most(a: Expr, b: Expr) -> bool | None:
    """Whether a <= b for all values of the symbols, for none (False), or for some (None)."""
    difference = b - a
    if difference.is_nonnegative:
        return True
    return False if difference.is_negative else None


@lru_cache(maxsize=4096)  # the ends of ranges are few, and the same in most models
def grows(a: Expr, b: Expr) -> bool:
    """Whether a <= b once every last time is large: the order in which ends are listed."""
    gap = (b - a).xreplace({s: Integer(10**6 + 10**3 * i) for i, s in enumerate(_sorted_symbols(b - a))})
    return bool(gap >= 0)


def _sorted_symbols(expr: Expr) -> list[Expr]:
    return sorted(expr.free_symbols, key=lambda s: s.name)


def covers(whole: Range, part: Range) -> bool:
    """Whether a range lies in another, for large last times."""
    return grows(whole.first, part.first) and grows(part.last, whole.last)


def meet(a: Range, b: Range) -> Range:
    """The times that lie in both, for large last times."""
    first = b.first if grows(a.first, b.first) else a.first
    last = a.last if grows(a.last, b.last) else b.last
    return Range(first, last)


def is_empty(r: Range) -> bool:
    """Whether there is no time in it, for large last times."""
    return not grows(r.first, r.last)


def outside(reads: Range, defined: list[Range]) -> list[Expr] | None:
    """The times of `reads` that no range of `defined` covers, or None when they are unboundedly many."""
    rest = [reads]
    for d in defined:
        left: list[Range] = []
        for r in rest:
            common = meet(r, d)
            if is_empty(common):
                left.append(r)
                continue
            left += [Range(r.first, common.first - 1), Range(common.last + 1, r.last)]
        rest = [r for r in left if not is_empty(r)]
    times: list[Expr] = []
    for r in rest:
        count = r.last - r.first
        if not count.is_Integer:
            return None
        times += [r.first + i for i in range(int(count) + 1)]
    return times


@lru_cache(maxsize=4096)
def smallest_order(a: Expr, b: Expr) -> int:
    """The smallest last time, at least 1, for which a <= b."""
    gap = b - a
    lengths = gap.free_symbols
    if len(lengths) != 1:
        return 1
    (last,) = lengths
    rate = gap.diff(last)
    return max(1, int(ceiling(-gap.xreplace({last: Integer(0)}) / rate))) if rate.is_positive else 1
