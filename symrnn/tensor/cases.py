"""The value of a `Piecewise`, entry by entry: which of its cases holds, and the value of that case.

Conditions compare numbers, so a system without an order, the finite field, cannot decide them; dual numbers
take the case of their values, and its derivative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import And, Basic, Eq, Ge, Gt, Le, Lt, Ne, Not, Or, Piecewise, false, true

from symrnn.errors import Undefined
from symrnn.tensor.numbers import Array, NumberSystem, Undecidable

_HOLDS: dict[type, Callable[[Any], Any]] = {
    Gt: lambda s: s > 0,
    Ge: lambda s: s >= 0,
    Lt: lambda s: s < 0,
    Le: lambda s: s <= 0,
    Eq: lambda s: s == 0,
    Ne: lambda s: s != 0,
}


def value_of_cases(e: Piecewise, walk: Callable[[Basic], Array], system: NumberSystem) -> Array:
    """The value of the first case whose condition holds, for each entry.

    Raises
    ------
    Undecidable
        In a system without an order.
    Undefined
        Where no condition holds.
    """
    reached: Any = np.asarray(False)
    found: Array | None = None
    for value, condition in e.args:
        here = _holds(condition, walk, system)
        chosen = here & ~reached
        branch = walk(value)
        found = branch if found is None else _chosen(system, chosen, branch, found)
        reached = reached | here
    if not np.all(reached):
        raise Undefined(f"no case of {e} holds everywhere", repair="end it with a case for True")
    return found


def _chosen(system: NumberSystem, where: Any, a: Array, b: Array) -> Array:
    return system.stack(lambda parts: np.where(where, parts[0], parts[1]), [a, b])


def _holds(condition: Basic, walk: Callable[[Basic], Array], system: NumberSystem) -> Any:
    """Where a condition holds, as an array of truth values."""
    if condition in (true, false):
        return np.asarray(condition == true)
    if isinstance(condition, Not):
        return ~_holds(condition.args[0], walk, system)
    if isinstance(condition, And | Or):
        parts = [_holds(c, walk, system) for c in condition.args]
        return np.logical_and.reduce(parts) if isinstance(condition, And) else np.logical_or.reduce(parts)
    test = next((test for kind, test in _HOLDS.items() if isinstance(condition, kind)), None)
    if test is None:
        raise Undecidable(f"the condition {condition} is not evaluated")
    minus = system.multiply(system.array(-1), walk(condition.rhs))
    return np.asarray(test(system.signs(system.add(walk(condition.lhs), minus))), dtype=bool)
