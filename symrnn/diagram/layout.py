"""A picture as data: nodes, edges with their curves and delays, notes, in pixels with y pointing down.

This is all that an ink knows. Nothing here knows a model, and nothing here draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil

from symrnn.diagram.curves import Curve, Point, flattened, moved
from symrnn.diagram.inline import Inline
from symrnn.diagram.labels import Label

RADIUS = 26.0  # of a node
RISE = 92.0  # between the rows
GAP = 62.0  # between the nodes of neighbouring steps
TEXT = 18.0  # size of the letters in a node
SMALLER = 16.0  # of the letters beside an edge
SQUARE = 10.0  # side of a delay
MARGIN = 14.0  # around the picture
INNER = 9.0  # half the height that a label takes in its node


@dataclass(frozen=True)
class Node:
    """A node: a circle, or a lozenge with round ends when `half_width` is larger than the radius."""

    name: str
    label: Label
    x: float
    y: float
    kind: str  # state, input, target, output, loss, intermediate, constant, boundary
    half_width: float = RADIUS
    radius: float = RADIUS
    column: str = ""  # the time it belongs to; none in a circuit
    position: int = 0  # the number of its column
    ghost: bool = False  # stands for the elements that an ellipsis leaves out
    corner: float = RADIUS  # the radius of its corners: all of it for a circle, little for a box

    def distance(self, point: Point) -> float:
        """The distance of a point from its outline; negative inside."""
        sideways = max(abs(point[0] - self.x) - (self.half_width - self.corner), 0.0)
        upward = max(abs(point[1] - self.y) - (self.radius - self.corner), 0.0)
        return float((sideways**2 + upward**2) ** 0.5 - self.corner)


@dataclass(frozen=True)
class Text:
    """What is written, centred at a point, or beginning or ending there."""

    label: Inline
    x: float
    y: float
    size: float = SMALLER
    role: str = "label"  # label of an edge, lag, dots, unfold, legend, axis
    tone: int = -1  # the accent in which it is written, or none
    anchor: str = "middle"  # what stands at the point: middle, start or end

    @property
    def centre(self) -> float:
        """Where its middle is, by its estimated width."""
        return self.x + {"middle": 0.0, "start": 0.5, "end": -0.5}[self.anchor] * self.label.width(self.size)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the room it takes."""
        half, height = self.label.width(self.size) / 2, self.label.height(self.size) / 2
        return self.centre - half, self.y - height, self.centre + half, self.y + height


@dataclass(frozen=True)
class Edge:
    """An arrow from a node that is read to the node that reads it; `delays` are the centres of its squares."""

    source: str
    target: str
    curve: Curve
    lag: int = 0
    texts: tuple[Text, ...] = ()
    delays: tuple[Point, ...] = ()
    dashed: bool = False  # reads a fixed time, or holds at one time only
    role: str = "edge"  # edge; adjoint, against the flow; route, a path of a gradient; unfold, between two pictures
    tone: int = 0  # which of the accents it is drawn in


@dataclass(frozen=True)
class Cell:
    """A coloured field with a number: one entry of a heat map."""

    name: str
    x: float
    y: float
    width: float
    height: float
    value: float
    colour: str


@dataclass(frozen=True)
class Panel:
    """One picture: a circuit, an unfolded graph or a heat map. `base` is the height of its lowest row."""

    kind: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[Text, ...]
    base: float
    cells: tuple[Cell, ...] = ()

    def moved(self, dx: float, dy: float) -> Panel:
        """The same picture somewhere else."""
        return Panel(
            self.kind,
            tuple(replace(n, x=n.x + dx, y=n.y + dy) for n in self.nodes),
            tuple(
                replace(
                    e,
                    curve=moved(e.curve, dx, dy),
                    texts=_shifted(e.texts, dx, dy),
                    delays=moved(e.delays, dx, dy),
                )
                for e in self.edges
            ),
            _shifted(self.notes, dx, dy),
            self.base + dy,
            tuple(replace(c, x=c.x + dx, y=c.y + dy) for c in self.cells),
        )

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of everything in it."""
        boxes = [(n.x - n.half_width, n.y - n.radius, n.x + n.half_width, n.y + n.radius) for n in self.nodes]
        boxes += [text.box for text in self.notes]
        boxes += [(c.x, c.y, c.x + c.width, c.y + c.height) for c in self.cells]
        for edge in self.edges:
            boxes += [(x, y, x, y) for x, y in flattened(edge.curve)]
            boxes += [text.box for text in edge.texts]
            boxes += [(x - SQUARE, y - SQUARE, x + SQUARE, y + SQUARE) for x, y in edge.delays]
        left, top, right, bottom = zip(*boxes, strict=True)
        return min(left), min(top), max(right), max(bottom)


@dataclass(frozen=True)
class Layout:
    """Panels on a canvas of whole pixels, and the arrows that lead from one panel to the next."""

    width: float
    height: float
    title: str
    description: str
    panels: tuple[Panel, ...]
    arrows: tuple[Edge, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", ceil(self.width - 1e-6))
        object.__setattr__(self, "height", ceil(self.height - 1e-6))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes of all panels."""
        return tuple(n for p in self.panels for n in p.nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges of all panels."""
        return tuple(e for p in self.panels for e in p.edges)


def _shifted(texts: Iterable[Text], dx: float, dy: float) -> tuple[Text, ...]:
    return tuple(replace(x, x=x.x + dx, y=x.y + dy) for x in texts)


def framed(panel: Panel, title: str, description: str) -> Layout:
    """One panel on a canvas that just holds it."""
    left, top, right, bottom = panel.box
    placed = panel.moved(MARGIN - left, MARGIN - top)
    return Layout(right - left + 2 * MARGIN, bottom - top + 2 * MARGIN, title, description, (placed,))


def half_width(labels: Iterable[Label], corners: Iterable[float] = ()) -> float:
    """The common half width of nodes, with such corners, that holds every one of these labels."""
    widest = max((label.width(TEXT) for label in labels), default=0.0)
    corner = max(corners, default=RADIUS)
    lost = corner - (corner**2 - max(INNER - (RADIUS - corner), 0.0) ** 2) ** 0.5
    return max(RADIUS, widest / 2 + lost + 0.01)
