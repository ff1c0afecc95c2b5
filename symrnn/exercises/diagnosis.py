"""Which slip makes a right formula into a wrong answer: each is tried on the reference, single ones before pairs.

A slip explains an answer when it gives the same values at random points of a finite field, and then in a comparison of
its own. What it says of the answer names the kind of mistake and where to look, not the formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from symrnn.calculus.verdict import Diagnosis
from symrnn.exercises.comparing import POINTS, Setting, agrees, compared, values_where_said
from symrnn.exercises.slip_table import SLIPS, Slip
from symrnn.exercises.slips import Names, Slipped, slipped, whole
from symrnn.exercises.world import OutOfRange, World
from symrnn.model.formula.settle import settled
from symrnn.model.formula.term import Term
from symrnn.tensor.numbers import Undecidable

_RANK = {name: i for i, name in enumerate(SLIPS)}  # of slips with the same values the one named first is preferred
MOST_SINGLE = 400
MOST_PAIRS = 600
ALONE = frozenset({Slip.WRONG_SLOPE, Slip.OTHER})  # looked for by themselves: there are many, and pairs are rare
MOST_SLOW = 60  # with 50 digits, where the field cannot decide


def diagnosed(setting: Setting, reference: Term, answer: Term) -> tuple[Diagnosis, ...]:
    """The smallest set of slips that turns the reference into the answer, or nothing."""
    for exact in (True, False):
        world = setting.world(POINTS[0], exact)
        try:
            wanted = list(values_where_said(world, setting, answer, reference))
            break
        except (Undecidable, OutOfRange, ArithmeticError):
            continue
    else:
        return ()
    with world.sharing(reference):
        for candidate in _candidates(setting, world, reference, answer):
            if agrees(world, wanted, settled(candidate.term)) and _confirmed(setting, candidate, answer):
                return _diagnoses(candidate)
    return ()


def _candidates(setting: Setting, world: World, reference: Term, answer: Term) -> Iterator[Slipped]:
    """What may explain an answer, single slips first; fewer of them where each takes 50 digits."""
    exact = world.system.exact
    names = Names(setting.table, setting.square)
    singles = candidates_of(reference, names)
    found = [*islice(singles, MOST_SINGLE if exact else MOST_SLOW), *_unrolled(reference, answer)]
    found.sort(key=lambda c: _RANK[c.names[0]])
    yield from found
    yield from islice(_pairs(names, world, found), MOST_PAIRS if exact else 0)


def candidates_of(term: Term, names: Names) -> Iterator[Slipped]:
    """A formula with one slip, in every way that is known."""
    yield from whole(term)
    yield from slipped(term, names)


def _pairs(names: Names, world: World, singles: list[Slipped]) -> Iterator[Slipped]:
    """Two slips at once: one after another, slips made everywhere first."""
    first = [s for s in singles if s.places == ("everywhere",)] + [s for s in singles if s.places != ("everywhere",)]
    for one in [s for s in first if s.names[0] not in ALONE][:40]:
        world.share(one.term)
        for other in islice(slipped(one.term, names, ALONE), 60):
            if set(other.names) != set(one.names):
                yield Slipped(other.term, (*one.names, *other.names), (*one.places, *other.places))


def _unrolled(reference: Term, answer: Term) -> list[Slipped]:
    """A part of the reference replaced by an element that stands in the answer: a state that was left in it."""
    names = {part for part in answer.walk() if part.head == "at"} - set(reference.walk())
    found = []
    for name in sorted(names, key=str):
        for part in reference.walk():
            if part.head == "apply" and part.size == name.size:
                found.append(Slipped(_replaced(reference, part, name), (Slip.ROLLED,), ("",)))
    return found


def _replaced(term: Term, old: Term, new: Term) -> Term:
    if term == old:
        return new
    if not term.parts:
        return term
    return term.having(tuple(_replaced(p, old, new) for p in term.parts))


def _confirmed(setting: Setting, candidate: Slipped, answer: Term) -> bool:
    return compared(setting, settled(candidate.term), answer).equal is True


def _diagnoses(candidate: Slipped) -> tuple[Diagnosis, ...]:
    return tuple(
        diagnosis(name, place if place == "everywhere" else "")
        for name, place in zip(candidate.names, candidate.places, strict=True)
    )


def diagnosis(name: str, place: str = "") -> Diagnosis:
    """The diagnosis of a slip."""
    mistake = SLIPS[name].mistake
    return Diagnosis(name, place, mistake.explanation, mistake.question)


def credit(found: tuple[Diagnosis, ...]) -> float:
    """What remains of the credit: of two slips, the product."""
    total = 1.0 if found else 0.0
    for d in found:
        total *= SLIPS[d.name].credit
    return round(total, 2)
