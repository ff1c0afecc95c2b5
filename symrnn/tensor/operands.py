"""What may stand beside a tensor: numbers and expressions are taken in, everything else is refused with its repair."""

from __future__ import annotations

import numbers
from decimal import Decimal
from math import isfinite
from typing import Any

from sympy import Basic, Derivative, Expr, Float, Integral, Limit, Number, Product, Rational, S, Subs, Sum, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase

from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.tensor import refusals
from symrnn.tensor.node import Slot, Tensor, parts_of, shape_of
from symrnn.tensor.shape import Shape, show_shape


def as_operand(x: object) -> Any:
    """A tensor or scalar of ours from an operand; numbers become exact SymPy numbers.

    Raises `Undefined` for a free SymPy symbol's container, text or arrays, which have no place here.
    """
    if isinstance(x, Tensor):
        return x
    if isinstance(x, bool):
        raise Undefined(f"{x} is a truth value, not a number")
    if isinstance(x, numbers.Rational) and not isinstance(x, Expr):  # int, NumPy's integers, Fraction
        return Rational(int(x.numerator), int(x.denominator))
    if isinstance(x, numbers.Real) and not isinstance(x, Expr):
        if not isfinite(x):
            raise Undefined(f"{float(x)} is not a finite number")
        return _exact(float(x))
    if isinstance(x, MatrixExpr | MatrixBase):
        raise Unsupported(
            f"{x} is a SymPy matrix; it does not mix with symrnn's tensors by operators",
            repair="bring it in with symrnn.from_sympy, or declare a Parameter of that shape",
        )
    if isinstance(x, Expr):
        refuse_tensors_inside(x)
        floats = parts_of(x, Float)
        return x.xreplace({f: _exact(float(f)) for f in floats}) if floats else x
    if getattr(x, "is_sequence_of_symrnn", False):
        raise Undefined(f"{x} is a whole sequence; an equation needs one element of it", repair=f"write  {x}[t]")
    if hasattr(x, "__array__"):
        raise refusals.array_operand(x)
    raise Undefined(
        f"{x!r} ({type(x).__name__}) is neither a number nor an expression",
        repair="use numbers, Sequence elements, Constants and Parameters",
    )


def _exact(number: float) -> Rational:
    return Rational(*Decimal(repr(number)).as_integer_ratio())  # 0.1 is one tenth, as written


_UNEVALUATED = (Derivative, Subs, Sum, Product, Integral, Limit)
_NOT_FINITE = {S.NaN, S.Infinity, S.NegativeInfinity, S.ComplexInfinity}


def refuse_tensors_inside(expr: Basic) -> None:
    """Raise when a SymPy function holds a tensor: SymPy would treat it as a scalar."""
    if expr in _NOT_FINITE:
        raise Undefined(f"{expr} is not a finite number")
    if isinstance(expr, Slot | Number | Symbol) or not expr.args:
        return
    if isinstance(expr, _UNEVALUATED):
        name = type(expr).__name__
        raise Unsupported(
            f"sympy.{name} is not taken into an equation: {expr}",
            law="what SymPy leaves unevaluated it would silently differentiate to zero here",
            repair="use symrnn.time_sum for sums over time; write derivatives and integrals out",
        )
    for arg in expr.args:
        if isinstance(arg, Tensor):
            raise refusals.in_sympy_function(expr.func.__name__, isinstance(expr, AppliedUndef), arg)
        refuse_tensors_inside(arg)


def need_rank(x: Basic, rank: int, what: str, *, repair: str = "") -> Shape:
    """The shape of x, or a ShapeError saying that `what` needs another rank."""
    shape = shape_of(x)
    if len(shape) != rank:
        raise ShapeError(
            f"{what} needs {('a scalar', 'a vector', 'a matrix')[rank]}; {x} has shape {show_shape(shape)}",
            repair=repair,
        )
    return shape
