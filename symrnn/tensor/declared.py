"""Derivatives that are declared instead of true: a stopped gradient, and a surrogate for a step.

Both have a value as usual. `stop_gradient(x)` passes nothing back; `surrogate(f, slope, x)` has the value
f(x) and passes back `slope(x)`, as spiking units and straight-through estimators do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
from sympy import Expr, Lambda, Symbol
from sympy.core.function import ArgumentIndexError

from symrnn.errors import Undefined
from symrnn.tensor.elementwise import Operand, elementwise
from symrnn.tensor.node import Node, Slot, Tensor, new_slot, new_tensor
from symrnn.tensor.operands import as_operand


class StopGradient(Node):
    """The value of its content; its derivative is declared to be zero."""

    __slots__ = ()
    args: tuple[Any, ...]
    content = property(lambda self: self.args[0])


class StopGradientTensor(StopGradient, Tensor):
    """A vector or matrix through which nothing is passed back."""

    __slots__ = ()

    def __new__(cls, content: Tensor) -> Tensor:
        return new_tensor(cls, content.shape, content)


class StopGradientSlot(StopGradient, Slot):
    """A scalar through which nothing is passed back."""

    __slots__ = ()

    def __new__(cls, content: Expr) -> Slot:
        return new_slot(cls, content)


def stop_gradient(x: Operand) -> Any:
    """The value of x, treated as a constant by every derivative."""
    x = as_operand(x)
    return StopGradientTensor(x) if isinstance(x, Tensor) else StopGradientSlot(x)


class Declared(sympy.Function):
    """`Declared(x, Lambda(z, f), Lambda(z, slope))`: the value f(x), with a declared derivative slope(x)."""

    nargs = 3
    is_real = True
    is_commutative = True

    def fdiff(self, argindex: int = 1) -> Expr:
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self.args[2](self.args[0])

    def _eval_derivative(self, variable: Any) -> Expr:
        return self.fdiff() * self.args[0].diff(variable)

    @property
    def free_symbols(self) -> set[Any]:
        return set(self.args[0].free_symbols)


def surrogate(value: Callable[[Expr], Expr], slope: Callable[[Expr], Expr], x: Operand) -> Any:
    """f(x) with a declared derivative, of a scalar or of every entry of a tensor.

    Parameters
    ----------
    value, slope
        Functions of one scalar, such as `symrnn.step` and `lambda z: 1 / (1 + z**2)`.
    x
        A scalar or tensor.

    Examples
    --------
    >>> import symrnn as sr
    >>> v = sr.Sequence("v")
    >>> sr.surrogate(sr.step, lambda z: 1 / (1 + z**2), v[sr.t]).diff(v[sr.t])
    1/((v[t])**2 + 1)
    """
    z = Symbol("z", real=True)
    body, rate = as_operand(value(z)), as_operand(slope(z))
    for expr in (body, rate):
        if isinstance(expr, Tensor) or expr.free_symbols - {z}:
            raise Undefined(
                f"{expr} is not a function of one scalar", repair="pass functions such as lambda z: 1 / (1 + z**2)"
            )
    f, df = Lambda(z, body), Lambda(z, rate)
    return elementwise(lambda p: Declared(p, f, df), x)
