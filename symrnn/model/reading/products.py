"""Factors side by side: matrix products, dot and outer products, and scalars in front.

Vectors have rank 1. A transposed vector is a `Row`, which lives only until the product it stands in is formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Mul

from symrnn.errors import ShapeError
from symrnn.tensor import contract, dot, elementwise, outer, placeholder, transpose
from symrnn.tensor.node import Tensor


@dataclass(frozen=True)
class Row:
    """A transposed vector."""

    vector: Any


def is_scalar(x: Any) -> bool:
    """Whether it is neither a row nor a vector nor a matrix."""
    return not isinstance(x, Row | Tensor)


def upright(x: Any) -> Any:
    """A row as the vector it came from."""
    return x.vector if isinstance(x, Row) else x


def scaled(scalars: list[Any], total: Any) -> Any:
    """Scalars times a vector, matrix or row, or times nothing."""
    if total is None:
        return elementwise(Mul(*(placeholder(i) for i in range(len(scalars)))), *scalars)
    if not scalars:
        return total
    body = Mul(*(placeholder(i) for i in range(len(scalars) + 1)))
    if isinstance(total, Row):
        return Row(elementwise(body, *scalars, total.vector))
    return elementwise(body, *scalars, total)


def transposed(x: Any) -> Any:
    """A matrix transposed; a vector as a row, and back."""
    if isinstance(x, Row):
        return x.vector
    return Row(x) if isinstance(x, Tensor) and x.rank == 1 else transpose(x)


def joined(left: Any, sign: str, right: Any) -> Any:
    """The product of two neighbours, neither of them a scalar."""
    if isinstance(left, Row):
        if isinstance(right, Row):
            raise ShapeError(f"{left.vector}^T and {right.vector}^T: two rows side by side", repair=_TWO)
        return Row(contract(transpose(right), left.vector)) if right.rank == 2 else dot(left.vector, right)
    if isinstance(right, Row):
        if left.rank == 2:
            raise ShapeError(f"{left} beside the row {right.vector}^T", repair=f"write  {left} {right.vector}")
        return outer(left, right.vector)
    if left.rank == 1 and right.rank == 1 and sign == "":
        raise ShapeError(
            f"{left} and {right}: two vectors side by side", law="juxtaposition is the matrix product", repair=_TWO
        )
    if left.rank == 1 and sign == "":
        raise ShapeError(
            f"{left} and {right}: a vector before a matrix",
            law="juxtaposition is the matrix product",
            repair=f"write  {left}^T {right}  for a row,  {right} {left}  for a vector",
        )
    return dot(left, right) if sign == "·" and left.rank == right.rank == 1 else contract(left, right)


_TWO = "a * b  entry by entry,  a^T b  for the dot product,  a b^T  for the outer product"
