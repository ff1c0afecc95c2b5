"""The matrix of an expression that is linear in an adjoint, at one example.

What holds no adjoint is evaluated by the interpreter and remembered; what does is pushed through node by node with
one axis more, so that all columns are found at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr

from symrnn.graph.run import Instance
from symrnn.tensor import linear, pieces
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.elementwise import Elementwise, Full, elementwise, placeholder, slots_of
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import Node
from symrnn.tensor.numbers import Floats


class LinearPart:
    """Evaluates parts of a backward pass at one example."""

    def __init__(self, example: Instance) -> None:
        self.values = dict(example.base.values)
        self.evaluator = Evaluator(Floats(), self.values, example.sizes)
        self.sizes = example.sizes

    def shape(self, x: Any) -> tuple[int, ...]:
        """The shape of a node as numbers."""
        return self.evaluator.shape(x)

    def constant(self, expr: Any) -> np.ndarray:
        """The value of what holds no adjoint."""
        return np.asarray(self.evaluator(expr), dtype=float)

    def matrix(self, part: Any, adjoint: Adjoint) -> np.ndarray:
        """The matrix M of part = M adjoint + other terms, entries row by row."""
        columns = int(np.prod(self.shape(adjoint.node), dtype=int))
        found = self._push(part, adjoint)
        if found is None:
            return np.zeros((int(np.prod(self.shape(part), dtype=int)), columns))
        return np.reshape(found, (-1, columns))

    def _push(self, e: Any, a: Adjoint) -> np.ndarray | None:
        """Of an expression, the rates by the entries of one adjoint, on a last axis; None if there are none."""
        if e == a:
            shape = self.shape(a.node)
            size = int(np.prod(shape, dtype=int))
            return np.eye(size).reshape(*shape, size)
        if (isinstance(e, Node) and e.is_leaf) or not e.has(a):
            return None
        if isinstance(e, Elementwise):
            return self._body(e.body, e.operands, self.shape(e), a)
        if isinstance(e, Expr) and not isinstance(e, Node):
            slots = tuple(slots_of(e))
            return self._body(e.xreplace({s: placeholder(i) for i, s in enumerate(slots)}), slots, (), a)
        return self._node(e, a)

    def _body(self, body: Expr, operands: tuple[Any, ...], shape: tuple[int, ...], a: Adjoint) -> np.ndarray | None:
        total: np.ndarray | None = None
        for i, x in enumerate(operands):
            moved = self._push(x, a)
            if moved is None:
                continue
            rate = np.broadcast_to(self.constant(_rate(body, i, operands)), shape)[..., None]
            moved = moved if np.ndim(moved) > 1 or not shape else np.reshape(moved, (1,) * len(shape) + (-1,))
            total = rate * moved if total is None else total + rate * moved
        return total

    def _node(self, e: Any, a: Adjoint) -> np.ndarray:
        match e:
            case linear.Contract():
                return self._bilinear(e.left, e.right, a, _contract)
            case linear.Outer():
                return self._bilinear(e.left, e.right, a, lambda x, y: x[:, None] * y[None, :])
            case linear.Dot():
                return self._bilinear(e.args[0], e.args[1], a, lambda x, y: np.sum(x * y, axis=0))
            case linear.Transpose():
                return np.swapaxes(self._inner(e, a), 0, 1)
            case pieces.Reshape():
                inner = self._inner(e, a)
                return np.reshape(inner, (*self.shape(e), inner.shape[-1]))
            case pieces.SumEntries():
                inner = self._inner(e, a)
                return np.asarray(np.sum(inner.reshape(-1, inner.shape[-1]), axis=0))
            case Full():
                value = self._inner(e, a)
                return np.broadcast_to(value, (*self.shape(e), np.shape(value)[-1]))
        return self._by_columns(e, a)

    def _inner(self, e: Any, a: Adjoint) -> np.ndarray:
        found = self._push(e.args[0], a)
        assert found is not None  # `e` holds the adjoint, and this is its only operand
        return found

    def _bilinear(self, left: Any, right: Any, a: Adjoint, product: Any) -> np.ndarray:
        """Both factors with a last axis, of length 1 for the one that stays."""
        x, y = self._push(left, a), self._push(right, a)
        if x is not None:
            return np.asarray(product(x, self.constant(right)[..., None]))
        return np.asarray(product(self.constant(left)[..., None], y))

    def _by_columns(self, e: Any, a: Adjoint) -> np.ndarray:
        """The interpreter, once a column: right for every node, and slower."""
        size = int(np.prod(self.shape(a.node), dtype=int))
        columns = []
        for unit in np.eye(size):
            values = {**self.values, **{other: np.zeros(self.shape(other.node)) for other in e.atoms(Adjoint)}}
            values[a] = unit.reshape(self.shape(a.node))
            columns.append(np.asarray(Evaluator(Floats(), values, self.sizes)(e)))
        return np.stack(columns, axis=-1)


def _contract(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A @ x with a last axis on both: over the last true axis of x and the first of y."""
    if x.ndim == 2:  # a vector times a matrix
        return np.einsum("ip,ijp->jp", x, y) if y.ndim == 3 else np.einsum("ip,ip->p", x, y)
    return np.einsum("ijp,jp->ip", x, y) if y.ndim == 2 else np.einsum("ijp,jkp->ikp", x, y)


@lru_cache(maxsize=4096)
def _rate(body: Expr, position: int, operands: tuple[Any, ...]) -> Any:
    """The rate of a body by one operand, as an expression of the operands."""
    rate = body.diff(placeholder(position))
    used = [x for i, x in enumerate(operands) if placeholder(i) in rate.free_symbols]
    return elementwise(rate, *operands) if used else rate
