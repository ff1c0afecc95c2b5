"""The unfolded recurrence as one function of the whole past: g at time t of x[t], x[t - 1], ..., x[1]."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr
from sympy.core.symbol import Str

from symrnn.tensor.names import check_name
from symrnn.tensor.node import Node, Slot, Tensor, new_slot, new_tensor, shape_of


class History(Node):
    """The value of `name` at a time, a function of the elements from `latest` back to `earliest`.

    Both are tuples of elements of the same sequences; what lies between is understood.
    """

    __slots__ = ()
    is_leaf = True
    args: tuple[Any, ...]

    value = property(lambda self: self.args[0])
    name = property(lambda self: str(self.args[1].name))
    latest = property(lambda self: self.args[2])
    earliest = property(lambda self: self.args[3])

    @property
    def time(self) -> Expr:
        """The time at which it is taken."""
        return self.args[0].time

    @property
    def free_symbols(self) -> set[Basic]:
        return {self} | self.args[0].free_symbols


class HistoryTensor(History, Tensor):
    """A history whose value is a vector or matrix."""

    __slots__ = ()

    def __new__(cls, value: Tensor, name: Str, latest: Basic, earliest: Basic) -> Tensor:
        return new_tensor(cls, value.shape, value, name, latest, earliest)


class HistorySlot(History, Slot):
    """A history whose value is a scalar."""

    __slots__ = ()

    def __new__(cls, value: Expr, name: Str, latest: Basic, earliest: Basic) -> Slot:
        return new_slot(cls, value, name, latest, earliest)


def history(value: Any, name: str, latest: Any, earliest: Any) -> Any:
    """g^(t)(x^(t), ..., x^(1)) as another name of the node `value`."""
    kind = HistoryTensor if shape_of(value) else HistorySlot
    return kind(value, Str(check_name(name)), latest, earliest)
