"""Scalar bodies as NumPy text: sums, products and known functions here, with stable forms for our own, the rest by
SymPy's printer.

Symbols stand for operands whose text is given; everything else is printed entry by entry. What has no numeric
meaning is refused here, with the repair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Float, Function, Integer, Pow, Rational, S, Symbol, nan, oo, zoo
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
        text = self.texts.get(expr)
        if text is not None:
            return text
        if isinstance(expr, AppliedUndef | Prime):
            raise unknown_function(expr)
        if isinstance(expr, Rational):
            return str(expr.p) if expr.is_Integer else f"{expr.p}/{expr.q}"
        if isinstance(expr, Expr) and expr.is_number and not isinstance(expr, Float):
            return _number(expr, self.dialect)
        if expr.is_Add:
            return self._sum(expr)
        if expr.is_Mul:
            return self._product(expr)
        known = self.known_functions.get(type(expr).__name__, "")
        if known.startswith("numpy.") and len(expr.args) == 1:
            (x,) = expr.args
            return f"{self._module_format(known)}({self.loose.get(x) or self._print(x)})"
        return str(super()._print(expr, **settings))

    def _sum(self, expr: Any) -> str:
        """Terms in SymPy's order, what is taken away behind the others."""
        bare, text = self._bare(expr), ""
        for a in sorted(expr.args, key=negative):
            term = bare.get(a) or self._print(a)
            if a.is_Add:
                term = f"({term})"
            text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
        return text[3:] if text.startswith(" + ") else "-" + text[3:]

    def _bare(self, expr: Any) -> dict[Any, str]:
        """The loose texts of terms that stand in a sum by themselves and nowhere deeper."""
        if not any(a in self.loose for a in expr.args):
            return {}
        deeper = set().union(*(a.free_symbols for a in expr.args if a not in self.loose))
        return {a: self.loose[a] for a in expr.args if a in self.loose and a not in deeper}

    def _product(self, expr: Any) -> str:
        """The sign, the factors in SymPy's order, and behind a stroke what they are divided by."""
        over: list[Any] = []
        under: list[Any] = []
        minus = False
        for a in expr.args:
            if a.is_Number and negative(a):
                minus = not minus
                a = -a
            if a.is_Pow and a.exp.is_Rational and a.exp.is_negative:
                under.append(a.base if a.exp == -1 else Pow(a.base, -a.exp))
            elif a is not S.One:
                over.append(a)
        text = ("-" if minus else "") + ("*".join(map(self._factor, over)) or "1")
        if not under:
            return text
        below = "*".join(map(self._factor, under))
        return f"{text}/({below})" if len(under) > 1 else f"{text}/{below}"

    def _factor(self, e: Any) -> str:
        """The text of a factor, in brackets if it binds less than a product or is a quotient itself."""
        text = self._print(e)
        loose = e not in self.texts and (e.is_Add or e.is_Mul or (e.is_Rational and not e.is_Integer) or text[0] == "-")
        return f"({text})" if loose else text

    def _print_Symbol(self, expr: Symbol) -> str:
        raise Undefined(f"{expr} has no value: it is neither declared nor a number")

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.args
        if power.is_Integer and power.is_negative:
            under = self._print(base) if power == -1 else self._print(base ** Integer(-power))
            return f"(1/({under}))"
        if power.is_Integer:
            text = self._print(base)
            alone = base in self.texts or isinstance(base, Function)
            return f"{text}**{int(power)}" if alone else f"({text})**{int(power)}"
        return str(super()._print_Pow(expr, rational=rational))

    def _print_Max(self, expr: Any) -> str:
        return self._nested(self.dialect.larger, expr.args)

    def _print_Min(self, expr: Any) -> str:
        return self._nested(self.dialect.smaller, expr.args)

    def _nested(self, pair: Callable[[str, str, set[str]], str], args: Any) -> str:
        first, *rest = args
        return pair(self._print(first), self._nested(pair, rest), self.used) if rest else self._print(first)

    def _print_Piecewise(self, expr: Any) -> str:
        raise Unsupported(f"no code is made for cases: {expr}", repair="write it with step, relu, maximum or minimum")

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


def negative(e: Expr) -> bool:
    """Whether a term is written with a minus sign: its number is negative."""
    number = e.args[0] if e.is_Mul else e
    return bool(number.p < 0 if isinstance(number, Rational) else number.is_Number and number.is_negative)


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
    try:
        text = BodyPrinter(texts, loose, used, dialect)._print(body)
    except PrintMethodNotImplementedError as error:
        raise Unsupported(
            f"NumPy has no form of {body}", law=str(error).splitlines()[0], repair="use functions that NumPy has"
        ) from None
    if "scipy." in text or "math." in text:
        raise Unsupported(f"NumPy alone cannot compute {body}", repair="use functions that NumPy has")
    return text
