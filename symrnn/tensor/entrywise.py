"""An expression entry by entry: matrix products become sums over indices, as a component-wise derivation has them.

The result is a scalar expression in the indices, with sums over them from 1 to the size; it can be evaluated as
any other expression, so it can be refuted.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Basic, Expr, Symbol
from sympy.functions.special.tensor_functions import KroneckerDelta

from symrnn.tensor import linear, pieces
from symrnn.tensor.binders import Guard, TimeSum, guard, time_sum
from symrnn.tensor.elementwise import Elementwise, elementwise, slots_of
from symrnn.tensor.node import Slot, Tensor, shape_of

LETTERS = ("i", "j", "l", "r", "q", "u", "v")


def fresh(*used: Basic) -> Symbol:
    """An index that none of the expressions has."""
    taken = {str(s.name) for x in used for s in _symbols(x)}
    free = (name for name in (*LETTERS, *(f"i_{n}" for n in range(1, 1000))) if name not in taken)
    return Symbol(next(free), integer=True)


def _symbols(x: Basic) -> set[Any]:
    """The symbols of an expression and of its shapes, bound ones too."""
    found = {s for s in x.atoms(Symbol) if not s.name.startswith("_z")}
    shapes = [x, *x.atoms(Tensor)]
    return found | {s for y in shapes for d in shape_of(y) for s in d.free_symbols}


def entry_indices(*like: Any) -> tuple[Symbol, ...]:
    """Free indices for the entries of the first expression, that none of them uses."""
    found: list[Symbol] = []
    for _ in shape_of(like[0]):
        found.append(fresh(*like, *found))
    return tuple(found)


def entry_form(x: Any, *indices: Any) -> Any:
    """The entry of a tensor at its indices, written out; a scalar with its dot products written out.

    Examples
    --------
    >>> from sympy import symbols
    >>> from symrnn import Parameter, Sequence, dims, t
    >>> n = dims("n")
    >>> W, h = Parameter("W", n, n), Sequence("h", n)
    >>> entry_form(W @ h[t], symbols("i", integer=True))
    time_sum(entry(h[t], j)*entry(W, i, j), (j, 1, n))
    """
    if not shape_of(x):
        return _scalar(x)
    return _entry(x, indices)


def _scalar(x: Any) -> Any:
    """A scalar expression with its slots written out."""
    if isinstance(x, Slot):
        return _slot(x)
    return x.xreplace({s: _slot(s) for s in slots_of(x)})


def _sum(body: Any, index: Symbol, size: Expr) -> Any:
    return time_sum(body, (index, 1, size))


@singledispatch
def _slot(x: Any) -> Any:
    """A scalar node; one that is not a sum of products stays."""
    return x


@_slot.register
def _(x: linear.Dot) -> Any:
    a, b = x.args
    j = fresh(x)
    return _sum(entry_form(a, j) * entry_form(b, j), j, shape_of(a)[0])


@_slot.register
def _(x: pieces.SumEntries) -> Any:
    inner = x.args[0]
    indices = entry_indices(inner, x)
    whole = entry_form(inner, *indices)
    for index, size in reversed(list(zip(indices, shape_of(inner), strict=True))):
        whole = _sum(whole, index, size)
    return whole


@_slot.register
def _(x: pieces.Trace) -> Any:
    j = fresh(x)
    return _sum(entry_form(x.args[0], j, j), j, shape_of(x.args[0])[0])


@_slot.register
def _(x: TimeSum) -> Any:
    return time_sum(_scalar(x.body), (x.index, x.lower, x.upper))


@_slot.register
def _(x: Guard) -> Any:
    return guard(_scalar(x.content), x.time, x.lower, x.upper)


@singledispatch
def _entry(x: Any, at: tuple[Any, ...]) -> Any:
    """One entry; of what is not built from products it stays an entry."""
    return pieces.entry(x, *at)


@_entry.register
def _(x: Elementwise, at: tuple[Any, ...]) -> Any:
    return elementwise(x.body, *(entry_form(op, *(at if isinstance(op, Tensor) else ())) for op in x.operands))


@_entry.register
def _(x: linear.Contract, at: tuple[Any, ...]) -> Any:
    """(A x)_i = Σ_j A_ij x_j, (A B)_il = Σ_j A_ij B_jl; a diagonal factor needs no sum."""
    left, right = x.left, x.right
    i, rest = at[0], at[1:]
    if isinstance(left, linear.Diag):
        return entry_form(left.args[0], i) * entry_form(right, i, *rest)
    if isinstance(right, linear.Diag) and rest:
        return entry_form(left, i, *rest) * entry_form(right.args[0], *rest)
    j = fresh(x, *at)
    return _sum(entry_form(left, i, j) * entry_form(right, j, *rest), j, shape_of(left)[1])


@_entry.register
def _(x: linear.Outer, at: tuple[Any, ...]) -> Any:
    return entry_form(x.left, at[0]) * entry_form(x.right, at[1])


@_entry.register
def _(x: linear.Transpose, at: tuple[Any, ...]) -> Any:
    return entry_form(x.args[0], at[1], at[0])


@_entry.register
def _(x: linear.Diag, at: tuple[Any, ...]) -> Any:
    return entry_form(x.args[0], at[0]) * KroneckerDelta(*at)


@_entry.register
def _(x: linear.Diagonal, at: tuple[Any, ...]) -> Any:
    return entry_form(x.args[0], at[0], at[0])


@_entry.register
def _(x: linear.Eye, at: tuple[Any, ...]) -> Any:
    return KroneckerDelta(*at)


@_entry.register
def _(x: TimeSum, at: tuple[Any, ...]) -> Any:
    return time_sum(entry_form(x.body, *at), (x.index, x.lower, x.upper))


@_entry.register
def _(x: Guard, at: tuple[Any, ...]) -> Any:
    return guard(entry_form(x.content, *at), x.time, x.lower, x.upper)


@_entry.register
def _(x: pieces.Segment, at: tuple[Any, ...]) -> Any:
    tensor, start, _ = x.args
    return entry_form(tensor, at[0] + start, *at[1:])
