"""Other ways to sum what comes back through time: over a few steps only, or with the Jacobians in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from symrnn.numeric.checking.system import LinearBackward


def summed(system: LinearBackward, whole: np.ndarray, scheme: tuple[str, Any]) -> np.ndarray | None:
    """The gradients by one scheme, or None where it cannot be made."""
    kind, how = scheme
    return windowed(system, whole, how) if kind == "window" else reordered(system, whole, how)


def windowed(system: LinearBackward, whole: np.ndarray, steps: int) -> np.ndarray:
    """Each loss followed back over a number of steps, no further."""
    n = system.unknowns
    crossing = _crossing(system)
    within, across = np.where(crossing, 0.0, whole[:, :n]), np.where(crossing, whole[:, :n], 0.0)
    step = np.eye(n) - within[:n]
    layer = np.linalg.solve(step, whole[:n, -1])
    adjoints, reached = layer, np.zeros(n)
    for _ in range(steps):
        reached = adjoints
        layer = np.linalg.solve(step, across[:n] @ layer)
        adjoints = adjoints + layer
    return np.asarray(np.concatenate([adjoints, within[n:] @ adjoints + across[n:] @ reached + whole[n:, -1]]))


def _crossing(system: LinearBackward) -> np.ndarray:
    """Where a row and a column belong to different times."""
    times = np.full(system.total, np.nan)
    for node, rows in system.rows.items():
        time = system.time_of(node)
        times[rows] = np.nan if time is None else time
    gaps = times[:, None] - times[None, : system.unknowns]
    return np.asarray(np.isfinite(gaps) & (gaps != 0))


def reordered(system: LinearBackward, whole: np.ndarray, how: str) -> np.ndarray | None:
    """The adjoints as sums over later steps of products of Jacobians, in another order or of another length."""
    steps = _by_step(system)
    if steps is None:
        return None
    last = len(steps) - 1
    jacobians, seeds = _jacobians(whole, steps)
    n = system.unknowns
    adjoints = np.zeros(system.total)
    for t in range(last + 1):
        received = np.zeros(len(steps[1]))
        for s in range(max(t, 1), last + 1):
            received += _product(jacobians, t, s, how) @ seeds[s]
        there = steps[t] >= 0
        adjoints[steps[t][there]] = received[there]
    boundary = {int(i) for i in steps[0] if i >= 0}
    rest = [i for i in range(n, system.total) if i not in boundary]
    adjoints[rest] = whole[rest, :n] @ adjoints[:n] + whole[rest, -1]
    return adjoints


def _by_step(system: LinearBackward) -> list[np.ndarray] | None:
    """For each step its rows in one order of sequences, -1 where there is none; boundary values are step 0."""
    times = sorted({int(x.time) for x in system.nodes})
    if times != list(range(1, len(times) + 1)):
        return None
    sequences = list(dict.fromkeys(x.sequence for x in system.nodes))
    computed = set(system.nodes)
    if any(v[s] not in computed for v in sequences for s in times):
        return None
    found = []
    for s in (0, *times):
        rows: list[int] = []
        for v in sequences:
            own = system.rows.get(v[s])
            size = system.rows[v[1]].stop - system.rows[v[1]].start
            rows += range(own.start, own.stop) if own is not None else [-1] * size
        found.append(np.array(rows))
    return found


def _jacobians(whole: np.ndarray, steps: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """From step t+1 to step t, through the nodes of a step: a matrix for each t; and each step's own seeds."""
    size = len(steps[1])
    jacobians, seeds = [], [np.zeros(size)]
    for t in range(len(steps) - 1):
        across = np.where(steps[t][:, None] >= 0, whole[np.ix_(steps[t], steps[t + 1])], 0.0)
        jacobians.append(_through(whole, steps[t], across) if t else across)
        seeds.append(_through(whole, steps[t + 1], whole[steps[t + 1], -1]))
    return jacobians, seeds


def _through(whole: np.ndarray, rows: np.ndarray, arriving: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.solve(np.eye(len(rows)) - whole[np.ix_(rows, rows)], arriving))


def _product(jacobians: list[np.ndarray], t: int, s: int, how: str) -> np.ndarray:
    """The product of the Jacobians from step s back to step t."""
    factors = jacobians[t:s]
    if how == "reversed":
        factors = factors[::-1]
    elif how == "short":
        factors = factors[1:]
    elif how == "long" and t > 0:
        factors = jacobians[t - 1 : s]
    found = np.eye(len(jacobians[0]))
    for m in factors:
        found = found @ m
    return found
