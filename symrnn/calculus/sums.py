"""Sums over time: their order over a triangle of times, what is pulled into them, what is changed inside them.

    sum over t = a..b of sum over k = t..b   is   sum over k = a..b of sum over t = a..k,

and the same with t and k in each other's place: both run over the pairs a <= t <= k <= b.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symrnn.calculus.moves import Stuck
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.binding import outermost


def exchanged(double: Any) -> Any:
    """A double sum over a triangle in the other order; `Stuck` when its range is none.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from symrnn import Sequence, t, tau, time_sum
    >>> from symrnn.calculus.sums import exchanged
    >>> k, s = Symbol("k", integer=True), Sequence("s")
    >>> exchanged(time_sum(time_sum(s[t] * s[k], (k, t, tau))))
    time_sum(time_sum(s[k]*s[t], (t, 1, k)), (k, 1, tau))
    """
    if not isinstance(double, TimeSum) or not isinstance(double.body, TimeSum):
        raise Stuck(f"{double} is not a sum of sums")
    inner, outer, first, last = double.body, double.index, double.lower, double.upper
    if inner.index == outer:
        inner = inner._avoiding({outer})
    k = inner.index
    if (inner.lower, inner.upper) == (outer, last):
        return time_sum(time_sum(inner.body, (outer, first, k)), (k, first, last))
    if (inner.lower, inner.upper) == (first, outer):
        return time_sum(time_sum(inner.body, (outer, k, last)), (k, first, last))
    raise Stuck(f"{outer} = {first}..{last}, {k} = {inner.lower}..{inner.upper} is not a triangle")


def sum_in_sum(expr: Any) -> list[Any]:
    """The double sums over a triangle in an expression, in a fixed order."""
    found = []
    for s in sorted(expr.atoms(TimeSum), key=str):
        try:
            exchanged(s)
        except Stuck:
            continue
        found.append(s)
    return found


def all_exchanged(expr: Any) -> Any | None:
    """An expression with every double sum over a triangle in the other order; None when there is none."""
    doubles = sum_in_sum(expr)
    return expr.xreplace({s: exchanged(s) for s in doubles}) if doubles else None


def pulled_in(expr: Any, leaf: Any, whole: Any) -> Any:
    """An expression linear in a leaf, with a sum over time in its place: the sum of the expression's values."""
    if not isinstance(whole, TimeSum):
        return expr.xreplace({leaf: whole})
    index = whole.index
    if index in expr.free_symbols:
        whole = whole._avoiding(expr.free_symbols)
    return time_sum(expr.xreplace({leaf: whole.body}), (whole.index, whole.lower, whole.upper))


def everywhere(expr: Any, change: Callable[[Any], Any]) -> Any:
    """An expression changed inside its sums and products over time, the innermost first, and then outside."""
    rule = {s: s._rebuilt(everywhere(s.body, change), *s.args[1:4]) for s in outermost(expr)}
    return change(expr.xreplace(rule) if rule else expr)
