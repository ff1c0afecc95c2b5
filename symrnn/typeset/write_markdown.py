"""A document as Markdown with dollar signs around formulas, as GitHub, pandoc, Quarto and notebooks read it.

Pictures are referred to: by the names of files beside the page, or as data in the reference itself.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import groupby

from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Lines, Page, Paragraph, Picture, Table
from symrnn.typeset.breaking import pieces, sentence_lines
from symrnn.typeset.items import Item, Phrase, Row
from symrnn.typeset.latex import RELATIONS, LatexRenderer
from symrnn.typeset.lines import in_words
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.tex_lines import joint, needs
from symrnn.typeset.widths import measure

ROOM = 76  # columns of half an em of a line, its number included
BESIDE = 84  # the same with reasons at the right
WORDS = 34  # columns of a line of a reason
draw = LatexRenderer()


def write_markdown(page: Page, files: tuple[str, ...] = ()) -> str:
    """A page with a title; `files` are the names of its pictures, in order, if they stand beside it."""
    origin = f"\n*{escape(page.source)}*\n" if page.source else ""
    writer = MarkdownWriter(files)
    return f"# {escape(page.title)}\n{origin}\n" + "\n\n".join(map(writer.block, page.blocks)) + "\n"


def picture_files(page: Page, stem: str) -> dict[str, str]:
    """The names of the files for a page's pictures, and what stands in them."""
    return {f"{stem}-{x.name}.svg": x.svg for x in page.blocks if isinstance(x, Picture)}


class MarkdownWriter:
    """The blocks of a page as Markdown."""

    def __init__(self, files: tuple[str, ...] = ()) -> None:
        self.files = list(files)

    def block(self, block: Block) -> str:
        """One block."""
        match block:
            case Heading(words):
                return f"## {escape(words)}"
            case Paragraph(parts, strong):
                return ("> " if strong else "") + inline(parts)
            case Display():
                return _display(block)
            case Lines():
                return "\n\n".join(map(self.block, block.laid_out(lambda line: needs(line.beside(line.why)) <= BESIDE)))
            case Frame():
                inner = "\n\n".join(map(self.block, block.blocks))
                return f"---\n\n{inner}\n\n---"
            case Table():
                return _table(block)
            case Picture():
                return self._picture(block)
            case Code():
                fence = "`" * max(3, *(1 + run for run in _ticks(block.source)))
                return f"{fence}{block.language}\n{block.source.rstrip()}\n{fence}"
        raise TypeError(type(block).__name__)

    def _picture(self, block: Picture) -> str:
        words = escape(block.caption or "a picture of the model")
        if self.files:
            return f"![{words}]({self.files.pop(0).replace(' ', '%20')})"
        return f"![{words}](data:image/svg+xml;base64,{b64encode(block.svg.encode()).decode()})"


def escape(words: str) -> str:
    """Words as Markdown takes them."""
    return "".join("\\" + sign if sign in "\\`*_{}[]<>#|$~" else sign for sign in words)


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else f"${draw(part)}$" for part in parts)


def _ticks(source: str) -> list[int]:
    """The lengths of the runs of backticks in a text."""
    runs = "".join(sign if sign == "`" else " " for sign in source).split()
    return [len(run) for run in runs] or [0]


def _table(block: Table) -> str:
    rows = [block.head, ("---",) * len(block.head)]
    cells = [" | ".join(row) for row in rows]
    cells += [" | ".join(inline(cell) for cell in row) for row in block.body]
    return "\n".join(f"| {row} |" for row in cells)


def _display(block: Display) -> str:
    """Aligned lines; the words beside one go on beside what it leads to, else below."""
    numbered = any(row.number for row in block.rows.rows)
    found: list[str] = []
    waiting: list[str] = []
    for row in block.rows.rows:
        if row.left is not None or row.condition is not None:
            found += _empty(waiting, numbered)
            waiting = _worded(row.condition) if in_words(row.condition) else []
        for line in _row(row, numbered):
            found.append(f"{line} && \\quad {waiting.pop(0)}" if waiting else line)
    rows = " \\\\\n".join([*found, *_empty(waiting, numbered)])
    return f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"


def _empty(words: list[str], numbered: bool) -> list[str]:
    """Lines of words only."""
    return [f"{'&& ' if numbered else ''}& && \\quad {line}" for line in words]


def _worded(words: Item | None) -> list[str]:
    """The lines of a reason."""
    lines = sentence_lines(in_words(words), measure, WORDS)
    return [draw(Phrase(tuple(_joined(line)))) for line in lines]


def _joined(parts: Sequence[str | Item]) -> Iterator[str | Item]:
    """The same with neighbouring words in one."""
    for is_word, group in groupby(parts, key=lambda part: isinstance(part, str)):
        found = list(group)
        yield from ["".join(map(str, found))] if is_word else found


def _row(row: Row, numbered: bool) -> list[str]:
    """One line, continued below where it is long; the number stands before it, where every reader aligns it."""
    left = f"{draw(row.left)} " if row.left else ""
    found = pieces(row.right, measure, ROOM - (measure(row.left) if row.left else 0))
    number = (f"\\text{{({row.number})}} && " if row.number else "&& ") if numbered else ""
    lines = [f"{number}{left}&{RELATIONS[row.sign].strip()} {draw(found[0].item)}"]
    for piece in found[1:]:
        lines.append(f"{'&& ' if numbered else ''}&\\quad {joint(piece)}{draw(piece.item)}")
    if row.condition is not None and not in_words(row.condition):
        lines[-1] += f" && \\quad {draw(row.condition)}"
    return lines
