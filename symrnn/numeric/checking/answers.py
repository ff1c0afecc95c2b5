"""What a function returned at a point, brought to our names and shapes, or the reason why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symrnn.calculus.catalogue import Mistake
from symrnn.calculus.mistakes_batch import EACH_STEP, UNSUMMED
from symrnn.calculus.mistakes_terms import TRANSPOSED
from symrnn.errors import Unsupported
from symrnn.graph.lengths import numbers_of
from symrnn.model import Parameter
from symrnn.numeric.checking.calling import Observation
from symrnn.numeric.checking.layout import leaves_of, step_key
from symrnn.numeric.checking.points import Arrays, Point, shape_at
from symrnn.numeric.checking.question import Question
from symrnn.numeric.frame import key_of_leaf


@dataclass(frozen=True)
class Answer:
    """Gradients of ours; `shapes` are mistakes of shape that were seen on the way, `partly` what cannot be told.

    copies
        The terms of sums over time, (T, ...), of those gradients for which they were returned ("W[t]").
    """

    at: Point
    value: np.ndarray | None
    grads: Arrays
    shapes: Mapping[str, Mistake] = field(default_factory=dict)
    partly: tuple[str, ...] = ()
    single: bool = False
    copies: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """Why there is nothing to compare, and what to do."""

    reason: str
    repair: str = ""


def answer(question: Question, at: Point) -> Answer | Refusal:
    """Ask the function once and bring what it says to our names and shapes."""
    seen = question.ask(at)
    if seen.refusal:
        return Refusal(seen.refusal, seen.repair)
    given = question.arguments(at)
    expected = {key: array.shape for home in given[:3] for key, array in home.items()}
    steps = _steps(question, at, expected)
    expected |= {key: shape for key, shape in steps.items() if key in seen.grads}
    renamed = _renamed(question, seen, expected)
    if isinstance(renamed, Refusal):
        return renamed
    shapes: dict[str, Mistake] = {}
    fitted: Arrays = {}
    for key, gradient in renamed.items():
        found = _fitted(question, at, key, gradient, expected[key])
        if isinstance(found, Refusal):
            return found
        fitted[key], mistake = found
        if mistake is not None:
            shapes[key] = mistake
    copies = {
        key.removesuffix("[t]"): fitted.pop(key) for key in list(fitted) if key in steps and _is_copy(key, expected)
    }
    fitted |= {key: terms.sum(axis=0) for key, terms in copies.items() if key not in fitted}
    try:
        ours, partly = question.layout.pulled_back(fitted, at)
    except Unsupported as error:
        return Refusal(error.what, error.repair)
    single = any(g.dtype.itemsize < 8 for g in seen.grads.values())
    kept = {key: terms for key, terms in copies.items() if key in ours and key not in question.layout.arrays}
    return Answer(at, seen.value, ours, shapes, tuple(partly), single, kept)


def _steps(question: Question, at: Point, expected: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """What may be returned beyond gradients, with its shape: "h[t]", adjoints; "W[t]", the terms of a sum over time."""
    model, layout = question.model, question.layout
    found: dict[str, tuple[int, ...]] = {}
    batch = (len(at.examples),) if at.batched else ()
    for v in model.defined:
        core = shape_at(at.examples[0], v[1])
        found[step_key(v)] = layout.theirs(v, np.zeros((len(at.computed(v)), *batch, *core))).shape
    for w in model.parameters:
        if w.name in expected and len(model.lengths) == 1:
            found[step_key(w)] = (*numbers_of(at.last), *expected[w.name])
    return found


def _is_copy(key: str, expected: Mapping[str, Any]) -> bool:
    return key.removesuffix("[t]") in expected


def _renamed(question: Question, seen: Observation, expected: Mapping[str, Any]) -> Arrays | Refusal:
    """The gradients by the names of what they belong to, as the function was given it."""
    model = question.model
    names = {key: key for key in expected}
    boundary = [b for b in model.boundary if key_of_leaf(b) in expected]
    for b in boundary:
        if sum(x.name == b.name for x in boundary) == 1:
            names.setdefault(b.name, key_of_leaf(b))
    found: Arrays = {}
    for key, gradient in seen.grads.items():
        if key not in names:
            near = key.removeprefix("d").removeprefix("_").removeprefix("grad_")
            repair = f'name it "{near}"' if near in names else "names: " + ", ".join(expected)
            return Refusal(f"it returned {key!r}, which is not a gradient of {model.title.name}", repair)
        found[names[key]] = gradient
    return found


def _fitted(
    question: Question, at: Point, key: str, gradient: np.ndarray, shape: tuple[int, ...]
) -> tuple[np.ndarray, Mistake | None] | Refusal:
    """A gradient with the shape of what it belongs to; a transpose or a sum left out is a mistake with a name."""
    if gradient.shape == shape:
        return gradient, None
    if len(shape) == 2 and gradient.shape == shape[::-1]:
        return gradient.T, TRANSPOSED
    shared = key in question.layout.arrays or any(
        key == key_of_leaf(x) for x in leaves_of(question.model) if isinstance(x, Parameter)
    )
    if shared and gradient.ndim == len(shape) + 1 and gradient.shape[1:] == shape:
        if at.batched and gradient.shape[0] == len(at.examples):
            return gradient.sum(axis=0), UNSUMMED
        if gradient.shape[0] in numbers_of(at.last):
            return gradient.sum(axis=0), EACH_STEP
    repair = "a gradient has the shape of what it belongs to"
    if gradient.size == int(np.prod(shape, dtype=int)):
        repair += f": {key}.reshape{shape}" if 1 in gradient.shape or not shape else ""
    return Refusal(f"the gradient of {key} has shape {gradient.shape}; expected {shape}", repair)
