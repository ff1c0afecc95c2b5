"""The circuit: one node for each sequence, and a black square on an arrow for each step of delay.

All nodes stand in one line from bottom to top. Reads within a step go straight up or pass on the left; delayed
reads loop on the right, those from the future on the left, each on a track of its own, the shorter inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from symrnn.diagram.curves import Curve, Point, along, clipped, length, line, rounded
from symrnn.diagram.labels import MINUS, Label
from symrnn.diagram.layout import (
    RADIUS,
    RISE,
    SMALLER,
    SQUARE,
    Edge,
    Layout,
    Node,
    Panel,
    Text,
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
    row_order,
    shown_time,
    statements,
)
from symrnn.model import Element, Recurrence

TRACK = 30.0  # distance of neighbouring tracks, without their labels
PITCH = 15.0  # distance of neighbouring delays
SMALL_TEXT = 12.0


@dataclass(frozen=True)
class Wire:
    """One arrow of a circuit: who is read, by whom, how many steps later; `held` names a fixed time."""

    source: str
    target: str
    lag: int = 0
    held: str = ""


def wires_of(model: Recurrence) -> dict[Wire, Label | None]:
    """The arrows of a circuit with their labels, each pair of rows once for each lag."""
    found: dict[Wire, list[Label | None]] = {}
    for part in statements(model):
        for read in reads_of(part.name, part.rhs):
            found.setdefault(_wire(part, read), []).append(read.label)
    return {wire: joined(labels) for wire, labels in found.items()}


def _wire(part: Statement, read: Read) -> Wire:
    lag = lag_of(part, read)
    if lag is not None:
        return Wire(read.name, part.name, lag)
    if not isinstance(read.leaf, Element):
        return Wire(read.name, part.name, held="" if part.index else f"t={shown_time(part.time)}")
    time = "all t" if read.over else f"t={shown_time(read.leaf.time)}"
    return Wire(read.name, part.name, held=time)


End = tuple[tuple[int, int], Wire, bool]  # its order from top to bottom, the wire, whether it leaves


@dataclass
class _Side:
    """The tracks on one side of the nodes: which wire runs where, and at which height it leaves and arrives."""

    sign: int
    rows: dict[str, int]
    labels: dict[Wire, Label | None]
    half: float
    wires: list[Wire]
    tracks: dict[Wire, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for wire in sorted(self.wires, key=lambda w: (self._span(w)[1] - self._span(w)[0], abs(w.lag))):
            taken = {k for other, k in self.tracks.items() if self._meet(wire, other)}
            self.tracks[wire] = next(k for k in range(len(self.wires) + 1) if k not in taken)

    def _span(self, wire: Wire) -> tuple[float, float]:
        ends = sorted((self.rows[wire.source], self.rows[wire.target]))
        return (ends[0] - 0.4, ends[1] + 0.4) if ends[0] == ends[1] else (float(ends[0]), float(ends[1]))

    def _meet(self, a: Wire, b: Wire) -> bool:
        (low, high), (bottom, top) = self._span(a), self._span(b)
        return low <= top and bottom <= high

    def _ends(self, row: int) -> list[End]:
        """The wire ends at a node from top to bottom, ordered so that no lead crosses another's track."""
        found = []
        for wire, track in self.tracks.items():
            a, b = self.rows[wire.source], self.rows[wire.target]
            if a == b == row:
                found += [((1, -track), wire, True), ((2, track), wire, False)]
            elif row in (a, b):
                upward = max(a, b) != row
                found.append(((0, track) if upward else (3, -track), wire, row == a))
        return sorted(found, key=lambda end: end[0])

    def ports(self) -> dict[tuple[Wire, bool], Point]:
        """Where each wire leaves (True) and arrives (False)."""
        found: dict[tuple[Wire, bool], Point] = {}
        for row in self.rows.values():
            ends = self._ends(row)
            for (_, wire, leaves), up in zip(ends, _heights(ends), strict=True):
                out = self.half - RADIUS + (RADIUS**2 - up**2) ** 0.5
                found[(wire, leaves)] = (self.sign * out, -row * RISE - up)
        return found

    def distances(self) -> list[float]:
        """How far each track is from the line of nodes."""
        found: list[float] = []
        edge = self.half
        for k in range(1 + max(self.tracks.values(), default=-1)):
            here = [w for w, track in self.tracks.items() if track == k]
            need = max(PITCH * abs(w.lag) / 2 for w in here)
            found.append(edge + max(TRACK, need if k == 0 else TRACK))
            edge = found[-1] + max((_room(w, self.labels[w]) for w in here), default=0.0)
        return found

    def edges(self) -> list[Edge]:
        """The arrows on this side, with their delays and labels."""
        ports, distances = self.ports(), self.distances()
        return [self._edge(w, ports, self.sign * distances[self.tracks[w]]) for w in self.wires]

    def _free_way(self, wire: Wire, curve: Curve, ports: dict[tuple[Wire, bool], Point]) -> float:
        """Where along a wire its delays and labels stand: at the middle, or off the leads that cross it there."""
        leads = [y for (other, _), (_, y) in ports.items() if self.tracks[other] > self.tracks[wire]]
        ways = (0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62, 0.34, 0.66)
        heights = {way: along(curve, way)[0][1] for way in ways}
        return max(ways, key=lambda way: min((min(abs(y - heights[way]), 22.0) for y in leads), default=0.0))

    def _edge(self, wire: Wire, ports: dict[tuple[Wire, bool], Point], x: float) -> Edge:
        start, end = ports[(wire, True)], ports[(wire, False)]
        curve = rounded((start, (x, start[1]), (x, end[1]), (end[0] + 2 * self.sign, end[1])), 20.0)
        way = self._free_way(wire, curve, ports)
        texts = tuple(self._texts(wire, x, along(curve, way)[0][1]))
        return Edge(wire.source, wire.target, curve, wire.lag, texts, _delays(curve, wire.lag, way), bool(wire.held))

    def _texts(self, wire: Wire, x: float, y: float) -> Iterable[Text]:
        label, mark = self.labels[wire], _mark(wire)
        up = 9.0 if label and mark else 0.0
        clear = 9.0 if wire.lag else 6.0
        if label:
            yield Text(label, x + self.sign * (clear + label.width(SMALLER) / 2), y - up)
        if mark:
            words = Label(mark, italic=False)
            yield Text(words, x + self.sign * (clear + words.width(SMALL_TEXT) / 2), y + up, SMALL_TEXT, "lag")


