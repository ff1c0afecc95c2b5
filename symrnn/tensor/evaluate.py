"""The value of one expression in a number system, given the values of its leaves.

This is the independent evaluator: it knows what each node means and nothing of how nodes are
differentiated, printed or compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial, reduce, singledispatchmethod
from operator import itemgetter
from typing import Any

import numpy as np
from sympy import Basic, Expr, Integer, Symbol

from symrnn.errors import Undefined, Unsupported
from symrnn.tensor import binders, kronecker, linear, pieces, products, special, unknown
from symrnn.tensor.blocks import Block
from symrnn.tensor.chunks import SameChunk, chunk_of
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, placeholder
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.node import Node, shape_of
from symrnn.tensor.numbers import Array, NumberSystem
from symrnn.tensor.scalars import BodyEvaluator

INFINITE = 10**6  # a time sum longer than this is refused before it is started


@lru_cache(maxsize=4096)
def _term(binder: Any, at: int) -> Any:
    """A term for its value alone: it may be written as that of an equal sum is, in another order."""
    return binder.term(Integer(at))


class Evaluator(BodyEvaluator):
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
            return _METHODS(type(expr))(self, expr)
        return self.body(expr, {})

    def over(self, system: NumberSystem) -> Evaluator:
        """An evaluator of another system, that knows no leaves."""
        return Evaluator(system, {}, {})

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
    def _(self, e: kronecker.Kron) -> Array:
        return self.system.bilinear(np.kron, self(e.left), self(e.right))

    @node.register
    def _(self, e: kronecker.Commutation) -> Array:
        n, m = self.size(e.args[0]), self.size(e.args[1])
        places = np.arange(n * m).reshape(n, m).T.ravel()
        return self.system.array(np.eye(n * m, dtype=int)[places].astype(object))

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

    @node.register
    def _(self, e: binders.TimeSum) -> Array:
        first, last = self.size(e.lower), self.size(e.upper)
        if last - first > INFINITE:
            raise Unsupported(f"a sum of {last - first + 1} terms is not evaluated")
        terms = [self(_term(e, k)) for k in range(first, last + 1)]
        if terms:
            return self.system.add(*terms)
        return self.system.array(np.zeros(self.shape(e), dtype=int).astype(object))

    @node.register
    def _(self, e: products.TimeProduct) -> Array:
        first, last = self.size(e.lower), self.size(e.upper)
        if last - first > INFINITE:
            raise Unsupported(f"a product of {last - first + 1} factors is not evaluated")
        factors = [self(_term(e, k)) for k in range(first, last + 1)]
        return self._product(factors[::-1] if e.descends else factors, e)

    @node.register
    def _(self, e: products.MatrixPower) -> Array:
        times = self.size(e.exponent)
        if times < 0:
            raise Undefined(f"{e} has the exponent {times} here", law="a power counts factors")
        return self._product([self(e.matrix)] * times, e)

    def _product(self, factors: list[Array], e: Any) -> Array:
        """The product of the factors, left to right; the identity when there is none."""
        shape = self.shape(e)
        if not factors:
            return self.system.array(np.eye(shape[0], dtype=int).astype(object) if shape else 1)
        multiply = partial(self.system.bilinear, np.matmul) if shape else self.system.multiply
        return reduce(multiply, factors)

    @node.register
    def _(self, e: Block) -> Array:
        beside = partial(np.concatenate, axis=1)
        rows = [self.system.stack(beside, [self(x) for x in row]) for row in e.rows]
        return self.system.stack(np.concatenate, rows)

    @node.register
    def _(self, e: SameChunk) -> Array:
        size = self.size(e.size)
        if chunk_of(self.size(e.reader), size) == chunk_of(self.size(e.read), size):
            return self(e.content)
        return self.system.array(np.zeros(self.shape(e), dtype=int).astype(object))

    @node.register
    def _(self, e: binders.Guard) -> Array:
        inside = self.size(e.lower) <= self.size(e.time) <= self.size(e.upper)
        return self(e.content) if inside else self.system.array(np.zeros(self.shape(e), dtype=int).astype(object))


def _diagonal_matrix(v: Any) -> Any:
    matrix = np.zeros((len(v), len(v)), dtype=v.dtype)
    matrix[np.arange(len(v)), np.arange(len(v))] = v
    return matrix


def evaluate_node(
    expr: Basic, system: NumberSystem, values: Mapping[Basic, Array], sizes: Mapping[Symbol, int]
) -> Array:
    """The value of one expression whose times are numbers."""
    return Evaluator(system, values, sizes)(expr)


_METHODS = vars(Evaluator)["node"].dispatcher.dispatch  # what `node` calls, without a new function for each call
