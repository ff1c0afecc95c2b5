"""Displays in HTML: lines in a table so that their signs align, each with a place to link to and its LaTeX to copy."""

from __future__ import annotations

from html import escape

from symrnn.typeset.blocks import Display
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.elements import INFIX, operator
from symrnn.typeset.elements import row as side_by_side
from symrnn.typeset.items import Item, Listing, Phrase, Row
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.mathml import RELATIONS, SIGNS, MathmlRenderer
from symrnn.typeset.widths import measure

draw, source_of = MathmlRenderer(), LatexRenderer()
ROOM = 76  # columns of half an em that stand beside the number on a page, on the screen or on paper
LEFT = 11  # of them the left sides have at least so many
INDENT = 4


def display(block: Display) -> str:
    """A table of lines. Its cells are formulas; the table itself says nothing to a screen reader."""
    labels = block.labels or ("",) * len(block.rows.rows)
    beside = max(narrowest(row.condition) if row.condition else 0 for row in block.rows.rows)
    each = zip(block.rows.rows, labels, strict=True)
    rows = "".join(_row(row, label, block.repeated, beside) for row, label in each)
    left = max(measure(row.left) if row.left else 0 for row in block.rows.rows)
    right = max(measure(piece.item) for row in block.rows.rows for piece in _pieces(row, beside))
    widest = max(left, LEFT) + beside + right
    size = f' style="font-size:{100 * ROOM // widest}%"' if widest > ROOM else ""  # where nothing can be broken
    return (
        f'<div class="display"{size} tabindex="0" role="group" aria-label="equations">'
        f'<table class="lines" role="presentation">\n{rows}</table></div>'
    )


def _row(row: Row, label: str, repeated: bool, beside: int) -> str:
    """One line, continued below where it is long; what stands `beside` it takes so many columns in all lines."""
    lines = _right(row, beside)
    left = formula(row.left) if row.left else ""
    anchor = f' id="eq-{label}"' if row.number and label and not repeated else ""
    rows = []
    for i, line in enumerate(lines):
        end = i == len(lines) - 1
        condition = told(row.condition) if row.condition and end else ""
        cells = (
            ("left", left if i == 0 else ""),
            ("right", line),
            ("when", condition),
            ("number", _copy(row) + _number(row, label) if end else ""),
        )
        drawn = "".join(f'<td class="{kind}">{content}</td>' for kind, content in cells)
        rows.append(f"<tr{anchor if i == 0 else ''}>{drawn}</tr>\n")
    return "".join(rows)


def told(x: Item) -> str:
    """A condition, or words, which may take several lines."""
    if isinstance(x, Phrase):
        return "".join(escape(part) if isinstance(part, str) else formula(part) for part in x.words)
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
