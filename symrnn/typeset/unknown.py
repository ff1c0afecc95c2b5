"""What unknown functions look like: applications, partial derivatives, and the whole past as one function.

A partial derivative is written ∂s⁽³⁾/∂s⁽²⁾ where the presenter knows what the application is the value of.
Imported for what it registers with `present`; it knows no renderer.
"""

from __future__ import annotations

from typing import Any

from symrnn.model import Element
from symrnn.model.given import Given, Parameter
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.histories import History
from symrnn.tensor.unknown import Applied, Partial, SecondPartial, partial
from symrnn.typeset.brackets import call, quotient, transposed
from symrnn.typeset.items import Differential, Fence, Gradient, Item, Listing, Number, Positional, Sign
from symrnn.typeset.present import Presenter, match, present, turned
from symrnn.typeset.scalars import applied, split


@present.register(Applied)
def _(x: Any, p: Presenter) -> Item:
    data, shared = split(x.arguments)
    return applied(p.leaf(x.function, bold=False), p.all(data), p.all(shared), p)


@present.register(Partial)
def _(x: Any, p: Presenter) -> Item:
    """A Jacobian in numerator layout; where vectors are rows, what stands for it is its transpose."""
    return transposed(_partial(x, p)) if p.rows and x.rank == 2 else _partial(x, p)


@turned.register(Partial)
def _(x: Any, p: Presenter) -> Item:
    return _partial(x, p) if p.rows and x.rank == 2 else transposed(_partial(x, p))


def _partial(x: Any, p: Presenter) -> Item:
    """∂s⁽³⁾/∂s⁽²⁾ where the value is a known node; else ∂f/∂s at its arguments, or ∂₁f where names repeat."""
    value = match(p.known, x.application)
    arguments = x.application.arguments
    if value is not None and arguments.count(x.argument) == 1 and getattr(x.argument, "is_leaf", False):
        return _known_partial(value, x.argument, p)
    f = p.leaf(x.application.function, bold=False)
    data, shared = split(arguments)
    owners = [_owner(a) for a in arguments]
    head: Item = Positional(f, (x.position + 1,))
    if None not in owners and len(set(owners)) == len(owners):
        by = quotient(Differential(f), Differential(p.leaf(owners[x.position])), p.linear)
        head = Fence(by) if p.linear else by
    return applied(head, p.all(data), p.all(shared), p)


@present.register(SecondPartial)
def _(x: Any, p: Presenter) -> Item:
    """∇_b ⟨A, ∂f/∂a⟩: the gradient, by the second argument, of the Jacobian by the first weighted with A."""
    jacobian = partial(x.application, x.first)
    weighted = Fence(Listing((p(x.weight), p(jacobian))), "angle")
    second = x.application.arguments[x.second]
    named = getattr(second, "is_leaf", False) and x.application.arguments.count(second) == 1
    return Gradient(p(second) if named else Number(str(x.second + 1)), weighted)


def _known_partial(value: Any, by: Any, p: Presenter) -> Item:
    """∂s⁽³⁾/∂s⁽²⁾; by a shared parameter the immediate ∂⁺s⁽³⁾/∂θ, by its copy ∂s⁽³⁾/∂θ⁽³⁾."""
    if isinstance(by, Given) and not p.copies:
        return quotient(Differential(p(value), "immediate"), Differential(p(by)), p.linear)
    under = p.at(p(by), value.time) if isinstance(by, Parameter) else p(by)
    return quotient(Differential(p(value)), Differential(under), p.linear)


def _owner(x: Any) -> Any:
    """The sequence or parameter that a leaf is of, or None for what has no name."""
    if isinstance(x, Element):
        return x.sequence
    return getattr(x, "parameter", x) if getattr(x, "is_leaf", False) and not isinstance(x, Adjoint) else None


@present.register(History)
def _(x: History, p: Presenter) -> Item:
    """g⁽ᵗ⁾(x⁽ᵗ⁾, x⁽ᵗ⁻¹⁾, x⁽ᵗ⁻²⁾, ..., x⁽²⁾, x⁽¹⁾), all inputs of one time beside each other."""
    first, last = x.earliest[0].time, x.latest[0].time
    count = last - first + 1
    moments = [last, last - 1, last - 2, None, first + 1, first]
    if count.is_Integer and count <= len(moments):
        moments = [last - i for i in range(int(count))]
    arguments: list[Item] = []
    for moment in moments:
        shown = [Sign("dots")] if moment is None else [p(e.sequence[moment]) for e in x.latest]
        arguments += shown
    return call(p.at(p.name(x.name), x.time), *arguments)
