"""How much an agreement at random points proves: the degree of a formula, and at how many times it is looked at."""

from __future__ import annotations

from fractions import Fraction

from symrnn.model.formula.limits import value
from symrnn.model.formula.term import Term
from symrnn.tensor.numbers import PRIME

STEEP = 4  # the degree that a power such as 2^tau counts as
_KINKED = frozenset({"max", "min", "relu", "step", "sign"})


def degree(term: Term, last: int) -> int:
    """A bound on the degree of a term in the entries and the values of its functions."""
    inner = [degree(part, last) for part in term.parts]
    if term.head in {"mul", "hadamard", "dot", "div"}:
        return sum(inner)
    if term.head in {"pow", "matpow"}:
        return inner[0] * max(12, abs(value(term.parts[1]) or 0))
    if term.head in {"prod", "prod_dec"}:
        return inner[2] * (last + 1)
    return max(inner, default=1)


def turns(term: Term) -> int:
    """The degree of a term in tau and its indices as numbers: so often it may vanish at times, and not be zero."""
    if term.head in {"length", "index"}:
        return 1
    inner = [turns(part) for part in term.parts]
    if term.head in {"at", "comp"}:
        return max(_bent(inner[1:]), inner[0])
    if term.head in {"sum", "prod", "prod_dec"}:
        return max(_bent(inner[:2]), inner[2])
    if term.head in {"pow", "matpow"}:
        grows = inner[1] and value(term.parts[0]) is not None  # 2^tau, as no polynomial does
        return STEEP if grows else max(_bent(inner[1:]), inner[0] * abs(value(term.parts[1]) or 1))
    return sum(inner) if term.head in {"mul", "hadamard", "div"} else max(inner, default=0)


def _bent(degrees: list[int]) -> int:
    """Of times and bounds: a straight one such as t-1 differs from another at all times but one."""
    return max((d for d in degrees if d > 1), default=0)


def beyond_field(term: Term) -> bool:
    """Whether a number is written that the field takes for a smaller one."""
    return any(part.head in {"number", "mul", "add", "pow"} and _height(part) >= PRIME for part in term.walk())


def _height(term: Term) -> int:
    if term.head != "number":
        return abs(value(term) or 0)
    number = Fraction(term.text)
    return max(abs(number.numerator), number.denominator)


def reach(term: Term) -> int:
    """How far from zero numbers must lie to be on both sides of those that they are compared with."""
    compared = [part for part in term.walk() if part.head in {"indicator", "case"} or _is_kinked(part)]
    numbers = [value(part) or 0 for one in compared for part in one.walk()]
    return max(1, *(4 * min(abs(x), 100) for x in numbers)) if numbers else 1


def _is_kinked(term: Term) -> bool:
    return term.head == "apply" and term.parts[0].text in _KINKED
