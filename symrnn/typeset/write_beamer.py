"""A document as slides: beamer's frames, one for each step, so that an argument is shown line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from math import ceil

from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Lines, Page, Paragraph, Picture, Table
from symrnn.typeset.breaking import pieces
from symrnn.typeset.items import Row, Rows
from symrnn.typeset.tex_lines import NUMBER, SIGN, WHY, boxed, deep
from symrnn.typeset.tex_words import escape
from symrnn.typeset.widths import measure
from symrnn.typeset.write_tex import PACKAGES, TexStyle, TexWriter, fitted, numbered, own, picture, table

ROOM, OTHERS = 70, 56  # columns of half an em on a slide of 16:9, and of 4:3 in slides of somebody else
HIGH = 12.5  # lines of text that a slide holds below its title
LINES_OF_CODE, MOST_ROWS, MOST_CODE = 26, 9, 52
TALL, FLAT = 2.8, 1.3  # lines that an equation takes
STEPWISE = frozenset({"backward", "gradients", "steps"})  # sections that are shown step by step


def write_beamer(page: Page, style: TexStyle) -> str:
    """Slides, or their frames only."""
    writer = TexWriter(OTHERS if style.fragment else ROOM, counting=not style.fragment or bool(style.prefix))
    body = numbered("\n".join(frames(_readable(page.blocks), writer)), style)
    if style.fragment:
        return f"% {escape(page.title)}: frames; needs {PACKAGES}\n{own(body)}\n"
    head = (
        "\\documentclass[aspectratio=169,11pt]{beamer}\n"
        f"{PACKAGES}\n{WHY}\n\\setbeamertemplate{{navigation symbols}}{{}}\n"
        "\\setbeamertemplate{footline}[frame number]\n"
        "\\usefonttheme{professionalfonts}\n\\setlength{\\parskip}{0.6ex plus 0.3ex}\n"
        f"\\title{{{escape(page.title)}}}\n\\date{{{escape(page.source)}}}\n"
    )
    return f"{head}\\begin{{document}}\n\\frame{{\\titlepage}}\n{body}\n\\end{{document}}\n"


def _readable(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without programs of more than two slides: nobody can read those from a chair."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Code) and len(block.source.splitlines()) > MOST_CODE:
            while found and not isinstance(found.pop(), Heading):
                pass
        else:
            found.append(block)
    return found


def frames(blocks: Iterable[Block], writer: TexWriter) -> Iterator[str]:
    """Each step with the sentences before it on a slide of its own; what is no step, as much as fits on a slide."""
    title, key = "", ""
    waiting: list[Block] = []
    for block in _parts(blocks):
        if isinstance(block, Heading):
            yield from _flushed(waiting, title, writer)
            title, key, waiting = block.words, block.key, []
            continue
        full = waiting and sum(map(_height, (*waiting, block))) > HIGH
        done = waiting and not isinstance(waiting[-1], Paragraph) and key in STEPWISE
        if full or done:
            kept = [waiting.pop()] if full and _opens(waiting[-1]) and len(waiting) > 1 else []
            yield from _flushed(waiting, title, writer)
            waiting = kept
        waiting.append(block)
    yield from _flushed(waiting, title, writer)


def _opens(block: Block) -> bool:
    """Whether a sentence leads to what follows it."""
    return isinstance(block, Paragraph) and not block.strong


def _parts(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks without frames around them, each in parts that fit on a slide."""
    for block in blocks:
        if isinstance(block, Frame):
            yield from _parts(block.blocks)
        elif isinstance(block, Lines):
            yield from _steps(block)
        else:
            yield from _slides(block)


def _height(block: Block) -> float:
    """How many lines of text a block takes, about."""
    match block:
        case Paragraph(parts, strong):
            letters = sum(len(x) if isinstance(x, str) else measure(x) for x in parts)
            return (1.3 if not strong else 2.5) + letters // 75
        case Display():
            return sum(_heights(block.rows.rows)) + 0.8
        case Lines():
            told = {line.above for line in block.lines if line.above}
            return sum(sum(_heights(line.rows)) + 0.8 for line in block.lines) + 1.3 * len(told)
        case Table():
            return len(block.body) + 2.0
    return HIGH


