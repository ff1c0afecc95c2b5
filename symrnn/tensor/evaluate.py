"""The value of one expression in a number system, given the values of its leaves.

This is the independent evaluator: it knows what each node means and nothing of how nodes are
differentiated, printed or compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatchmethod
from operator import itemgetter
from typing import Any

import numpy as np
from sympy import Add, Basic, Expr, Float, Integer, Mul, Piecewise, Pow, Rational, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.function import Function as SympyFunction
from sympy.core.numbers import NumberSymbol

from symrnn.errors import Undefined, Unsupported
from symrnn.tensor import binders, linear, pieces, special, unknown
from symrnn.tensor.declared import Declared, StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, placeholder
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.node import Node, shape_of
from symrnn.tensor.numbers import Array, NumberSystem, Undecidable
from symrnn.tensor.prime import Prime

INFINITE = 10**6  # a time sum longer than this is refused before it is started


class Evaluator:
    """Evaluates expressions whose times are numbers; `values` maps leaves to arrays, `sizes` dims to ints."""

    def __init__(self, system: NumberSystem, values: Mapping[Basic, Array], sizes: Mapping[Symbol, int]) -> None:
        self.system, self.values, self.sizes = system, values, sizes
        self._numbers = {symbol: Integer(size) for symbol, size in sizes.items()}
        self._memo: dict[Basic, Array] = {}

    def __call__(self, expr: Basic) -> Array:
        found = self._memo.get(expr)
        if found is None:
            found = self._memo[expr] = self._evaluate(expr)
        return found

    def _evaluate(self, expr: Basic) -> Array:
        if isinstance(expr, Node) and expr.is_leaf:
            return self.leaf(expr)
        if isinstance(expr, Node):
            return self.node(expr)
        return self.body(expr, {})

    def leaf(self, expr: Basic) -> Array:
        """The value of a leaf."""
        if expr not in self.values:
            raise Undefined(f"no value is given for {expr}")
        return self.values[expr]

    def size(self, d: Expr) -> int:
        """A dimension or time bound as a number."""
        number = d.xreplace(self._numbers) if d.free_symbols else d
        if not number.is_Integer:
            raise Undefined(f"no size is given for {d}")
        return int(number)

    def shape(self, x: Basic) -> tuple[int, ...]:
        """The numeric shape of a node."""
        return tuple(self.size(d) for d in shape_of(x))

    @singledispatchmethod
    def node(self, expr: Any) -> Array:
        """The value of a node that is not a leaf: one method a kind."""
        raise Unsupported(f"{type(expr).__name__} has no numeric meaning: {expr}")

    @node.register
    def _(self, e: Elementwise) -> Array:
        return self.body(e.body, {placeholder(i): self(x) for i, x in enumerate(e.operands)}, self.shape(e))

    @node.register
    def _(self, e: Full) -> Array:
        shape = self.shape(e)
        return self.system.linear(lambda v: np.broadcast_to(v, shape), self(e.value))

    @node.register
    def _(self, e: linear.Contract) -> Array:
        return self.system.bilinear(np.matmul, self(e.left), self(e.right))

    @node.register
    def _(self, e: linear.Dot) -> Array:
        return self.system.bilinear(np.dot, self(e.args[0]), self(e.args[1]))

    @node.register
    def _(self, e: linear.Outer) -> Array:
        return self.system.bilinear(np.multiply.outer, self(e.left), self(e.right))

    @node.register
    def _(self, e: linear.Transpose) -> Array:
        return self.system.linear(np.transpose, self(e.args[0]))

    @node.register
    def _(self, e: linear.Diag) -> Array:
        return self.system.linear(_diagonal_matrix, self(e.args[0]))

    @node.register
    def _(self, e: linear.Diagonal) -> Array:
        return self.system.linear(np.diagonal, self(e.args[0]))

    @node.register
    def _(self, e: linear.Eye) -> Array:
        return self.system.array(np.eye(self.size(e.args[0]), dtype=int).astype(object))

    @node.register
    def _(self, e: Inverse) -> Array:
        return self.system.inverse(self(e.args[0]))

    @node.register
    def _(self, e: StopGradient) -> Array:
        return self.system.detach(self(e.content))

    @node.register
    def _(self, e: pieces.SumEntries) -> Array:
        return self.system.linear(np.sum, self(e.args[0]))

    @node.register
    def _(self, e: pieces.Trace) -> Array:
        return self.system.linear(np.trace, self(e.args[0]))

    @node.register
    def _(self, e: pieces.Entry) -> Array:
        place = tuple(self.size(i) - 1 for i in e.args[1:])
        if any(not 0 <= i < s for i, s in zip(place, self.shape(e.args[0]), strict=True)):
            raise Undefined(f"{e} is outside its tensor of shape {self.shape(e.args[0])}")
        return self.system.linear(lambda v: v[place], self(e.args[0]))

    @node.register
    def _(self, e: pieces.Concat) -> Array:
        return self.system.stack(np.concatenate, [self(p) for p in e.args])

    @node.register
    def _(self, e: pieces.Segment) -> Array:
        start, count = self.size(e.args[1]), self.size(e.args[2])
        return self.system.linear(lambda v: v[start : start + count], self(e.args[0]))

    @node.register
    def _(self, e: pieces.Reshape) -> Array:
        shape = self.shape(e)
        return self.system.linear(lambda v: np.reshape(v, shape), self(e.args[0]))

    @node.register
    def _(self, e: special.LogSumExp) -> Array:
        return self.system.function("log", self._sum_of_exponentials(self(e.args[0]))[1])

    @node.register
    def _(self, e: special.Softmax) -> Array:
        return self.system.divide(*self._sum_of_exponentials(self(e.args[0])))

    @node.register
    def _(self, e: special.SoftmaxCrossEntropy) -> Array:
        system, target, logits = self.system, self(e.target), self(e.logits)
        total = system.function("log", self._sum_of_exponentials(logits)[1])
        score = system.bilinear(np.dot, target, logits)
        mass = system.linear(np.sum, target)
        return system.add(system.multiply(mass, total), system.multiply(system.array(-1), score))

    def _sum_of_exponentials(self, x: Array) -> tuple[Array, Array]:
        powers = self.system.function("exp", x)
        return powers, self.system.linear(np.sum, powers)

    @node.register
    def _(self, e: unknown.Applied) -> Array:
        flat = self._flat_arguments(e)
        shape = self.shape(e)
        name = e.function.name
        parts = [self.system.unknown(name, (), i, flat) for i in range(int(np.prod(shape, dtype=int)))]
        return self._assemble(parts, shape)

    @node.register
    def _(self, e: unknown.Partial) -> Array:
        application = e.application
        flat = self._flat_arguments(application)
        sizes = [int(np.prod(self.shape(a), dtype=int)) for a in application.arguments]
        start = sum(sizes[: e.position])
        rows = int(np.prod(self.shape(application), dtype=int))
        parts = [
            self.system.unknown(application.function.name, (start + j,), i, flat)
            for i in range(rows)
            for j in range(sizes[e.position])
        ]
        return self._assemble(parts, self.shape(e))

    @node.register
    def _(self, e: unknown.SecondPartial) -> Array:
        flat = self._flat_arguments(e.application)
        sizes = [int(np.prod(self.shape(a), dtype=int)) for a in e.application.arguments]
        rows = int(np.prod(self.shape(e.application), dtype=int))
        inner, start, end = sizes[e.first], sum(sizes[: e.first]), sum(sizes[: e.second])
        weight = self.system.linear(lambda v: np.reshape(v, (rows, inner)), self(e.weight))
        name = e.application.function.name
        parts = []
        for j in range(sizes[e.second]):
            terms = [
                self.system.multiply(
                    self.system.linear(itemgetter((k, i)), weight),
                    self.system.unknown(name, (start + i, end + j), k, flat),
                )
                for k in range(rows)
                for i in range(inner)
            ]
            parts.append(self.system.add(*terms))
        return self._assemble(parts, self.shape(e))

    def _flat_arguments(self, e: unknown.Applied) -> list[Array]:
        return [scalar for a in e.arguments for scalar in self._scalars(self(a), self.shape(a))]

    def _scalars(self, x: Array, shape: tuple[int, ...]) -> list[Array]:
        return [self.system.linear(itemgetter(place), x) for place in np.ndindex(shape)]

    def _assemble(self, parts: list[Array], shape: tuple[int, ...]) -> Array:
        dtype = self.system.dtype

        def together(items: list[Array]) -> Array:
            return np.array([x[()] for x in items], dtype=dtype).reshape(shape)

        return self.system.stack(together, parts)

    @node.register
    def _(self, e: binders.TimeSum) -> Array:
        first, last = self.size(e.lower), self.size(e.upper)
        if last - first > INFINITE:
            raise Unsupported(f"a sum of {last - first + 1} terms is not evaluated")
        terms = [self(e.term(Integer(k))) for k in range(first, last + 1)]
        if terms:
            return self.system.add(*terms)
        return self.system.array(np.zeros(self.shape(e), dtype=int).astype(object))

    @node.register
    def _(self, e: binders.Guard) -> Array:
        inside = self.size(e.lower) <= self.size(e.time) <= self.size(e.upper)
        return self(e.content) if inside else self.system.array(np.zeros(self.shape(e), dtype=int).astype(object))

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
        return system.linear(lambda v: np.broadcast_to(v, shape), value) if shape else value

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
        if isinstance(e, SympyFunction) and len(e.args) == 1:
            return system.function(e.func.__name__, walk(e.args[0]))
        if isinstance(e, Symbol) and e in self.sizes:
            return system.array(self.sizes[e])
        if isinstance(e, Float):
            exact = Rational(e)
            return system.constant((int(exact.p), int(exact.q)))
        if isinstance(e, NumberSymbol):
            return system.irrational(e)
        if isinstance(e, Piecewise | SympyFunction):
            raise Undecidable(f"{type(e).__name__} is not evaluated here: {e}")
        raise Undefined(f"{e} has no value: it is neither declared nor a number")

    @staticmethod
    def _as_function(formula: Any) -> Any:
        (z,) = formula.variables
        return lambda system, x: Evaluator(system, {}, {}).body(formula.expr, {z: x})

    def _entrywise(self, name: str, orders: tuple[int, ...], flat: list[Array]) -> Array:
        shapes = [np.shape(_plain(x)) for x in flat]
        shape = np.broadcast_shapes(*shapes)
        if shape == ():
            return self.system.unknown(name, orders, 0, flat)
        spread = [self.system.linear(lambda v: np.broadcast_to(v, shape), x) for x in flat]
        columns = [self._scalars(x, shape) for x in spread]
        return self._assemble([self.system.unknown(name, orders, 0, z) for z in zip(*columns, strict=True)], shape)


def _plain(x: Array) -> Any:
    while hasattr(x, "value") and hasattr(x, "tangent"):
        x = x.value
    return x


def _diagonal_matrix(v: Any) -> Any:
    matrix = np.zeros((len(v), len(v)), dtype=v.dtype)
    matrix[np.arange(len(v)), np.arange(len(v))] = v
    return matrix


def evaluate_node(
    expr: Basic, system: NumberSystem, values: Mapping[Basic, Array], sizes: Mapping[Symbol, int]
) -> Array:
    """The value of one expression whose times are numbers."""
    return Evaluator(system, values, sizes)(expr)
