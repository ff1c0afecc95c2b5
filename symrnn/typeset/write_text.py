"""A document for a terminal: displays on several lines, with stacked fractions and the bounds of sums."""

from __future__ import annotations

from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Page, Paragraph, Picture, Table
from symrnn.typeset.boxes import Box, BoxRenderer, beside
from symrnn.typeset.breaking import pieces
from symrnn.typeset.columns import boxed, draw_parts, wrapped
from symrnn.typeset.items import Row
from symrnn.typeset.text import RELATIONS, SIGNS, TextRenderer, width

MARKS = ("⟦", "⟧")  # around what changed
plain = TextRenderer(MARKS)
draw = BoxRenderer(plain)


def write_text(page: Page, columns: int = 100) -> str:
    """A page of text, about so many columns wide."""
    rows = wrapped([page.title], columns, "", first="") + (wrapped([page.source], columns, "") if page.source else [])
    for block in page.blocks:
        rows += ["", *_block(block, columns)]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _block(block: Block, columns: int) -> list[str]:
    match block:
        case Heading(words):
            return [words, "=" * width(words)]
        case Paragraph(parts, strong):
            text = draw_parts(parts)
            return boxed(text, columns) if strong else wrapped([text], columns, "", first="")
        case Display():
            return _display(block, columns)
        case Frame():
            inner = [row for part in block.blocks for row in _block(part, columns)]
            rule = "─" * min(columns, max(map(width, inner), default=0))
            return [rule, *inner, rule]
        case Table():
            return _table(block)
        case Picture():
            return [f"({block.caption or block.name}: .html and .tex have it)"]
        case Code():
            return ["    " + row for row in block.source.splitlines()]
    raise TypeError(type(block).__name__)


def _table(block: Table) -> list[str]:
    rows = [block.head, *(tuple(map(draw_parts, row)) for row in block.body)]
    sizes = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell + " " * (n - width(cell)) for cell, n in zip(row, sizes, strict=True)) for row in rows]
    return [lines[0], "  ".join("─" * n for n in sizes), *lines[1:]]


def _display(block: Display, columns: int) -> list[str]:
    """Lines aligned at their signs, the numbers in front."""
    rows = block.rows.rows
    numbered = any(row.number for row in rows)
    front = 6 if numbered else 2
    left = max((draw(row.left).width if row.left else 0 for row in rows), default=0)
    found: list[str] = []
    for row in rows:
        number = f"{f'({row.number})' if row.number else '':>5} " if numbered else "  "
        lines = _row(row, left, columns - front, number)
        found += [""] * (bool(found) and len(lines) > 1 and bool(found[-1].strip())) + lines
    return found


def _row(row: Row, left: int, room: int, number: str) -> list[str]:
    shown = draw(row.left) if row.left else Box(("",))
    shift = Box((" " * (left - shown.width),))
    parts = pieces(row.right, lambda x: draw(x).width, room - left - 3)
    first = [Box((number,)), shift, shown, Box((f" {RELATIONS[row.sign].strip()} ",)), draw(parts[0].item)]
    lines = [beside(first)]
    indent = " " * (width(number) + left + 3)
    for piece in parts[1:]:
        joint = "+ " if piece.joint == "+" else SIGNS[piece.joint].lstrip() if piece.joint else ""
        lines.append(beside([Box((indent + joint,)), draw(piece.item)]))
    if row.condition is not None:
        told = draw(row.condition)
        if lines[-1].width + 4 + told.width <= room + width(number):
            lines[-1] = beside([lines[-1], Box(("    ",)), told])
        else:
            lines.append(beside([Box((indent + "    ",)), told]))
    return [text for box in lines for text in box.lines]
