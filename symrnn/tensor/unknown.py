"""Unknown functions: `Function("f", n)` with values of any shape, their applications, partial derivatives, and
second partial derivatives contracted with a weight (a tensor of rank three is never built)."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Integer
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError, Undefined
from symrnn.tensor.elementwise import Operand
from symrnn.tensor.names import check_name
from symrnn.tensor.node import Node, Slot, Tensor, new_slot, new_tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import Shape, as_shape, size_of


class Function(Basic):
    """An unknown function with values of a given shape; it takes scalars, vectors and matrices.

    Examples
    --------
    >>> from symrnn import Function, Parameter, Sequence, dims, t
    >>> n, p = dims("n p")
    >>> f = Function("f", n)
    >>> f(Sequence("s", n)[t - 1], Parameter("theta", p))
    f(s[t - 1]; theta)
    """

    __slots__ = ()

    def __new__(cls, name: str | Str, *shape: object) -> Function:
        obj = Basic.__new__(cls, Str(check_name(name)), *as_shape(shape))
        return obj

    @property
    def name(self) -> str:
        """The name it is printed by."""
        return str(self.args[0].name)

    @property
    def shape(self) -> Shape:
        """The shape of its values."""
        return tuple(self.args[1:])

    @property
    def free_symbols(self) -> set[Basic]:
        return {self}

    def __call__(self, *arguments: Operand) -> Any:
        if not arguments:
            raise Undefined(f"{self.name}() has no argument", repair=f"for instance  {self.name}(s[t - 1], theta)")
        values = tuple(as_operand(x) for x in arguments)
        if self.shape:
            return AppliedTensor(self, *values)
        return AppliedSlot(self, *values)

    def _sympystr(self, printer: object) -> str:
        return self.name

    _sympyrepr = _sympystr

    def _latex(self, printer: object, **_: object) -> str:
        return self.name


class Applied(Node):
    """The value of an unknown function at its arguments."""

    __slots__ = ()
    args: tuple[Any, ...]

    @property
    def function(self) -> Function:
        """The unknown function."""
        return self.args[0]

    @property
    def arguments(self) -> tuple[Operand, ...]:
        """What it is applied to, parameters included."""
        return self.args[1:]


class AppliedTensor(Applied, Tensor):
    """A value of rank 1 or 2."""

    __slots__ = ()

    def __new__(cls, function: Function, *arguments: Operand) -> Tensor:
        return new_tensor(cls, function.shape, function, *arguments)


class AppliedSlot(Applied, Slot):
    """A value of rank 0."""

    __slots__ = ()
    precedence = PRECEDENCE["Func"]

    def __new__(cls, function: Function, *arguments: Operand) -> Slot:
        return new_slot(cls, function, *arguments)


class Partial(Node):
    """The Jacobian of an unknown function by one of its arguments, at its arguments.

    Numerator layout: entry (i, j) is the derivative of value i by entry j. A matrix, as value or as
    argument, counts as the vector of its entries, row by row; a scalar has no axis.
    """

    __slots__ = ()
    args: tuple[Any, ...]

    @property
    def application(self) -> Any:
        """The application whose partial derivative this is."""
        return self.args[0]

    @property
    def position(self) -> int:
        """By which argument, counted from 0."""
        return int(self.args[1])

    @property
    def argument(self) -> Operand:
        """The argument it differentiates by."""
        return self.application.arguments[self.position]


class PartialTensor(Partial, Tensor):
    """A Jacobian of rank 1 or 2."""

    __slots__ = ()

    def __new__(cls, application: Applied, position: object) -> Tensor:
        return new_tensor(cls, partial_shape(application, int(Integer(position))), application, Integer(position))


class PartialSlot(Partial, Slot):
    """The derivative of a scalar value by a scalar argument."""

    __slots__ = ()

    def __new__(cls, application: Applied, position: object) -> Slot:
        return new_slot(cls, application, Integer(position))


def _flat(shape: Shape) -> Shape:
    return (size_of(shape),) if shape else ()


def partial_shape(application: Applied, position: int) -> Shape:
    """The shape of a Jacobian: the entries of the value by the entries of the argument."""
    return _flat(application.shape) + _flat(shape_of(application.arguments[position]))


def partial(application: Applied, position: int) -> Any:
    """The partial derivative of `f(...)` by its argument at `position` (from 0)."""
    if not isinstance(application, Applied) or not 0 <= position < len(application.arguments):
        raise ShapeError(f"{application} has no argument number {position} to differentiate by")
    kind = PartialTensor if partial_shape(application, position) else PartialSlot
    return kind(application, position)


class SecondPartial(Node):
    """The second derivatives of an unknown function, contracted with a weight.

    Entry j is the sum over k and i of weight[k, i] times the derivative of value k by entry i of the argument
    `first` and entry j of the argument `second`; the weight has the shape of the Jacobian by `first`.
    """

    __slots__ = ()
    args: tuple[Any, ...]

    application = property(lambda self: self.args[0])
    first = property(lambda self: int(self.args[1]))
    second = property(lambda self: int(self.args[2]))
    weight = property(lambda self: self.args[3])


class SecondPartialTensor(SecondPartial, Tensor):
    """Second derivatives by a vector or matrix; a matrix counts as the vector of its entries."""

    __slots__ = ()

    def __new__(cls, application: Applied, first: object, second: object, weight: Any) -> Tensor:
        shape = _flat(shape_of(application.arguments[int(Integer(second))]))
        return new_tensor(cls, shape, application, Integer(first), Integer(second), weight)


class SecondPartialSlot(SecondPartial, Slot):
    """Second derivatives by a scalar."""

    __slots__ = ()

    def __new__(cls, application: Applied, first: object, second: object, weight: Any) -> Slot:
        return new_slot(cls, application, Integer(first), Integer(second), weight)


def second_partial(application: Applied, first: int, second: int, weight: Any) -> Any:
    """The second derivatives of `f(...)` by two of its arguments, contracted with a weight over the first."""
    kind = SecondPartialTensor if shape_of(application.arguments[second]) else SecondPartialSlot
    return kind(application, first, second, weight)
