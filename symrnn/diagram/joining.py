"""Two pictures on one canvas with an arrow between them: side by side, or one above the other if they are wide."""

from __future__ import annotations

from symrnn.diagram.curves import line
from symrnn.diagram.inline import words
from symrnn.diagram.layout import MARGIN, SMALLER, Edge, Layout, Panel, Text

ARROW = 84.0  # length of the arrow between two pictures, and the room around it
SHORT = 48.0  # the same arrow from above
SPACE = 26.0
WIDEST = 1250.0  # a pair side by side; a wider one stands one above the other


def joined(first: Layout, second: Layout, word: str = "Unfold") -> Layout:
    """Two layouts on one canvas with an arrow from the first to the second: side by side, or the first above if wide.

    `word` stands at an arrow that unfolds.
    """
    word = word if (first.panels[-1].kind, second.panels[0].kind) == ("circuit", "unfolded") else ""
    wide = first.width + second.width + 2 * SPACE + ARROW - 2 * MARGIN > WIDEST and second.width > first.width
    panels, arrows, size = (_above if wide else _beside)(first, second, word)
    return Layout(
        *size,
        f"{first.title}; {second.title}",
        f"{first.description} {'Below' if wide else 'Beside'} it: {second.description}",
        tuple(panels),
        tuple(arrows),
    )


Parts = tuple[list[Panel], list[Edge], tuple[float, float]]


def _beside(first: Layout, second: Layout, word: str) -> Parts:
    """Side by side, their lowest rows at one height."""
    base = max(first.panels[-1].base, second.panels[0].base)
    up, down = base - first.panels[-1].base, base - second.panels[0].base
    right = first.width + 2 * SPACE + ARROW - 2 * MARGIN
    height = max(first.height + up, second.height + down)
    start, end = (right - SPACE - ARROW + MARGIN, height / 2), (right - SPACE + MARGIN, height / 2)
    texts = (Text(words(word), (start[0] + end[0]) / 2, height / 2 - 14, SMALLER, "unfold"),) if word else ()
    arrow = Edge("", "", line(start, end), texts=texts, role="unfold")
    panels, arrows = _placed((first, 0, up), (second, right, down))
    return panels, [*arrows, arrow], (right + second.width, height)


def _above(first: Layout, second: Layout, word: str) -> Parts:
    """The first above the second, both in the middle."""
    width = max(first.width, second.width)
    down = first.height + 2 * SPACE + SHORT - 2 * MARGIN
    start, end = (width / 2, first.height + SPACE - MARGIN), (width / 2, down - SPACE + MARGIN)
    texts = (Text(words(word), start[0] + 12, (start[1] + end[1]) / 2, SMALLER, "unfold", anchor="start"),)
    arrow = Edge("", "", line(start, end), texts=texts if word else (), role="unfold")
    panels, arrows = _placed((first, (width - first.width) / 2, 0), (second, (width - second.width) / 2, down))
    return panels, [*arrows, arrow], (width, down + second.height)


def _placed(*layouts: tuple[Layout, float, float]) -> tuple[list[Panel], list[Edge]]:
    """All panels and arrows of some layouts, each moved."""
    panels = [p.moved(dx, dy) for layout, dx, dy in layouts for p in layout.panels]
    return panels, [_moved(a, dx, dy) for layout, dx, dy in layouts for a in layout.arrows]


def _moved(arrow: Edge, dx: float, dy: float) -> Edge:
    return Panel("", (), (arrow,), (), 0.0).moved(dx, dy).edges[0]
