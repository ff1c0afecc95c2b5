"""Sums over time and Iverson guards.

A time sum binds its index: the index is not free in it, substitution goes around it, and two sums that
differ in the name of the index only are equal. A guard is 1 where a time lies in a range, else 0.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Integer, Max, Min, Symbol

from symrnn.errors import Unsupported
from symrnn.tensor.binding import Binder
from symrnn.tensor.elementwise import Full, Operand
from symrnn.tensor.node import Node, Slot, Tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import Shape
from symrnn.tensor.time import as_time, t, tau


class TimeSum(Binder):
    """The sum of a body over an integer index from lower to upper, both included; 0 when there is none."""

    __slots__ = ()

    def _rebuilt(self, body: Any, index: Symbol, lower: Expr, upper: Expr) -> Any:
        return time_sum(body, (index, lower, upper))


class TimeSumTensor(TimeSum, Tensor):
    """A time sum of vectors or matrices."""

    __slots__ = ("_key",)

    def __new__(cls, body: Tensor, index: Symbol, lower: Expr, upper: Expr) -> Tensor:
        obj = Basic.__new__(cls, body, index, lower, upper)
        obj._shape, obj._key = body.shape, None
        return obj


class TimeSumSlot(TimeSum, Slot):
    """A time sum of scalars."""

    __slots__ = ("_key",)

    def __new__(cls, body: Expr, index: Symbol, lower: Expr, upper: Expr) -> Slot:
        obj = Expr.__new__(cls, body, index, lower, upper)
        obj._key = None
        return obj


def time_sum(body: Operand, over: tuple[Symbol, object, object] | None = None) -> Any:
    """The sum of `body` over time, t = 1..tau unless `over=(index, first, last)` says otherwise.

    Examples
    --------
    >>> from symrnn import Sequence, t, time_sum
    >>> time_sum(Sequence("L")[t])
    time_sum(L[t])
    """
    index, lower, upper = over or (t, 1, tau)
    body, first, last = as_operand(body), as_time(lower, "over"), as_time(upper, "over")
    if body == 0:
        return body
    if isinstance(body, Full) and body.value == 0:
        return body
    if (first - last).is_positive:
        return Full(0, *body.shape) if isinstance(body, Tensor) else Integer(0)
    kind = TimeSumTensor if isinstance(body, Tensor) else TimeSumSlot
    return kind(body, index, first, last)


def time_mean(body: Operand, over: tuple[Symbol, object, object] | None = None) -> Any:
    """The mean of `body` over time, t = 1..tau unless `over=(index, first, last)` says otherwise."""
    index, lower, upper = over or (t, 1, tau)
    first, last = as_time(lower, "over"), as_time(upper, "over")
    return time_sum(body, (index, first, last)) / (last - first + 1)


class Guard(Node):
    """A tensor or scalar where lower <= time <= upper, and 0 elsewhere: the Iverson bracket."""

    __slots__ = ()
    args: tuple[Any, ...]

    content = property(lambda self: self.args[0])
    time = property(lambda self: self.args[1])
    lower = property(lambda self: self.args[2])
    upper = property(lambda self: self.args[3])


class GuardTensor(Guard, Tensor):
    """A guarded vector or matrix."""

    __slots__ = ()

    def __new__(cls, content: Tensor, time: Expr, lower: Expr, upper: Expr) -> Tensor:
        return guard(content, time, lower, upper)


class GuardSlot(Guard, Slot):
    """A guarded scalar."""

    __slots__ = ()

    def __new__(cls, content: Expr, time: Expr, lower: Expr, upper: Expr) -> Expr:
        return guard(content, time, lower, upper)


def decided(lower: Expr, time: Expr, upper: Expr) -> bool | None:
    """Whether lower <= time <= upper: True, False, or None when the symbols leave it open."""
    below, above = time - lower, upper - time
    if below.is_negative or above.is_negative:
        return False
    if below.is_nonnegative and above.is_nonnegative:
        return True
    return None


def guard(content: Operand, time: object, lower: object, upper: object) -> Any:
    """`content` where lower <= time <= upper, else 0; decided at once when the numbers allow it."""
    content = as_operand(content)
    time, lower, upper = (as_time(x, "guard") for x in (time, lower, upper))
    lower, upper = _without(lower, Max, time), _without(upper, Min, time)
    inside = decided(lower, time, upper)
    if inside is True:
        return content
    shape: Shape = shape_of(content)
    if inside is False:
        return Full(0, *shape) if shape else Integer(0)
    if shape:
        obj = Basic.__new__(GuardTensor, content, time, lower, upper)
        obj._shape = shape
        return obj
    return Expr.__new__(GuardSlot, content, time, lower, upper)


def _without(bound: Expr, kind: type[Expr], time: Expr) -> Expr:
    """max(3, t) <= t is 3 <= t, and t <= min(2, t) is t <= 2."""
    return kind(*(x for x in bound.args if x != time)) if isinstance(bound, kind) else bound


def open_guard(node: Guard) -> Unsupported:
    """The error of an evaluation that meets a guard whose range is not decided."""
    return Unsupported(f"the range of {node} is not decided", repair="give tau and t as numbers")
