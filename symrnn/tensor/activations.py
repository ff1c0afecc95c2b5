"""Scalar functions that SymPy lacks: SymPy's own classes, so that every tool of SymPy works on them.

Each function states its derivative in `fdiff`; nothing is evaluated behind the user's back. At a kink the
derivative is the one from the left: relu'(0) = 0.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, S
from sympy.core.function import ArgumentIndexError


class _Scalar(sympy.Function):
    """A real function of one real number."""

    nargs = 1
    is_real = True
    is_commutative = True

    def fdiff(self, argindex: int = 1) -> Expr:
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return self._slope()

    def _slope(self) -> Expr:
        raise NotImplementedError  # every subclass states its law

    def _code(self, printer: Any, **_: object) -> str:
        return f"({printer._print(self._in_sympy())})"  # so that lambdify works with any of its modules

    _numpycode = _pythoncode = _lambdacode = _mpmathcode = _scipycode = _code

    def _in_sympy(self) -> Expr:
        raise NotImplementedError  # every subclass has a form in SymPy's functions that does not overflow

    def _eval_evalf(self, precision: int) -> Expr | None:
        formula = self.doit()
        return None if formula == self else formula._eval_evalf(precision)


class sigmoid(_Scalar):
    """The logistic function 1 / (1 + exp(-x)); its derivative is y (1 - y)."""

    def _slope(self) -> Expr:
        return self * (1 - self)

    def doit(self, **hints: object) -> Expr:
        return 1 / (1 + sympy.exp(-self.args[0]))

    def _eval_rewrite_as_exp(self, x: Expr, **_: object) -> Expr:
        return 1 / (1 + sympy.exp(-x))

    def _in_sympy(self) -> Expr:
        return (1 + sympy.tanh(self.args[0] / 2)) / 2


class relu(_Scalar):
    """max(0, x); its derivative is `step(x)`."""

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return sympy.Max(0, x) if x.is_number else None

    def _slope(self) -> Expr:
        return step(self.args[0])

    def doit(self, **hints: object) -> Expr:
        return sympy.Max(0, self.args[0])

    def _in_sympy(self) -> Expr:
        return (self.args[0] + sympy.Abs(self.args[0])) / 2


class step(_Scalar):
    """1 where x > 0 and 0 elsewhere; its derivative is taken as 0."""

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        return (S.One if x.is_positive else S.Zero) if x.is_number else None

    def _slope(self) -> Expr:
        return S.Zero

    def doit(self, **hints: object) -> Expr:
        return sympy.Piecewise((1, self.args[0] > 0), (0, True))

    _in_sympy = doit


class softplus(_Scalar):
    """log(1 + exp(x)); its derivative is `sigmoid(x)`."""

    def _slope(self) -> Expr:
        return sigmoid(self.args[0])

    def doit(self, **hints: object) -> Expr:
        return sympy.log(1 + sympy.exp(self.args[0]))

    def _in_sympy(self) -> Expr:
        x = self.args[0]
        return (x + sympy.Abs(x)) / 2 + sympy.log(1 + sympy.exp(-sympy.Abs(x)))
