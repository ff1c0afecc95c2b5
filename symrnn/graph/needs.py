"""From which last time on a model is defined: what is read must be computed or given at every step.

Boundary values are read off the equations for large last times. At a small one an equation may hold at no time
at all, and what another reads of it is then neither computed nor given.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from symrnn.errors import Undefined
from symrnn.graph.lengths import Last, rule_of
from symrnn.model import Recurrence

FARTHEST = 64  # last times that are tried for the smallest


def undefined(model: Recurrence, last: Last) -> Any:
    """An element that is read at this last time and neither computed nor a boundary value, or None."""
    rule = rule_of(model, last)
    given = {b.xreplace(rule) for b in model.boundary}
    for v in model.defined:
        home = [times for r in model.ranges[v] if (times := r.at(rule).times())]
        for r in model.reading_ranges(v):
            for s in _outside(r.at(rule).times(), home):
                if v[s] not in given:
                    return v[s]
    return None


def _outside(times: range, home: list[range]) -> Iterator[int]:
    """The times that lie in no range of home, found from the ends of the ranges."""
    parts = [times]
    for h in home:
        parts = [q for p in parts for q in (range(p.start, min(p.stop, h.start)), range(max(p.start, h.stop), p.stop))]
    return (s for p in parts for s in p)


def need_defined(model: Recurrence, last: Last) -> None:
    """Raise unless everything that is read at this last time is computed or given."""
    missing = undefined(model, last)
    if missing is not None:
        raise Undefined(
            f"{missing} is read at tau = {last}, and no equation computes it there",
            law=f"{model.title.name} is defined from tau = {shortest(model)} on",
            repair=f"a larger tau, or an equation for {missing}",
        )


@lru_cache(maxsize=256)
def shortest(model: Recurrence) -> int:
    """The smallest last time, the same for all lengths, at which the model is defined."""
    for last in range(1, FARTHEST):
        alike: Any = last if len(model.lengths) == 1 else tuple((s, last) for s in model.lengths)
        if undefined(model, alike) is None:
            return last
    return 1
