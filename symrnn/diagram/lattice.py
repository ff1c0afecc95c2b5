"""A lattice of places for nodes, one column a step and in it one slot a sequence, y pointing up from layer 0.

It answers the two questions that finding ways needs: whether a curve keeps clear of every place where a node
may stand, and how far it runs along curves that were drawn before, at this or at any other step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np

from symrnn.diagram.curves import Curve, Point, distance, pieces
from symrnn.diagram.layout import GAP, RADIUS, RISE

Array = Any
Hop = tuple[int, int, int]  # slot of the source, slot of the target, columns from the one to the other

BETWEEN = 34.0  # between two nodes side by side
CLEAR = 7.0  # least distance of an arrow from a foreign node
CELL = 4.0  # side of the cells in which traffic is counted
BESIDE = 10.0  # around a node arrows may come together


@cache
def bernstein(steps: int) -> Array:
    """The weights of four control points at evenly spaced parameters."""
    s = np.linspace(0, 1, steps + 1)[:, None]
    return np.hstack([(1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3])


def dense(curve: Curve, spacing: float = 6.0) -> Array:
    """Points along a curve, neighbours no farther apart than `spacing`."""
    parts = []
    for piece in pieces(curve):
        reach = sum(distance(a, b) for a, b in pairwise(piece))
        parts.append(bernstein(max(2, ceil(1.6 * reach / spacing))) @ np.array(piece))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Seats:
    """Which places are taken: of every slot, at which columns, and from where each hop is made."""

    taken: frozenset[tuple[int, int]]
    uses: dict[Hop, tuple[int, ...]]
    known: dict[Hop, Array] = field(default_factory=dict, compare=False)

    def near(self, hop: Hop, slots: int, reach: int) -> Array:
        """Whether a slot is taken so many columns from the source, in any use of a hop: slots by -reach..reach."""
        if hop not in self.uses:
            return np.ones((slots, 2 * reach + 1), dtype=bool)
        if hop not in self.known:
            span, at = range(-reach, reach + 1), self.uses[hop]
            rows = [[any((slot, p + d) in self.taken for p in at) for d in span] for slot in range(slots)]
            self.known[hop] = np.array(rows)
        return self.known[hop]


@dataclass(frozen=True)
class Lattice:
    """Places for nodes: a column each step, in it a slot for each sequence, at its height and beside its equals."""

    slots: tuple[tuple[float, int], ...]  # sideways from the middle of the column in slot widths, and the layer
    half_width: float = RADIUS
    stretch: float = 1.0
    lifts: tuple[float, ...] = ()  # by how much each layer stands higher above the one below than usual
    seats: Seats | None = None
    roots: tuple[int, ...] = ()  # the slots of parameters, whose arrows run in bundles
    corners: tuple[float, ...] = ()  # of the nodes of each slot; round ones unless told
    clear: float = CLEAR  # what arrows keep from foreign nodes

    @property
    def pitch(self) -> float:
        """The distance of two slots side by side."""
        return round(2 * self.half_width + BETWEEN * self.stretch)

    @property
    def step(self) -> float:
        """The distance of two columns."""
        widest = max((abs(side) for side, _ in self.slots), default=0.0)
        return round(2 * self.half_width + 2 * widest * self.pitch + GAP * self.stretch)

    @property
    def rise(self) -> float:
        """The usual distance of two layers."""
        return round(2 * RADIUS + (RISE - 2 * RADIUS) * (0.6 + 0.4 * self.stretch))

    @property
    def layers(self) -> int:
        """The number of layers."""
        return 1 + max((layer for _, layer in self.slots), default=0)

    @property
    def cell(self) -> Point:
        """The size of the room of one node."""
        return 2 * self.half_width + GAP * self.stretch, self.rise * max(self.lifts, default=1.0)

    @cached_property
    def levels(self) -> tuple[float, ...]:
        """The heights of the layers."""
        found = [0.0]
        for i in range(self.layers - 1):
            found.append(found[-1] + round(self.rise * (self.lifts[i] if self.lifts else 1.0)))
        return tuple(found)

    def halfway(self, slot: int, side: int) -> float:
        """From a slot up (1) or down (-1) to the middle between its layer and the next one."""
        layer = self.slots[slot][1]
        if not 0 <= layer + side < self.layers:
            return side * self.rise / 2
        return (self.levels[layer + side] - self.levels[layer]) / 2

    def place(self, slot: int, column: float = 0) -> Point:
        """The centre of a node."""
        side, layer = self.slots[slot]
        return column * self.step + side * self.pitch, self.levels[layer]

    @cached_property
    def _centres(self) -> tuple[Array, Array]:
        x, y = zip(*(self.place(slot) for slot in range(len(self.slots))), strict=True)
        return np.array(x), np.array(y)

    def _columns(self, points: Array) -> Array:
        """For each point and slot, the column in which the slot's node is nearest."""
        return np.round((points[..., 0:1] - self._centres[0]) / self.step)

    def distances(self, points: Array) -> Array:
        """For each point and each slot, how far the point is outside the nearest node of that slot."""
        middle = self._centres[0] + self.step * self._columns(points)
        corner = np.array(self.corners or [RADIUS])
        sideways = np.abs(points[..., 0:1] - middle) - (self.half_width - corner)
        upward = np.abs(points[..., 1:2] - self._centres[1]) - (RADIUS - corner)
        return np.hypot(np.maximum(sideways, 0.0), np.maximum(upward, 0.0)) - corner

    def is_clear(self, points: Array, hop: Hop) -> Array:
        """Whether ways, given as points, keep clear of all nodes but their own two."""
        source, target, columns = hop
        column = self._columns(points).astype(int)
        slot = np.arange(len(self.slots))
        own = ((column == 0) & (slot == source)) | ((column == columns) & (slot == target))
        free = (self.distances(points) >= self.clear) | own
        if self.seats is not None:
            reach = abs(columns) + 2
            near = self.seats.near(hop, len(self.slots), reach)
            free |= ~near[slot, np.clip(column, -reach, reach) + reach]
        return np.all(free, axis=(-2, -1))

    def inside(self, slot: int, column: int, slack: float) -> Callable[[Point], bool]:
        """Whether a point lies in a node, or within `slack` of it."""
        centre = self.place(slot, column)
        corner = self.corners[slot] if self.corners else RADIUS

        def test(p: Point) -> bool:
            sideways = max(abs(p[0] - centre[0]) - (self.half_width - corner), 0.0)
            upward = max(abs(p[1] - centre[1]) - (RADIUS - corner), 0.0)
            return bool((sideways**2 + upward**2) ** 0.5 <= corner + slack)

        return test


