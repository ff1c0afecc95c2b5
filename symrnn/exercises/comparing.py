"""Two terms compared: exactly in a finite field, then with 50 digits where the field cannot decide.

Agreement in the field holds for every function that obeys the declared laws, but for a chance that is stated; a
disagreement counts as wrong only when 50 digits disagree too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath

from symrnn.errors import SymrnnError
from symrnn.exercises.degrees import beyond_field, degree, turns
from symrnn.exercises.places import Condition, places
from symrnn.exercises.running import world_of
from symrnn.exercises.values import value
from symrnn.exercises.world import OutOfRange, World
from symrnn.model import Recurrence
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import Term
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Digits, Undecidable

POINTS = ((4, 0), (5, 1))  # last time and seed
MORE_POINTS = ((4, 2), (5, 3), (6, 4))
LONGER = ((6, 2), (7, 3), (8, 4), (9, 5))  # for formulas that count with tau: its polynomials vanish at a few times
LIKELY = 1e-9  # a chance that an agreement in the field is an accident, beyond which it decides nothing
TOLERANCE = mpmath.mpf(10) ** -35

Value = tuple[dict[str, int], Any]  # at which indices, and what


@dataclass(frozen=True)
class Difference:
    """Where two terms differ: the instance, the indices, and why."""

    why: str  # value, shape, range
    last: int
    at: tuple[tuple[str, int], ...] = ()
    entry: tuple[int, int] = (0, 0)
    yours: float | None = None
    right: float | None = None


@dataclass(frozen=True)
class Comparison:
    """What a comparison found: equal, different or undecided; by which arithmetic, with which chance of error."""

    equal: bool | None
    method: str
    chance: float = 0.0
    difference: Difference | None = None
    reason: str = ""


@dataclass(frozen=True)
class Setting:
    """Where terms are compared: the names, a model if there is one, conditions on the free indices."""

    table: Symbols
    model: Recurrence | None = None
    given: tuple[Condition, ...] = ()
    least: int = 0  # the last time is at least this
    square: bool = False  # all dimensions equal, to follow an ill-shaped answer
    reach: int = 1  # how far numbers lie from zero: beyond those that they are compared with
    said: tuple[Condition, ...] = ()  # where an answer says that it holds

    def world(self, point: tuple[int, int], exact: bool) -> World:
        """The world of one point."""
        last, seed = max(point[0], self.least + seed_shift(point)), point[1]
        if self.model is not None and not self.square:
            world = world_of(self.model, last, seed, exact)
            world.call_sizes(self.table)
            return world
        system = FiniteField(seed) if exact else Digits()
        return World(system, tuple(self.table.dims), last, seed, self.square, self.reach)


def seed_shift(point: tuple[int, int]) -> int:
    """Instances of one comparison have different last times."""
    return point[1] % 2


def compared(setting: Setting, reference: Term, answer: Term) -> Comparison:
    """Whether two terms have the same values."""
    longer = LONGER[: max(turns(reference), turns(answer), 1) - 1]
    try:
        chance = max(_disagreement(setting, point, reference, answer, True) for point in (*POINTS, *longer))
        if chance < LIKELY and not (beyond_field(reference) or beyond_field(answer)):
            return Comparison(True, "exact", chance)
        reason = "numbers too large for the field"
    except (Undecidable, ArithmeticError) as unsure:
        reason = str(unsure)
    except _Differ as differ:
        if differ.difference.why != "value":
            return Comparison(False, "exact", 0.0, differ.difference)
        reason = ""
    try:
        for point in (*POINTS, *MORE_POINTS, *(LONGER if setting.reach > 1 else longer)):
            _disagreement(setting, point, reference, answer, False)
    except _Differ as differ:
        return Comparison(False, "50 digits", 0.0, differ.difference)
    except (Undecidable, ArithmeticError, TypeError, SymrnnError) as unsure:
        return Comparison(None, "50 digits", reason=reason or str(unsure))
    return Comparison(True, "50 digits", 1e-15)


class _Differ(Exception):
    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.why)
        self.difference = difference


def values_where_said(world: World, setting: Setting, term: Term, other: Term) -> Iterator[Value]:
    """The values of a term wherever it says something; the letters of the other one have values there, too."""
    silent = True
    for at in places(world, term, other, setting.given, setting.said):
        try:
            found = value(world, term, at)
        except OutOfRange:
            continue
        silent = False
        yield at, found
    if silent:
        raise Undecidable("it says nothing at any time")


def _disagreement(setting: Setting, point: tuple[int, int], reference: Term, answer: Term, exact: bool) -> float:
    """Raise at the first place where the values differ; the chance that they agree and the terms do not."""
    world = setting.world(point, exact)
    for at, right in values_where_said(world, setting, reference, answer):
        why = Difference("range", world.last, tuple(at.items()))
        try:
            yours = value(world, answer, at)
        except OutOfRange:
            raise _Differ(why) from None
        if yours.shape != right.shape:
            raise _Differ(Difference("shape", world.last, tuple(at.items())))
        _check(world, at, yours, right)
    total = degree(reference, world.last) + degree(answer, world.last)
    return (total + world.oracles**2 / 2) / PRIME


def _check(world: World, at: dict[str, int], yours: Any, right: Any) -> None:
    for (i, j), expected in _entries(right):
        given = yours[i, j]
        if world.system.exact:
            if (given - expected) % PRIME:
                raise _Differ(Difference("value", world.last, tuple(at.items()), (i, j)))
            continue
        if not (mpmath.isfinite(given) and mpmath.isfinite(expected)):
            raise Undecidable("a value that is not finite")
        if abs(given - expected) > TOLERANCE * max(1, abs(expected), abs(given)):
            numbers = float(given), float(expected)
            raise _Differ(Difference("value", world.last, tuple(at.items()), (i, j), *numbers))


def _entries(array: Any) -> list[tuple[tuple[int, int], Any]]:
    rows, columns = array.shape
    return [((i, j), array[i, j]) for i in range(rows) for j in range(columns)]


def agrees(world: World, values: Iterable[Value], candidate: Term) -> bool:
    """Whether a candidate has given values at one point: a quick test before a comparison."""
    try:
        for at, wanted in values:
            if world.shape(candidate.size) != wanted.shape or not _same(world, value(world, candidate, at), wanted):
                return False
    except (Undecidable, OutOfRange, ArithmeticError, ValueError):  # of NumPy, where the shapes do not fit
        return False
    return True


def _same(world: World, found: Any, wanted: Any) -> bool:
    if found.shape != wanted.shape:
        return False
    if world.system.exact:
        return not ((found - wanted) % PRIME).any()
    return all(abs(a - b) <= TOLERANCE * max(1, abs(b)) for a, b in zip(found.ravel(), wanted.ravel(), strict=True))
