"""Formulas on several lines of a terminal: stacked fractions, sums with their bounds, brackets that grow.

The fourth renderer of the same items. A formula is a box of lines with a line on which its signs stand; what
takes one line only is drawn by the renderer for one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from symrnn.typeset import items
from symrnn.typeset.text import BIG, DIFFERENTIALS, FENCES, RELATIONS, SIGNS, TextRenderer, width

GROWING = {"round": "⎛⎜⎝⎞⎟⎠", "square": "⎡⎢⎣⎤⎥⎦", "bars": "||||||", "norm": "‖‖‖‖‖‖", "frobenius": "‖‖‖‖‖‖"}


@dataclass(frozen=True)
class Box:
    """Lines of equal width; signs stand on line number `base`."""

    lines: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        """Columns."""
        return max(map(width, self.lines), default=0)

    def filled(self) -> Box:
        """The same with every line as wide as the widest."""
        return Box(tuple(line + " " * (self.width - width(line)) for line in self.lines), self.base)

    def centred(self, columns: int) -> tuple[str, ...]:
        """Its lines in the middle of so many columns."""
        left = (columns - self.width) // 2
        return tuple(" " * left + line + " " * (columns - left - width(line)) for line in self.lines)


def beside(boxes: Iterable[Box]) -> Box:
    """Boxes from left to right, their signs on one line."""
    found = [box.filled() for box in boxes]
    above = max(box.base for box in found)
    below = max(len(box.lines) - box.base for box in found)
    rows = []
    for i in range(above + below):
        places = [(box, i - above + box.base) for box in found]
        rows.append("".join(b.lines[k] if 0 <= k < len(b.lines) else " " * b.width for b, k in places))
    return Box(tuple(rows), above)


def over(parts: Iterable[Box], base: int) -> Box:
    """Boxes from top to bottom, centred; `base` is the number of the part whose signs count."""
    found = list(parts)
    columns = max(box.width for box in found)
    above = sum(len(box.lines) for box in found[:base])
    return Box(tuple(line for box in found for line in box.centred(columns)), above + found[base].base)


class BoxRenderer:
    """Items as boxes; each class has its method, what has none takes one line and is drawn by `plain`."""

    def __init__(self, plain: TextRenderer | None = None) -> None:
        self.plain = plain or TextRenderer()

    def __call__(self, x: items.Item) -> Box:
        draw: Callable[[Any], Box] | None = getattr(self, "draw_" + type(x).__name__.lower(), None)
        if draw is None or not (x.tall or isinstance(x, items.Row | items.Rows)):
            return Box((self.plain(x),))
        return draw(x)

    def _joined(self, found: Iterable[items.Item], sign: str) -> Box:
        boxes = [self(x) for x in found]
        return beside([y for box in boxes for y in (Box((sign,)), box)][1:])

    def draw_sum(self, x: items.Sum) -> Box:
        plus, minus = ("+", "-") if x.tight else (" + ", " - ")
        parts: list[Box] = []
        for i, (is_minus, term) in enumerate(x.terms):
            sign = ("-" if is_minus else "") if i == 0 else (minus if is_minus else plus)
            parts += [Box((sign,)), self(term)]
        return beside(parts)

    def draw_product(self, x: items.Product) -> Box:
        return self._joined(x.factors, SIGNS[x.sign])

    def draw_fraction(self, x: items.Fraction) -> Box:
        top, bottom = self(x.over), self(x.under)
        return over([top, Box(("─" * max(top.width, bottom.width),)), bottom], 1)

    def draw_differential(self, x: items.Differential) -> Box:
        return beside([Box((DIFFERENTIALS[x.sign],)), self(x.of)])

    def draw_bigsum(self, x: items.BigSum) -> Box:
        index = self.plain(x.index)
        sign = Box((BIG[x.sign],))
        if x.named:
            return beside([over([sign, Box((index,))], 0), Box((" ",)), self(x.body)])
        bounds = [Box((self.plain(x.upper),)), sign, Box((f"{index}={self.plain(x.lower)}",))]
        return beside([over(bounds, 1), Box((" ",)), self(x.body)])

    def draw_fence(self, x: items.Fence) -> Box:
        return self._fenced(self(x.body), x.kind)

    def _fenced(self, inner: Box, kind: str) -> Box:
        if len(inner.lines) == 1 or kind not in GROWING:
            first, last = FENCES[kind]
            return beside([Box((first,)), inner, Box((last,))])
        top, middle, bottom = GROWING[kind][:3], GROWING[kind][3:], len(inner.lines) - 2
        left, right = (Box((s[0], *(s[1] for _ in range(bottom)), s[2]), inner.base) for s in (top, middle))
        return beside([left, inner, right])

    def draw_transposed(self, x: items.Transposed) -> Box:
        return self._raised(self(x.base), "ᵀ")

    def draw_power(self, x: items.Power) -> Box:
        return self._raised(self(x.base), self.plain(items.Power(items.Word(""), x.exponent)))

    def _raised(self, base: Box, mark: str) -> Box:
        """A mark at the right upper corner."""
        return beside([base, Box((mark, *("" for _ in range(base.base))), base.base)])

    def draw_call(self, x: items.Call) -> Box:
        if x.bare:
            return beside([self(x.head), Box((" ",)), self(x.arguments[0])])
        inner = [self._joined(x.arguments, ", ")] if x.arguments else []
        inner += [Box(("; ",)), self._joined(x.shared, ", ")] if x.shared else []
        return beside([self(x.head), self._fenced(beside(inner), "round")])

    def draw_marked(self, x: items.Marked) -> Box:
        first, last = self.plain.marks
        return beside([Box((first,)), self(x.body), Box((last,))])

    def draw_listing(self, x: items.Listing) -> Box:
        return self._joined(x.members, ", ")

    def draw_stack(self, x: items.Stack) -> Box:
        parts = [self(part) for part in x.rows]
        if x.across:
            return self._fenced(beside([y for box in parts for y in (Box(("  ",)), box)][1:]), "square")
        if any(isinstance(part, items.Folded) for part in x.rows):
            columns = max(box.width for box in parts)
            parts = [beside([box, Box((" " * (columns - box.width),))]) for box in parts]
        whole = over(parts, 0)
        return self._fenced(Box(whole.lines, len(whole.lines) // 2), "square")

    def draw_grid(self, x: items.Grid) -> Box:
        cells = [[self(c) for c in row] for row in x.rows]
        sizes = [max(box.width for box in column) for column in zip(*cells, strict=True)]
        rows = [beside([Box(b.centred(n + 2), b.base) for b, n in zip(row, sizes, strict=True)]) for row in cells]
        whole = over(rows, 0)
        return self._fenced(Box(whole.lines, len(whole.lines) // 2), "square")

    def draw_folded(self, x: items.Folded) -> Box:
        boxes = []
        for i, (sign, part) in enumerate(x.lines):
            joint = "+ " if sign == "+" else SIGNS[sign].lstrip() if sign else ""
            boxes.append(beside([Box(("  " * (i > 0) + joint,)), self(part)]).filled())
        columns = max(box.width for box in boxes)
        lines = [line + " " * (columns - width(line)) for box in boxes for line in box.lines]
        return Box(tuple(lines), boxes[0].base)

    def draw_row(self, x: items.Row) -> Box:
        parts = [Box((f"({x.number})  ",))] if x.number else []
        parts += [self(x.left)] if x.left else []
        parts += [Box((RELATIONS[x.sign] if x.left else RELATIONS[x.sign].lstrip(),)), self(x.right)]
        parts += [Box(("    ",)), self(x.condition)] if x.condition else []
        return beside(parts)

    def draw_rows(self, x: items.Rows) -> Box:
        """Lines below each other, with a space between those that take several."""
        found: list[str] = []
        indent = 0
        for row in x.rows:
            box = self(row)
            shift = indent if row.left is None else 0
            indent = self(row.left).width + 1 if row.left is not None else indent
            found += [""] * (bool(found) and len(box.lines) > 1)
            found += [" " * shift + line for line in box.lines]
        return Box(tuple(found))
