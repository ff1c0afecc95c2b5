"""The tracks beside the nodes of a circuit: where its wires run, how they leave and arrive, where their delays are.

Wires that pass each other have tracks of their own, the shorter inside; the ends at a node are ordered so that no
wire crosses the track of another one at the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from symrnn.diagram.curves import Curve, Point, along, length, rounded
from symrnn.diagram.inline import Line, line_of
from symrnn.diagram.labels import MINUS, USUAL, Label, Lettering, spelled_time
from symrnn.diagram.layout import RADIUS, RISE, SMALLER, Edge, Text

TRACK = 30.0  # distance of neighbouring tracks, without their labels
PITCH = 15.0  # distance of neighbouring delays
SMALL_TEXT = 12.0
SLANT = 12.0  # how far from a node its ends have reached their heights
SPREAD = 40.0  # the greatest of these heights


@dataclass(frozen=True)
class Wire:
    """One arrow of a circuit: who is read, by whom, how many steps later; `held` names a fixed time."""

    source: str
    target: str
    lag: int = 0
    held: str = ""
    letters: Lettering = field(default=USUAL, compare=False, repr=False)


End = tuple[tuple[int, int], Wire, bool]  # its order from top to bottom, the wire, whether it leaves
Ports = dict[tuple[Wire, bool], tuple[Point, float]]


@dataclass
class Side:
    """The tracks on one side of the nodes: which wire runs where, and at which height it leaves and arrives."""

    sign: int
    rows: dict[str, int]
    labels: dict[Wire, Label | None]
    half: float
    wires: list[Wire]
    corners: dict[str, float] = field(default_factory=dict)
    tracks: dict[Wire, int] = field(default_factory=dict)
    levels: dict[str, float] = field(default_factory=dict)  # the heights of the nodes, where they are not even
    entries: dict[Wire, tuple[Point, float]] = field(default_factory=dict)  # into a row: the place, and the channel
    raised: bool = False  # loops stand at the upper halves of their nodes, off what arrives from below
    reach: float = 0.0  # how far rows extend, which other tracks than those of loops keep off

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

    def ports(self) -> Ports:
        """Where each wire leaves (True) and arrives (False), and the height at which it goes on from there."""
        found: Ports = {(wire, False): entry for wire, entry in self.entries.items()}
        for name, row in self.rows.items():
            ends = [end for end in self._ends(row) if end[1] not in self.entries or end[2]]
            y = self.levels.get(name, -row * RISE)
            for (_, wire, leaves), heights in zip(ends, _heights(ends), strict=True):
                up, lead = (0.6 * height + 0.42 * RADIUS for height in heights) if self.raised else heights
                corner = self.corners.get(wire.source if leaves else wire.target, RADIUS)
                out = self.half - corner + (corner**2 - max(abs(up) - (RADIUS - corner), 0.0) ** 2) ** 0.5
                found[(wire, leaves)] = ((self.sign * out, y - up), y - lead)
        return found

    def distances(self) -> list[float]:
        """How far each track is from the line of nodes."""
        found: list[float] = []
        edge = self.half
        for k in range(1 + max(self.tracks.values(), default=-1)):
            here = [w for w, track in self.tracks.items() if track == k]
            need = max(PITCH * abs(w.lag) / 2 for w in here)
            edge = edge if all(w.source == w.target for w in here) else max(edge, self.reach)
            found.append(edge + max(TRACK, need if k == 0 else TRACK))
            edge = found[-1] + max((_room(w, self.labels[w]) for w in here), default=0.0)
        return found

    def edges(self) -> list[Edge]:
        """The arrows on this side, with their delays and labels."""
        ports, distances = self.ports(), self.distances()
        return [self._edge(w, ports, self.sign * distances[self.tracks[w]]) for w in self.wires]

    def _free_way(self, wire: Wire, curve: Curve, ports: Ports) -> float:
        """Where along a wire its delays and labels stand: at the middle, or off the leads that cross it there."""
        leads = [y for (other, _), (_, y) in ports.items() if self.tracks[other] > self.tracks[wire]]
        ways: tuple[float, ...] = (0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62, 0.34, 0.66)
        if wire in self.entries:  # on its way down, before the channel
            out, channel = ports[(wire, True)][1], ports[(wire, False)][1]
            lead = abs(max(self.sign * x for x, _ in curve) - self.half)
            middle = (lead + abs(channel - out) / 2) / length(curve)
            ways = tuple(middle + k * abs(channel - out) / length(curve) / 12 for k in (0, -1, 1, -2, 2, -3, 3))
        heights = {way: along(curve, way)[0][1] for way in ways}
        return max(ways, key=lambda way: min((min(abs(y - heights[way]), 13.0) for y in leads), default=0.0))

    def _edge(self, wire: Wire, ports: Ports, x: float) -> Edge:
        (start, out), (end, back) = ports[(wire, True)], ports[(wire, False)]
        near = self.sign * (self.half + SLANT)
        leaving = [(near, out)] if abs(out - start[1]) > 1 else []
        arriving = [(near, back)] if abs(back - end[1]) > 1 else []
        tip = (end[0] + 2 * self.sign, end[1])
        if wire in self.entries:
            arriving, tip = [(end[0], back)], (end[0], end[1] + 2)
        curve = rounded((start, *leaving, (x, out), (x, back), *arriving, tip), 20.0)
        way = self._free_way(wire, curve, ports)
        texts = tuple(self._texts(wire, x, along(curve, way)[0][1]))
        return Edge(wire.source, wire.target, curve, wire.lag, texts, _delays(curve, wire.lag, way), bool(wire.held))

    def _texts(self, wire: Wire, x: float, y: float) -> Iterable[Text]:
        return beside_wire(wire, self.labels[wire], x, y, self.sign)


def beside_wire(wire: Wire, label: Label | None, x: float, y: float, sign: int) -> Iterator[Text]:
    """What is written on one side of a wire: its label, and under it its lag or the time at which it is read."""
    mark = mark_of(wire)
    up = 9.0 if label and mark else 0.0
    clear = 9.0 if wire.lag else 6.0
    if label:
        yield Text(label, x + sign * (clear + label.width(SMALLER) / 2), y - up)
    if mark:
        yield Text(mark, x + sign * (clear + mark.width(SMALL_TEXT) / 2), y + up, SMALL_TEXT, "lag")


def _heights(ends: list[End]) -> list[tuple[float, float]]:
    """How far above the centre the ends at one side of a node are, at the node and a little farther out.

    The two ends of the inmost loop lie apart; many ends spread like a fan.
    """
    gaps = [2.5 if a[1] == b[1] else 1.0 for a, b in pairwise(ends)]
    if not gaps:
        return [(0.0, 0.0)] * len(ends)
    near = RADIUS * min(0.84, 0.62 + 0.05 * len(ends))
    far = max(near, min(SPREAD, 5.5 * sum(gaps)))
    places = [1 - 2 * sum(gaps[:i]) / sum(gaps) for i in range(len(ends))]
    return [(near * place, far * place) for place in places]


def mark_of(wire: Wire) -> Line | None:
    """What is written beside an arrow that is not a plain delay of one step."""
    letters = wire.letters
    if wire.held:
        time, _, value = wire.held.partition("=")
        if not value:
            return line_of(letters.word("all") + " ", letters.label("t"))
        new = letters.spelled(value)
        letter, _, index = new.partition("_")
        shown = Label("τ", sub=index) if letter == "tau" else letters.label(new) if new != value else spelled_time(new)
        return line_of(letters.label(time), " = ", shown)
    return None if wire.lag in (0, 1) else line_of(f"{letters.word('lag')} {wire.lag}".replace("-", MINUS))


def _room(wire: Wire, label: Label | None) -> float:
    """The room that a wire takes on the far side of its track."""
    mark = mark_of(wire)
    return 9.0 + max(label.width(SMALLER) if label else 0.0, mark.width(SMALL_TEXT) if mark else 0.0)


def _delays(curve: Curve, lag: int, middle: float) -> tuple[Point, ...]:
    """The centres of the squares, around one place of the arrow."""
    size = length(curve)
    pitch = min(PITCH, 0.8 * size / max(abs(lag), 1))
    ways = (middle + (i - (abs(lag) - 1) / 2) * pitch / size for i in range(abs(lag)))
    return tuple(along(curve, way)[0] for way in ways)
