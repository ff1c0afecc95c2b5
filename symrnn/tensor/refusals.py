"""What has no meaning here, and what to write instead: the errors that operands and operators raise.

Each function builds one error from facts; it decides nothing, and knows no nodes beyond their shape.
"""

from __future__ import annotations

from typing import Any

from symrnn.errors import ShapeError, SymrnnError, Undefined, Unsupported
from symrnn.tensor.shape import show_kind

# The functions of symrnn by the names that SymPy and NumPy give them.
OURS = {
    **{name: name for name in ["tanh", "exp", "log", "sqrt", "sin", "cos", "erf", "sign"]},
    "Abs": "absolute",
    "absolute": "absolute",
    "fabs": "absolute",
    "maximum": "maximum",
    "minimum": "minimum",
    "Max": "maximum",
    "Min": "minimum",
    "Pow": "sqrt",
    "square": "squared_error",
}


def _instead(name: str, library: str) -> str:
    if name in OURS:
        return f"use symrnn.{OURS[name]}: it does both"
    return f"apply it entry by entry: symrnn.tensor.elementwise({library}.{name}, ...)"


def in_sympy_function(name: str, undefined: bool, x: Any) -> SymrnnError:
    """A tensor stands inside a function of SymPy."""
    if undefined:
        what, repair = "an undefined function of SymPy", f'declare  {name} = symrnn.Function("{name}", ...)'
    elif name == "ExprCondPair":
        what, repair = "sympy.Piecewise", "apply it entry by entry: symrnn.tensor.elementwise(lambda v: ..., ...)"
    else:
        what, repair = f"sympy.{name}", _instead(name, "sympy")
    return ShapeError(f"{what} takes a scalar; {x} is {show_kind(x.shape)}", repair=repair)


def in_numpy_function(name: str, x: Any) -> SymrnnError:
    """A NumPy function is called with a symbol."""
    if not x.shape:
        repair = f"use sympy.{name}, or symrnn.{OURS[name]}" if name in OURS else "use the function of SymPy"
        return Undefined(f"numpy.{name} takes numbers; {x} has no value yet", repair=repair)
    repair = _instead(name, "sympy")
    return ShapeError(f"numpy.{name} takes numbers; {x} is {show_kind(x.shape)}", repair=repair)


def array_operand(array: Any) -> SymrnnError:
    """An array stands where an expression is needed."""
    return ShapeError(
        f"an array of shape {tuple(array.shape)} stands where an expression is needed",
        repair="declare a Constant or Parameter of this shape, and pass the array when numbers are computed",
    )


def as_number(x: Any) -> SymrnnError:
    """Python's math, or a conversion, asks for the number that a tensor is."""
    return ShapeError(
        f"{x} is {show_kind(x.shape)}, not a number",
        law="the functions of math and torch take numbers",
        repair="use symrnn.tanh, symrnn.exp and their like",
    )


def subscript(x: Any, place: Any) -> SymrnnError:
    """A tensor is indexed with brackets."""
    places = ", ".join(map(str, place if isinstance(place, tuple) else (place,)))
    return ShapeError(
        f"{x}[{places}]: a {('vector', 'matrix')[len(x.shape) - 1]} is not indexed by brackets",
        repair=f"symrnn.entry({x}, i{', j' * (len(x.shape) - 1)}) is an entry, counted from 1; brackets are for times",
    )


def derivative_by(x: Any) -> SymrnnError:
    """SymPy is asked to differentiate by something that is no scalar."""
    return Unsupported(
        f"SymPy's diff goes by a scalar; {x} is {show_kind(x.shape)}",
        repair="use symrnn.bptt or symrnn.jacobian",
    )


def exponent(base: Any, power: Any) -> SymrnnError:
    """A tensor stands in an exponent."""
    return ShapeError(
        f"{base} ** {power}: a tensor cannot be an exponent", repair=f"write  symrnn.exp({power} * symrnn.log({base}))"
    )


def power_of_matrix(matrix: Any, power: Any) -> SymrnnError:
    """A matrix is raised to a power."""
    return ShapeError(
        f"{matrix} ** {power} of a matrix can mean two things",
        repair=f"write  {matrix} @ {matrix}  for the matrix product or  {matrix} * {matrix}  entry by entry",
    )
