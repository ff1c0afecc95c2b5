"""What the forward pass computes on its way and the backward pass needs again: computed once, and kept.

Products of a parameter, such as W @ h[t - 1] under a gate, and calls such as tanh(c[t]) become arrays of their own
when both directions have them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sympy import Expr, Function, expand

from symrnn.model import Range
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.statements import Note, Statement, Store, Total, accesses, counts, later
from symrnn.tensor import Contract, Elementwise, Node, elementwise, placeholder, shape_of, t

Fresh = Any  # makes sequences with new names: `passes.Fresh`


def remember(
    forward: list[Statement], backward: list[Statement], totals: list[Total], horizon: Horizon, fresh: Fresh
) -> tuple[list[Statement], list[Statement], list[Total]]:
    """The statements of both directions, with what both compute in arrays of their own."""
    early, late = _uses(forward), _uses([*backward, *totals])
    made: dict[Any, Store] = {}
    found: list[Statement] = []
    for s in forward:
        for key, when in _uses([s]).items():
            whole = early[key][0]
            fits = key in late and all(horizon.within(r, whole) for r in (*early[key], *late[key]))
            if fits and key not in made and when == [whole]:
                store = made[key] = Store(fresh(shape_of(key)))
                note = Note(store.element(t), " = ", key, "   for t = ", whole)
                found.append(Statement(store, t, key, whole, False, note))
        found.append(s)
    if not made:
        return forward, backward, totals
    own = set(made.values())
    return (
        [s if s.store in own else replace(s, expr=_with(s.expr, made)) for s in found],
        [replace(s, expr=_with(s.expr, made)) for s in backward],
        [replace(x, expr=_with(x.expr, made)) for x in totals],
    )


def _uses(items: Iterable[Statement | Total]) -> dict[Any, list[Range]]:
    """What could be remembered, moved to t, with the ranges of t at which it is needed."""
    found: dict[Any, list[Range]] = {}
    for item in items:
        if item.when is not None and not (isinstance(item, Statement) and item.once):
            for x in pieces(item.expr):
                key, offset = _at_t(x)
                found.setdefault(key, []).append(item.when.shifted(offset))
    return found


def pieces(expr: Any) -> list[Any]:
    """Products with a vector that varies, and calls of one leaf, inside elementwise expressions."""
    if isinstance(expr, Node) and expr.is_leaf:
        return []
    found = []
    if isinstance(expr, Elementwise) and not counts(expr):
        for i, x in enumerate(expr.operands):
            if isinstance(x, Contract) and len(x.shape) == 1 and _simple(x):
                found.append(x)
            elif isinstance(x, Node) and x.is_leaf and _simple(x) and shape_of(x):
                calls = [f for f in expr.body.atoms(Function) if f.args == (placeholder(i),)]
                if expr.body not in calls:
                    found += [elementwise(f.xreplace({placeholder(i): placeholder(0)}), x) for f in calls]
        return found
    return [y for a in expr.args for y in pieces(a)]


def _simple(x: Any) -> bool:
    """Whether what is read is known from the forward pass, at one time that moves with t."""
    reads = accesses(x)
    return (
        len(reads) == 1
        and not reads[0].store.adjoint
        and (reads[0].low - t).is_Integer
        and reads[0].low == reads[0].high
    )


def _at_t(x: Any) -> tuple[Any, int]:
    """The same with its read at t, and by how much it was moved."""
    offset = int(accesses(x)[0].low - t)
    return later(x, -offset), offset


def _with(expr: Any, made: dict[Any, Store]) -> Any:
    """An expression with what was remembered in place of what would be computed."""
    if isinstance(expr, Node) and expr.is_leaf:
        return expr
    if not isinstance(expr, Elementwise):
        here = {x: _element(x, made) for x in pieces(expr)}
        rule = {x: e for x, e in here.items() if e is not None and isinstance(x, Contract)}
        inside = {a: _with(a, made) for a in expr.args if isinstance(a, Elementwise)}
        return expr.xreplace({**rule, **{a: b for a, b in inside.items() if a != b}})
    body, operands = expr.body, list(expr.operands)
    for x in pieces(expr):
        e = _element(x, made)
        if e is None:
            continue
        if isinstance(x, Contract):
            operands[operands.index(x)] = e
        else:
            call = x.body.xreplace({placeholder(0): placeholder(operands.index(x.operands[0]))})
            operands.append(e)
            body = body.xreplace({call: placeholder(len(operands) - 1)})
    used: list[Any] = [i for i in range(len(operands)) if placeholder(i) in body.free_symbols]
    renumbered: dict[Expr, Expr] = {placeholder(i): placeholder(j) for j, i in enumerate(used)}
    return elementwise(body.xreplace(renumbered), *(operands[i] for i in used))


def _element(x: Any, made: dict[Any, Store]) -> Any:
    key, offset = _at_t(x)
    return made[key].element(expand(t + offset)) if key in made else None
