"""How the arrays of a function to be checked are ours: other names, transposes, stacked gates, batch first.

Values go from ours to theirs, gradients from theirs to ours through the same linear maps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.model import Constant, Element, Recurrence, Sequence, reads
from symrnn.numeric.checking.points import Arrays, Point
from symrnn.numeric.frame import key_of_leaf
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import shape_of
from symrnn.tensor.numbers import Floats
from symrnn.tensor.operands import as_operand

LINEAR = 1e-9


@dataclass(frozen=True)
class Layout:
    """Their arrays: `arrays` maps their names to ours or to linear expressions of ours; `axes` is a word of T, B, D."""

    model: Recurrence
    arrays: Mapping[str, Any]
    axes: str

    @property
    def batched(self) -> bool:
        """Whether there is a batch axis."""
        return "B" in self.axes

    @property
    def single_step(self) -> bool:
        """Whether arrays have no time axis: one step is checked."""
        return "T" not in self.axes

    def given(self, at: Point, hidden: str = "") -> tuple[Arrays, Arrays, Arrays]:
        """Their parameters, inputs and boundary values at a point, without the input called `hidden`."""
        params, inputs, boundary = at.arrays()
        leaves = {key_of_leaf(x): x for x in leaves_of(self.model)}
        homes = (params, inputs, boundary)
        covered = {key_of_leaf(leaf) for x in self.arrays.values() for leaf in _leaves(x)}
        found = tuple(
            {k: self.theirs(leaves[k], v) for k, v in home.items() if k not in covered and k != hidden}
            for home in homes
        )
        for name, x in self.arrays.items():
            found[_home(x)][name] = self.theirs(x, self._value(x, at))
        return found[0], found[1], found[2]

    def theirs(self, leaf: Any, array: np.ndarray) -> np.ndarray:
        """An array of ours with the axes where they have them."""
        order = self._order(leaf, array.ndim)
        if self.single_step and isinstance(leaf, Sequence):
            array = array[0]
        return np.ascontiguousarray(np.transpose(array, order)) if order else array

    def ours(self, leaf: Any, array: np.ndarray) -> np.ndarray:
        """An array of theirs with the axes where we have them."""
        order = self._order(leaf, array.ndim + int(self.single_step and isinstance(leaf, Sequence)))
        moved = np.transpose(array, np.argsort(order)) if order else array
        return moved[None] if self.single_step and isinstance(leaf, Sequence) else moved

    def _order(self, leaf: Any, rank: int) -> tuple[int, ...]:
        """For each axis of theirs, which of ours it is; empty when they are the same."""
        if not isinstance(leaf, Sequence | Constant | Element):
            return ()
        lead = [letter for letter in "TB" if letter in self.axes and (letter == "B" or isinstance(leaf, Sequence))]
        core = rank - len(lead) - int(self.single_step and isinstance(leaf, Sequence))
        places = {letter: i for i, letter in enumerate(lead)}
        order: list[int] = []
        for letter in self.axes:
            if letter == "D":
                order += range(len(lead), len(lead) + core)
            elif letter in places:
                order.append(places[letter])
        return () if order == sorted(order) else tuple(order)

    def _value(self, x: Any, at: Point) -> np.ndarray:
        if isinstance(x, Sequence):
            return at.sequence(x)
        values = [_evaluated(x, e.given, e.sizes, e.rule) for e in at.examples]
        return np.stack(values) if at.batched and _home(x) else values[0]

    def pulled_back(self, grads: Arrays, at: Point) -> tuple[Arrays, list[str]]:
        """Their gradients, of the shapes of their arrays, as gradients of ours; and ours that are told in part only."""
        names = {key_of_leaf(x): x for x in leaves_of(self.model)} | _alone(self.model)
        names |= {step_key(v): v for v in self.model.defined}
        found: Arrays = {}
        missing: list[str] = []
        for key, gradient in grads.items():
            if key not in self.arrays:
                leaf = names[key]
                found[key if key.endswith("[t]") else key_of_leaf(leaf)] = self.ours(leaf, gradient)
        for leaf in dict.fromkeys(leaf for x in self.arrays.values() for leaf in _leaves(x)):
            using = [name for name, x in self.arrays.items() if leaf in _leaves(x)]
            told = [name for name in using if name in grads]
            if told and len(told) == len(using):
                found[key_of_leaf(leaf)] = sum(self._back(self.arrays[n], leaf, grads[n], at) for n in told)  # type: ignore[assignment]
            elif told:
                missing.append(key_of_leaf(leaf))
        return found, missing

    def _back(self, x: Any, leaf: Any, gradient: np.ndarray, at: Point) -> np.ndarray:
        mine = self.ours(x, gradient)
        if x == leaf:
            return mine
        example = at.examples[0]
        matrix = _matrix(x, leaf, example.given, example.sizes, example.rule)
        shape = Evaluator(Floats(), {}, example.sizes).shape(leaf)
        if at.batched and _home(x):
            return np.stack([np.reshape(matrix.T @ np.ravel(g), shape) for g in mine])
        return np.asarray(np.reshape(matrix.T @ np.ravel(mine), shape))


def leaves_of(model: Recurrence) -> list[Any]:
    """Everything that is given to a model."""
    return [*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary]


def step_key(x: Any) -> str:
    """The key of something at every step: the adjoints of a computed sequence, the terms of a sum over time."""
    return f"{key_of_leaf(x)}[t]"


def _alone(model: Recurrence) -> dict[str, Any]:
    """Boundary values that go by the name of their sequence, where there is one only."""
    names = [b.name for b in model.boundary]
    taken = {key_of_leaf(x) for x in leaves_of(model)}
    return {b.name: b for b in model.boundary if names.count(b.name) == 1 and b.name not in taken}


def layout(model: Recurrence, arrays: Mapping[str, Any] | None, axes: str | None) -> Layout:
    """The layout that a caller describes, checked."""
    word = "TD" if axes is None else axes
    if not isinstance(word, str) or not set(word) <= set("TBD") or len(set(word)) != len(word):
        raise Undefined(f"axes={axes!r}", repair='a word of T (time), B (batch), D (the vector): "TBD", "BTD", "BD"')
    word = word if "D" in word else word + "D"
    known = set(leaves_of(model))
    checked: dict[str, Any] = {}
    for name, x in (arrays or {}).items():
        operand = x if isinstance(x, Sequence) else as_operand(x)
        for leaf in _leaves(operand):
            if leaf not in known:
                raise Undefined(
                    f"arrays[{name!r}] reads {leaf}, which is not given to {model.title.name}",
                    repair="build it from " + ", ".join(map(str, leaves_of(model))),
                )
        if len({_home(leaf) for leaf in _leaves(operand)}) > 1:
            raise Unsupported(f"arrays[{name!r}] mixes parameters and what is given for each example")
        checked[str(name)] = operand
    return Layout(model, checked, word)


def _leaves(x: Any) -> tuple[Any, ...]:
    return (x,) if isinstance(x, Sequence) else tuple(reads(x))


def _home(x: Any) -> int:
    """Which argument an array of theirs belongs to: 0 parameters, 1 inputs, 2 boundary values."""
    leaves = _leaves(x)
    if any(isinstance(leaf, Element) for leaf in leaves):
        return 2
    return 1 if any(isinstance(leaf, Sequence | Constant) for leaf in leaves) else 0


def _evaluated(x: Any, values: Mapping[Any, Any], sizes: Any, rule: Any) -> np.ndarray:
    return np.asarray(Evaluator(Floats(), values, sizes)(x.xreplace(rule)), dtype=float)


def _matrix(x: Any, leaf: Any, values: Mapping[Any, Any], sizes: Any, rule: Any) -> np.ndarray:
    """The matrix of a linear expression by one leaf, found column by column."""
    at = leaf.xreplace(rule) if isinstance(leaf, Element) else leaf
    here = np.asarray(values[at], dtype=float)
    rest = _evaluated(x, {**values, at: np.zeros_like(here)}, sizes, rule)
    columns = []
    for i in range(here.size):
        unit = np.zeros(here.size)
        unit[i] = 1
        columns.append(np.ravel(_evaluated(x, {**values, at: unit.reshape(here.shape)}, sizes, rule) - rest))
    matrix = np.stack(columns, axis=1)
    gap = matrix @ np.ravel(here) + np.ravel(rest) - np.ravel(_evaluated(x, values, sizes, rule))
    if np.max(np.abs(gap), initial=0.0) > LINEAR:
        raise ShapeError(f"{x} is not linear in {leaf}", law="an array of theirs is a linear rearrangement of ours")
    return matrix


def rank_of(leaf: Any) -> int:
    """The rank of a leaf, without time and batch."""
    return len(leaf.shape) if isinstance(leaf, Sequence) else len(shape_of(leaf))
