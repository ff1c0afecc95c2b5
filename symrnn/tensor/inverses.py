"""The inverse of a square matrix, and the solution of linear equations by it."""

from __future__ import annotations

from typing import Any

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Operand, elementwise, placeholder
from symrnn.tensor.linear import Diag, Eye, Transpose, contract, need_square, transpose
from symrnn.tensor.node import Tensor, new_tensor
from symrnn.tensor.operands import need_rank
from symrnn.tensor.shape import same_dim, show_shape


class Inverse(Tensor):
    """The inverse of a square matrix; a singular one is found out when numbers are put in."""

    __slots__ = ()

    def __new__(cls, matrix: Tensor) -> Tensor:
        return inverse(matrix)


def inverse(matrix: Operand) -> Any:
    """The inverse of a square matrix.

    Examples
    --------
    >>> from symrnn import Parameter, dims, eye, inverse
    >>> n = dims("n")
    >>> inverse(eye(n) - Parameter("A", n, n))
    inverse(eye(n) - A)
    """
    need_rank(matrix, 2, "an inverse")
    need_square(matrix, "an inverse")
    if isinstance(matrix, Inverse):
        return matrix.args[0]
    if isinstance(matrix, Eye):
        return matrix
    if isinstance(matrix, Diag):
        return Diag(elementwise(1 / placeholder(0), matrix.args[0]))
    if isinstance(matrix, Transpose):
        return transpose(inverse(matrix.args[0]))
    return new_tensor(Inverse, matrix.shape, matrix)


def solve(matrix: Operand, right: Operand) -> Any:
    """The x with A x = b, for a square matrix A (n, n) and b of shape (n,) or (n, m)."""
    need_square(matrix, "solve")
    if not isinstance(right, Tensor) or not same_dim(matrix.shape[1], right.shape[0]):
        raise ShapeError(f"solve: {matrix} {show_shape(matrix.shape)} and {right} do not fit")
    return contract(inverse(matrix), right)
