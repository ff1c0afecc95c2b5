"""What a document is made of: headings, sentences with formulas in them, displays, tables, pictures.

Formulas are items, already decided, so the writers for TeX, Markdown and HTML only draw them.
"""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.typeset.items import Rows
from symrnn.typeset.reasons import Sentence


@dataclass(frozen=True)
class Block:
    """A part of a document."""


@dataclass(frozen=True)
class Heading(Block):
    """The title of a section."""

    words: str


@dataclass(frozen=True)
class Paragraph(Block):
    """Sentences; `strong` ones stand in a frame."""

    parts: Sentence
    strong: bool = False


@dataclass(frozen=True)
class Display(Block):
    """Lines of mathematics; `labels` name them for references, one for each row, or are empty."""

    rows: Rows
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(Block):
    """A table of sentences."""

    head: tuple[str, ...]
    body: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Picture(Block):
    """A picture handed over by the caller, as SVG and as TikZ."""

    svg: str
    tikz: str
    caption: str = ""
