"""Sheets as notebooks: to work in, for nbgrader (cell metadata of its schema 3), and for otter (tests in the metadata).

With solutions it is the instructor's source, whose tests hold the frozen exercise; without, what students get. An
answer is a string, `answer_1_2 = r"..."`, or a function where code is asked for.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from symrnn.errors import Unsupported
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.marking import CODE, FORMULA
from symrnn.exercises.sheet_page import LETTERS, question, solution
from symrnn.typeset.blocks import Paragraph
from symrnn.typeset.write_markdown import MarkdownWriter, escape

if TYPE_CHECKING:
    from symrnn.exercises.sheets import Sheet

from symrnn.exercises.prose import prose

NBGRADER = 3  # the version of its cell metadata
QUARTERS = (0.25, 0.5, 0.75, 1.0)  # the credits that otter's cases tell apart
HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


@dataclass(frozen=True)
class Asked:
    """One question with the name of its answer."""

    exercise: Exercise
    part: Part
    number: int
    place: int

    @property
    def name(self) -> str:
        """What the answer is called."""
        return f"answer_{self.number}_{self.place}"

    @property
    def test(self) -> str:
        """What its test is called."""
        return f"q{self.number}_{self.place}"

    @property
    def given(self) -> str:
        """The program that gives the model answer."""
        if self.part.kind != CODE:
            return f"{self.name} = {_literal(self.part.answer)}"
        return f"{self.part.answer.rstrip()}\n\n\n{self.name} = backward"

    @property
    def empty(self) -> str:
        """The program that waits for an answer."""
        if self.part.kind == CODE:
            arguments = "params, inputs, boundary" + ", dout" * bool(self.part.upstream)
            return f"def backward({arguments}):\n    raise NotImplementedError\n\n\n{self.name} = backward"
        return f'{self.name} = r""'

    @property
    def named(self) -> str:
        """What nbgrader leaves where it takes the solution out: how the answer is called."""
        return "" if self.part.kind == CODE else f'# {self.name} = r"..."\n'

    @property
    def readable(self) -> str:
        """The program that echoes how an answer is read."""
        if self.part.kind == FORMULA:
            table = self.part.symbols or None
            symbols = "json.loads(" + repr(table) + ")" if table else _symbols(self.exercise)
            head = "import json\n\n" if table else ""
            return f"{head}import symrnn as sr\n\nsr.read({self.name}, {symbols})"
        return f"assert callable({self.name})" if self.part.kind == CODE else f"assert {self.name}.strip()"

    @property
    def marked(self) -> str:
        """The program that finds the credit, from 0 to 1; it holds the frozen exercise."""
        frozen = self.exercise.json().replace("\n", " ")
        return (
            f"from symrnn.exercises import thawed\n\nexercise = thawed({frozen!r})\n"
            f"verdict = exercise.judge({self.name}, {self.place})\n"
            'credit = verdict.facts.get("credit") or float(bool(verdict))'
        )


def _symbols(exercise: Exercise) -> str:
    return f"sr.read_model({exercise.model!r})" if exercise.model else repr(dict(exercise.symbols))


def _literal(text: str) -> str:
    return f'r"{text}"' if '"' not in text and not text.endswith("\\") and "\n" not in text else repr(text)


def _asked(sheet: Sheet) -> Iterator[Asked]:
    for number, exercise in enumerate(sheet.exercises, 1):
        for place, part in enumerate(exercise.parts, 1):
            yield Asked(exercise, part, number, place)


def _said(asked: Asked) -> str:
    """The question in Markdown, behind the statement where it is the first of its exercise."""
    writer = MarkdownWriter()
    blocks = question(asked.part, LETTERS[asked.place - 1] if len(asked.exercise.parts) > 1 else "")
    if asked.place == 1:
        head = f"## {asked.number}. {escape(asked.exercise.title)}"
        return "\n\n".join([head, *map(writer.block, [Paragraph(prose(asked.exercise.statement)), *blocks])])
    return "\n\n".join(map(writer.block, blocks))


def _solved(asked: Asked) -> str:
    return "\n\n".join(map(MarkdownWriter().block, solution(asked.part)))


class Cells:
    """Cells of a notebook, with names that are counted."""

    def __init__(self, title: str) -> None:
        try:
            from nbformat import v4
        except ImportError:
            raise Unsupported(
                "notebooks are written by nbformat, which is not installed", repair="pip install 'symrnn[notebook]'"
            ) from None
        self.v4 = v4
        self.prefix = re.sub(r"[^a-zA-Z0-9-]+", "-", title)[:30].strip("-") or "sheet"
        self.cells: list[Any] = []

    def add(self, kind: str, text: str, metadata: dict[str, Any] | None = None) -> None:
        """One more cell."""
        make = self.v4.new_code_cell if kind == "code" else self.v4.new_markdown_cell
        self.cells.append(make(text, id=f"{self.prefix}-{len(self.cells) + 1}", metadata=metadata or {}))

    def text(self, metadata: dict[str, Any] | None = None) -> str:
        """The whole notebook, checked by nbformat's own schema."""
        from nbformat import validate, writes

        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        known = {"kernelspec": kernel, "language_info": {"name": "python"}} | (metadata or {})
        notebook = self.v4.new_notebook(cells=self.cells, metadata=known)
        validate(notebook)
        return str(writes(notebook)) + "\n"


