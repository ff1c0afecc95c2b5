"""The marks of answers: points, the named mistake, and what follows rightly from an earlier wrong answer.

One exercise of one student is marked at a time, since its parts build on each other. Nothing here raises for an
answer, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.calculus.verdict import UNDECIDED, WRONG, Verdict
from symrnn.errors import SymrnnError
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.following import follows_from
from symrnn.exercises.marking import CODE

FOLLOWED, MISSING = "followed", "missing"


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
        if made.status == WRONG and (used := follows_from(exercise, number, answers[number], wrong)):
            full = exercise.parts[number - 1].points
            earlier = " and ".join(f"({chr(96 + i)})" for i in used)
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
