"""Gradients that are sums over neighbouring columns of one array, computed as one sum and taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

from symrnn.model import Constant, Parameter, Range
from symrnn.numeric.columns import Columns, Stacks
from symrnn.numeric.statements import Note, Total, accesses, store_of
from symrnn.tensor import Node, Outer

Totals = Mapping[Any, tuple[Total, ...]]


@dataclass(frozen=True, eq=False)
class Group:
    """Parameters with the rows of the sum that are theirs, the terms of the sum, and what is said about each."""

    expr: Any
    members: dict[Any, tuple[Expr, Expr]]
    notes: tuple[Note, ...]


@dataclass
class _Found:
    columns: Columns
    leaf: Any
    total: Total


@dataclass
class _Kind:
    """Sums over one array with one other factor."""

    right: Any
    when: Range | None
    time: Expr
    found: list[_Found] = field(default_factory=list)


def groups_of(totals: Totals, stacks: Stacks) -> list[Group]:
    """The groups of two or more parameters whose sums run over neighbouring columns."""
    kinds: dict[Any, _Kind] = {}
    for leaf, parts in totals.items():
        if len(parts) == 1 and isinstance(leaf, Parameter):
            x = parts[0]
            inner, right = (x.expr.left, x.expr.right) if isinstance(x.expr, Outer) else (x.expr, None)
            columns = _columns(inner, right, stacks) if x.when is not None else None
            if columns is not None:
                (a,) = accesses(inner)
                key = (columns.whole, right, x.when, a.low)
                kinds.setdefault(key, _Kind(right, x.when, a.low)).found.append(_Found(columns, leaf, x))
    return [g for kind in kinds.values() for g in _runs(kind, stacks)]


def _columns(inner: Any, right: Any, stacks: Stacks) -> Columns | None:
    """The columns that a sum is about, if it is about an array that is part of another."""
    if not (isinstance(inner, Node) and inner.is_leaf) or isinstance(inner, Parameter | Constant):
        return None
    columns = stacks.columns.get(store_of(inner))
    used = [] if right is None or columns is None else [a.store for a in accesses(right)]
    return None if columns is None or any(s in stacks.columns for s in used) else columns


def _runs(kind: _Kind, stacks: Stacks) -> list[Group]:
    """Neighbours, one run after the other."""
    order = list(stacks.columns.values())
    runs: list[list[_Found]] = []
    for f in sorted(kind.found, key=lambda f: order.index(f.columns)):
        if runs and runs[-1][-1].columns.last == f.columns.first:
            runs[-1].append(f)
        else:
            runs.append([f])
    return [_group(kind, run) for run in runs if len(run) > 1]


def _group(kind: _Kind, run: list[_Found]) -> Group:
    whole = run[0].columns.whole  # all of its columns, wanted or not: what is in one piece needs no copy
    every = whole.element(kind.time)
    members = {f.leaf: (f.columns.first, f.columns.last) for f in run}
    expr = every if kind.right is None else Outer(every, kind.right)
    return Group(expr, members, tuple(f.total.note for f in run))
