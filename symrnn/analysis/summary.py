"""The state as a lossy summary of the past: what it keeps, what it forgets, and two pasts it cannot tell apart.

The past of t inputs has t m numbers, the state n: the derivative of the state by the past has a kernel as soon as t m
exceeds n, and along it the past can change without a trace (Goodfellow et al. 2016, 10.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from sympy import Expr, Mul, Symbol

from symrnn.analysis.carrier import Arrays, Carrier
from symrnn.analysis.counting import behind
from symrnn.analysis.sharing import state_of
from symrnn.calculus import closed_form, jacobian
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Equation, Recurrence, Sequence, reads
from symrnn.tensor import shape_of, t
from symrnn.typeset import text

RANK = 1e-10  # singular values below this part of the largest count as zero
STEPS, CLOSE, STRIDE = 60, 1e-13, 0.25


@dataclass(frozen=True)
class Summary:
    """What a state says of the inputs that led to it, in numbers.

    time, tau
        When: at the last time `tau`, or at 1 for a state that runs backward in time.
    driver
        The input sequence that is the past.
    past, kept
        How many numbers the past has, and how many the state.
    jacobian
        The derivative of the state by the past, (n, tau, m): block [:, k - 1, :] is that by x(k).
    singular_values, rank
        Of the derivative as an (n, tau m) matrix.
    kernel
        (tau m - rank, tau, m): directions in which the past can change without the state noticing, to first order;
        orthonormal.
    remembered
        (tau,): the norm of the block of each step, how much the state still depends on it.
    """

    state: Sequence
    driver: Sequence
    time: int
    tau: int
    past: int
    kept: int
    jacobian: np.ndarray
    singular_values: np.ndarray
    rank: int
    kernel: np.ndarray
    remembered: np.ndarray

    @property
    def forgotten_first(self) -> list[int]:
        """The times of the inputs, the one that matters least to the state first."""
        return [int(i) + 1 for i in np.argsort(self.remembered, kind="stable")]

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def __str__(self) -> str:
        least, most = self.forgotten_first[0], self.forgotten_first[-1]
        x = text(self.driver)
        lost = "1 direction" if len(self.kernel) == 1 else f"{len(self.kernel)} directions"
        return (
            f"{text(self.state)}({self.time}) keeps {self.kept} of {self.past} numbers: rank {self.rank}\n"
            f"  {lost} of the past leave{'s' * (len(self.kernel) == 1)} no trace\n"
            f"  it depends most on {x}({most}), least on {x}({least})"
        )


@dataclass(frozen=True)
class Collision:
    """Two different pasts with the same state: `first` and `second` are inputs by name, `distance` how far apart."""

    first: dict[str, np.ndarray]
    second: dict[str, np.ndarray]
    state: np.ndarray
    difference: float
    distance: float


def state_derivative(model: Recurrence, state: Any = None) -> tuple[Expr, Any]:
    """The derivative of a state at t by the input at an earlier time k, as an ordered product; and k.

    Where several states read the input, each of them is a way for it to come in, and the ways add up.

    Raises
    ------
    Unsupported
        Where no closed form of the state is known; for an input that is not read in its own step alone.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.analysis.summary import state_derivative
    >>> rate, k = state_derivative(sr.models.elman())
    >>> rate
    time_prod(diag(1 - h[j]**2) @ W, (j, k + 1, t)) @ diag(1 - h[k]**2) @ U
    """
    h = state_of(model, state)
    k = Symbol("k", integer=True)
    x = input_of(model, h)
    path = behind(model, h)
    states = [v for v in model.states if v == h or any(e.sequence == v for e in path)] or [h]
    ways = []
    for s in states:
        within = _coming_in(path, s, [v for v in states if v != s], x, k)
        if within is not None:
            through = closed_form(model, h[t], by=s[k]).expr
            ways.append(through @ within if shape_of(through) and shape_of(within) else through * within)
    return sum(ways[1:], ways[0]), k


def _coming_in(path: list[Equation], s: Sequence, others: list[Sequence], x: Sequence, k: Any) -> Any:
    """The derivative of a state by an input of the same step on ways that meet no other state; None without a way."""
    alone = Recurrence(*(e for e in path if e.sequence not in others))
    part = Recurrence(*behind(alone, s))
    lags = set(part.lags.get(x, ()))
    if not lags:
        return None
    if lags != {0}:
        raise Unsupported(
            f"{text(x)} is read with the lags {sorted(lags)}",
            law="the product of Jacobians begins in the step in which the input comes in",
            repair="summary gives the derivative as numbers",
        )
    return jacobian(part, s[k], x[k])


def input_of(model: Recurrence, state: Any = None) -> Sequence:
    """The one input sequence that drives a state."""
    h = state_of(model, state)
    read = [x.sequence for e in behind(model, h) for x in reads(e.rhs) if hasattr(x, "sequence")]
    found = [v for v in (*model.inputs, *model.targets) if v in read]
    if not found:
        raise Unsupported(f"no input drives {text(h)}: all it depends on is its own start")
    if len(found) > 1:
        raise Unsupported(
            f"{text(h)} is driven by {', '.join(map(text, found))}; a summary is of one input",
            repair="name a state that one input drives",
        )
    return found[0]


def summary(
    model: Recurrence, params: Arrays, inputs: Arrays, boundary: Arrays | None = None, *, state: Any = None
) -> Summary:
    """What the state at the last time keeps of the inputs that led to it.

    Parameters
    ----------
    model
        With one input sequence.
    params, inputs, boundary
        Arrays by name, as for the generated code; the inputs (tau, m) of one example.
    state
        Which state; the first when left out.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> rng = np.random.default_rng(0)
    >>> params = {"W": rng.normal(size=(3, 3)) / 3, "U": rng.normal(size=(3, 2)), "b": np.zeros(3)}
    >>> s = sr.analysis.summary(sr.models.elman(), params, {"x": rng.normal(size=(5, 2))}, {"h[0]": np.zeros(3)})
    >>> s.past, s.kept, s.rank, s.kernel.shape
    (10, 3, 3, (7, 5, 2))
    """
    h = state_of(model, state)
    carrier = Carrier(model, h, params, inputs, boundary)
    jacobian = carrier.by_past()
    n, last, m = jacobian.shape
    _, values, rows = np.linalg.svd(jacobian.reshape(n, last * m), full_matrices=True)
    rank = int(np.sum(values > RANK * max(values[0], np.finfo(float).tiny))) if values.size else 0
    kernel = rows[rank:].reshape(-1, last, m)
    remembered = np.linalg.norm(jacobian, axis=(0, 2))
    return Summary(
        h,
        carrier.driver,
        1 if carrier.backward else last,
        last,
        last * m,
        n,
        jacobian,
        values,
        rank,
        kernel,
        remembered,
    )


def collision(
    model: Recurrence,
    params: Arrays,
    inputs: Arrays,
    boundary: Arrays | None = None,
    *,
    state: Any = None,
    distance: float = 1.0,
    seed: int = 0,
) -> Collision:
    """Another past, `distance` away, after which the state is the same to machine precision.

    The past moves along the kernel of its derivative, step by step, each step corrected by the smallest change of the
    past that restores the state; for a linear model the first step is exact.

    Raises
    ------
    Unsupported
        When the state keeps everything: the derivative has no kernel.
    Undefined
        When no second past is found that far; for a distance that is not above zero.
    """
    if not distance > 0:
        raise Undefined(f"distance={distance!r}", repair="a number above zero")
    h = state_of(model, state)
    carrier = Carrier(model, h, params, inputs, boundary)
    start, target = carrier.past, carrier.last()
    kernel = summary(model, params, inputs, boundary, state=h).kernel
    if not len(kernel):
        raise Unsupported(
            f"{h} keeps all {start.size} numbers of this past",
            law="the derivative has a kernel once the past has more numbers than the state",
            repair="take a longer past",
        )
    weights = np.random.default_rng(seed).normal(size=len(kernel))
    heading = np.tensordot(weights / np.linalg.norm(weights), kernel, axes=1).reshape(start.shape)
    x = start
    for _ in range(int(np.ceil(distance / STRIDE))):
        walked = float(np.linalg.norm(x - start))
        if walked >= distance - CLOSE:
            break
        x, heading = _moved(carrier, x, target, heading, min(STRIDE, distance - walked))
    difference = float(np.max(np.abs(carrier.last(x) - target)))
    first, second = dict(carrier.inputs), {**carrier.inputs, str(carrier.driver.name): x}
    return Collision(first, second, carrier.last(x), difference, float(np.linalg.norm(x - start)))


def _moved(
    carrier: Carrier, x: np.ndarray, target: np.ndarray, heading: np.ndarray, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """One step along the kernel, corrected until the state is the target; and the way on from there."""
    matrix = carrier.by_past(x).reshape(max(target.size, 1), -1)
    along = heading.ravel() - np.linalg.pinv(matrix, rcond=RANK) @ (matrix @ heading.ravel())
    along /= np.linalg.norm(along)
    moved = x + step * along.reshape(x.shape)
    for _ in range(STEPS):
        error = carrier.last(moved) - target
        if np.max(np.abs(error)) <= CLOSE:
            return moved, along.reshape(x.shape)
        matrix = carrier.by_past(moved).reshape(max(target.size, 1), -1)
        moved = moved - (np.linalg.pinv(matrix, rcond=RANK) @ np.ravel(error)).reshape(x.shape)
    raise Undefined("no second past was found near this one", repair="try a smaller distance or another seed")


def dimensions(model: Recurrence, state: Any = None) -> tuple[Expr, Expr]:
    """The sizes of the past and of the state, as formulas: (t m, n).

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.analysis.summary import dimensions
    >>> dimensions(sr.models.elman())
    (m*t, n)
    """
    h = state_of(model, state)
    return t * Mul(*input_of(model, h).shape), Mul(*h.shape)
