"""Ink: a layout in the language of Graphviz, with the positions of its nodes for `neato -n`.

Delays are small squares in the label of an arrow, since Graphviz draws its own curves.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from symrnn.diagram.inline import Fraction, Inline, Line
from symrnn.diagram.layout import Edge, Layout, Node
from symrnn.diagram.style import Style

POINTS = 0.75  # points a pixel
DELAY, ADVANCE = "■", "□"


def dot(layout: Layout, style: Style) -> str:
    """The picture as the text of a DOT file."""
    return "\n".join(_lines(layout, style)) + "\n"


def _lines(layout: Layout, style: Style) -> Iterator[str]:
    yield f"digraph {_quoted(layout.title)} {{"
    yield '  graph [rankdir=BT, tooltip=" "];'
    yield '  node [shape=ellipse, fixedsize=true, fontname="Times", style=filled];'
    yield '  edge [fontname="Times", arrowsize=0.7];'
    for panel in layout.panels:
        for node in panel.nodes:
            yield _node(node, layout.height, style)
        for edge in panel.edges:
            yield _edge(edge, style)
    yield "}"


def _node(node: Node, height: float, style: Style) -> str:
    place = f"{POINTS * node.x:.1f},{POINTS * (height - node.y):.1f}!"
    size = f"width={node.half_width / 48:.2f}, height={node.radius / 48:.2f}"
    look = ", style=dashed" if node.ghost else f', fillcolor="{style.fill(node.kind)}"'
    look += ", shape=box" if node.corner < node.radius else ""
    return f'  {_quoted(node.name)} [label=<{_rich(node.label)}>, class="{node.kind}", pos="{place}", {size}{look}];'


def _edge(edge: Edge, style: Style) -> str:
    squares = (DELAY if edge.lag > 0 else ADVANCE) * len(edge.delays)
    words = [_rich(text.label) for text in edge.texts if text.role == "label"]
    label = " ".join([*words, *([squares] if squares else [])])
    marks = [f"label=<{label}>"] if label else []
    marks += ["constraint=false"] if edge.lag else []
    marks += ["style=dashed"] if edge.dashed else []
    marks += [f'color="{style.accent(edge.tone)}", class="{edge.role}"'] if edge.role != "edge" else []
    attributes = f" [{', '.join(marks)}]" if marks else ""
    return f"  {_quoted(edge.source)} -> {_quoted(edge.target)}{attributes};"


def _rich(inline: Inline) -> str:
    """A label in Graphviz's HTML-like form."""
    if isinstance(inline, Fraction):
        return f"{_rich(inline.over)}/{_rich(inline.under)}"
    if isinstance(inline, Line):
        return "".join(map(_rich, inline.parts))
    text = escape(inline.marked)
    text = f"<i>{text}</i>" if inline.italic else text
    text = f"<b>{text}</b>" if inline.bold else text
    text += f"<sub>{escape(inline.sub)}</sub>" if inline.sub else ""
    return text + (f"<sup>{escape(inline.sup)}</sup>" if inline.sup else "")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
