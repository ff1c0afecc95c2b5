"""Products of equal factors as powers: what makes a linear recurrence's solution a formula in t.

w ... w, from k + 1 to t, is w^(t - k); a sum of equal terms is their number times one of them.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, Pow

from symrnn.calculus.sums import everywhere
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.elementwise import scaled
from symrnn.tensor.node import shape_of
from symrnn.tensor.products import TimeProduct, matrix_power


def equal_factors(product: Any) -> bool:
    """Whether every factor of a product is the same."""
    return product.index not in product.body.free_symbols


def power_of(product: Any) -> Any:
    """The power that a product of equal factors is; its range must have no fewer than zero times."""
    count: Expr = product.upper - product.lower + 1
    return matrix_power(product.body, count) if shape_of(product) else Pow(product.body, count)


def with_powers(expr: Any) -> Any:
    """An expression with its products of equal factors as powers, and its sums of equal terms as multiples."""
    return everywhere(expr, _with_powers)


def _with_powers(expr: Any) -> Any:
    rule = {p: power_of(p) for p in expr.atoms(TimeProduct) if equal_factors(p)}
    expr = expr.xreplace(rule) if rule else expr
    rule = {m: joined_powers(m) for m in expr.atoms(Mul) if sum(f.is_Pow for f in m.args) > 1}
    expr = expr.xreplace(rule) if rule else expr
    rule = {s: _multiple(s) for s in expr.atoms(TimeSum) if s.index not in s.body.free_symbols}
    return expr.xreplace(rule) if rule else expr


def joined_powers(product: Any) -> Any:
    """w^a w^b as w^(a + b): SymPy leaves exponents with symbols apart."""
    exponents: dict[Any, list[Expr]] = {}
    for factor in product.args:
        base, exponent = factor.as_base_exp()
        exponents.setdefault(base, []).append(exponent)
    return Mul(*(Pow(base, Add(*parts)) for base, parts in exponents.items()))


def _multiple(s: Any) -> Any:
    count: Expr = s.upper - s.lower + 1
    return scaled(count, s.body)
