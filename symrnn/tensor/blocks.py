"""A matrix put together from blocks: the Jacobian of several states at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Operand
from symrnn.tensor.linear import transpose
from symrnn.tensor.node import Tensor, new_tensor
from symrnn.tensor.operands import need_rank
from symrnn.tensor.shape import same_dim, show_shape


class Block(Tensor):
    """`Block(rows, *entries)`: matrices in `rows` rows, row by row; `block` builds it."""

    __slots__ = ()

    def __new__(cls, rows: object, *entries: Tensor) -> Tensor:
        count = int(rows)  # type: ignore[call-overload]
        width = len(entries) // count
        return block([entries[i * width : (i + 1) * width] for i in range(count)])

    @property
    def rows(self) -> tuple[tuple[Tensor, ...], ...]:
        """Its blocks, row by row."""
        count, entries = int(self.args[0]), self.args[1:]
        width = len(entries) // count
        return tuple(entries[i * width : (i + 1) * width] for i in range(count))

    def _eval_transpose(self) -> Any:
        """The blocks transposed, in transposed places."""
        return block([[transpose(x) for x in column] for column in zip(*self.rows, strict=True)])


def block(rows: Sequence[Sequence[Operand]]) -> Any:
    """The matrix of blocks: equal heights in a row, equal widths in a column.

    Raises
    ------
    ShapeError
        When the blocks do not fit together.

    Examples
    --------
    >>> from symrnn import Parameter, block, dims, zeros
    >>> n, m = dims("n m")
    >>> block([[Parameter("A", n, n), Parameter("B", n, m)], [zeros(m, n), Parameter("D", m, m)]]).shape
    (m + n, m + n)
    """
    if not rows or any(len(row) != len(rows[0]) or not row for row in rows):
        raise ShapeError("a block matrix needs rows of equally many blocks")
    for row in rows:
        for x, top in zip(row, rows[0], strict=True):
            need_rank(x, 2, "a block matrix")
            if not same_dim(x.shape[0], row[0].shape[0]) or not same_dim(x.shape[1], top.shape[1]):
                raise ShapeError(
                    f"the block {x} {show_shape(x.shape)} does not fit",
                    law="blocks of one row have equal heights, blocks of one column equal widths",
                )
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    height: Expr = Integer(0)
    for row in rows:
        height = height + row[0].shape[0]
    width: Expr = Integer(0)
    for x in rows[0]:
        width = width + x.shape[1]
    return new_tensor(Block, (height, width), Integer(len(rows)), *(x for row in rows for x in row))
