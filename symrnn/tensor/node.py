"""The two kinds of things that can be written: a `Slot` (rank 0, a SymPy expression that SymPy treats as
a symbol) and a `Tensor` (rank 1 or 2, not an `Expr`, so that no scalar algebra can touch it by accident).

What they mean lives in the modules of each operation; here is only what all share: shapes, operators,
and the refusal of what has no meaning.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Any, ClassVar

from sympy import Basic, Expr, Integer, Number, Rational, S, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.matrixbase import MatrixBase
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.tensor.shape import Shape, show_kind, show_shape


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
    precedence: ClassVar[int] = PRECEDENCE["Pow"]

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

    def _eval_is_zero(self) -> None:
        return None

    def sort_key(self, order: object = None) -> Any:
        return Basic.sort_key(self)

    def _eval_conjugate(self) -> Slot:
        return self


class Tensor(Node, Basic):
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

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: object, **_: object) -> object:
        name = ufunc.__name__
        if name in {"add", "subtract", "multiply", "matmul", "divide", "true_divide"}:
            raise ShapeError(
                f"a NumPy array cannot be combined with {self}, {show_kind(self.shape)}",
                repair="declare it as Constant(...) or Parameter(...) and pass the array when numbers are computed",
            )
        raise ShapeError(f"numpy.{name} takes numbers; {self} is {show_kind(self.shape)}", repair=f"use symrnn.{name}")

    def as_coefficient(self, _: object) -> Expr:
        """SymPy's functions ask this of their argument; a tensor is none."""
        raise ShapeError(
            f"a SymPy function takes a scalar; {self} is {show_kind(self.shape)}",
            repair="use the function of the same name in symrnn, for instance symrnn.tanh: it does both",
        )

    def __bool__(self) -> bool:
        return True

    def __add__(self, other: object) -> Any:
        return _combine("+", self, other)

    def __radd__(self, other: object) -> Any:
        return _combine("+", other, self)

    def __sub__(self, other: object) -> Any:
        return _combine("-", self, other)

    def __rsub__(self, other: object) -> Any:
        return _combine("-", other, self)

    def __mul__(self, other: object) -> Any:
        return _combine("*", self, other)

    def __rmul__(self, other: object) -> Any:
        return _combine("*", other, self)

    def __truediv__(self, other: object) -> Any:
        return _combine("/", self, other)

    def __rtruediv__(self, other: object) -> Any:
        return _combine("/", other, self)

    def __neg__(self) -> Any:
        return _combine("*", S.NegativeOne, self)

    def __pos__(self) -> Tensor:
        return self

    def __pow__(self, exponent: object) -> Any:
        if self.rank == 2:
            raise ShapeError(
                f"{self} ** {exponent} of a matrix can mean two things",
                repair=f"write  {self} @ {self}  for the matrix product or  {self} * {self}  entry by entry",
            )
        return _combine("**", self, exponent)

    def __matmul__(self, other: object) -> Any:
        from symrnn.tensor.linear import contract

        return contract(self, as_operand(other))

    def __rmatmul__(self, other: object) -> Any:
        from symrnn.tensor.linear import contract

        return contract(as_operand(other), self)


def _combine(sign: str, left: object, right: object) -> Any:
    from symrnn.tensor.elementwise import combine

    return combine(sign, as_operand(left), as_operand(right))


def as_operand(x: object) -> Any:
    """A tensor or scalar of ours from an operand; numbers become exact SymPy numbers.

    Raises `Undefined` for a free SymPy symbol's container, text or arrays, which have no place here.
    """
    if isinstance(x, Tensor):
        return x
    if isinstance(x, bool):
        raise Undefined(f"{x} is a truth value, not a number")
    if isinstance(x, int):
        return Integer(x)
    if isinstance(x, float):
        if not isfinite(x):
            raise Undefined(f"{x} is not a finite number")
        return Rational(*Decimal(repr(x)).as_integer_ratio())  # 0.1 is one tenth, as written
    if isinstance(x, MatrixExpr | MatrixBase):
        raise Unsupported(
            f"{x} is a SymPy matrix; it does not mix with symrnn's tensors by operators",
            repair="bring it in with symrnn.from_sympy, or declare a Parameter of that shape",
        )
    if isinstance(x, Expr):
        refuse_tensors_inside(x)
        return x
    if getattr(x, "is_sequence_of_symrnn", False):
        raise Undefined(f"{x} is a whole sequence; an equation needs one element of it", repair=f"write  {x}[t]")
    raise Undefined(
        f"{x!r} ({type(x).__name__}) is neither a number nor an expression",
        repair="use numbers, Sequence elements, Constants and Parameters",
    )


def refuse_tensors_inside(expr: Basic) -> None:
    """Raise when a SymPy function holds a tensor: SymPy would treat it as a scalar."""
    if isinstance(expr, Slot | Number | Symbol) or not expr.args:
        return
    for arg in expr.args:
        if isinstance(arg, Tensor):
            name = expr.func.__name__
            kind = "an undefined function of SymPy" if isinstance(expr, AppliedUndef) else f"sympy.{name}"
            better = (
                f'declare  {name} = symrnn.Function("{name}", ...)'
                if isinstance(expr, AppliedUndef)
                else f"use symrnn.{name}: it does both"
            )
            raise ShapeError(f"{kind} takes a scalar; {arg} is {show_kind(arg.shape)}", repair=better)
        refuse_tensors_inside(arg)


def leaves_in(expr: Basic) -> list[Any]:
    """The leaves of an expression, each once, in order of appearance."""
    found: dict[Basic, None] = {}
    seen: set[Basic] = set()
    stack = [expr]
    while stack:
        e = stack.pop()
        if e in seen:
            continue
        seen.add(e)
        if isinstance(e, Node) and e.is_leaf:
            found[e] = None
        else:
            stack += reversed(e.args)
    return list(found)


def shape_of(x: Basic) -> Shape:
    """The shape of a tensor, () for any scalar expression."""
    return x.shape if isinstance(x, Tensor) else ()


def need_rank(x: Basic, rank: int, what: str, *, repair: str = "") -> Shape:
    """The shape of x, or a ShapeError saying that `what` needs another rank."""
    shape = shape_of(x)
    if len(shape) != rank:
        raise ShapeError(
            f"{what} needs {('a scalar', 'a vector', 'a matrix')[rank]}; {x} has shape {show_shape(shape)}",
            repair=repair,
        )
    return shape


def new_tensor(cls: type[Any], shape: Shape, *args: Basic) -> Any:
    """A tensor node of a known shape; the verbs have checked its arguments."""
    obj = Basic.__new__(cls, *args)
    obj._shape = shape
    return obj


def new_slot(cls: type[Any], *args: Basic) -> Any:
    """A slot node; the verbs have checked its arguments."""
    return Expr.__new__(cls, *args)
