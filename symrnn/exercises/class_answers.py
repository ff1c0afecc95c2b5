"""The answers of a class: a table with a row for each, put together exercise by exercise, and the table of marks.

A row names the student, the exercise, its part and the answer. Exercises come from keys, by the student's own sheet,
by a variant, or the one sheet there is; or from a kind, a seed and a level in the row itself.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symrnn.errors import ReadError, Undefined
from symrnn.exercises.exercise import Exercise
from symrnn.exercises.making import make
from symrnn.exercises.marks import Mark
from symrnn.exercises.sheets import Sheet

COLUMNS = ("student", "variant", "exercise", "part", "status", "points", "of", "mistake", "message", "read_as")
_QUESTION = re.compile(r"\s*(?:[^\W\d]+\.?\s*)?(\d{1,3})\s*[.(]?\s*([a-z]|\d{1,2})?\)?\s*")
_SEPARATOR = re.compile(r"sep=([,;\t])\s*\n", re.IGNORECASE)  # the first line of some spreadsheets
LARGEST = 64 * 1024 * 1024  # bytes of one cell: what is longer than an answer can be is refused by its reader


@dataclass(frozen=True)
class Task:
    """What one student answered to one exercise: the exercise, or what is wrong with the rows; answers by part."""

    student: str
    variant: str
    number: str
    exercise: Exercise | None
    answers: Mapping[int, str]
    fault: str = ""


def read_answers(text: str, sheets: Iterable[Sheet] = ()) -> list[Task]:
    """The tasks of a table of answers, in the order of their first rows.

    Parameters
    ----------
    text
        CSV with a header: `answer`, and `question` ("2b") or `exercise` and `part`; `student`, `variant`; or `kind`,
        `seed`, `level` and `part`. Other columns are left alone; commas, semicolons or tabs stand between the cells.
    sheets
        From keys.

    Raises
    ------
    ReadError
        When the table has no such columns, or no row below its header.
    """
    reader = _table(text)
    names = _columns(reader)
    home = Keys(tuple(sheets))
    if not home.sheets and "kind" not in names:
        raise ReadError(
            "there is no key, and the rows name no kind", repair="name the key of the sheet: --key key.json"
        )
    found: dict[tuple[str, str, str, int], tuple[Exercise | None, str, dict[int, str]]] = {}
    turns = Counter[tuple[str, str, str]]()
    for row in reader:
        cell = {key: str(row.get(name) or "").strip() for key, name in names.items()}
        student, variant = cell.get("student", ""), cell.get("variant", "")
        number, part = _place(cell)
        label = number if "kind" not in cell else " ".join(cell.get(x, "") for x in ("kind", "seed", "level")).strip()
        whose = (student, variant, label)
        if not student and part in found.get((*whose, turns[whose]), (None, "", {}))[2]:
            turns[whose] += 1  # nobody is named: it is another one's answer
        key = (*whose, turns[whose])
        if key not in found:
            exercise, fault = home.exercise(student, variant, number, cell)
            found[key] = exercise, fault, {}
        if cell["answer"] or part not in found[key][2]:  # of two answers the later one counts
            found[key][2][part] = cell["answer"]
    if not found:
        raise ReadError("the table has no answers below its header")
    return [Task(a, b, c, x, answers, fault) for (a, b, c, _), (x, fault, answers) in found.items()]


def _table(text: str) -> csv.DictReader[str]:
    """The rows, whatever a spreadsheet puts between the cells."""
    csv.field_size_limit(LARGEST)
    text = text.removeprefix("\ufeff").replace("\0", "\ufffd")
    named = _SEPARATOR.match(text)
    header = text.partition("\n")[0]
    between = named[1] if named else max(",;\t", key=header.count)
    return csv.DictReader(io.StringIO(text[named.end() :] if named else text, newline=""), delimiter=between)


def _columns(reader: csv.DictReader[str]) -> dict[str, str]:
    """The columns by their names in small letters."""
    names = {str(name).strip().lower(): name for name in reader.fieldnames or () if name}
    if "answer" not in names or not names.keys() & {"exercise", "question", "kind"}:
        columns = ", ".join(names)[:200] or "it has no header"
        what = f"the table has no column for the answers, or none for the question: {columns}"
        raise ReadError(what, repair="begin with a row such as  student,question,answer")
    return names


def _place(cell: Mapping[str, str]) -> tuple[str, int]:
    """The number of the exercise, and that of the part: 2b, 2.2, or two columns; part 1 where none is named."""
    text = cell.get("question") or f"{cell.get('exercise', '')} {cell.get('part', '')}"
    if "kind" in cell:
        text = f"1 {cell.get('part', '')}"
    match = _QUESTION.fullmatch(text.lower())
    if match is None:
        return text.strip()[:20], 1
    part = match[2] or "1"
    return match[1], int(part) if part.isdigit() else ord(part) - ord("a") + 1


class Keys:
    """Finds the exercise that a row is about."""

    def __init__(self, sheets: tuple[Sheet, ...]) -> None:
        self.sheets = sheets
        self.own = {(_plain(x.student), _plain(x.variant)): x for x in sheets}

    def sheet(self, student: str, variant: str) -> Sheet | None:
        """The student's own sheet, that of the variant, or the one for all."""
        places = [(student, variant), (student, ""), ("", variant), ("", "")]
        return next((self.own[key] for a, b in places if (key := (_plain(a), _plain(b))) in self.own), None)

    def exercise(self, student: str, variant: str, number: str, cell: Mapping[str, str]) -> tuple[Exercise | None, str]:
        """The exercise, or what is wrong with the row."""
        if "kind" in cell:
            return _by_kind(cell)
        sheet = self.sheet(student, variant)
        if sheet is None:
            return None, f"no key has a sheet for {student or 'this row'}" + (f", variant {variant}" * bool(variant))
        if not number.isdigit() or not 1 <= int(number) <= len(sheet.exercises):
            return None, f"no exercise {number!r} on this sheet"
        return sheet.exercises[int(number) - 1], ""


