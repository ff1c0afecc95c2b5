"""Time: the index t, the symbolic last time tau, and integer comparisons that are decided or left open.

A time is an integer expression; anything else, a user's own plain `Symbol("t")` included, is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sympy import Basic, Expr, Integer, Symbol, expand

from symrnn.errors import Undefined

t = Symbol("t", integer=True)
tau = Symbol("tau", integer=True, positive=True)


def as_time(time: object, owner: str) -> Expr:
    """An integer time: an int, or an integer expression in t, tau and other integer symbols."""
    if isinstance(time, bool) or not isinstance(time, int | Expr):
        raise Undefined(
            f"{owner}[{time!r}]: a time is an integer or built from symrnn.t and symrnn.tau",
            repair=f"write  {owner}[t],  {owner}[t - 1]  or  {owner}[3]",
        )
    expr = Integer(time) if isinstance(time, int) else time
    for symbol in expr.free_symbols:
        if isinstance(symbol, Symbol) and not symbol.is_integer:
            raise Undefined(
                f"{owner}[{time}]: the symbol {symbol} is not an integer"
                + (", so it is not symrnn's t" if symbol.name == "t" else ""),
                law="time is counted in whole steps",
                repair="from symrnn import t, tau",
            )
    if not expr.is_integer:
        raise Undefined(
            f"{owner}[{time}]: {time} is not an integer",
            law="time is counted in whole steps",
            repair=f"write  {owner}[t],  {owner}[t - 1]  or  {owner}[3]",
        )
    return expr


@lru_cache(maxsize=4096)  # times are few, and the same in most models
def difference(a: Expr, b: Expr) -> Expr:
    """a - b, for times."""
    found = a - b
    return found if found.is_Integer or found.is_Symbol else expand(found)


@lru_cache(maxsize=4096)
def moved(time: Expr, by: Expr | int) -> Expr:
    """A time some steps later."""
    return time + by


def offset_from(time: Expr, index: Symbol) -> int | None:
    """The number l for which `time` is `index + l`, or None when it is not of this form."""
    if time == index:
        return 0
    offset = difference(time, index)
    return int(offset) if offset.is_Integer else None


def fresh_index(used: Iterable[Basic], preferred: str = "t") -> Symbol:
    """An integer symbol that is not among those used, chosen in a fixed order."""
    taken = {s.name for s in used if isinstance(s, Symbol)}
    for name in (preferred, "k", "j", "i", "l", "r"):
        if name not in taken:
            return t if name == "t" else Symbol(name, integer=True)
    return Symbol(next(f"k_{i}" for i in range(1, 10_000) if f"k_{i}" not in taken), integer=True)
