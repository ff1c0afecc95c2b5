"""Where a wrong gradient comes from, asked of the function alone: from which steps, since which length, which side.

No probe reads the function's code. Each says nothing where its question has no meaning for a model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symrnn.errors import SymrnnError
from symrnn.graph.lengths import numbers_of
from symrnn.model import Element, Sequence
from symrnn.numeric.checking.answers import Answer, answer
from symrnn.numeric.checking.case import DOUBLE, Case, Tolerance
from symrnn.numeric.checking.points import Arrays, Point, moved, quiet, shape_at, shortened
from symrnn.numeric.checking.question import Question

STEP = {False: 1e-5, True: 1e-2}


@dataclass(frozen=True)
class Lags:
    """For each distance s - t whether the effect of `leaf`(t) on the loss of step s is right."""

    leaf: str
    right: tuple[int, ...]
    wrong: tuple[int, ...]

    @property
    def words(self) -> str:
        """In words."""
        sign = "s-t" if self.leaf.endswith("(t)") else "s"
        parts = [f"{sign}={_listed(v)} {word}" for v, word in ((self.right, "right"), (self.wrong, "wrong")) if v]
        return f"effect of {self.leaf} on L(s): " + ", ".join(parts)


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def lags(question: Question, at: Point, tolerance: Tolerance) -> Lags | None:
    """The effect of an input, or of the initial state, on the loss of each later step.

    With `upstream` the gradient arrives at one step only; else a step more of the same data adds that step's loss.
    """
    if not isinstance(at.last, int):
        return None
    found = _effects_by_arrival(question, at) if question.arriving is not None else _effects_by_length(question, at)
    if found is None:
        return None
    leaf = next((x for x in question.model.inputs if x.name in found[at.last][0]), None)
    pairs = _pairs_of_input(found, leaf) if leaf is not None else _pairs_of_state(question, found)
    if not pairs:
        return None
    scale = max(float(np.max(np.abs(b))) for _, _, b in pairs)
    wrong = {lag for lag, a, b in pairs if float(np.max(np.abs(a - b))) > 1e3 * tolerance.right * scale}
    every = sorted({lag for lag, _, _ in pairs})
    name = f"{leaf.name}(t)" if leaf is not None else f"{_state(question).name}(0)"
    return Lags(name, tuple(x for x in every if x not in wrong), tuple(x for x in every if x in wrong))


Effects = dict[int, tuple[Arrays, Arrays]]  # by the step of the loss: yours and right
Pairs = list[tuple[int, np.ndarray, np.ndarray]]


def _state(question: Question) -> Any:
    return next((b for b in question.model.boundary if b.time == 0 and b.sequence in question.model.states), None)


def _pairs_of_input(found: Effects, leaf: Sequence) -> Pairs:
    pairs: Pairs = []
    for s, (mine, right) in found.items():
        for row in range(min(s, len(right[leaf.name]))):
            pairs.append((s - row - 1, mine[leaf.name][row], right[leaf.name][row]))
    return pairs


def _pairs_of_state(question: Question, found: Effects) -> Pairs:
    state = _state(question)
    key = f"{state.name}[0]" if state is not None else ""
    return [(s, mine[key], right[key]) for s, (mine, right) in found.items() if key in mine]


def _effects_by_length(question: Question, at: Point) -> Effects | None:
    """The gradients of s steps less those of s - 1: what the loss of step s adds."""
    found: Effects = {}
    before: tuple[Arrays, Arrays] | None = None
    for s in range(1, numbers_of(at.last)[0] + 1):
        case = asked(question, shortened(at, s))
        if case is None:
            return None
        found[s] = _less(case.yours, before[0] if before else None), _less(case.right, before[1] if before else None)
        before = case.yours, case.right
    return found


def _less(now: Arrays, before: Arrays | None) -> Arrays:
    if before is None:
        return now
    padded = {k: np.concatenate([v, np.zeros_like(now[k][len(v) :])]) if v.ndim else v for k, v in before.items()}
    return {k: v - (padded[k] if v.shape == padded[k].shape else before[k]) for k, v in now.items()}


def _effects_by_arrival(question: Question, at: Point) -> Effects | None:
    if isinstance(question.upstream, Element):
        return None
    found: Effects = {}
    for s in range(1, numbers_of(at.last)[0] + 1):
        case = asked(question, quiet(at, question.arriving, s))
        if case is None:
            return None
        found[s] = case.yours, case.right
    return found


def examples(question: Question, case: Case) -> Iterator[tuple[int, Case]]:
    """What each example of a batch, counted from 1, adds to the gradients: those of k examples less those of k - 1."""
    before: Arrays = {}
    for k in range(1, len(case.at.examples) + 1) if case.at.batched else ():
        found = asked(question, Point(case.at.examples[:k], True), case.tolerance)
        if found is None:
            return
        own = {key: _of_example(found, key, k - 1, before) for key in found.keys}
        before = found.yours
        yield k, Case(Point(case.at.examples[k - 1 : k], True), own, case.tolerance)


def _of_example(case: Case, key: str, row: int, before: Arrays) -> np.ndarray:
    leaf, array = case.leaves[key], case.yours[key]
    if getattr(leaf, "is_shared", False):
        return np.asarray(array - before.get(key, 0.0))
    return array[:, row : row + 1] if isinstance(leaf, Sequence) else array[row : row + 1]


def asked(question: Question, at: Point | None, tolerance: Tolerance = DOUBLE) -> Case | None:
    """What the function says at another point, if that can be compared."""
    if at is None:
        return None
    try:
        said = answer(question, at)
    except SymrnnError:
        return None
    return Case(at, said.grads, tolerance) if isinstance(said, Answer) else None


@dataclass(frozen=True)
class Witness:
    """A central difference of the function's own loss at one entry, beside its gradient and the right one."""

    entry: str
    difference: float
    yours: float
    right: float

    @property
    def sides(self) -> str:
        """ "formula", "function" or "neither": whose gradient the difference is."""
        a, b = abs(self.difference - self.right), abs(self.difference - self.yours)
        near = min(a, b) <= 0.05 * max(abs(self.right - self.yours), 1e-12)
        return "neither" if not near else "formula" if a < b else "function"


