"""What is on the paper: a small tree of signs, brackets included, that every renderer draws in its own way.

An item is what a reader sees, not what it means: nothing here knows a node of the algebra. All decisions
(order, brackets, diag or ⊙) are made before an item exists, so a renderer has none left to make.

A level says how tightly an item holds together; one of a lower level needs brackets inside one of a higher.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

ADD = 10  # a + b, -a: falls apart beside any other sign
SPREAD = 20  # a ⊙ b, a · b, a/b: a sign between the factors holds less than none does
MUL = 30  # A b, and a sum over time, which reaches as far to the right as a product does
PREFIX = 40  # ∇L, log x, a stacked fraction: one thing in a product, not below a power
RAISED = 50  # what carries a superscript already: another one needs brackets, or TeX stops
ATOM = 60  # letters, numbers, calls: never in brackets


@dataclass(frozen=True)
class Item:
    """A part of a formula."""

    @property
    def level(self) -> int:
        """How tightly it holds together."""
        return ATOM

    @property
    def is_open(self) -> bool:
        """Whether its end is not marked, so that a factor after it would be read as part of it."""
        return False

    @cached_property
    def tall(self) -> bool:
        """Whether brackets around it must grow."""
        return any(part.tall for part in self.parts())

    def parts(self) -> list[Item]:
        """The items in it."""
        found: list[Item] = []
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Item):
                found.append(value)
            elif isinstance(value, tuple):
                found += [
                    x for v in value for x in (v if isinstance(v, tuple) else (v,)) if isinstance(x, Item)
                ]
        return found


@dataclass(frozen=True)
class Name(Item):
    """A letter, Greek letter or word, with an accent, primes and subscripts; `verbatim` is LaTeX given by the user."""

    letter: str
    accent: str = ""
    primes: int = 0
    subscripts: tuple[str, ...] = ()
    bold: str = "none"
    verbatim: str = ""

    @property
    def level(self) -> int:
        return RAISED if self.primes else ATOM


@dataclass(frozen=True)
class Number(Item):
    """A number without sign."""

    digits: str


@dataclass(frozen=True)
class Word(Item):
    """The upright name of a function: tanh, diag, softmax."""

    text: str


@dataclass(frozen=True)
class Sign(Item):
    """A single sign by its key: "infinity", "pi", "e", "one" (the vector 1), "zero", "identity", "dots"."""

    key: str
    bold: str = "none"


@dataclass(frozen=True)
class Timed(Item):
    """A name with its time: `mark` is "superscript", "subscript" or "argument"."""

    base: Item
    time: Item
    mark: str

    @property
    def level(self) -> int:
        return RAISED if self.mark == "superscript" else self.base.level

    @cached_property
    def tall(self) -> bool:
        return False


@dataclass(frozen=True)
class Indexed(Item):
    """An entry: indices below a base."""

    base: Item
    indices: tuple[Item, ...]

    @property
    def level(self) -> int:
        return self.base.level


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
    """Factors beside each other, or with a sign between: "" none, "odot", "dot", "times"."""

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
        return PREFIX if self.bare else ATOM

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
    """Brackets: "round", "square", "bars" |x|, "norm" ‖x‖ or "frobenius" ‖X‖ with an F."""

    body: Item
    kind: str = "round"


@dataclass(frozen=True)
class Stack(Item):
    """Parts one above the other, between square brackets."""

    rows: tuple[Item, ...]

    @cached_property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class BigSum(Item):
    """A sum over an index; without bounds where they are the usual ones and there is no room."""

    index: Item
    lower: Item
    upper: Item
    body: Item
    bounds: bool = True

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
class Compared(Item):
    """Items with relation signs between them: "=", "le", "in"."""

    members: tuple[Item, ...]
    sign: str = "="

    @property
    def level(self) -> int:
        return 0


@dataclass(frozen=True)
class Listing(Item):
    """Items with commas between; `Sign("dots")` is an ellipsis."""

    members: tuple[Item, ...]

    @property
    def level(self) -> int:
        return 0


@dataclass(frozen=True)
class Span(Item):
    """From one index to another: 1:n."""

    first: Item
    last: Item


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


@dataclass(frozen=True)
class Row(Item):
    """One line of a display: left = right, the condition it holds under, and a number. No left: as above."""

    left: Item | None
    right: Item
    condition: Item | None = None
    number: int = 0


@dataclass(frozen=True)
class Rows(Item):
    """Lines aligned at their relation signs."""

    rows: tuple[Row, ...]
