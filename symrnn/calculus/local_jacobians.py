"""The Jacobian of one node by each of its operands, in numerator layout: one rule a kind of node.

A matrix, as node or as operand, counts as the vector of its rows. A rule knows its node only; the products
along a path, and the sum over paths, are made in `jacobian`.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Expr, Integer

from symrnn.calculus.laws import unit_rates
from symrnn.errors import Unsupported
from symrnn.tensor import kronecker, linear, pieces, special, unknown
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, elementwise, placeholder
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.kronecker import column, commutation, kron, kronecker_order
from symrnn.tensor.node import Slot, Tensor, shape_of
from symrnn.tensor.sensitivity import flat
from symrnn.tensor.shape import size_of

Rates = list[tuple[Any, Any]]  # (operand, the Jacobian of the node by it)


@singledispatch
def local_jacobians(node: Any, out: Any) -> Rates:
    """For a node, its operands with the Jacobian by each; `out` names its value, or is None."""
    if isinstance(node, Expr) and not isinstance(node, Slot):
        return list(unit_rates(node, out))
    raise Unsupported(f"no Jacobian is known for {type(node).__name__}: {node}")


@local_jacobians.register
def _(node: Elementwise, out: Any) -> Rates:
    """y = f(x1, ...) entry by entry: diag(df/dx_i) for a tensor, the vector df/dx_i for a scalar."""
    found = []
    seed = placeholder(len(node.operands) + 1)
    for x, rate in unit_rates(node, out):
        ones = linear.ones(*node.shape)
        rates = pieces.vec(elementwise(rate * seed, *node.operands, node if out is None else out, ones))
        found.append((x, linear.diag(rates) if isinstance(x, Tensor) else rates))
    return found


@local_jacobians.register
def _(node: Full, out: Any) -> Rates:
    """Y = c everywhere: ones."""
    return [(node.value, linear.ones(*flat(node.shape)))]


@local_jacobians.register
def _(node: linear.Contract, out: Any) -> Rates:
    """y = A @ x: I ⊗ xᵀ by A, A by x;  Y = A @ B: I ⊗ Bᵀ by A, A ⊗ I by B."""
    a, x = node.left, node.right
    eye = linear.eye(a.shape[0])
    if x.rank == 1:
        return [(a, kron(eye, kronecker.row(x))), (x, a)]
    return [(a, kron(eye, linear.transpose(x))), (x, kron(a, linear.eye(x.shape[1])))]


@local_jacobians.register
def _(node: linear.Dot, out: Any) -> Rates:
    """y = a·b: b by a, a by b."""
    a, b = node.args
    return [(a, b), (b, a)]


@local_jacobians.register
def _(node: linear.Outer, out: Any) -> Rates:
    """Y = a bᵀ: I ⊗ b by a, a ⊗ I by b."""
    a, b = node.left, node.right
    return [(a, kron(linear.eye(a.shape[0]), column(b))), (b, kron(column(a), linear.eye(b.shape[0])))]


@local_jacobians.register
def _(node: linear.Transpose, out: Any) -> Rates:
    """Y = Xᵀ: the commutation matrix."""
    x = node.args[0]
    return [(x, commutation(*x.shape))]


@local_jacobians.register
def _(node: kronecker.Kron, out: Any) -> Rates:
    """Y = A ⊗ B: vec(Y) is a permutation of vec(A) ⊗ vec(B), which is linear in each."""
    a, b = pieces.vec(node.left), pieces.vec(node.right)
    order = kronecker_order(node)
    by_left = linear.contract(order, kron(linear.eye(a.shape[0]), column(b)))
    return [(node.left, by_left), (node.right, linear.contract(order, kron(column(a), linear.eye(b.shape[0]))))]


@local_jacobians.register(linear.Eye)
@local_jacobians.register(kronecker.Commutation)
@local_jacobians.register(StopGradient)
def _(node: Any, out: Any) -> Rates:
    """What depends on nothing, or is declared to."""
    return []


@local_jacobians.register
def _(node: linear.Diag, out: Any) -> Rates:
    """Y = diag(v): the ones that put the entries of v on the diagonal."""
    return [(node.args[0], diagonal_places(shape_of(node)[0]))]


@local_jacobians.register
def _(node: linear.Diagonal, out: Any) -> Rates:
    """v = the diagonal of X: the ones that pick its entries."""
    return [(node.args[0], linear.transpose(diagonal_places(shape_of(node)[0])))]


def diagonal_places(n: Any) -> Any:
    """The matrix (n², n) of diag: row (i, j), column k is 1 where i = j = k."""
    ones = linear.ones(n, 1)
    return kron(linear.eye(n), ones) * kron(ones, linear.eye(n))


@local_jacobians.register
def _(node: Inverse, out: Any) -> Rates:
    """Y = X⁻¹: -(Y ⊗ Yᵀ)."""
    y = node if out is None else out
    return [(node.args[0], -kron(y, linear.transpose(y)))]


@local_jacobians.register
def _(node: pieces.SumEntries, out: Any) -> Rates:
    """y = sum of all entries of x: ones."""
    return [(node.args[0], linear.ones(*flat(shape_of(node.args[0]))))]


@local_jacobians.register
def _(node: pieces.Trace, out: Any) -> Rates:
    """y = trace of X: vec(I)."""
    return [(node.args[0], pieces.vec(linear.eye(shape_of(node.args[0])[0])))]


@local_jacobians.register
def _(node: pieces.Reshape, out: Any) -> Rates:
    """The same entries in the same order: the identity."""
    return [(node.args[0], linear.eye(*flat(node.shape)))]


@local_jacobians.register
def _(node: pieces.Concat, out: Any) -> Rates:
    """y = the parts one after the other: for each, the identity between rows of zeros."""
    found: Rates = []
    sizes = [size_of(shape_of(part)) for part in node.args]
    for i, (part, size) in enumerate(zip(node.args, sizes, strict=True)):
        before, after = (Integer(0) + sum(others) for others in (sizes[:i], sizes[i + 1 :]))
        rows = [linear.zeros(before, size)] if before != 0 else []
        rows += [linear.eye(size)] + ([linear.zeros(after, size)] if after != 0 else [])
        found.append((part, pieces.concat(*rows)))
    return found


@local_jacobians.register
def _(node: pieces.Segment, out: Any) -> Rates:
    """y = some rows of x: these rows of the identity."""
    x, start, count = node.args
    width = size_of(shape_of(x)[1:])
    return [(x, pieces.segment(linear.eye(*flat(shape_of(x))), start * width, count * width))]


@local_jacobians.register
def _(node: pieces.Entry, out: Any) -> Rates:
    """y = one entry of x: the vector that is 1 there."""
    x, *places = node.args
    units = [pieces.unit_vector(size, i) for size, i in zip(shape_of(x), places, strict=True)]
    return [(x, units[0] if len(units) == 1 else pieces.vec(linear.outer(*units)))]


@local_jacobians.register
def _(node: special.Softmax, out: Any) -> Rates:
    """y = softmax(x): diag(y) - y yᵀ."""
    y = node if out is None else out
    return [(node.args[0], linear.diag(y) - linear.outer(y, y))]


@local_jacobians.register
def _(node: special.LogSumExp, out: Any) -> Rates:
    """y = logsumexp(x): softmax(x)."""
    return [(node.args[0], special.softmax(node.args[0]))]


@local_jacobians.register
def _(node: special.SoftmaxCrossEntropy, out: Any) -> Rates:
    """y = -q·log softmax(o): (Σq) softmax(o) - q by o, -log softmax(o) by q."""
    o, q = node.logits, node.target
    z = [placeholder(i) for i in range(3)]
    by_target = elementwise(z[1] - z[0], o, special.logsumexp(o))
    return [(o, elementwise(z[2] * z[0] - z[1], special.softmax(o), q, pieces.sum_entries(q))), (q, by_target)]


@local_jacobians.register
def _(node: unknown.Applied, out: Any) -> Rates:
    """y = f(x1, ...): the partial derivatives of f."""
    return [(x, unknown.partial(node, i)) for i, x in enumerate(node.arguments)]
