"""Ink: two layouts of the same nodes and arrows as one SVG that moves from the first to the second (SMIL).

It moves once, and again at a click; where nothing moves, as on paper, the second picture is seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from symrnn.diagram.curves import Curve, sampled
from symrnn.diagram.ink_svg import canvas, ground, point
from symrnn.diagram.layout import SQUARE, TEXT, Edge, Layout, Node, Text
from symrnn.diagram.style import Style
from symrnn.diagram.svg_text import as_text, number

HOLD = 0.2  # of the time at each end in which nothing moves
EASE = 'calcMode="spline" keyTimes="0;0.2;0.8;1" keySplines="0 0 1 1;0.4 0 0.2 1;0 0 1 1"'


def moving_svg(start: Layout, end: Layout, style: Style, seconds: float) -> str:
    """The text of an SVG file that moves from the first layout to the second."""
    return "\n".join(_Film(style, seconds, _identifier(end.title)).lines(start, end)) + "\n"


def _identifier(title: str) -> str:
    return "unfold-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


@dataclass(frozen=True)
class _Film:
    """The look, the time it takes, and a name for what is clicked."""

    style: Style
    seconds: float
    name: str

    def lines(self, start: Layout, end: Layout) -> Iterator[str]:
        yield f'<svg xmlns="http://www.w3.org/2000/svg" id="{self.name}" {canvas(end, self.style)} role="img">'
        yield f"<title>{escape(start.title)}, unfolding</title>"
        yield f"<desc>{escape(end.description)} It moves once, and again at a click.</desc>"
        yield ground(end, self.style)
        yield (
            f'<marker id="{self.name}-head" orient="auto" markerWidth="7" markerHeight="6" refX="7" refY="3" '
            f'markerUnits="userSpaceOnUse"><path d="M0,0L7,3L0,6z" fill="{self.style.ink}"/></marker>'
        )
        yield (
            f'<g font-family={quoteattr(self.style.fonts)} font-size="{TEXT:g}" text-anchor="middle" '
            f'fill="{self.style.ink}" stroke-width="1.4">'
        )
        before, after = start.panels[0], end.panels[0]
        for a, b in zip(before.edges, after.edges, strict=True):
            yield from self._edge(a, b)
        for u, v in zip(before.nodes, after.nodes, strict=True):
            yield from self._node(u, v)
        yield from self._shown("out", [t for e in _once(before.edges) for t in e.texts])
        yield from self._shown("in", [*(t for e in after.edges for t in e.texts), *after.notes])
        yield "</g>"
        yield "</svg>"

    def _timing(self) -> str:
        return f'dur="{self.seconds:g}s" begin="0s;{self.name}.click" fill="freeze"'

    def _edge(self, start: Edge, end: Edge) -> Iterator[str]:
        ends = f"data-from={quoteattr(end.source)} data-to={quoteattr(end.target)}"
        first, last = _polyline(start.curve), _polyline(sampled(end.curve, (len(start.curve) - 1) // 3))
        yield (
            f'<path class="edge" {ends} d="{last}" fill="none" stroke="{self.style.ink}" '
            f'marker-end="url(#{self.name}-head)"><animate attributeName="d" values="{first};{first};{last};{last}" '
            f"{EASE} {self._timing()}/></path>"
        )
        for x, y in start.delays:
            place = f'x="{number(x - SQUARE / 2)}" y="{number(y - SQUARE / 2)}"'
            look = "" if start.lag > 0 else f' fill="{self.style.paper}" stroke="{self.style.ink}"'
            size = f'width="{SQUARE:g}" height="{SQUARE:g}"'
            yield f'<rect class="delay" {place} {size} opacity="0"{look}>{self._fade("out")}</rect>'

    def _fade(self, way: str) -> str:
        values, times = ("1;1;0;0", "0;0.15;0.3;1") if way == "out" else ("0;0;1;1", "0;0.75;0.9;1")
        return f'<animate attributeName="opacity" values="{values}" keyTimes="{times}" {self._timing()}/>'

    def _shown(self, way: str, texts: list[Text]) -> Iterator[str]:
        look = 'class="before" opacity="0"' if way == "out" else 'class="after"'
        yield f"<g {look}>{self._fade(way)}"
        for text in texts:
            yield from as_text(text)
        yield "</g>"

    def _node(self, start: Node, end: Node) -> Iterator[str]:
        dashes = ' stroke-dasharray="3 3"' if end.ghost else ""
        fill = self.style.paper if end.ghost else self.style.fill(end.kind)
        look = f'fill="{fill}" stroke="{self.style.ink}"{dashes}'
        yield f'<g class="node {end.kind}" data-name={quoteattr(end.name)}>'
        shift = f"{number(start.x - end.x)} {number(start.y - end.y)}"
        yield (
            f'<animateTransform attributeName="transform" type="translate" values="{shift};{shift};0 0;0 0" '
            f"{EASE} {self._timing()}/>"
        )
        size = f'width="{number(2 * end.half_width)}" height="{number(2 * end.radius)}" rx="{number(end.corner)}"'
        place = f'x="{number(end.x - end.half_width)}" y="{number(end.y - end.radius)}"'
        yield f"<rect {place} {size} {look}/>"
        yield f'<g opacity="0">{self._fade("out")}'
        yield from as_text(Text(start.label, end.x, end.y, TEXT, ""))
        yield f"</g><g>{self._fade('in')}"
        yield from as_text(Text(end.label, end.x, end.y, TEXT, ""))
        yield "</g></g>"


def _once(edges: tuple[Edge, ...]) -> list[Edge]:
    return list({edge.curve: edge for edge in edges}.values())


def _polyline(curve: Curve) -> str:
    return "M" + "L".join(point(p) for p in curve[::3])
