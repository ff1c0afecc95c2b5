"""An answer by its entries: a scalar in free indices i, j where a vector or matrix was asked for."""

from __future__ import annotations

from symrnn.exercises.places import component_letters
from symrnn.model.formula import sizes
from symrnn.model.formula.term import SCALAR, Term, free_indices


def entry_of(reference: Term, typed: Term, said: Term) -> Term:
    """The entry of a reference that an answer gives, or the reference where the answer is no entry.

    Which index is the row is read off the left side, `(nabla_W L)_{ij} = ...`, or off the dimensions; where both are
    silent the letters stand in the order of the alphabet.
    """
    if reference.size is None or reference.size == SCALAR or said.size != SCALAR:
        return reference
    sides = component_letters(said)
    letters = [x for x in free_indices(said) if x in sides and x not in free_indices(reference)]
    wanted = [side for side in reference.size if side != 1]
    if len(letters) != len(wanted):
        return reference
    for order in (_left(typed), sorted(letters), sorted(letters, reverse=True)):
        if sorted(order) == sorted(letters) and all(map(sizes.same, (sides[x] for x in order), wanted)):
            places = tuple(Term("index", text=x, size=SCALAR) for x in order)
            return Term("comp", (reference, *places), size=SCALAR)
    return reference


def _left(typed: Term) -> list[str]:
    """The letters of the entry that stands on the left of an equation."""
    if typed.head == "eq":
        for part in typed.parts[0].walk():
            if part.head == "comp":
                return [place.text for place in part.parts[1:] if place.head == "index"]
    return []
