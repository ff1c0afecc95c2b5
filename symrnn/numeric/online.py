"""Programs that keep nothing but what the next step needs: loops that run together, and the rows that they carry.

Loops over the same times become one; whatever waits for none of them comes before. An array of which only the last
rows are read, in that loop or at its end, keeps just these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sympy import expand

from symrnn.model import Recurrence
from symrnn.numeric.schedule import Block, Loop, Step
from symrnn.numeric.statements import Access, Statement, Store, accesses
from symrnn.tensor import t


def together(steps: Iterable[Step]) -> list[Step]:
    """The steps, with loops over the same times made one where no other step has to stand between them."""
    waiting, done = list(steps), list[Step]()
    while waiting:
        unwritten = {s.store: step for step in waiting for s in inside(step)}

        def is_ready(step: Step, others: dict[Store, Step] = unwritten) -> bool:
            return all(others.get(a.store, step) is step for s in inside(step) for a in accesses(s.expr))

        ready = next((x for x in waiting if isinstance(x, Block) and is_ready(x)), None) or next(
            x for x in waiting if is_ready(x)
        )
        waiting.remove(ready)
        if isinstance(ready, Loop):
            joined = [ready]
            for other in list(waiting):
                if isinstance(other, Loop) and _joins(other, joined, waiting):
                    waiting.remove(other)
                    joined.append(other)
            ready = Loop(ready.forward, tuple(s for x in joined for s in x.statements), ready.when)
        done.append(ready)
    return done


def inside(step: Step) -> tuple[Statement, ...]:
    """The statements of a step."""
    return (step.statement,) if isinstance(step, Block) else step.statements


def _joins(other: Loop, joined: list[Loop], waiting: list[Step]) -> bool:
    """Whether a loop can run along with others: of what they write it reads what is there in the same pass."""
    if (other.forward, other.when) != (joined[0].forward, joined[0].when):
        return False
    mine = {s.store for x in joined for s in x.statements}
    later = {s.store for x in waiting if x is not other for s in inside(x)}
    sign = 1 if other.forward else -1
    for s in other.statements:
        for a in accesses(s.expr):
            if a.store in later or (a.store in mine and not all(lag >= 0 for lag in _lags(a, joined, sign))):
                return False
    return not any(s.store in later for s in other.statements)


def _lags(a: Access, loops: list[Loop], sign: int) -> Iterator[int]:
    """How many passes earlier what is read is written; -1 where that is not a fixed number."""
    for w in (w for x in loops for w in x.statements if w.store == a.store):
        lag = sign * (w.time - a.low)
        yield int(lag) if a.low == a.high and not w.once and lag.is_Integer else -1


def carried(model: Recurrence, steps: list[Step], readings: Iterable[Any]) -> dict[Store, int]:
    """How many rows are kept of each array that a loop carries; `readings` are what is read after all steps."""
    found: dict[Store, int] = {}
    after = list(readings)
    for i, loop in enumerate(steps):
        if not isinstance(loop, Loop):
            continue
        before, behind = steps[:i], [a for x in after for a in accesses(x)]
        behind += [a for step in steps[i + 1 :] for s in inside(step) for a in accesses(s.expr)]
        for store in dict.fromkeys(s.store for s in loop.statements):
            if store.sequence not in model.sequences and not store.adjoint:
                rows = _rows(store, loop, before, steps[i + 1 :], behind)
                found |= {} if rows is None else {store: rows}
    return found


def _rows(store: Store, loop: Loop, before: list[Step], behind: list[Step], read: list[Access]) -> int | None:
    """The rows that one array needs, or None if it is needed whole."""
    sign = 1 if loop.forward else -1
    writers = [i for i, s in enumerate(loop.statements) if s.store == store]
    time = loop.statements[writers[0]].time
    if any(loop.statements[i].time != time for i in writers) or not time.has(t):
        return None
    lags = {
        i: list(_lags(a, [loop], sign))
        for i, s in enumerate(loop.statements)
        for a in accesses(s.expr)
        if a.store == store
    }
    every = [lag for found in lags.values() for lag in found]
    if any(lag < 0 for lag in every) or any(s.store == store for x in behind for s in inside(x)):
        return None
    depth = max(every, default=0)
    first, last = (loop.when.first, loop.when.last) if loop.forward else (loop.when.last, loop.when.first)
    starts = {expand(time.xreplace({t: first}) - sign * (lag + 1)) for lag in range(depth)}
    given = [s for x in before for s in inside(x) if s.store == store]
    end = time.xreplace({t: last})
    if any(not s.once or expand(s.time) not in starts for s in given):
        return None
    if any(a.store == store and not (expand(a.low - end) == 0 == expand(a.high - end)) for a in read):
        return None
    early = depth == 1 and all(i <= writers[0] for i, found in lags.items() if 1 in found)
    return 1 if depth == 0 or early else depth + 1
