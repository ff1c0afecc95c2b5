"""Blocks that fill neighbouring columns of one array in the same way, merged: b + U @ x[t] of all gates at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.model import Parameter
from symrnn.numeric.columns import Columns, Stacks
from symrnn.numeric.schedule import Block, Step
from symrnn.numeric.statements import Statement, Store, notes_in_lines
from symrnn.tensor import Contract, Elementwise, Node, elementwise


def merged_blocks(steps: list[Step], stacks: Stacks) -> list[Step]:
    """Blocks that fill neighbouring columns in the same way, with parameters of their own, as one block."""
    done = list(steps)
    for whole in dict.fromkeys(c.whole for c in stacks.columns.values()):
        members = [s for s, c in stacks.columns.items() if c.whole == whole and _is_member(s, stacks, whole)]
        blocks = [next((b for b in done if isinstance(b, Block) and b.statement.store == s), None) for s in members]
        if any(b is None for b in blocks):
            continue
        statements = [b.statement for b in blocks if b is not None]
        one = _one_block(statements, whole, stacks)
        if one is not None:
            at = done.index(Block(statements[0]))
            done = [Block(one) if i == at else b for i, b in enumerate(done) if i == at or b not in blocks]
    return done


def _is_member(s: Store, stacks: Stacks, whole: Store) -> bool:
    """Whether an array is one of those that were joined, and not a group of them."""
    inner = stacks.columns[s]
    parts = [c for q, c in stacks.columns.items() if c.whole == whole and q != s]
    return not any(inner.first <= c.first and c.last <= inner.last for c in parts if _decided(inner, c))


def _decided(a: Columns, b: Columns) -> bool:
    return bool((b.first - a.first).is_nonnegative and (a.last - b.last).is_nonnegative)


def _one_block(statements: list[Statement], whole: Store, stacks: Stacks) -> Statement | None:
    """One statement for all columns, if they differ in their parameters only."""
    s = statements[0]
    if any(q.when != s.when or q.once or q.adds != s.adds for q in statements):
        return None
    leaves = [_parameters(q.expr) for q in statements]
    if len({len(x) for x in leaves}) != 1:
        return None
    rule: dict[Any, Any] = {}
    for i, old in enumerate(leaves[0]):
        parts = tuple(x[i] for x in leaves)
        if len(set(parts)) != len(parts) or len({p.shape[1:] for p in parts}) != 1 or not old.shape:
            return None
        rule[old] = parts
    for j, q in enumerate(statements[1:], 1):
        back = {parts[j]: old for old, parts in rule.items()}
        if len(back) != len(rule) or q.expr.xreplace(back) != s.expr:
            return None
    if not _fits(s.expr):
        return None
    made = _with_matrices(s.expr, {old: stacks.matrix(parts) for old, parts in rule.items()})
    return replace(s, store=whole, expr=made, note=notes_in_lines(q.note for q in statements))


def _parameters(expr: Any) -> list[Parameter]:
    """The parameters of an expression, in order."""
    if isinstance(expr, Parameter):
        return [expr]
    if isinstance(expr, Node) and expr.is_leaf:
        return []
    return list(dict.fromkeys(p for a in expr.args for p in _parameters(a)))


def _fits(expr: Any) -> bool:
    """Whether an expression is a sum of parameters and of products of a parameter with what all columns share."""
    if not isinstance(expr, Elementwise) or not expr.body.is_Add:
        return False
    return all(
        isinstance(x, Parameter)
        or (isinstance(x, Contract) and isinstance(x.left, Parameter) and not _parameters(x.right))
        for x in expr.operands
    )


def _with_matrices(expr: Elementwise, rule: dict[Any, Any]) -> Any:
    """The sum with other parameters, of another size."""
    operands = [rule[x] if x in rule else Contract(rule[x.left], x.right) for x in expr.operands]
    return elementwise(expr.body, *operands)
