"""Ways for arrows on a lattice of nodes, one column a step and one row a sequence, y pointing up from row 0.

An arrow's way depends only on its two rows and on how many columns it spans, so it is found once and drawn at
every step. It keeps clear of every place where a node may stand; among the clear ways the shortest and
straightest one is taken that runs along no other arrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.diagram.curves import Curve, clipped, dense, line, rounded, turning
from symrnn.diagram.layout import GAP, RADIUS, RISE
from symrnn.errors import Unsupported

Hop = tuple[int, int, int]  # row of the source, row of the target, columns from the one to the other
Array = Any

CLEAR = 7.0  # least distance of an arrow from a foreign node
NEAR = 7.0  # arrows closer than this run along each other
STEPS = 48  # points at which a bent way is examined
FAR = 4  # columns; arrows that reach farther keep to the channels between the rows
HANDLES = (0.4, 0.7, 1.0, 1.4)  # lengths of the handles that are tried, in cells
STRETCHES = (1.0, 1.15, 1.35, 1.6, 2.0, 2.6)  # how much wider than usual a lattice may become
ENOUGH = 6.0  # points along other arrows that are no crowding: a crossing or two for each arrow
KEPT = 48  # clear ways that are compared with the other arrows

_S = np.linspace(0, 1, STEPS + 1)[:, None]
_BERNSTEIN = np.hstack([(1 - _S) ** 3, 3 * _S * (1 - _S) ** 2, 3 * _S**2 * (1 - _S), _S**3])


@dataclass(frozen=True)
class Lattice:
    """Places for nodes at (column * step, row * rise), all of one size."""

    rows: int
    half_width: float = RADIUS
    stretch: float = 1.0

    @property
    def step(self) -> float:
        """The distance of two columns."""
        return round(2 * self.half_width + GAP * self.stretch)

    @property
    def rise(self) -> float:
        """The distance of two rows."""
        return round(2 * RADIUS + (RISE - 2 * RADIUS) * self.stretch)

    def place(self, row: int, column: float = 0) -> tuple[float, float]:
        """The centre of a node."""
        return column * self.step, row * self.rise

    def distances(self, points: Array) -> Array:
        """For each point and each row, how far the point is outside the nearest node of that row."""
        x, y = points[..., 0:1], points[..., 1:2]
        sideways = np.abs(x - self.step * np.round(x / self.step)) - (self.half_width - RADIUS)
        upward = y - self.rise * np.arange(self.rows)
        return np.hypot(np.maximum(sideways, 0.0), upward) - RADIUS

    def is_clear(self, points: Array, hop: Hop) -> Array:
        """Whether ways, given as points, keep clear of all nodes but their own two."""
        source, target, columns = hop
        column = np.round(points[..., 0:1] / self.step)
        row = np.arange(self.rows)
        own = ((column == 0) & (row == source)) | ((column == columns) & (row == target))
        return np.all((self.distances(points) >= CLEAR) | own, axis=(-2, -1))

    def inside(self, row: int, column: int, slack: float) -> Any:
        """Whether a point lies in a node, or within `slack` of it."""
        centre = self.place(row, column)
        reach = self.half_width - RADIUS

        def test(p: tuple[float, float]) -> bool:
            beyond = max(abs(p[0] - centre[0]) - reach, 0.0)
            return (beyond**2 + (p[1] - centre[1]) ** 2) ** 0.5 <= RADIUS + slack

        return test


def route(hops: Iterable[Hop], rows: int, half_width: float) -> tuple[Lattice, dict[Hop, Curve]]:
    """A way for every hop, on the tightest lattice that has room for all of them without crowding."""
    wanted = sorted(set(hops), key=lambda hop: (abs(hop[2]) + abs(hop[0] - hop[1]), hop))
    tried = []
    for stretch in STRETCHES:
        lattice = Lattice(rows, half_width, stretch)
        found = _ways(lattice, wanted)
        if found is not None:
            tried.append((found[0], stretch, lattice, found[1]))
            if found[0] <= ENOUGH * len(wanted):
                break
    if not tried:
        raise Unsupported(f"a picture with {rows} rows and these reads has no room for its arrows")
    _, _, lattice, ways = min(tried, key=lambda attempt: attempt[:2])
    return lattice, {hop: _ended(lattice, hop, way) for hop, way in ways.items()}


def _ways(lattice: Lattice, wanted: list[Hop]) -> tuple[int, dict[Hop, Curve]] | None:
    """How crowded the ways of all hops are, and the ways; nothing if one of them finds none."""
    ways: dict[Hop, Curve] = {}
    crowding = 0
    for hop in wanted:
        way = _way(lattice, hop, ways)
        if way is None:
            return None
        crowding += _crowding(lattice, way, samples(lattice, ways))
        ways[hop] = way
    return crowding, ways


def _ended(lattice: Lattice, hop: Hop, way: Curve) -> Curve:
    return clipped(way, lattice.inside(hop[0], 0, 0.5), lattice.inside(hop[1], hop[2], 2.0))


def _way(lattice: Lattice, hop: Hop, others: dict[Hop, Curve]) -> Curve | None:
    straight = line(lattice.place(hop[0]), lattice.place(hop[1], hop[2]))
    if lattice.is_clear(np.array(dense(straight)), hop):
        return straight
    clear = _channelled(lattice, hop)
    if abs(hop[2]) <= FAR:
        clear += _bent(lattice, hop)
    if not clear:
        return None
    clear.sort(key=lambda found: found[0])
    used = samples(lattice, others)
    priced = [(cost + 6 * _crowding(lattice, way, used), way) for cost, way in clear[:KEPT]]
    return min(priced, key=lambda found: (round(found[0], 3), found[1]))[1]


def _bent(lattice: Lattice, hop: Hop) -> list[tuple[float, Curve]]:
    """Clear ways of one Bézier piece, with their costs: length and turning."""
    start, end = np.array(lattice.place(hop[0])), np.array(lattice.place(hop[1], hop[2]))
    compass = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
    cell = np.array([lattice.step, lattice.rise])
    handles = np.array([(x * m, y * m) for m in HANDLES for x, y in compass]) * cell
    count = len(handles)
    controls = np.empty((count, count, 4, 2))
    controls[..., 0, :], controls[..., 3, :] = start, end
    controls[..., 1, :] = (start + handles)[:, None]
    controls[..., 2, :] = (end + handles)[None, :]
    controls = controls.reshape(-1, 4, 2)
    points = _BERNSTEIN @ controls
    clear = lattice.is_clear(points, hop)
    lengths = np.linalg.norm(np.diff(points, axis=1), axis=-1).sum(axis=1)
    found = []
    for i in sorted(np.flatnonzero(clear), key=lambda i: (round(lengths[i], 3), i))[: 4 * KEPT]:
        bend = turning([(float(x), float(y)) for x, y in points[i]])
        curve = tuple((float(x), float(y)) for x, y in controls[i])
        found.append((float(lengths[i]) + 30 * bend, curve))
    return found


def _channelled(lattice: Lattice, hop: Hop) -> list[tuple[float, Curve]]:
    """Clear ways along the channels between rows and columns, for arrows that reach far."""
    start, end = lattice.place(hop[0]), lattice.place(hop[1], hop[2])
    found = []
    for corners in _corners(lattice, start, end):
        way = rounded((start, *corners, end), 18.0)
        points = dense(way)
        if lattice.is_clear(np.array(points), hop):
            size = sum(
                ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5 for a, b in zip(points, points[1:], strict=False)
            )
            found.append((size + 30 * turning(points) + 40, way))
    return found


def _corners(lattice: Lattice, start: Any, end: Any) -> Iterator[tuple[tuple[float, float], ...]]:
    half_step, half_rise = lattice.step / 2, lattice.rise / 2
    for leave in (1, -1):
        for arrive in (1, -1):
            for up in (1, -1):
                for down in (1, -1):
                    for shift in (0.0, 8.0, -8.0):
                        a = start[0] + leave * half_step + shift
                        b = end[0] + arrive * half_step + shift
                        channel = start[1] + up * half_rise + shift
                        last = end[1] + down * half_rise + shift
                        yield (a, channel), (b, channel), (b, last)
                        yield (a, channel), (b, channel)


def samples(lattice: Lattice, ways: dict[Hop, Curve]) -> Array:
    """Points of all ways found so far, with x reduced to one step."""
    points = [p for way in ways.values() for p in dense(way)]
    found = np.array(points or [(0.0, -1e6)])
    found[:, 0] %= lattice.step
    return found


def _crowding(lattice: Lattice, way: Curve, used: Array) -> int:
    """How many points of a way lie along other arrows, the surroundings of nodes apart."""
    points = np.array(dense(way))
    points = points[np.min(lattice.distances(points), axis=-1) > 10.0]
    dx = np.abs((points[:, None, 0] % lattice.step) - used[None, :, 0])
    dx = np.minimum(dx, lattice.step - dx)
    dy = points[:, None, 1] - used[None, :, 1]
    return int(np.sum(np.any(dx**2 + dy**2 < NEAR**2, axis=1)))
