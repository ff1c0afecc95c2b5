"""Passes over statements and steps that make generated code do less, each without changing what it computes.

`prune` drops what nobody wants, `share` computes once what several statements use (at the same or another
time), `hoist` takes out of a loop what does not need its results. A pass may be left out: it is never needed
for the code to be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sympy import Add, Basic, Expr, Mul

from symrnn.model import Range, Sequence
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.schedule import Block, Loop, Step
from symrnn.numeric.statements import Note, Statement, Store, Total, accesses, later, stackable, stores_in
from symrnn.tensor import Contract, Elementwise, Node, Slot, TimeSum, elementwise, placeholder, shape_of, slots_of, t
from symrnn.tensor.rebuilding import rebuilt, replaced


class Fresh:
    """Makes sequences for intermediate results, with names that the model does not use."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._count = 0

    def __call__(self, shape: tuple[Expr, ...]) -> Sequence:
        while True:
            self._count += 1
            name = f"part{self._count}"
            if name not in self._taken:
                return Sequence(name, *shape)


def prune(statements: list[Statement], wanted: Iterable[Store]) -> list[Statement]:
    """The statements that the wanted stores need, in their order."""
    needed = set(wanted)
    while True:
        kept = [s for s in statements if s.store in needed]
        more = {a.store for s in kept for a in s.reads} - needed
        if not more:
            return kept
        needed |= more


Sharable = tuple[Any, int]  # an expression moved so that its last adjoint is at t, and by how much it was moved


def share(
    statements: list[Statement], totals: list[Total], horizon: Horizon, fresh: Fresh
) -> tuple[list[Statement], list[Total]]:
    """Products and elementwise expressions of adjoints that several statements use, as statements of their own."""
    for kind in (Contract, Elementwise):
        statements, totals = _shared(kind, statements, totals, horizon, fresh)
    return statements, totals


def _shared(
    kind: type[Node], statements: list[Statement], totals: list[Total], horizon: Horizon, fresh: Fresh
) -> tuple[list[Statement], list[Total]]:
    uses: dict[Any, list[Range]] = {}
    items: list[Statement | Total] = [*statements, *totals]
    for item in items:
        if item.when is not None and not (isinstance(item, Statement) and item.once):
            for expr, offset in _sharable(item.expr, kind):
                uses.setdefault(expr, []).append(item.when.shifted(offset))
    made: dict[Any, Store] = {}
    for expr, ranges in uses.items():
        widest = next((r for r in ranges if all(horizon.within(q, r) for q in ranges)), None)
        if len(ranges) > 1 and widest is not None:
            store = made[expr] = Store(fresh(shape_of(expr)))
            note = Note(store.element(t), " = ", expr, "   for t = ", widest)
            statements = [*statements, Statement(store, t, expr, widest, False, note)]
    if not made:
        return statements, totals
    new = {s.store for s in statements} & set(made.values())
    return (
        [s if s.store in new else replace(s, expr=_with_shared(s.expr, made, kind)) for s in statements],
        [replace(x, expr=_with_shared(x.expr, made, kind)) for x in totals],
    )


def _sharable(expr: Basic, kind: type[Node]) -> list[Sharable]:
    """The outermost tensors of a kind that hold adjoints at t plus a number, and nothing at fixed times."""
    if isinstance(expr, TimeSum) or (isinstance(expr, Node) and expr.is_leaf):
        return []
    counted = isinstance(expr, Elementwise) and t in expr.body.free_symbols
    reads = accesses(expr) if isinstance(expr, kind) and not counted else []
    if any(a.store.adjoint for a in reads) and all((a.low - t).is_Integer and a.low == a.high for a in reads):
        last = max(int(a.low - t) for a in reads if a.store.adjoint)
        return [(later(expr, -last), last)]
    return [found for arg in expr.args for found in _sharable(arg, kind)]


def _with_shared(expr: Any, made: dict[Any, Store], kind: type[Node]) -> Any:
    rule = {later(e, o): made[e].element(t + o) for e, o in _sharable(expr, kind) if e in made}
    return replaced(expr, rule) if rule else expr


def hoist(loop: Loop, fresh: Fresh, rank: int = 2) -> list[Step]:
    """The loop, preceded by blocks that compute for all t what does not need the loop's own results.

    Only what has at most this rank: matrices for all t may take more memory than they spare work.
    """
    carried = {s.store for s in loop.statements}
    known: dict[Any, Any] = {}
    blocks: list[Step] = []
    kept = []
    for s in loop.statements:
        if s.once or not stackable(s.expr, t):
            kept.append(s)
            continue
        pass_ = _Hoist(s, carried, fresh, rank, known)
        kept.append(replace(s, expr=pass_.without_free(s.expr)))
        blocks += [Block(b) for b in pass_.made]
    return [*blocks, replace(loop, statements=tuple(kept))]


