"""The marking scheme of an exam: the points of each step, and what remains of them after each named mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.exercises.exercise import Part
from symrnn.exercises.marking import CODE, FORMULA
from symrnn.exercises.prose import prose
from symrnn.exercises.sheet_page import LETTERS
from symrnn.exercises.slip_table import SLIPS
from symrnn.typeset.blocks import Block, Heading, Page, Paragraph, Table, plain_name
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.words import words_of

if TYPE_CHECKING:
    from symrnn.exercises.sheets import Sheet


def scheme_page(title: str, variants: tuple[Sheet, ...], language: str) -> Page:
    """The scheme of all variants, and the table of mistakes."""
    words = words_of(language)
    blocks: list[Block] = [Paragraph((words["scheme.rule"],)), Paragraph((words["scheme.follow"],))]
    for x in variants:
        blocks.append(Heading(words["scheme.variant"].format(variant=x.variant), f"variant-{x.variant}"))
        blocks.append(_variant(x, language))
    blocks += [Heading(words["scheme.mistakes"], "mistakes"), _mistakes(language)]
    name = words["scheme.title"].format(title=title)
    return Page(
        name, words["sheet.points"].format(points=f"{variants[0].points:g}"), tuple(blocks), plain_name(name), language
    )


def _variant(sheet: Sheet, language: str) -> Table:
    """A row for each step of each part."""
    words = words_of(language)
    rows: list[tuple[Sentence, ...]] = []
    for number, exercise in enumerate(sheet.exercises, 1):
        for letter, part in zip(LETTERS, exercise.parts, strict=False):
            label = f"{number}{letter}"
            for step, points in steps(part):
                rows.append(((label,), step, (f"{points:g}",)))
                label = ""
    return Table(tuple(words[f"scheme.{x}"] for x in ("question", "step", "points")), tuple(rows))


def steps(part: Part) -> list[tuple[Sentence, float]]:
    """The steps of a part with their points: the lines of its solution share them, the last one gets the rest."""
    lines = part.lines if part.kind == FORMULA and part.lines else (part.answer,)
    share = int(2 * part.points / len(lines)) / 2 or round(part.points / len(lines), 2)
    points = [share] * (len(lines) - 1)
    points.append(round(part.points - sum(points), 3))
    if part.kind == CODE:
        return [(prose(part.law), part.points)]
    shown = [prose(f"${line}$") if part.kind not in {"edges", "choice"} else (line,) for line in lines]
    return list(zip(shown, points, strict=True))


def _mistakes(language: str) -> Table:
    words = words_of(language)
    rows = tuple(((s.mistake.name,), (s.mistake.explanation,), (f"{100 * s.credit:g} %",)) for s in SLIPS.values())
    return Table(tuple(words[f"scheme.{x}"] for x in ("mistake", "what", "remains")), rows)