def _by_kind(cell: Mapping[str, str]) -> tuple[Exercise | None, str]:
    try:
        seed, level = cell.get("seed") or "0", cell.get("level") or "1"
        if not (seed.isascii() and seed.isdigit() and len(seed) < 20 and level in {"1", "2", "3"}):
            return None, f"seed {seed[:20]!r}, level {level[:20]!r}: whole numbers are meant"
        return make(cell["kind"], seed=int(seed), level=int(level)), ""
    except Undefined as error:
        return None, error.what


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def write_marks(tasks: Iterable[Task], marks: Iterable[Iterable[Mark]]) -> str:
    """The table of marks: a row for each answer."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for task, found in zip(tasks, marks, strict=True):
        for m in found:
            head = (task.student, task.variant, task.number, m.part, m.status, f"{m.points:g}", f"{m.of:g}")
            writer.writerow([_shown(x) for x in (*head, m.mistake, m.message, m.read_as)])
    return out.getvalue()


def write_totals(tasks: Iterable[Task], marks: Iterable[Iterable[Mark]], sheets: Iterable[Sheet] = ()) -> str:
    """The sum of each student's points, and what the sheet is worth; without a key, what the exercises are worth."""
    home = Keys(tuple(sheets))
    sums: dict[tuple[str, str], list[float]] = {}
    for task, found in zip(tasks, marks, strict=True):
        line = sums.setdefault((task.student, task.variant), [0.0, 0.0])
        line[0] += sum(m.points for m in found)
        line[1] += task.exercise.points if task.exercise else 0.0
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("student", "variant", "points", "of"))
    for (student, variant), (points, of) in sums.items():
        sheet = home.sheet(student, variant)
        whole = sheet.points if sheet else of
        writer.writerow((_shown(student), _shown(variant), f"{round(points, 2):g}", f"{round(whole, 2):g}"))
    return out.getvalue()


def _shown(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(cell)
    return f"'{text}" if text[:1] in {"=", "@", "+", "\t", "\r"} else text
