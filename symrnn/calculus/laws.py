"""The laws of reverse differentiation, one a kind of node: the pullback of a cotangent to the operands.

Each law is a named object with a statement and a source, and each rule is written through the output
where a textbook does (1 - h², ŷ - y). A rule knows its node only, nothing of models or time.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Basic, Expr, S

from symrnn.calculus.derivation import Law
from symrnn.calculus.law_table import LAWS
from symrnn.errors import Unsupported
from symrnn.tensor import kronecker, linear, pieces, special, unknown
from symrnn.tensor.bodies import body_rates
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, elementwise, placeholder, slots_of
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.node import Slot, Tensor, shape_of

Pulled = list[tuple[Any, Any]]  # (operand, its part of the cotangent)


def law_of(node: Basic) -> Law:
    """The law by which a node is differentiated."""
    for kinds, key in _LAW_OF:
        if isinstance(node, kinds):
            if key == "product" and shape_of(node.args[1]) and len(shape_of(node.args[1])) == 2:
                return LAWS["matrix"]
            return LAWS[key]
    return LAWS["scalar"]


_LAW_OF: tuple[tuple[Any, str], ...] = (
    (Elementwise, "elementwise"),
    (linear.Contract, "product"),
    (linear.Dot, "dot"),
    (linear.Outer, "outer"),
    (kronecker.Kron, "kronecker"),
    (Inverse, "inverse"),
    (StopGradient, "declared"),
    (special.Softmax, "softmax"),
    (special.LogSumExp, "logsumexp"),
    (special.SoftmaxCrossEntropy, "cross-entropy"),
    (unknown.Applied, "unknown"),
    (unknown.Partial, "second"),
    ((Tensor, Slot), "linear"),
)


@singledispatch
def pullback(node: Basic, ct: Any, out: Any) -> Pulled:
    """For y = node with cotangent ct, the part that falls on each operand; `out` names y, or is None.

    Shapes: ct has the shape of the node, each part the shape of its operand.
    """
    if isinstance(node, Expr) and not isinstance(node, Slot):
        return _scalar(node, ct, out)
    raise Unsupported(f"no law differentiates {type(node).__name__}: {node}")


def _scalar(node: Expr, ct: Any, out: Any) -> Pulled:
    """y = f(s1, ..., sk), scalars: the adjoint of s_i is ct * df/ds_i; f' through the output if f is one call."""
    return [(s, ct * rate) for s, rate in unit_rates(node, out)]


def unit_rates(node: Any, out: Any) -> list[tuple[Any, Expr]]:
    """The derivative of an elementwise or scalar node by each operand, written through the output if given.

    For a scalar they are expressions; for an elementwise node bodies over the placeholders of its operands
    and, after them, one for the output.
    """
    if isinstance(node, Elementwise):
        variables = [placeholder(i) for i in range(len(node.operands) + 1)]
        rates = body_rates(node.body, variables[:-1], None if out is None else variables[-1])
        return list(zip(node.operands, rates, strict=True))
    operands = slots_of(node)
    return list(zip(operands, body_rates(node, operands, out), strict=True))


@pullback.register
def _(node: Elementwise, ct: Any, out: Any) -> Pulled:
    """y = f(x1, ..., xk) entry by entry: the adjoint of x_i is ct ⊙ df/dx_i, summed if x_i is a scalar."""
    pulled: Pulled = []
    seed = placeholder(len(node.operands) + 1)
    for x, rate in unit_rates(node, out):
        part = elementwise(rate * seed, *node.operands, node if out is None else out, ct)
        pulled.append((x, part if isinstance(x, Tensor) else pieces.sum_entries(part)))
    return pulled


@pullback.register
def _(node: Full, ct: Any, out: Any) -> Pulled:
    """Y = c everywhere: the adjoint of c is the sum of the entries of ct."""
    return [(node.value, pieces.sum_entries(ct))]


