"""The laws of forward differentiation, one a kind of node: from tangents of the operands to that of the node.

The counterpart of `laws.pullback`: for every node, cotangent w and tangent v, ⟨w, push(v)⟩ = ⟨pull(w), v⟩,
which the tests check for all of them in random compositions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from sympy import Add, Expr

from symrnn.errors import Unsupported
from symrnn.tensor import kronecker, linear, pieces, special, unknown
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.bodies import body_derivative, outermost
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, add, elementwise, placeholder, slots_of
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.node import Node, Slot, Tensor, shape_of

Tangents = Callable[[Any], Any]  # the tangent of an operand, or None where it is zero


def tangent(expr: Any, tangents: Tangents, out: Any = None) -> Any:
    """The tangent of an expression from those of its leaves; None where it is zero.

    Parameters
    ----------
    expr
        A scalar or tensor expression.
    tangents
        For a leaf, its tangent, of its shape, or None.
    out
        The name of the expression's value, through which derivatives are written where a textbook does.
    """
    found: dict[Any, Any] = {}

    def of(x: Any) -> Any:
        if isinstance(x, Node) and x.is_leaf:
            return tangents(x)
        if x not in found:
            found[x] = pushforward(x, of, out if x is expr else None)
        return found[x]

    return of(expr)


def _sum(*terms: Any) -> Any:
    present = [x for x in terms if x is not None]
    return add(*present) if present else None


def _apply(function: Callable[[Any], Any], x: Any) -> Any:
    return None if x is None else function(x)


@singledispatch
def pushforward(node: Any, of: Tangents, out: Any) -> Any:
    """The tangent of y = node, of its shape; `of` gives the operands' tangents, `out` names y, or is None."""
    if isinstance(node, Expr) and not isinstance(node, Slot):
        return _chain_rule(node, of, out)
    raise Unsupported(f"no forward law differentiates {type(node).__name__}: {node}")


@pushforward.register
def _(node: Elementwise, of: Tangents, out: Any) -> Any:
    """y = f(x1, ...) entry by entry: the sum of df/dx_i ⊙ dx_i."""
    return _chain_rule(node, of, out)


def _chain_rule(node: Any, of: Tangents, out: Any) -> Any:
    """y = F(u), u = g(x1, ...): F'(u) ⊙ du, F' written through y where it can be; F is left out where there is none."""
    operands = node.operands if isinstance(node, Elementwise) else tuple(slots_of(node))
    z = [placeholder(i) for i in range(2 * len(operands) + 1)]
    body = node.body if isinstance(node, Elementwise) else node.xreplace(dict(zip(operands, z, strict=False)))
    outer, inner = outermost(body, None if out is None else z[len(operands)])
    moved = [of(x) for x in operands]
    rates = [v * body_derivative(inner, x) for x, v in zip(z, z[len(operands) + 1 :], strict=False)]
    present = [rate for rate, v in zip(rates, moved, strict=True) if v is not None and rate != 0]
    if not present:
        return None
    blank = [0 if v is None else v for v in moved]
    return elementwise(outer * Add(*present), *operands, node if out is None else out, *blank)


@pushforward.register
def _(node: Full, of: Tangents, out: Any) -> Any:
    """Y = c everywhere: dc everywhere."""
    v = tangent(node.value, of)
    return None if v is None else Full(v, *node.shape)


@pushforward.register
def _(node: linear.Contract, of: Tangents, out: Any) -> Any:
    """y = A @ x: dA @ x + A @ dx."""
    a, x = node.left, node.right
    return _sum(_apply(lambda v: linear.contract(v, x), of(a)), _apply(lambda v: linear.contract(a, v), of(x)))


@pushforward.register
def _(node: linear.Dot, of: Tangents, out: Any) -> Any:
    """y = a·b: da·b + a·db."""
    a, b = node.args
    return _sum(_apply(lambda v: linear.dot(v, b), of(a)), _apply(lambda v: linear.dot(a, v), of(b)))


@pushforward.register
def _(node: linear.Outer, of: Tangents, out: Any) -> Any:
    """Y = a bᵀ: da bᵀ + a dbᵀ."""
    a, b = node.left, node.right
    return _sum(_apply(lambda v: linear.outer(v, b), of(a)), _apply(lambda v: linear.outer(a, v), of(b)))


@pushforward.register
def _(node: kronecker.Kron, of: Tangents, out: Any) -> Any:
    """Y = A ⊗ B: dA ⊗ B + A ⊗ dB."""
    a, b = node.left, node.right
    return _sum(_apply(lambda v: kronecker.kron(v, b), of(a)), _apply(lambda v: kronecker.kron(a, v), of(b)))


