"""For test suites: assert that a hand-written gradient is right; check the gradient of any expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.calculus.verdict import Verdict
from symrnn.errors import ShapeError, Undefined
from symrnn.model import Element, Equation, Parameter, Recurrence, Sequence, reads
from symrnn.numeric.checking.entry import check_gradient
from symrnn.numeric.checking.formula import check_formulas
from symrnn.numeric.checking.tangents import Tangents
from symrnn.tensor.node import shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.time import t, tau

__all__ = ["FullCheck", "assert_gradient", "gradcheck"]


def assert_gradient(model: Recurrence, function: Any, **options: Any) -> Verdict:
    """Fail with the whole report unless `check_gradient(model, function, **options)` says right.

    Raises
    ------
    AssertionError
        With the report, when the verdict is anything but right.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.testing import assert_gradient
    >>> elman = sr.models.elman()
    >>> assert_gradient(elman, sr.to_numpy(elman).loss_and_grad).status
    'right'
    """
    __tracebackhide__ = True
    verdict = check_gradient(model, function, **options)
    if not verdict:
        raise AssertionError(f"\n{verdict}")
    return verdict


def gradcheck(expression: Any, gradients: Any, *, dims: Mapping[Any, int] | None = None, seed: int = 0) -> Verdict:
    """Whether gradients of a scalar expression are right, and which mistake it is if not.

    Parameters
    ----------
    expression
        A scalar expression of parameters, constants and elements of sequences.
    gradients
        For each leaf an expression of the leaf's shape, `{W: outer(...)}`; or a function of a dict of arrays, by the
        leaves' names (`h[t]` goes by "h_t"), that returns a dict of gradients, or (value, gradients).
    dims, seed
        Sizes in place of those chosen; the seed of the random point.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.testing import gradcheck
    >>> n, m = sr.dims("n m")
    >>> A, x, y = sr.Parameter("A", n, m), sr.Parameter("x", m), sr.Parameter("y", n)
    >>> loss = sr.dot(y, sr.tanh(A @ x))
    >>> print(bool(gradcheck(loss, {x: A.T @ ((1 - sr.tanh(A @ x) ** 2) * y)})))
    True
    >>> gradcheck(loss, {x: A.T @ y}).mistakes
    ('derivative forgotten',)
    """
    scalar = as_operand(expression)
    if shape_of(scalar):
        raise Undefined(f"{scalar} is not a scalar", repair="pair it with weights: sr.dot(w, ...)")
    rule = _stand_ins(scalar)
    value = Sequence("value")
    model = Recurrence(Equation(value[t], scalar.xreplace(rule)), loss=value[tau], name="expression")
    if not isinstance(gradients, Mapping):
        return check_gradient(model, lambda params, inputs, boundary: gradients(params), tau=1, dims=dims, seed=seed)
    for leaf in gradients:
        if leaf not in rule:
            raise Undefined(f"{leaf} is not read by {scalar}", repair="one of " + ", ".join(map(str, rule)))
    formulas = {rule[leaf]: as_operand(formula).xreplace(rule) for leaf, formula in gradients.items()}
    return check_formulas(model, formulas, tau=1, dims=dims, seed=seed)


class FullCheck:
    """`FullCheck(model)(params, inputs, boundary, grads)`: every entry of a gradient at sizes of your own.

    The right gradient is found forward in time by batched tangents, so that thousands of entries cost about a
    millisecond; use it where `check_gradient`, which chooses small sizes of its own, has said that the function is
    right, to watch it in training or at the sizes that matter.

    Raises
    ------
    Unsupported
        For models that read other steps than the present and the one before.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> from symrnn.testing import FullCheck
    >>> model = sr.models.scalar()
    >>> given = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": np.ones(50), "y": np.zeros(50)}, {"s[0]": 0.0}
    >>> _, grads = sr.to_numpy(model).loss_and_grad(*given)
    >>> FullCheck(model)(*given, grads).status
    'right'
    """

    def __init__(self, model: Recurrence, tolerance: float = 1e-7) -> None:
        self.tangents, self.tolerance = Tangents(model), tolerance

    def __call__(self, params: Any, inputs: Any, boundary: Any, grads: Mapping[str, Any]) -> Verdict:
        """The verdict: "right" or "wrong", with the relative errors in `.facts`."""
        _, right = self.tangents(params, inputs, boundary)
        errors = {}
        for key, given in grads.items():
            if key not in right:
                raise Undefined(f"{key!r} is not a gradient found here", repair="one of " + ", ".join(right))
            mine, own = np.asarray(given, dtype=float), right[key]
            if mine.shape != own.shape:
                raise ShapeError(f"the gradient of {key} has shape {mine.shape}; expected {own.shape}")
            scale = max(float(np.linalg.norm(own)), float(np.linalg.norm(mine)), 1e-12)
            errors[key] = float(np.linalg.norm(mine - own)) / scale
        wrong = {key: e for key, e in errors.items() if not e <= self.tolerance}
        subject = f"full check  {self.tangents.model.title.name}, {sum(np.size(g) for g in grads.values())} entries"
        kept = tuple(key for key in errors if key not in wrong)
        return Verdict("wrong" if wrong else "right", subject, wrong=wrong, right=kept, facts={"errors": errors})


def _stand_ins(scalar: Any) -> dict[Any, Any]:
    """For each leaf a parameter of its own: the time of an element means nothing here."""
    found: dict[Any, Any] = {}
    for leaf in reads(scalar):
        name = leaf.name
        if isinstance(leaf, Element):
            name += "_" + str(leaf.time).replace(" ", "").replace("-", "m").replace("+", "p")
        found[leaf] = Parameter(name, *shape_of(leaf))
    return found
