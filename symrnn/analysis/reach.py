"""How far back a node can see: a fixed number of steps for a time-delay network, the whole past for a recurrence.

The reach is read off the graph of lags, symbolically; how much of the past still matters is a curve, in numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from symrnn.analysis.carrier import Carrier
from symrnn.analysis.counting import behind
from symrnn.analysis.sharing import state_of
from symrnn.analysis.summary import summary
from symrnn.model import Element, Recurrence, Sequence, reads
from symrnn.tensor import t
from symrnn.tensor.time import offset_from
from symrnn.typeset import text


@dataclass(frozen=True)
class Reach:
    """Which inputs a node at t can depend on: x(t - back) to x(t + ahead); None means without end.

    at
        The node with its time: h[t], or o[tau] for one that is there once.
    inputs
        The input sequences among what it depends on.
    steps
        How many times that are, None when they are unboundedly many.
    """

    at: Element
    back: int | None
    ahead: int | None
    inputs: tuple[Sequence, ...]

    @property
    def node(self) -> Sequence:
        return self.at.sequence

    @property
    def steps(self) -> int | None:
        return None if self.back is None or self.ahead is None else self.back + self.ahead + 1

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        now = text(self.at.time)
        if not self.inputs:
            return f"{text(self.at)} sees no input"
        if self.steps == 1:
            return f"{text(self.at)} sees 1 step, {now}"
        if self.steps is not None:
            first = f"{now} - {self.back}" if self.back else now
            last = f"{now} + {self.ahead}" if self.ahead else now
            return f"{text(self.at)} sees {self.steps} steps, from {first} to {last}"
        if self.back is None and self.ahead is None:
            return f"{text(self.at)} sees every input of {', '.join(map(text, self.inputs))}"
        side = "past" if self.back is None else "future"
        further = self.ahead if self.back is None else self.back
        more = f" and {further} more" if further else ""
        return f"{text(self.at)} sees the whole {side}{more}: a cycle of the graph carries it"


def receptive_field(model: Recurrence, node: Any = None) -> Reach:
    """Which inputs a node can depend on, read off the lags of the equations.

    Parameters
    ----------
    model
        Any recurrence.
    node
        A sequence that it defines, or its name; its last output when left out, or else its last state.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(sr.analysis.receptive_field(sr.models.time_delay()))
    o(t) sees 3 steps, from t - 2 to t
    >>> print(sr.analysis.receptive_field(sr.models.elman()))
    o(t) sees the whole past: a cycle of the graph carries it
    """
    if node is None and isinstance(model, Recurrence):
        node = (model.outputs or model.states or model.defined)[-1]
    start = state_of(model, node)
    edges = {v: _lags(model, v) for v in model.defined}
    back, ahead = _extent(start, edges, 1), _extent(start, edges, -1)
    read = [x.sequence for e in behind(model, start) for x in reads(e.rhs) if hasattr(x, "sequence")]
    once = _only_time(model, start)
    at = start[t if once is None else once]
    return Reach(at, back, ahead, tuple(v for v in (*model.inputs, *model.targets) if v in read))


def _only_time(model: Recurrence, v: Sequence) -> Any:
    """The time of a sequence that is defined at one time only, as an answer at the end is."""
    found = [e for e in model.equations if e.sequence == v]
    return found[0].lhs.time if len(found) == 1 and not found[0].over else None


def _lags(model: Recurrence, v: Sequence) -> list[tuple[Sequence, int | None]]:
    """What the equations of a sequence read, and how many steps back; None where it is a time of its own."""
    found, once = [], _only_time(model, v)
    for e in model.equations:
        if e.sequence == v:
            for x in reads(e.rhs):
                if hasattr(x, "sequence"):
                    offset = offset_from(x.time, e.over[0] if e.over else t if once is None else once)
                    found.append((x.sequence, None if offset is None else -offset))
    return found


def _extent(start: Sequence, edges: dict[Sequence, list[tuple[Sequence, int | None]]], sign: int) -> int | None:
    """The largest number of steps back (or ahead, for sign -1) at which a given sequence is read; None if unbounded."""
    best: dict[Sequence, int] = {start: 0}
    for _ in range(len(edges) + 1):
        changed = False
        for v, lags in edges.items():
            if v not in best:
                continue
            for u, lag in lags:
                if lag is None:
                    return None  # an element at a fixed time is any number of steps away
                if best[v] + sign * lag > best.get(u, -(10**9)):
                    best[u] = best[v] + sign * lag
                    changed = True
        if not changed:
            given = [far for v, far in best.items() if v not in edges]
            return max([*given, 0])
    return None


def memory(
    model: Recurrence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    state: Any = None,
) -> np.ndarray:
    """How much the state at its end depends on each input, the nearest first: the norm of its derivative.

    Returns
    -------
    numpy.ndarray
        (tau,): entry d is the Frobenius norm of the derivative by x(tau - d).

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> params = {"w": 0.5, "u": 1.0, "b": 0.0}
    >>> curve = sr.analysis.memory(sr.models.scalar(), params, {"x": np.zeros(4)}, {"s[0]": 0.0})
    >>> curve.tolist()
    [1.0, 0.5, 0.25, 0.125]
    """
    found = summary(model, params, inputs, boundary, state=state)
    return found.remembered if found.time == 1 else found.remembered[::-1]


def reach_norms(
    model: Recurrence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    state: Any = None,
) -> np.ndarray:
    """How much the state at each time depends on each input: the Frobenius norms of the derivatives.

    Returns
    -------
    numpy.ndarray
        (tau, tau): row t - 1, column k - 1 is the norm of the derivative of the state at t by x(k); zero for k > t,
        unless the state runs backward in time.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> params = {"w": 0.5, "u": 1.0, "b": 0.0}
    >>> sr.analysis.reach_norms(sr.models.scalar(), params, {"x": np.zeros(3)}, {"s[0]": 0.0}).tolist()
    [[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.25, 0.5, 1.0]]
    """
    carrier = Carrier(model, state_of(model, state), params, inputs, boundary)
    times = range(1, carrier.steps + 1)
    return np.array([np.linalg.norm(carrier.by_past(time=s), axis=(0, 2)) for s in times])
