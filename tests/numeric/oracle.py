"""The independent judge: values and derivatives of a random instance by the interpreter, not by generated code."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer
from symrnn.graph.run import Instance, draw
from symrnn.model import Constant, Element, Parameter, Recurrence
from symrnn.numeric.emit import key_of
from symrnn.tensor.numbers import Complexes, Floats

STEP = 1e-30


def instance(model: Recurrence, last: int, seed: int = 0) -> Instance:
    """A random instance of a model."""
    return draw(model, last, Floats(), seed)


def arguments(model: Recurrence, drawn: Instance) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values of an instance as a caller passes them: params, inputs, boundary."""
    params: dict[str, Any] = {}
    inputs: dict[str, Any] = {}
    boundary: dict[str, Any] = {}
    rng = np.random.default_rng(1)

    def value(leaf: Any) -> Any:
        shape = tuple(int(d.xreplace({s: k for s, k in drawn.sizes.items()})) for d in leaf.shape)
        return drawn.given.get(leaf, rng.normal(size=shape))

    for leaf in model.parameters:
        params[leaf.name] = value(leaf)
    for leaf in model.constants:
        inputs[leaf.name] = value(leaf)
    for v in model.sequences:
        if v not in model.defined:
            inputs[v.name] = np.array([value(v[time]) for time in range(1, drawn.last + 1)])
    for b in model.boundary:
        boundary[key_of(b)] = value(b.xreplace({_tau(): Integer(drawn.last)}))
    return params, inputs, boundary


def _tau() -> Any:
    from symrnn import tau

    return tau


def place(model: Recurrence, leaf: Any) -> tuple[str, int | None]:
    """The key of a leaf in the gradients, and its row for an element of an input."""
    if isinstance(leaf, Element):
        if leaf.sequence not in model.defined and int(leaf.time) >= 1:
            return leaf.name, int(leaf.time) - 1
        return key_of(leaf), None
    assert isinstance(leaf, Parameter | Constant)
    return leaf.name, None


def loss(drawn: Instance) -> float:
    """The loss of an instance."""
    return float(np.asarray(drawn.loss(drawn.run())))


def gradient(drawn: Instance, leaf: Any) -> np.ndarray:
    """The derivative of the loss by every entry of a leaf, by the complex step."""
    base = {x: np.asarray(v, dtype=complex) for x, v in drawn.given.items()}
    found = np.zeros(np.shape(drawn.given[leaf]))
    for entry in np.ndindex(found.shape):
        moved = base[leaf].copy()
        moved[entry] += STEP * 1j
        value = drawn.loss(drawn.run({**base, leaf: moved}, Complexes()))
        found[entry] = np.imag(value) / STEP
    return found


def symbolic(model: Recurrence, leaf: Any, last: int) -> str | None:
    """The key of a boundary value whose time, with tau a number, is this leaf's."""
    for b in model.boundary:
        if b.xreplace({_tau(): Integer(last)}) == leaf:
            return key_of(b)
    return None


def has_inputs(model: Recurrence) -> bool:
    """Whether some sequence is given."""
    return any(v not in model.defined for v in model.sequences)
