"""The two kinds of things that can be written: a `Slot` (rank 0, a SymPy expression that SymPy treats as
a symbol) and a `Tensor` (rank 1 or 2, not an `Expr`, so that no scalar algebra can touch it by accident).

What they mean lives in the modules of each operation; here is only what all share: shapes, operators,
and the refusal of what has no meaning.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from sympy import Basic, Expr, S
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError, Unsupported
from symrnn.tensor import refusals
from symrnn.tensor.arithmetic import Arithmetic
from symrnn.tensor.shape import Shape, show_kind

_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "matmul": operator.matmul,
    "divide": operator.truediv,
    "power": operator.pow,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


class Node(Basic):
    """What slots and tensors share: a shape, a plain text form, the hooks of SymPy's printers."""

    __slots__ = ()
    is_leaf: ClassVar[bool] = False  # whether its value is given from outside, not computed from its arguments

    @property
    def shape(self) -> Shape:
        return ()

    def may_be(self, other: Basic) -> bool:
        """Whether this leaf and another can be one and the same, for some values of the times in them."""
        return bool(self == other)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: object) -> Any:
        apply = _OPERATORS.get(ufunc.__name__)
        if apply is None:
            raise refusals.in_numpy_function(ufunc.__name__, self)
        operands = [x.item() if isinstance(x, np.generic | np.ndarray) and not x.ndim else x for x in inputs]
        arrays = [x for x in operands if isinstance(x, np.ndarray)]
        if arrays and self.shape:
            raise refusals.array_operand(arrays[0])
        return ufunc(*(np.asarray(x, dtype=object) for x in operands)) if arrays else apply(*operands)

    def _sympystr(self, printer: object) -> str:
        from symrnn.tensor.plain import plain

        return plain(self)

    _sympyrepr = _sympystr

    def _latex(self, printer: object, **_: object) -> str:
        import symrnn

        return str(symrnn.latex(self))

    def _pretty(self, printer: Any) -> object:
        from sympy.printing.pretty.stringpict import prettyForm

        import symrnn

        return prettyForm(symrnn.text(self))

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self)}$"


class Slot(Node, Expr):
    """An opaque scalar: an element of a scalar sequence, an entry, a dot product, a sum over time.

    SymPy may differentiate by it and treats it as a real symbol. A derivative of it that SymPy cannot
    know raises `Unsupported`; it is never silently zero.
    """

    __slots__ = ()
    is_symbol = True
    is_Atom = True  # so that SymPy's cse and simplify do not look inside
    _diff_wrt = True
    is_real = True
    is_commutative = True
    is_number = False
    precedence: ClassVar[int] = PRECEDENCE["Pow"]

    # Nothing else is known of a slot. Said here once, it is not searched for again in each of them.
    is_zero = is_nonzero = is_positive = is_negative = is_nonnegative = is_nonpositive = None
    is_extended_nonzero = is_extended_positive = is_extended_negative = None
    is_extended_nonnegative = is_extended_nonpositive = None
    is_integer = is_noninteger = is_even = is_odd = is_prime = is_composite = None
    is_rational = is_irrational = is_algebraic = is_transcendental = is_antihermitian = is_polar = None

    @property
    def free_symbols(self) -> set[Basic]:
        inner: set[Basic] = {self}
        for arg in self.args:
            inner |= arg.free_symbols
        return inner

    def _eval_derivative(self, variable: Basic) -> Expr:
        if variable == self:
            return S.One
        if self.depends_on(variable):
            raise Unsupported(
                f"d({self})/d({variable}) is not a derivative that SymPy's diff can know",
                law="a slot is opaque to SymPy; what is inside it is differentiated by the laws of symrnn",
                repair="use symrnn.bptt or symrnn.jacobian",
            )
        return S.Zero

    def depends_on(self, variable: Basic) -> bool:
        """Whether the value of this slot can change with `variable` (other than being it)."""
        if not isinstance(variable, Node):
            return variable in self.free_symbols
        theirs = leaves_in(variable)
        return any(mine.may_be(other) for mine in leaves_in(self) for other in theirs)

    def sort_key(self, order: object = None) -> Any:
        return Basic.sort_key(self)

    def _eval_conjugate(self) -> Slot:
        return self


class Tensor(Arithmetic, Node, Basic):
    """A vector (rank 1) or matrix (rank 2) with a symbolic shape.

    `+ - * /` work entry by entry on equal shapes or with a scalar, `@` contracts, `.T` transposes.
    """

    __slots__ = ("_shape",)
    _op_priority = 1000.0
    _shape: Shape
    __iter__ = None
    is_commutative = True
    precedence: ClassVar[int] = PRECEDENCE["Atom"]

    @property
    def shape(self) -> Shape:
        return self._shape

    @property
    def rank(self) -> int:
        """1 for a vector, 2 for a matrix."""
        return len(self._shape)

    @property
    def T(self) -> Tensor:
        """The transpose of a matrix; a vector has rank 1 and none."""
        from symrnn.tensor.linear import transpose

        return transpose(self)

    def _eval_transpose(self) -> Tensor | None:
        """The transpose, for kinds that have one of their own; None for the others."""
        return None

    def __float__(self) -> float:
        raise refusals.as_number(self)

    def __getitem__(self, place: object) -> Any:
        raise refusals.subscript(self, place)

    @property
    def _diff_wrt(self) -> bool:
        raise refusals.derivative_by(self)

    def _eval_power(self, power: object) -> Any:  # SymPy's sqrt and Pow ask this of their base
        raise refusals.in_sympy_function("Pow", False, self)

    def as_coefficient(self, _: object) -> Expr:
        """SymPy's functions ask this of their argument; a tensor is none."""
        raise ShapeError(
            f"a SymPy function takes a scalar; {self} is {show_kind(self.shape)}",
            repair="use the function of the same name in symrnn, for instance symrnn.tanh: it does both",
        )

    def __bool__(self) -> bool:
        return True


def each_once(expr: Basic, closed: Callable[[Basic], bool]) -> Iterator[Basic]:
    """Every part of an expression, itself too, once and in order of appearance; what is closed is not entered."""
    seen: set[Basic] = set()
    stack = [expr]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        yield e
        if not closed(e):
            stack += reversed(e.args)


def parts_of(expr: Basic, kind: Any) -> list[Any]:
    """The parts of an expression that are of a kind, each once, in order of appearance; leaves are not entered."""
    return [e for e in each_once(expr, is_leaf) if isinstance(e, kind)]


def is_leaf(e: Basic) -> bool:
    """Whether the value of a node is given from outside."""
    return isinstance(e, Node) and e.is_leaf


def leaves_in(expr: Basic) -> list[Any]:
    """The leaves of an expression, each once, in order of appearance."""
    return [e for e in parts_of(expr, Node) if e.is_leaf]


def shape_of(x: Basic) -> Shape:
    """The shape of a tensor, () for any scalar expression."""
    return x.shape if isinstance(x, Tensor) else ()


def new_tensor(cls: type[Any], shape: Shape, *args: Basic) -> Any:
    """A tensor node of a known shape; the verbs have checked its arguments."""
    obj = Basic.__new__(cls, *args)
    obj._shape = shape
    return obj


def new_slot(cls: type[Any], *args: Basic) -> Any:
    """A slot node; the verbs have checked its arguments."""
    return Expr.__new__(cls, *args)
