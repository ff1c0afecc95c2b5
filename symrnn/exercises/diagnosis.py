"""Which slip makes a right formula into a wrong answer: each is tried on the reference, single ones before pairs.

A slip explains an answer when it gives the same values at random points of a finite field, and then in a comparison of
its own. What it says of the answer names the kind of mistake and where to look, not the formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from symrnn.calculus.verdict import Diagnosis
from symrnn.exercises.comparing import POINTS, Setting, Value, agrees, compared, values_where_said
from symrnn.exercises.slip_table import SLIPS, Slip
from symrnn.exercises.slips import Names, Slipped, slipped, whole
from symrnn.exercises.slips_seen import borrowed, excess
from symrnn.exercises.values import value
from symrnn.exercises.world import OutOfRange, World
from symrnn.model.formula.settle import settled
from symrnn.model.formula.term import Term
from symrnn.tensor.numbers import Undecidable

_RANK = {name: i for i, name in enumerate(SLIPS)}  # of slips with the same values the one named first is preferred
MOST_SINGLE = 400
MOST_PAIRS = 600
# Looked for by themselves: there are many, pairs are rare, or would explain what they did not cause.
ALONE = frozenset({Slip.WRONG_SLOPE, Slip.OTHER, Slip.EXPONENT, Slip.COMPLEMENT, Slip.BRACKETS, Slip.TRUNCATED})
ALONE |= {Slip.ONE, Slip.ADDED, Slip.BOUNDS, Slip.TIME, Slip.VALUE}
MOST_SLOW = 60  # with 50 digits, where the field cannot decide


def diagnosed(setting: Setting, reference: Term, answer: Term) -> tuple[Diagnosis, ...]:
    """The smallest set of slips that turns the reference into the answer, or nothing."""
    for exact in (True, False):
        try:
            world, wanted = _probe(setting, POINTS[0], reference, answer, exact)
            break
        except (Undecidable, OutOfRange, ArithmeticError):
            continue
    else:
        return ()

    def explains(candidate: Slipped) -> bool:
        term = settled(candidate.term)
        return agrees(world, wanted, term) and _confirmed(setting, reference, answer, term, exact)

    names = Names(setting.table, setting.square)
    with world.sharing(reference):
        singles = _singles(names, reference, answer, exact)
        alone = next(filter(explains, singles), None)
        if alone is not None:
            return _diagnoses(alone)
        surplus = _too_much(setting, world, reference, answer)
        if surplus:
            return surplus
        pair = next(filter(explains, islice(_pairs(names, world, singles), MOST_PAIRS if exact else 0)), None)
        return _diagnoses(pair) if pair is not None else ()


def _probe(
    setting: Setting, point: tuple[int, int], reference: Term, answer: Term, exact: bool
) -> tuple[World, list[Value]]:
    """The answer's values at one point, wherever the reference says something, and where they were taken."""
    world, found = setting.world(point, exact), []
    for at, _ in values_where_said(world, setting, reference, answer):
        try:
            found.append((at, value(world, answer, at)))
        except OutOfRange:
            continue
    if not found:
        raise OutOfRange("the answer says nothing at any time")
    return world, found


def _confirmed(setting: Setting, reference: Term, answer: Term, candidate: Term, exact: bool) -> bool:
    """Whether a candidate has the answer's values at another point, too."""
    world, wanted = _probe(setting, POINTS[1], reference, answer, exact)
    return agrees(world, wanted, candidate)


def _too_much(setting: Setting, world: World, reference: Term, answer: Term) -> tuple[Diagnosis, ...]:
    """A factor or term of the answer without which it is right."""
    right = list(values_where_said(world, setting, reference, answer))
    for name, less in islice(excess(answer), MOST_SINGLE if world.system.exact else MOST_SLOW):
        if agrees(world, right, settled(less)) and compared(setting, reference, settled(less)).equal:
            return (diagnosis(name),)
    return ()


def _singles(names: Names, reference: Term, answer: Term, exact: bool) -> list[Slipped]:
    """What may explain an answer alone; fewer of them where each takes 50 digits."""
    most = MOST_SINGLE if exact else MOST_SLOW
    seen = (Slipped(term, (name,), ("",)) for name, term in borrowed(reference, answer))
    found = [*islice(candidates_of(reference, names), most), *_unrolled(reference, answer), *islice(seen, most)]
    return sorted(found, key=lambda c: _RANK[c.names[0]])


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
            if set(other.names) != set(one.names) and not set(other.names) & ALONE:
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