@pullback.register
def _(node: linear.Contract, ct: Any, out: Any) -> Pulled:
    """y = A @ x, A (n, m), x (m,): of A it is outer(ct, x), of x A.T @ ct;  Y = A @ B: ct @ B.T and A.T @ ct."""
    left, right = node.left, node.right
    to_left = linear.outer(ct, right) if right.rank == 1 else linear.contract(ct, linear.transpose(right))
    return [(left, to_left), (right, linear.contract(linear.transpose(left), ct))]


@pullback.register
def _(node: linear.Dot, ct: Any, out: Any) -> Pulled:
    """y = a·b: of a it is ct b, of b it is ct a."""
    a, b = node.args
    return [(a, ct * b), (b, ct * a)]


@pullback.register
def _(node: linear.Outer, ct: Any, out: Any) -> Pulled:
    """Y = a bᵀ, ct (n, m): of a (n,) it is ct @ b, of b (m,) it is ct.T @ a."""
    a, b = node.left, node.right
    return [(a, linear.contract(ct, b)), (b, linear.contract(linear.transpose(ct), a))]


@pullback.register
def _(node: linear.Transpose, ct: Any, out: Any) -> Pulled:
    """Y = Xᵀ: ct.T."""
    return [(node.args[0], linear.transpose(ct))]


@pullback.register
def _(node: linear.Diag, ct: Any, out: Any) -> Pulled:
    """Y = diag(v): the diagonal of ct."""
    return [(node.args[0], linear.diag(ct))]


@pullback.register
def _(node: linear.Diagonal, ct: Any, out: Any) -> Pulled:
    """v = the diagonal of X: diag(ct)."""
    return [(node.args[0], linear.diag(ct))]


@pullback.register
def _(node: linear.Eye, ct: Any, out: Any) -> Pulled:
    """The identity depends on nothing."""
    return []


@pullback.register
def _(node: kronecker.Kron, ct: Any, out: Any) -> Pulled:
    """Y = A ⊗ B, with R the entries of ct in the order of vec(A) vec(B)ᵀ: R vec(B) of A, Rᵀ vec(A) of B."""
    a, b = node.left, node.right
    (n, m), (p, q) = a.shape, b.shape
    back = linear.transpose(kronecker.kronecker_order(node))
    order = pieces.reshape(linear.contract(back, pieces.vec(ct)), n * m, p * q)
    to_right = linear.contract(linear.transpose(order), pieces.vec(a))
    return [(a, pieces.reshape(linear.contract(order, pieces.vec(b)), n, m)), (b, pieces.reshape(to_right, p, q))]


@pullback.register
def _(node: kronecker.Commutation, ct: Any, out: Any) -> Pulled:
    """A permutation depends on nothing."""
    return []


@pullback.register
def _(node: Inverse, ct: Any, out: Any) -> Pulled:
    """Y = X⁻¹: -Y.T @ ct @ Y.T."""
    y = transposed = linear.transpose(node if out is None else out)
    return [(node.args[0], -linear.contract(y, linear.contract(ct, transposed)))]


@pullback.register
def _(node: StopGradient, ct: Any, out: Any) -> Pulled:
    """y = x with its derivative declared zero: nothing."""
    return []


@pullback.register
def _(node: pieces.SumEntries, ct: Any, out: Any) -> Pulled:
    """y = sum of all entries of x: ct in every entry."""
    return [(node.args[0], Full(ct, *shape_of(node.args[0])))]


@pullback.register
def _(node: pieces.Trace, ct: Any, out: Any) -> Pulled:
    """y = trace of X (n, n): ct times the identity."""
    return [(node.args[0], ct * linear.eye(shape_of(node.args[0])[0]))]


@pullback.register
def _(node: pieces.Reshape, ct: Any, out: Any) -> Pulled:
    """Y = the entries of X in another shape: the entries of ct in the shape of X."""
    return [(node.args[0], pieces.reshape(ct, *shape_of(node.args[0])))]