def _steps(block: Lines) -> Iterator[Block]:
    """Lines with the same reason on a slide, as many as fit there; a line that does not, under its reason."""
    for _, group in groupby(block.lines, key=lambda line: line.above):
        lines = list(group)
        heights = [sum(_heights(line.rows)) for line in lines]
        share = sum(heights) / ceil(sum(heights) / (HIGH - 3)) + 0.01
        part: list[int] = []
        for i, height in enumerate(heights):
            used = sum(heights[j] for j in part)
            if part and (used + height / 2 > share or used + height > HIGH - 2):
                yield from _fitting(replace(block, lines=tuple(lines[j] for j in part)))
                part = []
            part.append(i)
        yield from _fitting(replace(block, lines=tuple(lines[j] for j in part)))


def _fitting(block: Lines) -> Iterator[Block]:
    """Lines that fit on a slide; else the parts of the only one of them, after its reason."""
    if _height(block) <= HIGH:
        yield block
    else:
        for part in block.stacked:
            yield from _slides(part)


def _flushed(waiting: list[Block], title: str, writer: TexWriter) -> Iterator[str]:
    if waiting:
        yield _frame(title, waiting, writer)


def _slides(block: Block) -> Iterator[Block]:
    """A block in parts that fit on a slide."""
    match block:
        case Display():
            labels = block.labels or ("",) * len(block.rows.rows)
            for group in _groups(block.rows.rows):
                rows = tuple(block.rows.rows[i] for i in group)
                yield replace(block, rows=Rows(rows), labels=tuple(labels[i] for i in group))
        case Code():
            lines = block.source.rstrip().splitlines()
            for i in range(0, len(lines), LINES_OF_CODE):
                yield replace(block, source="\n".join(lines[i : i + LINES_OF_CODE]))
        case Table() if len(block.body) > MOST_ROWS:
            each = ceil(len(block.body) / ceil(len(block.body) / MOST_ROWS))
            for i in range(0, len(block.body), each):
                yield replace(block, body=block.body[i : i + each])
        case _:
            yield block


def _groups(rows: tuple[Row, ...]) -> list[list[int]]:
    """The numbers of the rows that stand on one slide; the slides are about equally full."""
    heights = _heights(rows)
    share = sum(heights) / ceil(sum(heights) / (HIGH - 2)) + 0.01
    found: list[list[int]] = [[]]
    for step in _arguments(rows, heights):
        own, used = sum(heights[j] for j in step), sum(heights[j] for j in found[-1])
        if found[-1] and (used + own / 2 > share or used + own > HIGH - 1):
            found.append([])
        found[-1] += step
    return found


def _arguments(rows: tuple[Row, ...], heights: list[float]) -> list[list[int]]:
    """The numbers of the rows in steps: a row without a left side belongs to the one above, while there is room."""
    found: list[list[int]] = []
    for i, row in enumerate(rows):
        fits = bool(found) and sum(heights[j] for j in found[-1]) + heights[i] <= HIGH - 2
        if row.left is None and fits:
            found[-1].append(i)
        else:
            found.append([i])
    return found


def _heights(rows: tuple[Row, ...]) -> list[float]:
    """The lines of text that each row takes, broken as it will be."""
    found = []
    left = max(measure(row.left) if row.left else 0 for row in rows)
    room = ROOM - NUMBER * any(row.number for row in rows) - left - SIGN
    for row in rows:
        parts = [piece.item for piece in pieces(row.right, measure, room)]
        lines = [max(TALL if x.tall else FLAT, FLAT * deep(x)) for x in parts]
        found.append(sum(lines) + FLAT * bool(row.condition))
    return found


def _frame(title: str, blocks: list[Block], writer: TexWriter) -> str:
    fragile = "[fragile]" if any(isinstance(block, Code) for block in blocks) else ""
    inner = "\n".join(_slide_block(block, writer) for block in blocks)
    return f"\\begin{{frame}}{fragile}\n\\frametitle{{{escape(title)}}}\n{inner.strip()}\n\\end{{frame}}"


def _slide_block(block: Block, writer: TexWriter) -> str:
    match block:
        case Display() if _height(block) > HIGH and not any(row.number for row in block.rows.rows):
            shown = fitted(boxed(block, writer.room), r"\linewidth", r"0.68\textheight")
            return f"\\begin{{center}}\n{shown}\n\\end{{center}}"
        case Picture():
            return picture(block, r"\linewidth", r"0.68\textheight")
        case Table():
            return table(block, r"0.7\textheight")
        case Code():
            size = r"\fontsize{6}{7}" if max(map(len, block.source.splitlines())) <= 94 else r"\fontsize{5}{6}"
            return f"{{{size}\\selectfont\n\\begin{{verbatim}}\n{block.source}\n\\end{{verbatim}}\n}}"
    return writer.block(block)
