"""From a question to a verdict: call, compare the forward pass, compare the gradients, diagnose, report."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from symrnn.calculus.catalogue import Variant
from symrnn.calculus.mistakes import variants
from symrnn.calculus.mistakes_batch import batches, exchanges
from symrnn.calculus.numerical import STEP, declares_derivatives
from symrnn.calculus.verdict import INVALID, UNDECIDED, Verdict
from symrnn.errors import SymrnnError
from symrnn.graph.lengths import Last
from symrnn.numeric.checking import report
from symrnn.numeric.checking.answers import Answer, Refusal, answer
from symrnn.numeric.checking.case import DOUBLE, SINGLE, Case
from symrnn.numeric.checking.forward import forward_gap, guesses, is_same
from symrnn.numeric.checking.points import Point
from symrnn.numeric.checking.probes import along, asked, examples, smaller
from symrnn.numeric.checking.question import Question
from symrnn.numeric.checking.search import Found, search
from symrnn.tensor.numbers import Complexes

INDEPENDENT = 1e-7
ELSEWHERE = 4  # further points at which small errors are looked at
CLEARLY = 1e-3  # how much closer than the right gradient a mistake must be, where the error is small


@dataclass(frozen=True)
class Judged:
    """Everything that was found out, for the report."""

    question: Question
    answers: list[Answer]
    cases: list[Case]
    gap: float | None
    found: Found

    @property
    def wrong(self) -> dict[str, float]:
        """The wrong gradients with their largest relative errors over all points; those of another shape too."""
        worst = worst_errors(self.cases)
        limit = self.cases[0].tolerance.right
        shaped = set(self.answers[0].shapes)
        return {k: e for k, e in worst.items() if e > limit or k in shaped}


def judge(question: Question) -> Verdict:
    """The verdict on one function."""
    answers: list[Answer] = []
    for last in question.lasts:
        said = answer(question, question.point(last))
        if isinstance(said, Refusal):
            return refused(question, said)
        answers.append(said)
    first = answers[0]
    if not first.grads:
        what = ", ".join(first.partly) or "nothing"
        return refused(question, Refusal(f"its gradients tell those of {what} only in part", "return all of them"))
    again = answer(question, first.at)
    if isinstance(again, Refusal) or not _equal(first, again):
        return refused(
            question,
            Refusal(
                "it is not deterministic: two calls with equal arguments differ", "fix its seed, leave out dropout"
            ),
        )
    gap = max((g for a in answers if (g := forward_gap(question, a)) is not None), default=None)
    single = any(a.single for a in answers) or question.dtype == "float32"
    coarse = single or any(a.value is not None and a.value.dtype.itemsize < 8 for a in answers)
    if gap is not None and not is_same(gap, coarse):
        return other_function(question, answers, gap)
    cases = [Case(a.at, a.grads, SINGLE if single else DOUBLE, a.copies) for a in answers]
    return compared(question, answers, cases, gap)


def compared(question: Question, answers: list[Answer], cases: list[Case], gap: float | None) -> Verdict:
    """The verdict when there are gradients to compare."""
    tolerance = cases[0].tolerance
    if not independent(cases[0]):
        return Verdict(
            UNDECIDED, report.subject(question), "the engine's gradient and a complex step of its loss differ"
        )
    worst = worst_errors(cases)
    shaped = bool(answers[0].shapes)
    if all(e <= tolerance.right for e in worst.values()) and not shaped:
        return report.of_right(question, answers, cases, gap)
    differs = any(e >= tolerance.wrong for e in worst.values())
    if not differs and not shaped:
        return small(question, answers, cases, gap)
    found = diagnosed(question, cases) if differs else Found((), 0)
    judged = Judged(question, answers, cases, gap, found)
    return report.of_wrong(judged, _repeat(question, cases) if differs else None)


def small(question: Question, answers: list[Answer], cases: list[Case], gap: float | None) -> Verdict:
    """The verdict on errors that are too large for rounding and too small for a mistake: other points may tell.

    A mistake that does little at these points does more at others, and gives what was returned to the last digits.
    """
    tolerance = cases[0].tolerance
    for seed in range(question.seed + 1, question.seed + 1 + ELSEWHERE):
        other = replace(question, seed=seed)
        said = [answer(other, at) for last in other.lasts if (at := _pointed(other, last)) is not None]
        if len(said) < len(other.lasts) or any(isinstance(x, Refusal) for x in said):
            break
        heard = [x for x in said if isinstance(x, Answer)]
        there = [Case(a.at, a.grads, tolerance, a.copies) for a in heard]
        if any(e >= tolerance.wrong for e in worst_errors(there).values()):
            return report.of_wrong(Judged(other, heard, there, gap, diagnosed(other, there)), _repeat(other, there))
    found = diagnosed(question, cases)
    if found.explanations and found.explanations[0].rest <= CLEARLY * max(worst_errors(cases).values()):
        return report.of_wrong(Judged(question, answers, cases, gap, found), None)
    return report.of_undecided(question, cases, gap)


def diagnosed(question: Question, cases: list[Case]) -> Found:
    """The smallest set of mistakes that gives what was returned at every point."""
    catalogue = (*variants(question.model), *exchanges(question.model))
    if question.batch is None:
        return search(cases, catalogue)
    of_batch: tuple[Variant, ...] = tuple(batches(question.model))
    needed: tuple[Variant, ...] = ()
    first = next((case for _, case in examples(question, cases[0])), None)
    if first is not None and first.keys == cases[0].keys:  # one example is a smaller system to look in
        found = search([first, *cases], catalogue)
        if found.explanations:
            return found
        needed = of_batch
    return search(cases, (*catalogue, *of_batch), needed)


def worst_errors(cases: list[Case]) -> dict[str, float]:
    """The largest relative error of each gradient over all points."""
    return {key: max(case.errors[key] for case in cases) for key in cases[0].keys}


def _equal(a: Answer, b: Answer) -> bool:
    same = all(np.array_equal(a.grads[k], b.grads.get(k, np.nan), equal_nan=True) for k in a.grads)
    values = (a.value is None) == (b.value is None) and (a.value is None or np.array_equal(a.value, b.value))  # type: ignore[arg-type]
    return same and bool(values)


def independent(case: Case) -> bool:
    """Whether the right gradients agree with a complex step of the loss along one direction in everything given."""
    example, system = case.at.examples[0], case.systems[0]
    if declares_derivatives(example):
        return True
    rng = np.random.default_rng(11)
    claimed, scale, moved = 0.0, 1e-9, {}
    for leaf in example.given:
        size = system.rows[leaf].stop - system.rows[leaf].start
        direction = rng.standard_normal(size)
        terms = system.right[system.rows[leaf]] * direction
        claimed, scale = claimed + float(np.sum(terms)), scale + float(np.sum(np.abs(terms)))
        value = np.asarray(example.given[leaf], dtype=complex)
        moved[leaf] = value + 1j * STEP * direction.reshape(value.shape)
    with np.errstate(all="ignore"):
        derivative = float(np.imag(example.loss(example.run(moved, Complexes()))) / STEP)
    return abs(derivative - claimed) <= INDEPENDENT * scale


def refused(question: Question, refusal: Refusal) -> Verdict:
    """The verdict when there is nothing to compare."""
    rows = (("repair", refusal.repair),) if refusal.repair else ()
    return Verdict(INVALID, report.subject(question), refusal.reason, rows=rows, facts={"seed": question.seed})


def other_function(question: Question, answers: list[Answer], gap: float) -> Verdict:
    """The verdict on a function that computes something else."""
    return report.of_other_function(
        question, answers, gap, guesses(question, answers), _of_own_loss(question, answers[0])
    )


def _of_own_loss(question: Question, said: Answer) -> bool | None:
    """Whether its gradients are those of its own loss, by a central difference along one direction."""
    if question.arriving is not None or not said.grads:
        return None
    return along(question, said)


def _repeat(question: Question, cases: list[Case]) -> Question | None:
    """The smallest instance at which something is wrong."""
    for other in smaller(question):
        case = asked(other, _pointed(other, other.lasts[0]))
        if case is not None and any(e >= cases[0].tolerance.wrong for e in case.errors.values()):
            return other
    return None


def _pointed(question: Question, last: Last) -> Point | None:
    try:
        return question.point(last)
    except SymrnnError:
        return None
