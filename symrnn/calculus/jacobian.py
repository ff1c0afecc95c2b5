"""Jacobians of one node by another, in numerator layout, written as a textbook does.

Forward through one right side, by a rule a kind of node; through the other nodes of the same step by the
chain of uses. This path is separate from the pullbacks of reverse differentiation, and is checked against
them.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Basic, Expr, S

from symrnn.calculus.laws import unit_rates
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Equation, Recurrence, reads
from symrnn.tensor import linear, pieces, special, unknown
from symrnn.tensor.binders import TimeSum, decided
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import (
    Elementwise,
    Full,
    add,
    elementwise,
    placeholder,
)
from symrnn.tensor.node import Node, Slot, Tensor, shape_of


def jacobian(model: Recurrence, node: Any, by: Any, *, immediate: bool = False) -> Any:
    """The Jacobian of a node by a vector or scalar, numerator layout: (shape of node) + (shape of `by`).

    Parameters
    ----------
    model
        A `Recurrence`.
    node
        An element it defines over a range, such as `h[t]`.
    by
        An element, parameter or constant, of rank 0 or 1.
    immediate
        True for the immediate derivative: through the node's own equation only. False: also through other
        nodes of the same step, with states of other times fixed.

    Raises
    ------
    Undefined, Unsupported
        When the node has no such equation; for matrices, whose Jacobians have higher rank.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> model = sr.models.elman()
    >>> h = model.states[0]
    >>> sr.jacobian(model, h[t], h[t - 1])
    diag(1 - h[t]**2) @ W
    """
    _check_known(model, by)
    if by == node:
        return linear.eye(shape_of(by)[0]) if shape_of(by) else S.One
    if len(shape_of(by)) > 1 or len(shape_of(node)) > 1:
        raise Unsupported(
            f"the Jacobian of {node} by {by} has rank {len(shape_of(node)) + len(shape_of(by))}",
            repair="differentiate by a vector, or use bptt",
        )
    e = _equation(model, node)
    if e is None:
        raise Undefined(
            f"{node} is not computed by {model.title.name}",
            repair="a node such as " + f"{model.defined[0]}[t]",
        )
    return _through(model, e, by, immediate, ())


def _check_known(model: Recurrence, by: Any) -> None:
    """Refuse what the model does not read, and sums over time that may hide it."""
    known = (*model.parameters, *model.constants)
    if not (isinstance(by, Element) and by.sequence in model.sequences) and by not in known:
        raise Undefined(
            f"{by} is not read by {model.title.name}",
            repair="an element such as " + f"{model.sequences[0]}[t - 1], or one of " + ", ".join(map(str, known)),
        )
    for e in model.equations:
        for s in e.rhs.atoms(TimeSum):
            if isinstance(by, Element) and any(x.sequence == by.sequence for x in s.body.atoms(Element)):
                raise Unsupported(f"{by} may be read by the sum over time {s}", repair="use bptt")


def _equation(model: Recurrence, node: Any) -> Equation | None:
    for e in model.equations:
        if isinstance(node, Element) and e.sequence == node.sequence:
            if e.over:
                if decided(e.times.first, node.time, e.times.last) is False:
                    continue
                return e.at({e.over[0]: node.time})
            if e.lhs == node:
                return e
    return None


def _through(model: Recurrence, e: Equation, by: Any, immediate: bool, path: tuple[Any, ...]) -> Any:
    direct = differentiate(e.rhs, by, e.lhs)
    parts = [] if direct is None else [direct]
    if not immediate:
        for leaf in reads(e.rhs):
            inner = (
                _equation(model, leaf) if isinstance(leaf, Element) and leaf != by and leaf.time == e.lhs.time else None
            )
            if inner is None or leaf in path:
                continue
            rate = _through(model, inner, by, False, (*path, leaf))
            if not _is_zero(rate):
                parts.append(chain(differentiate(e.rhs, leaf, e.lhs), rate, leaf, by))
    return add(*parts, shape=shape_of(e.lhs) + shape_of(by))


def _is_zero(x: Any) -> bool:
    return bool(x == 0 or (isinstance(x, Full) and x.value == 0))


def chain(outer: Any, inner: Any, through: Any, by: Any) -> Any:
    """The Jacobian of y by x from those of y by u and of u by x: a product of the right kind for their ranks."""
    rank_u, rank_x = len(shape_of(through)), len(shape_of(by))
    if rank_u == 1:
        return linear.contract(outer, inner) if shape_of(outer) else outer * inner
    if rank_x == 1 and shape_of(outer):
        return linear.outer(outer, inner)
    return outer * inner


def differentiate(expr: Any, by: Any, out: Any = None) -> Any:
    """The Jacobian of an expression by a leaf of rank 0 or 1, other leaves fixed; None where it is zero."""
    if expr == by:
        return linear.eye(shape_of(by)[0]) if shape_of(by) else S.One
    if (isinstance(expr, Node) and expr.is_leaf) or by not in reads(expr):
        return None
    parts = []
    for operand, rate in local_jacobians(expr, by, out):
        inner = differentiate(operand, by)
        if inner is not None:
            parts.append(chain(rate, inner, operand, by))
    return add(*parts) if parts else None


@singledispatch
def local_jacobians(node: Any, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """For a node, each operand that leads to `by` with the Jacobian of the node by this operand."""
    if isinstance(node, Expr) and not isinstance(node, Slot):
        return list(unit_rates(node, out))
    raise Unsupported(f"no Jacobian is known for {type(node).__name__}: {node}")


@local_jacobians.register
def _(node: Elementwise, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = f(x1, ...) entry by entry: diag(df/dx_i) for a vector, the vector df/dx_i for a scalar."""
    if node.rank != 1:
        raise Unsupported(f"the Jacobian of a matrix is not written as a matrix: {node}")
    found = []
    seed = placeholder(len(node.operands) + 1)
    for x, rate in unit_rates(node, out):
        ones = linear.ones(*node.shape)
        vector = elementwise(rate * seed, *node.operands, node if out is None else out, ones)
        found.append((x, linear.diag(vector) if isinstance(x, Tensor) else vector))
    return found


