"""Derivatives as they are written: ∂Y/∂X, dY/dX, ∂⁺Y/∂X, ∇_X Y.

The gradient of a scalar has the shape of what it goes by; the Jacobian of a vector by a vector has its rows; a matrix
below the line counts as the vector of its entries.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lark import Token, Tree

from symrnn.model.formula import sizes
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.term import SCALAR, Size, Term

if TYPE_CHECKING:
    from symrnn.model.formula.build import Builder

GRADIENTS = frozenset({"partial", "total", "immediate"})


def as_row(left: Term, right: Term) -> Term:
    """The derivative of a scalar as a row, where a Jacobian follows it as in a chain rule."""
    if left.head not in GRADIENTS or left.parts[0].size != SCALAR or left.size is None or right.size is None:
        return left
    column = sizes.is_column(left.size) and sizes.same(left.size[0], right.size[0])
    return replace(left, size=(1, left.size[0])) if column and _jacobian(right) else left


def _jacobian(term: Term) -> bool:
    """Whether a factor is a derivative of a vector, or a product or sum of them."""
    if term.head in {"prod", "prod_dec", "sum"}:
        return _jacobian(term.parts[-1])
    if term.head in {"mul", "add", "sub"}:
        return _jacobian(term.parts[0])
    return term.head in GRADIENTS and term.parts[0].size != SCALAR


def chain_rule(left: Term, right: Term) -> bool:
    """Whether one side is the derivative of a scalar as a column and the other the same as a row of a chain rule."""
    sides = {left.head in GRADIENTS, right.head in GRADIENTS}
    if left.size is None or right.size is None or sides != {True, False}:
        return False
    (named, chain) = (left, right) if left.head in GRADIENTS else (right, left)
    rows = (1, _count(named.size))
    return _starts_with_rate(chain) and sizes.alike(chain.size, rows)


def _starts_with_rate(term: Term) -> bool:
    while term.head in {"sum", "add", "sub", "neg"}:
        term = term.parts[-1 if term.head == "sum" else 0]
    return term.head == "mul" and term.parts[0].head in GRADIENTS


def shape(builder: Builder, y: Term, x: Term) -> Size:
    """The shape of a derivative."""
    if y.size is None or x.size is None:
        raise builder.page.fault("unsupported", y.place, "a derivative of or by an identity")
    if y.size == SCALAR:
        return x.size
    if x.size == SCALAR:
        return y.size
    return (_count(y.size), _count(x.size))


def _count(size: Any) -> object:
    rows, columns = size
    return rows if columns == 1 else columns if rows == 1 else f"{rows}*{columns}"


def derivative(builder: Builder, head: str, y: Term, x: Term) -> Term:
    inner = x
    while inner.head in {"comp", "transpose"}:
        inner = inner.parts[0]
    if inner.head not in {"at", "name"}:
        what = "a derivative goes by a name, or by an element of a sequence"
        raise builder.page.fault("unsupported", x.place, what, repair="write ∂L/∂W or ∂L/∂h_t")
    found = Term(head, (y, x), size=shape(builder, y, x), place=y.place)
    if builder.table.numerator and y.size == SCALAR and x.size != SCALAR:
        return builder.transposed(found, y.place)
    return found


def gradient(builder: Builder, tree: Tree[Any]) -> Term:
    """∇_X Y; in ∇_X L^T the transpose is that of the gradient, since a scalar has none."""
    items, body = (part for part in tree.children if isinstance(part, Tree))
    if body.data == "scripted" and body.children[-1].data in {"transposed", "letter_t"}:
        found = _nabla(builder, items, builder.build(body.children[0]))
        if found.size != SCALAR:
            return builder.transposed(found, place_of(body))
    return _nabla(builder, items, builder.build(body))


def gradient_of_loss(builder: Builder, tree: Tree[Any]) -> Term:
    """∇_X with the loss understood."""
    items = next(part for part in tree.children if isinstance(part, Tree))
    return _nabla(builder, items, Term("name", text="L", place=place_of(tree), kind="loss"))


def _nabla(builder: Builder, items: Tree[Any], of: Term) -> Term:
    parts = [part for part in items.children if isinstance(part, Tree)]
    if len(parts) != 1:
        raise builder.page.fault("syntax", place_of(items), "∇ goes by one thing", repair="write \\nabla_{h_t} L")
    x = builder.build(parts[0])
    if of.size != SCALAR:
        law = f"∇ is of a scalar; this is {sizes.shown(of.size)}"
        raise builder.page.fault("shape", of.place, "this gradient has no meaning", law=law, repair="write ∂y/∂x")
    derivative(builder, "partial", of, x)
    return Term("grad", (x, of), size=x.size, place=x.place)


def adjoint(builder: Builder, tree: Tree[Any]) -> Term:
    """∇h(t), the gradient of the loss, as a terminal prints it."""
    x = builder.build(next(part for part in tree.children if isinstance(part, Tree)))
    if x.kind == "loss":
        raise builder.page.fault("syntax", x.place, "∇ of the loss by what?", repair="write \\nabla_{h_t} L")
    loss = Term("name", text="L", place=x.place, kind="loss")
    derivative(builder, "partial", loss, x)
    return Term("grad", (x, loss), size=x.size, place=x.place)


def _differential(builder: Builder, tree: Tree[Any]) -> tuple[Any, str, Term]:
    """The sign, its mark and what it stands on."""
    sign = tree.children[0]
    mark = next((part for part in tree.children if isinstance(part, Tree) and part.data == "mark"), None)
    return sign, _mark(builder, mark), builder.build(tree.children[-1])


def _mark(builder: Builder, mark: Any) -> str:
    if mark is None:
        return ""
    if mark.children[0].type != "IMMEDIATE":
        what = "second derivatives are not read"
        raise builder.page.fault("unsupported", place_of(mark), what, repair="write one derivative of another")
    return "+"


def rate(builder: Builder, tree: Tree[Any]) -> Term:
    """∂Y/∂X."""
    above, below = (part for part in tree.children if isinstance(part, Tree))
    (sign, mark, y), (other, _, x) = _differential(builder, above), _differential(builder, below)
    return derivative(builder, _head(builder, sign, mark, other), y, x)


def _head(builder: Builder, sign: Token, mark: str, other: Token) -> str:
    if str(sign) != str(other):
        raise builder.page.fault("syntax", int(other.start_pos or 0), "d above and ∂ below", repair="use one of them")
    if str(sign) == "d":
        return "total"
    return "immediate" if mark else "partial"


def rate_of(builder: Builder, tree: Tree[Any]) -> Term:
    """∂/∂X applied to what follows."""
    sign = next(part for part in tree.children if isinstance(part, Token) and part.type == "DIFF")
    parts = [part for part in tree.children if isinstance(part, Tree)]
    mark = _mark(builder, parts.pop(0)) if parts[0].data == "mark" else ""
    other, _, x = _differential(builder, parts[0])
    return derivative(builder, _head(builder, sign, mark, other), builder.build(parts[1]), x)


def bare_differential(builder: Builder, tree: Tree[Any]) -> Term:
    """dh_t alone: in code, and in the notation that follows it, the gradient of the loss."""
    sign, _, x = _differential(builder, tree.children[0])
    if str(sign) != "d" or not builder.table.from_model:
        what = "a differential needs another one below it"
        raise builder.page.fault("syntax", place_of(tree), what, repair="write ∂L/∂h_t")
    loss = Term("name", text="L", place=x.place, kind="loss")
    return Term("grad", (x, loss), size=x.size, place=x.place)
