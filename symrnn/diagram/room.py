"""How much room an unfolded picture takes: the attempts at it, from the tightest to the loosest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symrnn.diagram.lattice import Hop


@dataclass(frozen=True)
class Room:
    """How far apart nodes and layers stand in one attempt, and whether Jacobians go by short names."""

    spacing: float
    lift: float = 1.0
    short: bool = False
    off: float = 0.0  # by how much more than usual arrows keep off nodes, so that bows are higher


PLAIN = (Room(1.0), Room(1.6), Room(1.6, 1.3), Room(2.4, 1.6))
OVERLAID = (
    *(Room(1.3), Room(1.3, 1.35), Room(1.6, 1.35)),
    *(
        Room(s, lift, short=True)
        for s, lift in ((1.3, 1.0), (1.3, 1.4), (1.6, 1.6), (1.6, 2.0), (2.4, 2.4), (3.4, 2.8))
    ),
    *(Room(s, lift, short=True, off=off) for s, lift, off in ((1.6, 1.4, 12.0), (2.4, 2.0, 18.0), (3.4, 2.8, 24.0))),
)


def busy_gaps(slots: Sequence[tuple[float, int]], hops: Iterable[Hop], lift: float) -> tuple[float, ...]:
    """How much higher each layer stands above the one below: by `lift` where arrows run slantwise between them."""
    busy = set()
    for source, target, columns in hops:
        (side, low), (other, high) = slots[source], slots[target]
        if columns or side != other:
            busy |= set(range(min(low, high), max(low, high)))
    return tuple(lift if gap in busy else 1.0 for gap in range(max(layer for _, layer in slots)))
