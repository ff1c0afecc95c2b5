"""Displays in TeX: aligned lines that keep to the width they are given, with their labels and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symrnn.typeset.blocks import Display
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.items import Item, Row, Sum
from symrnn.typeset.latex import RELATIONS, SIGNS, LatexRenderer
from symrnn.typeset.widths import measure

draw = LatexRenderer(mark="blue")  # what changed from one line to the next
NUMBER = 6  # columns that a number at the margin takes
GAP, INDENT, SIGN = 4, 4, 3  # before a condition; of a continued line; a relation with its spaces
SIZES = ((1.0, ""), (1.09, r"\small"), (1.2, r"\footnotesize"), (1.35, r"\scriptsize"))
TOGETHER = 3  # rows of a box
END, KEPT, SPACED = r"\\", r"\\*", r"\\[0.7ex]"  # of a line; where no page ends; before fractions
READABLE = 1.2  # how much smaller a line may be set so that its products stay whole


@dataclass(frozen=True)
class Cut:
    """A row in lines: what stands left of the sign, the lines right of it with their widths, the condition."""

    left: str
    lines: tuple[str, ...]
    widths: tuple[int, ...]
    condition: Item | None
    whole: bool  # no product is broken


def display(block: Display, room: int, expected: int | None = None) -> str:
    """Lines aligned at their signs; set smaller when one is too wide for `room` columns.

    expected
        The number that the next line will get; where the display's first number is another one, the counter
        is set. None leaves the numbers to the document that inputs this one.
    """
    rows = block.rows.rows
    numbered = any(row.number for row in rows)
    labels = block.labels or ("",) * len(rows)
    space = room - (NUMBER if numbered else 0)
    left = max(measure(row.left) if row.left else 0 for row in rows)
    cut = _broken(rows, left, space)
    widest = max(max(c.widths) for c in cut)
    if widest > SIZES[-1][0] * space and not numbered:
        return _squeezed(cut)
    smaller = next((size for factor, size in SIZES if widest <= factor * space), SIZES[-1][1])
    name = "align" if numbered and not block.repeated else "align*"
    marks = [_mark(row, label, block.repeated) for row, label in zip(rows, labels, strict=True)]
    lines = [_lines(c, mark, name) for c, mark in zip(cut, marks, strict=True)]
    text = lines[0]
    for row, line in zip(rows[1:], lines[1:], strict=True):
        end = KEPT if row.left is None else SPACED if row.left.tall else END
        text += f" {end}\n{line}"  # an argument is not torn between two pages
    text = f"\\begin{{{name}}}\n{text}\n\\end{{{name}}}"
    first = next((row.number for row in rows if row.number), 0)
    if name == "align" and expected is not None and first != expected:
        text = f"\\setcounter{{equation}}{{{first - 1}}}\n{text}"
    return f"{{{smaller}\n{text}}}" if smaller else text


def _broken(rows: Sequence[Row], left: int, space: int) -> list[Cut]:
    """The rows in lines: in smaller letters if so no product is broken, else in letters of the usual size."""
    for factor, _ in SIZES:
        room = int(factor * space)
        cut = _conditions([_cut(row, left, room) for row in rows], room)
        if factor <= READABLE and all(c.whole for c in cut) and max(max(c.widths) for c in cut) <= room:
            return cut
    return _conditions([_cut(row, left, space) for row in rows], space)


def _squeezed(cut: list[Cut]) -> str:
    """Lines that nothing can break, made as narrow as the line of text; `\\resizebox` comes with tikz.

    Boxes do not break at the end of a page, so there are few lines in each.
    """
    found = []
    for i in range(0, len(cut), TOGETHER):
        body = f" {END}\n".join(_lines(c, r"\notag", "align*") for c in cut[i : i + TOGETHER])
        inner = f"$\\displaystyle\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}$"
        found.append(f"\\[\n\\resizebox{{\\linewidth}}{{!}}{{{inner}}}\n\\]")
    return "\n".join(found)


def _cut(row: Row, left: int, room: int) -> Cut:
    """A row in lines. A left side of more than half a line has a line of its own."""
    shown = draw(row.left) if row.left else ""
    sign = RELATIONS[row.sign].strip()
    own_line = left > room // 2 and left + SIGN + measure(row.right) > room
    taken = 2 * INDENT if own_line else left + SIGN
    found = pieces(row.right, measure, room - taken)
    lines = [f"&{sign} {draw(found[0].item)}", *(rf"&\quad {joint(p)}{draw(p.item)}" for p in found[1:])]
    widths = [taken + measure(found[0].item), *(taken + INDENT + measure(p.item) for p in found[1:])]
    whole = all(piece.joint == "+" or _is_minus(piece.item) for piece in found[1:])
    if own_line:
        lines = [f"&{shown}", *(line.replace("&", r"&\quad ", 1) for line in lines)]
        return Cut("", tuple(lines), (left, *widths), row.condition, whole)
    return Cut(shown, tuple(lines), tuple(widths), row.condition, whole)


def _is_minus(x: Item) -> bool:
    return isinstance(x, Sum) and x.terms[0][0]


def _conditions(cut: list[Cut], room: int) -> list[Cut]:
    """The conditions in a column of their own if all of them fit there, else each after its line or below it."""
    sizes = [measure(c.condition) for c in cut if c.condition]
    widest = max(max(c.widths) for c in cut)
    column = bool(sizes) and widest + GAP + max(sizes) <= room
    return [_condition(c, column, room) if c.condition else c for c in cut]


def _condition(c: Cut, column: bool, room: int) -> Cut:
    assert c.condition is not None
    text, size = draw(c.condition), GAP + measure(c.condition)
    *lines, last = c.lines
    *widths, end = c.widths
    if column:
        return Cut(c.left, (*lines, f"{last} && {text}"), (*widths, end + size), c.condition, c.whole)
    if end + size <= room:
        return Cut(c.left, (*lines, rf"{last} \qquad {text}"), (*widths, end + size), c.condition, c.whole)
    return Cut(c.left, (*c.lines, rf"&\qquad {text}"), (*c.widths, size), c.condition, c.whole)


def joint(piece: Piece) -> str:
    """The sign before a continued line."""
    return "+ " if piece.joint == "+" else SIGNS[piece.joint].lstrip() if piece.joint else ""


def _mark(row: Row, label: str, repeated: bool) -> str:
    """What gives a line its number: a label of its own, or that of the line it repeats."""
    if not row.number:
        return r"\notag"
    return rf"\tag*{{\eqref{{eq:{label}}}}}" if repeated else rf"\label{{eq:{label}}}"


def _lines(cut: Cut, mark: str, name: str) -> str:
    """The lines of one row; its number stands beside the last one."""
    lines = list(cut.lines)
    lines[0] = f"{cut.left} {lines[0]}" if cut.left else lines[0]
    if name == "align":
        lines[:-1] = [rf"{line} \notag" for line in lines[:-1]]
    if mark != r"\notag" or name == "align":
        lines[-1] += f" {mark}"
    return f" {KEPT}\n".join("  " + line for line in lines)
