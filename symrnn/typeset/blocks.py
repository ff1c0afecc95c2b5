"""What a document is made of: headings, sentences with formulas in them, displays, tables, pictures, code.

Formulas are items, already decided, so the writers for TeX, Markdown, HTML and notebooks only draw them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby

from symrnn.typeset.items import Phrase, Row, Rows
from symrnn.typeset.lines import in_words
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
class Reasoned:
    """A line of a derivation: its rows with their labels, why it holds, and the same as a sentence that leads to it."""

    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    why: Sentence
    above: Sentence

    def beside(self, why: Sentence) -> tuple[Row, ...]:
        """The rows with a reason at the right of the first one, and what else is told of them there too."""
        first, *rest = self.rows
        own = in_words(first.told) or ((first.told,) if first.told else ())
        told = why if own in ((), why) else (*why, "; ", *own) if why else own
        kept = tuple(replace(row, condition=row.told) for row in rest)
        return (replace(first, condition=Phrase(told) if told else None), *kept)


@dataclass(frozen=True)
class Lines(Block):
    """Lines of a derivation with their reasons: at the right where there is room, else above them.

    `again` is the word for a reason that is the one of the line before.
    """

    lines: tuple[Reasoned, ...]
    again: str

    @property
    def beside(self) -> Display:
        """All lines in one display, each with its reason at the right."""
        rows: list[Row] = []
        before: Sentence | None = None
        for line in self.lines:
            same = bool(line.why) and before == line.above
            rows += line.beside((self.again,) if same else line.why)
            before = line.above
        return Display(Rows(tuple(rows)), tuple(label for line in self.lines for label in line.labels))

    @property
    def stacked(self) -> tuple[Block, ...]:
        """A sentence for each reason, and below it the lines that hold for it."""
        found: list[Block] = []
        for above, group in groupby(self.lines, key=lambda line: line.above):
            lines = list(group)
            rows = tuple(replace(row, condition=row.told) for line in lines for row in line.rows)
            found += [Paragraph(above)] if above else []
            found.append(Display(Rows(rows), tuple(label for line in lines for label in line.labels)))
        return tuple(found)

    def laid_out(self, fits: Callable[[Reasoned], bool]) -> tuple[Block, ...]:
        """Each line as it fits: displays with reasons at the right, between them those that need the whole width.

        Where most lines need it, the reasons stand above all of them.
        """
        fitting = [fits(line) for line in self.lines]
        if 2 * sum(fitting) < len(fitting) or not any(line.why for line in self.lines):
            return self.stacked
        found: list[Block] = []
        for fit, group in groupby(zip(fitting, self.lines, strict=True), key=lambda pair: pair[0]):
            part = replace(self, lines=tuple(line for _, line in group))
            found += [part.beside] if fit else part.stacked
        return tuple(found)


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
