"""The values of a formula at a point, with true values for whatever it reads, adjoints included."""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.backward import Variation
from symrnn.errors import Undefined
from symrnn.graph.instance import written_out
from symrnn.model import Element, Sequence
from symrnn.numeric.checking.case import DOUBLE, Case
from symrnn.numeric.checking.points import Arrays, Point
from symrnn.numeric.checking.system import LinearBackward
from symrnn.numeric.frame import key_of_leaf
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Floats
from symrnn.tensor.time import t


class FormulaCase(Case):
    """A formula's values at a point, with true adjoints where it reads adjoints."""

    def __init__(self, at: Point, leaf: Any, yours: np.ndarray, local: bool) -> None:
        super().__init__(at, {}, DOUBLE)
        self.key = key_of_leaf(leaf)
        self.leaves, self.keys, self.yours = {self.key: leaf}, (self.key,), {self.key: yours}
        self.local = local

    def varied(self, *variations: Variation) -> Arrays | None:
        """The values that mistakes give: in this line alone, or in the whole recurrence."""
        if not self.local or not variations:
            return super().varied(*variations)
        if any(v.scheme for v in variations):
            return None
        vectors = [_one_line(s, variations) for s in self.systems]
        return self.collected(vectors) if all(np.all(np.isfinite(v)) for v in vectors) else None


def _one_line(system: LinearBackward, variations: tuple[Variation, ...]) -> np.ndarray:
    """Each line of the varied pass, with the right adjoints on its right side."""
    (whole, _), n = system.matrix(*variations), system.unknowns
    return np.asarray(whole[:, :n] @ system.right[:n] + whole[:, -1])


def formula_values(expr: Any, leaf: Any, at: Point) -> np.ndarray:
    """The value of a formula, at every time of a sequence."""
    system = at.systems[0]
    values = dict(system.parts.values)
    for x, rows in system.rows.items():
        values[nabla(x)] = np.reshape(system.right[rows], system.parts.shape(x))
    rule = dict(at.examples[0].rule)
    if not isinstance(leaf, Sequence):
        return _value(expr.xreplace(rule), values, at)
    return np.stack([_value(expr.xreplace({**rule, t: Integer(s)}), values, at) for s in at.computed(leaf)])


def _value(expr: Any, values: dict[Any, Any], at: Point) -> np.ndarray:
    """The value of a formula; adjoints of what is not there are zero, and values that only they multiply any number."""
    example = at.examples[0]
    shaper = Evaluator(Floats(), {}, example.sizes)
    whole = written_out(expr)
    absent = {a: np.zeros(shaper.shape(a.node)) for a in whole.atoms(Adjoint) if a not in values}
    loose = [x for x in whole.atoms(Element) if x not in values and x.sequence in at.model.defined] if absent else []
    found = []
    for filling in (0.5, 0.25):
        filled = {x: np.full(shaper.shape(x), filling) for x in loose}
        known = {**values, **absent, **filled}
        found.append(np.asarray(Evaluator(Floats(), known, example.sizes)(whole), dtype=float))
    if not np.array_equal(found[0], found[1]):
        raise Undefined(f"the formula reads {sorted(map(str, loose))[0]}, which is not computed at this last time")
    return found[0]
