"""Dual numbers over any number system: the derivative of an evaluation, by walking it.

This path knows nothing of SymPy's `diff` nor of the laws that differentiate equations; it states the
derivatives of the scalar functions a second time, on numbers, and so can refute the symbolic result.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Collection
from typing import Any, NamedTuple

import numpy as np
import sympy
from sympy import Symbol
from sympy.core.function import FunctionClass

from symrnn.tensor.numbers import Array, NumberSystem, Undecidable


class DualArray(NamedTuple):
    """A value and its tangent, arrays of one shape over the base system."""

    value: Array
    tangent: Array


def _slope(base: NumberSystem, name: str, x: Array, y: Array) -> Array:
    """The derivative of a known function at x with value y, in the base system."""
    one = base.array(1)

    def minus(a: Array, b: Array) -> Array:
        return base.add(a, base.multiply(base.array(-1), b))

    def square(v: Array) -> Array:
        return base.multiply(v, v)

    laws: dict[str, Callable[[], Array]] = {
        "tanh": lambda: minus(one, square(y)),
        "sigmoid": lambda: base.multiply(y, minus(one, y)),
        "exp": lambda: y,
        "log": lambda: base.divide(one, x),
        "sin": lambda: base.function("cos", x),
        "cos": lambda: base.multiply(base.array(-1), base.function("sin", x)),
        "sinh": lambda: base.function("cosh", x),
        "cosh": lambda: base.function("sinh", x),
        "tan": lambda: base.add(one, square(y)),
        "atan": lambda: base.divide(one, base.add(one, square(x))),
        "asinh": lambda: base.divide(one, base.function("sqrt", base.add(one, square(x)))),
        "sqrt": lambda: base.divide(one, base.multiply(base.array(2), y)),
        "softplus": lambda: base.function("sigmoid", x),
        "relu": lambda: base.function("step", x),
        "step": lambda: base.multiply(base.array(0), x),
        "Abs": lambda: base.function("sign", x),
        "sign": lambda: base.multiply(base.array(0), x),
    }
    return laws[name]() if name in laws else _by_sympy(base, name, x)


def _by_sympy(base: NumberSystem, name: str, x: Array) -> Array:
    """The derivative of a function that is not in the table, by SymPy's formula for it."""
    from symrnn.tensor.evaluate import Evaluator

    function, z = getattr(sympy, name, None), Symbol("z", real=True)
    if not isinstance(function, FunctionClass):
        raise Undecidable(f"no derivative on numbers is declared for {name}")
    return Evaluator(base, {}, {}).body(function(z).fdiff(), {z: x})


class Dual(NumberSystem):
    """Pairs (value, tangent) over a base system; nesting gives higher derivatives."""

    def __init__(self, base: NumberSystem) -> None:
        self.base = base
        self.name = f"dual numbers over {base.name}"
        self.exact = base.exact

    def lift(self, value: Any) -> DualArray:
        """A number of the base system, with tangent zero."""
        return DualArray(value, self.base.linear(lambda v: v * 0, value))

    def array(self, value: Any) -> Array:
        return value if isinstance(value, DualArray) else self.lift(self.base.array(value))

    def linear(self, operation: Callable[[Array], Array], x: Array) -> Array:
        return DualArray(self.base.linear(operation, x.value), self.base.linear(operation, x.tangent))

    def bilinear(self, operation: Callable[[Array, Array], Array], x: Array, y: Array) -> Array:
        base = self.base
        return DualArray(
            base.bilinear(operation, x.value, y.value),
            base.add(base.bilinear(operation, x.tangent, y.value), base.bilinear(operation, x.value, y.tangent)),
        )

    def add(self, *terms: Array) -> Array:
        return DualArray(self.base.add(*(x.value for x in terms)), self.base.add(*(x.tangent for x in terms)))

    def divide(self, x: Array, y: Array) -> Array:
        base = self.base
        quotient = base.divide(x.value, y.value)
        change = base.add(x.tangent, base.multiply(base.array(-1), base.multiply(quotient, y.tangent)))
        return DualArray(quotient, base.divide(change, y.value))

    def stack(self, operation: Callable[[list[Array]], Array], parts: list[Array]) -> Array:
        return DualArray(
            self.base.stack(operation, [p.value for p in parts]),
            self.base.stack(operation, [p.tangent for p in parts]),
        )

    def power(self, x: Array, exponent: int) -> Array:
        base = self.base
        value = base.power(x.value, exponent)
        if exponent == 0:
            return DualArray(value, base.multiply(base.array(0), x.tangent))
        rate = base.multiply(base.array(exponent), base.power(x.value, exponent - 1))
        return DualArray(value, base.multiply(rate, x.tangent))

    def function(self, name: str, x: Array) -> Array:
        value = self.base.function(name, x.value)
        return DualArray(value, self.base.multiply(_slope(self.base, name, x.value, value), x.tangent))

    def unknown(self, name: str, orders: tuple[int, ...], component: int, z: Collection[Array]) -> Array:
        base, values = self.base, [v.value for v in z]
        tangent = base.array(0)
        for i, v in enumerate(z):
            rate = base.unknown(name, (*orders, i), component, values)
            tangent = base.add(tangent, base.multiply(rate, v.tangent))
        return DualArray(base.unknown(name, orders, component, values), tangent)

    def inverse(self, x: Array) -> Array:
        base = self.base
        value = base.inverse(x.value)
        change = base.bilinear(np.matmul, value, base.bilinear(np.matmul, x.tangent, value))
        return DualArray(value, base.multiply(base.array(-1), change))

    def signs(self, x: Array) -> Any:
        return self.base.signs(x.value)

    def detach(self, x: Array) -> Array:
        return self.lift(self.base.detach(x.value))

    def declared(self, x: Array, value: Callable[[NumberSystem, Array], Array], slope: Callable[..., Array]) -> Array:
        rate = slope(self.base, x.value)
        return DualArray(self.base.declared(x.value, value, slope), self.base.multiply(rate, x.tangent))

    def irrational(self, number: Any) -> Array:
        return self.lift(self.base.irrational(number))

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self.lift(self.base.random(rng, shape))


def tangent_of(x: Array) -> Array:
    """The tangent of a dual number."""
    return x.tangent
