"""A table in which all dimensions are one: an ill-shaped formula can be followed there, to see what was meant."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import Size

SIDE = "n"


@lru_cache(maxsize=64)
def in_squares(table: Symbols) -> Symbols:
    """The same names with every dimension called n."""
    sizes = {name: _square(size) for name, size in table.sizes.items()}
    functions: dict[str, Any] = {
        name: _square(size) if isinstance(size, tuple) else size for name, size in table.functions.items()
    }
    return replace(
        table,
        sizes=MappingProxyType(sizes),
        functions=MappingProxyType(functions),
        dims=frozenset({SIDE}),
        objects=MappingProxyType({}),
    )


def _square(size: Size) -> Size:
    return None if size is None else tuple(1 if d == 1 else SIDE for d in size)  # type: ignore[return-value]
