"""A sheet of exercises: one set for all, or one for each student with a seed that follows from the name.

A sheet is written as LaTeX, PDF, HTML, Markdown, text or a notebook, with solutions or without; for nbgrader, otter
and Moodle; and as a key, JSON that holds the exercises with their answers and from which answers are graded.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symrnn.errors import ReadError, Undefined, Unsupported
from symrnn.exercises.exercise import Exercise, thawed
from symrnn.exercises.making import make
from symrnn.exercises.sheet_moodle import write_moodle
from symrnn.exercises.sheet_notebooks import write_nbgrader, write_notebook, write_otter, write_otter_archive
from symrnn.exercises.sheet_page import page
from symrnn.files import write_file
from symrnn.typeset.document import Document

FORMAT = 1
MOST = 200  # exercises of one sheet
Wanted = Iterable[str | tuple[str, int] | Exercise]


@dataclass(frozen=True)
class Sheet:
    """Exercises under one title; `student` and `variant` say whose they are, if they are not everybody's.

    Attributes
    ----------
    title, exercises
        What it is called, and what it asks.
    student, variant
        For whom it was made, and which variant of an exam it is; '' for all.
    """

    title: str
    exercises: tuple[Exercise, ...]
    student: str = ""
    variant: str = ""

    @property
    def points(self) -> float:
        """The points of all exercises."""
        return sum(x.points for x in self.exercises)

    def render(self, ending: str, *, solutions: bool = False, language: str = "en") -> str:
        """The whole text for an ending.

        Parameters
        ----------
        ending
            ".tex", ".html", ".md", ".txt", ".ipynb"; ".nbgrader.ipynb" and ".otter.ipynb" for these tools (with
            solutions it is the instructor's source with its tests, without them what students get); ".xml" for
            Moodle; ".json" for the key.
        solutions
            With the worked solutions.
        language
            Of the sheet's own words: "en" or "de".

        Raises
        ------
        Unsupported
            For any other ending.
        """
        if ending in WRITERS:
            return WRITERS[ending](self, solutions)
        return self.document(solutions=solutions, language=language).render(known_ending(ending))

    def document(self, *, solutions: bool = False, language: str = "en") -> Document:
        """The sheet as a document."""
        return Document(page(self, solutions, language), None)

    def save(self, path: str | PathLike[str], *, solutions: bool = False, language: str = "en") -> Path:
        """Write the sheet to a file; its ending says which kind.

        Raises
        ------
        Unsupported
            For an ending that there is not; for .pdf where no TeX is installed.
        WriteError
            When the file cannot be written.
        """
        target = Path(path)
        named = sorted((*WRITERS, *ARCHIVES), key=len, reverse=True)
        ending = next((x for x in named if target.name.endswith(x)), target.suffix)
        if ending in ARCHIVES:
            return write_file(target, ARCHIVES[ending](self))
        if ending in {*PROSE, ".pdf"}:
            return self.document(solutions=solutions, language=language).save(target)
        return write_file(target, self.render(ending, solutions=solutions, language=language))

    def key(self) -> str:
        """The exercises with their answers as JSON; `read_sheets` reads it, in this version and in later ones."""
        return write_key([self])


PROSE = (".tex", ".html", ".md", ".txt")
WRITERS: Mapping[str, Callable[[Sheet, bool], str]] = MappingProxyType(
    {
        ".nbgrader.ipynb": write_nbgrader,
        ".otter.ipynb": write_otter,
        ".ipynb": write_notebook,
        ".xml": write_moodle,
        ".json": lambda sheet, solutions: sheet.key(),
    }
)


ARCHIVES: Mapping[str, Callable[[Sheet], bytes]] = MappingProxyType({".otter.zip": write_otter_archive})


def known_ending(ending: str) -> str:
    """An ending that sheets have.

    Raises
    ------
    Unsupported
        For any other.
    """
    known = (*PROSE, ".pdf", *WRITERS, *ARCHIVES)
    if ending not in known:
        what = f"a sheet has no text for {ending or 'a file without an ending'}"
        raise Unsupported(what, repair=f"one of {', '.join(known)}")
    return ending


def sheet(wanted: Wanted, *, title: str = "Exercises", seed: int = 0, student: str = "", level: int = 1) -> Sheet:
    """A sheet of exercises by kind.

    Parameters
    ----------
    wanted
        Names of kinds, or pairs (name, level); or exercises, which are taken as they are.
    title
        What the sheet is called.
    seed
        The same seed makes the same sheet.
    student
        A name: the sheet is then this student's own, the same in every process and on every machine; upper and lower
        case and the spaces around the name make no difference.
    level
        Of the kinds that are named without one: 1, 2 or 3.

    Raises
    ------
    Undefined
        For a kind that there is not, and for a sheet without exercises.

    Examples
    --------
    >>> from symrnn import exercises
    >>> own = exercises.sheet(["bptt.grad_W", ("bptt.state", 2)], student="Ada", seed=7)
    >>> own.exercises == exercises.sheet(["bptt.grad_W", ("bptt.state", 2)], student=" ada", seed=7).exercises
    True
    """
    asked = list(wanted)
    if not asked or len(asked) > MOST:
        raise Undefined(f"a sheet of {len(asked)} exercises", repair=f"name 1 to {MOST} kinds: symrnn exercise list")
    name = " ".join(student.split())
    made = []
    for i, one in enumerate(asked):
        kind, lv = (one, level) if isinstance(one, str | Exercise) else one
        made.append(kind if isinstance(kind, Exercise) else make(kind, seed_of(seed, name, i), lv))
    return Sheet(title, tuple(made), name)


def seed_of(seed: int, name: str, place: int = 0) -> int:
    """A seed for one student and one place of a sheet, by a hash that is the same everywhere."""
    known = unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
    return int.from_bytes(blake2b(f"{seed}/{known}/{place}".encode(), digest_size=6).digest(), "big")


def write_key(sheets: Iterable[Sheet]) -> str:
    """The key of one sheet, of a class, or of all variants of an exam."""
    return json.dumps({"key": FORMAT, "sheets": list(map(_record, sheets))}, ensure_ascii=False, indent=1) + "\n"


def _record(sheet: Sheet) -> dict[str, Any]:
    exercises = [json.loads(x.json()) for x in sheet.exercises]
    return {"title": sheet.title, "student": sheet.student, "variant": sheet.variant, "exercises": exercises}


def read_sheets(text: str) -> tuple[Sheet, ...]:
    """The sheets of a key.

    Raises
    ------
    ReadError
        When the text is no key, or one of a later format.
    """
    try:
        record = json.loads(text)
        if record["key"] != FORMAT:
            raise ReadError("a key of another format", repair="a later version of the package wrote it")
        return tuple(map(_sheet, record["sheets"]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReadError("this is no key of sheets", repair="Sheet.key() writes one") from error


def _sheet(record: dict[str, Any]) -> Sheet:
    exercises = tuple(thawed(json.dumps(x)) for x in record["exercises"])
    return Sheet(str(record["title"]), exercises, str(record["student"]), str(record["variant"]))
