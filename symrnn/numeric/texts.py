"""Pieces of generated text: a text with its leading axes, integer expressions, and where names come from.

Leading axes stand first and align from the right, so one text serves a single example and a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sympy import Expr, Symbol
from sympy.printing.pycode import PythonCodePrinter

from symrnn.errors import Unsupported
from symrnn.numeric.dialects import NUMPY, Dialect
from symrnn.numeric.horizon import Horizon

ALONE, EXAMPLE, TIME = 0, 1, 2  # leading axes: none; the batch, if there is one; time and then the batch


class Code(NamedTuple):
    """A text, its leading axes, and whether it binds as tightly as a name."""

    text: str
    lead: int
    tight: bool = True

    @property
    def atom(self) -> str:
        """The text, in brackets if it needs them."""
        return self.text if self.tight else f"({self.text})"

    def widened(self, axes: int) -> str:
        """An atomic text with trailing axes added, so that a scalar stands for a whole tensor."""
        if not axes or self.lead == ALONE:
            return self.atom
        return f"{self.atom}[..., {', '.join(['None'] * axes)}]"


class Stack(NamedTuple):
    """The index stands for a whole time axis, first..last."""

    index: Symbol
    first: Expr
    last: Expr


class Ends(PythonCodePrinter):
    """Integer expressions in last times, dimensions and indices."""

    def __init__(self, text_of: Callable[[Symbol], str]) -> None:
        super().__init__({"strict": True})
        self._text_of = text_of

    def _print_Symbol(self, expr: Symbol) -> str:
        return self._text_of(expr)

    def _print_Max(self, expr: Any) -> str:
        return f"max({', '.join(self._print(a) for a in expr.args)})"

    def _print_Min(self, expr: Any) -> str:
        return f"min({', '.join(self._print(a) for a in expr.args)})"

    def _print_Rational(self, expr: Any) -> str:
        raise Unsupported(f"a size or time holds the fraction {expr}", repair="use whole multiples of dimensions")


class Scope:
    """Where the texts of leaves, symbols and words come from; notes in `used` which helper functions are called."""

    dialect: Dialect = NUMPY

    def __init__(self, horizon: Horizon) -> None:
        self.horizon = horizon
        self.used: set[str] = set()

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        """A parameter, constant, sequence's element or adjoint; over the time axis of a stack if it varies."""
        raise NotImplementedError

    def symbol(self, symbol: Symbol) -> str:
        """The text of tau, a dimension or a loop's index."""
        raise NotImplementedError

    def word(self, word: str) -> str:
        """The text of `batch` (the batch axes) or `dtype`."""
        raise NotImplementedError

    def helper(self, name: str) -> str:
        """The name of a helper function, noted as used."""
        self.used.add(name)
        return name

    def end(self, expr: Expr) -> str:
        """The text of an integer expression."""
        if expr.is_Integer:
            return str(int(expr))
        if expr.is_Symbol:
            return self.symbol(expr)
        number, rest = expr.as_coeff_Add()
        if not rest.is_Symbol:
            return str(Ends(self.symbol).doprint(expr))
        return f"{self.symbol(rest)} {'-' if int(number) < 0 else '+'} {abs(int(number))}"
