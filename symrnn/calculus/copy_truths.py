"""What is claimed of the copies of a parameter, along a random direction: a copy moves at its own step alone.

One run by dual numbers gives the derivative by one copy in one direction; entry by entry there would be as many runs
as the parameter has entries, for each of its copies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Basic, Integer

from symrnn.calculus.claims import times_of
from symrnn.calculus.derivation import Step
from symrnn.calculus.totals import directional, total_derivative
from symrnn.graph.lengths import numbers_of
from symrnn.model import Range
from symrnn.tensor.adjoint import Adjoint, Copy
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.numbers import Array

if TYPE_CHECKING:
    from symrnn.calculus.verify import LineChecker


def copies_gap(step: Step, checker: LineChecker, seed: int) -> float:
    """How far the claim about a copy's gradient, or about the sum over all copies, is from true along a direction."""
    return max((_gap(step, rule, checker, seed) for rule in times_of(step, checker.instance)), default=0.0)


def _gap(step: Step, rule: dict[Basic, Basic], checker: LineChecker, seed: int) -> float:
    instance = checker.home(step.before)
    leaf, after = step.before.node.xreplace(rule), step.after.xreplace(rule)
    direction = _direction(checker, leaf, seed)
    moved = total_derivative(instance, instance.base, leaf, direction)
    known = {a: _with_slope(a, direction, checker) for a in _copies(after)}
    return instance.system.distance(directional(instance, checker.value(after, known), direction), moved)


def _direction(checker: LineChecker, leaf: Any, seed: int) -> Array:
    """A random array with the first entry 1, the same for a parameter and all its copies."""
    system, shape = checker.instance.system, checker.base.shape(leaf)
    one = system.array(np.array(1, dtype=object))
    if not shape:
        return one
    rng = np.random.default_rng([seed, *numbers_of(checker.instance.last), 5])
    found = system.random(rng, shape)
    found.flat[0] = one[()]
    return found


def _with_slope(copy: Adjoint, direction: Array, checker: LineChecker) -> Array:
    """An array whose product with the direction is the derivative of the loss by a copy along it."""
    slope = total_derivative(checker.home(copy), checker.base, copy.node, direction)
    if not np.ndim(direction):
        return slope
    made = direction * 0
    made.flat[0] = slope[()]
    return made


def _copies(expr: Any) -> list[Adjoint]:
    """The adjoints of copies in an expression at numbers, those under a sum over time at each time."""
    summed = [(s, a) for s in expr.atoms(TimeSum) for a in s.body.atoms(Adjoint) if isinstance(a.node, Copy)]
    found = {a for a in expr.atoms(Adjoint) if isinstance(a.node, Copy) and not a.node.time.free_symbols}
    for s, a in summed:
        found |= {a.xreplace({s.index: Integer(k)}) for k in Range(s.lower, s.upper).times()}
    return sorted(found, key=str)
