"""What sums and products over time and conditions on times look like.

Imported for what it registers with `present`; it knows no renderer.
"""

from __future__ import annotations

from typing import Any

from sympy import Max, Min, Symbol, ceiling

from symrnn.model import Recurrence
from symrnn.tensor import binders, products
from symrnn.tensor.chunks import SameChunk
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import fresh_index, t, tau
from symrnn.typeset.brackets import call, inside, product
from symrnn.typeset.items import ADD, MUL, PREFIX, BigSum, Compared, Fence, Item, Ratio, Word
from symrnn.typeset.present import Presenter, present, turned


@present.register(binders.TimeSum)
def _(x: Any, p: Presenter) -> Item:
    x = told_apart(x, p)
    return _time_sum(x, p(x.body), p)


@turned.register(binders.TimeSum)
def _(x: Any, p: Presenter) -> Item:
    x = told_apart(x, p)
    return _time_sum(x, p.turned(x.body), p)


def told_apart(x: Any, p: Presenter) -> Any:
    """A sum with another index where a sum inside it runs over the same one."""
    if not any(inner.index == x.index for inner in x.body.atoms(binders.TimeSum)):
        return x
    leaves: tuple[Any, ...] = (*p.model.sequences, *p.model.parameters) if isinstance(p.model, Recurrence) else ()
    taken = {*x.body.atoms(Symbol), *(Symbol(leaf.name) for leaf in leaves)}
    return x.with_index(fresh_index(taken, "s"))


def _time_sum(x: Any, body: Item, p: Presenter) -> Item:
    return time_sum_item((x.index, x.lower, x.upper), body, p)


def time_sum_item(over: tuple[Any, ...], body: Item, p: Presenter) -> Item:
    """A sum of what is already drawn; in one line the usual bounds are left out."""
    index, lower, upper = over
    usual = (index, lower, upper) == (t, 1, tau)
    ends = p.symbol(index), p.time(lower), p.time(upper)
    return BigSum(*ends, inside(body, ADD + 1), bounds=not (p.linear and usual))


@turned.register(binders.Guard)
def _(x: Any, p: Presenter) -> Item:
    return product([_condition(x, p), p.turned(x.content)])


@present.register(products.TimeProduct)
def _(x: Any, p: Presenter) -> Item:
    """The factors stand from left to right as the index runs from the lower bound to the upper one."""
    return _time_product(x, p(x.body), x.descends != p.rows, p)


@turned.register(products.TimeProduct)
def _(x: Any, p: Presenter) -> Item:
    return _time_product(x, p.turned(x.body), x.descends == p.rows, p)


def _time_product(x: Any, body: Item, down: bool, p: Presenter) -> Item:
    ends = (x.upper, x.lower) if down and shape_of(x) else (x.lower, x.upper)
    first, last = (p.time(end) for end in ends)
    return BigSum(p.symbol(x.index), first, last, inside(body, ADD + 1), sign="product")


@present.register(binders.Guard)
def _(x: Any, p: Presenter) -> Item:
    """[a <= t <= b] before what it guards; a bound that always holds is left out."""
    return product([_condition(x, p), p(x.content)])


def _condition(x: Any, p: Presenter) -> Item:
    smallest = smallest_last(x)
    if smallest is not None:
        last, least = smallest
        return Fence(Compared((p.time(least), p.time(last)), "le"), "square")
    members = [p.time(x.time)]
    if not (x.time - x.lower).is_nonnegative:
        members.insert(0, p.time(x.lower))
    if not (x.upper - x.time).is_nonnegative:
        members.append(p.time(x.upper))
    return Fence(Compared(tuple(members), "le"), "square")


def smallest_last(x: Any) -> tuple[Any, Any] | None:
    """(tau, 2) of a guard that only takes tau to be 2 or larger: its time is a number not below its first."""
    slack = x.upper - x.time
    if (x.time - x.lower).is_nonnegative and len(slack.free_symbols) == 1:
        (last,) = slack.free_symbols
        return (last, last - slack) if (last - slack).is_Integer else None
    return None


@present.register(Max)
@present.register(Min)
def _(x: Any, p: Presenter) -> Item:
    """max(1, s-2): numbers first."""
    members = sorted(x.args, key=lambda a: (not a.is_Number, str(a)))
    return call(Word("max" if isinstance(x, Max) else "min"), *(p.time(a) for a in members))


@present.register(ceiling)
def _(x: Any, p: Presenter) -> Item:
    """⌈s/k⌉."""
    over, under = x.args[0].as_numer_denom()
    inner = p.time(over) if under == 1 else Ratio(inside(p.time(over), MUL), inside(p.time(under), PREFIX))
    return Fence(inner, "ceiling")


@present.register(SameChunk)
def _(x: SameChunk, p: Presenter) -> Item:
    return product([_same_chunk(x, p), p(x.content)])


@turned.register(SameChunk)
def _(x: SameChunk, p: Presenter) -> Item:
    return product([_same_chunk(x, p), p.turned(x.content)])


def _same_chunk(x: SameChunk, p: Presenter) -> Item:
    """[k ∤ t] for neighbours: no boundary lies between t and t+1; else both have the same number of chunk."""
    if x.reader - x.read == 1:
        return Fence(Compared((p.time(x.size), p.time(x.read)), "nmid"), "square")
    return Fence(Compared((p(ceiling(x.reader / x.size)), p(ceiling(x.read / x.size)))), "square")