def _begun(sheet: Sheet) -> Cells:
    cells = Cells(sheet.title)
    whose = " ".join(x for x in (sheet.student, sheet.variant) if x)
    cells.add("markdown", f"# {escape(sheet.title)}" + (f"\n\n*{escape(whose)}*" if whose else ""))
    return cells


def write_notebook(sheet: Sheet, solutions: bool = False) -> str:
    """A notebook to work in: below each question a cell for the answer and one that says how it is read."""
    cells = _begun(sheet)
    for asked in _asked(sheet):
        cells.add("markdown", _said(asked))
        if solutions:
            cells.add("markdown", _solved(asked))
        cells.add("code", asked.given if solutions else asked.empty)
        cells.add("code", asked.readable)
    return cells.text()


def write_nbgrader(sheet: Sheet, solutions: bool = False) -> str:
    """For nbgrader: its source notebook with solutions; without, as its students get it.

    A test's last line is the number of points, by which nbgrader gives partial credit.
    """
    cells = _begun(sheet)
    for asked in _asked(sheet):
        cells.add("markdown", _said(asked), _nbgrader(f"{asked.test}-question", locked=True))
        given = f"{asked.named}### BEGIN SOLUTION\n{asked.given}\n### END SOLUTION"
        answer = given if solutions else asked.empty
        cells.add("code", answer, _nbgrader(asked.test, solution=True))
        points = f"round({asked.part.points:g} * credit, 2)"
        test = f"{asked.readable}\n" + (HIDDEN.format(f"{asked.marked}\n{points}") if solutions else "")
        cells.add("code", test.rstrip(), _nbgrader(f"{asked.test}-test", locked=True, points=asked.part.points))
    return cells.text()


def _nbgrader(
    name: str, *, locked: bool = False, solution: bool = False, points: float | None = None
) -> dict[str, Any]:
    """The metadata of a cell: what it is to nbgrader."""
    found: dict[str, Any] = {"schema_version": NBGRADER, "grade_id": name, "locked": locked, "solution": solution}
    found |= {"grade": points is not None, "task": False}
    return {"nbgrader": found | ({} if points is None else {"points": points})}


def write_otter(sheet: Sheet, solutions: bool = False) -> str:
    """For otter: tests in its OK format in the notebook's metadata; hidden ones only with the solutions."""
    cells = _begun(sheet)
    tests: dict[str, Any] = {}
    cells.add("code", "import otter\n\ngrader = otter.Notebook()")
    for asked in _asked(sheet):
        cells.add("markdown", _said(asked))
        cells.add("code", asked.given if solutions else asked.empty)
        cells.add("code", f'grader.check("{asked.test}")')
        tests[asked.test] = _otter(asked, solutions)
    return cells.text({"otter": {"OK_FORMAT": True, "tests": tests, "assignment_name": cells.prefix}})


def write_otter_archive(sheet: Sheet) -> bytes:
    """What `otter generate -t tests` takes: the students' notebook, and a folder of tests with the hidden ones."""
    tests = {f"tests/{x.test}.py": f"OK_FORMAT = True\n\ntest = {_otter(x, True)!r}\n" for x in _asked(sheet)}
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in ({"sheet.ipynb": write_otter(sheet)} | tests).items():
            archive.writestr(ZipInfo(name), text, ZIP_DEFLATED)  # without a date: the same bytes each time
    return out.getvalue()


def _otter(asked: Asked, solutions: bool) -> dict[str, Any]:
    """One test: a case that an answer can be read, and a hidden one for each quarter of the credit."""
    cases = [{"code": _doctest(f"{asked.readable}\n", quiet=True), "hidden": False, "locked": False, "points": 0}]
    share = asked.part.points / len(QUARTERS)
    for quarter in QUARTERS if solutions else ():
        program = _doctest(f"{asked.marked}\nassert credit >= {quarter}\n")
        cases.append({"code": program, "hidden": True, "locked": False, "points": share})
    suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return {"name": asked.test, "points": None, "all_or_nothing": False, "suites": [suite]}


def _doctest(program: str, quiet: bool = False) -> str:
    """A program as a doctest that shows nothing."""
    lines = [line for line in program.splitlines() if line]
    if quiet and lines[-1].startswith("sr.read("):
        lines[-1] = f"_ = {lines[-1]}"
    return "\n".join(f">>> {line}" for line in lines) + "\n"
