"""Two pictures on one canvas: their lowest rows at one height, an arrow between them."""

from __future__ import annotations

from symrnn.diagram.curves import line
from symrnn.diagram.inline import words
from symrnn.diagram.layout import MARGIN, SMALLER, Edge, Layout, Panel, Text

ARROW = 84.0  # length of the arrow between two pictures, and the room around it
SPACE = 26.0


def beside(first: Layout, second: Layout, word: str = "Unfold") -> Layout:
    """Two layouts on one canvas, their lowest rows at one height, an arrow between them; `word` if it unfolds."""
    base = max(first.panels[-1].base, second.panels[0].base)
    up, down = base - first.panels[-1].base, base - second.panels[0].base
    right = first.width + 2 * SPACE + ARROW - 2 * MARGIN
    panels = [p.moved(0, up) for p in first.panels] + [p.moved(right, down) for p in second.panels]
    height = max(first.height + up, second.height + down)
    start, end = (right - SPACE - ARROW + MARGIN, height / 2), (right - SPACE + MARGIN, height / 2)
    word = word if (first.panels[-1].kind, second.panels[0].kind) == ("circuit", "unfolded") else ""
    texts = (Text(words(word), (start[0] + end[0]) / 2, height / 2 - 14, SMALLER, "unfold"),)
    arrows = [_moved(a, 0, up) for a in first.arrows] + [_moved(a, right, down) for a in second.arrows]
    arrows.append(Edge("", "", line(start, end), texts=texts if word else (), role="unfold"))
    return Layout(
        right + second.width,
        height,
        f"{first.title}; {second.title}",
        f"{first.description} Beside it: {second.description}",
        tuple(panels),
        tuple(arrows),
    )


def _moved(arrow: Edge, dx: float, dy: float) -> Edge:
    return Panel("", (), (arrow,), (), 0.0).moved(dx, dy).edges[0]
