"""What is written, as data: several labels in a line, and a fraction of two lines.

A `Label` is one name; these put names together, so that Jacobians and products of them stand beside arrows and
under a picture. All three know their width and their height.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from symrnn.diagram.labels import Label

RAISED = 0.84  # size of the letters of a fraction
MARK = 0.22  # what a mark above a letter takes
BAR = 2.0  # how far its bar reaches beyond them


@dataclass(frozen=True)
class Line:
    """Labels one after the other."""

    parts: tuple[Label, ...]

    @property
    def plain(self) -> str:
        """In one line of plain text."""
        return "".join(part.plain for part in self.parts)

    def width(self, size: float) -> float:
        """An upper estimate of its width."""
        return sum(part.width(size) for part in self.parts)

    def height(self, size: float) -> float:
        """The height of a line."""
        return max((part.height(size) for part in self.parts), default=1.1 * size)


@dataclass(frozen=True)
class Fraction:
    """One line over another."""

    over: Line
    under: Line

    @property
    def plain(self) -> str:
        """In one line of plain text."""
        return f"{self.over.plain}/{self.under.plain}"

    @property
    def lower(self) -> float:
        """How much lower than usual the line below stands, so that marks above its letters keep off the bar."""
        return MARK if any(part.mark for part in self.under.parts) else 0.0

    def width(self, size: float) -> float:
        """An upper estimate of its width."""
        return max(self.over.width(RAISED * size), self.under.width(RAISED * size)) + 2 * BAR

    def height(self, size: float) -> float:
        """The height of both lines."""
        return (2.4 + 2 * self.lower) * RAISED * size


Inline: TypeAlias = Label | Line | Fraction


def words(text: str) -> Label:
    """Upright words."""
    return Label(text, italic=False, word=True)


def line_of(*parts: Label | str) -> Line:
    """Labels and upright words in a line."""
    return Line(tuple(words(part) if isinstance(part, str) else part for part in parts))
