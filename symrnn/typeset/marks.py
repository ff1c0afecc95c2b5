"""Letters and the marks on them, the smallest things on the paper; and what all items share.

An item is what a reader sees, not what it means: nothing here knows a node of the algebra. A level says how
tightly an item holds together; one of a lower level needs brackets inside one of a higher.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

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
                found += [x for v in value for x in (v if isinstance(v, tuple) else (v,)) if isinstance(x, Item)]
        return found


@dataclass(frozen=True)
class Name(Item):
    """A letter, Greek letter or word, with accents (inner first, spaces between), primes and subscripts.

    `verbatim` is LaTeX given by the user.
    """

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
    """An entry: indices below a base; `timed` says that the first of them is a time."""

    base: Item
    indices: tuple[Item, ...]
    timed: bool = False

    @property
    def level(self) -> int:
        return self.base.level


@dataclass(frozen=True)
class Span(Item):
    """From one index to another: 1:n."""

    first: Item
    last: Item
