"""What a person declares: sequences vary in time, constants do not, parameters are shared by all steps.

A scalar one is a `Slot`, a SymPy expression; a vector or matrix is a `Tensor`. Each has a Python
identifier and, apart from it, a name on paper.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Tuple, false, true
from sympy.core.symbol import Str
from sympy.logic.boolalg import BooleanAtom

from symrnn.errors import ShapeError, Undefined
from symrnn.tensor.names import check_name
from symrnn.tensor.node import Node, Slot, Tensor
from symrnn.tensor.shape import Shape, as_shape
from symrnn.tensor.time import as_time

RESERVED = {"t": "the time index", "tau": "the last time"}


def _name(name: object) -> Str:
    text = check_name(name)
    if text in RESERVED:
        raise Undefined(f"the name {text!r} is taken: it is {RESERVED[text]}", repair="choose another name")
    return Str(text)


def _flag(value: object) -> BooleanAtom:
    return true if value in (True, true) else false


class Sequence(Basic):
    """A sequence with one value for each time: a scalar, a vector (n,) or a matrix (n, m).

    Parameters
    ----------
    name
        A Python identifier.
    shape
        No dimension for a scalar, one for a vector, two for a matrix.
    simplex
        Whether the entries of every element sum to 1 (one-hot targets, probabilities); vectors only.
    latex
        The name on paper, if it should differ from the usual reading of `name`.

    Examples
    --------
    >>> from symrnn import Sequence, dims, t
    >>> n = dims("n")
    >>> h = Sequence("h", n)
    >>> h[t - 1], h[t - 1].shape
    (h[t - 1], (n,))
    """

    __slots__ = ()
    __iter__ = None
    is_sequence_of_symrnn = True

    def __new__(cls, name: str | Str, *shape: object, simplex: object = False, latex: str | Str = "") -> Sequence:
        if len(shape) == 3 and isinstance(shape[0], Tuple):  # rebuilt from args
            shape, simplex, latex = tuple(shape[0]), shape[1], shape[2]
        sizes = as_shape(shape)
        if _flag(simplex) is true and len(sizes) != 1:
            raise ShapeError(
                f"{name} is declared simplex, which is a property of vectors", repair="give it one dimension"
            )
        paper = latex if isinstance(latex, Str) else Str(str(latex))
        return Basic.__new__(cls, _name(name), Tuple(*sizes), _flag(simplex), paper)

    name = property(lambda self: str(self.args[0].name))
    latex_name = property(lambda self: str(self.args[3].name))
    simplex = property(lambda self: self.args[2] is true)

    @property
    def shape(self) -> Shape:
        """The shape of one element."""
        return tuple(self.args[1])

    @property
    def free_symbols(self) -> set[Basic]:
        return {self}

    @property
    def _diff_wrt(self) -> bool:  # SymPy asks this of what it should differentiate by
        raise Undefined(
            f"{self.name} is a whole sequence; a derivative goes by one element of it",
            repair=f"for instance  {self.name}[t]",
        )

    def __getitem__(self, time: object) -> Any:
        if isinstance(time, slice | tuple):
            shown = f"{time.start}:{time.stop}" if isinstance(time, slice) else ", ".join(map(str, time))
            raise Undefined(
                f"{self.name}[{shown}]: an element of a sequence has one time",
                repair=f"{self.name}[t - 1] is an element; symrnn.entry({self.name}[t], 1) is an entry of one",
            )
        return (ElementTensor if self.shape else ElementSlot)(self, as_time(time, self.name))

    def _sympystr(self, printer: object) -> str:
        return self.name

    _sympyrepr = _sympystr

    def _latex(self, printer: object, **_: object) -> str:
        return self.name


class Element(Node):
    """One element of a sequence, at a time."""

    __slots__ = ()
    is_leaf = True
    args: tuple[Any, ...]

    sequence = property(lambda self: self._args[0])  # these two are asked for more often than anything else
    time = property(lambda self: self._args[1])

    @property
    def name(self) -> str:
        """The sequence's name."""
        return str(self.args[0].name)

    @property
    def simplex(self) -> bool:
        """Whether its entries sum to 1."""
        return bool(self.args[0].simplex)

    def may_be(self, other: Basic) -> bool:
        """Elements of one sequence, unless their times differ by a number other than 0."""
        if not isinstance(other, Element) or self.sequence != other.sequence:
            return False
        difference = self.time - other.time
        return not (difference.is_number and difference != 0)


