"""Ink: a layout as a `tikzpicture` of named nodes and arrows between them, readable enough to be edited by hand.

It needs the packages amsmath and tikz, and none of TikZ's libraries. A straight arrow is written from node to
node, so it follows when a node is moved; its label stands at a fraction of its way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from symrnn.diagram.curves import Curve, Point, is_straight, pieces
from symrnn.diagram.inline import Fraction
from symrnn.diagram.layout import RADIUS, SQUARE, Cell, Edge, Layout, Node, Panel, Text
from symrnn.diagram.style import KINDS, Style
from symrnn.diagram.svg_text import BASELINE
from symrnn.diagram.tikz_text import math

UNIT = 0.58  # points a pixel: the letters in a node are those of a text of 10 pt


def tikz(layout: Layout, style: Style) -> str:
    """The picture as the text of a TikZ picture."""
    return "\n".join(_Pen(style).lines(layout)) + "\n"


@dataclass(frozen=True)
class _Pen:
    """The colours and sizes of a picture."""

    style: Style
    shapes: dict[str, str] = field(default_factory=dict)  # what the style of each kind of node says

    def lines(self, layout: Layout) -> Iterator[str]:
        unit = f"{UNIT * self.style.scale:.3g}pt"
        yield r"% needs \usepackage{amsmath, tikz}"
        yield rf"\begin{{tikzpicture}}[x={unit}, y=-{unit}, inner sep=0pt, line width=0.5pt]"
        yield from self._colours(layout)
        yield from self._styles(layout)
        if self.style.paper.lower() != "#ffffff":
            yield rf"\fill[paper] (0,0) rectangle {_point((layout.width, layout.height))};"
        for i, panel in enumerate(layout.panels):
            yield from self._panel(panel, chr(ord("a") + i) + "-" if len(layout.panels) > 1 else "")
        for arrow in layout.arrows:
            yield rf"\draw[flow, line width=1pt] {_path(arrow.curve)};"
            yield from (_text(text) for text in arrow.texts)
        yield r"\end{tikzpicture}"

    def _styles(self, layout: Layout) -> Iterator[str]:
        used = [k for k in KINDS if any(n.kind == k for n in layout.nodes)]
        scale = "" if self.style.scale == 1 else f", every node/.style={{scale={self.style.scale:g}}}"
        yield rf"\tikzset{{text=ink, draw=ink{scale},"
        yield "  flow/.style={->, >=latex, draw=ink}, delay/.style={draw=ink, fill=ink},"
        if any(e.role == "route" for e in layout.edges):
            yield "  route/.style={line width=2.5pt},"
        for kind in used:
            shape = self.shapes[kind] = _shape(next(n for n in layout.nodes if n.kind == kind))
            fill = f", fill={kind}" if self.style.fill(kind) != self.style.paper else ""
            yield f"  {kind}/.style={{draw=ink, {shape}{fill}}},"
        yield "  ghost/.style={fill=none, dash pattern=on 2pt off 2pt}}"

    def _colours(self, layout: Layout) -> Iterator[str]:
        kinds = [k for k in KINDS if any(n.kind == k for n in layout.nodes)]
        colours = {"ink": self.style.ink, "paper": self.style.paper}
        colours |= {k: self.style.fill(k) for k in kinds if self.style.fill(k) != self.style.paper}
        colours |= {f"accent{e.tone}": self.style.accent(e.tone) for e in layout.edges if e.role != "edge"}
        for name, colour in colours.items():
            yield rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:].upper()}}}"

    def _panel(self, panel: Panel, prefix: str) -> Iterator[str]:
        nodes = {node.name: node for node in panel.nodes}
        for cell in panel.cells:
            yield _cell(cell)
        for node in panel.nodes:
            yield self._node(node, prefix)
        for edge in sorted(panel.edges, key=lambda e: e.role != "route"):
            yield from self._edge(edge, nodes, prefix)
        yield from (_text(note) for note in panel.notes)

    def _node(self, node: Node, prefix: str) -> str:
        style = f"{node.kind}, ghost" if node.ghost else node.kind
        own = _shape(node)
        style += "" if own == self.shapes.setdefault(node.kind, own) else f", {own}"
        place = f"({prefix}{_anchor(node.name)}) at {_point((node.x, node.y))}"
        return rf"\node[{style}] {place} {{${math(node.label)}$}};"

    def _edge(self, edge: Edge, nodes: dict[str, Node], prefix: str) -> Iterator[str]:
        looks = ["route" if edge.role == "route" else "flow"]
        looks += [] if edge.role == "edge" else [f"accent{edge.tone}"]
        looks += ["dash pattern=on 3pt off 2pt"] if edge.dashed else []
        names = f"{edge.source} -> {edge.target}"
        remark = names if edge.role == "edge" else f"{edge.role}: {names}"
        ends = nodes[edge.source], nodes[edge.target]
        if edge.role == "edge" and _runs_between(edge.curve, *ends):
            a, b = (f"({prefix}{_anchor(node.name)})" for node in ends)
            labels = "".join(f" {_on_way(text, edge.curve)}" for text in edge.texts)
            yield rf"\draw[{', '.join(looks)}] {a} --{labels} {b}; % {remark}"
        else:
            yield rf"\draw[{', '.join(looks)}] {_path(edge.curve)}; % {remark}"
            yield from (_text(text, "" if edge.role == "edge" else f"accent{edge.tone}") for text in edge.texts)
        for x, y in edge.delays:
            half = SQUARE / 2
            look = r"\filldraw[delay]" if edge.lag > 0 else r"\draw[fill=paper]"
            yield rf"{look} {_point((x - half, y - half))} rectangle {_point((x + half, y + half))};"


def _shape(node: Node) -> str:
    """The shape and size of a node in TikZ."""
    diameter = f"{2 * UNIT * RADIUS:.4g}pt"
    if node.half_width == node.radius == node.corner:
        return f"circle, minimum size={diameter}"
    wide = f"{2 * UNIT * node.half_width:.4g}pt"
    corners = f"rounded corners={UNIT * node.corner * 0.999:.4g}pt"
    return f"rectangle, minimum height={diameter}, minimum width={wide}, {corners}"


def _runs_between(curve: Curve, a: Node, b: Node) -> bool:
    """Whether a curve is the straight line from the one node to the other."""
    if len(curve) != 4 or not is_straight(curve):
        return False
    (x0, y0), (x1, y1) = (a.x, a.y), (b.x, b.y)
    return all(abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) < 1e-3 * max(a.radius, 1) * 26 for x, y in curve)


def _on_way(text: Text, curve: Curve) -> str:
    """A label beside a straight arrow: at a fraction of its way, and so far from it."""
    (ax, ay), (bx, by) = curve[0], curve[-1]
    dx, dy = bx - ax, by - ay
    part = ((text.x - ax) * dx + (text.y - ay) * dy) / (dx * dx + dy * dy)
    right, down = text.x - ax - part * dx, text.y - ay - part * dy
    shift = f"pos={_short(part, 2)}, xshift={_short(UNIT * right)}pt, yshift={_short(-UNIT * down)}pt"
    return rf"node[{shift}, font=\small] {{${math(text.label)}$}}"


def _short(value: float, places: int = 1) -> str:
    """A number without an exponent, which TeX cannot read, and without superfluous zeros."""
    return f"{round(value, places) + 0.0:.{places}f}".rstrip("0").rstrip(".")


def _anchor(name: str) -> str:
    """The name of a node as TikZ takes it: h[t-1] becomes h t-1."""
    return re.sub(r"[^A-Za-z0-9+ -]", " ", name.replace("..", " to ")).strip()


def _cell(cell: Cell) -> str:
    corner, other = (cell.x, cell.y), (cell.x + cell.width, cell.y + cell.height)
    return rf"\fill[{_rgb(cell.colour)}] {_point(corner)} rectangle {_point(other)}; % {cell.name}"


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"fill={{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _text(text: Text, colour: str = "") -> str:
    colour = f"accent{text.tone}" if text.tone >= 0 else colour
    size = r"\scriptsize" if text.role == "lag" or isinstance(text.label, Fraction) else r"\small"
    look = f"font={size}" + (f", text={colour}" if colour else "")
    y = text.y
    if text.anchor != "middle":
        look += f", anchor=base {'west' if text.anchor == 'start' else 'east'}"
        y += BASELINE * text.size
    return rf"\node[{look}] at {_point((text.x, y))} {{${math(text.label)}$}};"


def _path(curve: Curve) -> str:
    parts = [_point(curve[0])]
    for piece in pieces(curve):
        if _point(piece[0]) == _point(piece[-1]):
            continue
        if is_straight(piece):
            parts.append(f"-- {_point(piece[3])}")
        else:
            parts.append(f".. controls {_point(piece[1])} and {_point(piece[2])} .. {_point(piece[3])}")
    return " ".join(parts)


def _point(point: Point) -> str:
    return f"({round(point[0], 1) + 0.0:g},{round(point[1], 1) + 0.0:g})"
