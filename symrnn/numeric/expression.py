"""One expression as a plain function of its leaves.

A scalar expression of scalars goes through `sympy.lambdify` with common subexpressions taken out; whatever holds
a vector or matrix is printed by this room's own printer. Leaves are named by our identifiers: h[t - 1] is `h_tm1`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify
from sympy.core.function import AppliedUndef

from symrnn.numeric.arrays import ArrayPrinter
from symrnn.numeric.bodies import ScalarPrinter, body_text, unknown_function
from symrnn.numeric.dialects import NUMPY, Dialect
from symrnn.numeric.frame import docstring
from symrnn.numeric.leaves import LeafScope
from symrnn.numeric.load import load
from symrnn.numeric.stable import SCALAR
from symrnn.tensor import Prime, Tensor, shape_of, slots_of


def expression_function(expr: Any) -> Callable[..., Any]:
    """A function of the leaves of an expression, with `source`."""
    _refuse(expr)
    scope = LeafScope(expr)
    scalar = not isinstance(expr, Tensor) and all(not shape_of(s) and s.is_leaf for s in slots_of(expr))
    scalar = scalar and not scope.arrays
    return _by_lambdify(expr, scope) if scalar else _by_printing(expr, scope)


def _refuse(expr: Any) -> None:
    """What is no function of leaves with numbers."""
    calls = sorted(expr.atoms(AppliedUndef, Prime), key=str)
    if calls:
        raise unknown_function(calls[0])


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
    lines = [f"def value({', '.join(arguments)}):", *docstring(f"{expr}. {scope.about}".rstrip())]
    lines += [f"    {name} = {dialect.named('asarray')}({name})" for name in scope.leaves.values()]
    if scope.typed:
        lines.append("    " + dialect.common(", ".join(scope.leaves.values()), scope.used))
    lines += [f"    {name} = {text}" for name, text in scope.sizes.items()]
    helpers = [dialect.helper(name) for name in sorted(scope.used)]
    head = "from __future__ import annotations\n\n" + "\n".join(imports) + "\n\n\n"
    return head + "\n\n".join([*helpers, "\n".join([*lines, f"    return {code.text}"]) + "\n"])
