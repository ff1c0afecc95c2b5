"""The value of a scalar body in a number system, entry by entry: sums, products, powers and functions.

`Evaluator` adds what tensors mean; here is only what SymPy's scalar expressions mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np
from sympy import Add, Basic, Expr, Float, Heaviside, Integer, Max, Min, Mul, Piecewise, Pow, Rational, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.function import Function as SympyFunction
from sympy.core.numbers import NumberSymbol

from symrnn.errors import Undefined
from symrnn.tensor.cases import value_of_cases
from symrnn.tensor.declared import Declared
from symrnn.tensor.node import Node
from symrnn.tensor.numbers import Array, NumberSystem, Undecidable
from symrnn.tensor.prime import Prime


class BodyEvaluator:
    """Evaluates scalar bodies; a subclass says what a node means."""

    system: NumberSystem
    sizes: Mapping[Symbol, int]

    def __call__(self, expr: Basic) -> Array:
        raise NotImplementedError

    def size(self, d: Expr) -> int:
        """A dimension or time bound as a number."""
        raise NotImplementedError

    def over(self, system: NumberSystem) -> BodyEvaluator:
        """An evaluator of another system, that knows no leaves."""
        raise NotImplementedError

    def body(self, expr: Basic, places: Mapping[Basic, Array], shape: tuple[int, ...] = ()) -> Array:
        """A scalar expression over placeholders, entry by entry."""
        system = self.system

        def walk(e: Basic) -> Array:
            if e in places:
                return places[e]
            if isinstance(e, Node):
                return self(e)
            if isinstance(e, Rational):
                return system.constant((int(e.p), int(e.q)))
            if isinstance(e, Add):
                return system.add(*(walk(a) for a in e.args))
            if isinstance(e, Mul):
                product = walk(e.args[0])
                for a in e.args[1:]:
                    product = system.multiply(product, walk(a))
                return product
            if isinstance(e, Pow):
                return self._power(e, walk)
            return self._other(e, walk)

        value = walk(expr)
        return system.linear(lambda v: v if v.shape == shape else np.broadcast_to(v, shape), value) if shape else value

    def _power(self, e: Pow, walk: Any) -> Array:
        base, exponent = e.args
        if exponent.free_symbols & set(self.sizes):
            exponent = Integer(self.size(exponent))
        if exponent.is_Integer:
            return self.system.power(walk(base), int(exponent))
        if exponent.is_Rational and exponent.q == 2:
            root = self.system.function("sqrt", walk(base))
            return self.system.power(root, int(exponent.p))
        product = self.system.multiply(walk(exponent), self.system.function("log", walk(base)))
        return self.system.function("exp", product)

    def _other(self, e: Basic, walk: Any) -> Array:
        system = self.system
        if isinstance(e, Prime):
            flat = [walk(a) for a in e.application.args]
            orders = tuple(i for i, k in enumerate(e.orders) for _ in range(k))
            return self._entrywise(e.application.func.__name__, orders, flat)
        if isinstance(e, AppliedUndef):
            return self._entrywise(e.func.__name__, (), [walk(a) for a in e.args])
        if isinstance(e, Declared):
            x, value, slope = e.args
            return system.declared(walk(x), self._as_function(value), self._as_function(slope))
        if isinstance(e, Max | Min):
            return self._extreme(walk, e)
        if isinstance(e, Heaviside):
            return system.function("step", walk(e.args[0]))
        if isinstance(e, Piecewise):
            return value_of_cases(e, walk, system)
        if isinstance(e, SympyFunction) and len(e.args) == 1:
            return system.function(e.func.__name__, walk(e.args[0]))
        if isinstance(e, Symbol) and e in self.sizes:
            return system.array(self.sizes[e])
        if isinstance(e, Float):
            exact = Rational(e)
            return system.constant((int(exact.p), int(exact.q)))
        if isinstance(e, NumberSymbol):
            return system.irrational(e)
        if isinstance(e, SympyFunction):
            raise Undecidable(f"{type(e).__name__} is not evaluated here: {e}")
        raise Undefined(f"{e} has no value: it is neither declared nor a number")

    def _extreme(self, walk: Any, e: Any) -> Array:
        """max(a, b) = a + relu(b - a), min(a, b) = a - relu(a - b), over all arguments."""
        system, minus = self.system, self.system.array(-1)
        found = walk(e.args[0])
        for other in e.args[1:]:
            b = walk(other)
            if isinstance(e, Max):
                found = system.add(found, system.function("relu", system.add(b, system.multiply(minus, found))))
            else:
                over = system.function("relu", system.add(found, system.multiply(minus, b)))
                found = system.add(found, system.multiply(minus, over))
        return found

    def _as_function(self, formula: Any) -> Any:
        (z,) = formula.variables
        return lambda system, x: self.over(system).body(formula.expr, {z: x})

    def _entrywise(self, name: str, orders: tuple[int, ...], flat: list[Array]) -> Array:
        shapes = [np.shape(_plain(x)) for x in flat]
        shape = np.broadcast_shapes(*shapes)
        if shape == ():
            return self.system.unknown(name, orders, 0, flat)
        spread = [self.system.linear(lambda v: np.broadcast_to(v, shape), x) for x in flat]
        columns = [self._scalars(x, shape) for x in spread]
        return self._assemble([self.system.unknown(name, orders, 0, z) for z in zip(*columns, strict=True)], shape)

    def _scalars(self, x: Array, shape: tuple[int, ...]) -> list[Array]:
        return [self.system.linear(itemgetter(place), x) for place in np.ndindex(shape)]

    def _assemble(self, parts: list[Array], shape: tuple[int, ...]) -> Array:
        dtype = self.system.dtype

        def together(items: list[Array]) -> Array:
            return np.array([x[()] for x in items], dtype=dtype).reshape(shape)

        return self.system.stack(together, parts)


def _plain(x: Array) -> Any:
    while hasattr(x, "value") and hasattr(x, "tangent"):
        x = x.value
    return x
