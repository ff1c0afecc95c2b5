"""Total derivatives of the loss by dual numbers on the unfolded graph: the path that can refute a derivation.

It runs the model's equations with one node moved along a direction, in any number system, and knows
nothing of the laws, the sweep or SymPy's `diff`.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic

from symrnn.graph.run import Instance
from symrnn.tensor.adjoint import Copy
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Array


def total_derivative(instance: Instance, base: Evaluator, leaf: Any, direction: Array) -> Array:
    """The derivative of the loss when `leaf` moves along `direction`, everything after it following.

    A computed node moves by itself, as if a term were added to its equation; the copy of a parameter
    moves at its own step only.
    """
    system = Dual(instance.system)
    values: dict[Basic, Array] = {x: system.lift(v) for x, v in base.values.items()}
    evaluator = Evaluator(system, values, instance.sizes)
    at = leaf.time if isinstance(leaf, Copy) else None
    moved = leaf.parameter if isinstance(leaf, Copy) else leaf
    shifted = DualArray(base.values[moved], direction) if moved in base.values else None
    if at is None:
        values[moved] = shifted
    computed = moved in {e.lhs for e in instance.graph.equations}
    changed = {moved}  # what depends on none of these has the value it had
    for e, needed in instance.needs:
        if (computed and e.lhs == moved) or changed.isdisjoint(needed):
            continue
        if at is not None and e.lhs.time != at and not (needed & changed) - {moved}:
            continue
        values[e.lhs] = _value(e, evaluator, moved, shifted, at, system)
        changed.add(e.lhs)
    return instance.loss(evaluator).tangent


def _value(e: Any, evaluator: Evaluator, moved: Any, shifted: Any, at: Any, system: Dual) -> Array:
    if at is None or e.lhs.time != at:
        return evaluator(e.rhs)
    inner = Evaluator(system, {**evaluator.values, moved: shifted}, evaluator.sizes)
    return inner(e.rhs)


def directional(instance: Instance, value: Array, direction: Array) -> Array:
    """The inner product of a gradient with a direction."""
    system = instance.system
    return system.linear(lambda v: v.sum() if hasattr(v, "sum") else v, system.multiply(value, direction))
