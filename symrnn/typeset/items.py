"""What is on the paper: a small tree of signs, brackets included, that every renderer draws in its own way.

All decisions (order, brackets, diag or ⊙) are made before an item exists, so a renderer has none left to
make. Letters and marks are in `marks`; here is what is put together from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from symrnn.typeset.lines import Compared, Folded, Half, Listing, Phrase, Row, Rows
from symrnn.typeset.marks import (
    ADD,
    ATOM,
    MUL,
    PREFIX,
    RAISED,
    SPREAD,
    Indexed,
    Item,
    Name,
    Number,
    Sign,
    Span,
    Timed,
    Word,
)

__all__ = [
    "ADD", "ATOM", "MUL", "PREFIX", "RAISED", "SPREAD", "BigSum", "Call", "Compared", "Differential", "Fence",
    "Folded", "Foreign", "Fraction", "Gradient", "Grid", "Half", "Indexed", "Item", "Listing", "Marked", "Name",
    "Number", "Phrase", "Positional", "Power", "Primed", "Product", "Ratio", "Root", "Row", "Rows", "Sign", "Span",
    "Stack", "Sum", "Timed", "Transposed", "Word",
]  # fmt: skip


@dataclass(frozen=True)
class Sum(Item):
    """Terms with their signs, (True, x) for minus x; tight ones stand in a time mark."""

    terms: tuple[tuple[bool, Item], ...]
    tight: bool = False

    @property
    def level(self) -> int:
        return ADD


@dataclass(frozen=True)
class Product(Item):
    """Factors beside each other, or with a sign between: "" none, "odot", "dot", "times", "otimes"."""

    factors: tuple[Item, ...]
    sign: str = ""

    @property
    def level(self) -> int:
        return SPREAD if self.sign else MUL

    @property
    def is_open(self) -> bool:
        return self.factors[-1].is_open


@dataclass(frozen=True)
class Fraction(Item):
    """One item over another."""

    over: Item
    under: Item

    @property
    def level(self) -> int:
        return PREFIX

    @cached_property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class Ratio(Item):
    """A fraction in one line."""

    over: Item
    under: Item

    @property
    def level(self) -> int:
        return SPREAD


@dataclass(frozen=True)
class Differential(Item):
    """What stands above or below in a derivative: `sign` is "partial", "immediate" (∂⁺), "total" (d) or "code" (dh)."""

    of: Item
    sign: str = "partial"

    @property
    def level(self) -> int:
        return PREFIX


@dataclass(frozen=True)
class Gradient(Item):
    """∇ with what the gradient is by below it, and the objective behind it if it is shown."""

    by: Item
    objective: Item | None = None

    @property
    def level(self) -> int:
        return PREFIX if self.objective else ATOM

    @property
    def is_open(self) -> bool:
        return self.objective is not None


@dataclass(frozen=True)
class Power(Item):
    """A base with an exponent."""

    base: Item
    exponent: Item

    @property
    def level(self) -> int:
        return RAISED


@dataclass(frozen=True)
class Transposed(Item):
    """A transpose."""

    base: Item

    @property
    def level(self) -> int:
        return RAISED


@dataclass(frozen=True)
class Root(Item):
    """A square root."""

    body: Item


@dataclass(frozen=True)
class Call(Item):
    """A head with arguments in brackets, those after the semicolon apart; `bare` leaves the brackets out."""

    head: Item
    arguments: tuple[Item, ...]
    shared: tuple[Item, ...] = ()
    bare: bool = False

    @property
    def level(self) -> int:
        if self.bare:
            return PREFIX
        return RAISED if isinstance(self.head, Fraction) else ATOM  # a power of ∂f/∂s (...) is not of its brackets

    @property
    def is_open(self) -> bool:
        return self.bare


@dataclass(frozen=True)
class Primed(Item):
    """The derivative of a function of one argument: f', f''."""

    head: Item
    order: int


@dataclass(frozen=True)
class Positional(Item):
    """The partial derivative of a function by its arguments, counted from 1: ∂₁ f, ∂₁∂₂ f."""

    head: Item
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Fence(Item):
    """Brackets: "round", "square", "angle", "bars" |x|, "norm" ‖x‖ or "frobenius" ‖X‖ with an F."""

    body: Item
    kind: str = "round"


@dataclass(frozen=True)
class Stack(Item):
    """Parts one above the other, or `across`: beside each other, between square brackets."""

    rows: tuple[Item, ...]
    across: bool = False

    @cached_property
    def tall(self) -> bool:
        return not self.across or any(x.tall for x in self.rows)


@dataclass(frozen=True)
class Grid(Item):
    """Cells in rows and columns, between square brackets."""

    rows: tuple[tuple[Item, ...], ...]

    @cached_property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class BigSum(Item):
    """A sum or product over an index; without bounds where they are the usual ones and there is no room.

    `named` shows the index alone.
    """

    index: Item
    lower: Item
    upper: Item
    body: Item
    bounds: bool = True
    sign: str = "sum"
    named: bool = False

    @property
    def level(self) -> int:
        return MUL

    @property
    def is_open(self) -> bool:
        return True

    @cached_property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class Marked(Item):
    """What changed from one line to the next."""

    body: Item

    @property
    def level(self) -> int:
        return self.body.level

    @property
    def is_open(self) -> bool:
        return self.body.is_open


@dataclass(frozen=True)
class Foreign(Item):
    """A scalar that SymPy's own printer knows best; `holding` makes items of the nodes inside it."""

    expr: Any
    holding: Any
    binding: int

    @property
    def level(self) -> int:
        return self.binding

    @cached_property
    def tall(self) -> bool:
        return True

    def parts(self) -> list[Item]:
        return []
