"""Scalars and elementwise bodies: numbers, powers and functions of SymPy, as a person would set them.

A body is spelled out with its operands held in place, so scalars and tensors take the same path. Sums and
products of them are in `products`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Abs, Add, Expr, Function, Number, Pow, Rational, S, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.numbers import Exp1, Infinity, Pi
from sympy.printing.precedence import PRECEDENCE, precedence_traditional

from symrnn.tensor.declared import Declared
from symrnn.tensor.elementwise import Elementwise
from symrnn.tensor.prime import Prime
from symrnn.tensor.spelling import Held, ordered_terms, spell, split_sign
from symrnn.typeset import items
from symrnn.typeset.brackets import bare_call, call, negative, power, quotient, total, transposed
from symrnn.typeset.items import Fence, Foreign, Item, Positional, Primed, Root, Sign, Word
from symrnn.typeset.present import Presenter, present, turned
from symrnn.typeset.products import factors, holds_tensor

WORDS = {"sigmoid": "sigma"}  # functions that have a letter
PLAIN_FUNCTIONS = frozenset(
    [
        "tanh",
        "sinh",
        "cosh",
        "sin",
        "cos",
        "tan",
        "exp",
        "log",
        "sigmoid",
        "relu",
        "softplus",
        "step",
        "sign",
        "asin",
        "acos",
        "atan",
        "asinh",
        "acosh",
        "atanh",
        "erf",
    ]
)


@present.register(Elementwise)
def _(node: Elementwise, p: Presenter) -> Item:
    """The body, with the operands in place."""
    return p(spell(node))


@turned.register(Elementwise)
def _(node: Elementwise, p: Presenter) -> Item:
    return p.turned(spell(node))


@present.register(Held)
def _(held: Held, p: Presenter) -> Item:
    return p(held.operand)


@turned.register(Held)
def _(held: Held, p: Presenter) -> Item:
    return p.turned(held.operand)


@present.register(Number)
def _(number: Expr, p: Presenter) -> Item:
    if number.is_Integer and int(number) >= 0:
        return items.Number(str(int(number)))  # SymPy's own printer takes longer than all the rest
    if number.is_negative:
        return negative(p(-number))
    if isinstance(number, Rational) and number.q != 1:
        return quotient(items.Number(str(number.p)), items.Number(str(number.q)), p.linear)
    return Sign("infinity") if isinstance(number, Infinity) else items.Number(str(number))


@present.register(Pi)
def _(number: Expr, p: Presenter) -> Item:
    return Sign("pi")


@present.register(Exp1)
def _(number: Expr, p: Presenter) -> Item:
    return Sign("e")


@present.register(Symbol)
def _(symbol: Symbol, p: Presenter) -> Item:
    return p.symbol(symbol)


@turned.register(Pow)
@turned.register(Function)
def _(expr: Expr, p: Presenter) -> Item:
    return transposed(p(expr)) if holds_tensor(expr) else p(expr)


@present.register(Pow)
def _(expr: Expr, p: Presenter) -> Item:
    base, exponent = expr.args
    if exponent.is_number and exponent.is_negative:
        return factors([], [base ** (-exponent)]).drawn(p)
    if exponent == S.Half:
        root = p(base)
        return call(Word("sqrt"), root) if p.linear else Root(root)
    return power(p(base), p(exponent))


@present.register(Abs)
def _(expr: Expr, p: Presenter) -> Item:
    return Fence(p(expr.args[0]), "bars")


@present.register(Function)
def _(expr: Expr, p: Presenter) -> Item:
    """A function of SymPy that books write as a word; any other is left to SymPy's printer."""
    name = expr.func.__name__
    if name not in PLAIN_FUNCTIONS:
        return foreign(expr, p)
    if name == "log" and len(expr.args) == 1:
        return bare_call(Word("log"), p(expr.args[0]))
    head = p.name(WORDS[name]) if name in WORDS else Word(name)
    return call(head, *p.all(expr.args))


@present.register(Declared)
def _(expr: Expr, p: Presenter) -> Item:
    """Its value; that its derivative is declared shows where it is differentiated."""
    return p(expr.args[1](expr.args[0]))


@present.register(AppliedUndef)
def _(expr: Expr, p: Presenter) -> Item:
    return _applied(p.name(expr.func.__name__), expr.args, p)


@present.register(Prime)
def _(expr: Prime, p: Presenter) -> Item:
    head, orders = p.name(expr.application.func.__name__), expr.orders
    if len(orders) == 1:
        return _applied(Primed(head, orders[0]), expr.application.args, p)
    positions = tuple(i + 1 for i, k in enumerate(orders) for _ in range(k))
    return _applied(Positional(head, positions), expr.application.args, p)


def _applied(head: Item, arguments: Iterable[Any], p: Presenter) -> Item:
    data, shared = split(arguments)
    return applied(head, p.all(data), p.all(shared), p)


def applied(head: Item, data: tuple[Item, ...], shared: tuple[Item, ...], p: Presenter) -> Item:
    """A call of an unknown function, with the semicolon if the notation has one."""
    if p.notation.semicolon and data:
        return call(head, *data, shared=shared)
    return call(head, *data, *shared)


def split(arguments: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Arguments before and after the semicolon: parameters, where they come last."""
    data = list(arguments)
    cut = len(data)
    while cut and getattr(data[cut - 1], "is_shared", False):
        cut -= 1
    return data[:cut], data[cut:]


def tight(expr: Expr, p: Presenter) -> Item:
    """A time: an integer expression without spaces, what is positive first."""
    if not isinstance(expr, Add):
        return p(expr)
    terms = [split_sign(term) for term in ordered_terms(expr)]
    return total(
        [(minus, p(rest)) for minus, rest in sorted(terms, key=lambda pair: pair[0] and not pair[1].is_Number)],
        tight=True,
    )


def foreign(expr: Expr, p: Presenter) -> Item:
    """A scalar left to SymPy's printer, which asks us for the nodes inside."""
    binding = precedence_traditional(expr)
    for limit, level in (
        (PRECEDENCE["Mul"], items.ADD),
        (PRECEDENCE["Pow"], items.MUL),
        (PRECEDENCE["Atom"], items.PREFIX),
    ):
        if binding < limit:
            return Foreign(expr, p, level)
    return Foreign(expr, p, items.RAISED)
