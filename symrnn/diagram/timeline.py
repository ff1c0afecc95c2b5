"""Where each element of an unfolded graph stands in time: the columns of its clock, after those of earlier ones.

A model with one last time has one row of columns. An encoder and a decoder have a block each, the second one
starting over the last step of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Basic, Integer

from symrnn.diagram.layers import clocks, length_of
from symrnn.diagram.unfolding import Place, Rule, Unfolding
from symrnn.diagram.window import Column, Span, Window, all_times, around_t, long_enough, named_times, some_times
from symrnn.errors import Unsupported
from symrnn.graph.lengths import checked_last, rule_of
from symrnn.model import Recurrence
from symrnn.tensor.time import tau as TAU

LONGEST = 12  # a last time up to which all steps are drawn unless told otherwise


@dataclass(frozen=True)
class Timeline:
    """The columns of all clocks, and where the first column of each clock stands."""

    clock: dict[str, int]
    windows: tuple[Window, ...]
    starts: tuple[int, ...]

    def seat(self, place: Place) -> Place:
        """The row and the column of an element."""
        name, time = place
        mine = self.clock[name]
        return name, self.starts[mine] + self.windows[mine].position(time)

    def column(self, seat: Place) -> Column:
        """The times for which a column stands in a row."""
        mine = self.clock[seat[0]]
        return self.windows[mine].columns[seat[1] - self.starts[mine]]

    def mark(self, seat: Place) -> str:
        """A name of a column that no other clock has."""
        mine = self.clock[seat[0]]
        return self.column(seat).name if len(self.windows) == 1 else f"{mine}:{self.column(seat).name}"


def lengths_of(model: Recurrence, last: object) -> tuple[Rule, bool]:
    """A number for each last time, and whether these stand for symbols."""
    if last == TAU:
        return dict.fromkeys(model.lengths, Integer(long_enough(model))), True
    if isinstance(last, Basic) and last.is_Symbol:
        raise Unsupported(
            f"tau={last}: a picture is drawn for a number of steps, or for symrnn's own symbol tau",
            repair="unfolded(model, tau=3) or unfolded(model, tau=symrnn.tau)",
        )
    if not isinstance(last, Mapping) and len(model.lengths) > 1:
        last = dict.fromkeys(model.lengths, last)
    return rule_of(model, checked_last(model, last)), False


def timeline(
    model: Recurrence, graph: Unfolding, rule: Rule, symbolic: bool, full: bool | None, parameters: tuple[str, ...]
) -> Timeline:
    """The columns of a picture; `full` asks for all of them, or for the first two and the last."""
    clock = clocks(model, parameters)
    named = named_times(model, rule)
    count = 1 + max(clock.values())
    windows: list[Window] = []
    starts: list[int] = []
    for mine in range(count):
        span = _span(model, graph, rule, {name for name, c in clock.items() if c == mine}, named, symbolic)
        if symbolic and count == 1:
            windows.append(around_t(span))
        elif symbolic or full is False or (full is None and span.end > LONGEST):
            windows.append(some_times(span, model))
        else:
            windows.append(all_times(span.first, span.last))
        before = min(max(1 - span.first, 0), len(windows[-2].columns)) if mine else 0
        starts.append(starts[-1] + len(windows[-2].columns) - before if mine else 0)
    return Timeline(clock, tuple(windows), tuple(starts))


def _span(
    model: Recurrence, graph: Unfolding, rule: Rule, names: set[str], named: set[tuple[str, int]], symbolic: bool
) -> Span:
    times = [s for name, s in graph.places if name in names] or [1]
    symbols = [s for s in model.lengths if str(s) in length_of(model, names).split(",")] or list(model.lengths)
    end = max(symbols, key=lambda s: int(rule[s]))
    mine = frozenset(s for name, s in named if name in names)
    return Span(min(times), max(times), int(rule[end]), str(end) if symbolic else "", mine)
