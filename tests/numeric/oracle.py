"""The independent judge: values and derivatives of a random instance by the interpreter, not by generated code."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from symrnn.graph.lengths import checked_last, rule_of
from symrnn.graph.run import Instance, draw
from symrnn.model import Element, Recurrence
from symrnn.numeric.emit import key_of
from symrnn.tensor.numbers import Complexes, Floats

STEP = 1e-30


def instance(model: Recurrence, last: Any, seed: int = 0) -> Instance:
    """A random instance of a model."""
    return draw(model, checked_last(model, last), Floats(), seed)


def arguments(model: Recurrence, drawn: Instance) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The values of an instance as a caller passes them: params, inputs, boundary."""
    params: dict[str, Any] = {}
    inputs: dict[str, Any] = {}
    boundary: dict[str, Any] = {}
    rng = np.random.default_rng(1)

    sizes = {s: Integer(k) for s, k in drawn.sizes.items()}

    def value(leaf: Any) -> Any:
        shape = tuple(int(d.xreplace(sizes)) for d in leaf.shape)
        return drawn.given.get(leaf, rng.normal(size=shape))

    for leaf in model.parameters:
        params[leaf.name] = value(leaf)
    for leaf in model.constants:
        inputs[leaf.name] = value(leaf)
    rule = rule_of(model, drawn.last)
    for v in model.sequences:
        if v not in model.defined:
            last = int(model.given_range(v).last.xreplace(rule))
            inputs[v.name] = np.array([value(v[time]) for time in range(1, last + 1)])
    for b in model.boundary:
        boundary[key_of(b)] = value(b.xreplace(rule))
    return params, inputs, boundary


def place(model: Recurrence, leaf: Any, last: Any) -> tuple[str, int | None]:
    """The key of a leaf in the gradients, and its row for an element of an input."""
    if not isinstance(leaf, Element):
        return str(leaf.name), None
    for b in model.boundary:
        if b.xreplace(rule_of(model, checked_last(model, last))) == leaf:
            return key_of(b), None
    return leaf.name, int(leaf.time) - 1


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


def has_inputs(model: Recurrence) -> bool:
    """Whether some sequence is given."""
    return any(v not in model.defined for v in model.sequences)


def inner(drawn: Instance, upstream: dict[Any, np.ndarray], leaf: Any) -> np.ndarray:
    """The derivative by a leaf of the sum of arriving gradients times the values they arrive at."""
    base = {x: np.asarray(v, dtype=complex) for x, v in drawn.given.items()}
    found = np.zeros(np.shape(drawn.given[leaf]))
    for entry in np.ndindex(found.shape):
        moved = base[leaf].copy()
        moved[entry] += STEP * 1j
        run = drawn.run({**base, leaf: moved}, Complexes())
        found[entry] = sum(np.sum(u * np.imag(run(node))) for node, u in upstream.items()) / STEP
    return found


def mistakes(drawn: Instance, grads: dict[str, np.ndarray], tolerance: float = 1e-10) -> list[str]:
    """The gradients that are not the derivatives of the loss, with how far off they are."""
    found = []
    for leaf in drawn.given:
        key, row = place(drawn.model, leaf, drawn.last)
        if key not in grads:
            continue
        got, want = np.asarray(grads[key] if row is None else grads[key][row]), gradient(drawn, leaf)
        if got.shape != want.shape:
            found.append(f"{leaf}: shape {got.shape}, not {want.shape}")
        elif np.max(np.abs(got - want)) > tolerance * max(np.max(np.abs(want)), 1e-3):
            found.append(f"{leaf}: off by {np.max(np.abs(got - want)):.1e}")
    return found
