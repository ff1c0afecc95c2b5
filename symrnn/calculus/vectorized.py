"""Products of matrices over vec, written as products of the matrices themselves: (A ⊗ B) vec(X) = vec(A X Bᵀ).

Transposed Jacobians by a matrix are of this kind; in the shape of the matrix nothing of the Kronecker product is left.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, expand

from symrnn.calculus.local_jacobians import diagonal_places
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import Elementwise, add, elementwise, scaled, split_scale
from symrnn.tensor.kronecker import Commutation, Kron
from symrnn.tensor.linear import (
    Contract,
    Diag,
    Eye,
    Outer,
    Transpose,
    contract,
    diag,
    dot,
    is_zero,
    outer,
    transpose,
    zeros,
)
from symrnn.tensor.node import Tensor, shape_of
from symrnn.tensor.pieces import Concat, Reshape, Segment, concat, reshape, segment, sum_entries, vec


def plain(x: Any) -> Any:
    """A vector with the matrices over vec in it applied, outermost last.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, eye, kron, t
    >>> from symrnn.calculus.vectorized import plain
    >>> n, m = dims("n m")
    >>> plain(kron(eye(n), Sequence("x", m)[t]) @ Sequence("g", n)[t])
    reshape(outer(g[t], x[t]), m*n)
    """
    if isinstance(x, Contract) and x.right.rank == 1:
        return applied(x.left, plain(x.right))
    if isinstance(x, Elementwise):
        return entrywise(x.body, [plain(y) for y in x.operands])
    return x


def entrywise(body: Any, operands: list[Any]) -> Any:
    """An elementwise expression of vectors; of matrices over vec, that over vec."""
    made = elementwise(body, *operands)
    if not isinstance(made, Elementwise):
        return made
    body, operands = made.body, list(made.operands)
    inner = [y.args[0] if isinstance(y, Reshape) else y for y in operands]
    shapes = {y.shape for y in inner if isinstance(y, Tensor)}
    if len(shapes) == 1 and all(isinstance(y, Reshape) or not shape_of(y) for y in operands):
        (shape,) = shapes
        scale, rest = split_scale(elementwise(body, *inner))
        return scaled(scale, vec(rest)) if len(shape) == 2 else scaled(scale, rest)
    return made


def applied(matrix: Any, x: Any) -> Any:
    """A matrix times a vector, by the rule of the matrix; scalar factors in front."""
    if isinstance(x, Reshape):
        scale, rest = split_scale(x.args[0])
        if scale != 1:
            return scaled(scale, applied(matrix, reshape(rest, *x.shape)))
    scale, matrix = split_scale(matrix)
    if scale != 1:
        return scaled(scale, applied(matrix, x))
    if isinstance(matrix, Elementwise) and matrix.body.is_Add:
        return add(*(applied(elementwise(part, *matrix.operands), x) for part in matrix.body.args))
    if isinstance(matrix, Contract):
        return applied(matrix.left, applied(matrix.right, x))
    if isinstance(matrix, TimeSum):
        matrix = matrix._avoiding(x.free_symbols)
        return time_sum(applied(matrix.body, x), matrix.args[1:4])
    if isinstance(matrix, Transpose):
        return _transposed(matrix.args[0], x)
    if isinstance(matrix, Kron):
        return _kron(matrix.left, matrix.right, x)
    if isinstance(matrix, Reshape) and matrix.args[0].rank == 1 and matrix.shape[1] == 1:
        return vec(outer(x, matrix.args[0]))
    if isinstance(matrix, Outer):
        return scaled(_inner(matrix.right, x), matrix.left)
    if isinstance(matrix, Commutation):
        return vec(transpose(reshape(x, *matrix.args)))
    if isinstance(matrix, Diag):
        return plain(contract(matrix, x))
    if matrix.shape[0] == matrix.shape[1] ** 2 and matrix == diagonal_places(matrix.shape[1]):
        return vec(diag(x))
    return contract(matrix, x)


def _inner(a: Any, b: Any) -> Any:
    """vec(A)·vec(B) is the sum of the entries of A ⊙ B."""
    if isinstance(a, Reshape) and isinstance(b, Reshape) and a.args[0].shape == b.args[0].shape:
        return sum_entries(a.args[0] * b.args[0])
    return dot(a, b)


def _kron(a: Any, b: Any, x: Any) -> Any:
    """(A ⊗ B) vec(X) = vec(A X Bᵀ); a column as B makes an outer product."""
    if b.shape[1] == 1:
        return vec(outer(contract(a, x), reshape(b, b.shape[0])))
    if a.shape[1] == 1:
        return vec(outer(reshape(a, a.shape[0]), contract(b, x)))
    middle = reshape(x, a.shape[1], b.shape[1])
    if a.shape[0] == 1 and isinstance(b, Eye):
        return contract(transpose(middle), reshape(a, a.shape[1]))
    if b.shape[0] == 1 and isinstance(a, Eye):
        return contract(middle, reshape(b, b.shape[1]))
    return vec(contract(contract(a, middle), transpose(b)))


def _transposed(matrix: Any, x: Any) -> Any:
    """Matrices one below the other, transposed: each times its own part of x; what makes diag: the diagonal."""
    if isinstance(matrix, Concat):
        found, start = [], Integer(0)
        for part in matrix.args:
            rows = part.shape[0]
            if not is_zero(part):
                found.append(applied(transpose(part), segment(x, start, rows)))
            start = start + rows
        return add(*found)
    if isinstance(matrix, Elementwise) and matrix.body.is_Add:
        parts = [elementwise(part, *matrix.operands) for part in matrix.body.args]
        return add(*(applied(transpose(part), x) for part in parts))
    if isinstance(matrix, TimeSum):
        matrix = matrix._avoiding(x.free_symbols)
        return time_sum(applied(transpose(matrix.body), x), matrix.args[1:4])
    if isinstance(matrix, Segment) and isinstance(matrix.args[0], Eye):
        return _put_back(x, matrix.args[1], matrix.args[0].shape[0])
    n = matrix.shape[1]
    if matrix == diagonal_places(n):
        return diag(reshape(x, n, n))
    return contract(transpose(matrix), x)


def _put_back(x: Any, start: Expr, size: Expr) -> Any:
    """A part of a vector, with zeros in the place of the rest."""
    after = expand(size - start - x.shape[0])
    return concat(*([zeros(start)] if start != 0 else []), x, *([zeros(after)] if after != 0 else []))
