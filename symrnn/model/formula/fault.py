"""The refusals of the reader: each has a kind, a place in the text, and what to type instead."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.errors import ReadError
from symrnn.model.reading.source import Source

KINDS = (
    "unbalanced",
    "undeclared",
    "ambiguous",
    "shape",
    "forbidden",
    "limit",
    "charset",
    "syntax",
    "unsupported",
)


@dataclass(frozen=True)
class Page:
    """The text that is read, for messages about it."""

    source: Source

    def fault(self, kind: str, place: int, what: str, *, law: str = "", repair: str = "") -> ReadError:
        """A `ReadError` of one kind at a place."""
        error = self.source.error(place, what, law=law, repair=repair)
        error.kind = kind
        return error
