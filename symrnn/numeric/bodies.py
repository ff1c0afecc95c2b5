"""Scalar bodies as NumPy text: SymPy's own printer, with stable forms for our functions.

Symbols stand for operands whose text is given; everything else is printed entry by entry. What has no numeric
meaning is refused here, with the repair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Float, Integer, Piecewise, Rational, Symbol, nan, oo, zoo
from sympy.core.function import AppliedUndef
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.numpy import NumPyPrinter

from symrnn.errors import Undefined, Unsupported
from symrnn.numeric.dialects import NUMPY, Dialect
from symrnn.tensor import Prime

NONE: Mapping[Any, str] = {}
NO_HOOK = "_no_hook"  # no class has it: hooks of classes must not bypass the stable forms here; set on the instance,
# since SymPy's printer sets its own there


class BodyPrinter(NumPyPrinter):
    """Prints one scalar expression; `texts` has an atomic text for each symbol in it.

    `loose` has the texts of products, which need no brackets in a sum. `used` collects the names of the functions
    that the text needs beyond NumPy's.
    """

    def __init__(
        self, texts: Mapping[Any, str], loose: Mapping[Any, str], used: set[str], dialect: Dialect = NUMPY
    ) -> None:
        super().__init__({"strict": True})
        self.printmethod = NO_HOOK
        self.texts, self.loose, self.used, self.dialect = texts, loose, used, dialect

    def _module_format(self, fqn: str, register: bool = True) -> str:
        return fqn.replace("numpy.", f"{self.dialect.word}.", 1)

    def _print(self, expr: Any, **settings: Any) -> str:
        if expr in self.texts:
            return self.texts[expr]
        if isinstance(expr, AppliedUndef | Prime):
            raise unknown_function(expr)
        if isinstance(expr, Expr) and expr.is_number and not isinstance(expr, Rational | Float):
            return _number(expr, self.dialect)
        text = str(super()._print(expr, **settings))
        if getattr(expr, "is_Function", False) and len(expr.args) == 1 and expr.args[0] in self.loose:
            return text.replace(f"({self.texts[expr.args[0]]})", self.texts[expr.args[0]])
        return text

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        whole, self.texts = self.texts, {**self.texts, **self._bare(expr)}
        try:
            return str(super()._print_Add(expr, order=order))
        finally:
            self.texts = whole

    def _bare(self, expr: Any) -> dict[Any, str]:
        """The loose texts of terms that stand in a sum by themselves and nowhere deeper."""
        deeper = set().union(*(a.free_symbols for a in expr.args if a not in self.loose))
        return {a: self.loose[a] for a in expr.args if a in self.loose and a not in deeper}

    def _print_Symbol(self, expr: Symbol) -> str:
        raise Undefined(f"{expr} has no value: it is neither declared nor a number")

    def _print_Rational(self, expr: Any) -> str:
        return f"{expr.p}/{expr.q}"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.args
        if power.is_Integer and power.is_negative:
            under = self._print(base) if power == -1 else self._print(base ** Integer(-power))
            return f"(1/({under}))"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_Max(self, expr: Any) -> str:
        return self._nested(self.dialect.larger, expr.args)

    def _print_Min(self, expr: Any) -> str:
        return self._nested(self.dialect.smaller, expr.args)

    def _nested(self, pair: Callable[[str, str, set[str]], str], args: Any) -> str:
        first, *rest = args
        return pair(self._print(first), self._nested(pair, rest), self.used) if rest else self._print(first)

    def _print_Piecewise(self, expr: Any) -> str:
        *branches, last = expr.args
        text = self._print(last.expr) if last.cond == True else self.dialect.named("nan")  # noqa: E712 - SymPy's true
        for branch in reversed(expr.args if last.cond != True else branches):  # noqa: E712
            text = f"{self.dialect.named('where')}({self._print(branch.cond)}, {self._print(branch.expr)}, {text})"
        return text

    def _print_Heaviside(self, expr: Any) -> str:
        return self.dialect.step(self._print(expr.args[0]), self._print(expr.args[1]))

    def _print_sigmoid(self, expr: Any) -> str:
        self.used.add("sigmoid")
        return f"sigmoid({self._print(expr.args[0])})"

    def _print_relu(self, expr: Any) -> str:
        return self.dialect.larger(self._print(expr.args[0]), "0", self.used)

    def _print_step(self, expr: Any) -> str:
        return self.dialect.step(self._print(expr.args[0]), "0")

    def _print_softplus(self, expr: Any) -> str:
        return self.dialect.softplus(self._print(expr.args[0]), self.used)


class ScalarPrinter(NumPyPrinter):
    """For `sympy.lambdify`: our functions are called by name, whatever hooks their classes have."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True, "strict": True})
        self.printmethod = NO_HOOK

    def _called(self, expr: Any) -> str:
        return f"{expr.func.__name__}({self._print(expr.args[0])})"

    _print_sigmoid = _print_relu = _print_step = _print_softplus = _called


def _number(expr: Expr, dialect: Dialect) -> str:
    """A number that is not rational as a Python literal: a NumPy scalar would turn float32 into float64."""
    if expr in (oo, -oo, nan, zoo):
        inf = dialect.named("inf")
        return {oo: inf, -oo: f"(-{inf})"}.get(expr, dialect.named("nan"))
    value = expr.evalf(30)
    if not value.is_real:
        raise Unsupported(f"{expr} is not a real number", law="generated code computes with real numbers")
    text = repr(float(value))
    return f"({text})" if text.startswith("-") else text


def unknown_function(expr: Any) -> Unsupported:
    """The error of a function without a formula."""
    name = expr.application.func.__name__ if isinstance(expr, Prime) else expr.func.__name__
    return no_formula(name, expr)


def no_formula(name: str, where: object) -> Unsupported:
    """The error of a named function without a formula."""
    return Unsupported(
        f"{name} is an unknown function: it has no numbers",
        where=str(where),
        law="code can be generated for functions that have a formula",
        repair=f"give {name} a formula: write for instance  symrnn.tanh(...)  in its place",
    )


def body_text(
    body: Expr,
    texts: Mapping[Any, str],
    used: set[str],
    loose: Mapping[Any, str] = NONE,
    dialect: Dialect = NUMPY,
) -> str:
    """The text of a scalar body.

    Raises
    ------
    Unsupported
        For an unknown function, or one that NumPy does not have.
    """
    if body.has(Piecewise):
        raise Unsupported(f"no code is made for cases: {body}", repair="write it with step, relu, maximum or minimum")
    try:
        text = BodyPrinter(texts, loose, used, dialect).doprint(body)
    except PrintMethodNotImplementedError as error:
        raise Unsupported(
            f"NumPy has no form of {body}", law=str(error).splitlines()[0], repair="use functions that NumPy has"
        ) from None
    if "scipy." in text or "math." in text:
        raise Unsupported(f"NumPy alone cannot compute {body}", repair="use functions that NumPy has")
    return text
