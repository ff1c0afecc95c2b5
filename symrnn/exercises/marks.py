"""The marks of answers: points, the named mistake, and what follows rightly from an earlier wrong answer.

One exercise of one student is marked at a time, since its parts build on each other. Nothing here raises for an
answer, whatever is in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.calculus.verdict import RIGHT, UNDECIDED, WRONG, Verdict
from symrnn.errors import ReadError, SymrnnError
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.following import following
from symrnn.exercises.judge import judge
from symrnn.exercises.marking import CODE, FORMULA, NUMBER, number_of, table_of
from symrnn.model import read
from symrnn.model.formula.echo import echo
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import Symbols, as_symbols
from symrnn.model.formula.term import Term

_EARLIER = re.compile(r"@(\d)")
FOLLOWED, MISSING = "followed", "missing"
LONGEST = 4_000  # letters that an earlier answer may put into a reference


@dataclass(frozen=True)
class Mark:
    """What one answer earns.

    Attributes
    ----------
    part
        Which part of the exercise, from 1.
    status
        right, wrong, invalid or undecided; "followed" for what is right given an earlier wrong answer.
    points, of
        What it earns, and what there was to earn; an undecided one earns nothing until a person looks at it.
    mistake
        The mistakes by name.
    message
        For the student: what was done, and what to look at.
    read_as
        How the answer was read, as LaTeX.
    """

    part: int
    status: str
    points: float
    of: float
    mistake: str = ""
    message: str = ""
    read_as: str = ""


def mark(exercise: Exercise, answers: Mapping[int, str], programs: bool = False) -> list[Mark]:
    """The marks of the answers to an exercise, by the number of their part, in order; `programs` lets them be run.

    Examples
    --------
    >>> from symrnn.exercises import make
    >>> found = mark(make("bptt.grad_W"), {1: "-" + make("bptt.grad_W").model_answer})
    >>> found[0].status, found[0].points, found[0].of, found[0].mistake
    ('wrong', 3.0, 4.0, 'sign')
    """
    found: list[Mark] = []
    wrong: dict[int, str] = {}
    for number in sorted(answers):
        made = _marked(exercise, number, answers[number], programs)
        if made.status not in {RIGHT, UNDECIDED} and _follows(exercise, number, answers[number], wrong):
            full = exercise.parts[number - 1].points
            earlier = " and ".join(f"({chr(96 + i)})" for i in _used(exercise, number, wrong))
            made = Mark(number, FOLLOWED, full, full, "", f"right, given the answer to {earlier}", made.read_as)
        if made.status in {WRONG, FOLLOWED}:
            wrong[number] = answers[number]
        found.append(made)
    return found


def _marked(exercise: Exercise, number: int, answer: str, programs: bool) -> Mark:
    """One answer by itself; what goes wrong here is undecided, and so left to a person."""
    if not 1 <= number <= len(exercise.parts):
        return Mark(number, "invalid", 0.0, 0.0, "", f"there is no part {number}")
    part = exercise.parts[number - 1]
    if not answer.strip():
        return Mark(number, MISSING, 0.0, part.points)
    if part.kind == CODE and not programs:
        return Mark(number, UNDECIDED, 0.0, part.points, "", "a program, which is run only if that is allowed")
    try:
        verdict = exercise.judge(answer, number, programs=programs)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError, SymrnnError) as error:
        return Mark(number, UNDECIDED, 0.0, part.points, "", f"not judged: {type(error).__name__}")
    return _from(verdict, part, number)


def _from(verdict: Verdict, part: Part, number: int) -> Mark:
    credit = verdict.facts.get("credit")
    points = round(part.points * float(credit if credit is not None else bool(verdict)), 2)
    said = [f"{d.explanation} {d.advice}".strip() for d in verdict.found] or [verdict.reason]
    read_as = str(verdict.facts.get("read_as", ""))
    return Mark(number, verdict.status, points, part.points, "; ".join(verdict.mistakes), " ".join(said), read_as)


def _used(exercise: Exercise, number: int, wrong: Mapping[int, str]) -> list[int]:
    """The earlier parts answered wrongly that this one builds on."""
    part = exercise.parts[number - 1]
    if part.kind == NUMBER:
        return [int(i) for i in sorted(set(_EARLIER.findall(part.follows))) if int(i) in wrong]
    return sorted(_following(exercise, number, wrong)[1]) if part.kind == FORMULA else []


def _following(exercise: Exercise, number: int, wrong: Mapping[int, str]) -> tuple[Term | None, list[int]]:
    """The right answer given wrong ones before it, and which of them come in."""
    part = exercise.parts[number - 1]
    symbols, model = table_of(exercise, part)
    names = as_symbols(model if symbols is None else symbols)
    reference, used = _value(part.answer, names), list[int]()
    for i, answer in wrong.items():
        earlier = exercise.parts[i - 1]
        if i == number or earlier.kind != FORMULA or earlier.symbols != part.symbols or len(answer) > LONGEST:
            continue
        try:
            found = following(reference, _value(earlier.answer, names), _value(answer, names))
        except ReadError:
            continue
        if found is not None:
            reference = found
            used.append(i)
    return (reference, used) if used else (None, used)


def _value(text: str, names: Symbols) -> Term:
    """What a formula says; of an equation its last side."""
    term = read(text, names).term
    return settled(term.parts[-1] if term.head == "eq" else term)


def _follows(exercise: Exercise, number: int, answer: str, wrong: Mapping[int, str]) -> bool:
    """Whether an answer is right where the wrong answers before it are taken for granted."""
    if not 1 <= number <= len(exercise.parts) or not wrong:
        return False
    part = exercise.parts[number - 1]
    try:
        if part.kind == NUMBER:
            return bool(_used(exercise, number, wrong)) and _follows_number(part, answer, wrong)
        if part.kind != FORMULA:
            return False
        reference, _ = _following(exercise, number, wrong)
        if reference is None:
            return False
        symbols, model = table_of(exercise, part)
        return bool(judge(answer, echo(reference), symbols=symbols, model=model, where=part.where, form=part.form))
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError, SymrnnError):
        return False


def _follows_number(part: Part, answer: str, wrong: Mapping[int, str]) -> bool:
    """The formula of the part at the earlier answers as they were given."""
    numbers = {i: number_of(text) for i, text in wrong.items()}
    given = number_of(answer)
    if given is None or any(numbers.get(int(i)) is None for i in _EARLIER.findall(part.follows) if int(i) in wrong):
        return False
    known = _EARLIER.sub(lambda m: f"({numbers[int(m[1])]!r})" if int(m[1]) in wrong else m[0], part.follows)
    if "@" in known:
        return False
    value = float(read(known, {"sequences": {}}).expr)
    return abs(value - given) <= part.tolerance
