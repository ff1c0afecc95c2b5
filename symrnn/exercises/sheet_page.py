"""A sheet as a page: what is given, the questions with their points, and the worked solutions if they are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.marking import CHOICE, CODE, FORMULA, NUMBER
from symrnn.exercises.prose import argument, prose
from symrnn.typeset.blocks import Block, Code, Display, Frame, Heading, Page, Paragraph, plain_name
from symrnn.typeset.reasons import Sentence
from symrnn.typeset.words import words_of

if TYPE_CHECKING:
    from symrnn.exercises.sheets import Sheet

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def page(sheet: Sheet, solutions: bool, language: str = "en") -> Page:
    """All blocks under the sheet's title."""
    words = words_of(language)
    blocks: list[Block] = []
    for number, exercise in enumerate(sheet.exercises, 1):
        blocks += exercise_blocks(exercise, number, solutions, language)
    variant = words["scheme.variant"].format(variant=sheet.variant) if sheet.variant else ""
    points = words["sheet.points"].format(points=f"{sheet.points:g}")
    said = (sheet.student, variant, points, words["sheet.solutions"] if solutions else "")
    origin = ", ".join(x for x in said if x)
    return Page(sheet.title, origin, tuple(blocks), plain_name(sheet.title), language)


def exercise_blocks(exercise: Exercise, number: int, solutions: bool, language: str = "en") -> list[Block]:
    """One exercise with its title, number and points."""
    words = words_of(language)
    points = words["sheet.points"].format(points=f"{exercise.points:g}")
    found: list[Block] = [
        Heading(f"{number}. {exercise.title} ({points})", f"exercise-{number}"),
        Paragraph(prose(exercise.statement)),
    ]
    for letter, part in zip(LETTERS, exercise.parts, strict=False):
        found += question(part, letter if len(exercise.parts) > 1 else "")
        if solutions:
            found.append(Frame(tuple(solution(part, language))))
    return found


def question(part: Part, letter: str) -> list[Block]:
    """What is asked, behind its letter, with what there is to choose from."""
    head: Sentence = (f"({letter}) ",) if letter else ()
    found: list[Block] = [Paragraph((*head, *prose(part.question), f" [{part.points:g}]"))]
    if part.kind == CHOICE:
        rows = [(f"{x}: ", *prose(text)) for x, text in zip(LETTERS, part.choices, strict=False)]
        if any("$" in text for text in part.choices):
            found += map(Paragraph, rows)  # formulas below each other, words beside each other
        else:
            found.append(Paragraph(tuple(x for i, row in enumerate(rows) for x in (*[";  "] * bool(i), *row))))
    return found


def solution(part: Part, language: str = "en") -> list[Block]:
    """The law, the lines, and the answer."""
    words = words_of(language)
    found: list[Block] = [Paragraph(prose(part.law))] if part.law else []
    if part.kind == FORMULA or (part.kind == NUMBER and len(part.lines) > 1):
        return [*found, _shown(part.witness, part.lines or (part.answer,))]
    if part.kind == CODE:
        formulas = [Display(argument("", part.lines))] if part.lines else []
        return [*found, *formulas, Paragraph((words["sheet.code"],)), Code(part.answer)]
    shown: Sentence = (part.answer,)
    if part.kind == CHOICE:
        shown = (f"{part.answer}: ", *prose(part.choices[LETTERS.index(part.answer)]))
    elif part.kind == NUMBER:
        shown = prose(f"${part.answer}$")
    return [*found, Paragraph((words["sheet.answer"], *shown))]


def _shown(asked: str, lines: tuple[str, ...]) -> Block:
    """The lines after what is asked; where that has no letter, the first line is the left side."""
    if not asked and len(lines) == 1:
        return Paragraph(prose(f"${lines[0]}$"))
    return Display(argument(asked, lines) if asked else argument(lines[0], lines[1:]))