class Traffic:
    """Where arrows run, with x reduced to one step: a raster of cells that lie on or next to an arrow."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.shape = (ceil(lattice.step / CELL), ceil((lattice.levels[-1] + 6 * lattice.rise) / CELL))
        self.busy = np.zeros(self.shape, dtype=bool)

    def _cells(self, points: Array) -> tuple[Array, Array]:
        x = np.floor((points[..., 0] % self.lattice.step) * self.shape[0] / self.lattice.step).astype(int)
        y = np.floor((points[..., 1] + 3 * self.lattice.rise) / CELL).astype(int)
        return x % self.shape[0], np.clip(y, 1, self.shape[1] - 2)

    def add(self, way: Curve) -> None:
        """Count a new arrow in."""
        x, y = self._cells(dense(way, 0.8 * CELL))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                self.busy[(x + dx) % self.shape[0], y + dy] = True

    def met(self, way: Curve) -> int:
        """How many points of a way, 3 to 6 pixels apart, lie along other arrows; near nodes none counts."""
        points = dense(way)
        points = points[np.min(self.lattice.distances(points), axis=-1) > BESIDE]
        return int(np.sum(self.busy[self._cells(points)])) + self._repeated(points)

    def _repeated(self, points: Array) -> int:
        """How many points of a way lie along the same way at another step: all that lie level with others."""
        level = points[1:][np.abs(np.diff(points[:, 1])) < 0.01]
        if not len(level) or np.ptp(level[:, 0]) <= self.lattice.step:
            return 0
        return len(level)
