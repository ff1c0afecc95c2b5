"""A bound on how far gradients can grow, with the conditions under which it holds.

The derivative of the state by itself at an earlier time is a product of Jacobians; the spectral norm of a product is
at most the product of the norms, and a diagonal of derivatives is at most the largest of them (Pascanu et al. 2013).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sympy import Abs, Add, Expr, Float, Integer, Max, Mul, Pow, Symbol
from sympy.sets.sets import Interval

from symrnn.analysis.ranges import range_of
from symrnn.analysis.sharing import state_of
from symrnn.calculus import closed_form
from symrnn.errors import Unsupported
from symrnn.model import Parameter, Recurrence, Sequence, reads
from symrnn.tensor import (
    Contract,
    Diag,
    Elementwise,
    Eye,
    TimeProduct,
    Transpose,
    placeholder,
    shape_of,
    t,
)
from symrnn.tensor.products import MatrixPower


@dataclass(frozen=True)
class GradientBound:
    """‖∂h(t)/∂h(k)‖ <= rate^(t - k), in the spectral norm.

    rate
        A bound on the norm of one step's Jacobian, in terms of the norms of its matrices.
    norms
        The symbol that stands for the spectral norm of each matrix, and for each scalar.
    conditions
        What is used: the range of each derivative.
    """

    state: Sequence
    rate: Expr
    expr: Expr
    norms: MappingProxyType[str, Symbol]
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        where = "; ".join(self.conditions)
        return f"norm of d{self.state}(t)/d{self.state}(k) <= {self.expr}" + (f"   ({where})" if where else "")

    def value(self, params: Any, steps: int) -> float:
        """The bound as a number, for arrays by name."""
        import numpy as np

        numbers = {}
        for name, symbol in self.norms.items():
            array = np.asarray(params[name], dtype=float)
            numbers[symbol] = float(np.linalg.norm(array, 2)) if array.ndim == 2 else float(array)
        return float(self.rate.xreplace({s: Float(x) for s, x in numbers.items()})) ** steps


def gradient_bound(model: Recurrence, state: Any = None) -> GradientBound:
    """A bound on the derivative of a state by itself at an earlier time: C5.

    Raises
    ------
    Unsupported
        For states whose one-step Jacobian has no bound that follows from its form, and where no product solves it.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.analysis.gradient_bound(sr.models.elman()))
    norm of dh(t)/dh(k) <= sigma_W**(-k + t)   (1 - h**2 is between 0 and 1)
    """
    h = state_of(model, state)
    k = Symbol("k", integer=True)
    product = closed_form(model, h[t], by=h[k]).expr
    if isinstance(product, MatrixPower):
        step = product.matrix
    elif isinstance(product, Pow):
        step = product.base
    elif isinstance(product, TimeProduct):
        step = product.body
    else:
        raise Unsupported(f"{h} is carried together with other states; no bound is known for their common Jacobian")
    bounds = _Bounds(model)
    rate = bounds.norm(step)
    return GradientBound(
        h, rate, rate ** (t - k), MappingProxyType(dict(bounds.norms)), tuple(dict.fromkeys(bounds.conditions))
    )


class _Bounds:
    """Bounds on spectral norms, and what they rest on."""

    def __init__(self, model: Recurrence) -> None:
        self.model = model
        self.norms: dict[str, Symbol] = {}
        self.conditions: list[str] = []

    def norm(self, x: Any) -> Expr:
        """A bound on the norm of an expression; on the absolute value of a scalar."""
        if isinstance(x, Parameter):
            return self._symbol(x) if shape_of(x) else Abs(self._symbol(x))
        if isinstance(x, Eye):
            return Integer(1)
        if isinstance(x, Transpose):
            return self.norm(x.args[0])
        if isinstance(x, Contract):
            return self.norm(x.left) * self.norm(x.right)
        if isinstance(x, Diag):
            return self._largest(x.args[0])
        if isinstance(x, Elementwise) and shape_of(x) and len(shape_of(x)) == 2:
            return self._sum(x)
        if not shape_of(x):
            return self._scalar(x)
        raise Unsupported(f"no bound is known on the norm of {x}")

    def _symbol(self, x: Parameter) -> Symbol:
        made = Symbol(f"sigma_{x.name}", nonnegative=True) if shape_of(x) else Symbol(str(x.name), real=True)
        return self.norms.setdefault(str(x.name), made)

    def _sum(self, x: Elementwise) -> Expr:
        """A sum of matrices, each with a scalar factor."""
        total: Expr = Integer(0)
        for term in Add.make_args(x.body):
            value: Expr = Integer(1)
            for factor in Mul.make_args(term):
                positions = [i for i in range(len(x.operands)) if factor == placeholder(i)]
                if positions:
                    value *= self.norm(x.operands[positions[0]])
                else:
                    value *= self._scalar(
                        factor.xreplace({placeholder(i): op for i, op in enumerate(x.operands) if not shape_of(op)})
                    )
            total += value
        return total

    def _scalar(self, x: Any) -> Expr:
        if x.is_number:
            return Abs(x)
        factors = Mul.make_args(x)
        shared = [f for f in factors if all(isinstance(leaf, Parameter) for leaf in reads(f))]
        rest = Mul(*(f for f in factors if f not in shared))
        known = [Abs(f.xreplace({leaf: self._symbol(leaf) for leaf in reads(f)})) for f in shared]
        return Mul(*known, *([] if rest == 1 else [self._largest(rest)]))

    def _largest(self, x: Any) -> Expr:
        """The largest absolute value that an entry can have, from the ranges of the functions in it."""
        found: Interval = range_of(self.model, x)
        if not (found.inf.is_finite and found.sup.is_finite):
            raise Unsupported(f"{x} has no bound", law="a bound needs derivatives that are bounded")
        shown = str(x).replace("[t]", "").replace("[j]", "")
        self.conditions.append(f"{shown} is between {found.inf} and {found.sup}")
        return Max(Abs(found.inf), Abs(found.sup))
