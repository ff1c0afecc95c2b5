"""The circuit: one node for each sequence, and a black square on an arrow for each step of delay.

All nodes stand in one line from bottom to top. Reads within a step go straight up or pass on the left; delayed
reads loop on the right, those from the future on the left, each on a track of its own, the shorter inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symrnn.diagram.curves import clipped, line
from symrnn.diagram.labels import USUAL, Label, Lettering
from symrnn.diagram.layers import row_order
from symrnn.diagram.layout import (
    RISE,
    Edge,
    Layout,
    Node,
    Panel,
    framed,
    half_width,
)
from symrnn.diagram.reading import (
    Read,
    Statement,
    joined,
    kind_of,
    label_in,
    lag_of,
    reads_of,
    shown_time,
    statements,
)
from symrnn.diagram.rowed import has_rows, rowed_panel
from symrnn.diagram.style import LIGHT, Style
from symrnn.diagram.tracks import Side, Wire, beside_wire
from symrnn.model import Element, Recurrence


def wires_of(model: Recurrence, letters: Lettering = USUAL) -> dict[Wire, Label | None]:
    """The arrows of a circuit with their labels, each pair of rows once for each lag."""
    found: dict[Wire, list[Label | None]] = {}
    for part in statements(model):
        for read in reads_of(part.name, part.rhs, letters):
            found.setdefault(replace(_wire(part, read), letters=letters), []).append(read.label)
    return {wire: joined(labels) for wire, labels in found.items()}


def _wire(part: Statement, read: Read) -> Wire:
    lag = lag_of(part, read)
    if lag is not None:
        return Wire(read.name, part.name, lag)
    if not isinstance(read.leaf, Element):
        return Wire(read.name, part.name, held="" if part.index else f"t={shown_time(part.time)}")
    time = "all t" if read.over else f"t={shown_time(read.leaf.time)}"
    return Wire(read.name, part.name, held=time)


def circuit_layout(model: Recurrence, style: Style = LIGHT, letters: Lettering = USUAL) -> Layout:
    """The folded graph of a model."""
    if has_rows(model, wires_of(model)):
        wires = wires_of(model) if style.labels else dict.fromkeys(wires_of(model))
        return framed(rowed_panel(model, wires, style), f"Circuit of {model.title.name}", _description(model, wires))
    rows = {name: i for i, name in enumerate(row_order(model))}
    labels = {name: label_in(model, name, letters) for name in rows}
    corners = {name: style.corner(kind_of(model, name)) for name in rows}
    half = half_width(labels.values(), corners.values())
    nodes = {
        name: Node(name, labels[name], 0.0, -row * RISE, kind_of(model, name), half, corner=corners[name])
        for name, row in rows.items()
    }
    wires = wires_of(model, letters)
    wires = wires if style.labels else dict.fromkeys(wires)
    straight = _straight_ones(wires, rows)
    right = [w for w in wires if w.lag > 0]
    left = [w for w in wires if w not in straight and w not in right]
    edges = [_straight(w, nodes, wires[w]) for w in straight]
    edges += [
        edge for sign, some in ((1, right), (-1, left)) for edge in Side(sign, rows, wires, half, some, corners).edges()
    ]
    panel = Panel("circuit", tuple(nodes.values()), tuple(edges), (), 0.0)
    return framed(panel, f"Circuit of {model.title.name}", _description(model, wires))


def _straight_ones(wires: Iterable[Wire], rows: dict[str, int]) -> list[Wire]:
    """The arrows within a step between neighbours, one for each pair."""
    found: dict[frozenset[str], Wire] = {}
    for wire in sorted(wires, key=lambda w: bool(w.held)):
        if not wire.lag and abs(rows[wire.source] - rows[wire.target]) == 1:
            found.setdefault(frozenset((wire.source, wire.target)), wire)
    return list(found.values())


def _straight(wire: Wire, nodes: dict[str, Node], label: Label | None) -> Edge:
    a, b = nodes[wire.source], nodes[wire.target]
    curve = clipped(line((a.x, a.y), (b.x, b.y)), lambda p: a.distance(p) <= 0.5, lambda p: b.distance(p) <= 2.0)
    texts = tuple(beside_wire(wire, label, a.x, (a.y + b.y) / 2, -1))
    return Edge(wire.source, wire.target, curve, 0, texts, dashed=bool(wire.held))


def _description(model: Recurrence, wires: dict[Wire, Label | None]) -> str:
    nodes = ", ".join(f"{name} ({kind_of(model, name)})" for name in row_order(model))
    delayed = [
        f"{w.source} to {w.target} by {abs(w.lag)} step{'s' * (abs(w.lag) > 1)}{' from the future' * (w.lag < 0)}"
        for w in wires
        if w.lag
    ]
    squares = f" A black square is a delay of one step: {', '.join(delayed)}." if delayed else " There is no delay."
    return f"One node for each sequence: {nodes}. An arrow leads from what is read to what reads it.{squares}"
