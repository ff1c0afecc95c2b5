"""Ink: a layout as SVG 1.1. Text stays text, superscripts are raised spans, colours are attributes.

The picture brings its own ground, so that it reads the same on a light and on a dark page, and no style sheet,
so that several pictures in one page do not disturb each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from xml.sax.saxutils import escape, quoteattr

from symrnn.diagram.curves import Curve, Point, along, is_straight, pieces
from symrnn.diagram.layout import SQUARE, TEXT, Cell, Edge, Layout, Node, Panel, Text
from symrnn.diagram.outlines import as_paths
from symrnn.diagram.style import Style
from symrnn.diagram.svg_text import as_text, bar_of, number

HEAD = 7.0  # length of an arrow's head


def svg(layout: Layout, style: Style, outline: bool = False) -> str:
    """The picture as the text of an SVG file; `outline` draws letters as paths."""
    return "\n".join(_Ink(style, outline).lines(layout)) + "\n"


@dataclass(frozen=True)
class _Ink:
    """The pen: its colours, and whether it writes letters or draws them."""

    style: Style
    outline: bool

    def lines(self, layout: Layout) -> Iterator[str]:
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {canvas(layout, self.style)} role="img">'
        yield f"<title>{escape(layout.title)}</title>"
        yield f"<desc>{escape(layout.description)}</desc>"
        yield ground(layout, self.style)
        fonts = quoteattr(self.style.fonts)
        yield (
            f'<g font-family={fonts} font-size="{TEXT:g}" text-anchor="middle" fill="{self.style.ink}" stroke="none" '
            'stroke-width="1.4">'
        )
        for panel in layout.panels:
            yield from self._panel(panel)
        for arrow in layout.arrows:
            yield from self._arrow(arrow)
            for text in arrow.texts:
                yield from self._text(text)
        yield "</g>"
        yield "</svg>"

    def _panel(self, panel: Panel) -> Iterator[str]:
        yield f'<g class="{panel.kind}">'
        for cell in panel.cells:
            yield self._cell(cell)
        for edge in sorted(panel.edges, key=lambda e: e.role != "route"):
            yield from self._arrow(edge)
        for edge in panel.edges:
            yield from (self._delay(at, edge) for at in edge.delays)
        if any(edge.texts for edge in panel.edges):
            yield f'<g stroke="{self.style.paper}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
            for edge in panel.edges:
                yield from self._labels(edge)
            yield "</g>"
        for node in panel.nodes:
            yield from self._node(node)
        for note in panel.notes:
            yield from self._text(note)
        yield "</g>"

    def _labels(self, edge: Edge) -> Iterator[str]:
        coloured = edge.role != "edge" and bool(edge.texts)
        if coloured:
            yield f'<g fill="{self.style.accent(edge.tone)}">'
        for text in edge.texts:
            yield from self._text(text)
        if coloured:
            yield "</g>"

    def _arrow(self, edge: Edge) -> Iterator[str]:
        """A line with its head; the line ends inside the head, so that the tip stays sharp."""
        if edge.role == "route":
            yield self._route(edge)
            return
        names = f" data-from={quoteattr(edge.source)} data-to={quoteattr(edge.target)}" if edge.source else ""
        names += f' data-lag="{edge.lag}"' if edge.lag else ""
        dashes = ' stroke-dasharray="4 3"' if edge.dashed else ""
        colour = self.style.ink if edge.role in {"edge", "unfold"} else self.style.accent(edge.tone)
        d = path(edge.curve)
        yield f'<path class="{edge.role}"{names} d="{d}" fill="none" stroke="{colour}"{dashes}/>'
        (x, y), (dx, dy) = along(edge.curve, 1.0)
        back, side = (x - HEAD * dx, y - HEAD * dy), 0.42 * HEAD
        corners = ((x, y), (back[0] - side * dy, back[1] + side * dx), (back[0] + side * dy, back[1] - side * dx))
        filled = "" if colour == self.style.ink else f' fill="{colour}"'
        yield f'<path d="M{"L".join(map(point, corners))}z"{filled}/>'

    def _route(self, edge: Edge) -> str:
        names = f"data-from={quoteattr(edge.source)} data-to={quoteattr(edge.target)}"
        look = f'fill="none" stroke="{self.style.accent(edge.tone)}" stroke-width="4.4"'
        return f'<path class="route" data-term="{edge.lag}" {names} d="{path(edge.curve)}" {look}/>'

    def _delay(self, at: Point, edge: Edge) -> str:
        """One step of delay: a black square; an outlined one for a step from the future."""
        x, y = number(at[0] - SQUARE / 2), number(at[1] - SQUARE / 2)
        look = "" if edge.lag > 0 else f' fill="{self.style.paper}" stroke="{self.style.ink}"'
        return f'<rect class="delay" x="{x}" y="{y}" width="{SQUARE:g}" height="{SQUARE:g}"{look}/>'

    def _cell(self, cell: Cell) -> str:
        size = f'width="{number(cell.width)}" height="{number(cell.height)}"'
        name = f"<title>{escape(cell.name)}</title>"
        place = f'x="{number(cell.x)}" y="{number(cell.y)}"'
        return f'<rect class="cell" data-value="{cell.value:.6g}" {place} {size} fill="{cell.colour}">{name}</rect>'

    def _node(self, node: Node) -> Iterator[str]:
        dashes = ' stroke-dasharray="3 3"' if node.ghost else ""
        fill = self.style.paper if node.ghost else self.style.fill(node.kind)
        look = f'fill="{fill}" stroke="{self.style.ink}"{dashes}'
        yield f'<g class="node {node.kind}{" ghost" * node.ghost}" data-name={quoteattr(node.name)}>'
        if node.half_width == node.radius == node.corner:
            yield f'<circle cx="{number(node.x)}" cy="{number(node.y)}" r="{number(node.radius)}" {look}/>'
        else:
            left, top = number(node.x - node.half_width), number(node.y - node.radius)
            size = f'width="{number(2 * node.half_width)}" height="{number(2 * node.radius)}"'
            yield f'<rect x="{left}" y="{top}" {size} rx="{number(node.corner)}" {look}/>'
        yield from self._text(Text(node.label, node.x, node.y, TEXT, ""))
        yield "</g>"

    def _text(self, text: Text) -> Iterator[str]:
        fill = self.style.accent(text.tone) if text.tone >= 0 else ""
        if self.outline:
            role = (f' class="{text.role}"' if text.role else "") + (f' fill="{fill}"' if fill else "")
            yield f"<g{role}><title>{escape(text.label.plain)}</title>{''.join(as_paths(text))}</g>"
        else:
            yield from as_text(text, fill)
        bar = bar_of(text)
        if bar is not None:
            left, right, y = bar
            size = f'width="{number(right - left)}" height="1"'
            yield f'<rect x="{number(left)}" y="{number(y - 0.5)}" {size} stroke="none"/>'


def canvas(layout: Layout, style: Style) -> str:
    """The size of a picture in whole pixels, and its coordinates."""
    size = f'width="{ceil(style.scale * layout.width)}" height="{ceil(style.scale * layout.height)}"'
    return f'{size} viewBox="0 0 {layout.width:g} {layout.height:g}"'


def ground(layout: Layout, style: Style) -> str:
    """The paper, a little larger than the canvas, so that no zoom leaves a part of a pixel bare at an edge."""
    size = f'width="{layout.width + 8:g}" height="{layout.height + 8:g}"'
    return f'<rect x="-4" y="-4" {size} fill="{style.paper}"/>'


def path(curve: Curve) -> str:
    """The data of a path: lines where the curve is straight."""
    words = [f"M{point(curve[0])}"]
    start = curve[0]
    for piece in pieces(curve):
        end = piece[-1]
        if point(start) == point(end):
            continue
        words.append(f"L{point(end)}" if is_straight(piece) else "C" + " ".join(point(p) for p in piece[1:]))
        start = end
    return "".join(words)


def point(at: Point) -> str:
    """A point."""
    return f"{number(at[0])},{number(at[1])}"
