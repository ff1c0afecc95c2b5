"""Numbers on paper: rounded values as items, vectors and matrices of them, and a presenter that writes values.

Only the looks are rounded; whoever computes goes on with all digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from symrnn.typeset.brackets import bare_call, inside, negative, power, product, total
from symrnn.typeset.items import MUL, SPREAD, Call, Fence, Grid, Item, Name, Number, Power, Product, Stack, Sum
from symrnn.typeset.present import Presenter

DECIMALS = 4
NOTHING = 1e-14  # what rounding leaves of a zero
TINY = 1e-6  # below it, a number is written with a power of ten


def number(value: float, decimals: int = DECIMALS) -> Item:
    """A number with at most so many decimals; one that would be rounded to nothing keeps three digits.

    Examples
    --------
    >>> number(0.5), number(1 / 3)
    (Number(digits='0.5'), Number(digits='0.3333'))
    """
    size = abs(float(value))
    if size < NOTHING:
        return Number("0")
    item: Item = Number(_digits(size, decimals)) if size >= TINY else _power_of_ten(size)
    return negative(item) if value < 0 else item


def _digits(size: float, decimals: int) -> str:
    if abs(size - round(size, 2)) < NOTHING:
        return f"{size:.2f}".rstrip("0").rstrip(".")
    small = max(0, -int(np.floor(np.log10(size))) - 2)  # 0.00123 keeps its three digits
    return f"{size:.{decimals + small}f}"


def _power_of_ten(size: float) -> Item:
    digits, exponent = f"{size:.2e}".split("e")
    return product([Number(digits), Power(Number("10"), negative(Number(str(-int(exponent)))))], "dot")


def times(a: float, b: float) -> Item:
    """A product of two numbers, its sign in front.

    Examples
    --------
    >>> from symrnn.typeset.text import TextRenderer
    >>> TextRenderer()(times(-0.5, 0.2))
    '-0.5 · 0.2'
    """
    whole = Product((number(abs(float(a))), number(abs(float(b)))), "dot")
    return negative(whole) if a * b < 0 else whole


def with_numbers(item: Item, values: Mapping[Name, float]) -> Item:
    """The item with numbers for some of its names; signs and brackets follow from them, the order stays."""
    if isinstance(item, Name) and item in values:
        return number(values[item])
    if isinstance(item, Sum):
        return total((minus, with_numbers(x, values)) for minus, x in item.terms)
    if isinstance(item, Product):
        return _product([with_numbers(x, values) for x in item.factors], item.sign)
    if isinstance(item, Power):
        return power(with_numbers(item.base, values), with_numbers(item.exponent, values))
    if isinstance(item, Call) and item.bare:
        return bare_call(item.head, with_numbers(item.arguments[0], values))
    changes = {f.name: _within(getattr(item, f.name), values) for f in fields(item)}
    return replace(item, **changes)


def _within(x: Any, values: Mapping[Name, float]) -> Any:
    if isinstance(x, tuple):
        return tuple(_within(y, values) for y in x)
    return with_numbers(x, values) if isinstance(x, Item) else x


def _product(factors: list[Item], sign: str) -> Item:
    """A product in its order: with a dot where numbers meet, minus signs in front of the whole."""
    minus, made = False, []
    for f in factors:
        if isinstance(f, Sum) and len(f.terms) == 1:
            minus, f = not minus, f.terms[0][1]
        made.append(f)
    mark = sign or ("dot" if any(map(_is_numeric, made[1:])) or (_is_numeric(made[0]) and _opens(made[1:])) else "")
    whole = Product(tuple(inside(f, SPREAD + 1 if mark else MUL) for f in made), mark)
    return negative(whole) if minus else whole


def _opens(rest: list[Item]) -> bool:
    return bool(rest) and isinstance(rest[0], Fence | Sum | Call)


def _is_numeric(item: Item) -> bool:
    return isinstance(item.base if isinstance(item, Power) else item, Number)


def cells(value: Any, each: Callable[[Any], Item] = number) -> Any:
    """An array of numbers as an array of items."""
    array = np.asarray(value)
    made = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        made[place] = each(array[place])
    return made


def block(made: Any, turned: bool = False) -> Item:
    """An array of items as a number, a column or a matrix; `turned`, as a row or the transpose."""
    if made.ndim == 0:
        item: Item = made[()]
        return item
    if made.ndim == 1:
        return Stack(tuple(made), across=turned)
    return Grid(tuple(tuple(row) for row in (made.T if turned else made)))


class Numbers(Presenter):
    """A presenter that writes a value, or what is written out as an array of items, wherever it knows one."""

    made: Mapping[Any, Any]
    scalars: dict[Name, float]

    @classmethod
    def of(cls, p: Presenter, made: Mapping[Any, Any]) -> Numbers:
        """The presenter `p` with arrays for some expressions: of items, or scalars as numbers."""
        other = cls.__new__(cls)
        other.__dict__.update(p.__dict__)
        other.made, other.scalars = made, {}
        return other

    def draw(self, x: Any, turned: bool = False) -> Item:
        """The formula with its numbers, or its transpose."""
        return with_numbers(self.turned(x) if turned else self(x), self.scalars)

    def _known(self, x: Any, turned: bool) -> Item | None:
        found = self.made.get(x)
        if found is None or isinstance(found, np.ndarray):
            return None if found is None else block(found, turned=turned)
        place = Name(f"§{len(self.scalars)}")
        self.scalars[place] = float(found)
        return place

    def __call__(self, x: Any) -> Item:
        return self._known(x, self.rows) or super().__call__(x)

    def turned(self, x: Any) -> Item:
        """The transpose of a value has its entries transposed."""
        return self._known(x, not self.rows) or super().turned(x)
