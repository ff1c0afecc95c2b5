"""The Iverson bracket of truncation by chunks: a use counts where reader and read lie in the same chunk of steps."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Integer, ceiling

from symrnn.errors import Undefined
from symrnn.tensor.elementwise import Full, Operand
from symrnn.tensor.node import Node, Slot, Tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.time import as_time


class SameChunk(Node):
    """A tensor or scalar where the steps `reader` and `read` lie in one chunk of `size` steps, and 0 elsewhere.

    The chunks are the steps 1..size, size+1..2 size, ...; what is given before step 1 belongs to the first.
    """

    __slots__ = ()
    args: tuple[Any, ...]

    content = property(lambda self: self.args[0])
    reader = property(lambda self: self.args[1])
    read = property(lambda self: self.args[2])
    size = property(lambda self: self.args[3])


class SameChunkTensor(SameChunk, Tensor):
    """A vector or matrix under this bracket."""

    __slots__ = ()

    def __new__(cls, content: Tensor, reader: Expr, read: Expr, size: Expr) -> Tensor:
        return same_chunk(content, reader, read, size)


class SameChunkSlot(SameChunk, Slot):
    """A scalar under this bracket."""

    __slots__ = ()

    def __new__(cls, content: Expr, reader: Expr, read: Expr, size: Expr) -> Expr:
        return same_chunk(content, reader, read, size)


def chunk_of(time: int, size: int) -> int:
    """The number of the chunk of a step; what is given before step 1 belongs to the first."""
    return (max(time, 1) + size - 1) // size


def same_chunk(content: Operand, reader: object, read: object, size: object) -> Any:
    """`content` where both steps lie in one chunk of `size` steps, else 0; decided at once for numbers.

    Examples
    --------
    >>> from symrnn import Sequence, t
    >>> from symrnn.tensor import same_chunk
    >>> s = Sequence("s")
    >>> same_chunk(s[t], t + 1, t, 3), same_chunk(s[t], 3, 2, 3), same_chunk(s[t], 4, 3, 3)
    (same_chunk(s[t], t + 1, t, 3), s[t], 0)
    """
    content = as_operand(content)
    times = [as_time(x, "same_chunk") for x in (reader, read, size)]
    if times[2].is_nonpositive:
        raise Undefined(f"a chunk of {size} steps", law="a chunk has at least one step")
    shape = shape_of(content)
    if all(x.is_Integer for x in times):
        later, earlier, steps = (int(x) for x in times)
        if chunk_of(later, steps) == chunk_of(earlier, steps):
            return content
        return Full(0, *shape) if shape else Integer(0)
    if shape:
        obj = Basic.__new__(SameChunkTensor, content, *times)
        obj._shape = shape
        return obj
    return Expr.__new__(SameChunkSlot, content, *times)


def chunk_start(time: Expr, size: Expr) -> Expr:
    """The first step of the chunk in which a step lies."""
    start: Expr = size * (ceiling(time / size) - 1) + 1
    return start


def chunk_end(time: Expr, size: Expr) -> Expr:
    """The last step of the chunk in which a step lies, whether or not it is beyond the last time."""
    end: Expr = size * ceiling(time / size)
    return end
