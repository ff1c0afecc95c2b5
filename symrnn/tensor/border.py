"""The border to SymPy's matrices: matrix expressions come in, explicit matrices go out.

Inside the package nothing is a `MatrixExpr`; what cannot be carried over faithfully is refused with its
reason. Explicit matrices are an independent judge for small sizes: SymPy alone can differentiate them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import singledispatch
from typing import Any

import numpy as np
from sympy import Expr, Matrix, Symbol
from sympy.matrices.expressions import (
    HadamardProduct,
    Identity,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatrixSymbol,
    OneMatrix,
    ZeroMatrix,
)
from sympy.matrices.expressions import (
    Inverse as MatInverse,
)
from sympy.matrices.expressions import Trace as MatTrace
from sympy.matrices.expressions import (
    Transpose as MatTranspose,
)
from sympy.matrices.matrixbase import MatrixBase

from symrnn.errors import ShapeError, TooLarge, Undefined, Unsupported
from symrnn.tensor.elementwise import Full, add, combine
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.explicit import Written
from symrnn.tensor.inverses import inverse
from symrnn.tensor.kronecker import kron
from symrnn.tensor.linear import contract, eye, outer, transpose, zeros
from symrnn.tensor.node import Node, leaves_in, shape_of
from symrnn.tensor.pieces import concat, trace
from symrnn.tensor.shape import same_shape, show_shape

MOST_ENTRIES = 10_000  # of one leaf written out as symbols


def from_sympy(expr: Any, symbols: Mapping[Any, Any]) -> Any:
    """A SymPy matrix expression as one of ours.

    Parameters
    ----------
    expr
        A `MatrixExpr`, an explicit `Matrix`, or a scalar with traces of matrices.
    symbols
        What each `MatrixSymbol` and scalar symbol stands for. An (n, 1) matrix symbol may stand for a
        vector (n,) of ours; its transpose is then carried over in dot and outer products.

    Raises
    ------
    Undefined, ShapeError, Unsupported
        For symbols without meaning, shapes that SymPy let pass, and nodes that have no counterpart.

    Examples
    --------
    >>> import sympy
    >>> import symrnn as sr
    >>> n = sr.dims("n")
    >>> W, x = sr.Parameter("W", n, n), sr.Constant("x", n)
    >>> sr.from_sympy(sympy.MatrixSymbol("A", n, n) * sympy.MatrixSymbol("v", n, 1),
    ...               {sympy.MatrixSymbol("A", n, n): W, sympy.MatrixSymbol("v", n, 1): x})
    W @ x
    """
    return _Importer(dict(symbols))(expr)


class _Importer:
    def __init__(self, symbols: dict[Any, Any]) -> None:
        self.symbols = symbols

    def __call__(self, expr: Any) -> Any:
        if isinstance(expr, Hashable) and expr in self.symbols:
            return self._fitting(expr, self.symbols[expr])
        return _import(expr, self)

    def _fitting(self, symbol: Any, ours: Any) -> Any:
        theirs = tuple(symbol.shape) if isinstance(symbol, MatrixSymbol) else ()
        fits = {1: theirs[:1] if theirs[1:] == (1,) else None, 2: theirs, 0: () if theirs in ((), (1, 1)) else None}
        if fits[len(shape_of(ours))] is None or not same_shape(tuple(fits[len(shape_of(ours))] or ()), shape_of(ours)):
            raise ShapeError(f"{symbol} {show_shape(theirs)} cannot stand for {ours} {show_shape(shape_of(ours))}")
        return ours


@singledispatch
def _import(expr: Any, take: _Importer) -> Any:
    if isinstance(expr, Node):
        return expr
    if isinstance(expr, Expr) and not getattr(expr, "is_Matrix", False):
        return _import_scalar(expr, take)
    raise Unsupported(
        f"{type(expr).__name__} has no counterpart here: {expr}", repair="write it with @, +, .T and symrnn's functions"
    )


def _import_scalar(expr: Expr, take: _Importer) -> Any:
    if expr.is_Number or expr.is_NumberSymbol:
        return expr
    if isinstance(expr, Symbol):
        raise Undefined(f"the symbol {expr} has no meaning here", repair="give it one in symbols={...}")
    if isinstance(expr, MatTrace):
        return trace(take(expr.arg))
    if any(getattr(a, "is_Matrix", False) for a in expr.args):
        raise Unsupported(
            f"{type(expr).__name__} of a matrix is not carried over: {expr}",
            repair="SymPy treats it as a scalar; use symrnn's functions",
        )
    return expr.func(*(take(a) for a in expr.args))


@_import.register
def _(expr: MatrixSymbol, take: _Importer) -> Any:
    raise Undefined(f"the matrix symbol {expr} has no meaning here", repair="give it one in symbols={...}")


@_import.register
def _(expr: MatAdd, take: _Importer) -> Any:
    terms = [take(a) for a in expr.args]
    for other in terms[1:]:
        if not same_shape(shape_of(terms[0]), shape_of(other)):
            raise ShapeError(
                f"{expr} adds shapes {show_shape(shape_of(terms[0]))} and {show_shape(shape_of(other))}",
                law="SymPy lets this pass",
            )
    return add(*terms)


@_import.register
def _(expr: MatMul, take: _Importer) -> Any:
    scalar, factors = expr.as_coeff_matrices()
    result = take(factors[-1]) if not isinstance(factors[-1], MatTranspose) else None
    rest = list(factors[:-1])
    if result is None:
        result = _row_tail(expr, factors, take)
        rest = []
    for factor in reversed(rest):
        result = _times(factor, result, take)
    return result if scalar == 1 else take(scalar) * result


def _times(factor: Any, right: Any, take: _Importer) -> Any:
    if isinstance(factor, MatTranspose):
        inner = take(factor.arg)
        if len(shape_of(inner)) == 1:
            return contract(inner, right)
        return contract(transpose(inner), right)
    return contract(take(factor), right)


def _row_tail(expr: Any, factors: Any, take: _Importer) -> Any:
    """A product that ends in a transpose: of a matrix, or of a vector, which makes an outer product."""
    last = take(factors[-1].arg)
    if len(shape_of(last)) == 2:
        result = transpose(last)
        for factor in reversed(factors[:-1]):
            result = _times(factor, result, take)
        return result
    left = MatMul(*factors[:-1]) if len(factors) > 2 else factors[0]
    column = take(left)
    if len(shape_of(column)) != 1:
        raise ShapeError(f"{expr}: only a column times a row makes a matrix here")
    return outer(column, last)


@_import.register
def _(expr: MatTranspose, take: _Importer) -> Any:
    inner = take(expr.arg)
    if len(shape_of(inner)) != 2:
        raise Unsupported(
            f"{expr} is a row; here vectors have rank 1",
            repair="use it in a product: a.T * b is a dot product, a * b.T an outer product",
        )
    return transpose(inner)


@_import.register
def _(expr: MatInverse, take: _Importer) -> Any:
    return inverse(take(expr.arg))


@_import.register
def _(expr: HadamardProduct, take: _Importer) -> Any:
    result = take(expr.args[0])
    for a in expr.args[1:]:
        result = combine("*", result, take(a))
    return result


@_import.register
def _(expr: KroneckerProduct, take: _Importer) -> Any:
    result = take(expr.args[0])
    for a in expr.args[1:]:
        result = kron(result, take(a))
    return result


@_import.register
def _(expr: Identity, take: _Importer) -> Any:
    return eye(expr.shape[0])


@_import.register
def _(expr: ZeroMatrix, take: _Importer) -> Any:
    return zeros(*expr.shape)


@_import.register
def _(expr: OneMatrix, take: _Importer) -> Any:
    return Full(1, *expr.shape)


@_import.register
def _(expr: MatrixBase, take: _Importer) -> Any:
    rows = [[take(x) for x in expr.row(i)] for i in range(expr.rows)]
    columns = [concat(*(Full(x, 1) for x in row)) for row in rows]
    if expr.cols == 1:
        return concat(*(Full(row[0], 1) for row in rows))
    unit = [concat(*(Full(int(i == j), 1) for j in range(expr.rows))) for i in range(expr.rows)]
    return add(*(outer(unit[i], columns[i]) for i in range(expr.rows)))


def to_sympy(expr: Any, dims: Mapping[Symbol, int] | None = None) -> Any:
    """An expression of ours as an explicit SymPy scalar or `Matrix`, entry by entry.

    Parameters
    ----------
    expr
        A scalar or tensor expression whose times are numbers or stay as they are named.
    dims
        The size of every dimension symbol.

    Returns
    -------
    Expr or Matrix
        A vector becomes a column. Entries of leaves are real symbols named after them, `W[1,2]` or `h[3][1]`.

    Examples
    --------
    >>> import symrnn as sr
    >>> n = sr.dims("n")
    >>> sr.to_sympy(sr.Parameter("W", n, n) @ sr.Constant("x", n), dims={n: 2})
    Matrix([
    [W[1,1]*x[1] + W[1,2]*x[2]],
    [W[2,1]*x[1] + W[2,2]*x[2]]])
    """
    sizes = {d: int(size) for d, size in (dims or {}).items()}
    for d, size in sizes.items():
        if size < 1:
            raise ShapeError(f"the dimension {d} is {size}", law="a dimension is a positive integer")
    system = Written()
    shaper = Evaluator(system, {}, sizes)
    values = {leaf: _symbols(leaf, shaper.shape(leaf)) for leaf in leaves_in(expr)}
    result = Evaluator(system, values, sizes)(expr)
    if np.ndim(result) == 0:
        return result[()]
    return Matrix(np.reshape(result, (len(result), -1)).tolist())


def _symbols(leaf: Any, shape: tuple[int, ...]) -> Any:
    name = str(leaf).replace(" ", "")
    if not shape:
        return np.asarray(Symbol(name, real=True), dtype=object)
    if int(np.prod(shape, dtype=object)) > MOST_ENTRIES:
        raise TooLarge(
            f"{leaf} has {' x '.join(map(str, shape))} entries",
            law=f"explicit matrices have at most {MOST_ENTRIES} symbols a leaf",
            repair="use smaller sizes in dims={...}",
        )
    entries = [Symbol(f"{name}[{','.join(str(i + 1) for i in place)}]", real=True) for place in np.ndindex(shape)]
    return np.array(entries, dtype=object).reshape(shape)
