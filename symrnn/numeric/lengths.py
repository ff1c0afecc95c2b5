"""Last times: how many steps each sequence has, which argument tells it, and which lengths a model admits.

Most models have one last time, tau; an encoder and a decoder have two. For the shortest lengths an element may be
missing that is there for longer ones: such lengths are found here, so that they are refused.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from symrnn.errors import Unsupported
from symrnn.model import Range, Recurrence, Sequence
from symrnn.tensor import tau

PROBED = 40  # lengths that are tried one by one to find the shortest admitted one

Rule = dict[Any, Any]  # the number of each last time


def span(model: Recurrence, v: Sequence) -> Range:
    """The times 1, ..., last that an array of a sequence holds for its caller."""
    if v not in model.defined:
        return model.given_range(v)
    ends = {s for r in model.ranges[v] for end in (r.first, r.last) for s in end.free_symbols}
    return Range(Integer(1), next((s for s in model.lengths if s in ends), model.lengths[0]))


def told_by(model: Recurrence) -> dict[Symbol, Sequence]:
    """For each last time that an input tells: the first such input."""
    found: dict[Symbol, Sequence] = {}
    for v in model.sequences:
        if v not in model.defined:
            found.setdefault(span(model, v).last, v)
    return found


def untold(model: Recurrence) -> tuple[Symbol, ...]:
    """The last times that no input tells, so that a caller gives them."""
    told = told_by(model)
    return tuple(s for s in model.lengths if s not in told)


def letter(length: Symbol) -> str:
    """How a number of steps is called: T for tau, T_x for tau_x."""
    return "T" if length == tau else "T" + length.name.removeprefix("tau")


def rules(model: Recurrence, last: int) -> list[Rule]:
    """Lengths near a number: all equal, and each in turn longer than the others."""
    equal = {s: Integer(last) for s in model.lengths}
    return [equal, *({**equal, s: Integer(last + 3)} for s in model.lengths if len(model.lengths) > 1)]


class Admission:
    """Which lengths a model admits: all that is read exists, and exists once."""

    def __init__(self, model: Recurrence) -> None:
        self.model = model
        self.homes = {v: [*model.ranges[v]] if v in model.defined else [span(model, v)] for v in model.sequences}
        for b in model.boundary:
            self.homes[b.sequence].append(Range(b.time, b.time))
        self.readings = {v: model.reading_ranges(v) for v in model.sequences}

    def __call__(self, rule: Rule) -> bool:
        """Whether these lengths are admitted."""
        for v, ranges in self.homes.items():
            rows = [time for r in ranges for time in _times(r, rule)]
            known = set(rows)
            if len(known) < len(rows) or not all(known.issuperset(_times(r, rule)) for r in self.readings[v]):
                return False
        return True

    def shortest(self) -> int:
        """The smallest number from which on lengths are admitted.

        Raises
        ------
        Unsupported
            When the ends of a range hold other symbols than last times, or no length up to a bound is admitted.
        """
        refused = [n for n in range(1, PROBED + 1) if not all(self(rule) for rule in rules(self.model, n))]
        if refused and refused[-1] == PROBED:
            raise Unsupported(
                f"{self.model.title.name} needs more than {PROBED} steps before everything it reads exists",
                repair="use fixed times nearer to the ends",
            )
        return refused[-1] + 1 if refused else 1


def _times(r: Range, rule: Rule) -> range:
    found = r.at(rule)
    if not (found.first.is_Integer and found.last.is_Integer):
        raise Unsupported(
            f"the range {r} is not known from the last times alone",
            law="generated code knows the ends of ranges from last times",
            repair="use numbers and last times for the ends of ranges",
        )
    return found.times()
