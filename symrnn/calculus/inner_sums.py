"""The order of two sums over time exchanged: what an inner sum's terms receive, summed over the outer index.

The pairs of times are the same, read by columns instead of rows: over a triangle k <= t, the terms at k
are met by all later t.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Max, Min, Symbol

from symrnn.errors import Unsupported
from symrnn.tensor.binders import time_sum
from symrnn.tensor.time import offset_from

Binder = tuple[Symbol, Expr, Expr]


def exchanged(part: Any, inner: Binder, outer: Binder) -> tuple[Any, Binder]:
    """The sum of `part` over the outer index, for each value of the inner one, and the range of that.

    Each end of the inner range is fixed, or the outer index plus a number.

    Raises
    ------
    Unsupported
        For other ends.

    Examples
    --------
    >>> from sympy import Integer
    >>> from symrnn import Sequence, t, tau
    >>> from symrnn.tensor.time import fresh_index
    >>> k, s = fresh_index({t}, "k"), Sequence("s")
    >>> exchanged(s[t], (k, Integer(1), t), (t, Integer(1), tau))  # pairs 1 <= k <= t <= tau
    (time_sum(s[t], (t, k, tau)), (k, 1, tau))
    """
    index, first, last = outer
    inside, *ends = inner
    low, high = (_offset(end, index, inner) for end in ends)
    lower, upper = (
        end if offset is None else edge + offset
        for end, offset, edge in zip(ends, (low, high), (first, last), strict=True)
    )
    start, stop = first, last
    if high is not None:  # inside <= index + high
        start = inside - high if (lower - high - first).is_nonnegative else _larger(first, inside - high)
    if low is not None:  # index + low <= inside
        stop = inside - low if (last - upper + low).is_nonnegative else _smaller(last, inside - low)
    return time_sum(part, (index, start, stop)), (inside, lower, upper)


def _offset(end: Expr, index: Symbol, inner: Binder) -> int | None:
    """How far an end lies from the outer index, None where it is fixed."""
    if index not in end.free_symbols:
        return None
    offset = offset_from(end, index)
    if offset is None:
        raise Unsupported(
            f"the sum over {inner[0]} = {inner[1]}..{inner[2]} ends at {end}, which is not {index} plus a number",
            law="sums are exchanged over ranges whose ends are fixed, or the outer index plus a number",
            repair=f"name the inner sum by a sequence of its own, with ends such as 1 and {index}",
        )
    return offset


def _larger(a: Expr, b: Expr) -> Expr:
    return b if (b - a).is_nonnegative else a if (a - b).is_nonnegative else Max(a, b)


def _smaller(a: Expr, b: Expr) -> Expr:
    return a if (b - a).is_nonnegative else b if (a - b).is_nonnegative else Min(a, b)
