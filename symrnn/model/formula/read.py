"""`read`: a formula as people type it, as a term with shapes, as an expression of the package, and echoed back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symrnn.errors import ReadError
from symrnn.model.formula.build import Builder
from symrnn.model.formula.fault import Page
from symrnn.model.formula.flat import flat
from symrnn.model.formula.marks import Marker
from symrnn.model.formula.parse import parse
from symrnn.model.formula.signs import Sign, page_of, signs
from symrnn.model.formula.symbols import Symbols, as_symbols
from symrnn.model.formula.term import Term, sexpr

_BINDS = re.compile("[ₜₖᵢⱼₗₛᵣₘₙₚ]₌")


@dataclass(frozen=True)
class Reading:
    """A formula that was read.

    Two readings are equal when their terms are; a reading equals an expression when its `.expr` does.
    """

    text: str = field(compare=False)
    term: Term = field(repr=False)
    symbols: Symbols = field(repr=False, compare=False)

    @property
    def sexpr(self) -> str:
        """The prefix form."""
        return sexpr(self.term)


def read(text: str, symbols: object) -> Reading:
    """A formula as a person types it."""
    table = as_symbols(symbols)
    page = page_of(text)
    try:
        return Reading(text, _term(page, table), table)
    except RecursionError:
        raise page.fault("limit", 0, "this is nested too deep", repair="name its parts") from None


def _term(page: Page, table: Symbols) -> Term:
    found = flat(page, signs(page))
    bound = _bound(found, table)
    words = Marker(page, table, found, bound).words()
    return Builder(page, table).build(parse(page, words))


def _bound(found: list[Sign], table: Symbols) -> frozenset[str]:
    """Letters that a sum or product binds, where they have no other meaning."""
    letters = {
        sign.text
        for before, sign, after in zip(found, found[1:], found[2:], strict=False)
        if sign.kind == "WORD" and len(sign.text) == 1 and before.text == "{" and after.text == "="
    }
    return frozenset(letters - table.kinds.keys() - table.dims)
