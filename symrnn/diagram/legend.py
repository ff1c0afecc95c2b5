"""What stands under an unfolded picture: the local Jacobians written out, the terms of a derivative by its routes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symrnn.calculus import jacobian
from symrnn.diagram.backward import GIVEN, in_line
from symrnn.diagram.formula import formula
from symrnn.diagram.inline import Line, line_of, words
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import RADIUS, SMALLER, Node, Text
from symrnn.diagram.reading import kind_of, label_in, reads_of, shown_time
from symrnn.diagram.routes import term
from symrnn.model import Constant, Recurrence
from symrnn.tensor import shape_of

LEADING = 26.0  # from line to line


def jacobian_lines(model: Recurrence) -> list[Line]:
    """The local Jacobians of every equation by what it reads."""
    found = []
    for e in model.equations:
        node = label_in(model, e.sequence.name).at(shown_time(e.lhs.time))
        for read in reads_of(e.sequence.name, e.rhs):
            ranks = len(shape_of(e.lhs)), len(shape_of(read.leaf))
            if isinstance(read.leaf, Constant) or read.over or kind_of(model, read.name) in GIVEN:
                continue
            by = label_in(model, read.name).at(shown_time(read.leaf.time))
            value = formula(model, jacobian(model, e.lhs, read.leaf, immediate=True))
            is_row = ranks == (0, 1)
            found.append(Line((*in_line(node, by).parts, words(" = "), *(_row(value) if is_row else value).parts)))
    return found


def _row(value: Line) -> Line:
    """The derivative of a scalar is a row."""
    return line_of("(", *value.parts, Label(")", sup="⊤", italic=False, word=True))


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
    bottom = max(node.y for node in nodes) + RADIUS + LEADING + 4
    middle = (min(node.x for node in nodes) + max(node.x for node in nodes)) / 2
    return tuple(
        Text(line, middle, bottom + i * LEADING, SMALLER, "legend", tone) for i, (line, tone) in enumerate(lines)
    )