@pushforward.register
def _(node: TimeSum, of: Tangents, out: Any) -> Any:
    """y = the sum of terms over time: the sum of their tangents."""
    body = tangent(node.body, of)
    return None if body is None else time_sum(body, (node.index, node.lower, node.upper))


@pushforward.register(linear.Eye)
@pushforward.register(kronecker.Commutation)
def _(node: Any, of: Tangents, out: Any) -> Any:
    """What depends on nothing."""
    return None


@pushforward.register
def _(node: Inverse, of: Tangents, out: Any) -> Any:
    """Y = X⁻¹: -Y dX Y."""
    y = node if out is None else out
    return _apply(lambda v: -linear.contract(y, linear.contract(v, y)), of(node.args[0]))


@pushforward.register
def _(node: StopGradient, of: Tangents, out: Any) -> Any:
    """y = x with its derivative declared zero."""
    return None


@pushforward.register(linear.Transpose)
@pushforward.register(linear.Diag)
@pushforward.register(linear.Diagonal)
@pushforward.register(pieces.SumEntries)
@pushforward.register(pieces.Trace)
@pushforward.register(pieces.Reshape)
@pushforward.register(pieces.Segment)
@pushforward.register(pieces.Entry)
def _(node: Any, of: Tangents, out: Any) -> Any:
    """y = A(x) for a linear A: A(dx)."""
    v = of(node.args[0])
    return None if v is None else _VERBS[type(node)](v, *node.args[1:])


_VERBS: dict[type, Callable[..., Any]] = {
    linear.Transpose: linear.transpose,
    linear.Diag: linear.diag,
    linear.Diagonal: linear.diag,
    pieces.SumEntries: pieces.sum_entries,
    pieces.Trace: pieces.trace,
    pieces.Reshape: pieces.reshape,
    pieces.Segment: pieces.segment,
    pieces.Entry: pieces.entry,
}


@pushforward.register
def _(node: pieces.Concat, of: Tangents, out: Any) -> Any:
    """y = the parts one after the other: their tangents one after the other."""
    parts = [(p, of(p)) for p in node.args]
    if all(v is None for _, v in parts):
        return None
    return pieces.concat(*(Full(0, *shape_of(p)) if v is None else v for p, v in parts))


@pushforward.register
def _(node: special.Softmax, of: Tangents, out: Any) -> Any:
    """y = softmax(x): y ⊙ (dx - (y·dx) 1)."""
    y, v = node if out is None else out, of(node.args[0])
    z = [placeholder(i) for i in range(3)]
    return None if v is None else elementwise(z[0] * (z[1] - z[2]), y, v, linear.dot(y, v))


@pushforward.register
def _(node: special.LogSumExp, of: Tangents, out: Any) -> Any:
    """y = logsumexp(x): softmax(x)·dx."""
    x = node.args[0]
    return _apply(lambda v: linear.dot(special.softmax(x), v), of(x))


@pushforward.register
def _(node: special.SoftmaxCrossEntropy, of: Tangents, out: Any) -> Any:
    """y = -q·log softmax(o): ((Σq) softmax(o) - q)·do - log softmax(o)·dq."""
    o, q = node.logits, node.target
    z = [placeholder(i) for i in range(3)]
    by_logits = elementwise(z[2] * z[0] - z[1], special.softmax(o), q, pieces.sum_entries(q))
    by_target = elementwise(z[1] - z[0], o, special.logsumexp(o))
    return _sum(_apply(lambda v: linear.dot(by_logits, v), of(o)), _apply(lambda v: linear.dot(by_target, v), of(q)))


@pushforward.register
def _(node: unknown.Applied, of: Tangents, out: Any) -> Any:
    """y = f(x1, ...): the sum of (∂f/∂x_i) dx_i; matrices as the vectors of their rows."""
    terms = []
    for i, x in enumerate(node.arguments):
        v = of(x) if isinstance(x, Tensor | Expr) else None
        if v is not None:
            part = _partial_times(unknown.partial(node, i), v, node, x)
            terms.append(pieces.reshape(part, *node.shape) if len(node.shape) == 2 else part)
    return _sum(*terms)


def _partial_times(jacobian: Any, v: Any, node: Any, x: Any) -> Any:
    if not shape_of(x):
        return jacobian * v
    flat = pieces.vec(v)
    return linear.contract(jacobian, flat) if node.shape else linear.dot(jacobian, flat)
