"""The text of exercises as sentences: a formula stands between dollars, a piece of a program between backticks."""

from __future__ import annotations

import re

from symrnn.typeset.items import Compared, Item, Row, Rows
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.tex_formula import formula_or_verbatim
from symrnn.typeset.text import TextRenderer

_DOLLARS = re.compile(r"\$([^$]*)\$")
_PROGRAM = re.compile(r"`([^`]*)`")  # a piece of a program, in quotes on every kind of page
plain = TextRenderer()


def prose(text: str) -> Sentence:
    """Words with formulas between them.

    Examples
    --------
    >>> len(prose("Let $h_t$ be a state."))
    3
    """
    parts: list[str | Item] = []
    for i, piece in enumerate(_DOLLARS.split(text)):
        if piece:
            parts.append(formula_or_verbatim(piece) if i % 2 else _PROGRAM.sub("“\\1”", piece))
    return tuple(parts)


def spoken(text: str) -> str:
    """The same in Unicode for a terminal.

    Examples
    --------
    >>> spoken(r"Give $\\nabla_{h_t} L$.")
    'Give ∇_{h_t} L.'
    """
    return "".join(part if isinstance(part, str) else plain(part) for part in prose(text))


def argument(left: str, lines: tuple[str, ...]) -> Rows:
    """The lines of a solution below each other; each is the right side, or an equation of its own."""
    head = formula_or_verbatim(left) if left else None
    rows: list[Row] = []
    for line in lines:
        item = formula_or_verbatim(line)
        if isinstance(item, Compared) and item.sign == "=" and len(item.members) == 2:
            rows.append(Row(*item.members))
        else:
            rows.append(Row(head if not rows else None, item))
    return Rows(tuple(rows))
