"""The circuit of a gated cell: gates of one height side by side, as in its unfolded graph.

Reads within a step find their ways as there. A delayed read of a gate runs down on the right and along a channel
under the row of gates into the gate from below; all others have their tracks beside the nodes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from symrnn.diagram.curves import Curve, Point, flattened
from symrnn.diagram.labels import Label
from symrnn.diagram.lattice import Hop, Lattice, Seats
from symrnn.diagram.layers import layers, slots_of
from symrnn.diagram.layout import RADIUS, SMALLER, Edge, Node, Panel, Text, half_width
from symrnn.diagram.placing import FINE, Beside, Ground, place_labels
from symrnn.diagram.reading import kind_of, label_in
from symrnn.diagram.routing import ended, route
from symrnn.diagram.style import Style
from symrnn.diagram.tracks import SMALL_TEXT, Side, Wire, mark_of
from symrnn.model import Recurrence

CHANNEL = 11.0  # from channel to channel
UNDER = 16.0  # from a row of gates to the first channel
ASIDE = 10.0  # from the middle of a gate to where a delayed read enters it
PITCH = 8.0  # from there to where another one does

Wires = Mapping[Wire, Label | None]


def crowded(model: Recurrence) -> set[str]:
    """The rows that share their layer with another one."""
    return {name for layer in layers(model) if len(layer) > 1 for name in layer}


def has_rows(model: Recurrence, wires: Wires) -> bool:
    """Whether a circuit is drawn with gates side by side: there are some, and no other step reads them."""
    row = crowded(model)
    return bool(row) and all(w.source not in row and (w.target not in row or w.lag > 0) for w in wires if w.lag)


def rowed_panel(model: Recurrence, wires: Wires, style: Style) -> Panel:
    """The picture of such a circuit."""
    slots = slots_of(layers(model))
    labels = {name: label_in(model, name) for name in slots}
    corners = {name: style.corner(kind_of(model, name)) for name in slots}
    half = half_width(labels.values(), corners.values())
    order = {name: i for i, name in enumerate(slots)}
    within = {w: (order[w.source], order[w.target], 0) for w in wires if not w.lag}
    lattice = _lattice(slots, half, tuple(corners.values()), [w for w in wires if w.lag])
    taken = frozenset((i, 0) for i in order.values())
    lattice, ways = route(lattice, Seats(taken, dict.fromkeys(within.values(), (0,))))
    drawn = {hop: ended(lattice, hop, way) for hop, way in ways.items()}
    at = {name: lattice.place(i) for name, i in order.items()}
    nodes = {
        name: Node(name, labels[name], x, -y, kind_of(model, name), half, corner=corners[name])
        for name, (x, y) in at.items()
    }
    delayed = _delayed(wires, nodes, drawn, crowded(model), corners)
    edges = [*_within(within, wires, drawn, nodes, delayed, lattice), *delayed]
    return Panel("circuit", tuple(nodes.values()), tuple(edges), (), 0.0)


def _lattice(
    slots: dict[str, tuple[float, int]], half: float, corners: tuple[float, ...], delayed: list[Wire]
) -> Lattice:
    """Places for the nodes, with room for the channels under each row."""
    lattice = Lattice(tuple(slots.values()), half, 1.25, corners=corners)
    lifts = []
    for layer in range(1, lattice.layers):
        entering = sum(slots[w.target][1] == layer for w in delayed)
        row = sum(slots[name][1] == layer for name in slots) > 1
        need = 2 * RADIUS + 2 * UNDER + CHANNEL * entering + 30 if row and entering else 0.0
        lifts.append(max(1.0, need / lattice.rise))
    return Lattice(lattice.slots, half, 1.25, tuple(lifts), corners=corners)


def _delayed(
    wires: Wires, nodes: dict[str, Node], drawn: dict[Hop, Curve], row: set[str], corners: dict[str, float]
) -> list[Edge]:
    """The reads of other steps on the tracks beside the nodes."""
    order = {name: i for i, name in enumerate(sorted(nodes, key=lambda name: (-nodes[name].y, nodes[name].x)))}
    half = next(iter(nodes.values())).half_width
    levels = {name: node.y for name, node in nodes.items()}
    reach = max(abs(node.x) for node in nodes.values()) + half
    busy = [(x, -y) for way in drawn.values() for x, y in flattened(way)]
    left = [w for w in wires if w.lag < 0 or (w.lag > 0 and w.source == w.target and _is_passed(nodes[w.source], busy))]
    right = [w for w in wires if w.lag > 0 and w not in left]
    entries = _entries([w for w in right if w.target in row], nodes, order)
    found: list[Edge] = []
    for sign, some in ((1, right), (-1, left)):
        mine = {w: entry for w, entry in entries.items() if w in some}
        side = Side(
            sign, order, dict(wires), half, some, corners, levels=levels, entries=mine, raised=sign < 0, reach=reach
        )
        found += side.edges()
    return found


def _entries(wires: list[Wire], nodes: dict[str, Node], order: dict[str, int]) -> dict[Wire, tuple[Point, float]]:
    """Where delayed reads enter the gates of a row, and the heights of their channels; none crosses another one's."""
    inner = sorted(wires, key=lambda w: (-nodes[w.target].x, abs(order[w.source] - order[w.target])))
    found = {}
    for w in inner:
        node = nodes[w.target]
        alike = [v for v in inner if v.target == w.target]
        k = alike.index(w) if node.x < 0 else len(alike) - 1 - alike.index(w)
        aside = (ASIDE + PITCH * k) * (-1 if node.x < 0 else 1)  # what is read within the step comes from the middle
        depth = [v for v in inner if nodes[v.target].y == node.y].index(w)
        bottom = (max(node.radius**2 - aside**2, 0.0)) ** 0.5 if node.corner == node.radius else node.radius
        found[w] = ((node.x + aside, node.y + bottom), node.y + node.radius + UNDER + CHANNEL * depth)
    return found


def _is_passed(node: Node, busy: list[tuple[float, float]]) -> bool:
    """Whether an arrow passes on the right of a node, where its loop would be."""
    beside = range(int(node.x + node.half_width), int(node.x + node.half_width) + 48)
    return any(int(x) in beside and abs(y - node.y) < node.radius for x, y in busy)


def _within(
    within: dict[Wire, Hop],
    wires: Wires,
    drawn: dict[Hop, Curve],
    nodes: dict[str, Node],
    delayed: list[Edge],
    lattice: Lattice,
) -> list[Edge]:
    """The reads of one step, with their labels off everything else."""
    ground = Ground((n.x, -n.y, n.half_width, n.radius) for n in nodes.values())
    ways = [(way, (0.0,)) for way in drawn.values()]
    ways += [(tuple((x, -y) for x, y in edge.curve), (0.0,)) for edge in delayed]
    for text in (text for edge in delayed for text in edge.texts):
        ground.settle(Text(text.label, text.x, -text.y, text.size), (0.0,))
    wanted: dict[Hashable, Beside] = {}
    for w, hop in within.items():
        inner = wires[w] or mark_of(w)
        if inner is not None:
            wanted[w] = Beside(inner, drawn[hop], (0.0,), size=SMALLER if wires[w] else SMALL_TEXT)
    spots, _ = place_labels(ground, ways, wanted, tried=FINE)
    found = []
    for w, hop in within.items():
        texts = tuple(Text(wanted[w].inner, spots[w][0], -spots[w][1], wanted[w].size) for _ in (0,) if w in spots)
        curve = tuple((x, -y) for x, y in drawn[hop])
        found.append(Edge(w.source, w.target, curve, 0, texts, dashed=bool(w.held)))
    return found
