"""How wide an item is on paper, estimated in columns of half an em, about a digit, so that lines can be broken.

It draws every item as a row of letters of the same width as its picture: scripts are smaller, capitals wider.
"""

from __future__ import annotations

from math import ceil

from symrnn.typeset import items
from symrnn.typeset.items import Item
from symrnn.typeset.text import TextRenderer, width

SCRIPT = 0.72  # of the size of what carries it


class Columns(TextRenderer):
    """Items as text of their width on paper."""

    def draw_name(self, x: items.Name) -> str:
        wide = len(x.letter) == 1 and (x.letter.isupper() or x.letter in "mw")
        below = small(",".join(x.subscripts)) if x.subscripts else ""
        return x.letter[:1] * wide + super().draw_name(items.Name(x.letter, x.accent, x.primes)) + below

    def draw_timed(self, x: items.Timed) -> str:
        time = self(x.time)
        return self(x.base) + (f"({time})" if x.mark == "argument" else small(f"({time})"))

    def draw_indexed(self, x: items.Indexed) -> str:
        return self(x.base) + small(",".join(self.each(x.indices)))

    def draw_product(self, x: items.Product) -> str:
        return (f" {x.sign and '*'} " if x.sign else "").join(self.each(x.factors))

    def draw_fraction(self, x: items.Fraction) -> str:
        return max(self(x.over), self(x.under), key=width) + " "

    def draw_gradient(self, x: items.Gradient) -> str:
        return "∇∇" + small(self(x.by)) + (self(x.objective) if x.objective else "")

    def draw_power(self, x: items.Power) -> str:
        return self(x.base) + small(self(x.exponent))

    def draw_bigsum(self, x: items.BigSum) -> str:
        return max("ΣΣΣ", small(f"{self(x.index)}={self(x.lower)}"), small(self(x.upper)), key=width) + self(x.body)

    def draw_stack(self, x: items.Stack) -> str:
        return f"[{max(self.each(x.rows), key=width)}]"


def small(text: str) -> str:
    """As many letters as take the room of a script."""
    return text[: ceil(SCRIPT * len(text))]


columns = Columns()


def measure(item: Item) -> int:
    """The width of an item."""
    return width(columns(item))
