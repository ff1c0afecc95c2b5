"""The forward pass first: does the function compute this model at all?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from symrnn.model import Element, Sequence
from symrnn.numeric.checking.answers import Answer
from symrnn.numeric.checking.points import Point
from symrnn.numeric.checking.question import Question
from symrnn.numeric.checking.relations import ratio_words

SAME = {False: 1e-9, True: 1e-3}  # relative, in double and in single precision
NEARLY = 1e-5  # relative, of the same loss computed a little differently


def forward_gap(question: Question, found: Answer) -> float | None:
    """The relative distance of what the function computed from the model's value; None when it returned none."""
    if found.value is None:
        return None
    right = np.asarray(model_value(question, found.at))
    mine = np.asarray(found.value, dtype=float)
    if mine.shape != right.shape:
        mine = np.squeeze(mine)
        if mine.shape != np.squeeze(right).shape:
            return float("inf")
        right = np.squeeze(right)
    scale = max(float(np.max(np.abs(right), initial=0.0)), float(np.max(np.abs(mine), initial=0.0)), 1e-12)
    return float(np.max(np.abs(mine - right), initial=0.0)) / scale


def model_value(question: Question, at: Point) -> Any:
    """The loss, or with `upstream` what the gradient arrives at, with the function's axes."""
    if question.arriving is None:
        return at.loss
    up = question.upstream
    if isinstance(up, Element):
        parts = [e.base.values[up.xreplace(e.rule)] for e in at.examples]
        return question.layout.theirs(up, np.stack(parts) if at.batched else np.asarray(parts[0]))
    times = at.times(question.arriving)
    rows = [[e.base.values[up[s]] for e in at.examples] for s in times]
    array = np.asarray(rows) if at.batched else np.asarray([row[0] for row in rows])
    return question.layout.theirs(question.arriving, array)


def is_same(gap: float, single: bool) -> bool:
    """Whether the distance is rounding."""
    return gap <= SAME[single]


MEANS = {
    "1/τ": "its loss is the mean over the steps, the model's the sum",
    "τ": "its loss is the sum over the steps, the model's the mean",
    "1/B": "its loss is the mean over the batch, the model's the sum",
    "1/(B τ)": "its loss is the mean over steps and batch, the model's the sum",
    "-1": "its loss has the opposite sign",
}


def guesses(question: Question, answers: list[Answer]) -> str:
    """What other function it may be: one sentence, or nothing."""
    if question.arriving is not None:
        return ""
    said = [np.asarray(a.value) for a in answers]
    shape = next((v.shape for v in said if v.size != 1), None)
    if shape is not None:
        return f"its loss has shape {shape}: a loss is one number, the sum of these perhaps"
    gap = max(forward_gap(question, a) or 0.0 for a in answers)
    if gap <= NEARLY:
        return f"its loss is the model's but for {gap:.0e}: computed in float32, or with an ε added, as in log(p + ε)"
    exact = 1e-4 if any(a.single for a in answers) else 1e-8
    ratios = [float(np.squeeze(v)) / a.at.loss for v, a in zip(said, answers, strict=True)]
    ways = ratio_words(ratios, [a.at for a in answers], exact) if all(map(np.isfinite, ratios)) else []
    if ways:
        return next((MEANS[w] for w in ways if w in MEANS), f"its loss is {' or '.join(ways)} times the model's")
    for words, values in _candidates(question, [a.at for a in answers]):
        if all(_close(a, v) for a, v in zip(answers, values, strict=True)):
            return words
    return ""


def _close(found: Answer, value: float) -> bool:
    if found.value is None or np.size(found.value) != 1:
        return False
    mine = float(np.squeeze(found.value))
    return abs(mine - value) <= SAME[found.single] * max(abs(value), abs(mine), 1e-12)


def _candidates(question: Question, points: list[Point]) -> Iterator[tuple[str, list[float]]]:
    for b in question.model.boundary:
        name = f"{b.name}({b.time})".replace(" ", "")
        yield f"it takes {name} for zero", [_loss_without(p, b) for p in points]
    for w in question.model.parameters:
        if len(w.shape) == 1:
            yield f"it leaves {w.name} out", [_loss_without(p, w) for p in points]
        if len(w.shape) == 2 and w.shape[0] == w.shape[1]:
            yield f"it uses the transpose of {w.name}", [_loss_transposed(p, w) for p in points]


def _loss_without(at: Point, leaf: Any) -> float:
    return _loss(at, leaf, np.zeros_like)


def _loss_transposed(at: Point, leaf: Any) -> float:
    return _loss(at, leaf, np.transpose)


def _loss(at: Point, leaf: Any, change: Any) -> float:
    total = 0.0
    for e in at.examples:
        concrete = leaf.xreplace(e.rule) if isinstance(leaf, Element | Sequence) else leaf
        total += float(e.loss(e.run({**e.given, concrete: change(e.given[concrete])})))
    return total
