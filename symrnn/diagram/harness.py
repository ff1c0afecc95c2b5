"""Where parameters stand in an unfolded picture: each once at the bottom, with a copy at every step that uses it.

Each has a lane of its own, a place in the column in which nothing else stands below its copies. Its arrows run as
one bundle along a track under the graph, and rise in its lane to the copy of each step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from symrnn.diagram.curves import Curve, rounded
from symrnn.diagram.lattice import Hop, Lattice
from symrnn.diagram.layers import heights, layers
from symrnn.diagram.layout import RADIUS
from symrnn.diagram.reading import statements
from symrnn.diagram.unfolding import copy_row
from symrnn.model import Recurrence, reads

HALF = 0.5  # from lane to lane, in slot widths: a lane passes a node in the next one
TRACK = 9.0  # from track to track
BEFORE = 16.0  # between a node and the nearest track

Slots = dict[str, tuple[float, int]]
Row = dict[str, float]  # who stands in a layer, and how far sideways


@dataclass
class Harness:
    """The layers of a picture with parameters, from bottom to top, while it is being made."""

    model: Recurrence
    parameters: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    lanes: dict[str, float] = field(default_factory=dict)

    def slots(self) -> Slots:
        """Where each row stands: sideways from the middle of its column, and its layer."""
        given = {v.name for v in (*self.model.inputs, *self.model.targets)}
        readers = self._readers()
        for layer in layers(self.model):
            here = [name for name in layer if name in readers]
            most = max((len(readers[name]) for name in here), default=0)
            spread = max(1.0, (most + 1) / 2) if len(layer) > 1 and here else 1.0
            row = {name: spread * (i - (len(layer) - 1) / 2) for i, name in enumerate(layer)}
            under = [self.rows.pop()] if here and self.rows and set(self.rows[-1]) <= given else []
            self._copies({name: readers[name] for name in sorted(here, key=lambda name: abs(row[name]))}, row, under)
            self.rows += [*under, row]
        every = [*reversed(self._roots()), *self.rows]
        return {name: (side, height) for height, some in enumerate(every) for name, side in some.items()}

    def _readers(self) -> dict[str, list[str]]:
        """Who reads which parameters; one that several rows read is copied below the lowest of them."""
        level = heights(self.model)
        found: dict[str, list[str]] = {}
        parts = sorted(statements(self.model), key=lambda part: level[part.name])
        for p in self.parameters:
            first = next(part.name for part in parts if any(x.name == p for x in reads(part.rhs)))
            found.setdefault(first, []).append(p)
        return found

    def _copies(self, readers: dict[str, list[str]], row: Row, under: list[Row]) -> None:
        """The copies below a layer and below the inputs that it reads, in lanes as near to their readers as can be."""
        below = [*self.rows, *under]
        inserted: list[Row] = []
        for reader, names in readers.items():
            for p in names:
                taken = [*self.lanes.values(), *(side for some in below for side in some.values())]
                places = (side for k in count() for side in (row[reader] - HALF * k, row[reader] + HALF * k))
                lane = next(s for s in places if all(abs(s - other) >= HALF for other in taken))
                self.lanes[p] = lane
                _into(inserted, copy_row(p), lane)
        self.rows += reversed(inserted)

    def _roots(self) -> list[Row]:
        """The parameters themselves, each in its lane, from the top layer down."""
        found: list[Row] = []
        for p in sorted(self.lanes, key=lambda p: self.lanes[p]):
            _into(found, p, self.lanes[p])
        return found


def _into(rows: list[Row], name: str, side: float) -> None:
    """A place in the first row in which nothing stands too near."""
    free = next((row for row in rows if all(abs(side - other) >= 1 for other in row.values())), None)
    if free is None:
        rows.append({name: side})
    else:
        free[name] = side


def lifted(slots: Slots, parameters: Sequence[str], lifts: tuple[float, ...], rise: float) -> tuple[float, ...]:
    """The distances of layers with room for a track for each parameter above the parameters."""
    if not parameters:
        return lifts
    gap = max(slots[p][1] for p in parameters)
    need = 2 * RADIUS + 2 * BEFORE + TRACK * len(parameters)
    return (*lifts[:gap], max(lifts[gap], need / rise), *lifts[gap + 1 :])


def bundled(lattice: Lattice, hop: Hop) -> Curve:
    """The way of a parameter to one of its copies: up its lane to its track, along it, and up again."""
    (x, y), (end, top) = lattice.place(hop[0]), lattice.place(hop[1], hop[2])
    track = lattice.levels[max(lattice.slots[root][1] for root in lattice.roots)] + RADIUS + BEFORE
    track += TRACK * lattice.roots.index(hop[0])
    corners = ((x, y), (x, track), (end, track), (end, top)) if abs(end - x) > 1 else ((x, y), (end, top))
    return rounded(corners, 10.0)
