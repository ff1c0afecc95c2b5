"""A document for a terminal: displays on several lines, with stacked fractions and the bounds of sums."""

from __future__ import annotations

from dataclasses import replace

from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Lines, Page, Paragraph, Picture, Reasoned, Table
from symrnn.typeset.boxes import Box, BoxRenderer, beside
from symrnn.typeset.breaking import pieces, sentence_lines
from symrnn.typeset.columns import boxed, draw_parts, wrapped
from symrnn.typeset.items import Row
from symrnn.typeset.lines import in_words
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.text import RELATIONS, SIGNS, TextRenderer, width

NUMBER = 6  # columns of a number in front
APART, WORDS = 3, 24  # columns before words at the right, and of these at least
MARGIN = 12  # columns that words take beside a line that is too long for them
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
        case Lines():
            laid = block.laid_out(lambda line: _needs(line) <= columns)
            return [row for i, part in enumerate(laid) for row in (*[""] * (i > 0), *_block(part, columns))]
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


def _needs(line: Reasoned) -> int:
    """The columns that a line and its reason take beside each other, its number included."""
    left = max(draw(row.left).width if row.left else 0 for row in line.rows)
    return NUMBER + left + 3 + max(draw(row.right).width for row in line.rows) + APART + WORDS


def _display(block: Display, columns: int) -> list[str]:
    """Lines aligned at their signs, the numbers in front; words stand in a column at the right."""
    rows = block.rows.rows
    front = NUMBER if any(row.number for row in rows) else 2
    left = max((draw(row.left).width if row.left else 0 for row in rows), default=0)
    worded = any(in_words(row.condition) for row in rows)
    space = columns - (APART + WORDS) * worded
    drawn: list[tuple[list[str], int]] = []
    for row in rows:
        number = (f"{f'({row.number})' if row.number else '':>5} ") if front == NUMBER else "  "
        shown = replace(row, condition=None) if in_words(row.condition) else row
        drawn.append(_row(shown, left, space - front, number))
    stop = max(max(map(width, lines)) for lines, _ in drawn) + APART
    found: list[str] = []
    told = 0  # up to where words stand already
    for row, (lines, base) in zip(rows, drawn, strict=True):
        apart = bool(found) and len(lines) > 1 and bool(found[-1].strip())
        found += [""] * (max(told - len(found) - base, 0) if row.left or row.condition else 0) or [""] * apart
        start = len(found) + base
        found += lines
        words = in_words(row.condition)
        if words and stop > columns - MARGIN:
            found += wrapped([draw_parts(words)], columns, " " * 2 * front)
        elif words:
            told = _write(found, start, stop, words, columns)
    return found


def _write(found: list[str], start: int, stop: int, words: Sentence, columns: int) -> int:
    """Write words at the right of lines from one of them on; up to where they stand."""
    for i, parts in enumerate(sentence_lines(words, lambda x: width(plain(x)), columns - stop), start):
        found += [""] * (i + 1 - len(found))
        found[i] += " " * (stop - width(found[i])) + draw_parts(parts)
        start = i + 1
    return start


def _row(row: Row, left: int, room: int, number: str) -> tuple[list[str], int]:
    """The lines of a row, and which of them its signs stand on."""
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
    return [text for box in lines for text in box.lines], lines[0].base