def _heights(ends: list[End]) -> list[float]:
    """How far above the centre the ends at one side of a node are; the two ends of the inmost loop lie apart."""
    gaps = [2.5 if a[1] == b[1] else 1.0 for a, b in pairwise(ends)]
    reach = RADIUS * min(0.84, 0.62 + 0.05 * len(ends)) if gaps else 0.0
    below = [sum(gaps[:i]) for i in range(len(ends))]
    return [reach * (1 - 2 * b / sum(gaps)) if gaps else 0.0 for b in below]


def _mark(wire: Wire) -> str:
    """What is written beside an arrow that is not a plain delay of one step."""
    if wire.held:
        return wire.held.replace("tau", "τ").replace("=", " = ")
    return "" if wire.lag in (0, 1) else f"lag {wire.lag}".replace("-", MINUS)


def _room(wire: Wire, label: Label | None) -> float:
    """The room that a wire takes on the far side of its track."""
    mark = Label(_mark(wire), italic=False).width(SMALL_TEXT) if _mark(wire) else 0.0
    return 9.0 + max(label.width(SMALLER) if label else 0.0, mark)


def _delays(curve: Curve, lag: int, middle: float) -> tuple[Point, ...]:
    """The centres of the squares, around one place of the arrow."""
    size = length(curve)
    pitch = min(PITCH, 0.8 * size / max(abs(lag), 1))
    ways = (middle + (i - (abs(lag) - 1) / 2) * pitch / size for i in range(abs(lag)))
    return tuple(along(curve, way)[0] for way in ways)


def circuit_layout(model: Recurrence) -> Layout:
    """The folded graph of a model."""
    rows = {name: i for i, name in enumerate(row_order(model))}
    labels = {name: label_in(model, name) for name in rows}
    half = half_width(labels.values())
    nodes = {name: Node(name, labels[name], 0.0, -row * RISE, kind_of(model, name), half) for name, row in rows.items()}
    wires = wires_of(model)
    straight = [w for w in wires if not w.lag and not w.held and abs(rows[w.source] - rows[w.target]) == 1]
    right = [w for w in wires if w.lag > 0]
    left = [w for w in wires if w not in straight and w not in right]
    edges = [_straight(w, nodes, wires[w]) for w in straight]
    edges += _Side(1, rows, wires, half, right).edges() + _Side(-1, rows, wires, half, left).edges()
    panel = Panel("circuit", tuple(nodes.values()), tuple(edges), (), 0.0)
    return framed(panel, f"Circuit of {model.title.name}", _description(model, wires))


def _straight(wire: Wire, nodes: dict[str, Node], label: Label | None) -> Edge:
    a, b = nodes[wire.source], nodes[wire.target]
    curve = clipped(line((a.x, a.y), (b.x, b.y)), lambda p: a.distance(p) <= 0.5, lambda p: b.distance(p) <= 2.0)
    texts: tuple[Text, ...] = ()
    if label:
        texts = (Text(label, a.x - 7 - label.width(SMALLER) / 2, (a.y + b.y) / 2),)
    return Edge(wire.source, wire.target, curve, 0, texts)


def _description(model: Recurrence, wires: dict[Wire, Label | None]) -> str:
    nodes = ", ".join(f"{name} ({kind_of(model, name)})" for name in row_order(model))
    delayed = [
        f"{w.source} to {w.target} by {abs(w.lag)} step{'s' * (abs(w.lag) > 1)}{' from the future' * (w.lag < 0)}"
        for w in wires
        if w.lag
    ]
    squares = f" A black square is a delay of one step: {', '.join(delayed)}." if delayed else " There is no delay."
    return f"One node for each sequence: {nodes}. An arrow leads from what is read to what reads it.{squares}"


__all__ = ["SQUARE", "Wire", "circuit_layout", "wires_of"]
