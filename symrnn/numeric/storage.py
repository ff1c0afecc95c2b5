"""Passes that spare arrays: `inline` one that is read once, `in_place` one whose reader can write over it.

Each looks at who writes and who reads at which times, and does nothing where it is not sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from sympy import Expr, expand

from symrnn.model import Recurrence
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.schedule import Block, Loop, Step
from symrnn.numeric.statements import Note, Statement, Store, Total, counts, notes_in_lines
from symrnn.tensor import Elementwise, Node, shape_of, t
from symrnn.tensor.rebuilding import replaced


def inline(
    statements: list[Statement], totals: list[Total], wanted: Collection[Store], horizon: Horizon
) -> list[Statement]:
    """Adjoints that one elementwise expression reads, written into it: v[t] = e and f(v[t]) become f(e)."""
    for s in list(statements):
        readers = [r for r in statements if any(a.store == s.store for a in r.reads)]
        if (
            s.store in wanted
            or len(readers) != 1
            or any(a.store == s.store for x in totals for a in x.reads)
            or sum(w.store == s.store for w in statements) != 1
        ):
            continue
        merged = _substituted(s, readers[0], horizon)
        if merged is not None:
            statements = [merged if r is readers[0] else r for r in statements if r is not s]
    return statements


def _substituted(s: Statement, reader: Statement, horizon: Horizon) -> Statement | None:
    """The reader with the statement written into it, if both are elementwise and its times are covered."""
    if s.once or reader.once or s is reader or not (_entrywise(s.expr) and _entrywise(reader.expr)):
        return None
    found = [a for a in reader.reads if a.store == s.store]
    if len(found) != 1 or not (found[0].low == found[0].high and (found[0].low - t).is_Integer):
        return None
    if not horizon.within(found[0].times(reader.when, horizon), s.written):
        return None
    later: dict[Expr, Expr] = {t: expand(found[0].low - (s.time - t))}
    expr = replaced(reader.expr, {s.store.element(found[0].low): s.expr.xreplace(later)})
    return replace(reader, expr=expr, note=notes_in_lines((s.note, reader.note)))


def _entrywise(expr: Any) -> bool:
    """Whether what stands inside may be any elementwise expression."""
    plain = not isinstance(expr, Node) or isinstance(expr, Elementwise) or expr.is_leaf
    return plain and not counts(expr)


def written_once(statements: list[Statement]) -> list[Statement]:
    """Arrays that one statement alone fills are not added to: it writes there."""
    count = Counter(s.store for s in statements)
    return [replace(s, adds=False) if count[s.store] == 1 and not s.once else s for s in statements]


def in_place(model: Recurrence, steps: Iterable[Step], outside: Collection[Store]) -> list[Step]:
    """Intermediate results put where their only reader will write, at the same time, over them.

    `outside` are the arrays that are read outside of the steps.
    """
    done = list(steps)
    for step in list(done):
        if not isinstance(step, Block) or step.statement.store.sequence in model.sequences:
            continue
        s = step.statement
        every = [q for other in done for q in _inside(other)]
        readers = [q for q in every if any(a.store == s.store for a in q.reads)]
        if s.store in outside or len(readers) != 1 or not _may_write_over(s, readers[0], every):
            continue
        done = [_renamed(other, s, readers[0]) for other in done]
    return done


def _inside(step: Step) -> list[Statement]:
    return [step.statement] if isinstance(step, Block) else list(step.statements)


def _may_write_over(s: Statement, reader: Statement, every: list[Statement]) -> bool:
    """Whether the reader alone writes its array, in these rows, and reads the result just before it writes there."""
    target = reader.store
    writers = [q for q in every if q.store in (target, s.store) and q is not s]
    times = [a for a in reader.reads if a.store == s.store]
    return (
        writers == [reader]
        and not (s.once or reader.once or reader.adds)
        and not target.adjoint
        and shape_of(s.store.element(t)) == shape_of(target.element(t))
        and all(a.low == a.high == reader.time for a in times)
        and s.written == reader.written
    )


def _renamed(step: Step, s: Statement, reader: Statement) -> Step:
    """One step with the intermediate result in its reader's array."""

    def new(q: Statement) -> Statement:
        if q is s:
            begins = Note(reader.store.element(s.time), " begins as ", s.expr, "   for t = ", s.when)
            return replace(s, store=reader.store, note=begins)
        if q is reader:
            rule = {s.store.element(reader.time): reader.store.element(reader.time)}
            return replace(q, expr=replaced(q.expr, rule))
        return q

    if isinstance(step, Block):
        return Block(new(step.statement))
    return Loop(step.forward, tuple(new(q) for q in step.statements), step.when)
