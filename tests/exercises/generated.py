"""Generated pairs of an answer and what it is: rewritings of right answers, and answers with a slip in them.

Whether a slip changes the value is decided here by a witness of its own: 50 digits at points that the judge never sees.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import symrnn as sr
from formula.corpus import CONTEXTS, rows
from symrnn.errors import ReadError, SymrnnError
from symrnn.exercises.comparing import Setting, _Differ, _disagreement
from symrnn.exercises.exercise import Exercise
from symrnn.exercises.marking import FORMULA
from symrnn.exercises.places import conditions
from symrnn.exercises.rewritings import rewritings
from symrnn.exercises.selftest import last_side, mistaken, names_of
from symrnn.model.formula.read import read
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import as_symbols
from symrnn.tensor.numbers import Undecidable

UNSEEN = ((4, 11), (5, 12), (6, 13), (7, 14))  # last times and seeds that no verdict is made of: signs vary, too


@dataclass(frozen=True)
class Pair:
    """An answer, how it was made, and its verdict; `changed` is None where the witness cannot say."""

    kind: str
    made: str
    text: str
    verdict: sr.Verdict
    changed: bool | None

    @property
    def false(self) -> str:
        """What is false about the verdict, or nothing."""
        if self.kind == "rewriting":
            return "" if self.verdict.facts.get("value") == "right" else f"a rewriting is {self.verdict.status}"
        if self.verdict.status == "undecided":
            return "undecided"
        called = self.verdict.facts.get("value") == "right"
        return "" if self.changed is None or called != self.changed else f"judged {self.verdict.status}"


def changed(setting: Setting, right: str, text: str) -> bool | None:
    """Whether two formulas differ, at points of this file's own."""
    try:
        terms = [settled(read(right, setting.table).term)]
        terms.append(settled(read(text, setting.table).term, terms[0].size))
        for point in UNSEEN:
            _disagreement(setting, point, *terms, False)
    except _Differ:
        return True
    except ReadError:
        return True
    except (Undecidable, ArithmeticError, TypeError, SymrnnError):
        return None
    return False


def of_exercise(exercise: Exercise) -> Iterator[Pair]:
    """All pairs that the parts of an exercise give."""
    for number, part in enumerate(exercise.parts, 1):
        if part.kind != FORMULA:
            continue
        table = names_of(exercise, part)
        model = None if part.symbols else exercise.recurrence
        setting = Setting(table, model, conditions(part.where, table), 9 if model is None else 0)
        before, term = last_side(part.answer, settled(read(part.answer, table).term))
        right = part.answer.removeprefix(before)
        for made, text in rewritings(term, table.kinds.keys() | table.dims):
            yield Pair("rewriting", made, text, exercise.judge(before + text, number), False)
        for made, text in mistaken(table, term):
            yield Pair("slip", made, text, exercise.judge(before + text, number), changed(setting, right, text))


def of_samples() -> Iterator[Pair]:
    """All pairs that the right sample answers give: names without a model."""
    for row in rows("answers.tsv"):
        if row["verdict"] != "right":
            continue
        table = as_symbols(CONTEXTS[row["context"]])
        term = settled(read(row["answer"], table).term)
        setting = Setting(table, None, (), 9)
        for made, text in rewritings(term, table.kinds.keys() | table.dims):
            yield Pair("rewriting", made, text, sr.judge(text, row["answer"], symbols=table), False)
        for made, text in mistaken(table, term):
            seen = changed(setting, row["answer"], text)
            yield Pair("slip", made, text, sr.judge(text, row["answer"], symbols=table), seen)
