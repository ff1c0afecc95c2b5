"""Last times: how many steps each sequence has, which argument tells it, and which lengths a model admits.

Most models have one last time, tau; an encoder and a decoder have two. For the shortest lengths an element may be
missing that is there for longer ones: such lengths are found here, so that they are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Expr, Integer, Symbol

from symrnn.errors import Unsupported
from symrnn.model import Range, Recurrence, Sequence
from symrnn.tensor import tau

PROBED = 40  # lengths that are tried where the ends of ranges are not last times plus numbers

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
        homes = {v: [*model.ranges[v]] if v in model.defined else [span(model, v)] for v in model.sequences}
        for b in model.boundary:
            homes[b.sequence].append(Range(b.time, b.time))
        self.homes = [[_Times.of(r) for r in ranges] for ranges in homes.values()]
        self.readings = [[_Times.of(r) for r in model.reading_ranges(v)] for v in homes]

    def __call__(self, rule: Rule) -> bool:
        """Whether these lengths are admitted."""
        for homes, readings in zip(self.homes, self.readings, strict=True):
            rows = [time for r in homes for time in r.at(rule)]
            known = set(rows)
            if len(known) < len(rows) or not all(known.issuperset(r.at(rule)) for r in readings):
                return False
        return True

    def shortest(self) -> int:
        """The smallest number from which on lengths are admitted.

        Raises
        ------
        Unsupported
            When the ends of a range hold other symbols than last times, or no length is admitted.
        """
        settled = self._settled()
        refused = [n for n in range(1, settled + 1) if not all(self(rule) for rule in rules(self.model, n))]
        if refused and refused[-1] == settled:
            raise Unsupported(
                f"{self.model.title.name}: however many steps there are, something that it reads does not exist",
                repair="look at the times that it reads, and at the ranges of its equations",
            )
        return refused[-1] + 1 if refused else 1

    def _settled(self) -> int:
        """A number of steps from which on the ends of all ranges keep their order, so that nothing changes."""
        ends = [end for ranges in (*self.homes, *self.readings) for r in ranges for end in (r.first, r.last)]
        if not all(rest == 0 or rest.is_Symbol for rest, _ in ends):
            return PROBED
        numbers = [number for _, number in ends]
        return max(numbers) - min(numbers) + 2


End = tuple[Expr, int]  # what depends on last times, mostly one of them or 0, and the number added to it


@dataclass(frozen=True)
class _Times:
    """The times of a range, its ends taken apart so that they are quickly known for many lengths."""

    first: End
    last: End

    @classmethod
    def of(cls, r: Range) -> _Times:
        return cls(_end(r.first), _end(r.last))

    def at(self, rule: Rule) -> range:
        return range(_number(self.first, rule), _number(self.last, rule) + 1)


def _end(end: Expr) -> End:
    number, rest = end.as_coeff_Add()
    return (rest, int(number)) if number.is_Integer else (end, 0)


def _number(end: End, rule: Rule) -> int:
    rest, number = end
    found = rule[rest] if rest in rule else rest.xreplace(rule)
    if not found.is_Integer:
        raise Unsupported(
            f"the time {rest + number} is not known from the last times alone",
            law="generated code knows the ends of ranges from last times",
            repair="use numbers and last times for the ends of ranges",
        )
    return int(found) + number
