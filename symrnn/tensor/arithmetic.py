"""The operators of tensors: `+ - * / **` entry by entry, `@` contracts.

What they mean is said in `elementwise` and `linear`; here Python's operators are only handed on to them.
"""

from __future__ import annotations

from typing import Any

from sympy import S

from symrnn.tensor import refusals


class Arithmetic:
    """What Python calls for the operators; the class that inherits from it is a tensor."""

    __slots__ = ()
    shape: Any

    def __add__(self, other: object) -> Any:
        return _combine("+", self, other)

    def __radd__(self, other: object) -> Any:
        return _combine("+", other, self)

    def __sub__(self, other: object) -> Any:
        return _combine("-", self, other)

    def __rsub__(self, other: object) -> Any:
        return _combine("-", other, self)

    def __mul__(self, other: object) -> Any:
        return _combine("*", self, other)

    def __rmul__(self, other: object) -> Any:
        return _combine("*", other, self)

    def __truediv__(self, other: object) -> Any:
        return _combine("/", self, other)

    def __rtruediv__(self, other: object) -> Any:
        return _combine("/", other, self)

    def __neg__(self) -> Any:
        return _combine("*", S.NegativeOne, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        from symrnn.tensor.functions import absolute

        return absolute(self)

    def __pow__(self, exponent: object) -> Any:
        if len(self.shape) == 2:
            raise refusals.power_of_matrix(self, exponent)
        return _combine("**", self, exponent)

    def __rpow__(self, base: object) -> Any:
        raise refusals.exponent(base, self)

    def __matmul__(self, other: object) -> Any:
        return _contract(self, other)

    def __rmatmul__(self, other: object) -> Any:
        return _contract(other, self)


def _combine(sign: str, left: object, right: object) -> Any:
    from symrnn.tensor.elementwise import combine
    from symrnn.tensor.operands import as_operand

    return combine(sign, as_operand(left), as_operand(right))


def _contract(left: object, right: object) -> Any:
    from symrnn.tensor.linear import contract
    from symrnn.tensor.operands import as_operand

    return contract(as_operand(left), as_operand(right))
