"""Where the labels of arrows stand on a lattice: beside the arrow, off all nodes, arrows and other labels.

Like the ways, the place of a label is found once for a kind of arrow and serves at every step.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from symrnn.diagram.curves import Curve, along
from symrnn.diagram.inline import Inline
from symrnn.diagram.lattice import CELL, Array, Lattice, Traffic
from symrnn.diagram.layout import SMALLER, Text

Key = Hashable
Spots = dict[Hashable, tuple[float, float]]

NEAR = 1.5  # what it costs a label that another arrow touches a cell around it
APART = 12.0  # side by side, two labels closer than this would read as a product


@dataclass(frozen=True)
class Beside:
    """A label, the arrow beside which it is to stand, and the arrow that runs along this one, if there is one."""

    inner: Inline
    way: Curve
    twin: Curve | None = None


def place_labels(
    lattice: Lattice, ways: Iterable[Curve], wanted: Mapping[Key, Beside], room: float = 0.0
) -> tuple[Spots, float]:
    """Where each label stands, beside its arrow and off all nodes, arrows and labels if possible; the worst cost.

    `room` is what the arrows take on either side besides their line.
    """
    traffic = Traffic(lattice)
    for way in ways:
        traffic.add(way)
    placed: Spots = {}
    worst = 0.0
    boxes: list[Text] = []
    for key in sorted(wanted, key=str):
        label = wanted[key]
        spots = list(_spots(label.way, label.inner, 5 + room))
        own = traffic.raster(label.way) + (0 if label.twin is None else traffic.raster(label.twin))
        priced = [(cost + _trouble(lattice, text, traffic, own, boxes), i) for i, (cost, text) in enumerate(spots)]
        cost, which = min(priced)
        best = spots[which][1]
        boxes.append(best)
        placed[key] = (best.x, best.y)
        worst = max(worst, cost)
    return placed, worst


def _spots(way: Curve, label: Inline, gap: float) -> Iterator[tuple[float, Text]]:
    width, height = label.width(SMALLER), label.height(SMALLER)
    for part in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82):
        (x, y), (dx, dy) = along(way, part)
        for side in (1, -1):
            nx, ny = -dy * side, dx * side
            off = abs(nx) * width / 2 + abs(ny) * 0.9 * height / 2 + gap
            taste = 40 * abs(part - 0.5) + (0 if ny > 0.3 or (abs(ny) <= 0.3 and nx < 0) else 6)
            yield taste, Text(label, x + nx * off, y + ny * off)


def _trouble(lattice: Lattice, text: Text, traffic: Traffic, own: Array, boxes: list[Text]) -> float:
    left, top, right, bottom = text.box
    corners = np.array([(x, y) for x in (left, text.x, right) for y in (top, text.y, bottom)])
    cost = 1000.0 * float(np.sum(lattice.distances(corners) < 1.0))
    half = lattice.step / 2
    cost += 4.0 * traffic.within((left + CELL, top + CELL, right - CELL, bottom - CELL))
    cost += NEAR * traffic.within((left - CELL, top - CELL, right + CELL, bottom + CELL), own)
    for other in boxes:
        o = other.box
        gap = abs((other.x - text.x + half) % lattice.step - half)
        if gap < (right - left + o[2] - o[0]) / 2 + APART and abs(other.y - text.y) < (bottom - top + o[3] - o[1]) / 2:
            cost += 200.0
    return cost
