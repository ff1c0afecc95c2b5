"""Unknown functions: `Function("f", n)` with values of any shape, their applications and partial derivatives.

Also `Prime`, the partial derivative of a scalar `sympy.Function` at given arguments: f'(w s) as a person
writes it, where SymPy would write a `Subs` of a `Derivative` by a dummy.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Derivative, Expr, Integer, S, Subs, Tuple
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Dummy, Str
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError, Undefined
from symrnn.tensor.elementwise import Operand
from symrnn.tensor.names import check_name
from symrnn.tensor.node import Node, Slot, Tensor, as_operand, new_slot, new_tensor, shape_of
from symrnn.tensor.shape import Shape, as_shape, show_shape, size_of


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


class Prime(Expr):
    """The partial derivative of an undefined `sympy.Function` at its arguments, `orders[i]` times by the i-th.

    `doit()` gives SymPy's own form, a `Subs` of a `Derivative`.

    Examples
    --------
    >>> import sympy
    >>> from symrnn.tensor.unknown import Prime
    >>> x = sympy.Symbol("x")
    >>> Prime.of(sympy.Function("f")(2 * x), 0)
    f'(2*x)
    """

    __slots__ = ()
    is_commutative = True
    is_real = True
    precedence = PRECEDENCE["Func"]

    def __new__(cls, application: AppliedUndef, orders: Tuple) -> Prime:
        if not isinstance(application, AppliedUndef) or len(orders) != len(application.args):
            raise ShapeError(f"a partial derivative of {application} needs one order for each argument; got {orders}")
        return Expr.__new__(cls, application, Tuple(*orders))

    application = property(lambda self: self.args[0])
    orders = property(lambda self: tuple(int(k) for k in self.args[1]))

    @classmethod
    def of(cls, call: Expr, position: int) -> Prime:
        """One derivative more, by the argument at `position`, of f(...) or of a derivative of it."""
        application, orders = (
            (call.application, call.orders) if isinstance(call, Prime) else (call, (0,) * len(call.args))
        )
        return cls(application, Tuple(*(k + (i == position) for i, k in enumerate(orders))))

    def _eval_derivative(self, variable: Basic) -> Expr:
        terms = [Prime.of(self, i) * a.diff(variable) for i, a in enumerate(self.application.args)]
        return sum(terms, S.Zero)

    def doit(self, **hints: object) -> Expr:
        dummies = tuple(Dummy(f"xi_{i + 1}") for i in range(len(self.orders)))
        by = [(d, k) for d, k in zip(dummies, self.orders, strict=True) if k]
        return Subs(Derivative(self.application.func(*dummies), *by), dummies, self.application.args)

    def _sympystr(self, printer: Any) -> str:
        name = self.application.func.__name__
        inner = ", ".join(printer._print(a) for a in self.application.args)
        if len(self.orders) == 1:
            return f"{name}{chr(39) * self.orders[0]}({inner})"
        return f"d{'d'.join(str(i + 1) for i, k in enumerate(self.orders) for _ in range(k))} {name}({inner})"

    def _latex(self, printer: object, **_: object) -> str:
        import symrnn

        return str(symrnn.latex(self))


def show_signature(function: Function) -> str:
    """`f: values of shape (n,)`."""
    return f"{function.name}: values of shape {show_shape(function.shape)}"
