"""One expression as a plain function of its leaves.

A scalar expression of scalars goes through `sympy.lambdify` with common subexpressions taken out; whatever holds
a vector or matrix is printed by this room's own printer. Leaves are named by our identifiers: h[t - 1] is `h_tm1`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify
from sympy.core.function import AppliedUndef

from symrnn.errors import Unsupported
from symrnn.model import Element, Parameter, reads
from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.bodies import ScalarPrinter, body_text, unknown_function
from symrnn.numeric.dialects import NUMPY, TORCH, Dialect
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.load import load
from symrnn.numeric.names import Names, in_docstring
from symrnn.numeric.stable import FUNCTIONS, SCALAR
from symrnn.numeric.texts import ALONE, EXAMPLE, Code, Scope, Stack
from symrnn.tensor import Adjoint, Copy, Prime, Tensor, TimeSum, shape_of, slots_of


def expression_function(expr: Any) -> Callable[..., Any]:
    """A function of the leaves of an expression, with `source`."""
    _refuse(expr)
    scope = LeafScope(expr)
    scalar = not isinstance(expr, Tensor) and all(not shape_of(s) and s.is_leaf for s in slots_of(expr))
    return _by_lambdify(expr, scope) if scalar else _by_printing(expr, scope)


def _refuse(expr: Any) -> None:
    """What is no function of leaves with numbers."""
    if expr.atoms(TimeSum):
        raise Unsupported(
            f"{expr} is a sum over time, whose leaves are whole sequences",
            repair="to_numpy(model) computes gradients and losses; to_numpy of the summand computes one term",
        )
    calls = sorted(expr.atoms(AppliedUndef, Prime), key=str)
    if calls:
        raise unknown_function(calls[0])


class LeafScope(Scope):
    """Leaves are arguments; dimensions are read off their shapes."""

    def __init__(self, expr: Any, dialect: Dialect = NUMPY) -> None:
        super().__init__(Horizon(1))
        self.dialect = dialect
        own = {"np", "jnp", "jax", "torch", "dtype", "kind", "value", "annotations"}
        self.names = Names({*dir(np), *FUNCTIONS, *SCALAR, *TORCH, *own})
        self.leaves = {leaf: self.names(leaf, leaf_name(leaf)) for leaf in reads(expr)}
        self.sizes: dict[Symbol, str] = {}
        self.numbers: dict[Symbol, str] = {}
        self.typed = False

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        shared = isinstance(leaf, Parameter | Copy) or (isinstance(leaf, Adjoint) and isinstance(leaf.node, Parameter))
        return Code(self.leaves[leaf], ALONE if shared else EXAMPLE)

    def symbol(self, symbol: Symbol) -> str:
        for leaf, name in self.leaves.items():
            shape = shape_of(leaf)
            if symbol in shape:
                axis = shape.index(symbol) - len(shape)
                self.sizes[symbol] = f"{self.dialect.shape(name)}[{axis}]"
                return self.names(symbol, symbol.name)
        self.numbers[symbol] = self.names(symbol, symbol.name)
        return self.numbers[symbol]

    def word(self, word: str) -> str:
        self.typed = True
        return self.dialect.spelled(word)


def leaf_name(leaf: Any) -> str:
    """The name of a leaf as an argument: `W`, `h_t`, `h_tm1`, `h_0`, `nabla_h_t`."""
    if isinstance(leaf, Adjoint):
        return "nabla_" + leaf_name(leaf.node)
    if isinstance(leaf, Element | Copy):
        time = str(leaf.time).replace(" ", "").replace("-", "m").replace("+", "p")
        return f"{leaf.name}_" + re.sub(r"[^A-Za-z0-9]", "", time)
    return str(leaf.name)


def _by_lambdify(expr: Expr, scope: LeafScope) -> Callable[..., Any]:
    symbols = {leaf: Symbol(name, real=True) for leaf, name in scope.leaves.items()}
    plain = expr.xreplace(symbols)
    for extra in sorted(plain.free_symbols - set(symbols.values()), key=lambda s: s.name):
        symbols[extra] = Symbol(scope.symbol(extra), real=True)
    body_text(plain, {s: s.name for s in symbols.values()} | {s: s.name for s in plain.free_symbols}, set())
    function = lambdify(
        list(symbols.values()),
        expr.xreplace(symbols),
        [dict(SCALAR), np],
        printer=ScalarPrinter,
        cse=True,
    )
    function.source = inspect.getsource(function)
    return function


def _by_printing(expr: Any, scope: LeafScope) -> Callable[..., Any]:
    source = _text(expr, scope)
    function = load(source, "value")
    function.source = source  # type: ignore[attr-defined]
    return function


def expression_text(expr: Any, dialect: Dialect = NUMPY, imports: tuple[str, ...] = ("import numpy as np",)) -> str:
    """The source of a module with one function, `value`, of the leaves of an expression."""
    _refuse(expr)
    return _text(expr, LeafScope(expr, dialect), imports)


def _text(expr: Any, scope: LeafScope, imports: tuple[str, ...] = ("import numpy as np",)) -> str:
    code, dialect = ArrayPrinter(scope)(expr), scope.dialect
    arguments = [*scope.leaves.values(), *scope.numbers.values()]
    lines = [f"def value({', '.join(arguments)}):", f'    """{in_docstring(str(expr))}."""']
    lines += [f"    {name} = {dialect.named('asarray')}({name})" for name in scope.leaves.values()]
    if scope.typed:
        lines.append("    " + dialect.common(", ".join(scope.leaves.values()), scope.used))
    lines += [f"    {scope.names(s, s.name)} = {text}" for s, text in scope.sizes.items()]
    helpers = [dialect.helper(name) for name in sorted(scope.used)]
    head = "from __future__ import annotations\n\n" + "\n".join(imports) + "\n\n\n"
    return head + "\n\n".join([*helpers, "\n".join([*lines, f"    return {code.text}"]) + "\n"])
