"""Long lines: what does not fit is continued below, at a plus or minus, else between the factors of a product.

The layout needs a measure only, a function from an item to its width; each renderer brings its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from symrnn.typeset.items import BigSum, Item, Product, Row, Sum

Measure = Callable[[Item], int]


@dataclass(frozen=True)
class Piece:
    """A part of a broken line; `joint` stands before it: "" for the first one, "+", "" or the sign of a product."""

    joint: str
    item: Item


def broken(row: Row, measure: Measure, room: int) -> list[Item]:
    """The right side of a row as one or more pieces, each no wider than `room` where the terms allow it."""
    right = row.right
    if not isinstance(right, Sum) or measure(right) <= room:
        return [right]
    return [Sum(tuple(piece)) for piece in _filled(right, measure, room)]


def pieces(item: Item, measure: Measure, room: int) -> list[Piece]:
    """An item in pieces no wider than `room`, as far as its sums and products allow it."""
    if measure(item) <= room:
        return [Piece("", item)]
    if isinstance(item, Sum):
        found: list[Piece] = []
        for terms in _filled(item, measure, room):
            joint = "+" if found and not terms[0][0] else ""
            whole = Sum(tuple(terms))
            parts = pieces(terms[0][1], measure, room) if len(terms) == 1 and not terms[0][0] else [Piece("", whole)]
            found += [Piece(joint, parts[0].item), *parts[1:]]
        return found
    if isinstance(item, BigSum):
        first, *rest = pieces(item.body, measure, room - 4)
        return (
            [Piece("", replace(item, body=first.item)), *rest] if not isinstance(item.body, Sum) else [Piece("", item)]
        )
    if isinstance(item, Product) and len(item.factors) > 1:
        return _factors(item, measure, room)
    return [Piece("", item)]


def _filled(whole: Sum, measure: Measure, room: int) -> list[list[tuple[bool, Item]]]:
    """The terms of a sum, as many in a piece as fit."""
    found: list[list[tuple[bool, Item]]] = [[]]
    width = 0
    for minus, term in whole.terms:
        own = measure(term) + 3
        if found[-1] and width + own > room:
            found.append([])
            width = 0
        found[-1].append((minus, term))
        width += own
    return found


def _factors(whole: Product, measure: Measure, room: int) -> list[Piece]:
    """The factors of a product, as many in a piece as fit."""
    groups: list[list[Item]] = [[]]
    for factor in whole.factors:
        if groups[-1] and measure(Product((*groups[-1], factor), whole.sign)) > room:
            groups.append([])
        groups[-1].append(factor)
    made = [group[0] if len(group) == 1 else Product(tuple(group), whole.sign) for group in groups]
    return [Piece(whole.sign if i else "", item) for i, item in enumerate(made)]
