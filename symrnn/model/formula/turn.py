"""Formulas in which vectors are rows, as in code: `h W + x U`. Turned, they are the same in columns.

A vector is (1, n) there and a matrix letter stands for the array on the right of a row, so the turned formula is the
transpose of what was typed: factors change sides, everything entry by entry stays.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import SCALAR, Size, Term


def in_rows(table: Symbols) -> Symbols:
    """The same names with the shapes they have where vectors are rows."""
    sizes = MappingProxyType({name: _flipped(size) for name, size in table.sizes.items()})
    functions = {name: _flipped(size) if isinstance(size, tuple) else size for name, size in table.functions.items()}
    return replace(table, sizes=sizes, functions=MappingProxyType(functions))


def _flipped(size: Size) -> Size:
    return None if size is None else (size[1], size[0])


def turned(term: Term) -> Term:
    """The term in columns that says the same as a term in rows."""
    parts = tuple(map(turned, term.parts))
    if term.head == "mul":
        parts = (*(p for p in parts if p.size == SCALAR), *(p for p in reversed(parts) if p.size != SCALAR))
    return replace(term, parts=parts, size=_flipped(term.size))
