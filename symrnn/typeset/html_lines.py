"""Displays in HTML: lines in a table so that their signs align, each with a place to link to and its LaTeX to copy."""

from __future__ import annotations

from html import escape

from symrnn.typeset.blocks import Display
from symrnn.typeset.breaking import pieces
from symrnn.typeset.elements import INFIX, operator
from symrnn.typeset.elements import row as beside
from symrnn.typeset.items import Item, Row
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.mathml import RELATIONS, SIGNS, MathmlRenderer
from symrnn.typeset.widths import measure

draw, source_of = MathmlRenderer(), LatexRenderer()
ROOM = 70  # columns of half an em that stand beside the number on a page, on the screen or on paper
INDENT = 4


def display(block: Display) -> str:
    """A table of lines. Its cells are formulas; the table itself says nothing to a screen reader."""
    labels = block.labels or ("",) * len(block.rows.rows)
    rows = "".join(_row(row, label, block.repeated) for row, label in zip(block.rows.rows, labels, strict=True))
    return (
        '<div class="display" tabindex="0" role="group" aria-label="equations">'
        f'<table class="lines" role="presentation">\n{rows}</table></div>'
    )


def _row(row: Row, label: str, repeated: bool) -> str:
    """One line, continued below where it is long."""
    lines = _right(row)
    left = formula(row.left) if row.left else ""
    anchor = f' id="eq-{label}"' if row.number and label and not repeated else ""
    rows = []
    for i, line in enumerate(lines):
        end = i == len(lines) - 1
        condition = formula(row.condition) if row.condition and end else ""
        cells = (
            ("left", left if i == 0 else ""),
            ("right", line),
            ("when", condition),
            ("number", _copy(row) + _number(row, label) if end else ""),
        )
        drawn = "".join(f'<td class="{kind}">{content}</td>' for kind, content in cells)
        rows.append(f"<tr{anchor if i == 0 else ''}>{drawn}</tr>\n")
    return "".join(rows)


def _right(row: Row) -> list[str]:
    """The right side in pieces that fit."""
    taken = (measure(row.left) if row.left else 0) + (4 + measure(row.condition) if row.condition else 0)
    found = pieces(row.right, measure, ROOM - min(taken, ROOM // 2))
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
    inner = beside(*(part if isinstance(part, str) else draw(part) for part in parts))
    source = " ".join(source_of(part) for part in parts if not isinstance(part, str))
    note = f'<annotation encoding="application/x-tex">{escape(source, quote=False)}</annotation>'
    return f'<math displaystyle="true"><semantics>{inner}{note}</semantics></math>'
