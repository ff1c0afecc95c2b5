"""Last times: the symbol tau of most models, or several, such as tau_x and tau_y of an encoder and a decoder.

A last time that is a number is an int where a model has one length, else pairs (symbol, int); both are
hashable and mean the same everywhere in the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

from sympy import Basic, Integer, Symbol

from symrnn.errors import Undefined, Unsupported
from symrnn.model import Recurrence
from symrnn.tensor.time import tau

Last = int | tuple[tuple[Symbol, int], ...]


def last_time(last: object) -> int:
    """A last time as a positive number, or our error."""
    if isinstance(last, Symbol) or last is None:
        raise Unsupported(
            "an unfolded graph needs a number for tau",
            repair="unroll(model, tau=3); for symbolic tau use bptt(model)",
        )
    if isinstance(last, bool) or not isinstance(last, Integral | Integer) or int(last) < 1:
        raise Undefined(f"tau={last!r}: the last time must be an integer, at least 1", repair="for instance tau=3")
    return int(last)


def checked_last(model: Recurrence, last: Any) -> Last:
    """A last time for each length of the model, checked: an int, or a mapping where there are several."""
    symbols = model.lengths
    if isinstance(last, tuple):
        last = dict(last)
    if isinstance(last, Mapping):
        for s in last:
            if s not in symbols:
                raise Undefined(f"{s} is not a last time of {model.title.name}", repair=f"one of {_listed(symbols)}")
        pairs = tuple((s, last_time(last.get(s))) for s in symbols)
        return pairs[0][1] if len(pairs) == 1 else pairs
    if len(symbols) > 1:
        example = ", ".join(f"{s}: {3 + i}" for i, s in enumerate(symbols))
        raise Undefined(
            f"tau={last}: {model.title.name} has the last times {_listed(symbols)}", repair=f"tau={{{example}}}"
        )
    return last_time(last)


def _listed(symbols: tuple[Symbol, ...]) -> str:
    return ", ".join(str(s) for s in symbols)


def rule_of(model: Recurrence, last: Last) -> dict[Basic, Basic]:
    """The substitution that gives every last time its number."""
    if isinstance(last, int):
        return {s: Integer(last) for s in model.lengths or (tau,)}
    return {s: Integer(size) for s, size in last}


def numbers_of(last: Last) -> list[int]:
    """The last times as numbers."""
    return [last] if isinstance(last, int) else [size for _, size in last]


def spread(model: Recurrence, first: int, count: int) -> list[Last]:
    """Some last times from `first` on; different ones for different lengths."""
    symbols = model.lengths
    if len(symbols) == 1:
        return list(range(first, first + count))
    return [tuple((s, first + (i + 2 * j) % count) for j, s in enumerate(symbols)) for i in range(count)]
