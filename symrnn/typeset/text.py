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
RELATIONS = {"=": " = ", "le": " ≤ ", "ge": " ≥ ", "to": " ↦ "}
FENCES = {
    "round": ("(", ")"),
    "square": ("[", "]"),
    "bars": ("|", "|"),
    "norm": ("‖", "‖"),
    "frobenius": ("‖", "‖"),
    "angle": ("⟨", "⟩"),
}
DIFFERENTIALS = {"partial": "∂", "immediate": "∂⁺", "total": "d", "code": "d"}
SYMBOLS = {"infinity": "∞", "pi": "π", "e": "e", "dots": "...", "all": ":", "one": "1", "zero": "0", "identity": "I"}
ACCENTS = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307"}
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
RAISED_BACK = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class TextRenderer(Renderer):
    """Items as one line of Unicode."""

    def draw_name(self, x: items.Name) -> str:
        base = _accented(x) + "′" * x.primes
        for i, sub in enumerate(x.subscripts):
            base += sub.translate(LOWERED) if i == 0 and sub.isdigit() else "_" + _accented(read_name(sub))
        return base

    def draw_number(self, x: items.Number) -> str:
        return x.digits

    def draw_word(self, x: items.Word) -> str:
        return x.text

    def draw_sign(self, x: items.Sign) -> str:
        return SYMBOLS[x.key]

    def draw_timed(self, x: items.Timed) -> str:
        time = self(x.time)
        if x.mark != "subscript":
            return f"{self(x.base)}({time})"
        base = self(x.base)
        if isinstance(x.base, items.Name) and x.base.subscripts:
            bare = self(replace(x.base, subscripts=()))
            inner = base.removeprefix(bare).removeprefix("_").translate(RAISED_BACK)
            return f"{bare}_{{{inner},{time}}}"
        return f"{base}_{time}" if len(time) == 1 or time.isalnum() else f"{base}_{{{time}}}"

    def draw_indexed(self, x: items.Indexed) -> str:
        return f"{self(x.base)}[{','.join(self.each(x.indices))}]"

    def draw_sum(self, x: items.Sum) -> str:
        plus, minus = ("+", "-") if x.tight else (" + ", " - ")
        text = ""
        for i, (is_minus, term) in enumerate(x.terms):
            text += (("-" if is_minus else "") if i == 0 else (minus if is_minus else plus)) + self(term)
        return text

    def draw_product(self, x: items.Product) -> str:
        return SIGNS[x.sign].join(self.each(x.factors))

    def draw_fraction(self, x: items.Fraction) -> str:
        return f"({self(x.over)})/({self(x.under)})"

    def draw_ratio(self, x: items.Ratio) -> str:
        return f"{self(x.over)}/{self(x.under)}"

    def draw_differential(self, x: items.Differential) -> str:
        return DIFFERENTIALS[x.sign] + self(x.of)

    def draw_gradient(self, x: items.Gradient) -> str:
        if x.objective is None:
            return f"∇{self(x.by)}"
        return f"∇_{self(x.by)} {self(x.objective)}"

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

    def draw_stack(self, x: items.Stack) -> str:
        return f"[{(', ' if x.across else '; ').join(self.each(x.rows))}]"

    def draw_grid(self, x: items.Grid) -> str:
        return f"[{'; '.join(', '.join(self.each(row)) for row in x.rows)}]"

    def draw_bigsum(self, x: items.BigSum) -> str:
        bounds = f"_{{{self(x.index)}={self(x.lower)}..{self(x.upper)}}}" if x.bounds else ""
        return f"{BIG[x.sign]}{bounds} {self(x.body)}"

    def draw_compared(self, x: items.Compared) -> str:
        return RELATIONS[x.sign].join(self.each(x.members))

    def draw_listing(self, x: items.Listing) -> str:
        return ", ".join(self.each(x.members))

    def draw_span(self, x: items.Span) -> str:
        return f"{self(x.first)}:{self(x.last)}"

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


def _accented(x: items.Name) -> str:
    base = GREEK.get(x.letter, x.letter)
    for accent in x.accent.split():
        base = normalize("NFC", base + ACCENTS[accent])
    return base


def width(line: str) -> int:
    """The columns a line takes in a terminal: combining accents take none."""
    return sum(not combining(sign) for sign in line)


def text(x: Any, notation: Notation | str | None = None, model: Any = None) -> str:
    """Anything mathematical in Unicode, for a terminal.

    Parameters
    ----------
    x, notation, model
        As for `latex`.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, nabla, t
    >>> n = dims("n")
    >>> W, h = Parameter("W", n, n), Sequence("h", n)
    >>> text(W.T @ ((1 - h[t + 1]**2) * nabla(h[t + 1])))
    'Wᵀ diag(1 - h(t+1)²) ∇h(t+1)'
    """
    p = presenter(x, terminal(notation), model, linear=True)
    return TextRenderer()(presented(x, p))
