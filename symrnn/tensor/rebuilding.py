"""Expressions rebuilt from other parts as they stand: what only gets other names has nothing to simplify.

SymPy evaluates a function anew whenever it is rebuilt, which for tanh of a sum takes a millisecond. What is
rebuilt here was evaluated when the model was written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sympy import Function

from symrnn.tensor.node import Node


def rebuilt(expr: Any, args: tuple[Any, ...]) -> Any:
    """The expression over other arguments; a function is not asked whether it knows its value there."""
    if all(a is b for a, b in zip(args, expr.args, strict=True)):
        return expr
    if isinstance(expr, Function) and len(args) == 1:
        return expr.func(*args, evaluate=False)
    return expr.func(*args)


def beside(expr: Any, parts: Collection[Any]) -> set[Any]:
    """Which of some parts an expression holds, and the symbols in it that are in none of them."""
    if expr in parts or expr.is_Symbol:
        return {expr}
    return set().union(*(beside(a, parts) for a in expr.args))


def replaced(expr: Any, rule: Mapping[Any, Any]) -> Any:
    """The expression with some parts, leaves or larger ones, replaced by others; inside leaves nothing is."""
    if expr in rule:
        return rule[expr]
    if isinstance(expr, Node):
        return expr if expr.is_leaf else expr.xreplace(rule)
    if not expr.args:
        return expr
    return rebuilt(expr, tuple(replaced(a, rule) for a in expr.args))
