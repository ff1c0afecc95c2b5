"""Ink: a layout as SVG 1.1. Text stays text, superscripts are raised spans, colours are attributes.

The picture brings its own white background, so that it reads the same on a light and on a dark page, and no
style sheet, so that several pictures in one page do not disturb each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from symrnn.diagram.curves import Curve, Point, along, is_straight, pieces
from symrnn.diagram.labels import SMALL, Label
from symrnn.diagram.layout import SQUARE, TEXT, Edge, Layout, Node, Panel, Text

FONTS = "'STIX Two Text','Latin Modern Roman',Cambria,'Times New Roman',serif"
INK = "#1a1a1a"
PAPER = "#ffffff"
FILLS = {  # white is given, a colour is computed; the tints differ in lightness too
    "state": "#d6e6f5",
    "intermediate": "#ececec",
    "output": "#dcefdc",
    "loss": "#fbe3cc",
}
HEAD = 7.0  # length of an arrow's head


def svg(layout: Layout) -> str:
    """The picture as the text of an SVG file."""
    return "\n".join(_lines(layout)) + "\n"


def _lines(layout: Layout) -> Iterator[str]:
    width, height = _number(layout.width), _number(layout.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    yield f"<title>{escape(layout.title)}</title>"
    yield f"<desc>{escape(layout.description)}</desc>"
    yield f'<rect width="{width}" height="{height}" fill="{PAPER}"/>'
    yield (
        f'<g font-family="{FONTS}" font-size="{TEXT:g}" text-anchor="middle" fill="{INK}" stroke="none" '
        'stroke-width="1.4">'
    )
    for panel in layout.panels:
        yield from _panel(panel)
    for arrow in layout.arrows:
        yield from _arrow(arrow, "unfold")
        yield from (_text(text) for text in arrow.texts)
    yield "</g>"
    yield "</svg>"


def _panel(panel: Panel) -> Iterator[str]:
    yield f'<g class="{panel.kind}">'
    for edge in panel.edges:
        yield from _arrow(edge, "edge")
    for edge in panel.edges:
        yield from (_delay(at, edge) for at in edge.delays)
    if any(edge.texts for edge in panel.edges):
        yield f'<g stroke="{PAPER}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">'
        yield from (_text(text) for edge in panel.edges for text in edge.texts)
        yield "</g>"
    for node in panel.nodes:
        yield from _node(node)
    yield from (_text(note) for note in panel.notes)
    yield "</g>"


def _arrow(edge: Edge, role: str) -> Iterator[str]:
    """A line with its head; the line ends inside the head, so that the tip stays sharp."""
    names = f" data-from={quoteattr(edge.source)} data-to={quoteattr(edge.target)}" if role == "edge" else ""
    names += f' data-lag="{edge.lag}"' if edge.lag else ""
    dashes = ' stroke-dasharray="4 3"' if edge.dashed else ""
    yield f'<path class="{role}"{names} d="{_path(edge.curve)}" fill="none" stroke="{INK}"{dashes}/>'
    (x, y), (dx, dy) = along(edge.curve, 1.0)
    back, side = (x - HEAD * dx, y - HEAD * dy), 0.42 * HEAD
    corners = ((x, y), (back[0] - side * dy, back[1] + side * dx), (back[0] + side * dy, back[1] - side * dx))
    yield f'<path d="M{"L".join(map(_point, corners))}z"/>'


def _delay(at: Point, edge: Edge) -> str:
    """One step of delay: a black square; an outlined one for a step from the future."""
    x, y = _number(at[0] - SQUARE / 2), _number(at[1] - SQUARE / 2)
    look = "" if edge.lag > 0 else f' fill="{PAPER}" stroke="{INK}"'
    return f'<rect class="delay" x="{x}" y="{y}" width="{SQUARE:g}" height="{SQUARE:g}"{look}/>'


def _node(node: Node) -> Iterator[str]:
    dashes = ' stroke-dasharray="3 3"' if node.ghost else ""
    fill = PAPER if node.ghost else FILLS.get(node.kind, PAPER)
    look = f'fill="{fill}" stroke="{INK}"{dashes}'
    name = quoteattr(node.name)
    yield f'<g class="node {node.kind}{" ghost" * node.ghost}" data-name={name}>'
    if node.half_width == node.radius:
        yield f'<circle cx="{_number(node.x)}" cy="{_number(node.y)}" r="{_number(node.radius)}" {look}/>'
    else:
        left, top = _number(node.x - node.half_width), _number(node.y - node.radius)
        size = f'width="{_number(2 * node.half_width)}" height="{_number(2 * node.radius)}"'
        yield f'<rect x="{left}" y="{top}" {size} rx="{_number(node.radius)}" {look}/>'
    yield _text(Text(node.label, node.x, node.y, TEXT, ""))
    yield "</g>"


def _text(text: Text) -> str:
    role = f' class="{text.role}"' if text.role else ""
    size = f' font-size="{_number(text.size)}"' if text.size != TEXT else ""
    place = f'x="{_number(text.x)}" y="{_number(text.y + 0.32 * text.size)}"'
    inner = _script(text.label.base, "tτ") if text.role == "lag" else "".join(_spans(text.label, text.size))
    return f"<text{role} {place}{size}>{inner}</text>"


def _spans(label: Label, size: float) -> Iterator[str]:
    """The base, then sub- and superscript on lines of their own heights."""
    bold = ' font-weight="bold"' if label.bold else ""
    italic = ' font-style="italic"' if label.italic else ""
    base = escape(label.marked)
    yield f"<tspan{bold}{italic}>{base}</tspan>" if bold or italic else base
    at = 0.0
    for script, height in ((label.sub, 0.22), (label.sup, -0.38)):
        if script:
            small = _number(SMALL * size)
            italic_letters = label.sub if script is label.sub and len(script) <= 2 else "tτ"
            right = 0.04 * size - (label.back(size) if at else 0.0)
            shift = f'dx="{_number(right)}" dy="{_number(height * size - at)}"'
            yield f'<tspan {shift} font-size="{small}">{_script(script, italic_letters)}</tspan>'
            at = height * size


def _script(script: str, italic: str) -> str:
    """A script with its letters in italics: those of a short subscript, and t and τ in a time."""
    runs = re.split(f"([{re.escape(italic)}]+)", script)
    spans = (
        f'<tspan font-style="italic">{escape(run)}</tspan>' if i % 2 and run.isalpha() else escape(run)
        for i, run in enumerate(runs)
    )
    return "".join(spans)


def _path(curve: Curve) -> str:
    """The data of a path: lines where the curve is straight."""
    words = [f"M{_point(curve[0])}"]
    start = curve[0]
    for piece in pieces(curve):
        end = piece[-1]
        if _point(start) == _point(end):
            continue
        words.append(f"L{_point(end)}" if is_straight(piece) else "C" + " ".join(_point(point) for point in piece[1:]))
        start = end
    return "".join(words)


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _number(value: float) -> str:
    """A number with one decimal, and none if it is whole; never minus zero."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
