"""What the nodes of the tensor layer and the leaves of a model look like.

Products of matrices stand beside each other, an outer product is a bᵀ, a transpose stands on the right thing.
Imported for what it registers with `present`; it knows no renderer.
"""

from __future__ import annotations

from typing import Any

from symrnn.model import Element, Sequence
from symrnn.model.given import Given
from symrnn.tensor import linear, products, special
from symrnn.tensor.adjoint import Adjoint, Copy
from symrnn.tensor.blocks import Block
from symrnn.tensor.declared import StopGradient
from symrnn.tensor.elementwise import Full
from symrnn.tensor.inverses import Inverse
from symrnn.tensor.unknown import Function
from symrnn.typeset.brackets import bare_call, call, negative, power, product, transposed
from symrnn.typeset.entries import alone
from symrnn.typeset.items import (
    Fence,
    Grid,
    Item,
    Number,
    Sign,
    Word,
)
from symrnn.typeset.present import Presenter, objective_of, present, turned

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
    return p.adjoint(x.node, objective_of(x))


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
    return p.chain(x.left, x.right)


@turned.register(linear.Contract)
def _(x: Any, p: Presenter) -> Item:
    return p.turned_chain(x.left, x.right)


@present.register(linear.Outer)
def _(x: Any, p: Presenter) -> Item:
    """a bᵀ of columns, bᵀ a of rows."""
    return product([p.turned(x.right), p(x.left)] if p.rows else [p(x.left), p.turned(x.right)])


@turned.register(linear.Outer)
def _(x: Any, p: Presenter) -> Item:
    return product([p.turned(x.left), p(x.right)] if p.rows else [p(x.right), p.turned(x.left)])


@present.register(linear.Transpose)
def _(x: Any, p: Presenter) -> Item:
    return p.turned(x.args[0])


@turned.register(linear.Transpose)
def _(x: Any, p: Presenter) -> Item:
    return p(x.args[0])


@present.register(linear.Dot)
def _(x: Any, p: Presenter) -> Item:
    """aᵀ b or a · b; ‖a‖² of a vector with itself."""
    left, right = x.args
    return power(Fence(p(left), "norm"), TWO) if left == right else dotted(left, right, p)


def dotted(left: Any, right: Any, p: Presenter) -> Item:
    """The dot product of two vectors: aᵀ b of columns, a bᵀ of rows."""
    if p.notation.dot == "dot":
        return product([p(left), p(right)], "dot")
    return product([p(left), p.turned(right)] if p.rows else [p.turned(left), p(right)])


@turned.register(linear.Eye)
@turned.register(linear.Diag)
def _(x: Any, p: Presenter) -> Item:
    """Symmetric matrices."""
    return p(x)


@present.register(linear.Diag)
@present.register(linear.Diagonal)
def _(x: Any, p: Presenter) -> Item:
    return call(Word("diag"), p(x.args[0]))


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
    if p.notation.dot == "dot":
        return negative(product([p(x.target), likely], "dot"))
    return negative(product([p(x.target), transposed(likely)] if p.rows else [p.turned(x.target), likely]))


@present.register(products.MatrixPower)
def _(x: Any, p: Presenter) -> Item:
    return power(p(x.matrix), p.time(x.exponent))


@present.register(Block)
def _(x: Any, p: Presenter) -> Item:
    """Block by block; of transposes, transposed places."""
    rows = tuple(zip(*x.rows, strict=True)) if p.rows else x.rows
    return Grid(tuple(p.all(map(alone, row)) for row in rows))


@turned.register(Block)
def _(x: Any, p: Presenter) -> Item:
    rows = x.rows if p.rows else tuple(zip(*x.rows, strict=True))
    return Grid(tuple(tuple(p.turned(alone(x)) for x in row) for row in rows))


@present.register(Inverse)
def _(x: Any, p: Presenter) -> Item:
    return power(p(x.args[0]), negative(Number("1")))


@present.register(StopGradient)
def _(x: StopGradient, p: Presenter) -> Item:
    return call(Word("stop"), p(x.content))
