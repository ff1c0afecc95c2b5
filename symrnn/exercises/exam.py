"""An exam from a TOML file: variants of equal difficulty, their solutions, a marking scheme, and a frozen key.

Variants ask the same kinds at the same levels. Of many seeds, those are taken whose solutions have the same number of
steps and the same signs, names and numbers apart, so that no variant is shorter than another.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from symrnn.errors import ReadError, Undefined
from symrnn.exercises.exercise import Exercise
from symrnn.exercises.making import make
from symrnn.exercises.own import is_own, own
from symrnn.exercises.scheme import scheme_page
from symrnn.exercises.sheets import Sheet, known_ending, seed_of, write_key
from symrnn.files import make_folder, write_file
from symrnn.typeset.document import Document

PAPERS = (".tex", ".html")
TRIES = 240  # seeds among which variants of equal difficulty are sought
MOST = 26  # variants: A to Z
_SIGNS = re.compile(r"\\[a-z]+|[-+^(]")
_LETTERS = frozenset({r"\theta", r"\phi", r"\delta", r"\alpha", r"\tau"})


@dataclass(frozen=True)
class Question:
    """One exercise of an exam: its kind and level, and its points if they are not the kind's own; or one's own."""

    kind: str
    level: int
    points: float | None = None
    own: tuple[Exercise, ...] = ()


@dataclass(frozen=True)
class Exam:
    """An exam: a title, and its variants, each a `Sheet`.

    Attributes
    ----------
    title
        What it is called.
    variants
        Called A, B, C, ...; each asks the same kinds.
    """

    title: str
    variants: tuple[Sheet, ...]

    def key(self) -> str:
        """All variants with their answers, frozen as JSON: answers are marked from it, in later versions too."""
        return write_key(self.variants)

    def scheme(self, language: str = "en") -> Document:
        """The marking scheme: for each variant the points of each step, and what remains after each mistake."""
        return Document(scheme_page(self.title, self.variants, language), None)

    def save(self, folder: str | Path, endings: tuple[str, ...] = PAPERS, language: str = "en") -> list[Path]:
        """Write everything into a folder: the variants, their solutions, the scheme, the key, a table to fill.

        Raises
        ------
        Unsupported, Undefined
            For an ending or a language that there is not, before anything is written.
        WriteError
            When a file cannot be written.
        """
        for ending in endings:
            known_ending(ending)
        scheme, home = self.scheme(language), make_folder(folder)
        made = [write_file(home / "key.json", self.key()), write_file(home / "answers.csv", self.table())]
        for ending in endings:
            made.append(scheme.save(home / f"marking-scheme{ending}"))
            for x in self.variants:
                name = f"variant-{x.variant}"
                made.append(x.save(home / f"{name}{ending}", language=language))
                made.append(x.save(home / f"{name}-solutions{ending}", solutions=True, language=language))
        return made

    def table(self) -> str:
        """The table of answers as it is handed in, with one row for each question, to be filled."""
        first = self.variants[0].exercises
        rows = [f"{i}{chr(96 + j)}" for i, x in enumerate(first, 1) for j in range(1, len(x.parts) + 1)]
        return "student,variant,question,answer\n" + "".join(f",,{row},\n" for row in rows)


def read_exam(text: str) -> tuple[str, tuple[Question, ...]]:
    """The title and the questions of an exam file.

    Raises
    ------
    ReadError
        When the text is no TOML, or says something that an exam does not have.
    """
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReadError(f"the exam file is no TOML: {error}") from None
    unknown = record.keys() - {"title", "exercise"}
    rows = record.get("exercise", [])
    if unknown or not isinstance(rows, list) or not rows or not isinstance(record.get("title", ""), str):
        what = f"{min(unknown)!r} is not part of an exam" if unknown else "the exam has no exercises"
        raise ReadError(what, repair='title = "..." and tables [[exercise]] with kind, level and points')
    return record.get("title", "Exam"), tuple(map(_question, rows))


def _question(row: Mapping[str, Any]) -> Question:
    if isinstance(row, Mapping) and is_own(row):
        return Question("", 1, own=own(row))
    known: dict[str, Any] = {"kind": str, "level": int, "points": (int, float)}
    for key, value in row.items() if isinstance(row, Mapping) else ():
        if key not in known or not isinstance(value, known[key]) or isinstance(value, bool):
            raise ReadError(f"{key} = {value!r} in an exercise of the exam", repair='kind = "bptt.state", level = 2')
    if "kind" not in row:
        raise ReadError("an exercise of the exam names no kind", repair='kind = "bptt.state"')
    points = row.get("points")
    if points is not None and not 0 < points <= 1000:
        raise ReadError(f"points = {points!r}", repair="more than 0, at most 1000")
    return Question(row["kind"], row.get("level", 1), None if points is None else float(points))


def exam(text: str, variants: int = 1, seed: int = 0) -> Exam:
    """An exam from the text of its file.

    Parameters
    ----------
    text
        TOML: a title, and for each exercise a table `[[exercise]]` with kind, level and, if wanted, points; or with
        a model and questions of one's own.
    variants
        How many, up to 26.
    seed
        The same seed makes the same exam.

    Raises
    ------
    ReadError, Undefined
        When the file is no exam; when a kind has not so many variants of equal difficulty.

    Examples
    --------
    >>> made = exam('title = "Midterm"\\n[[exercise]]\\nkind = "bptt.grad_W"\\nlevel = 2', variants=2, seed=2026)
    >>> [x.variant for x in made.variants], made.variants[0].exercises[0] != made.variants[1].exercises[0]
    (['A', 'B'], True)
    """
    if not 1 <= variants <= MOST:
        raise Undefined(f"{variants} variants", repair=f"1 to {MOST}")
    title, questions = read_exam(text)
    columns = [equal_variants(q, variants, seed_of(seed, "exam", i)) for i, q in enumerate(questions)]
    letters = [chr(ord("A") + i) for i in range(variants)]
    rows = zip(*columns, strict=True)
    return Exam(title, tuple(Sheet(title, row, "", letter) for letter, row in zip(letters, rows, strict=True)))


def equal_variants(question: Question, wanted: int, seed: int) -> list[Exercise]:
    """So many different exercises of one kind whose solutions have the same steps and signs.

    Raises
    ------
    Undefined
        When there are not so many.
    """
    if question.own:  # of one's own all variants have the same, or one each
        return [question.own[i % len(question.own)] for i in range(wanted)]
    alike: dict[Any, dict[str, Exercise]] = {}
    for i in range(TRIES):
        made = make(question.kind, seed=seed_of(seed, "", i), level=question.level)
        found = alike.setdefault(profile(made), {})
        found.setdefault(made.identity, made)
        if len(found) == wanted:
            return [worth(x, question.points) for x in found.values()]
    most = max(map(len, alike.values()))
    raise Undefined(
        f"{question.kind} has {most} variants of equal difficulty at level {question.level}, not {wanted}",
        repair="ask for fewer variants, or another level",
    )


def profile(exercise: Exercise) -> tuple[Any, ...]:
    """How hard an exercise is, names and numbers apart: what two variants of equal difficulty share."""
    return tuple((p.kind, p.points, len(p.lines), *map(_weight, (*p.lines, p.answer))) for p in exercise.parts)


def _weight(line: str) -> tuple[tuple[str, int], ...]:
    """How often each sign stands in a line."""
    signs = [x for x in _SIGNS.findall(line) if x not in _LETTERS]
    return tuple(sorted((x, signs.count(x)) for x in set(signs)))


def worth(exercise: Exercise, points: float | None) -> Exercise:
    """The exercise with other points in all, shared among its parts as before, in halves where they go round."""
    if points is None:
        return exercise
    scale = points / exercise.points
    shares = [round(2 * p.points * scale) / 2 or p.points * scale for p in exercise.parts]
    shares[-1] = round(points - sum(shares[:-1]), 2)
    if shares[-1] <= 0:
        shares = [p.points * scale for p in exercise.parts]
    return replace(exercise, parts=tuple(replace(p, points=x) for p, x in zip(exercise.parts, shares, strict=True)))
