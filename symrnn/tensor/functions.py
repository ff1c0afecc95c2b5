"""Scalar functions as verbs: of a scalar they are SymPy's, of a tensor they work entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr, Rational

from symrnn.tensor import activations
from symrnn.tensor.elementwise import Operand, elementwise


def _verb(function: Callable[..., Expr], summary: str) -> Callable[[Operand], Any]:
    def apply(x: Operand) -> Any:
        return elementwise(function, x)

    apply.__name__ = apply.__qualname__ = str(getattr(function, "__name__", "function"))
    apply.__doc__ = f"{summary} of a scalar, or of every entry of a tensor."
    return apply


tanh = _verb(sympy.tanh, "The hyperbolic tangent")
exp = _verb(sympy.exp, "The exponential")
log = _verb(sympy.log, "The natural logarithm")
sqrt = _verb(sympy.sqrt, "The square root")
sin = _verb(sympy.sin, "The sine")
cos = _verb(sympy.cos, "The cosine")
erf = _verb(sympy.erf, "The error function")
sigmoid = _verb(activations.sigmoid, "The logistic function 1 / (1 + exp(-x))")
relu = _verb(activations.relu, "max(0, x)")
softplus = _verb(activations.softplus, "log(1 + exp(x))")
step = _verb(activations.step, "1 where x > 0, else 0,")
sign = _verb(sympy.sign, "The sign, -1, 0 or 1,")
absolute = _verb(sympy.Abs, "The absolute value")


def silu(x: Operand) -> Any:
    """x sigmoid(x), of a scalar or of every entry of a tensor."""
    return elementwise(lambda z: z * activations.sigmoid(z), x)


def gelu(x: Operand) -> Any:
    """x times the normal distribution function of x, of a scalar or of every entry of a tensor."""
    return elementwise(lambda z: z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2, x)


_LEAK = Rational(1, 100)


def leaky_relu(x: Operand, slope: Operand = _LEAK) -> Any:
    """x where x > 0, else slope x, of a scalar or of every entry of a tensor."""
    return elementwise(lambda z, a: activations.relu(z) - a * activations.relu(-z), x, slope)


def elu(x: Operand, alpha: Operand = 1) -> Any:
    """x where x > 0, else alpha (exp(x) - 1), of a scalar or of every entry of a tensor."""
    return elementwise(lambda z, a: activations.relu(z) + a * (sympy.exp(-activations.relu(-z)) - 1), x, alpha)


def hard_tanh(x: Operand) -> Any:
    """x clipped to -1..1, of a scalar or of every entry of a tensor."""
    return elementwise(lambda z: activations.relu(z + 1) - activations.relu(z - 1) - 1, x)


def hard_sigmoid(x: Operand) -> Any:
    """x / 6 + 1/2 clipped to 0..1, of a scalar or of every entry of a tensor."""
    half = Rational(1, 2)
    return elementwise(lambda z: activations.relu(z / 6 + half) - activations.relu(z / 6 - half), x)


def maximum(a: Operand, b: Operand) -> Any:
    """The larger of two scalars, or entry by entry of tensors of one shape; where they are equal, a's slope."""
    return elementwise(lambda p, q: p + activations.relu(q - p), a, b)


def minimum(a: Operand, b: Operand) -> Any:
    """The smaller of two scalars, or entry by entry of tensors of one shape; where they are equal, a's slope."""
    return elementwise(lambda p, q: p - activations.relu(p - q), a, b)
