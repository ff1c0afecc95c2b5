"""Well-posedness: in the graph of sequences weighted by lags, every cycle of one component must run one way.

A cycle of total lag zero would need its own present value; cycles of both signs in one component would
need past and future at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Integer

from symrnn.errors import IllPosed
from symrnn.model.equation import Binder, Equation
from symrnn.model.given import Element, Sequence
from symrnn.model.ranges import Range, grows, is_empty, meet
from symrnn.tensor.time import offset_from

Ranges = Mapping[Sequence, tuple[Range, ...]]
Readings = Mapping[Any, tuple[tuple[Any, Binder | None], ...]]
Edge = tuple[Sequence, Sequence, int]  # (read sequence, defined sequence, lag)


def check_well_posed(equations: tuple[Equation, ...], defined: Ranges, readings: Readings) -> None:
    """Raise `IllPosed` for a cycle without delay, or for a component that runs both ways in time.

    `defined` says for which times the equations define each sequence, `readings` what each equation reads.
    """
    edges = _edges(equations, defined, readings)
    cycle = _zero_cycle(edges)
    if cycle:
        path = " -> ".join(f"{v}[t]" for v in cycle)
        raise IllPosed(
            f"{cycle[0]}[t] needs its own present value: {path}",
            where="\n".join(f"equation: {e}" for e in equations if e.sequence in cycle),
            law="every cycle passes through a delay",
            repair=f"one of these must be delayed, e.g. {cycle[-2]}[t - 1]",
        )
    for component in _components(edges):
        inner = [e for e in edges if e[0] in component and e[1] in component]
        if inner and not _one_way(inner, 1) and not _one_way(inner, -1):
            _raise_both_ways(component, inner, equations)


def _edges(equations: tuple[Equation, ...], defined: Ranges, readings: Readings) -> list[Edge]:
    found: dict[Edge, None] = {}
    for e in equations:
        for leaf, binder in readings[e]:
            if isinstance(leaf, Element) and leaf.sequence in defined:
                for lag in _lags(e, leaf, binder, defined[leaf.sequence]):
                    found[(leaf.sequence, e.sequence, lag)] = None
    return list(found)


def _lags(e: Equation, leaf: Any, binder: Binder | None, home: tuple[Range, ...]) -> tuple[int, ...]:
    """The delay of a read; for a fixed time or a sum over time, the signs that its delays have.

    A read of what no equation defines, such as h[0], makes no cycle and has none.
    """
    index, first, last = e.over or (None, e.lhs.time, e.lhs.time)
    offset = offset_from(leaf.time, index) if index is not None and binder is None else None
    if offset is not None:
        return (-offset,)
    read = Range(leaf.time, leaf.time)
    if binder is not None:
        read = Range(*(leaf.time.xreplace({binder[0]: end}) for end in binder[1:]))
    if all(is_empty(meet(read, r)) for r in home):
        return ()
    at_ends = [(s, read.at({index: s})) for s in (first, last)]
    read_at = [(s, r) for s, r in at_ends if not is_empty(r)] or at_ends  # a sum over no times reads nothing
    delays = [s - end for s, r in read_at for end in (r.first, r.last)]
    if len(set(delays)) == 1 and delays[0].is_Integer:
        return (int(delays[0]),)
    earlier, later = (any(grows(Integer(1), sign * d) for d in delays) for sign in (1, -1))
    same = (earlier and later) or any(d == 0 for d in delays)
    return tuple(sign for sign, found in ((1, earlier), (0, same), (-1, later)) if found)


def _zero_cycle(edges: list[Edge]) -> list[Sequence]:
    """A cycle of same-step reads, or nothing."""
    reading: dict[Sequence, list[Sequence]] = {}
    for source, target, lag in edges:
        if lag == 0:
            reading.setdefault(target, []).append(source)
    done: set[Sequence] = set()

    def visit(v: Sequence, path: list[Sequence]) -> list[Sequence]:
        if v in path:
            return [*path[path.index(v) :], v]
        if v in done:
            return []
        for u in reading.get(v, []):
            found = visit(u, [*path, v])
            if found:
                return found
        done.add(v)
        return []

    for v in reading:
        found = visit(v, [])
        if found:
            return found
    return []


def _components(edges: list[Edge]) -> Iterable[set[Sequence]]:
    """The strongly connected components, in order of appearance."""
    nodes = list(dict.fromkeys(v for a, b, _ in edges for v in (a, b)))
    reach = {v: {v} for v in nodes}
    changed = True
    while changed:
        changed = False
        for a, b, _ in edges:
            for v in nodes:
                if a in reach[v] and b not in reach[v]:
                    reach[v].add(b)
                    changed = True
    seen: set[Sequence] = set()
    for v in nodes:
        if v not in seen:
            component = {u for u in nodes if u in reach[v] and v in reach[u]}
            seen |= component
            yield component


def _one_way(edges: list[Edge], sign: int) -> bool:
    """Whether the total lag of every cycle has this sign: no non-positive cycle, by Bellman and Ford."""
    nodes = {v for a, b, _ in edges for v in (a, b)}
    scale = len(nodes) + 1
    distance = dict.fromkeys(nodes, 0)
    for _ in range(len(nodes) + 1):
        changed = False
        for a, b, lag in edges:
            weight = sign * lag * scale - 1
            if distance[a] + weight < distance[b]:
                distance[b] = distance[a] + weight
                changed = True
        if not changed:
            return True
    return False


def _raise_both_ways(component: set[Sequence], edges: list[Edge], equations: tuple[Equation, ...]) -> None:
    ordered = [e for e in equations if e.sequence in component]
    first = ordered[0].sequence
    times = [f"{a}[t{_shown(-lag)}]" for a, _, lag in edges if lag]
    subject = (
        f"{first}[t] reads {' and '.join(times)}" if len(component) == 1 else "together they read " + ", ".join(times)
    )
    raise IllPosed(
        f"{subject}: one state cannot run both ways in time",
        where="\n".join(f"equation: {e}" for e in ordered),
        law="all cycles of one component have the same sign, and none is zero",
        repair="split it into two states, one for each direction, and combine them in an output",
    )


def _shown(offset: int) -> str:
    return f" {'+' if offset > 0 else '-'} {abs(offset)}"
