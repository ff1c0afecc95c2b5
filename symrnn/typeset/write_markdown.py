"""A document as Markdown with dollar signs around formulas, as GitHub, pandoc and notebooks read it."""

from __future__ import annotations

from symrnn.typeset.blocks import Block, Display, Heading, Paragraph, Picture, Table
from symrnn.typeset.breaking import broken
from symrnn.typeset.items import Row, Sum
from symrnn.typeset.latex import RELATIONS, LatexRenderer
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.write_tex import ROOM, measure

draw = LatexRenderer()


def write_markdown(title: str, source: str, blocks: tuple[Block, ...]) -> str:
    """A page with a title."""
    origin = f"\n*{escape(source)}*\n" if source else ""
    return f"# {escape(title)}\n{origin}\n" + "\n\n".join(map(write_block, blocks)) + "\n"


def escape(words: str) -> str:
    """Words as Markdown takes them."""
    return "".join("\\" + sign if sign in "\\`*_{}[]<>#|$" else sign for sign in words)


def write_block(block: Block) -> str:
    """One block."""
    match block:
        case Heading(words):
            return f"## {escape(words)}"
        case Paragraph(parts, strong):
            return ("> " if strong else "") + inline(parts)
        case Display():
            return _display(block)
        case Table():
            rows = [block.head, ("---",) * len(block.head)]
            cells = [" | ".join(row) for row in rows]
            cells += [" | ".join(inline(cell) for cell in row) for row in block.body]
            return "\n".join(f"| {row} |" for row in cells)
        case Picture():
            return block.svg.replace("\n\n", "\n")
    raise TypeError(type(block).__name__)


def inline(parts: Sentence) -> str:
    """A sentence with formulas in it."""
    return "".join(escape(part) if isinstance(part, str) else f"${draw(part)}$" for part in parts)


def _display(block: Display) -> str:
    numbered = any(row.number for row in block.rows.rows)
    rows = " \\\\\n".join(_row(row, numbered) for row in block.rows.rows)
    return f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"


def _row(row: Row, numbered: bool) -> str:
    left = f"{draw(row.left)} " if row.left else ""
    pieces = broken(row, measure, ROOM - (measure(row.left) if row.left else 0))
    number = (f"\\text{{({row.number})}} && " if row.number else "&& ") if numbered else ""
    lines = [f"{number}{left}&{RELATIONS[row.sign].strip()} {draw(pieces[0])}"]
    for piece in pieces[1:]:
        joint = "" if isinstance(piece, Sum) and piece.terms[0][0] else "+ "
        lines.append(f"{'&& ' if numbered else ''}&\\quad {joint}{draw(piece)}")
    if row.condition:
        lines[-1] += f" && \\quad {draw(row.condition)}"
    return " \\\\\n".join(lines)
