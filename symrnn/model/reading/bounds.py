"""Bounds on numbers, before any arithmetic: nothing in a text can make SymPy compute for long.

A number has few digits, an exponent is small, and an exponential of bare numbers is not put inside another function,
since SymPy would evaluate it to decide its sign.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Number, Rational, cosh, exp, sinh

from symrnn.errors import TooLarge, Undefined, Unsupported
from symrnn.tensor import Elementwise, Full

MOST_DIGITS = 400  # of the result of a power
MOST_SQUARED = 100  # of what may be squared
MOST_EXPONENT = 10_000
MOST_IN_A_STATEMENT = 2000


def scalar_part(x: Any) -> Expr:
    """The scalar expression in which a value's numbers stand."""
    if isinstance(x, Elementwise):
        return x.body
    return x.value if isinstance(x, Full) else x


def digits(x: Any) -> int:
    """The digits of the number in front of a value."""
    expr = scalar_part(x)
    if not isinstance(expr, Expr):
        return 0
    number = expr.as_coeff_Mul()[0]
    return max(abs(number.p), number.q).bit_length() * 3 // 10 if isinstance(number, Rational) else 0


def check_power(base: Any, exponent: Any) -> int:
    """Refuse a power that would be a huge number; the digits it has."""
    expr = scalar_part(base)
    bare = isinstance(expr, Expr) and not expr.free_symbols
    if not isinstance(exponent, Number):
        if bare and isinstance(exponent, Expr) and not exponent.free_symbols:
            raise Unsupported(f"{base} to the power {exponent}", repair="give the number a name and declare it")
        return 0
    if not isinstance(exponent, Rational) or abs(exponent) > MOST_EXPONENT:
        raise TooLarge(f"an exponent is a rational number of at most {MOST_EXPONENT}")
    if bare and expr.is_zero and exponent.is_negative:
        raise Undefined("this divides by zero")
    inner = expr.as_base_exp()[1] if isinstance(expr, Expr) else 1
    if isinstance(inner, Rational) and abs(inner * exponent) > MOST_EXPONENT:
        raise TooLarge(f"the exponents multiply to more than {MOST_EXPONENT}")
    result = digits(base) * (int(abs(exponent)) + 1)
    if result > MOST_DIGITS:
        raise TooLarge(f"this power has more than {MOST_DIGITS} digits")
    return result


def check_arguments(arguments: list[Any]) -> None:
    """Refuse bare numbers that are too long, or themselves functions of numbers, as arguments."""
    for x in arguments:
        if digits(x) > MOST_SQUARED:
            raise TooLarge(f"a number in an argument has more than {MOST_SQUARED} digits")
        expr = scalar_part(x)
        if isinstance(expr, Expr) and not expr.free_symbols and expr.has(exp, sinh, cosh):
            raise Unsupported(
                f"{expr} inside another function",
                law="an exponential of a bare number is not an argument",
                repair="write the number it has, or declare a parameter for it",
            )
