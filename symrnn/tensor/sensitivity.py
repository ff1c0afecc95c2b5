"""Nodes that stand for forward derivatives, of two types that are never confused: total and immediate.

The total derivative ∂v/∂θ follows every path from θ to v, through all earlier times; the immediate one,
∂⁺v/∂θ, goes through the equation of v alone. Both are matrices over `vec`, a row for each entry of v.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sympy import Basic, Expr

from symrnn.errors import Undefined
from symrnn.tensor.node import Node, Slot, Tensor, shape_of
from symrnn.tensor.shape import Shape, size_of


class Rate(Node):
    """The derivative of one named node by another; its shape is that of the node and then that of `by`, flattened."""

    __slots__ = ()
    is_leaf = True
    sign: ClassVar[str]
    args: tuple[Any, ...]

    node = property(lambda self: self.args[0])
    by = property(lambda self: self.args[1])

    @property
    def time(self) -> Expr | None:
        """The time of its node, if it has one."""
        return getattr(self.node, "time", None)

    def may_be(self, other: Any) -> bool:
        """Derivatives of one type, of nodes that may be one and the same."""
        same = isinstance(other, Rate) and self.sign == other.sign
        return same and bool(self.node.may_be(other.node) and self.by.may_be(other.by))


class Sensitivity(Rate):
    """The total derivative ∂v/∂θ: through every node between, of all times."""

    __slots__ = ()
    sign = "partial"


class SensitivityTensor(Sensitivity, Tensor):
    """A total derivative that is a vector or a matrix."""

    __slots__ = ()

    def __new__(cls, node: Any, by: Any) -> Tensor:
        return _tensor(cls, node, by)

    @property
    def free_symbols(self) -> set[Basic]:
        return _free(self)


class SensitivitySlot(Sensitivity, Slot):
    """The total derivative of a scalar by a scalar."""

    __slots__ = ()

    def __new__(cls, node: Expr, by: Expr) -> Slot:
        return Expr.__new__(cls, node, by)

    @property
    def free_symbols(self) -> set[Basic]:
        return _free(self)


class Immediate(Rate):
    """The immediate derivative ∂⁺v/∂θ: through the equation of v alone."""

    __slots__ = ()
    sign = "immediate"


class ImmediateTensor(Immediate, Tensor):
    """An immediate derivative that is a vector or a matrix."""

    __slots__ = ()

    def __new__(cls, node: Any, by: Any) -> Tensor:
        return _tensor(cls, node, by)

    @property
    def free_symbols(self) -> set[Basic]:
        return _free(self)


class ImmediateSlot(Immediate, Slot):
    """The immediate derivative of a scalar by a scalar."""

    __slots__ = ()

    def __new__(cls, node: Expr, by: Expr) -> Slot:
        return Expr.__new__(cls, node, by)

    @property
    def free_symbols(self) -> set[Basic]:
        return _free(self)


def _tensor(cls: Any, node: Any, by: Any) -> Tensor:
    obj: Tensor = Basic.__new__(cls, node, by)
    obj._shape = rate_shape(node, by)
    return obj


def _free(rate: Any) -> set[Basic]:
    return {rate} | set(rate.node.free_symbols) | set(rate.by.free_symbols)


def flat(shape: Shape) -> Shape:
    """The shape of vec: () for a scalar, (size,) for a vector or matrix."""
    return (size_of(shape),) if shape else ()


def rate_shape(node: Any, by: Any) -> Shape:
    """The shape of a derivative: the entries of the node by the entries of `by`."""
    return flat(shape_of(node)) + flat(shape_of(by))


def sensitivity(node: Any, by: Any) -> Any:
    """The total derivative of a named node by another: ∂h(t)/∂W, of shape (n, n m) for W of shape (n, m).

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, sensitivity, t
    >>> n = dims("n")
    >>> P = sensitivity(Sequence("h", n)[t], Parameter("W", n, n))
    >>> P, P.shape
    (sensitivity(h[t], W), (n, n**2))
    """
    _named(node, by)
    return (SensitivityTensor if rate_shape(node, by) else SensitivitySlot)(node, by)


def immediate(node: Any, by: Any) -> Any:
    """The immediate derivative ∂⁺ of a named node by another, through the node's own equation alone.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, t
    >>> from symrnn.tensor import immediate
    >>> n = dims("n")
    >>> immediate(Sequence("h", n)[t], Parameter("W", n, n))
    immediate(h[t], W)
    """
    _named(node, by)
    return (ImmediateTensor if rate_shape(node, by) else ImmediateSlot)(node, by)


def _named(node: Any, by: Any) -> None:
    for x in (node, by):
        if not getattr(x, "is_leaf", False):
            raise Undefined(
                f"the derivative of {node} by {by}: only a named node has one",
                repair="use a sequence's element, a parameter, or a boundary value",
            )
