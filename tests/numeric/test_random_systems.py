"""The same law on random well-posed systems: ranks 0 to 2, lags up to 3 of either sign, equations that hold once."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle
from symrnn import Equation, Parameter, Recurrence, Sequence, t, tau

n, m = sr.dims("n m")
SHAPES = ((), (n,), (n, m))


def random_model(seed: int) -> Recurrence:
    """One to three sequences that all run forward, or all backward, each fed by an input of its shape."""
    rng = np.random.default_rng(seed)
    shapes = [SHAPES[i] for i in rng.integers(0, 3, size=int(rng.integers(1, 4)))]
    sequences = [Sequence(f"s{i}", *shape) for i, shape in enumerate(shapes)]
    sign = int(rng.choice([1, 1, -1]))
    equations = []
    for i, v in enumerate(sequences):
        terms = [Sequence(f"x{i}", *v.shape)[t + int(rng.integers(-1, 2))]]
        for j, u in enumerate(sequences):
            if i == j or rng.random() < 0.6:
                lag = sign * int(rng.integers(0 if j < i else 1, 4))
                terms.append(_link(f"p{i}{j}", u[t - lag], u.shape, v.shape))
        squash = (sr.tanh, sr.sigmoid, sr.sin)[int(rng.integers(0, 3))]
        equations.append(Equation(v[t], squash(_sum(terms))))
        if sign == 1 and rng.random() < 0.3 and v[0] in Recurrence(*equations).boundary:
            equations.append(Equation(v[0], squash(Parameter(f"q{i}", *v.shape))))
    last = sequences[-1]
    loss = sr.time_sum(sr.norm2(last[t])) if rng.random() < 0.5 else sr.norm2(last[tau])
    return Recurrence(*equations, loss=loss + sr.time_mean(sr.sum(sequences[0][t])))


def _sum(terms: list) -> object:
    total = terms[0]
    for x in terms[1:]:
        total = total + x
    return total


def _link(name: str, x: object, source: tuple, target: tuple) -> object:
    """A parametrised map of a value of one shape to another."""
    if target == ():
        return sr.sum(Parameter(name, *source) * x)
    if target == (n,):
        if source == ():
            return Parameter(name, n) * x
        return Parameter(name, n, n) @ x if source == (n,) else x @ Parameter(name, m)
    if source == ():
        return Parameter(name, n, m) * x
    return sr.outer(x, Parameter(name, m)) if source == (n,) else Parameter(name, n, n) @ x


@pytest.mark.parametrize("seed", range(12))
def test_random_system(seed: int) -> None:
    model = random_model(seed)
    net = sr.to_numpy(model)
    for last in (1, 2, 5):
        drawn = oracle.instance(model, last, seed)
        loss, grads = net.loss_and_grad(*oracle.arguments(model, drawn))
        assert loss == pytest.approx(oracle.loss(drawn), rel=1e-11), str(model)
        assert oracle.mistakes(drawn, grads) == [], str(model)
