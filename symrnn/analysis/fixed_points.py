"""Fixed points of a recurrence without inputs, and whether they attract: the eigenvalues of the Jacobian there.

Scalar and linear models are solved symbolically; the others by Newton's method from several starting points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sympy import Symbol, solveset
from sympy.sets.sets import FiniteSet

from symrnn.analysis.carrier import Carrier
from symrnn.analysis.counting import behind
from symrnn.analysis.sharing import state_of
from symrnn.calculus import jacobian
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Recurrence, Sequence, reads
from symrnn.tensor import eye, inverse, t

STEPS, CLOSE, APART, EVEN = 100, 1e-12, 1e-6, 1e-9


@dataclass(frozen=True)
class FixedPoint:
    """A state that the recurrence maps to itself.

    value
        An array, or a formula for a scalar or linear model.
    multipliers
        The eigenvalues of the Jacobian there, the largest first; for a formula the Jacobian itself.
    """

    value: Any
    multipliers: Any

    @property
    def stable(self) -> bool | None:
        """Whether states near it come closer; None for a formula, whose parameters decide, and at exactly one."""
        if not isinstance(self.multipliers, np.ndarray):
            return None
        largest = float(np.max(np.abs(self.multipliers)))
        return None if abs(largest - 1) < EVEN else largest < 1


def fixed_points(
    model: Recurrence, params: Mapping[str, Any] | None = None, *, state: Any = None, starts: int = 20, seed: int = 0
) -> list[FixedPoint]:
    """The fixed points of a recurrence without inputs.

    Parameters
    ----------
    model
        With one state that depends on nothing but itself and parameters.
    params
        Arrays by name: the fixed points as numbers, by Newton's method from random starts. Left out: a formula,
        for a scalar polynomial or linear recurrence.
    starts, seed
        How many starting points, and the seed they are drawn from.

    Raises
    ------
    Unsupported
        For models with inputs; without params, where no formula is known.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> s, w, b = sr.Sequence("s"), sr.Parameter("w"), sr.Parameter("b")
    >>> line = sr.Recurrence(sr.Equation(s[t], w * s[t - 1] + b))
    >>> point = sr.analysis.fixed_points(line)[0]
    >>> point.value, point.multipliers
    (-b/(w - 1), w)
    >>> sr.analysis.fixed_points(line, {"w": 0.5, "b": 1.0})[0].value.tolist()
    2.0
    """
    h = _autonomous(model, state)
    return _formulas(model, h) if params is None else _numbers(model, h, params, starts, seed)


def _autonomous(model: Recurrence, state: Any) -> Sequence:
    h = state_of(model, state)
    e = next(e for e in model.equations if e.sequence == h and e.over)
    others = [x for x in reads(e.rhs) if hasattr(x, "sequence") and x != h[t - 1]]
    if others:
        raise Unsupported(
            f"{h} also depends on {', '.join(map(str, others))}",
            law="a fixed point is of a recurrence that depends on its own last state alone",
            repair="write the model without inputs, for instance with a constant in their place",
        )
    return h


def _formulas(model: Recurrence, h: Sequence) -> list[FixedPoint]:
    e = next(e for e in model.equations if e.sequence == h and e.over)
    if not h.shape:
        unknown = Symbol("s", real=True)
        found = solveset(e.rhs.xreplace({h[t - 1]: unknown}) - unknown, unknown)
        if not isinstance(found, FiniteSet):
            raise Unsupported(f"no formula is known for the fixed points of {e}", repair="pass params for numbers")
        rate = jacobian(model, h[t], h[t - 1])
        return [FixedPoint(x, rate.xreplace({h[t - 1]: x, h[t]: x})) for x in sorted(found, key=str)]
    step = jacobian(model, h[t], h[t - 1])
    if any(hasattr(x, "sequence") for x in reads(step)):
        raise Unsupported(f"no formula is known for the fixed points of {e}", repair="pass params for numbers")
    rest = e.rhs.xreplace({h[t - 1]: 0 * h[t - 1]})
    return [FixedPoint(inverse(eye(h.shape[0]) - step) @ rest, step)]


def _numbers(model: Recurrence, h: Sequence, params: Mapping[str, Any], starts: int, seed: int) -> list[FixedPoint]:
    carrier = Carrier(model, h, params, {}, {})
    network, params = carrier.network, carrier.params
    given = [b for b in carrier.model.boundary if b.sequence == h]
    key = f"{h.name}[{given[0].time}]"
    shape = _shape(model, h, params)
    n = int(np.prod(shape, dtype=int))

    def step(x: np.ndarray) -> np.ndarray:
        return np.asarray(network.forward(params, {}, {key: x.reshape(shape)}, tau=1)[str(h.name)][0]).reshape(n)

    def rate(x: np.ndarray) -> np.ndarray:
        many = np.repeat(x.reshape(1, *shape), n, axis=0)
        units = np.eye(n).reshape(n, *shape)
        found = network.vjp(params, {}, {key: many}, upstream={f"{h.name}[1]": units}, wrt=[key], tau=1)
        return np.asarray(found[key]).reshape(n, n)

    rng = np.random.default_rng(seed)
    found: list[FixedPoint] = []
    for start in [np.zeros(n), *rng.normal(size=(starts, n))]:
        x = _newton(start, step, rate)
        if x is None or any(np.max(np.abs(p.value.ravel() - x)) < APART for p in found):
            continue
        values = np.linalg.eigvals(rate(x))
        found.append(FixedPoint(x.reshape(shape), values[np.argsort(-np.abs(values), kind="stable")]))
    return found


def _newton(x: np.ndarray, step: Any, rate: Any) -> np.ndarray | None:
    for _ in range(STEPS):
        gap = step(x) - x
        if np.max(np.abs(gap)) < CLOSE:
            return x
        try:
            x = x - np.linalg.solve(rate(x) - np.eye(x.size), gap)
        except np.linalg.LinAlgError:
            return None
        if not np.all(np.isfinite(x)) or np.max(np.abs(x)) > 1e8:
            return None
    return None


def _shape(model: Recurrence, h: Sequence, params: Mapping[str, Any]) -> tuple[int, ...]:
    sizes: dict[Any, int] = {}
    for p in [q for e in behind(model, h) for q in reads(e.rhs) if getattr(q, "is_shared", False)]:
        if str(p.name) not in params:
            raise Undefined(f"no value is given for {p}", repair=f"pass {{{str(p.name)!r}: array}}")
        for d, size in zip(p.shape, np.shape(params[str(p.name)]), strict=True):
            sizes[d] = size
    return tuple(sizes[d] if d in sizes else int(d) for d in h.shape)
