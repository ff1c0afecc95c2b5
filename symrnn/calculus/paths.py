"""Expressions that are linear in some leaves, taken apart: one matrix for each path to a leaf, and the rest.

An adjoint recurrence is linear in the adjoints it reads. Collecting what multiplies each of them gives the
Jacobian of its step; written back it must be the expression it came from.
"""

from __future__ import annotations

from typing import Any

from symrnn.calculus.jacobian import chain, is_zero
from symrnn.calculus.local_jacobians import local_jacobians
from symrnn.errors import Unsupported
from symrnn.model import reads
from symrnn.tensor import linear
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import Node, Tensor, shape_of


def paths(expr: Any, leaf: Any) -> list[Any]:
    """The Jacobians of an expression by a leaf of rank 0 or 1, one for each path on which it is reached."""
    if expr == leaf:
        return [linear.eye(shape_of(leaf)[0]) if shape_of(leaf) else linear.ones()]
    if (isinstance(expr, Node) and expr.is_leaf) or leaf not in reads(expr):
        return []
    return [
        chain(rate, inner, operand, leaf)
        for operand, rate in local_jacobians(expr, None)
        for inner in paths(operand, leaf)
    ]


def zero_of(leaf: Any) -> Any:
    """Zero, of the shape of a leaf."""
    return linear.zeros(*shape_of(leaf))


def times(matrix: Any, x: Any) -> Any:
    """A Jacobian applied to what it multiplies: a product of the right kind for their ranks."""
    if isinstance(matrix, Tensor) and isinstance(x, Tensor):
        return linear.dot(matrix, x) if matrix.rank == x.rank == 1 else linear.contract(matrix, x)
    return matrix * x


def flipped(matrix: Any) -> Any:
    """The transpose of a Jacobian; a number, or the gradient of a scalar, is its own."""
    return linear.transpose(matrix) if len(shape_of(matrix)) == 2 else matrix


def split_linear(expr: Any, leaves: tuple[Any, ...]) -> tuple[dict[Any, list[Any]], Any]:
    """The matrices by which each leaf is multiplied, path by path, and what is left when all leaves are zero.

    Raises
    ------
    Unsupported
        When the expression is not linear in the leaves.
    """
    found = {leaf: paths(expr, leaf) for leaf in leaves}
    rest = expr.xreplace({leaf: zero_of(leaf) for leaf in leaves})
    for matrices in found.values():
        for matrix in matrices:
            if any(leaf in reads(matrix) for leaf in leaves):
                raise Unsupported(f"{expr} is not linear in {', '.join(map(str, leaves))}")
    return found, rest


def written_back(parts: dict[Any, list[Any]], rest: Any, shape: Any) -> Any:
    """The sum of the matrices times their leaves, and the rest: what was taken apart, path by path."""
    terms = [times(matrix, leaf) for leaf, matrices in parts.items() for matrix in matrices]
    return add(*(x for x in (*terms, rest) if not is_zero(x)), shape=shape)
