"""What the nodes of the tensor layer and the leaves of a model look like.

Products of matrices stand beside each other, an outer product is a bᵀ, a transpose stands on the right thing.
Imported for what it registers with `present`; it knows no renderer.
"""

from __future__ import annotations

from typing import Any

from symrnn.model import Element, Sequence
from symrnn.model.given import Given
from symrnn.tensor import binders, linear, pieces, products, special
from symrnn.tensor.adjoint import Adjoint, Copy
from symrnn.tensor.blocks import Block
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Elementwise, Full, placeholder
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t, tau
from symrnn.tensor.unknown import Function
from symrnn.typeset import items
from symrnn.typeset.brackets import bare_call, call, inside, negative, power, product, transposed
from symrnn.typeset.items import (
    ATOM,
    BigSum,
    Compared,
    Fence,
    Grid,
    Indexed,
    Item,
    Name,
    Number,
    Sign,
    Stack,
    Timed,
    Word,
)
from symrnn.typeset.present import Presenter, present

TWO = Number("2")


@present.register(Element)
def _(x: Element, p: Presenter) -> Item:
    return p.at(p.leaf(x.sequence), x.time)


@present.register(Copy)
def _(x: Copy, p: Presenter) -> Item:
    return p.at(p.leaf(x.parameter), x.time)


@present.register(Sequence)
@present.register(Given)
def _(x: Any, p: Presenter) -> Item:
    return p.leaf(x)


@present.register(Function)
def _(x: Function, p: Presenter) -> Item:
    return p.leaf(x, bold=False)


@present.register(Adjoint)
def _(x: Adjoint, p: Presenter) -> Item:
    return p.adjoint(x.node, str(x.objective.name))


@present.register(Full)
def _(x: Full, p: Presenter) -> Item:
    bold = p.notation.bold
    if x.value == 0:
        return Sign("zero", bold)
    return product([p(x.value), Sign("one", bold)]) if x.value != 1 else Sign("one", bold)


@present.register(linear.Eye)
def _(x: Any, p: Presenter) -> Item:
    return Sign("identity", p.notation.bold)


@present.register(linear.Contract)
def _(x: Any, p: Presenter) -> Item:
    return product([p(x.left), p(x.right)])


@present.register(linear.Outer)
def _(x: Any, p: Presenter) -> Item:
    """a bᵀ."""
    return product([p(x.left), transposed(p(x.right))])


@present.register(linear.Transpose)
def _(x: Any, p: Presenter) -> Item:
    return transposed(p(x.args[0]))


@present.register(linear.Dot)
def _(x: Any, p: Presenter) -> Item:
    """aᵀ b or a · b; ‖a‖² of a vector with itself."""
    left, right = x.args
    if left == right:
        return power(Fence(p(left), "norm"), TWO)
    return dotted(p(left), p(right), p)


def dotted(left: Item, right: Item, p: Presenter) -> Item:
    """The dot product of two vectors."""
    if p.notation.dot == "dot":
        return product([left, right], "dot")
    return product([transposed(left), right])


@present.register(linear.Diag)
@present.register(linear.Diagonal)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("diag"), p(x.args[0]))


@present.register(pieces.Trace)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("tr"), p(x.args[0]))


@present.register(pieces.SumEntries)
def _(x: Any, p: Presenter) -> Item:
    """1ᵀ a of a vector; ‖A‖² of the squares of a matrix, with F for Frobenius; else sum(A)."""
    inner = x.args[0]
    if _is_square(inner):
        return power(Fence(p(inner.operands[0]), "frobenius"), TWO)
    if inner.rank == 1 and p.notation.dot == "transpose":
        return product([transposed(Sign("one", p.notation.bold)), p(inner)])
    return call(Word("sum"), p(inner))


def _is_square(x: Any) -> bool:
    return isinstance(x, Elementwise) and x.rank == 2 and x.body == placeholder(0) ** 2


