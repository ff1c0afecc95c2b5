"""Expressions as a model file has them: `b + W h[t-1] + U x[t]`, in the author's order, with few brackets.

What is written here reads back as an equal expression. This module only spells; what has no spelling in a model file is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import singledispatchmethod
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Basic, Expr, Rational, Symbol
from sympy.core.function import AppliedUndef
from sympy.core.function import Function as SympyFunction

from symrnn.errors import Unsupported
from symrnn.model.given import Element, Given
from symrnn.model.reading.verbs import ENTRY_BY_ENTRY
from symrnn.model.write_parts import blackboard, decimal, fraction, integer, known_loss, mean
from symrnn.tensor import binders, declared, inverses, kronecker, linear, pieces, special, unknown
from symrnn.tensor.elementwise import Elementwise, Full
from symrnn.tensor.node import Node, Tensor
from symrnn.tensor.plain import split_arguments
from symrnn.tensor.shape import Shape
from symrnn.tensor.spelling import Held, ordered_terms, spell, split_sign
from symrnn.tensor.time import t, tau

SUM, MINUS, OPEN, TIMES, BESIDE, POWER, ATOM = range(1, 8)  # how tightly a text binds; OPEN: it ends in a sum over time
Text = tuple[str, int]

_CALLS: Mapping[Any, str] = MappingProxyType(
    {linear.Diag: "diag", linear.Diagonal: "diag", linear.Eye: "eye", inverses.Inverse: "inverse"}
    | {kronecker.Kron: "kron"}
    | {pieces.Trace: "trace", pieces.Entry: "entry", pieces.Concat: "concat", pieces.Segment: "segment"}
    | {pieces.Reshape: "reshape", pieces.SumEntries: "sum", special.Softmax: "softmax"}
    | {special.LogSumExp: "logsumexp", special.SoftmaxCrossEntropy: "softmax_cross_entropy"}
    | {declared.StopGradientTensor: "stop_gradient", declared.StopGradientSlot: "stop_gradient"}
)
_FUNCTIONS = {function: name for name, function in ENTRY_BY_ENTRY.items()}


class Writer:
    """Writes expressions; `taken` are the names that no index of a sum may have."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def __call__(self, x: Basic) -> str:
        return self.node(x)[0]

    def at_least(self, level: int, x: Basic, shape: Shape = ()) -> str:
        """The text, in brackets unless it binds as tightly as asked."""
        text, own = self.node(x) if isinstance(x, Node) else self.scalar(x, shape)
        return text if own >= level else f"({text})"

    @singledispatchmethod
    def node(self, x: Any) -> Text:
        """A node or a scalar expression, and how tightly its text binds."""
        for kind, name in _CALLS.items():
            if isinstance(x, kind):
                return f"{name}({', '.join(self._argument(a) for a in x.args)})", ATOM
        if isinstance(x, Expr) and not isinstance(x, Node):
            return self.scalar(x, ())
        raise Unsupported(f"a model file has no spelling for {x}", repair="keep the model as Python")

    def _argument(self, x: Basic) -> str:
        return self(x) if isinstance(x, Node) or not x.is_integer else integer(x)

    @node.register
    def _(self, x: Element) -> Text:
        return f"{x.name}[{integer(x.time, '')}]", ATOM

    @node.register
    def _(self, x: Given) -> Text:
        return x.name, ATOM

    @node.register
    def _(self, x: Elementwise) -> Text:
        return self.scalar(spell(x), x.shape)

    @node.register
    def _(self, x: Full) -> Text:
        sizes = ", ".join(integer(d) for d in x.shape)
        if x.value in (0, 1):
            return f"{'ones' if x.value == 1 else 'zeros'}({sizes})", ATOM
        return f"{self.at_least(TIMES, x.value)} * ones({sizes})", TIMES

    @node.register
    def _(self, x: linear.Contract) -> Text:
        right = self.node(x.right)[0] if isinstance(x.right, linear.Contract) else self.at_least(POWER, x.right)
        return f"{self.at_least(POWER, x.left)} {right}", BESIDE

    @node.register
    def _(self, x: linear.Transpose) -> Text:
        return f"{self.at_least(ATOM, x.args[0])}^T", POWER

    @node.register
    def _(self, x: linear.Dot) -> Text:
        left, right = map(self.node, x.args)
        if x.args[0] == x.args[1]:
            return f"norm2({left[0]})", ATOM
        if left[1] == right[1] == ATOM:
            return f"{left[0]}^T {right[0]}", BESIDE
        return f"dot({left[0]}, {right[0]})", ATOM

    @node.register
    def _(self, x: linear.Outer) -> Text:
        left, right = map(self.node, x.args)
        if left[1] == right[1] == ATOM:
            return f"{left[0]} {right[0]}^T", BESIDE
        return f"outer({left[0]}, {right[0]})", ATOM

    @node.register
    def _(self, x: unknown.Applied) -> Text:
        data, shared = split_arguments(x)
        inner = ", ".join(map(self, data)) + ("; " if data and shared else "") + ", ".join(map(self, shared))
        return f"{x.function.name}({inner})", ATOM

    @node.register
    def _(self, x: binders.TimeSum) -> Text:
        return self._over_time("sum", x)

    def _over_time(self, word: str, x: Any) -> Text:
        index = self._index(x)
        body = self.at_least(OPEN, x.term(index))
        if (x.lower, x.upper) == (1, tau):
            return f"{word}_{index.name} {body}", OPEN
        return f"{word}_{{{index.name} = {integer(x.lower)}..{integer(x.upper)}}} {body}", OPEN

    def _index(self, x: Any) -> Symbol:
        """An index that means nothing else here, its own if possible."""
        free = {s.name for s in x.free_symbols if isinstance(s, Symbol)}
        for name in (x.index.name, "t", "i", "j", "l", "r", "s", "u", "v"):
            if len(name) == 1 and name not in self.taken | free:
                return t if name == "t" else Symbol(name, integer=True)
        raise Unsupported(f"no letter is left for the index of {x}", repair="rename something")

    def scalar(self, x: Any, shape: Shape) -> Text:
        """A scalar expression, or the body of an elementwise one whose operands have a shape."""
        if isinstance(x, Held):
            return self.node(x.operand)
        if isinstance(x, Node):
            return self.node(x)
        if x.is_Add:
            return self._sum(x, shape)
        if x.is_Rational:
            return _number(x)
        if x.is_Mul or (x.is_Pow and x.exp.is_number and x.exp.is_negative):
            return self._product(x, shape)
        if x.is_Pow:
            return self._power(x, shape)
        return self._leaf(x, shape)

    def _leaf(self, x: Any, shape: Shape) -> Text:
        if isinstance(x, Symbol):
            return x.name, ATOM
        if x == sympy.pi:
            return "pi", ATOM
        if x == sympy.E:
            return "exp(1)", ATOM
        name = x.func.__name__ if isinstance(x, AppliedUndef) else _FUNCTIONS.get(x.func)
        if name is None or not isinstance(x, SympyFunction):
            raise Unsupported(f"a model file has no spelling for {x}", repair="keep the model as Python")
        return f"{name}({', '.join(self.scalar(a, shape)[0] for a in x.args)})", ATOM

    def _sum(self, x: Expr, shape: Shape) -> Text:
        text = ""
        for term in ordered_terms(x):
            minus, rest = split_sign(term)
            inner = self.at_least(OPEN, rest, shape)
            if _has_tensor(x) and not term.is_Number and not _has_tensor(term):
                inner = f"{self.at_least(TIMES, rest, shape)} * ones({', '.join(map(integer, shape))})"
            text += (("-" if minus else "") if not text else " - " if minus else " + ") + inner
        return text, SUM

    def _product(self, x: Expr, shape: Shape) -> Text:
        over_time = mean(x)
        if over_time is not None:
            return self._over_time("mean", over_time)
        known = known_loss(x)
        if known:
            return f"{known[0]}({self(known[1])}, {self(known[2])})", ATOM
        minus, rest = split_sign(x)
        above, below = fraction(rest)
        if not x.has(Held):
            above.sort(key=blackboard)
        text, level = self._factors(above, shape)
        # A number divides by itself: SymPy would multiply it into a sum beside it.
        numbers, rest_below = [f for f in below if f.is_Number], [f for f in below if not f.is_Number]
        for under in (numbers, rest_below):
            if len(under) == 1:
                text, level = f"{text} / {self.at_least(POWER, under[0], shape)}", TIMES
            elif under:
                text, level = f"{text} / ({self._factors(under, shape)[0]})", TIMES
        return (f"-{text}", MINUS) if minus else (text, level)

    def _factors(self, factors: list[Any], shape: Shape) -> Text:
        """Scalars side by side, before at most one vector or matrix; everything else with `*`."""
        if not factors:
            return "1", ATOM
        if len(factors) == 1:
            text, level = self.scalar(factors[0], shape)
            return (text, level) if level >= TIMES else (f"({text})", ATOM)
        parts = [self.scalar(f, shape) for f in factors]
        simple = all(level >= POWER for _, level in parts[:-1]) and parts[-1][1] >= BESIDE
        plain = not any(_has_tensor(f) for f in factors[:-1]) and not any(text[0] == "(" for text, _ in parts)
        if simple and plain and not (parts[-1][1] == BESIDE and not _has_tensor(factors[-1])):
            return " ".join(text for text, _ in parts), BESIDE
        return " * ".join(text if level >= BESIDE else f"({text})" for text, level in parts), TIMES

    def _power(self, x: Expr, shape: Shape) -> Text:
        base, exponent = x.args
        if exponent == Rational(1, 2):
            return f"sqrt({self.scalar(base, shape)[0]})", ATOM
        if len(shape) == 2 and _has_tensor(base) and exponent in range(2, 10):
            return " * ".join([self.at_least(BESIDE, base, shape)] * int(exponent)), TIMES
        text = self.scalar(exponent, ())[0]
        return (
            f"{self.at_least(ATOM, base, shape)}^{text if exponent.is_Symbol or text.isdigit() else f'({text})'}",
            POWER,
        )


def _number(x: Rational) -> Text:
    digits = str(x.p) if x.q == 1 else decimal(x) if x.q != 2 and x.p > 0 else ""
    text, level = (digits.removeprefix("-"), ATOM) if digits else (f"{abs(x.p)} / {x.q}", TIMES)
    return (f"-{text}", MINUS) if x.is_negative else (text, level)


def _has_tensor(x: Expr) -> bool:
    return any(isinstance(held.operand, Tensor) for held in x.atoms(Held))
