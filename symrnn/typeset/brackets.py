"""Where brackets go: the verbs that put items together. No other module writes a bracket that grammar needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symrnn.typeset.items import (
    ADD,
    ATOM,
    MUL,
    PREFIX,
    SPREAD,
    BigSum,
    Call,
    Fence,
    Fraction,
    Item,
    Marked,
    Number,
    Power,
    Product,
    Ratio,
    Sum,
    Transposed,
    Word,
)

TRIGONOMETRIC = frozenset(map(Word, ("sin", "cos", "tan", "sinh", "cosh", "tanh")))


def inside(item: Item, level: int) -> Item:
    """The item, in brackets if it holds together less tightly than `level`."""
    return Fence(item) if item.level < level else item


def total(terms: Iterable[tuple[bool, Item]], tight: bool = False) -> Item:
    """A sum of signed terms; a sum among them is taken apart, and in brackets after a minus."""
    flat: list[tuple[bool, Item]] = []
    for minus, term in terms:
        if isinstance(term, Sum) and len(term.terms) == 1:
            inner_minus, inner = term.terms[0]
            flat.append((minus != inner_minus, inner))
        elif isinstance(term, Sum) and not minus:
            flat += term.terms
        elif isinstance(term, Marked) and isinstance(term.body, Sum) and not minus:
            flat += [(inner_minus, Marked(inner)) for inner_minus, inner in term.body.terms]
        else:
            flat.append((minus, inside(term, ADD + 1)))
    if len(flat) == 1 and not flat[0][0]:
        return flat[0][1]
    return Sum(tuple(flat), tight)


def negative(item: Item) -> Item:
    """Minus an item."""
    return total([(True, item)])


def product(factors: Iterable[Item], sign: str = "") -> Item:
    """A product; signs and numbers of factors come to its front, products of the same kind are joined."""
    minus, flat = False, list[Item]()
    for factor in factors:
        if isinstance(factor, Sum) and len(factor.terms) == 1:
            minus, factor = not minus, factor.terms[0][1]
        if isinstance(factor, Product) and factor.sign == sign:
            flat += factor.factors
        else:
            flat.append(factor)
    numbers = [f for f in flat if is_number(f) and f != Number("1")]
    flat = [*numbers, *(f for f in flat if not is_number(f))] or [Number("1")]
    if len(flat) == 1:
        return negative(flat[0]) if minus else flat[0]
    whole = Product(_fenced(flat, sign), sign)
    return negative(whole) if minus else whole


def is_number(item: Item) -> bool:
    """Whether it is a number or a fraction of numbers."""
    return isinstance(item, Number) or (isinstance(item, Fraction) and is_number(item.over) and is_number(item.under))


def _fenced(factors: Sequence[Item], sign: str) -> tuple[Item, ...]:
    """Each factor in the brackets it needs: also those whose end is not marked, unless they come last, and
    numbers that are not first, which would be read as digits of the one before."""
    level = SPREAD + 1 if sign else MUL
    inner = [Fence(f) if f.is_open else inside(f, level) for f in factors[:-1]] + [inside(factors[-1], level)]
    return (inner[0], *(Fence(f) if _starts_with_number(f) else f for f in inner[1:]))


def _starts_with_number(item: Item) -> bool:
    return is_number(item) or (isinstance(item, Power) and is_number(item.base))


def power(base: Item, exponent: Item) -> Item:
    """A power; tanh² (x) for a power of a trigonometric function, as books write it."""
    if isinstance(base, Call) and isinstance(exponent, Number) and base.head in TRIGONOMETRIC:
        return Call(Power(base.head, exponent), base.arguments, base.shared)
    return Power(inside(base, ATOM), exponent)


def transposed(base: Item) -> Item:
    """A transpose; of a transpose, the thing itself, without the brackets that only the transpose needed."""
    if isinstance(base, Transposed):
        inner = base.base
        return inner.body if isinstance(inner, Fence) and inner.kind == "round" else inner
    return Transposed(inside(base, ATOM))


def quotient(over: Item, under: Item, linear: bool) -> Item:
    """A fraction, stacked or in one line."""
    if not linear:
        return Fraction(over, under)
    top = Fence(over) if over.level < MUL or isinstance(over, BigSum) else over
    return Ratio(top, inside(under, PREFIX))


def call(head: Item, *arguments: Item, shared: Iterable[Item] = ()) -> Item:
    """A function at its arguments."""
    return Call(head, arguments, tuple(shared))


def bare_call(head: Item, argument: Item) -> Item:
    """log x without brackets where x is one sign or a call, else log(x)."""
    simple = argument.level > PREFIX and not isinstance(argument, Fence)
    return Call(head, (argument,), bare=simple)
