"""Which times an unfolded picture shows, what they are called, and what an ellipsis leaves out.

A number of steps is shown in full, or its first steps and its last one; for a symbolic last time the steps
t-1, t, t+1 of a graph long enough that its ends do not matter. Times that equations name are always shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, Integer

from symrnn.diagram.labels import DOTS
from symrnn.diagram.reading import Statement, reads_of, statements
from symrnn.model import Element, Recurrence
from symrnn.tensor.time import offset_from


@dataclass(frozen=True)
class Column:
    """A column of the picture: one time, or all times from `first` to `last` as an ellipsis."""

    first: int
    last: int
    name: str
    shown: bool = True

    @property
    def label(self) -> str:
        """The superscript of the nodes in it."""
        return self.name if self.shown else DOTS


@dataclass(frozen=True)
class Window:
    """The columns of a picture, from left to right."""

    columns: tuple[Column, ...]

    def position(self, time: int) -> int:
        """The column in which a time lies."""
        return max(bisect_right([c.first for c in self.columns], time) - 1, 0)


def all_times(first: int, last: int) -> Window:
    """Every time from the first to the last one that has nodes."""
    return Window(tuple(Column(s, s, str(s)) for s in range(first, last + 1)))


def some_times(first: int, last: int, end: int, model: Recurrence) -> Window:
    """The boundary, the first two steps, an ellipsis, the last step and what lies beyond it."""
    firsts = [part.times.first for part in statements(model) if part.index]
    begin = min((int(s) for s in firsts if s.is_Integer), default=1)
    kept = {*range(first, begin + 2), *range(end, last + 1), *_named_times(model, end)}
    names = {s: str(s) for s in kept}
    return Window(_columns(names, first, last, str))


def long_enough(model: Recurrence) -> int:
    """A last time so late that the middle of the graph feels neither of its ends."""
    return 4 * _reach(model) + 12


def around_t(first: int, last: int, end: int, model: Recurrence) -> Window:
    """The steps t-1, t, t+1 between two ellipses."""
    middle = end // 2
    names = {s: _name_in(s, middle, end) for s in _named_times(model, end)}
    names |= {middle - 1: "t-1", middle: "t", middle + 1: "t+1"}
    return Window(_columns(names, first, last, lambda s: _name_in(s, middle, end)))


def _name_in(time: int, middle: int, end: int) -> str:
    """The name of a time of the long graph: near its middle, its end or its start."""
    base, origin = ("t", middle) if abs(time - middle) <= 3 else ("tau", end) if time > middle else ("", 0)
    return base + (f"{time - origin:+d}" if time != origin else "") if base else str(time)


def _columns(names: dict[int, str], first: int, last: int, spell: Callable[[int], str]) -> tuple[Column, ...]:
    """A column for every named time and one for every gap between them and at the ends."""
    columns: list[Column] = []
    times = sorted(names)
    if times[0] > first:
        columns.append(Column(first, times[0] - 1, f"..{spell(times[0] - 1)}", shown=False))
    for i, time in enumerate(times):
        columns.append(Column(time, time, names[time]))
        after = times[i + 1] if i + 1 < len(times) else last + 1
        if after > time + 1:
            end = spell(after - 1) if i + 1 < len(times) else ""
            columns.append(Column(time + 1, after - 1, f"{spell(time + 1)}..{end}", shown=False))
    return tuple(columns)


def _fixed(part: Statement) -> list[Expr]:
    """The times that a statement names by themselves."""
    times = [] if part.index else [part.time]
    for read in reads_of(part.name, part.rhs):
        if isinstance(read.leaf, Element) and read.over is None:
            time = read.leaf.time
            if part.index is None or offset_from(time, part.index) is None:
                times.append(time)
    return times


def _named_times(model: Recurrence, end: int) -> set[int]:
    """The fixed times of a model when its last time is `end`."""
    rule = dict.fromkeys(model.lengths, Integer(end))
    return {int(s.xreplace(rule)) for part in statements(model) for s in _fixed(part)}


def _reach(model: Recurrence) -> int:
    """A bound for all lags and for all numbers that times of the model hold."""
    times: list[Expr] = []
    for part in statements(model):
        times += [part.time, part.times.first, part.times.last]
        times += [r.leaf.time for r in reads_of(part.name, part.rhs) if isinstance(r.leaf, Element)]
    return max(abs(int(s.xreplace({x: Integer(0) for x in s.free_symbols}))) for s in times) + 1
