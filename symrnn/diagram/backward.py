"""The backward pass over an unfolded graph: arrows against the flow, each labelled by its local Jacobian.

An adjoint arrow runs beside the arrow of the graph, from the node that reads to the node that is read.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from symrnn.diagram.curves import Curve, clipped, offset
from symrnn.diagram.inline import Fraction, Line, line_of, words
from symrnn.diagram.labels import Label
from symrnn.diagram.lattice import Hop, Lattice

ASIDE = 8.0  # how far an adjoint arrow runs beside its arrow
GIVEN = {"input", "target", "constant"}  # by these one does not differentiate
PARTIAL = words("∂")

Key = TypeVar("Key", bound=Hashable)


def reached(
    kinds: Mapping[Key, str], links: Sequence[tuple[Key, Key]], also: Iterable[Key] = ()
) -> list[tuple[Key, Key]]:
    """The arrows from reader to read along which a gradient of the loss flows, of the arrows of a graph.

    Without a loss it flows from the outputs, and without these from every state; and from the nodes `also` named.
    """
    order = ({"loss"}, {"output"}, {"state"})
    sources = next((s for s in order if s & set(kinds.values())), set())
    found = {key for key, kind in kinds.items() if kind in sources} | set(also)
    into: dict[Key, list[Key]] = {}
    for a, b in links:
        into.setdefault(b, []).append(a)
    waiting = list(found)
    while waiting:
        for a in into.get(waiting.pop(), ()):
            if a not in found and kinds[a] not in GIVEN:
                found.add(a)
                waiting.append(a)
    return [(a, b) for a, b in links if b in found and kinds[a] not in GIVEN]


def against(way: Curve, lattice: Lattice, hop: Hop) -> Curve:
    """The arrow back, on the right of the arrow forth, from outline to outline."""
    beside = offset(way, -ASIDE)
    source, target = lattice.inside(hop[0], 0, 2.0), lattice.inside(hop[1], hop[2], 0.5)
    return clipped(beside, source, target)[::-1]


def derivative(node: Label, by: Label) -> Fraction:
    """The derivative of one node by another, as a fraction."""
    return Fraction(Line((PARTIAL, node)), Line((PARTIAL, by)))


def in_line(node: Label, by: Label) -> Line:
    """The same in one line."""
    return line_of(PARTIAL, node, "/", PARTIAL, by)
