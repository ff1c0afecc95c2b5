"""What a document is made of: headings, sentences with formulas in them, displays, tables, pictures, code.

Formulas are items, already decided, so the writers for TeX, Markdown, HTML and notebooks only draw them.
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
    """The title of a section; `key` is the section's name."""

    words: str
    key: str = ""

    @property
    def anchor(self) -> str:
        """What a reference to the section is called."""
        return plain_name(self.words)


@dataclass(frozen=True)
class Paragraph(Block):
    """Sentences; `strong` ones stand in a frame."""

    parts: Sentence
    strong: bool = False


@dataclass(frozen=True)
class Display(Block):
    """Lines of mathematics; `labels` name them for references, one for each row, or are empty.

    Lines that are `repeated` stand elsewhere with their numbers and labels; here they refer to them.
    """

    rows: Rows
    labels: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(frozen=True)
class Frame(Block):
    """Blocks between two rules: what a reader looks for first."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Table(Block):
    """A table of sentences."""

    head: tuple[str, ...]
    body: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Picture(Block):
    """A picture handed over by the caller, as SVG and as TikZ; `name` tells it from the others."""

    svg: str
    tikz: str
    caption: str = ""
    name: str = "picture"


@dataclass(frozen=True)
class Code(Block):
    """The text of a program, handed over by the caller."""

    source: str
    language: str = "python"


@dataclass(frozen=True)
class Page:
    """A title, where the model comes from, blocks, a short name, and the language of its words."""

    title: str
    source: str
    blocks: tuple[Block, ...]
    name: str = "document"
    language: str = "en"


def plain_name(words: str) -> str:
    """Words as a name for references: small letters, digits and hyphens."""
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in words.lower()).split()) or "x"
