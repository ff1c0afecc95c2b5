"""Formulas that stand as a whole: relations, listings, and the aligned lines of a display."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.typeset.marks import Item


@dataclass(frozen=True)
class Compared(Item):
    """Items with relation signs between them: "=", "le", "to"."""

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
class Half(Item):
    """What stands after an opening bracket ("left") or before a closing one ("right"), its other half on another line.

    `head` is the function whose arguments the brackets hold.
    """

    body: Item
    kind: str
    side: str
    head: Item | None = None


@dataclass(frozen=True)
class Folded(Item):
    """A long sum on several lines inside brackets, each with the sign that joins it to the one before."""

    lines: tuple[tuple[str, Item], ...]

    @property
    def level(self) -> int:
        return 0

    @property
    def tall(self) -> bool:
        return True


@dataclass(frozen=True)
class Phrase(Item):
    """Words with formulas between them, inside a formula."""

    words: tuple[str | Item, ...]

    @property
    def level(self) -> int:
        return 0


def in_words(x: Item | None) -> tuple[str | Item, ...]:
    """What is told beside a line, as words with formulas between them; a formula alone is no words."""
    if isinstance(x, Listing) and any(map(in_words, x.members)):
        first, *rest = (in_words(part) or (part,) for part in x.members)
        return (*first, *(word for part in rest for word in (", ", *part)))
    return x.words if isinstance(x, Phrase) else ()


@dataclass(frozen=True)
class Row(Item):
    """One line of a display: left = right (or another sign), its condition, a number. No left: as above.

    A `note` says why this line follows from the one above; who lays the lines out shows it where there is room.
    """

    left: Item | None
    right: Item
    condition: Item | None = None
    number: int = 0
    sign: str = "="
    note: Item | None = None

    @property
    def told(self) -> Item | None:
        """The note and the condition."""
        if self.note is None or self.condition is None:
            return self.note or self.condition
        return Listing((self.note, self.condition))


@dataclass(frozen=True)
class Rows(Item):
    """Lines aligned at their relation signs."""

    rows: tuple[Row, ...]
