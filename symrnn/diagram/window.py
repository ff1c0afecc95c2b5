"""Which times an unfolded picture shows, what they are called, and what an ellipsis leaves out.

A number of steps is shown in full, or its first steps and its last one; for a symbolic last time the steps
t-1, t, t+1 of a graph long enough that its ends do not matter. Times that equations name are always shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sympy import Basic, Expr, Integer

from symrnn.diagram.labels import DOTS
from symrnn.diagram.reading import reads_of, statements
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


@dataclass(frozen=True)
class Span:
    """The times of the rows of one clock: the first and the last with a node, and the last time with its name."""

    first: int
    last: int
    end: int
    end_name: str  # "tau", "tau_x"; empty where the last time is shown as a number
    named: frozenset[int] = frozenset()  # times that equations name by themselves


def some_times(span: Span, model: Recurrence) -> Window:
    """The boundary, the first two steps, an ellipsis, the last step and what lies beyond it."""
    firsts = [part.times.first for part in statements(model) if part.index]
    begin = min((int(s) for s in firsts if s.is_Integer), default=1)
    kept = {*range(span.first, begin + 2), *range(span.end, span.last + 1), *span.named}

    def spell(time: int) -> str:
        return str(time) if not span.end_name or time <= span.end // 2 else _from(span.end_name, time - span.end)

    return Window(_columns({s: spell(s) for s in kept}, span.first, span.last, spell))


def long_enough(model: Recurrence) -> int:
    """A last time so late that the middle of the graph feels neither of its ends."""
    return 4 * _reach(model) + 12


def around_t(span: Span) -> Window:
    """The steps t-1, t, t+1 between two ellipses."""
    middle = span.end // 2

    def spell(time: int) -> str:
        if abs(time - middle) <= 3:
            return _from("t", time - middle)
        return _from(span.end_name, time - span.end) if time > middle else str(time)

    names = {s: spell(s) for s in span.named}
    names |= {middle - 1: "t-1", middle: "t", middle + 1: "t+1"}
    return Window(_columns(names, span.first, span.last, spell))


def _from(base: str, by: int) -> str:
    """A time by its distance from a named one."""
    return base + (f"{by:+d}" if by else "")


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


def named_times(model: Recurrence, rule: Mapping[Basic, Basic]) -> set[tuple[str, int]]:
    """The rows and times that a model names by themselves, such as o[tau] and h[0]."""
    found = set()
    for part in statements(model):
        if part.index is None:
            found.add((part.name, int(part.time.xreplace(rule))))
        for read in reads_of(part.name, part.rhs):
            if isinstance(read.leaf, Element) and read.over is None:
                time = read.leaf.time
                if part.index is None or offset_from(time, part.index) is None:
                    found.add((read.name, int(time.xreplace(rule))))
    return found


def _reach(model: Recurrence) -> int:
    """A bound for all lags and for all numbers that times of the model hold."""
    times: list[Expr] = []
    for part in statements(model):
        times += [part.time, part.times.first, part.times.last]
        times += [r.leaf.time for r in reads_of(part.name, part.rhs) if isinstance(r.leaf, Element)]
    return max(abs(int(s.xreplace({x: Integer(0) for x in s.free_symbols}))) for s in times) + 1
