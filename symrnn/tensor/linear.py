"""Linear algebra on tensors: products, outer products, transposes and diagonals.

Each lowercase function is the public verb; it checks shapes, simplifies what is simplified by
construction (an identity vanishes, `diag(v) @ w` is the elementwise `v * w`, products nest to the
right), and otherwise builds the strict node of the same name.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Full, Operand, by_structure, combine, scaled, split_scale
from symrnn.tensor.node import Slot, Tensor, new_slot, new_tensor, shape_of
from symrnn.tensor.operands import as_operand, need_rank
from symrnn.tensor.shape import as_dim, same_dim, show_kind, show_shape


class Contract(Tensor):
    """A product over one shared axis: matrix times vector, or matrix times matrix."""

    __slots__ = ()

    def __new__(cls, left: Tensor, right: Tensor) -> Tensor:
        return contract(left, right)

    @classmethod
    def _make(cls, left: Tensor, right: Tensor) -> Contract:
        obj = Basic.__new__(cls, left, right)
        obj._shape = left.shape[:1] + right.shape[1:]
        return obj

    left = property(lambda self: self.args[0])
    right = property(lambda self: self.args[1])


class Dot(Slot):
    """The inner product of two vectors; it does not matter which comes first."""

    __slots__ = ()

    def __new__(cls, left: Tensor, right: Tensor) -> Expr:
        return dot(left, right)

    def _hashable_content(self) -> tuple[Basic, ...]:
        return tuple(sorted(self.args, key=by_structure))


class Outer(Tensor):
    """The matrix of all products: `Outer(a, b)[i, j] = a[i] * b[j]`."""

    __slots__ = ()

    def __new__(cls, left: Tensor, right: Tensor) -> Tensor:
        return outer(left, right)

    left = property(lambda self: self.args[0])
    right = property(lambda self: self.args[1])


class Transpose(Tensor):
    """The transpose of a matrix."""

    __slots__ = ()

    def __new__(cls, matrix: Tensor) -> Tensor:
        return transpose(matrix)


class Diag(Tensor):
    """The diagonal matrix of a vector."""

    __slots__ = ()

    def __new__(cls, vector: Tensor) -> Tensor:
        need_rank(vector, 1, "Diag")
        return new_tensor(cls, vector.shape * 2, vector)


class Diagonal(Tensor):
    """The diagonal of a square matrix, as a vector."""

    __slots__ = ()

    def __new__(cls, matrix: Tensor) -> Tensor:
        need_square(matrix, "the diagonal")
        return new_tensor(cls, matrix.shape[:1], matrix)


class Eye(Tensor):
    """The identity matrix."""

    __slots__ = ()

    def __new__(cls, size: object) -> Tensor:
        n = as_dim(size)
        return new_tensor(cls, (n, n), n)


def need_square(matrix: Tensor, what: str) -> None:
    """Raise unless the matrix is square; `what` needs it to be."""
    shape = need_rank(matrix, 2, what)
    if not same_dim(*shape):
        raise ShapeError(f"{what} needs a square matrix; {matrix} is {show_shape(shape)}")


def is_zero(x: Basic) -> bool:
    """Whether a tensor is written as zero in every entry."""
    return isinstance(x, Full) and x.args[0] == 0


def contract(left: Operand, right: Operand) -> Any:
    """`left @ right`: matrix times vector, matrix times matrix, vector times matrix, or the dot product."""
    for x in (left, right):
        if not isinstance(x, Tensor):
            raise ShapeError(
                f"{left} @ {right}: `@` multiplies matrices and vectors; {x} is a scalar",
                repair=f"write  {left} * {right}",
            )
    if left.rank == 1:
        return dot(left, right) if right.rank == 1 else contract(transpose(right), left)
    if not same_dim(left.shape[1], right.shape[0]):
        raise ShapeError(
            f"{left} {show_shape(left.shape)} @ {right} {show_shape(right.shape)}: "
            f"inner sizes {left.shape[1]} and {right.shape[0]} differ",
            law="A @ x needs as many columns in A as x has rows",
            repair=_contract_repair(left, right),
        )
    (a, left), (b, right) = split_scale(left), split_scale(right)
    return scaled(a * b, _contracted(left, right))


def _contracted(left: Tensor, right: Tensor) -> Tensor:
    if isinstance(left, Eye):
        return right
    if isinstance(right, Eye):
        return left
    if is_zero(left) or is_zero(right):
        return Full(0, *(left.shape[:1] + right.shape[1:]))
    if isinstance(left, Contract):
        return _contracted(left.args[0], _contracted(left.args[1], right))
    if isinstance(left, Diag):
        if right.rank == 1:
            return combine("*", left.args[0], right)
        if isinstance(right, Diag):
            return Diag(combine("*", left.args[0], right.args[0]))
        if isinstance(right, Contract) and isinstance(right.args[0], Diag):
            return _contracted(Diag(combine("*", left.args[0], right.args[0].args[0])), right.args[1])
    return Contract._make(left, right)


def _contract_repair(left: Tensor, right: Tensor) -> str:
    rows, columns = left.shape
    if same_dim(rows, right.shape[0]):
        flipped = f"{transpose(left)} @ {right}"
        return f"either  {flipped}  or declare  {left}  of shape ({columns}, {rows})" if left.is_leaf else flipped
    if left.is_leaf:
        return f"declare  {left}  of shape ({rows}, {right.shape[0]}), or mend  {right}"
    return f"{left} needs {right.shape[0]} columns, or {right} {columns} rows"


def dot(left: Operand, right: Operand) -> Any:
    """The inner product of two vectors (of two scalars: their product)."""
    from symrnn.tensor.pieces import sum_entries

    left, right = as_operand(left), as_operand(right)
    if not isinstance(left, Tensor) and not isinstance(right, Tensor):
        return left * right
    for x in (left, right):
        need_rank(x, 1, "a dot product")
    if not same_dim(left.shape[0], right.shape[0]):
        raise ShapeError(f"dot of {left} {show_shape(left.shape)} and {right} {show_shape(right.shape)}: sizes differ")
    for x, other in ((left, right), (right, left)):
        if isinstance(x, Full):
            return x.value * sum_entries(other)
    (a, left), (b, right) = split_scale(left), split_scale(right)
    return scaled(a * b, new_slot(Dot, left, right))


def outer(left: Operand, right: Operand) -> Any:
    """The matrix a bᵀ of two vectors: entry (i, j) is `a[i] * b[j]`."""
    left, right = as_operand(left), as_operand(right)
    for x in (left, right):
        need_rank(x, 1, "an outer product")
    if is_zero(left) or is_zero(right):
        return Full(0, left.shape[0], right.shape[0])
    (a, left), (b, right) = split_scale(left), split_scale(right)
    return scaled(a * b, new_tensor(Outer, left.shape + right.shape, left, right))


def transpose(matrix: Operand) -> Any:
    """The transpose; of a product, the product of the transposes in reverse order."""
    if not isinstance(matrix, Tensor) or matrix.rank != 2:
        raise ShapeError(
            f"{matrix} is {show_kind(shape_of(matrix))}: only a matrix has a transpose",
            repair="vectors have rank 1: write  a @ b  for aᵀb and  symrnn.outer(a, b)  for abᵀ",
        )
    if isinstance(matrix, Transpose):
        return matrix.args[0]
    if isinstance(matrix, Diag | Eye):
        return matrix
    if isinstance(matrix, Outer):
        return outer(matrix.args[1], matrix.args[0])
    if isinstance(matrix, Contract):
        return contract(transpose(matrix.args[1]), transpose(matrix.args[0]))
    if isinstance(matrix, Full):
        return Full(matrix.value, *reversed(matrix.shape))
    own = matrix._eval_transpose()
    if own is not None:
        return own
    scale, rest = split_scale(matrix)
    return new_tensor(Transpose, matrix.shape[::-1], matrix) if scale == 1 else scaled(scale, transpose(rest))


def diag(x: Operand) -> Any:
    """The diagonal matrix of a vector, or the diagonal of a square matrix."""
    x = as_operand(x)
    if not isinstance(x, Tensor):
        raise ShapeError(f"diag needs a vector or a matrix; {x} is a scalar")
    if x.rank == 1:
        if isinstance(x, Full):
            return scaled(x.value, Eye(x.shape[0]))
        scale, rest = split_scale(x)
        return scaled(scale, Diag(rest))
    return x.args[0] if isinstance(x, Diag) else Diagonal(x)


def eye(size: object) -> Tensor:
    """The identity matrix of a size."""
    return Eye(size)


def zeros(*shape: object) -> Any:
    """The tensor of zeros of a shape (the number 0 for no shape)."""
    return Full(0, *shape) if shape else S.Zero


def ones(*shape: object) -> Any:
    """The tensor of ones of a shape (the number 1 for no shape)."""
    return Full(1, *shape) if shape else S.One
