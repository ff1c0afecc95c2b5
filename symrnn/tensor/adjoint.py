"""Nodes that stand for derivatives and copies: the adjoint of a node, and the copy of a parameter at one step."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Integer
from sympy.core.symbol import Str

from symrnn.errors import Undefined
from symrnn.tensor.names import check_name
from symrnn.tensor.node import Node, Slot, Tensor, shape_of
from symrnn.tensor.time import as_time


class LossTerm(Basic):
    """The part of an objective that enters at one time: the objective of an adjoint ∇v(t) L(s)."""

    objective = property(lambda self: self.args[0])
    time = property(lambda self: self.args[1])

    def __new__(cls, objective: str | Str, time: object) -> LossTerm:
        label = objective if isinstance(objective, Str) else Str(check_name(objective))
        return Basic.__new__(cls, label, as_time(time, str(label.name)))

    @property
    def name(self) -> str:
        """The name of the objective."""
        return str(self.args[0].name)

    def _sympystr(self, printer: object) -> str:
        return f"{self.name}[{self.time}]"

    _sympyrepr = _sympystr


TRUNCATED, MISSING = Str("Ltilde"), Str("L_missing")  # what a truncated gradient is of, and what it leaves out


class Adjoint(Node):
    """The gradient of the objective with respect to a node; it has the node's shape.

    Its identity is the pair (node, objective), so adjoints of adjoints cannot collide.
    """

    __slots__ = ()
    is_leaf = True
    args: tuple[Any, ...]

    def may_be(self, other: Any) -> bool:
        """Adjoints of nodes that may be one and the same."""
        return isinstance(other, Adjoint) and self.objective == other.objective and self.node.may_be(other.node)

    node = property(lambda self: self.args[0])
    objective = property(lambda self: self.args[1])

    @property
    def time(self) -> Expr | None:
        """The time of its node, if it has one."""
        return getattr(self.node, "time", None)


class AdjointTensor(Adjoint, Tensor):
    """The adjoint of a vector or matrix."""

    __slots__ = ()

    def __new__(cls, node: Tensor, objective: Str | LossTerm) -> Tensor:
        obj = Basic.__new__(cls, node, objective)
        obj._shape = node.shape
        return obj

    @property
    def free_symbols(self) -> set[Basic]:
        return {self} | self.args[0].free_symbols | self.args[1].free_symbols


class AdjointSlot(Adjoint, Slot):
    """The adjoint of a scalar."""

    __slots__ = ()

    def __new__(cls, node: Expr, objective: Str | LossTerm) -> Slot:
        return Expr.__new__(cls, node, objective)

    @property
    def free_symbols(self) -> set[Basic]:
        return {self} | self.args[0].free_symbols | self.args[1].free_symbols


def nabla(node: Any, objective: str | Str | LossTerm = "L") -> Any:
    """The gradient of the objective, the loss L unless named otherwise, with respect to a node.

    Examples
    --------
    >>> from symrnn import Sequence, dims, nabla, t
    >>> n = dims("n")
    >>> nabla(Sequence("h", n)[t])
    nabla(h[t])
    """
    if not getattr(node, "is_leaf", False):
        raise Undefined(
            f"nabla({node}): only a named node has an adjoint",
            repair="use a sequence's element, a parameter, or a boundary value",
        )
    label = objective if isinstance(objective, Str | LossTerm) else Str(check_name(objective))
    return (AdjointTensor if shape_of(node) else AdjointSlot)(node, label)


class Copy(Node):
    """The copy of a parameter that is used at one step only; its gradients sum to the parameter's."""

    __slots__ = ()
    is_leaf = True
    is_shared = True
    args: tuple[Any, ...]

    parameter = property(lambda self: self.args[0])
    time = property(lambda self: self.args[1])

    @property
    def name(self) -> str:
        return str(self.args[0].name)


class CopyTensor(Copy, Tensor):
    """The copy of a vector or matrix."""

    __slots__ = ()

    def __new__(cls, parameter: Tensor, time: Expr) -> Tensor:
        obj = Basic.__new__(cls, parameter, time)
        obj._shape = parameter.shape
        return obj


class CopySlot(Copy, Slot):
    """The copy of a scalar."""

    __slots__ = ()

    def __new__(cls, parameter: Expr, time: Expr) -> Slot:
        return Expr.__new__(cls, parameter, time)


def copy_at(parameter: Any, time: object) -> Any:
    """The copy of a parameter that is used at one step only."""
    if not getattr(parameter, "is_leaf", False):
        raise Undefined(f"{parameter} is not a parameter, so it has no copies")
    label = "" if isinstance(time, Integer) else str(parameter)  # a label is for errors, and text takes time
    return (CopyTensor if shape_of(parameter) else CopySlot)(parameter, as_time(time, label))
