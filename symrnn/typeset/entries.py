"""What sums of entries, single entries and pieces of tensors look like.

Imported for what it registers with `present`; it knows no renderer.
"""

from __future__ import annotations

from typing import Any

from sympy import KroneckerDelta

from symrnn.tensor import kronecker, pieces
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.elementwise import Elementwise, Full, placeholder
from symrnn.tensor.node import shape_of
from symrnn.tensor.sensitivity import Rate
from symrnn.tensor.spelling import spell
from symrnn.typeset.brackets import call, inside, power, product, quotient, transposed
from symrnn.typeset.items import (
    ATOM,
    Differential,
    Fence,
    Fraction,
    Indexed,
    Item,
    Name,
    Number,
    Ratio,
    Sign,
    Span,
    Stack,
    Timed,
    Word,
)
from symrnn.typeset.present import Presenter, objective_of, present, turned
from symrnn.typeset.products import summed

TWO = Number("2")


@present.register(pieces.Trace)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("tr"), p(x.args[0]))


@present.register(pieces.SumEntries)
def _(x: Any, p: Presenter) -> Item:
    """aᵀ b of a product of vectors, 1ᵀ a of another; ‖A‖² of the squares of a matrix; else sum(A)."""
    inner = x.args[0]
    if _is_square(inner):
        return power(Fence(p(inner.operands[0]), "frobenius"), TWO)
    dotted_form = summed(spell(inner), p) if isinstance(inner, Elementwise) and inner.rank == 1 else None
    if dotted_form is not None:
        return dotted_form
    if inner.rank == 1 and p.notation.dot == "transpose":
        ones = transposed(Sign("one", p.notation.bold))
        return product([p(inner), ones] if p.rows else [ones, p(inner)])
    return call(Word("sum"), p(inner))


def _is_square(x: Any) -> bool:
    return isinstance(x, Elementwise) and x.rank == 2 and x.body == placeholder(0) ** 2


@present.register(pieces.Entry)
def _(x: Any, p: Presenter) -> Item:
    """An entry of a name is a scalar and so not bold; of anything else, the index stands on brackets."""
    tensor, *places = x.args
    indices = tuple(p.time(i) for i in (reversed(places) if p.rows else places))
    if isinstance(tensor, Adjoint):
        return entry_adjoint(tensor, indices, p)
    if isinstance(tensor, Rate) and max(len(shape_of(tensor.node)), len(shape_of(tensor.by))) == 2:
        return Indexed(Fence(p(tensor)), indices)  # its indices count the entries of vec
    return indexed(p(tensor), indices)


@present.register(KroneckerDelta)
def _(x: Any, p: Presenter) -> Item:
    return Indexed(p.name("delta"), p.all(x.args))


def indexed(base: Item, indices: tuple[Item, ...]) -> Item:
    """One entry of what is already drawn."""
    if isinstance(base, Timed) and base.mark == "subscript" and isinstance(base.base, Name):
        return Indexed(_unbold(base.base), (base.time, *indices), timed=True)
    if isinstance(base, Name | Timed):
        return Indexed(_unbold(base), indices)
    if isinstance(base, Fraction | Ratio) and isinstance(base.over, Differential):
        return _indexed_derivative(base, indices)
    return Indexed(inside(base, ATOM), indices)


def _indexed_derivative(base: Any, indices: tuple[Item, ...]) -> Item:
    """An entry of the Jacobian ∂h/∂s is ∂h_i/∂s_j."""
    over, under = base.over, base.under
    if len(indices) == 2 and isinstance(under, Differential):
        first, second = (indexed(x.of, (i,)) for x, i in zip((over, under), indices, strict=True))
        return type(base)(Differential(first, over.sign), Differential(second, under.sign))
    return Indexed(Fence(base), indices)


def entry_adjoint(tensor: Any, indices: tuple[Item, ...], p: Presenter) -> Item:
    """The derivative by one entry: ∂L/∂W_{ij}; an entry of δ, h̄ or dh where the adjoint is a name."""
    objective = objective_of(tensor)
    if p.notation.adjoint in {"delta", "bar"}:
        return indexed(p.gradient(tensor.node, objective), indices)
    by = indexed(p(tensor.node), indices)
    if p.notation.adjoint == "d":
        return Differential(by, "code")
    return quotient(Differential(p.objective(objective)), Differential(by), p.linear)


def _unbold(base: Item) -> Item:
    if isinstance(base, Timed):
        return Timed(_unbold(base.base), base.time, base.mark)
    if isinstance(base, Name):
        return Name(base.letter, base.accent, base.primes, base.subscripts, "none", base.verbatim)
    return base


def alone(x: Any) -> Any:
    """A part of one entry as a number: a and not a 1."""
    return x.value if isinstance(x, Full) and all(d == 1 for d in x.shape) else x


@present.register(pieces.Concat)
def _(x: Any, p: Presenter) -> Item:
    return Stack(p.all(map(alone, x.args)), across=p.rows)


@turned.register(pieces.Concat)
def _(x: Any, p: Presenter) -> Item:
    return Stack(tuple(p.turned(alone(y)) for y in x.args), across=not p.rows)


@present.register(pieces.Segment)
def _(x: Any, p: Presenter) -> Item:
    """The rows from the first to the last as an index: a_{1:n}; of a matrix A_{1:n,:}."""
    tensor, start, count = x.args
    rows = Span(p.time(start + 1), p.time(start + count))
    others = (Sign("all"),) * (x.rank - 1)
    return Indexed(inside(p(tensor), ATOM), (*others, rows) if p.rows else (rows, *others))


@present.register(pieces.Reshape)
def _(x: Any, p: Presenter) -> Item:
    """vec(A), and its inverse with the shape it makes; of rows, the letter is the transpose of what is meant."""
    inner = x.args[0]
    if inner.rank == 1 and 1 in x.shape:  # a vector as a column is itself, as a row its transpose
        return p(inner) if x.shape[1] == 1 else p.turned(inner)
    if x.rank == 1:
        return call(Word("vec"), p.turned(x.args[0]) if p.rows else p(x.args[0]))
    sizes = product(p.all(x.shape), "times")
    whole = call(Indexed(Word("mat"), (sizes,)), p(x.args[0]))
    return transposed(whole) if p.rows else whole


@present.register(Rate)
def _(x: Rate, p: Presenter) -> Item:
    """∂h⁽ᵗ⁾/∂W, total, and ∂⁺h⁽ᵗ⁾/∂W, immediate."""
    return quotient(Differential(p(x.node), x.sign), Differential(p(x.by)), p.linear)


@present.register(kronecker.Kron)
def _(x: Any, p: Presenter) -> Item:
    """A ⊗ B, in this order in every convention: (A ⊗ B)ᵀ = Aᵀ ⊗ Bᵀ."""
    return product([p(x.left), p(x.right)], "otimes")


@turned.register(kronecker.Kron)
def _(x: Any, p: Presenter) -> Item:
    return product([p.turned(x.left), p.turned(x.right)], "otimes")


@present.register(kronecker.Commutation)
def _(x: Any, p: Presenter) -> Item:
    sizes = reversed(x.args) if p.rows else x.args
    return Indexed(p.name("K", p.notation.bold), tuple(p.time(d) for d in sizes))
