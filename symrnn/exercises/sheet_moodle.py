"""A sheet as Moodle XML, for the import of questions: numbers and choices are marked there, the rest by hand or here.

Formulas stand between the brackets that Moodle's MathJax filter reads.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.marking import CHOICE, CODE, NUMBER

if TYPE_CHECKING:
    from symrnn.exercises.sheets import Sheet

_DOLLARS = re.compile(r"\$([^$]*)\$")


def write_moodle(sheet: Sheet, solutions: bool = False) -> str:
    """A question bank: a category with one question a part; the model answers are the graders' information."""
    quiz = Element("quiz")
    category = SubElement(quiz, "question", type="category")
    _text(category, "category", f"$course$/{sheet.title}")
    for number, exercise in enumerate(sheet.exercises, 1):
        for place, part in enumerate(exercise.parts, 1):
            _question(quiz, exercise, part, f"{number}.{place} {exercise.title}")
    indent(quiz)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(quiz, encoding="unicode") + "\n"


def _question(quiz: Element, exercise: Exercise, part: Part, name: str) -> None:
    kind = {NUMBER: "numerical", CHOICE: "multichoice"}.get(part.kind, "essay")
    found = SubElement(quiz, "question", type=kind)
    _text(found, "name", name)
    _html(found, "questiontext", _paragraphs(exercise.statement, part.question))
    solved = _paragraphs(*part.worked) + f"<pre>{escape(part.answer)}</pre>" * (part.kind == CODE)
    _html(found, "generalfeedback", _paragraphs(part.law) + solved)
    SubElement(found, "defaultgrade").text = f"{part.points:g}"
    SubElement(found, "penalty").text = "0.3333333"
    SubElement(found, "hidden").text = "0"
    SubElement(found, "idnumber").text = f"{exercise.identity}-{name.split()[0]}"
    if kind == "numerical":
        answer = SubElement(found, "answer", fraction="100", format="plain_text")
        SubElement(answer, "text").text = part.answer
        SubElement(answer, "tolerance").text = f"{part.tolerance:g}"
    elif kind == "multichoice":
        _choices(found, part)
    else:
        SubElement(found, "responseformat").text = "plain"
        SubElement(found, "responserequired").text = "1"
        SubElement(found, "responsefieldlines").text = "5"
        SubElement(found, "attachments").text = "0"
        _html(found, "graderinfo", solved)


def _choices(found: Element, part: Part) -> None:
    SubElement(found, "single").text = "true"
    SubElement(found, "shuffleanswers").text = "false"
    SubElement(found, "answernumbering").text = "abc"
    for i, choice in enumerate(part.choices):
        fraction = "100" if chr(ord("a") + i) == part.answer else "0"
        _text(SubElement(found, "answer", fraction=fraction, format="html"), "", _inline(choice))


def _text(parent: Element, tag: str, words: str) -> None:
    home = SubElement(parent, tag) if tag else parent
    SubElement(home, "text").text = words


def _html(parent: Element, tag: str, words: str) -> None:
    home = SubElement(parent, tag, format="html")
    SubElement(home, "text").text = words


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{_inline(text)}</p>" for text in texts if text)


def _inline(text: str) -> str:
    """Words and formulas as HTML."""
    parts = _DOLLARS.split(text)
    return "".join(rf"\({escape(x, quote=False)}\)" if i % 2 else escape(x) for i, x in enumerate(parts))
