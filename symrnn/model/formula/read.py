"""`read`: a formula as people type it, as a term with shapes, as an expression of the package, and echoed back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symrnn.model.formula.build import Builder
from symrnn.model.formula.display import displayed
from symrnn.model.formula.echo import echo, echoed_conditions
from symrnn.model.formula.fault import Page
from symrnn.model.formula.flat import flat
from symrnn.model.formula.limits import check_depth
from symrnn.model.formula.lower import lower
from symrnn.model.formula.marks import Marker
from symrnn.model.formula.parse import parse
from symrnn.model.formula.signs import Sign, page_of, signs
from symrnn.model.formula.sizes import shown
from symrnn.model.formula.symbols import Symbols, as_symbols, noted
from symrnn.model.formula.term import Term, sexpr
from symrnn.model.formula.turn import in_rows, turned
from symrnn.model.formula.where import conditions, parted


@dataclass(frozen=True)
class Reading:
    """A formula that was read; two readings are equal when they say the same in the same order.

    Attributes
    ----------
    text
        What was typed.
    sexpr
        Its prefix form: `(mul (transpose W) (at delta (add t 1)))`.
    latex
        What it was read as, for the person who typed it.
    expr
        The expression of the package; raises `Unsupported` for what has none, such as a Jacobian that is only named.
    shape
        "a scalar", "a vector of n", "a n x m matrix".
    where
        What was typed behind it of its times, as comparisons: of `..., t = 1, ..., tau` that 1 <= t and t <= tau.
    """

    text: str = field(compare=False)
    term: Term = field(repr=False)
    symbols: Symbols = field(repr=False, compare=False)
    where: tuple[Term, ...] = ()

    @property
    def sexpr(self) -> str:
        """The prefix form."""
        return sexpr(self.term)

    @property
    def latex(self) -> str:
        """What it was read as, as LaTeX."""
        return echo(self.term) + echoed_conditions(self.where)

    @property
    def shape(self) -> str:
        """Its shape, in words."""
        return shown(self.term.size)

    @cached_property
    def expr(self) -> Any:
        """The expression of the package."""
        return lower(self.term, self.symbols)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


def read(text: str, symbols: object, notation: Any = None) -> Reading:
    r"""A formula as a person types it, in LaTeX, Unicode or plain letters.

    Parameters
    ----------
    text
        One formula of at most 4,000 signs.
    symbols
        A model, or a table of declared names: a mapping with the keys dims, sequences, parameters, functions,
        indices and length, whose shapes are lists of dimensions. What is not declared is not read.
    notation
        The `Notation` of the text, if it renames things or has vectors as rows; the term is in columns all the same.

    Returns
    -------
    Reading
        With `.sexpr`, `.latex`, `.shape` and `.expr`.

    Raises
    ------
    ReadError
        With the place, a repair, and a `kind`: unbalanced, undeclared, ambiguous, shape, forbidden, limit, charset,
        syntax or unsupported.

    Examples
    --------
    >>> import symrnn as sr
    >>> found = sr.read(r"W^\top \operatorname{diag}(1-h_{t+1}^2)\, \nabla_{h_{t+1}} L", sr.models.elman())
    >>> found.expr, found.shape
    (W.T @ ((1 - h[t + 1]**2)*nabla(h[t + 1])), 'a vector of n')
    >>> sr.read("s^{(3)}", {"sequences": {"s": []}}).sexpr
    '(at s 3)'
    """
    table = as_symbols(symbols)
    page = page_of(text)
    rows = getattr(notation, "vectors", "columns") == "rows"
    typed = noted(in_rows(table) if rows else table, notation)
    try:
        term, where = _parts(page, typed)
        return Reading(text, turned(term) if rows else term, table, where)
    except RecursionError:
        raise page.fault("limit", 0, "this is nested too deep", repair="name its parts") from None


def _parts(page: Page, table: Symbols) -> tuple[Term, tuple[Term, ...]]:
    """The formula, and the conditions behind it."""
    found, behind = parted(page, table, displayed(page, flat(page, signs(page), table.spellings)))
    bound = _bound(found, table)

    def build(part: list[Sign]) -> Term:
        term = Builder(page, table).build(parse(page, Marker(page, table, part, bound).words()))
        check_depth(page, term)
        return term

    term = build(found)
    return term, conditions(page, behind, term, build) if behind else ()


def _bound(found: list[Sign], table: Symbols) -> frozenset[str]:
    """Letters that a sum or product binds, where they have no other meaning."""
    letters = {
        sign.text
        for before, sign, after in zip(found, found[1:], found[2:], strict=False)
        if sign.kind == "WORD" and len(sign.text) == 1 and before.text == "{" and after.text == "="
    }
    return frozenset(letters - table.kinds.keys() - table.dims)
