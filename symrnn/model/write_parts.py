"""What the writer of expressions recognises: fractions and decimals, means, losses by their names, whole numbers."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Integer, Rational, Symbol

from symrnn.errors import Unsupported
from symrnn.model.given import Given
from symrnn.tensor import binders, linear
from symrnn.tensor.elementwise import Elementwise, placeholder
from symrnn.tensor.node import Tensor
from symrnn.tensor.spelling import Held, split_fraction


def blackboard(x: Expr) -> int:
    """Numbers first, then shared values and sizes, then what varies: `2 w s[t-1]`."""
    return 0 if x.is_Number else 1 if isinstance(x, Given | Symbol) else 2


def bare(x: Any) -> Any:
    """What a held place holds, anything else itself."""
    return x.operand if isinstance(x, Held) else x


def fraction(x: Expr) -> tuple[list[Any], list[Any]]:
    """Factors above and below the line; a short decimal stays one number."""
    coefficient, rest = x.as_coeff_Mul()
    if isinstance(coefficient, Rational) and coefficient.q not in (1, 2) and decimal(coefficient):
        above, below = split_fraction(rest) if rest != 1 else ([], [])
        return [coefficient, *above], below
    above, below = split_fraction(x)
    return [f for f in above if f != 1], below


def decimal(x: Rational) -> str:
    """The decimal of a rational number with at most six places, else nothing."""
    scaled = x * 10**6
    if not scaled.is_Integer or x.p >= 10**6:
        return ""
    whole, part = divmod(int(scaled), 10**6)
    return f"{whole}.{part:06d}".rstrip("0")


def mean(x: Expr) -> Any:
    """The sum over time of a mean over time."""
    if len(x.args) != 2 or not x.is_Mul:
        return None
    sums = [a for a in map(bare, x.args) if isinstance(a, binders.TimeSum)]
    if len(sums) == 1:
        other = next(a for a in x.args if bare(a) is not sums[0])
        count = sums[0].upper - sums[0].lower + 1
        return sums[0] if not count.is_Number and other == 1 / count else None
    return None


def known_loss(x: Expr) -> tuple[str, Any, Any] | None:
    """Half a squared distance, or a cross-entropy, by its name; with what it compares."""
    coefficient, rest = x.as_coeff_Mul()
    rest = bare(rest)
    if not isinstance(rest, linear.Dot):
        return None
    left, right = rest.args
    if coefficient == Rational(1, 2) and left == right and isinstance(left, Elementwise) and len(left.operands) == 2:
        a, b = left.operands
        if isinstance(a, Tensor) and isinstance(b, Tensor) and a - b == left:
            return "squared_error", a, b
    if coefficient == -1 and isinstance(right, Elementwise) and right.body == sympy.log(placeholder(0)):
        return "cross_entropy", right.operands[0], left
    return None


def integer(x: Expr, space: str = " ") -> str:
    """A time or a size: `t-1`, `2 n + m`."""
    constant, rest = x.as_coeff_Add()
    terms = sorted(sympy.Add.make_args(rest), key=str) if rest != 0 else []
    if constant != 0 or not terms:
        terms.append(constant)
    text = ""
    for term in terms:
        minus, positive = (True, -term) if term.as_coeff_Mul()[0].is_negative else (False, term)
        sign = f"{space}{'-' if minus else '+'}{space}" if text else "-" * minus
        text += sign + _integer_term(positive, space)
    return text


def _integer_term(x: Expr, space: str) -> str:
    parts: list[str] = []
    for factor in sympy.Mul.make_args(x):
        base, exponent = factor.as_base_exp()
        if not isinstance(base, Symbol | Integer) and not base.is_Add:
            raise Unsupported(f"a model file has no spelling for the size {x}", repair="give it a name of its own")
        text = f"({integer(base)})" if base.is_Add else str(base)
        parts.append(text if exponent == 1 else f"{text}^{exponent}")
    return " ".join(sorted(parts, key="x".__ne__))  # between two sizes an x means `by`