@pullback.register
def _(node: pieces.Concat, ct: Any, out: Any) -> Pulled:
    """y = the parts one after the other: of each part, its rows of ct."""
    pulled: Pulled = []
    start: Expr = S.Zero
    for part in node.args:
        rows = shape_of(part)[0]
        pulled.append((part, pieces.segment(ct, start, rows)))
        start = start + rows
    return pulled


@pullback.register
def _(node: pieces.Segment, ct: Any, out: Any) -> Pulled:
    """y = some rows of x: ct at these rows, zero at the others."""
    x, start, count = node.args
    total, rest = shape_of(x)[0], shape_of(x)[1:]
    after = total - start - count
    if not _are_sizes(start, after):
        return [(x, linear.contract(linear.transpose(pieces.segment(linear.eye(total), start, count)), ct))]
    parts = [Full(0, start, *rest)] if start != 0 else []
    parts.append(ct)
    if after != 0:
        parts.append(Full(0, after, *rest))
    return [(x, pieces.concat(*parts))]


def _are_sizes(*sizes: Expr) -> bool:
    """Whether each is zero or known to be positive, so that rows of zeros can be written for it."""
    return all(size == 0 or size.is_positive for size in sizes)


@pullback.register
def _(node: pieces.Entry, ct: Any, out: Any) -> Pulled:
    """y = one entry of x: ct at this entry, zero at the others."""
    x, *places = node.args
    units = [pieces.unit_vector(size, i) for size, i in zip(shape_of(x), places, strict=True)]
    return [(x, ct * (units[0] if len(units) == 1 else linear.outer(*units)))]


@pullback.register
def _(node: special.Softmax, ct: Any, out: Any) -> Pulled:
    """y = softmax(x): y ⊙ (ct - (y·ct) 1)."""
    y = node if out is None else out
    z = [placeholder(i) for i in range(3)]
    return [(node.args[0], elementwise(z[0] * (z[1] - z[2]), y, ct, linear.dot(y, ct)))]


@pullback.register
def _(node: special.LogSumExp, ct: Any, out: Any) -> Pulled:
    """y = logsumexp(x): ct softmax(x)."""
    return [(node.args[0], ct * special.softmax(node.args[0]))]


@pullback.register
def _(node: special.SoftmaxCrossEntropy, ct: Any, out: Any) -> Pulled:
    """y = -q·log softmax(o): of o it is ct ((Σq) softmax(o) - q), of q it is -ct log softmax(o)."""
    o, q = node.logits, node.target
    mass = pieces.sum_entries(q)
    z = [placeholder(i) for i in range(4)]
    to_logits = elementwise(z[3] * (z[2] * z[0] - z[1]), special.softmax(o), q, mass, ct)
    to_target = elementwise(z[2] * (z[1] - z[0]), o, special.logsumexp(o), ct)
    return [(o, to_logits), (q, to_target)]


@pullback.register
def _(node: unknown.Applied, ct: Any, out: Any) -> Pulled:
    """y = f(x1, ..., xk): of x_i it is (∂f/∂x_i)ᵀ ct; matrices as the vectors of their rows."""
    flat = pieces.vec(ct) if node.shape else ct
    return [(x, _applied_part(node, i, x, flat)) for i, x in enumerate(node.arguments)]


@pullback.register
def _(node: unknown.Partial, ct: Any, out: Any) -> Pulled:
    """J = ∂f/∂x_i: of x_j it is the second derivatives of f by x_i and x_j, contracted with ct."""
    application = node.application
    pulled: Pulled = []
    for j, x in enumerate(application.arguments):
        part = unknown.second_partial(application, node.position, j, ct)
        pulled.append((x, pieces.reshape(part, *shape_of(x)) if len(shape_of(x)) == 2 else part))
    return pulled


def _applied_part(node: Any, position: int, x: Any, ct: Any) -> Any:
    jacobian = unknown.partial(node, position)
    if not node.shape:
        part = ct * jacobian
    elif not shape_of(x):
        return linear.dot(jacobian, ct)
    else:
        part = linear.contract(linear.transpose(jacobian), ct)
    return pieces.reshape(part, *shape_of(x)) if len(shape_of(x)) == 2 else part