@local_jacobians.register
def _(node: linear.Contract, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = A @ x: A by x; A itself must not depend on `by`."""
    if by in reads(node.left) or node.rank != 1:
        raise Unsupported(f"{node}: a matrix that depends on {by} has a Jacobian of rank 3")
    return [(node.right, node.left)]


@local_jacobians.register
def _(node: StopGradient, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = x with its derivative declared zero: nothing."""
    return []


@local_jacobians.register
def _(node: linear.Dot, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = a·b: b by a, a by b."""
    a, b = node.args
    return [(a, b), (b, a)]


@local_jacobians.register
def _(node: pieces.SumEntries, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = sum of the entries of a vector: ones."""
    return [(node.args[0], linear.ones(*_vector_shape(node.args[0])))]


@local_jacobians.register
def _(node: special.Softmax, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = softmax(x): diag(y) - y yᵀ."""
    y = node if out is None else out
    return [(node.args[0], linear.diag(y) - linear.outer(y, y))]


@local_jacobians.register
def _(node: special.LogSumExp, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = logsumexp(x): softmax(x)."""
    return [(node.args[0], special.softmax(node.args[0]))]


@local_jacobians.register
def _(node: special.SoftmaxCrossEntropy, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = -q·log softmax(o): (Σq) softmax(o) - q by o."""
    o, q = node.logits, node.target
    z = [placeholder(i) for i in range(3)]
    by_target = elementwise(z[1] - z[0], o, special.logsumexp(o))
    return [
        (o, elementwise(z[2] * z[0] - z[1], special.softmax(o), q, pieces.sum_entries(q))),
        (q, by_target),
    ]


@local_jacobians.register
def _(node: unknown.Applied, by: Any, out: Any) -> list[tuple[Any, Any]]:
    """y = f(x1, ...): the partial derivative of f by x_i."""
    return [(x, unknown.partial(node, i)) for i, x in enumerate(node.arguments) if by in reads(x)]


def _vector_shape(x: Basic) -> Any:
    if len(shape_of(x)) != 1:
        raise Unsupported(f"the Jacobian by the matrix {x} is not written as a matrix")
    return shape_of(x)
