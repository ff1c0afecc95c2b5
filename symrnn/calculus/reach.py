"""Which nodes a total derivative passes through on its way, and whether they are finitely many.

Between two elements a fixed number of steps apart they are, unless states of both directions lie between;
from a node to a parameter they are where no recurrence lies between.
"""

from __future__ import annotations

from typing import Any

from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Recurrence, Sequence, reads
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.time import offset_from


class Reach:
    """The nodes of a model from which a node is computed and which themselves depend on `by`."""

    def __init__(self, model: Recurrence, node: Any, by: Any) -> None:
        self.node, self.by = node, by
        self.edges = {v: _reads(model, v, node) for v in model.defined}
        self.home = {v for v in model.defined if self._depends(v)}
        self.distance = self._distance()
        signs = {s for v in self._between() for s in self._cycle_signs(v)}
        if len(signs) == 2 or (signs and self.distance is None):
            raise self._endless()
        self.sign = next(iter(signs), 0)

    def leads(self, leaf: Any) -> bool:
        """Whether the value of an element that is read on the way can depend on `by`."""
        if leaf.sequence not in self.home:
            return False
        if self.distance is None or not self.sign:
            return True
        ahead = leaf.time - self.by.time  # how many steps are still to go, in the direction of the states
        slack = sum(max((max(0, -self.sign * lag) for _, lag in found), default=0) for found in self.edges.values())
        return bool(self.sign * ahead + slack >= 0)

    def _distance(self) -> int | None:
        if not isinstance(self.by, Element):
            return None
        difference = self.node.time - self.by.time
        return int(difference) if difference.is_Integer else None

    def _reached(self, v: Sequence) -> set[Sequence]:
        found: set[Sequence] = set()
        stack = [u for u, _ in self.edges.get(v, ())]
        while stack:
            u = stack.pop()
            if u not in found:
                found.add(u)
                stack += [w for w, _ in self.edges.get(u, ())]
        return found

    def _depends(self, v: Sequence) -> bool:
        target = self.by.sequence if isinstance(self.by, Element) else self.by
        return any(target in {w for w, _ in self.edges.get(u, ())} for u in {v, *self._reached(v)})

    def _between(self) -> set[Sequence]:
        return {v for v in {self.node.sequence, *self._reached(self.node.sequence)} if v in self.home}

    def _cycle_signs(self, v: Sequence) -> set[int]:
        """The directions of the cycles through a sequence: 1 forward in time, -1 backward."""
        own = {u for u in self._reached(v) if v in self._reached(u)} | {v}
        if v not in self._reached(v):
            return set()
        return {1 if lag > 0 else -1 for u in own for w, lag in self.edges[u] if w in own and lag}

    def _endless(self) -> Unsupported:
        return Unsupported(
            f"the total derivative of {self.node} by {self.by} passes through all steps between, however many",
            law="it is a sum of ordered products of Jacobians",
            repair=f"use the recurrence of sr.rtrl, an element a fixed number of steps before {self.node}, "
            "or immediate=True for ∂⁺",
        )


def _reads(model: Recurrence, v: Sequence, node: Any) -> list[tuple[Any, int]]:
    """What the equations of a sequence read: sequences with their lags, parameters and constants."""
    found: list[tuple[Any, int]] = []
    for e in model.equations:
        if e.sequence == v:
            if any(x.sequence in model.defined for s in e.rhs.atoms(TimeSum) for x in s.body.atoms(Element)):
                raise Unsupported(f"the total derivative of {node} passes through a sum over time in {e.lhs}")
            found += [_edge(e, x) for x in reads(e.rhs)]
    return found


def _edge(e: Equation, x: Any) -> tuple[Any, int]:
    if not isinstance(x, Element):
        return x, 0
    offset = offset_from(x.time, e.lhs.time)
    return x.sequence, -offset if offset is not None else 0
