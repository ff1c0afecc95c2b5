"""Long lines: a sum that does not fit is continued below, broken before a plus or minus.

The layout needs a measure only, a function from an item to its width; each renderer brings its own.
"""

from __future__ import annotations

from collections.abc import Callable

from symrnn.typeset.items import Item, Row, Sum

Measure = Callable[[Item], int]


def broken(row: Row, measure: Measure, room: int) -> list[Item]:
    """The right side of a row as one or more pieces, each no wider than `room` where the terms allow it."""
    right = row.right
    if not isinstance(right, Sum) or measure(right) <= room:
        return [right]
    pieces: list[list[tuple[bool, Item]]] = [[]]
    width = 0
    for minus, term in right.terms:
        own = measure(term) + 3
        if pieces[-1] and width + own > room:
            pieces.append([])
            width = 0
        pieces[-1].append((minus, term))
        width += own
    return [Sum(tuple(piece)) for piece in pieces]
