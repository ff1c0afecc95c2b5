"""What stands under an unfolded picture: the local Jacobians written out, the terms of a derivative by its routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from symrnn.diagram.backward import in_line
from symrnn.diagram.inline import Line, line_of, words
from symrnn.diagram.jacobians import Numbered
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import RADIUS, SMALLER, Node, Text
from symrnn.diagram.routes import term

LEADING = 26.0  # from line to line
TALL = 40.0  # from fraction to fraction
NEXT = 5.0  # around a sign of equality
COLUMN = 44.0  # between two columns
DEEP = 4  # lines in a column, if the picture is wide enough for another one
WIDE = 420.0  # what a picture has room for below it, however narrow it is


def route_lines(
    routes: Sequence[tuple[str, ...]], nodes: Iterable[Node], ends: tuple[str, str], roots: Mapping[str, Label]
) -> list[tuple[Line, int]]:
    """The terms of a derivative, each with its tone."""
    labels = {node.name: node.label for node in nodes}
    source = roots.get(ends[0]) or labels[ends[0]]
    count = f"{len(routes)} term{'s' * (len(routes) > 1)}, one for each route"
    head = Line((*in_line(labels[ends[1]], source).parts, words(f" has {count}:")))
    named = {name: label for name, label in labels.items() if name not in roots}
    return [(head, -1), *((term(route, named), i) for i, route in enumerate(routes))]


def placed_under(lines: Sequence[tuple[Line, int]], nodes: Sequence[Node]) -> tuple[Text, ...]:
    """The lines below all nodes, in the middle."""
    left, right, bottom = _below(nodes)
    return tuple(
        Text(line, (left + right) / 2, bottom + i * LEADING, SMALLER, "legend", tone)
        for i, (line, tone) in enumerate(lines)
    )


def _below(nodes: Sequence[Node]) -> tuple[float, float, float]:
    """From where to where the nodes reach, and the first line below them."""
    return min(n.x for n in nodes), max(n.x for n in nodes), max(n.y for n in nodes) + RADIUS + LEADING + 4


def listed_under(rows: Numbered, short: bool, nodes: Sequence[Node], above: int) -> tuple[Text, ...]:
    """The Jacobians with their values, under each other at their signs of equality, in columns if they are many.

    `short` asks for those without a value too, each after its short name; `above` lines stand there before.
    """
    shown = [(i, entry) for i, entry in enumerate(rows.entries) if short or entry.value]
    if not shown:
        return ()
    names = [line_of(rows.name(i), " =") if short else Line(()) for i, _ in shown]
    values = [line_of("= ", *entry.value.parts) if entry.value else Line(()) for _, entry in shown]
    first = max(name.width(SMALLER) for name in names) + (NEXT if short else 0.0)
    second = max(entry.fraction.width(SMALLER) for _, entry in shown)
    width = first + second + NEXT + max(value.width(SMALLER) for value in values)
    left, right, bottom = _below(nodes)
    fitting = int((max(right - left, WIDE) + COLUMN) // (width + COLUMN))
    columns = max(1, min(fitting, ceil(len(shown) / DEEP)))
    depth = ceil(len(shown) / columns)
    start = (left + right) / 2 - (columns * width + (columns - 1) * COLUMN) / 2
    found = []
    for k, ((_, entry), name, value) in enumerate(zip(shown, names, values, strict=True)):
        x = start + (k // depth) * (width + COLUMN)
        y = bottom + above * LEADING + 6 + (k % depth) * TALL
        found += [Text(name, x + first - NEXT, y, SMALLER, "legend", anchor="end")] if short else []
        found.append(Text(entry.fraction, x + first + second / 2, y, SMALLER, "legend"))
        found += [Text(value, x + first + second + NEXT, y, SMALLER, "legend", anchor="start")] if entry.value else []
    return tuple(found)
