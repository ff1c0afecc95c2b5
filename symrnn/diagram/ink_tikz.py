"""Ink: a layout as a `tikzpicture` with plain coordinates, readable enough to be edited by hand.

It needs the packages amsmath and tikz, and none of TikZ's libraries.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from symrnn.diagram.curves import Curve, Point, is_straight, pieces
from symrnn.diagram.labels import Label
from symrnn.diagram.layout import SQUARE, Edge, Layout, Node, Panel, Text

SCALE = "0.58pt"  # of a pixel: the letters in a node are those of a text of 10 pt
STYLES = (
    r"  every path/.style={line width=0.5pt}, flow/.style={->, >=latex}, delay/.style={fill=black},",
    r"  input/.style={}, target/.style={}, boundary/.style={}, constant/.style={},",
    r"  state/.style={fill=blue!12}, intermediate/.style={fill=black!7}, output/.style={fill=green!12},",
    r"  loss/.style={fill=orange!20}, ghost/.style={dash pattern=on 2pt off 2pt}]",
)
_SIGNS = {"−": "-", "τ": r"\tau ", "…": r"\ldots ", "⊤": r"\top "}


def tikz(layout: Layout) -> str:
    """The picture as the text of a TikZ picture."""
    return "\n".join(_lines(layout)) + "\n"


def _lines(layout: Layout) -> Iterator[str]:
    yield r"% needs \usepackage{amsmath, tikz}"
    yield rf"\begin{{tikzpicture}}[x={SCALE}, y=-{SCALE},"
    yield from STYLES
    for panel in layout.panels:
        yield from _panel(panel)
    for arrow in layout.arrows:
        yield rf"\draw[flow, line width=1pt] {_path(arrow.curve)};"
        yield from (_text(text) for text in arrow.texts)
    yield r"\end{tikzpicture}"


def _panel(panel: Panel) -> Iterator[str]:
    for node in panel.nodes:
        yield from _node(node)
    for edge in panel.edges:
        yield from _edge(edge)
    yield from (_text(note) for note in panel.notes)


def _node(node: Node) -> Iterator[str]:
    style = "ghost" if node.ghost else node.kind
    if node.half_width == node.radius:
        shape = f"{_point((node.x, node.y))} circle[radius={node.radius:g}]"
    else:
        corner = (node.x - node.half_width, node.y - node.radius)
        other = (node.x + node.half_width, node.y + node.radius)
        shape = f"[rounded corners={0.58 * node.radius:.2f}pt] {_point(corner)} rectangle {_point(other)}"
    yield rf"\draw[{style}] {shape}; % {node.name}"
    yield rf"\node at {_point((node.x, node.y))} {{${_math(node.label)}$}};"


def _edge(edge: Edge) -> Iterator[str]:
    style = "flow, dash pattern=on 3pt off 2pt" if edge.dashed else "flow"
    yield rf"\draw[{style}] {_path(edge.curve)}; % {edge.source} -> {edge.target}"
    for x, y in edge.delays:
        half = SQUARE / 2
        look = r"\fill[delay]" if edge.lag > 0 else r"\draw[fill=white]"
        yield rf"{look} {_point((x - half, y - half))} rectangle {_point((x + half, y + half))};"
    yield from (_text(text) for text in edge.texts)


def _text(text: Text) -> str:
    size = r"\scriptsize" if text.role == "lag" else r"\small"
    inner = f"${_math(text.label)}$" if text.role == "label" else _words(text.label.base)
    return rf"\node[inner sep=0pt, font={size}] at {_point((text.x, text.y))} {{{inner}}};"


def _words(text: str) -> str:
    """Words with their signs and the letter t in mathematics."""
    signs = "".join(f"${_SIGNS[c].strip()}$" if c in _SIGNS else c for c in text)
    return re.sub(r"\bt\b", "$t$", signs)


def _math(label: Label) -> str:
    """A label in LaTeX's mathematics."""
    base = _letter(label.base) if len(label.base) == 1 else rf"\mathrm{{{label.base}}}"
    base = rf"\boldsymbol{{{base}}}" if label.bold else base
    base = rf"\{label.mark}{{{base}}}" if label.mark else base
    sub = "".join(_letter(c) for c in label.sub)
    sub = rf"\mathrm{{{sub}}}" if len(label.sub) > 2 and label.sub.isalpha() else sub
    sup = "".join(_letter(c) for c in label.sup)
    return base + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")


def _letter(letter: str) -> str:
    """A letter in LaTeX; Greek ones by their names, those that look like Latin ones as these."""
    if letter in _SIGNS:
        return _SIGNS[letter]
    words = unicodedata.name(letter, "").split()
    if words[:1] != ["GREEK"]:
        return letter
    name = {"LAMDA": "LAMBDA"}.get(words[-1], words[-1])
    if name == "OMICRON":
        return "o" if words[1] == "SMALL" else "O"
    if words[1] == "SMALL":
        return rf"\{name.lower()} "
    latin = {"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I", "KAPPA": "K"}
    latin |= {"MU": "M", "NU": "N", "RHO": "P", "TAU": "T", "CHI": "X"}
    return rf"\mathrm{{{latin[name]}}}" if name in latin else rf"\{name.capitalize()} "


def _path(curve: Curve) -> str:
    words = [_point(curve[0])]
    for piece in pieces(curve):
        if _point(piece[0]) == _point(piece[-1]):
            continue
        if is_straight(piece):
            words.append(f"-- {_point(piece[3])}")
        else:
            words.append(f".. controls {_point(piece[1])} and {_point(piece[2])} .. {_point(piece[3])}")
    return " ".join(words)


def _point(point: Point) -> str:
    return f"({round(point[0], 1) + 0.0:g},{round(point[1], 1) + 0.0:g})"