class ElementTensor(Element, Tensor):
    """An element that is a vector or a matrix."""

    __slots__ = ()

    def __new__(cls, sequence: Sequence, time: Expr) -> Tensor:
        obj = Basic.__new__(cls, sequence, time)
        obj._shape = tuple(sequence.args[1])
        return obj


class ElementSlot(Element, Slot):
    """An element that is a scalar: SymPy treats it as a real symbol."""

    __slots__ = ()

    def __new__(cls, sequence: Sequence, time: Expr) -> Slot:
        return Expr.__new__(cls, sequence, time)


class Given(Node):
    """A named value that does not vary in time; `kind(name, *shape)` builds the scalar or the tensor form."""

    __slots__ = ()
    is_leaf = True
    args: tuple[Any, ...]

    name = property(lambda self: str(self.args[0].name))
    latex_name = property(lambda self: str(self.args[3].name))

    @staticmethod
    def _declare(cls: Any, name: object, shape: tuple[object, ...], flag: object, latex: object) -> Any:
        sizes = as_shape(shape)
        paper = latex if isinstance(latex, Str) else Str(str(latex))
        kind = cls if issubclass(cls, Slot | Tensor) else cls.__subclasses__()[1 if sizes else 0]
        obj = (Basic if sizes else Expr).__new__(kind, _name(name), Tuple(*sizes), _flag(flag), paper)
        if sizes:
            obj._shape = sizes
        return obj

    @property
    def free_symbols(self) -> set[Basic]:
        return {self}

    def _as_argument(self, printer: object, **_: object) -> str:
        return self.name  # lambdify names its arguments so; other slots it replaces by dummies

    _numpycode = _pythoncode = _lambdacode = _mpmathcode = _scipycode = _as_argument


class Parameter(Given):
    """A parameter, shared by all steps: a scalar, a vector (n,) or a matrix (n, m).

    Parameters
    ----------
    name
        A Python identifier.
    shape
        Its dimensions.
    learned
        False for a parameter that is shared but not differentiated.
    latex
        The name on paper, if it should differ from the usual reading of `name`.

    Examples
    --------
    >>> from symrnn import Parameter, dims
    >>> n, m = dims("n m")
    >>> Parameter("U", n, m).shape
    (n, m)
    """

    __slots__ = ()
    is_shared = True

    def __new__(cls, name: object, *shape: object, learned: object = True, latex: object = "") -> Any:
        if len(shape) == 3 and isinstance(shape[0], Tuple):
            shape, learned, latex = tuple(shape[0]), shape[1], shape[2]
        return Given._declare(cls, name, shape, learned, latex)

    learned = property(lambda self: self.args[2] is true)


class ParameterSlot(Parameter, Slot):
    """A scalar parameter."""

    __slots__ = ()


class ParameterTensor(Parameter, Tensor):
    """A vector or matrix of parameters."""

    __slots__ = ()


class Constant(Given):
    """A value given with each example that does not vary in time, such as a context vector.

    Examples
    --------
    >>> from symrnn import Constant, dims
    >>> Constant("z", dims("p")).shape
    (p,)
    """

    __slots__ = ()

    def __new__(cls, name: object, *shape: object, simplex: object = False, latex: object = "") -> Any:
        if len(shape) == 3 and isinstance(shape[0], Tuple):
            shape, simplex, latex = tuple(shape[0]), shape[1], shape[2]
        return Given._declare(cls, name, shape, simplex, latex)

    simplex = property(lambda self: self.args[2] is true)


class ConstantSlot(Constant, Slot):
    """A scalar constant."""

    __slots__ = ()


class ConstantTensor(Constant, Tensor):
    """A constant vector or matrix."""

    __slots__ = ()
