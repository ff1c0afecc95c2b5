"""Displays in TeX: aligned lines that keep to the width they are given, with their labels and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from math import ceil

from symrnn.typeset.blocks import Display
from symrnn.typeset.breaking import Piece, pieces
from symrnn.typeset.items import Folded, Grid, Item, Row, Stack, Sum
from symrnn.typeset.latex import RELATIONS, LatexRenderer, joined
from symrnn.typeset.lines import in_words
from symrnn.typeset.tex_words import inline
from symrnn.typeset.widths import measure

draw = LatexRenderer(mark="blue")  # what changed from one line to the next
NUMBER = 6  # columns that a number at the margin takes
GAP, APART, INDENT, SIGN = 4, 2, 4, 3  # before a condition; before words; of a continued line; of a relation
SIZES = ((1.0, ""), (1.09, r"\small"), (1.2, r"\footnotesize"), (1.35, r"\scriptsize"))
TOGETHER = 3  # rows of a box
DEEP, NARROWED = 16, 1.7  # lines in brackets that are too many for a page; how much wider lines are set then
ARGUMENT = 14  # lines of words that are not torn between two pages
END, KEPT, SPACED = r"\\", r"\\*", r"\\[0.7ex]"  # of a line; where no page ends; before fractions
READABLE = 1.2  # how much smaller a line may be set so that its products stay whole
WORDS, WIDEST = 20, 38  # columns that reasons take at the right, at least and at most
SMALL = 0.92  # of the width of words, which are set smaller
TALL, FLAT = 2.4, 1.3  # lines of words that an equation takes
# A reason at the right of its line, so many ems wide; it hangs beside the lines below where they leave room.
BOX = r"\rnnwhy"
WHY = r"\providecommand{\rnnwhy}[2]{\parbox[t]{#1}{\raggedright\small\strut#2\strut}}"


@dataclass(frozen=True)
class Cut:
    """A row in lines: what stands left of the sign, the lines right of it with their widths, the condition."""

    left: str
    lines: tuple[str, ...]
    widths: tuple[int, ...]
    row: Row
    whole: bool  # no product is broken

    @property
    def condition(self) -> Item | None:
        return self.row.condition

    @property
    def height(self) -> float:
        """How many lines of words its lines take."""
        return (TALL if self.row.right.tall or (self.row.left and self.row.left.tall) else FLAT) * len(self.lines)


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
    inside = max(deep(piece.item) for row in rows for piece in pieces(row.right, measure, space - left - SIGN))
    if (widest > SIZES[-1][0] * space or inside > DEEP) and not numbered:
        return _squeezed(rows, left, space)
    smaller = next((size for factor, size in SIZES if widest <= factor * space), SIZES[-1][1])
    across = "fl" if any(" && " in line and BOX in line for c in cut for line in c.lines) else ""
    name = f"{across}align" if numbered and not block.repeated else f"{across}align*"
    marks = [_mark(row, label, block.repeated) for row, label in zip(rows, labels, strict=True)]
    lines = [_lines(c, mark, name) for c, mark in zip(cut, marks, strict=True)]
    text = lines[0]
    for row, line, together in zip(rows[1:], lines[1:], _together(cut)[1:], strict=True):
        end = KEPT if together else SPACED if row.left and row.left.tall else END
        text += f" {end}\n{line}"
    text = f"\\begin{{{name}}}\n{text}\n\\end{{{name}}}"
    first = next((row.number for row in rows if row.number), 0)
    if first and not block.repeated and expected is not None and first != expected:
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


def deep(x: Item) -> int:
    """How many lines stand below each other in brackets."""
    inner = [deep(y) for y in x.parts()]
    return sum(inner) if isinstance(x, Stack | Grid | Folded) else max(inner, default=1)


def _squeezed(rows: Sequence[Row], left: int, space: int) -> str:
    r"""Lines that fit on no page, made smaller as a whole; `\scalebox` comes with tikz.

    Boxes do not break at the end of a page, so there are few lines in each.
    """
    room = int(NARROWED * space)
    cut = _conditions([_cut(row, left, room) for row in rows], room)
    scale = min(1.0, space / max(max(c.widths) for c in cut))
    groups: list[list[Cut]] = [[]]
    for c in cut:
        if groups[-1] and len(groups[-1]) + deep(c.row.right) > TOGETHER:
            groups.append([])
        groups[-1].append(c)
    found = []
    for group in groups:
        body = f" {END}\n".join(_lines(c, r"\notag", "align*") for c in group)
        inner = f"$\\displaystyle\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}$"
        found.append(f"\\[\n\\scalebox{{{scale:.3f}}}{{{inner}}}\n\\]")
    return "\n".join(found)


def boxed(block: Display, room: int) -> str:
    """Unnumbered lines as one formula, which can be made smaller."""
    rows = block.rows.rows
    left = max(measure(row.left) if row.left else 0 for row in rows)
    cut = _conditions([_cut(row, left, room) for row in rows], room)
    body = f" {END}\n".join(_lines(c, r"\notag", "align*") for c in cut)
    return f"\\raisebox{{\\depth}}{{$\\displaystyle\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}$}}"


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
        return Cut("", tuple(lines), (left, *widths), row, whole)
    return Cut(shown, tuple(lines), tuple(widths), row, whole)


def _is_minus(x: Item) -> bool:
    return isinstance(x, Sum) and x.terms[0][0]


def _together(cut: list[Cut]) -> list[bool]:
    """Which rows stand on the page of the row above: those of an argument, unless it is a long one."""
    starts = [i for i, c in enumerate(cut) if i == 0 or c.row.left is not None]
    found: list[bool] = []
    for start, end in zip(starts, [*starts[1:], len(cut)], strict=True):
        short = sum(c.height for c in cut[start:end]) <= ARGUMENT
        found += [False, *[short] * (end - start - 1)]
    return found


def needs(rows: Sequence[Row]) -> int:
    """The columns that rows and their reasons take beside each other."""
    left = max(measure(row.left) if row.left else 0 for row in rows)
    told = max(min(measure(row.condition), WORDS) if row.condition else 0 for row in rows)
    return left + SIGN + max(measure(row.right) for row in rows) + APART + told


def _conditions(cut: list[Cut], room: int) -> list[Cut]:
    """The conditions in a column of their own if all of them fit there, else each after its line or below it."""
    sizes = [measure(c.condition) for c in cut if c.condition]
    space = room - max(max(c.widths) for c in cut)
    if any(in_words(c.condition) for c in cut) and space - APART >= min(WORDS, max(sizes)):
        return _worded(cut, min(space - APART, max(ceil(SMALL * size) for size in sizes) + 1, WIDEST))
    column = bool(sizes) and max(sizes) <= space - GAP
    return [_condition(c, column, room) if c.condition else c for c in cut]


def _worded(cut: list[Cut], columns: int) -> list[Cut]:
    """Rows with their words in boxes of a width: beside their first line if they hang free there, else their last."""
    found = list(cut)
    for i, c in enumerate(cut):
        if c.condition is None:
            continue
        words = in_words(c.condition) or (c.condition,)
        box = rf"{BOX}{{{columns / 2:g}em}}{{{inline(words)}}}"
        lines = ceil(SMALL * measure(c.condition) * 1.08 / columns)
        led = list(takewhile(lambda x: not x.row.left and not x.condition, cut[i + 1 :]))
        hanging = (1 + c.height) / 2 + sum(x.height for x in led) >= lines + 0.2
        place = i if hanging or lines == 1 else i + len(led)
        first, *rest = found[place].lines
        text = rf"\smash[b]{{{box}}}" if hanging and lines > 1 else box
        found[place] = replace(found[place], lines=(f"{first} && {text}", *rest))
    return found


def _condition(c: Cut, column: bool, room: int) -> Cut:
    assert c.condition is not None
    text, size = draw(c.condition), GAP + measure(c.condition)
    *lines, last = c.lines
    *widths, end = c.widths
    if column:
        return replace(c, lines=(*lines, f"{last} && {text}"), widths=(*widths, end + size))
    if end + size <= room:
        return replace(c, lines=(*lines, rf"{last} \qquad {text}"), widths=(*widths, end + size))
    if in_words(c.condition) and size > room - 2 * GAP:
        text, size = rf"{BOX}{{{room / 2 - GAP:g}em}}{{{inline(in_words(c.condition))}}}", room
    return replace(c, lines=(*c.lines, rf"&\qquad {text}"), widths=(*c.widths, size))


def joint(piece: Piece) -> str:
    """The sign before a continued line."""
    return joined(piece.joint)


def _mark(row: Row, label: str, repeated: bool) -> str:
    """What gives a line its number: a label of its own, or that of the line it repeats."""
    if not row.number:
        return r"\notag"
    return rf"\tag*{{\eqref{{eq:{label}}}}}" if repeated else rf"\label{{eq:{label}}}"


def _lines(cut: Cut, mark: str, name: str) -> str:
    """The lines of one row; its number stands beside the last one."""
    lines = list(cut.lines)
    lines[0] = f"{cut.left} {lines[0]}" if cut.left else lines[0]
    if not name.endswith("*"):
        lines[:-1] = [rf"{line} \notag" for line in lines[:-1]]
    if mark != r"\notag" or not name.endswith("*"):
        lines[-1] += f" {mark}"
    return f" {KEPT}\n".join("  " + line for line in lines)
