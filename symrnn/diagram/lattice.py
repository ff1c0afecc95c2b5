"""A lattice of places for nodes, one column a step and one row a sequence, y pointing up from row 0.

It answers the two questions that finding ways needs: whether a curve keeps clear of every place where a node
may stand, and how far it runs along curves that were drawn before, at this or at any other step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np

from symrnn.diagram.curves import Curve, Point, distance, pieces
from symrnn.diagram.layout import GAP, RADIUS, RISE

Array = Any
Hop = tuple[int, int, int]  # row of the source, row of the target, columns from the one to the other

CLEAR = 7.0  # least distance of an arrow from a foreign node
CELL = 4.0  # side of the cells in which traffic is counted
BESIDE = 10.0  # around a node arrows may come together


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
        return round(2 * RADIUS + (RISE - 2 * RADIUS) * (0.6 + 0.4 * self.stretch))

    def place(self, row: int, column: float = 0) -> Point:
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

    def inside(self, row: int, column: int, slack: float) -> Callable[[Point], bool]:
        """Whether a point lies in a node, or within `slack` of it."""
        centre = self.place(row, column)
        reach = self.half_width - RADIUS

        def test(p: Point) -> bool:
            beyond = max(abs(p[0] - centre[0]) - reach, 0.0)
            return bool((beyond**2 + (p[1] - centre[1]) ** 2) ** 0.5 <= RADIUS + slack)

        return test


class Traffic:
    """Where arrows run, with x reduced to one step: a raster of cells that lie on or next to an arrow."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.shape = (ceil(lattice.step / CELL), ceil((lattice.rows + 5) * lattice.rise / CELL))
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

    def within(self, left: float, bottom: float, right: float, top: float) -> int:
        """How many cells of a box an arrow touches."""
        xs, ys = np.arange(left, right + CELL, CELL), np.arange(bottom, top + CELL, CELL)
        points = np.stack(np.meshgrid(xs, ys), axis=-1)
        return int(np.sum(self.busy[self._cells(points)]))
