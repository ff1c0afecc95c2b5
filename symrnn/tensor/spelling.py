"""How an elementwise node is spelled out for a reader: operands put back, in the author's order.

Every printer uses this, so that all of them agree on what comes first. Presentation only: nothing here
is ever compared, differentiated or evaluated.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Function, Integer, Mul, Pow
from sympy.core.add import Add
from sympy.printing.precedence import PRECEDENCE

from symrnn.tensor.elementwise import Elementwise, placeholder


class Held(Expr):
    """An operand standing in a body: SymPy prints around it, our printers print it."""

    __slots__ = ()
    is_commutative = True
    is_real = True
    is_symbol = True
    precedence = PRECEDENCE["Atom"]

    def __new__(cls, operand: Any, position: object) -> Held:
        return Expr.__new__(cls, operand, Integer(position))

    operand = property(lambda self: self.args[0])
    position = property(lambda self: int(self.args[1]))

    @property
    def free_symbols(self) -> set[Basic]:
        return {self}


def spell(node: Elementwise) -> Expr:
    """The body with its operands held in place."""
    return _held(node.body, {placeholder(i): Held(x, i) for i, x in enumerate(node.operands)})


def spell_entry(node: Elementwise) -> Expr:
    """The body with a place for one entry of each operand, `place_of` its number, so that it reads as a scalar."""
    return _held(node.body, {placeholder(i): place_of(i) for i in range(len(node.operands))})


def place_of(position: int) -> Held:
    """Where one entry of an operand stands in what `spell_entry` makes."""
    return Held(placeholder(position), position)


def _held(expr: Any, operands: dict[Expr, Held]) -> Any:
    """`expr` rebuilt around its operands without evaluating anew: SymPy's questions about each argument are slow."""
    if expr in operands:
        return operands[expr]
    inner = [_held(x, operands) for x in expr.args]
    if all(new is old for new, old in zip(inner, expr.args, strict=True)):
        return expr
    if isinstance(expr, Add | Mul):
        return expr.func._from_args(inner, is_commutative=True)
    return expr.func(*inner, evaluate=False) if isinstance(expr, Function | Pow) else expr.func(*inner)


def held_in(expr: Any) -> list[Held]:
    """The operands that stand in a body, in no particular order; what is inside them is not entered."""
    if isinstance(expr, Held):
        return [expr]
    return [held for x in expr.args for held in held_in(x)]


def _first_places(expr: Expr) -> tuple[int, ...]:
    return tuple(sorted({held.position for held in held_in(expr)}))


def ordered_terms(expr: Expr) -> list[Expr]:
    """The terms of a sum in the author's order: numbers first, then by the operands they hold."""
    if not isinstance(expr, Add):
        return [expr]
    if not held_in(expr):
        return list(expr.as_ordered_terms())
    return sorted(expr.args, key=_first_places)


def ordered_factors(term: Expr) -> list[Expr]:
    """The factors of a product in the author's order: numbers first, then by the operands they hold."""
    if not isinstance(term, Mul):
        return [term]
    if not held_in(term):
        return list(term.as_ordered_factors())
    return sorted(term.args, key=lambda f: (_first_places(f), f.is_Add))


def split_sign(term: Expr) -> tuple[bool, Expr]:
    """Whether a term carries a minus sign, and the term without it."""
    return (True, -term) if term.could_extract_minus_sign() and term.as_coeff_Mul()[0].is_negative else (False, term)


def split_fraction(term: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the fraction line, each in the author's order."""
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in ordered_factors(term):
        base, power = factor.as_base_exp()
        if power.is_number and power.is_negative:
            below.append(base ** (-power))
        elif factor.is_Rational and factor.q != 1:
            below.append(Integer(factor.q))
            if factor.p != 1:
                above.append(Integer(factor.p))
        else:
            above.append(factor)
    return above, below
