"""The smallest set of mistakes of the catalogue that gives exactly the gradients that were returned.

One mistake everywhere first, then one in some gradients only, then two, then one for each gradient that is wrong.
Whatever is found is confirmed at every other point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from symrnn.calculus.catalogue import Variant
from symrnn.numeric.checking.case import Case
from symrnn.numeric.checking.points import Arrays

PAIRS = 4000  # compositions of two mistakes that are tried
MOST = 4  # mistakes that one explanation may have


@dataclass(frozen=True)
class Effect:
    """What one mistake does at one point: the gradients it changes, and those it gives as returned."""

    variant: Variant
    gradients: Arrays
    changed: frozenset[str]
    matched: frozenset[str]


@dataclass(frozen=True)
class Explanation:
    """Some mistakes, each with the gradients it was made in; all those it changes when `only` is None."""

    made: tuple[tuple[Variant, frozenset[str] | None], ...]
    rest: float


@dataclass(frozen=True)
class Found:
    """Explanations of equal size, the preferred one first; `tried` mistakes that change something."""

    explanations: tuple[Explanation, ...]
    tried: int


def search(cases: list[Case], variants: Iterable[Variant], needed: Iterable[Variant] = ()) -> Found:
    """What explains the gradients of all cases; looked for where most of them are wrong, confirmed everywhere.

    Of two mistakes one must be among those `needed`, if there are any.
    """
    telling = max(cases, key=lambda case: (len(_wrong(case)), -len(case.systems)))
    cases = [telling, *(case for case in cases if case is not telling)]
    wrong = _wrong(telling)
    effects = _effects(telling, variants)
    for stage in (_single, _scoped, partial(_pairs, needed=frozenset(needed)), _covers):
        found = [x for x in stage(cases, effects, wrong) if x is not None]
        if found:
            return Found(tuple(found), len(effects))
    return Found((), len(effects))


def _wrong(case: Case) -> frozenset[str]:
    return frozenset(case.keys) - case.agreeing(case.right)


def _effects(case: Case, variants: Iterable[Variant]) -> list[Effect]:
    found = []
    for variant in variants:
        gradients = case.varied(variant.variation)
        if gradients is None:
            continue
        changed = case.changed(gradients)
        if changed:
            found.append(Effect(variant, gradients, changed, case.agreeing(gradients)))
    return found


def _single(cases: list[Case], effects: list[Effect], wrong: frozenset[str]) -> Iterator[Explanation | None]:
    everything = frozenset(cases[0].keys)
    for e in effects:
        if e.matched == everything:
            yield _confirmed(cases, ((e.variant, None),))


def _scoped(cases: list[Case], effects: list[Effect], wrong: frozenset[str]) -> Iterator[Explanation | None]:
    """One mistake in the gradients that are wrong, and not in others that it would change too."""
    for e in effects:
        if wrong <= e.matched:
            yield _confirmed(cases, ((e.variant, wrong),))


def _pairs(
    cases: list[Case], effects: list[Effect], wrong: frozenset[str], needed: frozenset[Variant]
) -> Iterator[Explanation | None]:
    """Two mistakes: each explains what the other leaves alone; what both change is computed with both."""
    candidates = _distinct([e for e in effects if e.changed <= wrong])
    tried = 0
    for a, b in sorted(combinations(candidates, 2), key=lambda ab: ab[0].variant.width + ab[1].variant.width):
        if a.changed | b.changed != wrong or not (a.changed - b.changed <= a.matched):
            continue
        if not b.changed - a.changed <= b.matched:
            continue
        if needed and not needed & {a.variant, b.variant}:
            continue
        tried += 1
        if tried > PAIRS:
            return
        for pair in _orders(cases[0], a.variant, b.variant):
            found = _confirmed(cases, tuple((v, None) for v in pair))
            if found is not None:
                yield found
                break


def _orders(case: Case, a: Variant, b: Variant) -> list[tuple[Variant, Variant]]:
    """The two orders in which mistakes can be made, one where they touch different terms."""
    backward = case.systems[0].backward
    meeting = backward.touched(a.variation).keys() & backward.touched(b.variation).keys()
    return [(a, b), (b, a)] if meeting else [(a, b)]


def _distinct(effects: list[Effect]) -> list[Effect]:
    """One mistake of those that give the same gradients."""
    found: dict[tuple[bytes, ...], Effect] = {}
    for e in effects:
        rounded = (np.round(g / (np.max(np.abs(g), initial=0.0) or 1.0), 9) + 0.0 for g in e.gradients.values())
        found.setdefault(tuple(g.tobytes() for g in rounded), e)
    return list(found.values())


def _covers(cases: list[Case], effects: list[Effect], wrong: frozenset[str]) -> Iterator[Explanation | None]:
    """Several mistakes, each in gradients of its own."""
    useful: dict[frozenset[str], Effect] = {}
    for e in effects:
        own = e.matched & wrong & e.changed
        if own:
            useful.setdefault(own, e)
    for count in range(2, MOST + 1):
        for sets in combinations(useful, count):
            if frozenset().union(*sets) == wrong and sum(map(len, sets)) == len(wrong):
                yield _confirmed(
                    cases,
                    tuple((useful[s].variant, None if useful[s].changed <= s else s) for s in sets),
                )
                return


def _confirmed(cases: list[Case], made: tuple[tuple[Variant, frozenset[str] | None], ...]) -> Explanation | None:
    """The explanation, if it gives what was returned at every point."""
    rest = 0.0
    for case in cases:
        gradients = explained(case, made)
        if gradients is None or not case.is_explained(gradients):
            return None
        rest = max([rest, *(case.error(key, gradients) for key in case.keys)])
    return Explanation(made, rest)


def explained(case: Case, made: tuple[tuple[Variant, frozenset[str] | None], ...]) -> Arrays | None:
    """The gradients that some mistakes give, those made in some gradients only taken for these."""
    whole = case.varied(*(v.variation for v, only in made if only is None))
    if whole is None:
        return None
    found = dict(whole)
    for variant, only in made:
        if only is not None:
            other = case.varied(variant.variation)
            if other is None:
                return None
            found |= {key: other[key] for key in only}
    return found