@present.register(pieces.Entry)
def _(x: Any, p: Presenter) -> Item:
    """An entry of a name is a scalar and so not bold; of anything else, the index stands on brackets."""
    tensor, *places = x.args
    indices = tuple(p.time(i) for i in places)
    base = p(tensor)
    if isinstance(base, Timed) and base.mark == "subscript" and isinstance(base.base, Name):
        return Indexed(_unbold(base.base), (base.time, *indices))
    if isinstance(base, Name | Timed):
        return Indexed(_unbold(base), indices)
    return Indexed(inside(base, ATOM), indices)


def _unbold(base: Item) -> Item:
    if isinstance(base, Timed):
        return Timed(_unbold(base.base), base.time, base.mark)
    if isinstance(base, Name):
        return Name(base.letter, base.accent, base.primes, base.subscripts, "none", base.verbatim)
    return base


@present.register(pieces.Concat)
def _(x: Any, p: Presenter) -> Item:
    return Stack(p.all(x.args))


@present.register(pieces.Segment)
def _(x: Any, p: Presenter) -> Item:
    """The rows from the first to the last as an index: a_{1:n}."""
    tensor, start, count = x.args
    rows = items.Span(p.time(start + 1), p.time(start + count))
    return Indexed(inside(p(tensor), ATOM), (rows,))


@present.register(pieces.Reshape)
def _(x: Any, p: Presenter) -> Item:
    """vec(A), and its inverse with the shape it makes."""
    inner = p(x.args[0])
    if x.rank == 1:
        return call(Word("vec"), inner)
    sizes = product(p.all(x.shape), "times")
    return call(Indexed(Word("mat"), (sizes,)), inner)


@present.register(special.Softmax)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("softmax"), p(x.args[0]))


@present.register(special.LogSumExp)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("logsumexp"), p(x.args[0]))


@present.register(special.SoftmaxCrossEntropy)
def _(x: Any, p: Presenter) -> Item:
    """-yᵀ log softmax(o)."""
    likely = bare_call(Word("log"), p(special.softmax(x.logits)))
    return negative(dotted(p(x.target), likely, p))


@present.register(binders.TimeSum)
def _(x: Any, p: Presenter) -> Item:
    body = inside(p(x.body), items.ADD + 1)
    usual = (x.index, x.lower, x.upper) == (t, 1, tau)
    return BigSum(p.symbol(x.index), p.time(x.lower), p.time(x.upper), body, bounds=not (p.linear and usual))


@present.register(products.TimeProduct)
def _(x: Any, p: Presenter) -> Item:
    """The factors stand from left to right as the index runs from the lower bound to the upper one."""
    ends = (x.upper, x.lower) if x.descends and shape_of(x) else (x.lower, x.upper)
    first, last = (p.time(end) for end in ends)
    return BigSum(p.symbol(x.index), first, last, inside(p(x.body), items.ADD + 1), sign="product")


@present.register(products.MatrixPower)
def _(x: Any, p: Presenter) -> Item:
    return power(p(x.matrix), p.time(x.exponent))


@present.register(Block)
def _(x: Any, p: Presenter) -> Item:
    return Grid(tuple(tuple(p(entry) for entry in row) for row in x.rows))


@present.register(binders.Guard)
def _(x: Any, p: Presenter) -> Item:
    """[a <= t <= b] before what it guards; a bound that always holds is left out."""
    slack = x.upper - x.time
    if (x.time - x.lower).is_nonnegative and len(slack.free_symbols) == 1:
        (last,) = slack.free_symbols  # a number before tau: what it takes is that tau is large enough
        return product([Fence(Compared((p.time(last - slack), p.time(last)), "le"), "square"), p(x.content)])
    members = [p.time(x.time)]
    if not (x.time - x.lower).is_nonnegative:
        members.insert(0, p.time(x.lower))
    if not (x.upper - x.time).is_nonnegative:
        members.append(p.time(x.upper))
    return product([Fence(Compared(tuple(members), "le"), "square"), p(x.content)])


@present.register(Inverse)
def _(x: Any, p: Presenter) -> Item:
    return power(p(x.args[0]), negative(Number("1")))


@present.register(StopGradient)
def _(x: StopGradient, p: Presenter) -> Item:
    return call(Word("stop"), p(x.content))
