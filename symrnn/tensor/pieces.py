"""Sums of entries, single entries, and pieces of tensors: put together, cut out, reshaped.

As in `linear`, each lowercase function is the public verb that checks shapes and simplifies by
construction, and each class is the strict node.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, S

from symrnn.errors import ShapeError
from symrnn.tensor.elementwise import Elementwise, Full, Operand, elementwise, placeholder
from symrnn.tensor.linear import Diag, Eye, Outer, Transpose, dot, need_square
from symrnn.tensor.node import Slot, Tensor, new_slot, new_tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import as_dim, as_shape, same_dim, same_shape, show_kind, show_shape, size_of


class SumEntries(Slot):
    """The sum of all entries of a tensor."""

    __slots__ = ()

    def __new__(cls, tensor: Operand) -> Expr:
        return sum_entries(tensor)


class Trace(Slot):
    """The sum of the diagonal of a square matrix."""

    __slots__ = ()

    def __new__(cls, matrix: Tensor) -> Expr:
        return trace(matrix)


class Entry(Slot):
    """One entry of a tensor; indices count from 1, as in mathematics."""

    __slots__ = ()

    def __new__(cls, tensor: Tensor, *indices: object) -> Expr:
        return entry(tensor, *indices)


class Concat(Tensor):
    """Vectors put one after the other, or matrices one above the other."""

    __slots__ = ()

    def __new__(cls, *parts: Tensor) -> Tensor:
        return concat(*parts)


class Segment(Tensor):
    """`size` consecutive entries (or rows) of a tensor, after the first `start` ones."""

    __slots__ = ()

    def __new__(cls, tensor: Tensor, start: object, size: object) -> Tensor:
        return segment(tensor, start, size)


class Reshape(Tensor):
    """The same entries, row by row, in another shape: `vec` and its inverse."""

    __slots__ = ()

    def __new__(cls, tensor: Tensor, *shape: object) -> Tensor:
        return reshape(tensor, *shape)

    def _eval_transpose(self) -> Tensor | None:
        """A row made of a vector turns into a column, and back."""
        if 1 not in self.shape or len(self.shape) != 2:
            return None
        turned: Tensor = reshape(self.args[0], *reversed(self.shape))
        return turned


def sum_entries(x: Operand) -> Any:
    """The sum of all entries; of a vector declared `simplex=True` it is 1."""
    x = as_operand(x)
    if not isinstance(x, Tensor):
        return x
    if isinstance(x, Full):
        total: Expr = x.value
        for d in x.shape:
            total = total * d
        return total
    if getattr(x, "simplex", False):
        return S.One
    if isinstance(x, Outer):
        return sum_entries(x.args[0]) * sum_entries(x.args[1])
    if isinstance(x, Transpose):
        return sum_entries(x.args[0])
    if _is_product_of_vectors(x):
        return dot(*x.operands)
    return new_slot(SumEntries, x)


def _is_product_of_vectors(x: Tensor) -> bool:
    if not isinstance(x, Elementwise) or x.rank != 1 or x.body != placeholder(0) * placeholder(1):
        return False
    return all(isinstance(op, Tensor) for op in x.operands)


def mean_entries(x: Operand) -> Any:
    """The mean of all entries."""
    size: Expr = Integer(1)
    for d in shape_of(x):
        size = size * d
    return sum_entries(x) / size


def trace(matrix: Operand) -> Any:
    """The sum of the diagonal of a square matrix."""
    need_square(matrix, "a trace")
    if isinstance(matrix, Eye):
        return matrix.shape[0]
    if isinstance(matrix, Diag):
        return sum_entries(matrix.args[0])
    if isinstance(matrix, Outer):
        return dot(*matrix.args)
    return new_slot(Trace, matrix)


def norm2(x: Operand) -> Any:
    """The squared Euclidean (Frobenius) norm: the sum of the squares of all entries."""
    x = as_operand(x)
    if isinstance(x, Tensor):
        return dot(x, x) if x.rank == 1 else sum_entries(x * x)
    return x**2


def entry(tensor: Operand, *indices: object) -> Any:
    """One entry of a vector (one index) or matrix (two); indices count from 1."""
    if not isinstance(tensor, Tensor) or len(indices) != tensor.rank:
        raise ShapeError(
            f"an entry of {tensor} {show_shape(shape_of(tensor))} "
            f"needs {len(shape_of(tensor))} indices; got {len(indices)}"
        )
    places = tuple(Integer(i) if isinstance(i, int) else i for i in indices)
    for i, size in zip(places, tensor.shape, strict=True):
        if not isinstance(i, Expr) or not i.is_integer:
            raise ShapeError(f"the index {i!r} of {tensor} is not an integer")
        if (i - 1).is_negative or (size - i).is_negative:
            raise ShapeError(f"the index {i} of {tensor} is outside 1..{size}", law="entries are counted from 1")
    if isinstance(tensor, Full):
        return tensor.value
    if isinstance(tensor, Elementwise):
        return elementwise(tensor.body, *(entry(x, *places) if isinstance(x, Tensor) else x for x in tensor.operands))
    return new_slot(Entry, tensor, *places)


def concat(*parts: Operand) -> Any:
    """Vectors put one after the other, (n,) and (m,) to (n + m,); matrices with equal columns, one above the other."""
    parts = tuple(as_operand(p) for p in parts)
    if not parts or any(not isinstance(p, Tensor) or p.rank != parts[0].rank for p in parts):
        raise ShapeError("concat needs vectors, or matrices; got " + ", ".join(show_kind(shape_of(p)) for p in parts))
    for p in parts[1:]:
        if p.rank == 2 and not same_dim(p.shape[1], parts[0].shape[1]):
            raise ShapeError(
                f"concat of {parts[0]} and {p}: {parts[0].shape[1]} and {p.shape[1]} columns differ",
                law="matrices are put one above the other",
                repair="transpose them first to put them side by side",
            )
    flat = tuple(q for p in parts for q in (p.args if isinstance(p, Concat) else (p,)))
    if len(flat) == 1:
        return flat[0]
    rows = flat[0].shape[0]
    for p in flat[1:]:
        rows = rows + p.shape[0]
    return new_tensor(Concat, (rows, *flat[0].shape[1:]), *flat)


def segment(tensor: Operand, start: object, size: object) -> Any:
    """The `size` entries (rows) of a tensor that follow its first `start` ones."""
    if not isinstance(tensor, Tensor):
        raise ShapeError(f"a segment of {tensor}: a scalar has none")
    first = start if isinstance(start, Expr) else Integer(start)
    count = as_dim(size)
    if first.is_negative or (tensor.shape[0] - first - count).is_negative:
        raise ShapeError(f"the rows {first + 1}..{first + count} are outside {tensor} {show_shape(tensor.shape)}")
    if first == 0 and same_dim(count, tensor.shape[0]):
        return tensor
    if isinstance(tensor, Concat):
        offset: Expr = Integer(0)
        for part in tensor.args:
            if same_dim(offset, first) and same_dim(part.shape[0], count):
                return part
            offset = offset + part.shape[0]
    return new_tensor(Segment, (count, *tensor.shape[1:]), tensor, first, count)


def reshape(tensor: Operand, *shape: object) -> Any:
    """The entries of a tensor, row by row, in another shape with as many entries."""
    sizes = as_shape(shape)
    if not isinstance(tensor, Tensor) or not sizes:
        raise ShapeError(f"reshape works on vectors and matrices; {tensor} is {show_kind(shape_of(tensor))}")
    if not same_dim(size_of(sizes), size_of(tensor.shape)):
        raise ShapeError(f"{tensor} {show_shape(tensor.shape)} has another number of entries than {show_shape(sizes)}")
    if isinstance(tensor, Reshape):
        tensor = tensor.args[0]
    if same_shape(tensor.shape, sizes):
        return tensor
    if isinstance(tensor, Full):
        return Full(tensor.value, *sizes)
    return new_tensor(Reshape, sizes, tensor, *sizes)


def vec(matrix: Operand) -> Any:
    """The entries of a matrix as one vector, row by row."""
    return matrix if shape_of(matrix) and matrix.rank == 1 else reshape(matrix, matrix.shape[0] * matrix.shape[1])


def unit_vector(size: object, place: object) -> Any:
    """The one-hot vector of a size with 1 at a place, counted from 1, and 0 elsewhere.

    Examples
    --------
    >>> from symrnn import unit_vector
    >>> unit_vector(3, 2)
    concat(zeros(1), ones(1), zeros(1))
    """
    n, i = as_dim(size), as_dim(place)
    if (n - i).is_negative:
        raise ShapeError(f"a vector of size {n} has no place {i}")
    if not all(rows == 0 or rows.is_positive for rows in (i - 1, n - i)):
        return reshape(segment(Eye(n), i - 1, 1), n)
    parts = [Full(1, 1)]
    if i != 1:
        parts.insert(0, Full(0, i - 1))
    if n - i != 0:
        parts.append(Full(0, n - i))
    return concat(*parts)
