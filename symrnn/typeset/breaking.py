"""Long lines: what does not fit is continued below, at a plus or minus, else between the factors of a product.

The layout needs a measure only, a function from an item to its width; each renderer brings its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from symrnn.typeset.items import BigSum, Call, Fence, Folded, Grid, Half, Item, Product, Row, Stack, Sum

Measure = Callable[[Item], int]
BRACKETS, COLUMN = 2, 2  # columns that a bracket takes, and the space between two columns of a matrix
CONTINUED, LEAST = 5, 24  # what a continued line takes for its sign; lines are not made narrower than this


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
            minus, only = terms[0]
            parts = pieces(only, measure, room) if len(terms) == 1 else [Piece("", Sum(tuple(terms)))]
            head: Item = Sum(((True, parts[0].item),)) if minus and len(terms) == 1 else parts[0].item
            found += [Piece(joint, head), *parts[1:]]
        return found
    if isinstance(item, BigSum):
        first, *rest = pieces(item.body, measure, room - 4)
        return (
            [Piece("", replace(item, body=first.item)), *rest] if not isinstance(item.body, Sum) else [Piece("", item)]
        )
    if isinstance(item, Product) and len(item.factors) > 1:
        return _factors(item, measure, room)
    if isinstance(item, Stack | Grid):
        return [Piece("", _folded(item, measure, room - 2 * BRACKETS))]
    if isinstance(item, Fence):
        return _in_brackets(pieces(item.body, measure, room - 2), item.kind, None) or [Piece("", item)]
    if isinstance(item, Call) and len(item.arguments) == 1 and not item.shared and not item.bare:
        inner = pieces(item.arguments[0], measure, room - measure(item.head) - 2)
        return _in_brackets(inner, "round", item.head) or [Piece("", item)]
    return [Piece("", item)]


def sentence_lines(parts: Sequence[str | Item], measure: Measure, room: int) -> list[list[str | Item]]:
    """A sentence in lines, broken at its spaces; a comma stays with the formula before it."""
    found: list[list[str | Item]] = [[]]
    width = 0
    for chunk in _chunks(parts):
        own = sum(len(x) if isinstance(x, str) else measure(x) for x in chunk)
        if found[-1] and width + 1 + own > room:
            found.append([])
            width = 0
        found[-1] += [" ", *chunk] if found[-1] else chunk
        width += own + 1
    return found


def _chunks(parts: Sequence[str | Item]) -> Iterator[list[str | Item]]:
    """What no space divides."""
    chunk: list[str | Item] = []
    for part in parts:
        if not isinstance(part, str):
            chunk.append(part)
            continue
        first, *rest = part.split(" ")
        for i, word in enumerate((first, *rest)):
            if i and chunk:
                yield chunk
                chunk = []
            if word:
                chunk.append(word)
    if chunk:
        yield chunk


def _folded(item: Stack | Grid, measure: Measure, room: int) -> Stack | Grid:
    """A vector or matrix of formulas, whose long sums take several lines so that its columns fit."""
    if isinstance(item, Stack):
        if item.across:
            return Stack(_fitting_row(item.rows, measure, room), True)
        return Stack(tuple(_fold(x, measure, room) for x in item.rows))
    columns = list(zip(*item.rows, strict=True))
    sizes = _shared(
        [max(map(measure, c)) for c in columns], [max(_least(x, measure) for x in c) for c in columns], room
    )
    return Grid(tuple(tuple(_fold(x, measure, n) for x, n in zip(r, sizes, strict=True)) for r in item.rows))


def _fitting_row(cells: tuple[Item, ...], measure: Measure, room: int) -> tuple[Item, ...]:
    sizes = _shared([measure(x) for x in cells], [_least(x, measure) for x in cells], room)
    return tuple(_fold(x, measure, n) for x, n in zip(cells, sizes, strict=True))


def _shared(natural: list[int], least: list[int], room: int) -> list[int]:
    """The room for each column: the widest are narrowed first, down to the least that each needs."""
    sizes = list(natural)
    for i in sorted(range(len(sizes)), key=lambda i: -natural[i]):
        over = sum(sizes) + COLUMN * len(sizes) - room
        sizes[i] = max(least[i], sizes[i] - max(over, 0))
    return sizes


def _least(x: Item, measure: Measure) -> int:
    """About the narrowest that an item is on several lines."""
    return max(measure(piece.item) for piece in pieces(x, measure, LEAST)) + CONTINUED


def _fold(x: Item, measure: Measure, room: int) -> Item:
    """A formula on as many lines as it needs."""
    if measure(x) <= room or isinstance(x, Stack | Grid):
        return x
    found = pieces(x, measure, room - CONTINUED)
    return Folded(tuple((piece.joint, piece.item) for piece in found)) if len(found) > 1 else x


def _in_brackets(inner: list[Piece], kind: str, head: Item | None) -> list[Piece]:
    """The pieces of what stands in brackets, the first with the opening and the last with the closing one."""
    if len(inner) < 2:
        return []
    first, *middle, last = inner
    opened = Piece(first.joint, Half(first.item, kind, "left", head))
    return [opened, *middle, Piece(last.joint, Half(last.item, kind, "right"))]


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
    """The factors of a product, as many in a piece as fit; a factor that is too long is broken itself."""
    lines: list[tuple[str, list[Item]]] = [("", [])]
    for factor in whole.factors:
        line = lines[-1][1]
        used = measure(Product(tuple(line), whole.sign)) if line else 0
        if used + measure(factor) <= room:
            line.append(factor)
            continue
        parts = pieces(factor, measure, room - used) if measure(factor) > room else [Piece("", factor)]
        if line and len(parts) == 1:
            whole_line = pieces(factor, measure, room) if measure(factor) > room else parts
            lines += [(piece.joint or whole.sign, [piece.item]) for piece in whole_line]
            continue
        line.append(parts[0].item)
        lines += [(piece.joint, [piece.item]) for piece in parts[1:]]
    return [Piece(sign, made[0] if len(made) == 1 else Product(tuple(made), whole.sign)) for sign, made in lines]
