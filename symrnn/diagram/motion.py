"""From the circuit to the unfolded graph: every node glides from its folded place, every arrow out of its loop.

The pictures between are layouts like any other, so that each can be drawn by every ink; as one file they are an
SVG that moves by itself (SMIL), once, and again at a click.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from symrnn.diagram.curves import Curve, Point, sampled
from symrnn.diagram.drawing import checked, circuit, unfolded
from symrnn.diagram.ink_motion import moving_svg
from symrnn.diagram.layout import Edge, Layout, Node, Panel
from symrnn.diagram.picture import Diagram
from symrnn.diagram.style import Style
from symrnn.errors import Unsupported
from symrnn.files import write_file
from symrnn.model import Recurrence

POINTS = 14  # of an arrow that moves


@dataclass(frozen=True, repr=False)
class Animation:
    """A circuit that unfolds: `svg` is one moving picture, `frames` are still ones."""

    start: Layout
    end: Layout
    style: Style

    def frames(self, count: int = 12) -> tuple[Diagram, ...]:
        """Still pictures from the circuit to the unfolded graph.

        Examples
        --------
        >>> import symrnn as sr
        >>> first, *_, last = sr.animate(sr.models.driven(), tau=3).frames(5)
        >>> len({node.x for node in first.layout.nodes}), len({node.x for node in last.layout.nodes})
        (1, 4)
        """
        if not isinstance(count, int) or not 2 <= count <= 1000:
            raise Unsupported(f"{count!r} frames", repair="a whole number from 2 to 1000")
        return tuple(Diagram(between(self.start, self.end, i / (count - 1)), self.style) for i in range(count))

    def svg(self, seconds: float = 4.0) -> str:
        """One SVG file that moves, once, and again at a click on it."""
        if not 0.5 <= seconds <= 60:
            raise Unsupported(f"{seconds} seconds", repair="a time from 0.5 to 60")
        return moving_svg(self.start, self.end, self.style, seconds)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the moving picture to an .svg file."""
        target = Path(path)
        if target.suffix != ".svg":
            raise Unsupported(f"{target.name}: a moving picture is an .svg file", repair="or save the .frames()")
        return write_file(target, self.svg())

    def __repr__(self) -> str:
        return f'Animation: {self.end.title}, {len(self.end.nodes)} nodes  .svg() .frames(12) .save("unfold.svg")'

    def _repr_svg_(self) -> str:
        return self.svg()


def animate(model: Recurrence, tau: Any = 3, *, style: Style | str | None = None, notation: Any = None) -> Animation:
    """The circuit of a model unfolding into its graph, as a moving picture or as a sequence of still ones.

    Parameters
    ----------
    model
        A `Recurrence`.
    tau
        The last time, as for `unfolded`.
    style
        A `Style`, or the name of one.
    notation
        A `Notation`, such as `Notation.named("d2l")`.

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.animate(sr.models.driven(), tau=2)
    Animation: Unfolded graph of driven, 5 nodes  .svg() .frames(12) .save("unfold.svg")
    """
    folded, flat = (
        circuit(checked(model), style=style, notation=notation),
        unfolded(model, tau, style=style, notation=notation),
    )
    start, end = _on_one_canvas(folded.layout, flat.layout)
    return Animation(_gathered(start, end), end, flat.style)


def _on_one_canvas(folded: Layout, flat: Layout) -> tuple[Layout, Layout]:
    """Both in the middle of a canvas that holds either, their lowest rows at one height."""
    width, base = max(folded.width, flat.width), max(folded.panels[0].base, flat.panels[0].base)
    height = base + max(folded.height - folded.panels[0].base, flat.height - flat.panels[0].base)

    def on(layout: Layout) -> Layout:
        panel = layout.panels[0].moved((width - layout.width) / 2, base - layout.panels[0].base)
        return replace(layout, panels=(panel,), width=width, height=height)

    return on(folded), on(flat)


def _gathered(folded: Layout, flat: Layout) -> Layout:
    """The unfolded graph with every node on its sequence in the circuit, and every arrow on its wire."""
    at = {node.name: node for node in folded.nodes}
    wires: dict[tuple[str, str], list[Edge]] = {}
    for edge in folded.edges:
        wires.setdefault((edge.source, edge.target), []).append(edge)
    position = {node.name: node.position for node in flat.nodes}
    nodes = tuple(_folded(node, at) for node in flat.nodes)
    edges = []
    for edge in flat.edges:
        lag = position[edge.target] - position[edge.source]
        same = wires[_stem(edge.source), _stem(edge.target)]
        wire = min(same, key=lambda w: abs(w.lag - lag))
        edges.append(
            replace(edge, curve=sampled(wire.curve, POINTS), texts=wire.texts, delays=wire.delays, lag=wire.lag)
        )
    panel = Panel("unfolding", nodes, tuple(edges), (), flat.panels[0].base)
    return replace(flat, panels=(panel,), title=folded.title, description=folded.description)


def _stem(name: str) -> str:
    return name.split("[")[0]


def _folded(node: Node, at: dict[str, Node]) -> Node:
    home = at[_stem(node.name)]
    return replace(node, x=home.x, y=home.y, label=home.label, half_width=home.half_width, kind=home.kind, ghost=False)


def between(start: Layout, end: Layout, way: float) -> Layout:
    """The picture after a part of the way, eased at both ends; at its ends it is what it leads to."""
    if way == 0:
        return _without_doubles(start)
    if way == 1:
        return end
    eased = way * way * (3 - 2 * way)
    a, b = start.panels[0], end.panels[0]
    nodes = tuple(
        replace(v, x=u.x + eased * (v.x - u.x), y=u.y + eased * (v.y - u.y))
        for u, v in zip(a.nodes, b.nodes, strict=True)
    )
    edges = tuple(
        replace(f, curve=_mixed(e.curve, sampled(f.curve, POINTS), eased), texts=())
        for e, f in zip(a.edges, b.edges, strict=True)
    )
    return replace(end, panels=(Panel("unfolding", nodes, edges, (), b.base),))


def _without_doubles(layout: Layout) -> Layout:
    """The start without what lies on each other: the circuit itself."""
    panel = layout.panels[0]
    nodes = {node.label.at(""): node for node in reversed(panel.nodes)}
    edges = {edge.curve: edge for edge in reversed(panel.edges)}
    return replace(
        layout, panels=(replace(panel, nodes=tuple(nodes.values())[::-1], edges=tuple(edges.values())[::-1]),)
    )


def _mixed(a: Curve, b: Curve, amount: float) -> Curve:
    def mix(p: Point, q: Point) -> Point:
        return p[0] + amount * (q[0] - p[0]), p[1] + amount * (q[1] - p[1])

    return tuple(mix(p, q) for p, q in zip(a, b, strict=True))
