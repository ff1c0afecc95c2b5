"""Sensitivities against a complex step of the model's own run: the whole recurrence, not line by line."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.calculus.derivation import Derivation
from symrnn.calculus.numerical import COMPLEX_TOLERANCE, HUGE, STEP
from symrnn.calculus.report import FAILS, HOLDS, Finding
from symrnn.calculus.running import run_lines
from symrnn.graph.lengths import Last
from symrnn.graph.run import draw
from symrnn.tensor.numbers import Complexes, Floats
from symrnn.tensor.sensitivity import Sensitivity


def compare_sensitivities(derivation: Derivation, lasts: list[Last], seed: int) -> list[Finding]:
    """Each node's sensitivity, times a direction of θ, against a step of θ into the complex plane."""
    worst: dict[int, float] = {}
    names: dict[int, str] = {}
    numbers = {line.equation.lhs: line.number for line in derivation.lines if line.group == "forward"}
    if not numbers:
        return []
    for last in lasts:
        for leaf, error in _errors(derivation, last, seed).items():
            number = numbers.get(leaf, _line_of(derivation, leaf))
            worst[number], names[number] = max(worst.get(number, 0.0), error), str(leaf)
    return [
        Finding(f"{names[n]} against a complex step", HOLDS if e <= COMPLEX_TOLERANCE else FAILS, "complex step", e, n)
        for n, e in worst.items()
    ]


def _line_of(derivation: Derivation, leaf: Any) -> int:
    """The line of symbolic tau that a sensitivity at a number is an instance of."""
    found = [x for x in derivation.lines if x.group == "forward" and x.equation.over and _alike(x.equation.lhs, leaf)]
    return found[0].number if found else 0


def _alike(generic: Any, leaf: Any) -> bool:
    return bool(generic.by == leaf.by and generic.node.sequence == leaf.node.sequence)


def _errors(derivation: Derivation, last: Last, seed: int) -> dict[Any, float]:
    instance = draw(derivation.model, last, Floats(), seed)
    rng = np.random.default_rng([seed, 5])
    with np.errstate(all="ignore"):
        found = {x: v for x, v in run_lines(derivation, last, instance.base).items() if isinstance(x, Sensitivity)}
        by_theta: dict[Any, list[Any]] = {}
        for x in found:
            by_theta.setdefault(x.by, []).append(x)
        errors: dict[Any, float] = {}
        for by, rates in by_theta.items():
            direction = rng.standard_normal(instance.base.shape(by))
            if by not in instance.given:
                continue
            given = {k: v.astype(complex) for k, v in instance.given.items()}
            given[by] = given[by] + 1j * STEP * direction
            moved = instance.run(given, Complexes())
            for x in rates:
                if x.node not in moved.values:
                    continue
                expected = np.imag(np.ravel(moved.values[x.node])) / STEP
                claimed = np.ravel(np.dot(found[x], direction.ravel() if direction.ndim else direction))
                scale = float(np.max(np.abs(found[x]), initial=0.0)) + 1e-3
                if np.all(np.isfinite(expected)) and scale < HUGE:
                    errors[x] = float(np.max(np.abs(claimed - expected), initial=0.0)) / scale
    return errors
