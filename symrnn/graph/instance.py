"""Instances of a template: the same expression at concrete times.

Only times change, so shapes and canonical forms stay; what holds no symbol of the rule is shared, not
rebuilt. This is what makes a thousand steps cheap.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Integer, Symbol

from symrnn.model import Element
from symrnn.tensor.adjoint import AdjointSlot, AdjointTensor, CopySlot, CopyTensor
from symrnn.tensor.binders import Guard, TimeSum
from symrnn.tensor.elementwise import Elementwise, Full, add
from symrnn.tensor.linear import Contract, Diag, Outer, Transpose
from symrnn.tensor.node import Tensor, shape_of
from symrnn.tensor.sensitivity import Rate

SAFE = (Contract, Outer, Diag, Transpose, AdjointTensor)


def instantiate(expr: Any, rule: dict[Any, Any]) -> Any:
    """`expr.xreplace(rule)` for a rule that gives times numbers."""
    done: dict[Basic, Basic] = {}

    def walk(e: Basic) -> Basic:
        if isinstance(e, Symbol):
            return rule.get(e, e)
        if not e.args:
            return e
        found = done.get(e)
        if found is None:
            found = done[e] = _rebuilt(e, rule, walk)
        return found

    return walk(expr)


def written_out(expr: Any) -> Any:
    """An expression whose sums over time, between numbers, are written term by term."""
    rule = {s: _terms(s) for s in _outermost_sums(expr)}
    return expr.xreplace(rule) if rule else expr


def _terms(s: Any) -> Any:
    times = range(int(s.lower), int(s.upper) + 1)
    return add(*(written_out(s.term(Integer(k))) for k in times), shape=shape_of(s))


def _outermost_sums(expr: Basic) -> list[Any]:
    found: dict[Any, None] = {}
    seen: set[Basic] = set()
    stack = [expr]
    while stack:
        e = stack.pop()
        if isinstance(e, TimeSum):
            found[e] = None
        elif e not in seen and not getattr(e, "is_leaf", False):
            seen.add(e)
            stack += e.args
    return list(found)


def _rebuilt(e: Basic, rule: dict[Any, Any], walk: Any) -> Basic:
    if isinstance(e, Element):
        time = e.args[1].xreplace(rule) if e.args[1].args else rule.get(e.args[1], e.args[1])
        return e if time is e.args[1] else e.sequence[time]
    if not isinstance(e, (*SAFE, Elementwise)):
        if getattr(e, "is_leaf", False) and not isinstance(e, AdjointSlot | CopySlot | CopyTensor | Rate):
            return e
        if isinstance(e, TimeSum | Guard | Full) or not isinstance(e, Tensor):
            return e.xreplace(rule)
    args = tuple(walk(a) for a in e.args)
    if all(a is b for a, b in zip(args, e.args, strict=True)):
        return e
    if isinstance(e, Elementwise):
        alike = all(type(a) is type(b) for a, b in zip(args[1:], e.args[1:], strict=True))
        if alike and args[0] is e.args[0] and len(set(args[1:])) == len(args) - 1:
            return Elementwise._make(e.args[0], args[1:], e.shape)
        return e.func(*args)
    if isinstance(e, SAFE):
        obj = Basic.__new__(type(e), *args)
        obj._shape = e.shape
        return obj
    return e.func(*args)