def worst_entry(case: Case) -> tuple[str, tuple[int, ...]]:
    """The gradient and the entry that are furthest off."""
    key = max((k for k in case.keys if case.yours[k].size), key=lambda k: float(np.max(_gap(case, k))))
    return key, tuple(int(i) for i in np.unravel_index(int(np.argmax(_gap(case, key))), case.yours[key].shape))


def _gap(case: Case, key: str) -> np.ndarray:
    return np.abs(np.atleast_1d(case.yours[key] - case.right[key]))


def entry_name(key: str, place: tuple[int, ...], rank: int) -> str:
    """An entry in words, counted from 1: W[2,1]."""
    return key + (f"[{','.join(str(i + 1) for i in place)}]" if rank else "")


def witness(question: Question, case: Case, single: bool) -> Witness | None:
    """Ask the function's own loss which gradient is right; None when it returns none."""
    if question.arriving is not None:
        return None
    key, place = worst_entry(case)
    leaf = case.leaves[key]
    example = case.at.examples[0]
    if isinstance(leaf, Sequence) or (case.at.batched and not getattr(leaf, "is_shared", False)):
        return None
    concrete = leaf.xreplace(example.rule) if isinstance(leaf, Element) else leaf
    unit = np.zeros(shape_at(example, concrete))
    place = place if unit.ndim else ()
    unit[place] = STEP[single]
    values = []
    for sign in (1, -1):
        seen = question.ask(moved(case.at, concrete, sign * unit))
        if seen.refusal or seen.value is None or np.size(seen.value) != 1:
            return None
        values.append(float(np.squeeze(seen.value)))
    difference = (values[0] - values[1]) / (2 * STEP[single])
    return Witness(
        entry_name(key, place, unit.ndim), difference, float(case.yours[key][place]), float(case.right[key][place])
    )


def along(question: Question, said: Answer) -> bool | None:
    """Whether the gradients by parameters are those of the function's own loss, along one direction; None if untold."""
    rng = np.random.default_rng(3)
    at, claimed, scale = said.at, 0.0, 1e-9
    up, down = at, at
    h = STEP[said.single]
    for w in question.model.parameters:
        if w.name in said.grads:
            direction = rng.standard_normal(np.shape(at.examples[0].given[w]))
            terms = said.grads[w.name] * direction
            claimed, scale = claimed + float(np.sum(terms)), scale + float(np.sum(np.abs(terms)))
            up, down = moved(up, w, h * direction), moved(down, w, -h * direction)
    losses = [question.ask(p) for p in (up, down)]
    if up is at or any(s.refusal or s.value is None or np.size(s.value) != 1 for s in losses):
        return None
    a, b = (float(np.squeeze(s.value)) for s in losses)  # type: ignore[arg-type]
    return abs((a - b) / (2 * h) - claimed) <= (1e-2 if said.single else 1e-5) * scale


def smaller(question: Question) -> Iterator[Question]:
    """The same question at smaller sizes, the smallest first."""
    symbols = [d for d, _ in question.sizes]
    for last in (1, 2, 3):
        for sizes in ([1] * len(symbols), [2, 1] * len(symbols), [2, 3] * len(symbols)):
            chosen = tuple(zip(symbols, sizes, strict=False))
            lasts = tuple((s, last) for s in question.model.lengths)
            where: Any = last if len(lasts) == 1 else lasts
            yield replace(question, lasts=(where,), sizes=chosen)
            if not symbols:
                break
