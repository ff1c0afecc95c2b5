"""The rules by which a proof rewrites a sum of terms, each a law with its side condition.

A rule takes terms and gives terms, or says why it does not apply. It is the same function that makes a proof
and that checks it: a line holds when its rule, applied again to the line before, gives it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sympy import Expr, Integer, Symbol

from symrnn.calculus.chains import Chain
from symrnn.calculus.jacobian import is_zero
from symrnn.model import Range
from symrnn.tensor import linear
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.products import TimeProduct
from symrnn.tensor.time import t

Terms = tuple[Any, ...]
Condition = tuple[Expr, Expr]  # the first is at most the second


class Stuck(Exception):
    """A rule does not apply: what was needed and what was there."""


@dataclass(frozen=True)
class Scene:
    """What the lines of one case of a proof may use.

    times
        The times that t stands for in this case.
    chain
        What carries z from one time to the next.
    node
        z at a time.
    claim
        The terms of the claim at a time.
    given
        What the recurrence says of z: for each name of a line, the terms.
    """

    times: Range
    chain: Chain
    node: Callable[[Expr], Any]
    claim: Callable[[Expr], Terms]
    given: tuple[Terms, ...]


def holds(condition: Condition, times: Range, bound: tuple[Symbol, Expr, Expr] | None = None) -> bool:
    """Whether lower <= upper for every t of a range, and for every value of a bound index."""
    gap = condition[1] - condition[0]
    if bound is not None:
        index, first, last = bound  # where there is no value of the index there is nothing to show
        gap = gap.xreplace({index: last if gap.coeff(index, 1).is_negative else first})
    gaps = [gap.xreplace({t: end}) for end in (times.first, times.last)]
    return all(_nonnegative_where(g, times) for g in gaps)


def _nonnegative_where(gap: Expr, times: Range) -> bool:
    """Whether a difference of times is never negative for the last times for which the range has a time."""
    room = times.last - times.first
    slack = Symbol("_slack", integer=True, nonnegative=True)
    for last in sorted((s for s in room.free_symbols if isinstance(s, Symbol)), key=str):
        if room.coeff(last, 1) == 1:  # the range has a time when last >= last - room
            smallest = last - room
            gap = gap.xreplace({last: slack + (max(smallest, Integer(1)) if smallest.is_Integer else smallest)})
            break
    return bool(gap.is_nonnegative)


def recurrence(terms: Terms, scene: Scene, which: int = 0) -> Terms:
    """z(t) is what the recurrence says, or what it is once other lines are put in, or collected by its factor."""
    before = scene.given[which - 1] if which else (scene.node(t),)
    if terms != before:
        raise Stuck("the line does not begin with what the recurrence is about")
    return scene.given[which]


def hypothesis(terms: Terms, scene: Scene) -> Terms:
    """S z(t + s) becomes S of the claim at t + s, which is a time nearer to the start."""
    there = t + scene.chain.ahead
    carried = scene.chain.one(t, scene.node(there))
    if carried not in terms:
        raise Stuck(f"{carried} is not among the terms")
    claimed = scene.chain.one(t, add(*scene.claim(there), shape=shape_of(scene.node(t))))
    return tuple(claimed if x == carried else x for x in terms if not is_zero(claimed) or x != carried)


def linearity(terms: Terms, scene: Scene) -> Terms:
    """S of a sum is the sum of S of its terms, sums over time included."""
    there = t + scene.chain.ahead
    claimed = scene.claim(there)
    whole = scene.chain.one(t, add(*claimed, shape=shape_of(scene.node(t))))
    if whole not in terms:
        raise Stuck(f"{whole} is not among the terms")
    parts = tuple(_inside(x, scene.chain) for x in claimed)
    return tuple(y for x in terms for y in (parts if x == whole else (x,)))


def _inside(x: Any, chain: Chain) -> Any:
    if not isinstance(x, TimeSum):
        return chain.one(t, x)
    x = x._avoiding({t})
    return time_sum(chain.one(t, x.body), (x.index, x.lower, x.upper))


def product(terms: Terms, scene: Scene, where: int = 0, which: int = 0) -> Terms:
    """A factor next to an ordered product joins it: A_k ... A_2 times A_1 is A_k ... A_1, in this order."""
    there = t + scene.chain.ahead
    claimed = scene.claim(there)[which]
    if terms[where] != _inside(claimed, scene.chain):
        raise Stuck(f"{terms[where]} is not one step from {claimed}")
    inner = claimed._avoiding({t}) if isinstance(claimed, TimeSum) else claimed
    body, bound = (inner.body, (inner.index, inner.lower, inner.upper)) if isinstance(inner, TimeSum) else (inner, None)
    one_step = scene.chain.one(t, body)
    if one_step == body:  # the factor is the identity, and so is every product of it
        return (*terms[:where], inner, *terms[where + 1 :])
    wanted = scene.claim(t)[which].atoms(TimeProduct)
    for whole in sorted(body.atoms(TimeProduct), key=str):
        for longer, apart, condition in sorted(extensions(whole), key=lambda found: found[0] not in wanted):
            if body.xreplace({whole: apart}) == one_step:
                if not holds(condition, scene.times, bound):
                    raise Stuck(f"{condition[0]} <= {condition[1]} does not hold for every term")
                after = body.xreplace({whole: longer})
                made = after if bound is None else time_sum(after, bound)
                return (*terms[:where], made, *terms[where + 1 :])
    raise Stuck(f"in {terms[where]} no factor stands beside the product that it would be the next of")


def extensions(whole: Any) -> list[tuple[Any, Any, Condition]]:
    """The product longer by a factor at either end; the same with this factor apart; and when there is one."""
    body, index, lower, upper, left = whole.args
    found = []
    for first, last, place in ((lower - 1, upper, lower - 1), (lower, upper + 1, upper + 1)):
        longer = whole.func(body, index, first, last, left)
        factor = whole.term(place)
        on_left = (place == upper + 1) == whole.descends
        pair = (factor, whole) if on_left else (whole, factor)
        apart = linear.contract(*pair) if shape_of(whole) else factor * whole
        found.append((longer, apart, (first, last)))
    return found


def empty_product(terms: Terms, scene: Scene, where: int = 0, new: Any = None) -> Terms:
    """A product without factors is the identity: c is the product without factors, applied to c."""
    plain = without_empty(new)
    if plain != terms[where]:
        raise Stuck(f"{new} with its empty product left out is {plain}, not {terms[where]}")
    return (*terms[:where], new, *terms[where + 1 :])


def without_empty(expr: Any) -> Any:
    """An expression with the products that have no factors replaced by the identity."""
    rule = {}
    for p in expr.atoms(TimeProduct):
        if (p.lower - p.upper).is_positive:
            rule[p] = linear.eye(shape_of(p)[0]) if shape_of(p) else Integer(1)
    return expr.xreplace(rule) if rule else expr


def next_term(terms: Terms, scene: Scene, whole: int = 0, single: int = 1) -> Terms:
    """A sum and the term next to its first or last one are the longer sum."""
    s, x = terms[whole], terms[single]
    if not isinstance(s, TimeSum):
        raise Stuck(f"{s} is no sum over time")
    for first, last, place in ((s.lower - 1, s.upper, s.lower - 1), (s.lower, s.upper + 1, s.upper + 1)):
        if s.term(place) == x:
            if not holds((first, last), scene.times):
                raise Stuck(f"{first} <= {last} does not hold for every t = {scene.times}")
            longer = time_sum(s.body, (s.index, first, last))
            return tuple(longer if i == whole else y for i, y in enumerate(terms) if i != single)
    raise Stuck(f"{x} is not the term of {s} before its first or after its last")


def one_term(terms: Terms, scene: Scene, where: int = 0, new: Any = None) -> Terms:
    """A sum over one time is its only term."""
    if not isinstance(new, TimeSum) or new.lower != new.upper or new.term(new.lower) != terms[where]:
        raise Stuck(f"{new} is not a sum whose only term is {terms[where]}")
    return (*terms[:where], new, *terms[where + 1 :])


def powers(terms: Terms, scene: Scene) -> Terms:
    """A product of equal factors is a power."""
    from symrnn.calculus.powers import with_powers

    return tuple(with_powers(x) for x in terms)


def regroup(terms: Terms, scene: Scene, new: Terms = ()) -> Terms:
    """The same sum, its terms listed otherwise."""
    if add(*terms) != add(*new):
        raise Stuck(f"{add(*new)} is not {add(*terms)}")
    return new


RULES: MappingProxyType[str, Callable[..., Terms]] = MappingProxyType(
    {
        "recurrence": recurrence,
        "hypothesis": hypothesis,
        "linearity": linearity,
        "ordered product": product,
        "empty product": empty_product,
        "next term": next_term,
        "one term": one_term,
        "regroup": regroup,
        "powers": powers,
    }
)
