"""Where an answer says that it holds: what follows it, such as `t < tau`, against what is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symrnn.calculus.verdict import RIGHT, WRONG, Verdict
from symrnn.exercises.comparing import POINTS, Setting, values_where_said
from symrnn.exercises.diagnosis import credit, diagnosis
from symrnn.exercises.places import Condition
from symrnn.exercises.slip_table import Slip
from symrnn.model.formula.term import Term, free_indices
from symrnn.tensor.numbers import Undecidable

if TYPE_CHECKING:
    from symrnn.model.formula.read import Reading


def said_of(reading: Reading, *sides: Term) -> tuple[Condition, ...]:
    """The conditions behind an answer that are about letters of what is compared."""
    letters = {letter for side in sides for letter in free_indices(side)}
    found = [Condition(one.head, *one.parts) for one in reading.where]
    return tuple(c for c in found if {*free_indices(c.left), *free_indices(c.right)} <= letters)


def narrowed(verdict: Verdict, setting: Setting, right: Term, yours: Term) -> Verdict:
    """A right formula that is said to hold at fewer times than are asked for is not the whole answer."""
    left_out = _left_out(setting, right, yours) if setting.said and verdict.status == RIGHT else None
    if left_out is None:
        return verdict
    names = (diagnosis(Slip.WHERE),)
    facts = {**verdict.facts, "form": WRONG, "credit": credit(names)}
    rows = (*verdict.rows, ("mistake", f"{names[0]}: {names[0].explanation}"), ("advice", names[0].advice))
    reason = f"the value is right, but it is not said to hold for {left_out}"
    return replace(verdict, status=WRONG, reason=reason, found=names, rows=rows, facts=facts)


def _left_out(setting: Setting, right: Term, yours: Term) -> str | None:
    """A place that is asked for and that the answer's conditions leave out."""
    letters = free_indices(right)  # others are the answer's own: one value of them is enough
    for point in POINTS:
        world = setting.world(point, True)
        covered: dict[tuple[int, ...], bool] = {}
        for at in _asked(replace(setting, said=()), point, right, yours):
            place = tuple(at[letter] for letter in letters)
            covered[place] = covered.get(place, False) or all(c.holds(world, at) for c in setting.said)
        missed = next((place for place, held in covered.items() if not held), None)
        if missed is not None:
            names = zip(("tau", *letters), (world.last, *missed), strict=True)
            return ", ".join(f"{name} = {value}" for name, value in names)
    return None


def _asked(setting: Setting, point: tuple[int, int], right: Term, yours: Term) -> list[dict[str, int]]:
    """The places at which the right formula has a value."""
    try:
        found = list(values_where_said(setting.world(point, True), setting, right, yours))
    except Undecidable:
        found = list(values_where_said(setting.world(point, False), setting, right, yours))
    return [at for at, _ in found]
