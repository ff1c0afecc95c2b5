"""How lines of a derivation stand in a terminal: formula, times and reason beside each other where there is room.

On a narrow terminal times and reason stand below their formula. It knows items and widths, no mathematics.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symrnn.typeset.breaking import broken
from symrnn.typeset.items import Item, Row, Sum
from symrnn.typeset.text import TextRenderer, width

draw = TextRenderer()
NUMBER = 6  # columns of "  (1) "
GAP = 3


@dataclass(frozen=True)
class Cells:
    """A numbered line: its rows (one for each case), its reason, and whether its times go without saying."""

    number: int
    rows: list[Row]
    why: str
    usual: bool


@dataclass(frozen=True)
class _Case:
    """One row drawn: its formula in pieces, its times, its reason."""

    number: str
    formula: list[str]
    when: str
    why: str

    @property
    def size(self) -> int:
        return width(self.formula[0])


Group = tuple[str, list[Cells]]


def draw_parts(parts: Iterable[str | Item]) -> str:
    """A sentence with the formulas in it drawn."""
    return "".join(part if isinstance(part, str) else draw(part) for part in parts)


def laid_out(groups: list[Group], columns: int, because: str) -> list[str]:
    """The lines under their titles; the word for the column of reasons stands above it."""
    drawn = [(title, [case for cells in lines for case in _cases(cells, columns)]) for title, lines in groups]
    cases = [case for _, lines in drawn for case in lines]
    when = max([width(c.when) for c in cases], default=0)
    words = max([width(c.why) for c in cases if width(c.why) <= columns // 2], default=0)
    widest = columns - NUMBER - 2 * GAP - when - words
    room = max([c.size for c in cases if len(c.formula) == 1 and c.size <= widest], default=0)
    fitting = sum(c.size <= room and len(c.formula) == 1 for c in cases)
    if columns < 100 and 3 * fitting < 2 * len(cases):
        return [row for title, lines in drawn for row in (title, *(r for c in lines for r in _below(c, columns)))]
    stops = (NUMBER + room + GAP, NUMBER + room + GAP + (when + GAP if when else 0))
    rows: list[str] = []
    for title, lines in drawn:
        reasons = not rows and any(c.why for c in cases)
        rows.append(_padded(title, stops[1]) + because if reasons else title)
        rows += [row for c in lines for row in _beside(c, stops, columns)]
    return rows


def _cases(cells: Cells, columns: int) -> list[_Case]:
    """Each case of a line; those after the first have no number, left side or reason."""
    found, left = [], ""
    for i, row in enumerate(cells.rows):
        left = f"{draw(row.left)} = " if row.left else " " * max(width(left) - 2, 0) + "= "
        pieces = broken(row, lambda item: width(draw(item)), columns - NUMBER - 4 - width(left))
        formula = [left + draw(pieces[0])]
        for piece in pieces[1:]:
            joint = "" if isinstance(piece, Sum) and piece.terms[0][0] else "+ "
            formula.append(" " * (width(left) - 2) + joint + draw(piece))
        when = draw(row.condition) if row.condition and not (cells.usual and i == 0) else ""
        found.append(_Case(f"({cells.number})" if i == 0 else "", formula, when, cells.why if i == 0 else ""))
    return found


def _numbered(case: _Case) -> list[str]:
    return [f"{case.number:>5} {case.formula[0]}", *(" " * NUMBER + piece for piece in case.formula[1:])]


def _beside(case: _Case, stops: tuple[int, int], columns: int) -> list[str]:
    """A line in its columns; where it is too long for them, times and reason stand on a line of their own."""
    rows = _numbered(case)
    if not case.when and not case.why:
        return rows
    first = _padded(rows[0], stops[0]) + case.when if case.when else rows[0]
    whole = _padded(first, stops[1]) + case.why if case.why else first
    if len(rows) == 1 and width(whole) <= columns:
        return [whole]
    told = " " * stops[0] + case.when
    if not case.why:
        return [*rows, told]
    whole = _padded(told, stops[1]) + case.why
    return [*rows, whole] if width(whole) <= columns else [*rows, *_told(case, columns)]


def _below(case: _Case, columns: int) -> list[str]:
    """A line with its times beside it if they fit, and its reason below it."""
    rows = _numbered(case)
    beside = f"{rows[0]}{' ' * GAP}{case.when}"
    if case.when and len(rows) == 1 and width(beside) <= columns:
        return [beside, *_told(_Case("", [], "", case.why), columns)]
    return [*rows, *_told(case, columns)]


def _told(case: _Case, columns: int) -> list[str]:
    words = "; ".join(x for x in (case.when, case.why) if x)
    return wrapped([words], columns, " " * (NUMBER + 4), first=" " * (NUMBER + 4)) if words else []


def _padded(text: str, to: int) -> str:
    """The text filled up to a column; where it is too long for that, a gap."""
    return text + " " * max(to - width(text), GAP)


def wrapped(parts: Iterable[str], columns: int, indent: str, gap: str = "   ", first: str | None = None) -> list[str]:
    """Parts side by side as far as they fit; a part that is too long is broken at its spaces.

    `first` is the indentation of the first row, where it is another than of the rest.
    """
    begin = ("" if indent == "  " else indent) if first is None else first
    rows: list[str] = []
    for part in parts:
        if rows and width(rows[-1]) + len(gap) + width(part) <= columns:
            rows[-1] += gap + part
            continue
        line = ""
        for word in part.split(" "):
            if line and width(line) + width(word) + len(indent) + 1 > columns:
                rows.append((indent if rows else begin) + line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        rows.append((indent if rows else begin) + line)
    return rows


def boxed(text: str, columns: int) -> list[str]:
    """A text in a box."""
    rows = wrapped([text], columns - 4, "", first="")
    size = max(map(width, rows), default=0)
    inner = [f"│ {row}{' ' * (size - width(row))} │" for row in rows]
    return ["┌" + "─" * (size + 2) + "┐", *inner, "└" + "─" * (size + 2) + "┘"]
