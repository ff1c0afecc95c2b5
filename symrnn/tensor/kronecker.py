"""The Kronecker product and the commutation matrix: what Jacobians by matrices are written with.

`vec` runs row by row here, so vec(A X B) = (A ⊗ Bᵀ) vec(X). A vector is a column.
"""

from __future__ import annotations

from typing import Any

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Full, Operand, scaled, split_scale
from symrnn.tensor.linear import Eye, is_zero, transpose
from symrnn.tensor.node import Tensor, new_tensor
from symrnn.tensor.operands import as_operand
from symrnn.tensor.pieces import reshape
from symrnn.tensor.shape import as_dim


class Kron(Tensor):
    """The matrix of blocks a[i, j] B; `Kron(A, B)` has the shape (n p, m q) for A (n, m) and B (p, q)."""

    __slots__ = ()

    def __new__(cls, left: Tensor, right: Tensor) -> Tensor:
        return kron(left, right)

    left = property(lambda self: self.args[0])
    right = property(lambda self: self.args[1])

    def _eval_transpose(self) -> Tensor:
        """(A ⊗ B)ᵀ = Aᵀ ⊗ Bᵀ."""
        return kron(transpose(self.left), transpose(self.right))


class Commutation(Tensor):
    """The permutation K of n m entries with K vec(X) = vec(Xᵀ) for every X of shape (n, m)."""

    __slots__ = ()

    def __new__(cls, rows: object, columns: object) -> Tensor:
        return commutation(rows, columns)

    def _eval_transpose(self) -> Tensor:
        """The permutation back."""
        return commutation(self.args[1], self.args[0])


def kron(left: Operand, right: Operand) -> Any:
    """The Kronecker product A ⊗ B of two matrices; a vector counts as a column.

    Parameters
    ----------
    left, right
        Matrices of shapes (n, m) and (p, q); the product has the shape (n p, m q).

    Raises
    ------
    ShapeError
        For a scalar.

    Examples
    --------
    >>> from symrnn import Parameter, dims, eye, kron
    >>> n, m = dims("n m")
    >>> A = Parameter("A", n, m)
    >>> kron(A, eye(2)), kron(A, eye(2)).shape
    (kron(A, eye(2)), (2*n, 2*m))
    """
    left, right = _matrix(left, left, right), _matrix(right, left, right)
    shape = (left.shape[0] * right.shape[0], left.shape[1] * right.shape[1])
    if is_zero(left) or is_zero(right):
        return Full(0, *shape)
    (a, left), (b, right) = split_scale(left), split_scale(right)
    return scaled(a * b, _product(left, right, shape))


def _product(left: Tensor, right: Tensor, shape: Any) -> Tensor:
    if isinstance(left, Eye) and isinstance(right, Eye):
        return Eye(shape[0])
    if isinstance(left, Eye) and left.shape[0] == 1:
        return right
    if isinstance(right, Eye) and right.shape[0] == 1:
        return left
    result: Tensor = new_tensor(Kron, shape, left, right)
    return result


def _matrix(x: Operand, left: Operand, right: Operand) -> Any:
    x = as_operand(x)
    if not isinstance(x, Tensor):
        raise ShapeError(f"kron({left}, {right}): {x} is a scalar", repair=f"write  {left} * {right}")
    return column(x) if x.rank == 1 else x


def column(vector: Any) -> Any:
    """A vector (n,) as a matrix (n, 1)."""
    return reshape(vector, vector.shape[0], 1)


def row(vector: Any) -> Any:
    """A vector (n,) as a matrix (1, n), its transpose."""
    return reshape(vector, 1, vector.shape[0])


def kronecker_order(product: Kron) -> Any:
    """The permutation that makes vec(A ⊗ B) of vec(A) ⊗ vec(B): the two inner of their four indices change places."""
    (n, m), (p, q) = product.left.shape, product.right.shape
    return kron(kron(Eye(n), commutation(m, p)), Eye(q))


def commutation(rows: object, columns: object) -> Any:
    """The commutation matrix: what makes vec(Xᵀ) of vec(X) for X of shape (rows, columns).

    Examples
    --------
    >>> from symrnn.tensor import commutation, dims
    >>> commutation(*dims("n m")), commutation(1, 3)
    (commutation(n, m), eye(3))
    """
    n, m = as_dim(rows), as_dim(columns)
    if n == 1 or m == 1:
        return Eye(n * m)
    return new_tensor(Commutation, (n * m, n * m), n, m)
