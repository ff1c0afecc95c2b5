"""Unicode for a terminal: `text(x)`, one line, h(t) and Wᵀ, with the same order and brackets as everywhere.

It draws what `present` decided, under the terminal's form of the notation: no raised times, no stacked fractions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unicodedata import combining, normalize

from symrnn.typeset import items
from symrnn.typeset.displays import presenter
from symrnn.typeset.foreign import foreign_text
from symrnn.typeset.letters import GREEK, read_name
from symrnn.typeset.notation import Notation, terminal
from symrnn.typeset.present import presented
from symrnn.typeset.render import Renderer

SIGNS = {"odot": " ⊙ ", "dot": " · ", "times": "×", "otimes": " ⊗ ", "": " "}
BIG = {"sum": "Σ", "product": "Π"}
RELATIONS = {"=": " = ", "le": " ≤ ", "ge": " ≥ ", "to": " ↦ ", "nmid": " ∤ "}
RELATIONS |= {"lt": " < ", "gt": " > ", "ne": " ≠ ", "in": " ∈ ", "approx": " ≈ "}
FENCES = {
    "round": ("(", ")"),
    "square": ("[", "]"),
    "bars": ("|", "|"),
    "norm": ("‖", "‖"),
    "frobenius": ("‖", "‖"),
    "angle": ("⟨", "⟩"),
    "ceiling": ("⌈", "⌉"),
}
DIFFERENTIALS = {"partial": "∂", "immediate": "∂⁺", "total": "d", "code": "d"}
SYMBOLS = {"infinity": "∞", "pi": "π", "e": "e", "dots": "...", "all": ":", "one": "1", "zero": "0", "identity": "I"}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _joined(sign: str) -> str:
    return " + " if sign == "+" else SIGNS.get(sign, " ")


class TextRenderer(Renderer):
    """Items as one line of Unicode; what changed stands between two `marks`, or is not shown."""

    def __init__(self, marks: tuple[str, str] = ("", "")) -> None:
        super().__init__()
        self.marks = marks

    def draw_name(self, x: items.Name) -> str:
        base = _accented(x) + "′" * x.primes
        for i, sub in enumerate(x.subscripts):
            base += sub.translate(LOWERED) if i == 0 and sub.isdigit() else "_" + _below_name(sub)
        return base

    def draw_number(self, x: items.Number) -> str:
        return x.digits

    def draw_word(self, x: items.Word) -> str:
        return x.text

    def draw_sign(self, x: items.Sign) -> str:
        return SYMBOLS[x.key]

    def draw_timed(self, x: items.Timed) -> str:
        if x.mark == "subscript":
            return self._below(x.base, (self(x.time),))
        return f"{self(x.base)}({self(x.time)})"

    def draw_indexed(self, x: items.Indexed) -> str:
        indices = tuple(self.each(x.indices))
        if isinstance(x.base, items.Timed):
            return f"{self._below(x.base.base, indices, True)}({self(x.base.time)})"
        return self._below(x.base, indices, not x.timed)

    def _below(self, base: items.Item, lower: tuple[str, ...], entries: bool = False) -> str:
        """Subscripts after those the base has: h_i, W_ij, h_{t+1}, W_{hh,t}."""
        own: tuple[str, ...] = ()
        if isinstance(base, items.Name) and base.subscripts:
            own, base = tuple(map(_below_name, base.subscripts)), replace(base, subscripts=())
        marks = own + lower
        alone = len(marks) == 1 and marks[0].isalnum()
        letters = alone or (entries and not own and all(len(mark) == 1 and mark.isalpha() for mark in marks))
        joined = ("" if letters else ",").join(marks)
        return f"{self(base)}_{joined}" if letters else f"{self(base)}_{{{joined}}}"

    def draw_sum(self, x: items.Sum) -> str:
        plus, minus = ("+", "-") if x.tight else (" + ", " - ")
        text = ""
        for i, (is_minus, term) in enumerate(x.terms):
            text += (("-" if is_minus else "") if i == 0 else (minus if is_minus else plus)) + self(term)
        return text

    def draw_product(self, x: items.Product) -> str:
        return SIGNS[x.sign].join(self.each(x.factors))

    def draw_fraction(self, x: items.Fraction) -> str:
        if isinstance(x.over, items.Number) and isinstance(x.under, items.Number):
            return f"{x.over.digits}/{x.under.digits}"
        return f"({self(x.over)})/({self(x.under)})"

    def draw_ratio(self, x: items.Ratio) -> str:
        return f"{self(x.over)}/{self(x.under)}"

    def draw_differential(self, x: items.Differential) -> str:
        return DIFFERENTIALS[x.sign] + self(x.of)

    def draw_gradient(self, x: items.Gradient) -> str:
        if x.objective is None:
            return f"∇{self(x.by)}"
        by = f"{{{self(x.by)}}}" if isinstance(x.by, items.Indexed | items.Timed) else self(x.by)
        return f"∇_{by} {self(x.objective)}"

    def draw_power(self, x: items.Power) -> str:
        exponent = self(x.exponent)
        if isinstance(x.exponent, items.Number):
            return self(x.base) + exponent.translate(RAISED)
        simple = isinstance(x.exponent, items.Name)
        return f"{self(x.base)}^{exponent}" if simple else f"{self(x.base)}^({exponent})"

    def draw_transposed(self, x: items.Transposed) -> str:
        return f"{self(x.base)}ᵀ"

    def draw_root(self, x: items.Root) -> str:
        return f"sqrt({self(x.body)})"

    def draw_call(self, x: items.Call) -> str:
        if x.bare:
            return f"{self(x.head)} {self(x.arguments[0])}"
        inner = ", ".join(self.each(x.arguments))
        if x.shared:
            inner += "; " + ", ".join(self.each(x.shared))
        return f"{self(x.head)}({inner})"

    def draw_primed(self, x: items.Primed) -> str:
        return self(x.head) + "'" * x.order

    def draw_positional(self, x: items.Positional) -> str:
        counts = {i: x.positions.count(i) for i in x.positions}
        marks = [
            "∂" + str(i).translate(LOWERED) + (str(k).translate(RAISED) if k > 1 else "") for i, k in counts.items()
        ]
        return "".join(marks) + self(x.head)

    def draw_fence(self, x: items.Fence) -> str:
        left, right = FENCES[x.kind]
        return f"{left}{self(x.body)}{right}"

    def draw_half(self, x: items.Half) -> str:
        left, right = FENCES[x.kind]
        head = self(x.head) if x.head else ""
        return f"{head}{left}{self(x.body)}" if x.side == "left" else f"{self(x.body)}{right}"

    def draw_stack(self, x: items.Stack) -> str:
        return f"[{(', ' if x.across else '; ').join(self.each(x.rows))}]"

    def draw_grid(self, x: items.Grid) -> str:
        return f"[{'; '.join(', '.join(self.each(row)) for row in x.rows)}]"

    def draw_folded(self, x: items.Folded) -> str:
        return "".join(_joined(sign) * (i > 0) + self(part) for i, (sign, part) in enumerate(x.lines))

    def draw_bigsum(self, x: items.BigSum) -> str:
        bounds = f"_{{{self(x.index)}={self(x.lower)}..{self(x.upper)}}}" if x.bounds else ""
        if x.named:
            index = self(x.index)
            bounds = f"_{index}" if len(index) == 1 else f"_{{{index}}}"
        return f"{BIG[x.sign]}{bounds} {self(x.body)}"

    def draw_compared(self, x: items.Compared) -> str:
        return RELATIONS[x.sign].join(self.each(x.members))

    def draw_listing(self, x: items.Listing) -> str:
        return ", ".join(self.each(x.members))

    def draw_span(self, x: items.Span) -> str:
        return f"{self(x.first)}:{self(x.last)}"

    def draw_marked(self, x: items.Marked) -> str:
        return f"{self.marks[0]}{self(x.body)}{self.marks[1]}"

    def draw_phrase(self, x: items.Phrase) -> str:
        return "".join(w if isinstance(w, str) else self(w) for w in x.words)

    def draw_foreign(self, x: items.Foreign) -> str:
        return foreign_text(x.expr, lambda node: self(x.holding(node)))

    def draw_row(self, x: items.Row) -> str:
        number = f"({x.number})  " if x.number else ""
        left = (self(x.left) if x.left else "") + RELATIONS[x.sign]
        left = left if x.left else left.lstrip()
        condition = f"    {self(x.condition)}" if x.condition else ""
        return f"{number}{left}{self(x.right)}{condition}"

    def draw_rows(self, x: items.Rows) -> str:
        """Lines below each other; a line without left side is indented to the equals sign above it."""
        lines: list[str] = []
        indent = ""
        for row in x.rows:
            lines.append((indent if row.left is None else "") + self(row))
            if row.left is not None:
                indent = " " * (width(self(row.left)) + 1)
        return "\n".join(lines)


def _below_name(sub: str) -> str:
    """A subscript of a name: a number as it is, a letter with its accent and its own number."""
    name = read_name(sub)
    return sub if sub.isdigit() else _accented(name) + "".join(name.subscripts)


def _accented(x: items.Name) -> str:
    base = GREEK.get(x.letter, x.letter)
    for accent in x.accent.split():
        base = normalize("NFC", base + ACCENTS[accent])
    return base


def width(line: str) -> int:
    """The columns a line takes in a terminal: combining accents take none."""
    return sum(not combining(sign) for sign in line)


def text(x: Any, notation: Notation | str | None = None, model: Any = None, *, tall: bool = False) -> str:
    """Anything mathematical in Unicode, for a terminal.

    Parameters
    ----------
    x, notation, model
        As for `latex`.
    tall
        Whether fractions, sums and brackets take several lines.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, nabla, t
    >>> n = dims("n")
    >>> W, h = Parameter("W", n, n), Sequence("h", n)
    >>> text(W.T @ ((1 - h[t + 1]**2) * nabla(h[t + 1])))
    'Wᵀ diag(1 - h(t+1)²) ∇h(t+1)'
    """
    p = presenter(x, terminal(notation), model, linear=not tall)
    if not tall:
        return TextRenderer()(presented(x, p))
    from symrnn.typeset.boxes import BoxRenderer  # it draws on this module

    return "\n".join(line.rstrip() for line in BoxRenderer()(presented(x, p)).lines)
