"""From statements to an order of work: what can be done for all t at once, and what truly needs a loop.

Statements that write what another reads are ordered; those that need each other's earlier results form one
loop, which runs forward or backward in time and may handle two statements at different times in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence as Collection
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr

from symrnn.errors import Unsupported
from symrnn.model import Range
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.statements import Statement, stackable
from symrnn.tensor import t


@dataclass(frozen=True)
class Block:
    """A statement carried out for all its times at once, or once."""

    statement: Statement


@dataclass(frozen=True)
class Loop:
    """Statements carried out step by step; `forward` in time or backward. Each holds for t in its own range."""

    forward: bool
    statements: tuple[Statement, ...]
    when: Range


Step = Block | Loop
Edge = tuple[int, int]  # (writer, reader)


def schedule(statements: Collection[Statement], horizon: Horizon) -> list[Step]:
    """The steps, in an order in which everything is written before it is read.

    Raises
    ------
    Unsupported
        When a group of equations can be computed neither forward nor backward in time.
    """
    edges = _edges(statements, horizon)
    steps: list[Step] = []
    for group in _components(len(statements), edges):
        inner = [(a, b) for a, b in edges if a in group and b in group]
        members = [statements[i] for i in group]
        if inner:
            steps.append(_loop(members, [(group.index(a), group.index(b)) for a, b in inner], horizon))
        elif members[0].once or stackable(members[0].expr, t):
            steps.append(Block(members[0]))
        else:
            steps.append(Loop(True, (members[0],), members[0].when))
    return steps


def _edges(statements: Collection[Statement], horizon: Horizon) -> list[Edge]:
    found: dict[Edge, None] = {}
    for j, reader in enumerate(statements):
        for access in reader.reads:
            times = access.times(reader.when, horizon)
            for i, writer in enumerate(statements):
                if writer.store == access.store and not horizon.apart(writer.when, times):
                    found[(i, j)] = None
    return list(found)


def _components(count: int, edges: list[Edge]) -> list[list[int]]:
    """Strongly connected groups, each after those it reads from; ties in the order of the statements."""
    reach = [{i} for i in range(count)]
    changed = True
    while changed:
        changed = False
        for a, b in edges:
            if not reach[b] <= reach[a]:
                reach[a] |= reach[b]
                changed = True
    group_of: dict[int, tuple[int, ...]] = {}
    for i in range(count):
        group_of[i] = tuple(j for j in range(count) if j in reach[i] and i in reach[j])
    waiting = list(dict.fromkeys(group_of.values()))
    order: list[list[int]] = []
    done: set[int] = set()
    while waiting:
        ready = next(g for g in waiting if all(a in done or a in g for a, b in edges if b in g))
        waiting.remove(ready)
        done |= set(ready)
        order.append(list(ready))
    return order


def _loop(members: list[Statement], edges: list[Edge], horizon: Horizon) -> Loop:
    for sign in (1, -1):
        slacks = _slacks(members, edges, sign, horizon)
        shifts = _shifts(len(members), slacks) if slacks is not None else None
        if slacks is None or shifts is None:
            continue
        shifts = _aligned(members, shifts, slacks, sign)
        order = _within_pass(len(members), slacks, shifts)
        if order is not None:
            moved = tuple(_moved(members[i], sign * shifts[i]) for i in order)
            when = moved[0].when
            for s in moved[1:]:
                when = horizon.hull(when, s.when)
            return Loop(sign == 1, moved, when)
    raise Unsupported(
        "these equations need each other at times that no loop in one direction serves",
        where="\n".join(f"equation: {s.note}" for s in members),
        law="generated code runs each group of equations forward or backward in time",
        repair="split the ranges, or write the fixed-time element as a sequence of its own",
    )


def _slacks(members: list[Statement], edges: list[Edge], sign: int, horizon: Horizon) -> dict[Edge, int] | None:
    """For each edge, how many steps earlier (at least) its value is written; None when unbounded."""
    found: dict[Edge, int] = {}
    for i, j in edges:
        reader = members[j]
        for access in reader.reads:
            if access.store != members[i].store or horizon.apart(members[i].when, access.times(reader.when, horizon)):
                continue
            gap = (t - access.high) if sign == 1 else (access.low - t)
            at_ends = [gap.xreplace({t: end}) for end in (reader.when.first, reader.when.last)]
            least: Any = horizon.earlier(*at_ends)
            if not least.is_Integer:
                if not horizon.at_most(least * 0, least):
                    return None
                least = 0
            found[(i, j)] = min(int(least), found.get((i, j), int(least)))
    return found


def _shifts(count: int, slacks: dict[Edge, int]) -> list[int] | None:
    """By how much each statement runs ahead, so that nothing is read before it is written; None if none fits."""
    shifts = [0] * count
    for _ in range(count + 1):
        changed = False
        for (i, j), slack in slacks.items():
            if shifts[j] > shifts[i] + slack:
                shifts[j] = shifts[i] + slack
                changed = True
        if not changed:
            return shifts
    return None


def _aligned(members: list[Statement], shifts: list[int], slacks: dict[Edge, int], sign: int) -> list[int]:
    """Shifts that give all statements one range, where the order allows it: the loop then needs no conditions."""
    for base in range(len(members)):
        wished = []
        for s in members:
            gap = s.when.first - members[base].when.first
            same = gap == s.when.last - members[base].when.last
            wished.append(sign * int(gap) + shifts[base] if same and gap.is_Integer else None)
        if None not in wished:
            tried = [w for w in wished if w is not None]
            kept = all(tried[j] <= tried[i] + slack for (i, j), slack in slacks.items())
            if kept and _within_pass(len(members), slacks, tried) is not None:
                return [w - tried[0] for w in tried]
    return shifts


def _within_pass(count: int, slacks: dict[Edge, int], shifts: list[int]) -> list[int] | None:
    """The order of the statements in one pass; None when two need each other in the same pass."""
    tight = [(i, j) for (i, j), slack in slacks.items() if shifts[j] == shifts[i] + slack]
    order: list[int] = []
    while len(order) < count:
        ready = [j for j in range(count) if j not in order and all(i in order for i, k in tight if k == j and i != j)]
        if not ready or any(i == j for i, j in tight):
            return None
        order.append(ready[0])
    return order


def _moved(statement: Statement, by: int) -> Statement:
    """The statement written for the loop's index: what it did at t it does at t - by."""
    if not by:
        return statement
    later: dict[Expr, Expr] = {t: t + by}
    return replace(
        statement,
        time=statement.time.xreplace(later),
        expr=statement.expr.xreplace(later),
        when=statement.when.shifted(-by),
    )
