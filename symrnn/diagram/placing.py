"""Where the labels of arrows stand on a lattice: beside the arrow, off all nodes, arrows and other labels.

Like the ways, the place of a label is found once for a kind of arrow and serves at every step.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symrnn.diagram.curves import Curve, along
from symrnn.diagram.labels import Label
from symrnn.diagram.lattice import CELL, Hop, Lattice, Traffic
from symrnn.diagram.layout import SMALLER, Text

APART = 12.0  # side by side, two labels closer than this would read as a product


def place_labels(lattice: Lattice, ways: dict[Hop, Curve], labels: dict[Hop, Label]) -> dict[Hop, tuple[float, float]]:
    """Where the label of each hop stands, beside its arrow and off all nodes, arrows and labels if possible."""
    traffic = Traffic(lattice)
    for way in ways.values():
        traffic.add(way)
    placed: dict[Hop, tuple[float, float]] = {}
    boxes: list[Text] = []
    for hop in sorted(labels):
        spots = list(_spots(ways[hop], labels[hop]))
        priced = [(cost + _trouble(lattice, text, traffic, boxes), i) for i, (cost, text) in enumerate(spots)]
        best = spots[min(priced)[1]][1]
        boxes.append(best)
        placed[hop] = (best.x, best.y)
    return placed


def _spots(way: Curve, label: Label) -> Iterator[tuple[float, Text]]:
    width, height = label.width(SMALLER), SMALLER
    for part in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.82):
        (x, y), (dx, dy) = along(way, part)
        for side in (1, -1):
            nx, ny = -dy * side, dx * side
            off = abs(nx) * width / 2 + abs(ny) * height / 2 + 5
            taste = 40 * abs(part - 0.5) + (0 if ny > 0.3 or (abs(ny) <= 0.3 and nx < 0) else 6)
            yield taste, Text(label, x + nx * off, y + ny * off)


def _trouble(lattice: Lattice, text: Text, traffic: Traffic, boxes: list[Text]) -> float:
    left, top, right, bottom = text.box
    corners = np.array([(x, y) for x in (left, text.x, right) for y in (top, text.y, bottom)])
    cost = 1000.0 * float(np.sum(lattice.distances(corners) < 1.0))
    half = lattice.step / 2
    cost += 4.0 * traffic.within(left + CELL, top + CELL, right - CELL, bottom - CELL)
    for other in boxes:
        o = other.box
        gap = abs((other.x - text.x + half) % lattice.step - half)
        if gap < (right - left + o[2] - o[0]) / 2 + APART and abs(other.y - text.y) < (bottom - top + o[3] - o[1]) / 2:
            cost += 200.0
    return cost
