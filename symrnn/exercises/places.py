"""At which values of its free indices a formula is compared, and where it has none.

A free t runs over all steps of an instance, its first and last included; where the reference reads what is not there,
or its outermost sums and products are empty, it says nothing, and nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from symrnn.errors import ReadError, Undefined
from symrnn.exercises.values import Indices, index
from symrnn.exercises.world import World
from symrnn.model.formula.read import read
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import Term, free_indices
from symrnn.tensor.numbers import Undecidable

MOST_PLACES = 12
_SIGNS = (("<=", "le"), (">=", "ge"), ("≤", "le"), ("≥", "ge"), ("<", "lt"), (">", "gt"))


@dataclass(frozen=True)
class Condition:
    """`k < t`, for numbers."""

    sign: str
    left: Term
    right: Term

    def holds(self, world: World, at: Indices) -> bool:
        """Whether it holds."""
        a, b = index(self.left, world, at), index(self.right, world, at)
        return {"le": a <= b, "lt": a < b, "ge": a >= b, "gt": a > b, "eq": a == b}[self.sign]


def conditions(text: str, table: Symbols) -> tuple[Condition, ...]:
    """The conditions of a text such as "1 <= k < t <= tau-1, j >= 2"."""
    found = []
    for chain in text.split(",") if text.strip() else ():
        parts, signs = _split(chain)
        if not signs:
            raise Undefined(f"{chain.strip()!r} is no condition", repair='for instance  "1 <= k < t"')
        terms = [_index_term(part, table) for part in parts]
        found += [Condition(s, a, b) for s, a, b in zip(signs, terms, terms[1:], strict=False)]
    return tuple(found)


def _split(chain: str) -> tuple[list[str], list[str]]:
    parts, signs, rest = [""], [], chain
    while rest:
        sign = next(((mark, name) for mark, name in _SIGNS if rest.startswith(mark)), None)
        if sign is None:
            parts[-1] += rest[0]
            rest = rest[1:]
        else:
            signs.append(sign[1])
            parts.append("")
            rest = rest[len(sign[0]) :]
    return parts, signs


def _index_term(text: str, table: Symbols) -> Term:
    try:
        return read(text, table).term
    except ReadError as error:
        raise Undefined(f"{text.strip()!r} is no index: {error.what}") from None


def component_letters(term: Term) -> dict[str, object]:
    """Free letters that number components, with the dimension that each runs over."""
    found: dict[str, object] = {}
    for part in term.walk():
        if part.head == "comp" and part.parts[0].size is not None:
            sides = [d for d in part.parts[0].size if d != 1] or [1]
            for place, side in zip(part.parts[1:], sides * 2, strict=False):
                if place.head == "index":
                    found.setdefault(place.text, side)
    return found


def places(
    world: World, reference: Term, answer: Term, given: tuple[Condition, ...], said: tuple[Condition, ...] = ()
) -> Iterator[dict[str, int]]:
    """The values of the free indices at which the reference says something, the ends of the range among them.

    `given` are the conditions of what is asked, `said` those that an answer sets itself.
    """
    letters = list(dict.fromkeys([*free_indices(reference), *free_indices(answer)]))
    sides = component_letters(reference) | component_letters(answer)
    ranges = [range(1, (world.side(sides[x]) if x in sides else world.last) + 1) for x in letters]
    candidates = [dict(zip(letters, values, strict=True)) for values in product(*ranges)]
    if given:
        found = [at for at in candidates if all(condition.holds(world, at) for condition in given)]
    else:
        found = [at for at in candidates if _says_something(world, reference, at)]
    found = [at for at in found if all(condition.holds(world, at) for condition in said)]
    if len(found) > MOST_PLACES:
        step = (len(found) - 1) / (MOST_PLACES - 1)
        found = [found[round(i * step)] for i in range(MOST_PLACES)]
    return iter(found)


def _says_something(world: World, term: Term, at: dict[str, int]) -> bool:
    """Whether the outermost sums and products are not empty."""
    stack: list[Any] = [term]
    while stack:
        part = stack.pop()
        if part.head in {"sum", "prod", "prod_dec"}:
            try:
                low, high = (index(p, world, at) for p in part.parts[:2])
            except Undecidable:
                continue
            if (low < high if part.head == "prod_dec" else low > high) and any(
                p.head == "index" for end in part.parts[:2] for p in end.walk()
            ):
                return False
            continue
        stack.extend(part.parts)
    return True
