"""Displays in HTML: lines in a table so that their signs align, each with a place to link to and its LaTeX to copy."""

from __future__ import annotations

from html import escape

from symrnn.typeset.blocks import Display, Reasoned
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.elements import INFIX, operator
from symrnn.typeset.elements import row as side_by_side
from symrnn.typeset.items import Item, Listing, Phrase, Row
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.lines import in_words
from symrnn.typeset.mathml import RELATIONS, SIGNS, MathmlRenderer, math
from symrnn.typeset.widths import measure

draw, source_of = MathmlRenderer(), LatexRenderer()
ROOM = 84  # columns of half an em that stand beside the number on a page, on the screen or on paper
WORDS = 20  # what reasons at the right take of it at least
LEFT = 11  # of them the left sides have at least so many
INDENT = 4


def display(block: Display) -> str:
    """A table of lines. Its cells are formulas; the table itself says nothing to a screen reader."""
    labels = block.labels or ("",) * len(block.rows.rows)
    worded = any(in_words(row.condition) for row in block.rows.rows)
    beside = max(narrowest(row.condition) if row.condition else 0 for row in block.rows.rows)
    beside = max(beside, WORDS) if worded else beside
    left, widest, rows = max(measure(row.left) if row.left else 0 for row in block.rows.rows), 0, ""
    for line in _lines(block.rows.rows, labels):
        taken = beside if not worded or any(row.condition for row, _ in line) else 0
        right = max(measure(piece.item) for row, _ in line for piece in _pieces(row, taken))
        widest = max(widest, max(left, LEFT) + taken + right)
        rows += _line(line, block.repeated, taken, worded)
    size = f' style="font-size:{100 * ROOM // widest}%"' if widest > ROOM else ""  # where nothing can be broken
    return (
        f'<div class="display"{size} tabindex="0" role="group" aria-label="equations">'
        f'<table class="lines{" told" * worded}" role="presentation">\n{rows}</table></div>'
    )


def needs(line: Reasoned) -> int:
    """The columns that a line and its reason take beside each other."""
    left = max(measure(row.left) if row.left else 0 for row in line.rows)
    return max(left, LEFT) + max(measure(row.right) for row in line.rows) + WORDS


def _lines(rows: tuple[Row, ...], labels: tuple[str, ...]) -> list[list[tuple[Row, str]]]:
    """The rows with their labels, those without a left side with the row that they continue."""
    found: list[list[tuple[Row, str]]] = []
    for row, label in zip(rows, labels, strict=True):
        if row.left is None and found:
            found[-1].append((row, label))
        else:
            found.append([(row, label)])
    return found


def _line(line: list[tuple[Row, str]], repeated: bool, beside: int, worded: bool) -> str:
    """A line and what it leads to; what stands `beside` it takes so many columns in all lines of a display."""
    anchor = next((f' id="eq-{label}"' for row, label in line if row.number and label and not repeated), "")
    drawn = [cells for row, label in line for cells in _row(row, label, beside)]
    if worded and beside:
        starts = [i for i, cells in enumerate(drawn) if i == 0 or cells[2]]
        for i, end in zip(starts, [*starts[1:], len(drawn)], strict=True):
            span = f' rowspan="{end - i}"' if end - i > 1 else ""
            first = " first" * (i == 0)
            drawn[i][2] = f'<td class="why{first}"{span}>{drawn[i][2]}</td>'
    elif not worded:
        for cells in drawn:
            cells[2] = f'<td class="when">{cells[2]}</td>'
    across = ' colspan="2"' if worded and not beside else ""  # over the column of words
    rows = "".join(
        f'<tr><td class="left">{left}</td><td class="right"{across}>{right}</td>{when}'
        f'<td class="number">{number}</td></tr>\n'
        for left, right, when, number in drawn
    )
    return f"<tbody{anchor}>{rows}</tbody>\n"


def _row(row: Row, label: str, beside: int) -> list[list[str]]:
    """The contents of four cells for each piece of a row; words stand beside the first, times beside the last."""
    lines = _right(row, beside)
    left = formula(row.left) if row.left else ""
    place = 0 if in_words(row.condition) else len(lines) - 1
    found = []
    for i, line in enumerate(lines):
        condition = told(row.condition) if row.condition and i == place else ""
        number = _copy(row) + _number(row, label) if i == len(lines) - 1 else ""
        found.append([left if i == 0 else "", line, condition, number])
    return found


def told(x: Item) -> str:
    """A condition, or words, which may take several lines."""
    if isinstance(x, Phrase):
        return "".join(escape(part) if isinstance(part, str) else math(part) for part in x.words)
    if isinstance(x, Listing) and any(isinstance(part, Phrase) for part in x.members):
        return ", ".join(map(told, x.members))
    return formula(x)


def narrowest(x: Item) -> int:
    """The columns that a condition or words need at least."""
    if isinstance(x, Phrase):
        parts = [len(word) for part in x.words if isinstance(part, str) for word in part.split()]
        return max([*parts, *(measure(part) for part in x.words if not isinstance(part, str))])
    if isinstance(x, Listing) and any(isinstance(part, Phrase) for part in x.members):
        return max(map(narrowest, x.members))
    return measure(x)


def _pieces(row: Row, beside: int) -> list[Piece]:
    """The right side in pieces that fit."""
    taken = max(measure(row.left) if row.left else 0, LEFT) + beside
    return pieces(row.right, measure, ROOM - min(taken, ROOM // 2))


def _right(row: Row, beside: int) -> list[str]:
    """The pieces of the right side, each with the sign before it."""
    found = _pieces(row, beside)
    lines = [formula(operator(RELATIONS[row.sign], INFIX), found[0].item)]
    for piece in found[1:]:
        sign = "+" if piece.joint == "+" else SIGNS[piece.joint] if piece.joint else ""
        joint = [operator(sign, INFIX)] if sign else []
        lines.append(formula('<mspace width="2em"/>', *joint, piece.item))
    return lines


def _number(row: Row, label: str) -> str:
    """The number, as a link to the line."""
    if not row.number:
        return ""
    return f' <a href="#eq-{label}" aria-label="equation {row.number}">({row.number})</a>'


def _copy(row: Row) -> str:
    """A button that copies the line's LaTeX; without script it is hidden."""
    text = source_of(Row(row.left, row.right, sign=row.sign))
    name = f"of equation {row.number}" if row.number else "of this line"
    return copy_button(f'data-text="{escape(text)}"', f"copy the LaTeX {name}", "LaTeX")


def copy_button(what: str, name: str, word: str) -> str:
    """A button that copies something; its name begins with the word that is seen on it."""
    return f'<button type="button" class="copy" hidden {what} aria-label="{word}: {name}">{word}</button>'


def formula(*parts: str | Item) -> str:
    """Items beside ready-made operators as one formula in display style."""
    inner = side_by_side(*(part if isinstance(part, str) else draw(part) for part in parts))
    source = " ".join(source_of(part) for part in parts if not isinstance(part, str))
    note = f'<annotation encoding="application/x-tex">{escape(source, quote=False)}</annotation>'
    return f'<math displaystyle="true"><semantics>{inner}{note}</semantics></math>'
