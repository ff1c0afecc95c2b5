"""Total and immediate derivatives by dual numbers: the path that can refute a forward recurrence.

The model's equations are run with one entry of θ moved at a time; every node's tangent is a column. Nothing
here knows the rules by which Jacobians are written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Basic

from symrnn.calculus.derivation import Step
from symrnn.graph.run import Instance
from symrnn.model import Parameter, reads
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import shape_of
from symrnn.tensor.numbers import Array
from symrnn.tensor.sensitivity import Immediate


class ForwardTruths:
    """The total and immediate derivatives at one instance, each found once."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._columns: dict[Any, list[dict[Any, Array]]] = {}

    def total(self, rate: Any) -> Array:
        """∂v/∂θ, a column for each entry of θ."""
        by = rate.by
        if by not in self._columns:
            self._columns[by] = [self._run(by, unit) for unit in self._units(by)]
        return self._matrix(rate, [tangents.get(rate.node) for tangents in self._columns[by]])

    def immediate(self, rate: Any) -> Array:
        """∂⁺v/∂u: every place in the equation of v where u is read moves, and nothing else."""
        (e,) = (e for e in self.instance.graph.equations if e.lhs == rate.node)
        return self._matrix(rate, [self._moved(e.rhs, {rate.by: unit}, rate.by) for unit in self._units(rate.by)])

    def apart(self, rate: Any, expr: Any, rule: dict[Basic, Basic]) -> Array:
        """The derivative of a generic right side by one leaf in it, made a leaf of its own before times are put in."""
        stand_in = Parameter("operand_0", *shape_of(rate.by))
        subject = expr.xreplace({rate.by: stand_in}).xreplace(rule)
        at = rate.by.xreplace(rule)
        columns = [self._moved(subject, {stand_in: unit}, at) for unit in self._units(at)]
        return self._matrix(rate.xreplace(rule), columns)

    def _units(self, by: Any) -> list[Array]:
        shape = self.instance.base.shape(by)
        units = []
        for place in np.ndindex(shape):
            unit = np.zeros(shape, dtype=int).astype(object)
            unit[place] = 1
            units.append(self.instance.system.array(unit))
        return units

    def _run(self, by: Any, unit: Array) -> dict[Any, Array]:
        """The tangents of all nodes when θ moves."""
        system, base = Dual(self.instance.system), self.instance.base
        values: dict[Basic, Any] = {x: system.lift(v) for x, v in base.values.items()}
        if by in base.values:
            values[by] = DualArray(base.values[by], unit)
        evaluator = Evaluator(system, values, self.instance.sizes)
        found: dict[Any, Array] = {by: unit}
        for e in self.instance.graph.equations:
            if e.lhs == by:
                continue
            values[e.lhs] = evaluator(e.rhs)
            found[e.lhs] = values[e.lhs].tangent
        return found

    def _moved(self, expr: Any, directions: dict[Any, Array], value_of: Any) -> Array:
        system, base = Dual(self.instance.system), self.instance.base
        values: dict[Basic, Any] = {x: system.lift(v) for x, v in base.values.items()}
        values |= {x: DualArray(base(value_of), unit) for x, unit in directions.items()}
        tangent: Array = Evaluator(system, values, self.instance.sizes)(expr).tangent
        return tangent

    def _matrix(self, rate: Any, columns: list[Array | None]) -> Array:
        """Columns beside each other, in the shape of the derivative; a column that is missing is zero."""
        shape = self.instance.base.shape(rate)
        rows = int(np.prod(self.instance.base.shape(rate.node), dtype=int))
        whole = np.zeros((rows, len(columns)), dtype=int).astype(object)
        for j, column in enumerate(columns):
            if column is not None:
                whole[:, j] = np.ravel(column)
        return np.asarray(whole.reshape(shape), dtype=self.instance.system.dtype)


def total_gap(step: Step, rule: dict[Basic, Basic], checker: Any) -> float:
    """How far a chain of uses is from the total derivative; its immediate derivatives are of single leaves."""
    rates = [x for x in reads(step.after) if isinstance(x, Immediate)]
    names = {x: Parameter(f"rate_{i}", *shape_of(x)) for i, x in enumerate(rates)}
    known = {name: checker.forward.apart(x, step.subject, rule) for x, name in names.items()}
    value = checker.value(step.after.xreplace(names).xreplace(rule), known)
    distance: float = checker.instance.system.distance(value, checker.truth(step.before.xreplace(rule)))
    return distance
