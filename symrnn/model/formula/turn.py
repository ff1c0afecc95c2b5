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
    return replace(table, sizes=sizes, functions=MappingProxyType(functions), rows=True)


def _flipped(size: Size) -> Size:
    return None if size is None else (size[1], size[0])


def turned(term: Term) -> Term:
    """The term in columns that says the same as a term in rows."""
    parts = tuple(map(turned, term.parts))
    if term.head == "mul":
        parts = _other_way(parts)
    return replace(term, parts=parts, size=_flipped(term.size))


def _other_way(parts: tuple[Term, ...]) -> tuple[Term, ...]:
    """Turned factors from right to left; scalars, also a row times a column, stay before the rest."""
    before = [part for part in parts if part.size == SCALAR]
    run: list[Term] = []
    for part in parts:
        if part.size == SCALAR:
            continue
        run.append(part)
        first, last = run[0].size, part.size
        if len(run) > 1 and first is not None and last is not None and (last[0], first[1]) == SCALAR:
            before, run = [*before, *reversed(run)], []
    return (*before, *reversed(run))
