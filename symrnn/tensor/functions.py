"""Scalar functions as verbs: of a scalar they are SymPy's, of a tensor they work entry by entry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr

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
sigmoid = _verb(activations.sigmoid, "The logistic function 1 / (1 + exp(-x))")
relu = _verb(activations.relu, "max(0, x)")
softplus = _verb(activations.softplus, "log(1 + exp(x))")
step = _verb(activations.step, "1 where x > 0, else 0,")
