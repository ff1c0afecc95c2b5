"""The partial derivative of a scalar `sympy.Function` at given arguments: f'(w s), as a person writes it.

SymPy itself would write a `Subs` of a `Derivative` by a dummy; `doit()` gives that form.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Derivative, Expr, S, Subs, Tuple
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Dummy
from sympy.printing.precedence import PRECEDENCE

from symrnn.errors import ShapeError


class Prime(Expr):
    """The partial derivative of an undefined `sympy.Function` at its arguments, `orders[i]` times by the i-th.

    `doit()` gives SymPy's own form, a `Subs` of a `Derivative`.

    Examples
    --------
    >>> import sympy
    >>> from symrnn.tensor.prime import Prime
    >>> x = sympy.Symbol("x")
    >>> Prime.of(sympy.Function("f")(2 * x), 0)
    f'(2*x)
    """

    __slots__ = ()
    is_commutative = True
    is_real = True
    precedence = PRECEDENCE["Func"]

    def __new__(cls, application: AppliedUndef, orders: Tuple) -> Prime:
        if not isinstance(application, AppliedUndef) or len(orders) != len(application.args):
            raise ShapeError(f"a partial derivative of {application} needs one order for each argument; got {orders}")
        return Expr.__new__(cls, application, Tuple(*orders))

    application = property(lambda self: self.args[0])
    orders = property(lambda self: tuple(int(k) for k in self.args[1]))

    @classmethod
    def of(cls, call: Expr, position: int) -> Prime:
        """One derivative more, by the argument at `position`, of f(...) or of a derivative of it."""
        application, orders = (
            (call.application, call.orders) if isinstance(call, Prime) else (call, (0,) * len(call.args))
        )
        return cls(application, Tuple(*(k + (i == position) for i, k in enumerate(orders))))

    def _eval_derivative(self, variable: Basic) -> Expr:
        terms = [Prime.of(self, i) * a.diff(variable) for i, a in enumerate(self.application.args)]
        return sum(terms, S.Zero)

    def doit(self, **hints: object) -> Expr:
        dummies = tuple(Dummy(f"xi_{i + 1}") for i in range(len(self.orders)))
        by = [(d, k) for d, k in zip(dummies, self.orders, strict=True) if k]
        return Subs(Derivative(self.application.func(*dummies), *by), dummies, self.application.args)

    def _sympystr(self, printer: Any) -> str:
        name = self.application.func.__name__
        inner = ", ".join(printer._print(a) for a in self.application.args)
        if len(self.orders) == 1:
            return f"{name}{chr(39) * self.orders[0]}({inner})"
        return f"d{'d'.join(str(i + 1) for i, k in enumerate(self.orders) for _ in range(k))} {name}({inner})"

    def _latex(self, printer: object, **_: object) -> str:
        import symrnn

        return str(symrnn.latex(self))
