"""Where the labels of arrows stand: beside the arrow, off all nodes, arrows and other labels.

The place of a label is found once for a kind of arrow and serves wherever it is drawn; it is weighed on a raster
of the whole picture, at all these places together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil

import numpy as np

from symrnn.diagram.curves import Curve, along
from symrnn.diagram.inline import Inline
from symrnn.diagram.lattice import CELL, Array, dense
from symrnn.diagram.layout import SMALLER, Text

Spots = dict[Hashable, tuple[float, float]]
Tried = tuple[tuple[float, ...], tuple[float, ...]]
Shifts = tuple[float, ...]  # how far to the right an arrow is drawn again

BETWEEN_TWINS = 8.0  # to the arrow that runs along one
APART = 12.0  # side by side, two labels closer than this would read as a product
FRAME = 160.0  # room around the nodes in which arrows and labels may be
COARSE = ((0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82), (5.0,))  # where a label is tried: of its way, how far off
FINE = (tuple(i / 25 for i in range(2, 24)), (4.0, 8.0))
ON_NODE, ON_ARROW, NEAR_ARROW, ON_LABEL = 40.0, 4.0, 1.5, 8.0  # what a cell of the raster costs


@dataclass(frozen=True)
class Beside:
    """A label, the arrow beside which it is to stand, its shifts, and the arrow that runs along this one, if any."""

    inner: Inline
    way: Curve
    shifts: Shifts
    twin: Curve | None = None
    size: float = SMALLER


class Ground:
    """What a picture is covered with, on a raster: nodes, arrows and labels."""

    def __init__(self, nodes: Iterable[tuple[float, float, float, float]]) -> None:
        boxes = np.array(list(nodes))  # x, y, half width, half height
        self.left, self.low = boxes[:, 0].min() - FRAME, boxes[:, 1].min() - FRAME
        width, height = boxes[:, 0].max() + FRAME - self.left, boxes[:, 1].max() + FRAME - self.low
        self.shape = ceil(width / CELL) + 1, ceil(height / CELL) + 1
        self.nodes, self.labels = np.zeros(self.shape, dtype=bool), np.zeros(self.shape, dtype=bool)
        self.arrows = np.zeros(self.shape, dtype=int)
        for x, y, half, up in boxes:
            self.nodes[self._cells(*_grid((x - half, y - up, x + half, y + up)))] = True

    def _cells(self, x: Array, y: Array) -> tuple[Array, Array]:
        columns, rows = ((x - self.left) / CELL).astype(int), ((y - self.low) / CELL).astype(int)
        return np.clip(columns, 1, self.shape[0] - 2), np.clip(rows, 1, self.shape[1] - 2)

    def raster(self, way: Curve, shifts: Shifts) -> Array:
        """The cells on or next to an arrow."""
        found = np.zeros(self.shape, dtype=bool)
        points = dense(way, 0.8 * CELL)
        columns, rows = self._cells(points[:, 0] + np.array(shifts)[:, None], points[:, 1] + np.zeros((len(shifts), 1)))
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                found[columns + dx, rows + dy] = True
        return found

    def trouble(self, inner: Inline, size: float, centres: Array, shifts: Shifts, own: Array) -> Array:
        """How badly a label stands around each of some points, in the mean and at the worst of its places."""
        half, up = inner.width(size) / 2, inner.height(size) / 2
        x = (centres[:, None, 0] + np.array(shifts)[None, :]).ravel()
        y = np.repeat(centres[:, 1], len(shifts))

        def cells(wider: float, higher: float) -> tuple[Array, Array]:
            right, upward = _grid((-half - wider, -up - higher, half + wider, up + higher))
            return self._cells(x[:, None] + right, y[:, None] + upward)

        near, touched, wide = cells(CELL, CELL), cells(-CELL, -CELL), cells(APART, 0)
        costs = ON_ARROW * (self.arrows[touched] > 0).sum(axis=1)
        costs = costs + NEAR_ARROW * ((self.arrows[near] - own[near]) > 0).sum(axis=1)
        costs = costs + ON_NODE * self.nodes[cells(0, 0)].sum(axis=1) + ON_LABEL * self.labels[wide].sum(axis=1)
        each = costs.reshape(len(centres), len(shifts))
        found: Array = (each.mean(axis=1) + each.max(axis=1)) / 2
        return found

    def settle(self, text: Text, shifts: Shifts) -> None:
        """A label has its place."""
        x, y = _grid(text.box)
        self.labels[self._cells(x + np.array(shifts)[:, None], y + np.zeros((len(shifts), 1)))] = True


def _grid(box: tuple[float, float, float, float]) -> tuple[Array, Array]:
    """Points that cover a box, no farther apart than a cell."""
    left, low, right, high = box
    xs = np.linspace(left, right, max(2, ceil((right - left) / CELL) + 1))
    ys = np.linspace(low, high, max(2, ceil((high - low) / CELL) + 1))
    x, y = np.meshgrid(xs, ys)
    return x.ravel(), y.ravel()


def place_labels(
    ground: Ground,
    arrows: Iterable[tuple[Curve, Shifts]],
    wanted: Mapping[Hashable, Beside],
    room: float = 0.0,
    tried: Tried = COARSE,
) -> tuple[Spots, float]:
    """Where each label stands, and what the worst place costs.

    `room` is what the arrows take on either side besides their line.
    """
    for way, shifts in arrows:
        ground.arrows += ground.raster(way, shifts)
    placed: Spots = {}
    worst = 0.0
    least = {key: _best(ground, label, room, tried)[0] for key, label in wanted.items()}
    for key in sorted(wanted, key=lambda key: (-least[key], str(key))):  # those with the least choice first
        cost, best = _best(ground, wanted[key], room, tried)
        ground.settle(best, wanted[key].shifts)
        placed[key] = (best.x, best.y)
        worst = max(worst, cost)
    return placed, worst


def _best(ground: Ground, label: Beside, room: float, tried: Tried) -> tuple[float, Text]:
    """The cheapest place of a label, and what it costs."""
    own = ground.raster(label.way, label.shifts)
    own = own + (0 if label.twin is None else ground.raster(label.twin, label.shifts))
    spots = np.array(list(_spots(label, room, tried)))
    costs = np.round(spots[:, 0] + ground.trouble(label.inner, label.size, spots[:, 1:], label.shifts, own), 6)
    which = int(np.argmin(costs))
    return float(costs[which]), Text(label.inner, float(spots[which, 1]), float(spots[which, 2]), label.size)


def _spots(label: Beside, room: float, tried: Tried) -> Iterator[tuple[float, float, float]]:
    """Places on both sides of an arrow, after how little a reader would like them."""
    width, height = label.inner.width(label.size), label.inner.height(label.size)
    parts, gaps = tried
    for part, gap in product(parts, gaps):
        (x, y), (dx, dy) = along(label.way, part)
        for side in (1, -1):
            nx, ny = -dy * side, dx * side
            liked = side > 0 if label.twin else ny > 0.3 or (abs(ny) <= 0.3 and nx < 0)  # twins run on the right
            beyond = BETWEEN_TWINS if label.twin and not liked else 0.0
            off = abs(nx) * width / 2 + abs(ny) * 0.9 * height / 2 + gap + room + beyond
            taste = 40 * abs(part - 0.5) + 0.5 * gap + (0 if liked else 45 if label.twin else 6)
            yield taste, x + nx * off, y + ny * off
