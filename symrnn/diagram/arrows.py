"""The arrows of an unfolded picture with their labels: forth along the graph, and back against it for gradients.

A way and the place of its label are found once for a kind of arrow, and serve at every step.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from symrnn.diagram.backward import against
from symrnn.diagram.curves import Curve, moved
from symrnn.diagram.inline import Fraction, Inline
from symrnn.diagram.labels import Label
from symrnn.diagram.lattice import Hop, Lattice
from symrnn.diagram.layout import SMALLER, Edge, Node, Text
from symrnn.diagram.placing import COARSE, FINE, Beside, Ground, Spots, place_labels
from symrnn.diagram.routing import ended
from symrnn.diagram.unfolding import Place

Pair = tuple[Place, Place]
NAME = 14.0  # size of a Jacobian's name


@dataclass(frozen=True)
class Arrows:
    """What is to be drawn: who reads whom with which label, the Jacobians on the arrows back, the ways."""

    lattice: Lattice
    ways: Mapping[Hop, Curve]
    hops: Mapping[Pair, Hop]
    links: Mapping[Pair, Label | None]
    backward: Mapping[Pair, Inline]
    nodes: Mapping[Place, Node]

    def edges(self, labelled: bool, room: float) -> tuple[list[Edge], float]:
        """The arrows, and how badly the worst label stands; `room` is what highlighted routes take beside them."""
        backs = {self.hops[p]: against(self.ways[self.hops[p]], self.lattice, self.hops[p]) for p in self.backward}
        ways = {hop: ended(self.lattice, hop, way) for hop, way in self.ways.items()}
        shifts = self._shifts()
        wanted: dict[Hashable, Beside] = {}
        for pair, label in self.links.items():
            hop = self.hops[pair]
            if label and labelled:
                wanted[hop] = Beside(label, ways[hop], shifts[hop], backs.get(hop))
            if pair in self.backward and (hop, "adjoint") not in wanted:
                inner = self.backward[pair]
                wanted[hop, "adjoint"] = Beside(inner, backs[hop], shifts[hop], ways[hop], size_of(inner))
        ground = Ground((n.x, -n.y, n.half_width, n.radius) for n in self.nodes.values())
        drawn = [(way, shifts[hop]) for some in (ways, backs) for hop, way in some.items()]
        spots, worst = place_labels(ground, drawn, wanted, room, FINE if self.backward else COARSE)
        return [edge for pair in self.links for edge in self._pair(pair, ways, backs, spots)], worst

    def _shifts(self) -> dict[Hop, tuple[float, ...]]:
        found: dict[Hop, list[float]] = {}
        for (source, _), hop in self.hops.items():
            found.setdefault(hop, []).append(source[1] * self.lattice.step)
        return {hop: tuple(sorted(some)) for hop, some in found.items()}

    def _pair(self, pair: Pair, ways: Mapping[Hop, Curve], backs: Mapping[Hop, Curve], spots: Spots) -> list[Edge]:
        hop, a, b = self.hops[pair], self.nodes[pair[0]], self.nodes[pair[1]]
        dx = pair[0][1] * self.lattice.step
        found = [Edge(a.name, b.name, _placed(ways[hop], dx), texts=_texts(self.links[pair], spots, hop, dx))]
        if pair in self.backward:
            inner = self.backward[pair]
            texts = _texts(inner, spots, (hop, "adjoint"), dx, size_of(inner))
            found.append(Edge(b.name, a.name, _placed(backs[hop], dx), texts=texts, role="adjoint"))
        return found


def _placed(way: Curve, dx: float) -> Curve:
    """A way of the lattice, from a source at another step, with y pointing down."""
    return tuple((x, -y) for x, y in moved(way, dx, 0.0))


def size_of(jacobian: Inline) -> float:
    """The size of the letters of a Jacobian; a name is not to be confused with what is written on arrows forth."""
    return SMALLER if isinstance(jacobian, Fraction) else NAME


def _texts(label: Inline | None, spots: Spots, key: Hashable, dx: float, size: float = SMALLER) -> tuple[Text, ...]:
    if label is None or key not in spots:
        return ()
    x, y = spots[key]
    return (Text(label, x + dx, -y, size),)
