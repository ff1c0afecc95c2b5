"""Ordered products over time, and powers of a matrix whose exponent may be a symbol.

A product of matrices has an order: the latest factor stands on the left, or on the right. The empty
product is the identity, whatever its bounds; it is never an inverse.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Integer, Symbol
from sympy.core.symbol import Str

from symrnn.errors import ShapeError, Undefined
from symrnn.tensor.binding import Binder
from symrnn.tensor.elementwise import Operand
from symrnn.tensor.linear import Eye, eye, need_square, transpose
from symrnn.tensor.node import Slot, Tensor, new_tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import show_kind
from symrnn.tensor.time import as_time, t, tau

LATEST, EARLIEST = Str("latest"), Str("earliest")


class TimeProduct(Binder):
    """The product of a body over an integer index from lower to upper, in the order of time; 1 when there is none.

    `left` says which factor stands on the left: the "latest" or the "earliest".
    """

    __slots__ = ()

    left = property(lambda self: self.args[4])

    @property
    def descends(self) -> bool:
        """Whether the latest factor stands on the left."""
        return bool(self.left == LATEST)


class TimeProductTensor(TimeProduct, Tensor):
    """An ordered product of square matrices."""

    __slots__ = ("_key",)

    def __new__(cls, body: Tensor, index: Symbol, lower: Expr, upper: Expr, left: Str) -> Tensor:
        obj = Basic.__new__(cls, body, index, lower, upper, left)
        obj._shape, obj._key = body.shape, None
        return obj


class TimeProductSlot(TimeProduct, Slot):
    """A product of scalars, whose order does not matter."""

    __slots__ = ("_key",)

    def __new__(cls, body: Expr, index: Symbol, lower: Expr, upper: Expr, left: Str = LATEST) -> Slot:
        obj = Expr.__new__(cls, body, index, lower, upper, LATEST)
        obj._key = None
        return obj


def time_prod(body: Operand, over: tuple[Symbol, object, object] | None = None, *, left: str = "latest") -> Any:
    """The ordered product of `body` over time, t = 1..tau unless `over=(index, first, last)` says otherwise.

    Parameters
    ----------
    body
        A square matrix (n, n), or a scalar, for each value of the index.
    over
        The index and its first and last value. With last < first the product is empty: the identity, or 1.
    left
        "latest" when the factor of the last index stands on the left, "earliest" when it stands on the right.

    Raises
    ------
    ShapeError
        For vectors and for matrices that are not square.

    Examples
    --------
    >>> from symrnn import Sequence, dims, t, time_prod
    >>> n = dims("n")
    >>> A = Sequence("A", n, n)
    >>> time_prod(A[t])
    time_prod(A[t])
    >>> time_prod(A[t], (t, 3, 2))
    eye(n)
    """
    index, lower, upper = over or (t, 1, tau)
    body, first, last = as_operand(body), as_time(lower, "over"), as_time(upper, "over")
    if left not in ("latest", "earliest"):
        raise Undefined(f'left={left!r}: which factor stands on the left is "latest" or "earliest"')
    shape = shape_of(body)
    if len(shape) == 1:
        raise ShapeError(f"time_prod of {body}, {show_kind(shape)}: only scalars and square matrices have products")
    if shape:
        need_square(body, "a product over time")
    if (first - last).is_positive or body == 1 or isinstance(body, Eye):
        return eye(shape[0]) if shape else Integer(1)
    kind = TimeProductTensor if shape else TimeProductSlot
    return kind(body, index, first, last, LATEST if left == "latest" else EARLIEST)


class MatrixPower(Tensor):
    """A square matrix times itself; the exponent is an integer expression that is not negative where it is used."""

    __slots__ = ()

    def __new__(cls, matrix: Tensor, exponent: Expr) -> Tensor:
        return matrix_power(matrix, exponent)

    matrix = property(lambda self: self.args[0])
    exponent = property(lambda self: self.args[1])

    def _eval_transpose(self) -> Any:
        """(A^k)ᵀ = (Aᵀ)^k."""
        return matrix_power(transpose(self.matrix), self.exponent)


def matrix_power(matrix: Operand, exponent: object) -> Any:
    """The product of `exponent` equal factors; (Aᵀ)^k for a transpose.

    Examples
    --------
    >>> from symrnn import Parameter, dims, matrix_power, t
    >>> n = dims("n")
    >>> W = Parameter("W", n, n)
    >>> matrix_power(W, t - 1)
    matrix_power(W, t - 1)
    >>> matrix_power(W, 0)
    eye(n)
    """
    need_square(matrix, "a power")
    times = as_time(exponent, "matrix_power")
    if times.is_negative:
        raise Undefined(f"{matrix} to the power {times}", law="a power counts factors", repair="use inverse(...)")
    if isinstance(matrix, Eye) or times == 0:
        return eye(matrix.shape[0])
    if times == 1:
        return matrix
    if isinstance(matrix, MatrixPower):
        return matrix_power(matrix.matrix, matrix.exponent * times)
    return new_tensor(MatrixPower, matrix.shape, matrix, times)
