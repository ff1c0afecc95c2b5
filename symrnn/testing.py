"""For test suites: assert that a hand-written gradient is right; check the gradient of any expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.calculus.verdict import Verdict
from symrnn.errors import Undefined
from symrnn.model import Element, Equation, Parameter, Recurrence, Sequence, reads
from symrnn.numeric.checking.entry import check_gradient
from symrnn.numeric.checking.formula import check_formulas
from symrnn.tensor.node import shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.time import t, tau

__all__ = ["assert_gradient", "gradcheck"]


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


def _stand_ins(scalar: Any) -> dict[Any, Any]:
    """For each leaf a parameter of its own: the time of an element means nothing here."""
    found: dict[Any, Any] = {}
    for leaf in reads(scalar):
        name = leaf.name
        if isinstance(leaf, Element):
            name += "_" + str(leaf.time).replace(" ", "").replace("-", "m").replace("+", "p")
        found[leaf] = Parameter(name, *shape_of(leaf))
    return found
