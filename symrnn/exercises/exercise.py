"""An exercise: what is said and asked, the right answers, hints, a worked solution, and how an answer is judged.

`make(kind, seed=, level=)` makes one: `.statement` and `.parts` (each with `.question`, `.answer`, three `.hints`,
`.lines` and `.points`) are text with LaTeX between dollars; `.judge(answer, part=1)` is a `Verdict` whose facts have
the `credit`, 0 to 1. `.json()` freezes it with its answers; `thawed(text)` is the same exercise in a later version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any

from symrnn.calculus.verdict import Verdict
from symrnn.errors import ReadError, Undefined
from symrnn.exercises.marking import CODE, FORMULA, MARKERS, NUMBER, mark_program
from symrnn.model import Recurrence, read_model


@dataclass(frozen=True)
class Part:
    """One question of an exercise.

    Attributes
    ----------
    question
        What is asked.
    answer
        The model answer: a formula, a number, edges "h0 -> h1, x1 -> h1", the letter of a choice, or code.
    lines
        The worked solution, formulas line by line; the last is the answer.
    hints
        Three: the law, the first line, the next line of this variant.
    law
        The law that leads to it, in a sentence.
    kind
        formula, number, edges, choice or code.
    where, form
        As `judge` takes them.
    witness
        What is asked for, as a formula to which the model itself gives a value, by dual numbers: the independent check
        of the model answer. Of a number, the left side of its solution.
    points
        What the part counts.
    tolerance
        Of a number.
    choices
        Of a choice: what each letter says.
    known
        Of a number: wrong values that a named mistake leads to.
    tau
        Of code: the last time it is run with; several if it is 0.
    follows
        How the answer is computed from earlier ones, where it is: @1 for the answer to the first, @1[2] for it at
        time 2, @1'{w} for its derivative by w.
    symbols
        A table of names as JSON, where the exercise's own does not serve.
    axes, arrays, upstream
        Of code: how its arrays are the model's, as `check_gradient` takes them, by names such as "W.T" and "h[0]".
    """

    question: str
    answer: str
    lines: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    law: str = ""
    kind: str = FORMULA
    where: str = ""
    form: str = ""
    witness: str = ""
    points: float = 2.0
    tolerance: float = 1e-3
    choices: tuple[str, ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    tau: int = 0
    follows: str = ""
    symbols: str = ""
    axes: str = ""
    arrays: tuple[tuple[str, str], ...] = ()
    upstream: str = ""

    @property
    def worked(self) -> tuple[str, ...]:
        """The worked solution as text, with formulas between dollars; of code, the formulas that it computes."""
        lines = self.lines or (self.answer,) * (self.kind != CODE)
        return tuple(f"${line}$" for line in lines) if self.kind in {FORMULA, NUMBER, CODE} else lines


@lru_cache(maxsize=256)
def _read(text: str) -> Recurrence:
    return read_model(text)


@dataclass(frozen=True)
class Exercise:
    """An exercise that was made for one seed and level; the same seed makes the same one.

    Attributes
    ----------
    kind, seed, level
        What it was made from.
    title, source
        Of the kind, and where it comes from.
    statement
        What is given.
    parts
        What is asked, each a `Part`.
    model
        The text of a model, or ''; `symbols` a table where there is none.
    """

    kind: str
    seed: int
    level: int
    title: str
    source: str
    statement: str
    parts: tuple[Part, ...]
    model: str = ""
    symbols: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """A name that two exercises share only if they ask the same."""
        asked = json.dumps([self.statement, [p.question for p in self.parts]], ensure_ascii=False)
        return hashlib.blake2b(asked.encode(), digest_size=8).hexdigest()

    @property
    def recurrence(self) -> Recurrence | None:
        """The model, if the exercise has one."""
        return _read(self.model) if self.model else None

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the first part."""
        return self.parts[0].hints

    @property
    def model_answer(self) -> str:
        """The right answer to the first part."""
        return self.parts[0].answer

    @property
    def solution(self) -> tuple[tuple[str, ...], ...]:
        """The worked solution, part by part."""
        return tuple(part.lines or (part.answer,) for part in self.parts)

    @property
    def points(self) -> float:
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    def judge(self, answer: object, part: int = 1, *, programs: bool = False) -> Verdict:
        """The verdict on an answer to one part, counted from 1.

        Its facts have the `credit`, from 0 to 1: times the part's `points`, it is what the answer earns. With
        `programs` an answer to a part that asks for code may be the text of a program, which is run in a process of
        its own, with limits of time and memory; it is run with your rights, so look at what you run.

        Raises
        ------
        Undefined
            When there is no such part; an answer never raises.
        """
        if not 1 <= part <= len(self.parts):
            raise Undefined(f"part {part} of {len(self.parts)}", repair="parts are counted from 1")
        asked = self.parts[part - 1]
        if asked.kind == CODE and programs and isinstance(answer, str):
            return mark_program(self, asked, answer)
        return MARKERS[asked.kind](self, asked, answer)

    def check(self, answer: object, part: int = 1) -> Verdict:
        """The same as `judge`."""
        return self.judge(answer, part)

    def json(self) -> str:
        """The exercise with its answers, frozen: a later version of the package marks it the same."""
        return json.dumps({"format": FORMAT} | asdict(self), ensure_ascii=False, indent=1)


FORMAT = 1  # of a frozen exercise; a later version reads the earlier ones


def thawed(text: str) -> Exercise:
    """An exercise from its JSON.

    Raises
    ------
    ReadError
        When the text is no frozen exercise, or one of a later version.
    """
    try:
        record: dict[str, Any] = json.loads(text)
        if record.pop("format") != FORMAT:
            raise ReadError("an exercise of another format", repair="a later version of the package wrote it")
        parts = tuple(Part(**_checked(Part, _tuples(part))) for part in record.pop("parts"))
        if not parts or any(part.kind not in MARKERS for part in parts):
            raise ReadError("an exercise without parts, or with one that nothing marks")
        return Exercise(**_checked(Exercise, record), parts=parts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ReadError("this is no frozen exercise", repair="Exercise.json() writes one") from error


_PLAIN: Mapping[str, Any] = {"str": str, "int": int, "float": int | float}


def _checked(kind: type[Part] | type[Exercise], record: dict[str, Any]) -> dict[str, Any]:
    """A record whose texts are texts and whose numbers are numbers; anything else is a KeyError or a TypeError."""
    types = {x.name: _PLAIN.get(str(x.type), object) for x in fields(kind)}
    for name, value in record.items():
        if not isinstance(value, types[name]):
            raise TypeError(name)
    return record


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    found = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
    return found | {key: tuple(map(tuple, record.get(key, ()))) for key in ("known", "arrays")}
