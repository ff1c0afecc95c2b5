"""The sizes that the context decides: an identity and a vector of ones take theirs from what is around."""

from __future__ import annotations

from dataclasses import replace

from symrnn.model.formula.term import SCALAR, Size, Term, is_open

_SAME = frozenset({"add", "sub", "neg", "hadamard", "eq", "cases"})
_THROUGH = frozenset({"sum", "prod", "prod_dec"})


def settled(term: Term, size: Size = None) -> Term:
    """The term with all sizes known that follow from `size` or from within."""
    if term.is_settled:
        return term
    size = term.size if not is_open(term.size) or size is None else size
    if term.is_leaf:
        return term if term.size == size else replace(term, size=size)
    if term.head in _SAME:
        if is_open(size):
            size = next((p.size for p in term.parts if p.size != SCALAR and not is_open(p.size)), size)
        parts = tuple(settled(part, size if is_open(part.size) else None) for part in term.parts)
    elif term.head in _THROUGH:
        parts = (*term.parts[:2], settled(term.parts[2], size))
    elif term.head == "mul":
        parts = _factors(term.parts, size)
    elif term.head == "transpose":
        parts = (settled(term.parts[0], None if size is None else (size[1], size[0])),)
    elif term.head == "diag" and size is not None:
        parts = (settled(term.parts[0], (size[0], 1)),)
    elif term.head in {"pow", "matpow", "div"}:
        parts = (settled(term.parts[0], size), *map(settled, term.parts[1:]))
    elif term.head == "dot":
        known = next((part.size for part in term.parts if not is_open(part.size)), None)
        parts = tuple(settled(part, known) for part in term.parts)
    else:
        parts = tuple(settled(part) for part in term.parts)
    if size == term.size and all(new is old for new, old in zip(parts, term.parts, strict=True)):
        return term  # itself, so that what is known of it is not asked again
    return replace(term, parts=parts, size=size)


def _factors(parts: tuple[Term, ...], size: Size) -> tuple[Term, ...]:
    """An open factor of a product takes its rows from the left, or its columns from the right."""
    places = [i for i, part in enumerate(parts) if part.size != SCALAR]
    found = list(map(settled, parts))
    for at, i in enumerate(places):
        if not is_open(found[i].size):
            continue
        before = found[places[at - 1]].size if at else None
        rows = before[1] if before else size[0] if size and not at else None
        after = found[places[at + 1]].size if at + 1 < len(places) else None
        columns = after[0] if after else size[1] if size and at + 1 == len(places) else None
        if parts[i].head == "ones" or (parts[i].head == "transpose" and parts[i].parts[0].head == "ones"):
            row = parts[i].head == "transpose"
            side = columns if row else rows
            found[i] = settled(parts[i], (1, side) if row else (side, 1)) if side is not None else found[i]
        else:
            side = rows if rows is not None else columns
            found[i] = settled(parts[i], (side, side)) if side is not None else found[i]
    return tuple(found)