class _Hoist:
    """Replaces what is free of the carried stores, and varies in time, by elements of new sequences."""

    def __init__(
        self, statement: Statement, carried: set[Store], fresh: Fresh, rank: int, known: dict[Any, Any]
    ) -> None:
        self.statement, self.carried, self.fresh, self.rank, self.known = statement, carried, fresh, rank, known
        self.made: list[Statement] = []

    def is_free(self, expr: Basic) -> bool:
        return self.carried.isdisjoint(stores_in(expr))

    def varies(self, expr: Basic) -> bool:
        return any(t in a.low.free_symbols for a in accesses(expr)) or (
            isinstance(expr, Expr) and not isinstance(expr, Slot) and expr.has(t)
        )

    def named(self, expr: Any) -> Any:
        time, when = self.statement.time, self.statement.written
        # at the time that the statement writes, so that it can be in place
        moved = expr if time == t else expr.xreplace({t: t - (time - t)})
        if (moved, when) in self.known:
            return self.known[moved, when].element(time)
        store = self.known[moved, when] = Store(self.fresh(shape_of(expr)))
        note = Note(store.element(t), " = ", moved, "   for t = ", when)
        self.made.append(Statement(store, t, moved, when, False, note))
        return store.element(time)

    def without_free(self, expr: Any) -> Any:
        if isinstance(expr, TimeSum) or (isinstance(expr, Node) and expr.is_leaf):
            return expr
        if self.is_free(expr) and len(shape_of(expr)) <= self.rank:
            return self.named(expr) if self.varies(expr) else expr
        if isinstance(expr, Elementwise):
            return self._entrywise(expr.body, tuple(self._operand(x) for x in expr.operands))
        if isinstance(expr, Node):
            return expr.func(*(self._operand(x) for x in expr.args))
        return self._scalar(replaced(expr, {s: self._operand(s) for s in slots_of(expr)}))

    def _operand(self, x: Any) -> Any:
        return x if self.is_free(x) and self.rank == 2 else self.without_free(x)

    def _scalar(self, expr: Expr) -> Expr:
        """A scalar expression without what is free in it."""

        def taken(e: Expr) -> Expr:
            return e if (isinstance(e, Slot) and e.is_leaf) or not self.varies(e) else self.named(e)

        return _without(expr, self.is_free, taken)

    def _entrywise(self, body: Expr, operands: tuple[Any, ...]) -> Any:
        """An elementwise expression without what is free in its body."""
        operands_now = list(operands)
        places: dict[Basic, Any] = {placeholder(i): x for i, x in enumerate(operands)}

        def free(e: Basic) -> bool:
            return all(self.is_free(places[z]) for z in e.free_symbols if z in places)

        def taken(e: Expr) -> Expr:
            used = [z for z in places if z in e.free_symbols]
            renumbered = replaced(e, {z: placeholder(i) for i, z in enumerate(used)})
            whole = elementwise(renumbered, *(places[z] for z in used))
            leaf = isinstance(whole, Node) and whole.is_leaf
            if leaf or not self.varies(whole) or len(shape_of(whole)) > self.rank:
                return e
            operands_now.append(self.named(whole))
            return placeholder(len(operands_now) - 1)

        return elementwise(_without(body, free, taken), *operands_now)


def _without(e: Expr, free: Callable[[Expr], bool], taken: Callable[[Expr], Expr]) -> Expr:
    """An expression with its largest free parts replaced by what is taken in their place."""
    if e == t or e.is_number:
        return e
    return taken(e) if free(e) else _opened(e, free, taken)


def _opened(e: Expr, free: Callable[[Expr], bool], taken: Callable[[Expr], Expr]) -> Expr:
    """The same for an expression that is not free as a whole."""
    if isinstance(e, Slot) or not e.args:
        return e
    if isinstance(e, Add | Mul):
        group = [a for a in e.args if free(a)]
        if any(not a.is_number for a in group):
            together = e.func(*group)
            name = taken(together)
            others = [a for a in e.args if a not in group]
            rest = [_opened(a, free, taken) for a in others]
            return e if name is together and rest == others else e.func(name, *rest)
    return rebuilt(e, tuple(_without(a, free, taken) for a in e.args))
