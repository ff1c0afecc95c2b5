"""The whole gradient against numerical derivatives of the independent evaluation, and against SymPy's own.

A complex step is exact to rounding but silent about kinks, so a Richardson difference stands beside it;
for small dimensions `sympy.diff` of the fully composed loss is a third judge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Basic, Float, Symbol

from symrnn.calculus.adjoint import OBJECTIVE
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.report import FAILS, HOLDS, UNDECIDED, Finding
from symrnn.calculus.running import run_lines
from symrnn.graph.lengths import Last, numbers_of
from symrnn.graph.run import Instance, draw
from symrnn.model import Element
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.declared import Declared, StopGradient
from symrnn.tensor.explicit import Explicit
from symrnn.tensor.numbers import Array, Complexes, Digits, Floats, Undecidable

STEP = 1e-30  # of the complex step
COMPLEX_TOLERANCE, DIFFERENCE_TOLERANCE = 1e-12, 1e-8
ATTEMPTS, HUGE = 12, 1e8  # of random instances; a larger loss or gradient says more about rounding than about a formula


def compare_numerically(derivation: Derivation, lasts: list[Last], seed: int) -> list[Finding]:
    """For every gradient: a complex step and a Richardson difference along random directions."""
    if derivation.model.loss is None:
        return []
    findings: list[Finding] = []
    worst: dict[tuple[str, int, str], float] = {}
    labels = {line.equation.lhs: line for line in derivation.lines}
    for last in lasts:
        try:
            instance, found = _well_behaved(derivation, last, seed)
        except Undecidable as reason:
            return [Finding("numerical derivatives", UNDECIDED, "complex step", float("nan"), 0, str(reason))]
        for adjoint, value in found.items():
            leaf = adjoint.node
            if isinstance(adjoint, Adjoint) and adjoint.objective == OBJECTIVE and leaf in instance.given:
                line = labels.get(adjoint)
                number = line.number if line else _input_line(derivation, adjoint)
                for how, error in _errors(derivation, instance, leaf, value, seed).items():
                    key = (str(adjoint if line else leaf.sequence), number, how)
                    worst[key] = max(worst.get(key, 0.0), error)
    for (name, number, how), error in worst.items():
        limit = COMPLEX_TOLERANCE if how == "complex step" else DIFFERENCE_TOLERANCE
        findings.append(Finding(f"{name} against a {how}", HOLDS if error <= limit else FAILS, how, error, number))
    return findings


def _well_behaved(derivation: Derivation, last: Last, seed: int) -> tuple[Instance, dict[Any, Array]]:
    """A random instance at which loss and gradients are finite, and the gradients by the derivation's lines."""
    for attempt in range(ATTEMPTS):
        instance = draw(derivation.model, last, Floats(), seed + 1000 * attempt)
        with np.errstate(all="ignore"):
            found = run_lines(derivation, last, instance.base)
            values = [instance.loss(instance.base), *found.values()]
        if all(np.all(np.isfinite(v)) and float(np.max(np.abs(v), initial=0)) < HUGE for v in values):
            return instance, found
    raise Undecidable(f"no loss and gradients of moderate size were found in {ATTEMPTS} random instances")


def _input_line(derivation: Derivation, adjoint: Adjoint) -> int:
    for line in derivation.lines:
        node = line.equation.lhs.node
        if isinstance(node, Element) and node.sequence == adjoint.node.sequence and line.group == "input":
            return line.number
    return 0


def _errors(derivation: Derivation, instance: Instance, leaf: Any, value: Array, seed: int) -> dict[str, float]:
    rng = np.random.default_rng([seed, *numbers_of(instance.last), 3])
    direction = rng.standard_normal(np.shape(value))
    claimed = float(np.sum(np.real(value) * direction))
    scale = max(float(np.sum(np.abs(value) * np.abs(direction))), 1e-12)
    errors: dict[str, float] = {}
    with np.errstate(all="ignore"):
        errors["complex step"] = abs(complex_step(instance, leaf, direction) - claimed) / scale
        if not declares_derivatives(instance):
            errors["difference"] = abs(richardson(instance, leaf, direction) - claimed) / max(scale, 1e-3)
    limits = {"complex step": COMPLEX_TOLERANCE, "difference": DIFFERENCE_TOLERANCE}
    if any(not error <= limits[how] for how, error in errors.items()) and not declares_derivatives(instance):
        return dict.fromkeys(errors, precise_error(derivation, instance, leaf, direction))
    return errors


def precise_error(derivation: Derivation, instance: Instance, leaf: Any, direction: Array) -> float:
    """The same comparison in 50 digits, by a central difference: no rounding to speak of."""
    system = Digits()
    given = {x: system.array(v) for x, v in instance.given.items()}
    d, step = system.array(direction), system.context.mpf(10) ** -17

    def at(sign: int) -> Any:
        evaluator = instance.run({**given, leaf: given[leaf] + sign * step * d}, system)
        return instance.loss(evaluator)[()]

    try:
        gradient = run_lines(derivation, instance.last, instance.run(given, system))[nabla(leaf)]
        difference = (at(1) - at(-1)) / (2 * step)
    except (ArithmeticError, TypeError) as reason:
        raise Undecidable(f"50 digits do not reach: {reason}") from None
    terms = np.ravel(gradient * d)
    scale = max(float(sum(abs(x) for x in terms)), 1e-12)
    return float(abs(difference - sum(terms))) / scale


def declares_derivatives(instance: Instance) -> bool:
    """Whether the model stops gradients or declares surrogates: a real difference then measures something else."""
    return bool(instance.model.atoms(StopGradient, Declared))


def complex_step(instance: Instance, leaf: Any, direction: Array) -> float:
    """The derivative of the loss along a direction by a step into the complex plane."""
    given: dict[Any, Array] = {x: np.asarray(v, dtype=complex) for x, v in instance.given.items()}
    given[leaf] = given[leaf] + 1j * STEP * direction
    evaluator = instance.run(given, Complexes())
    return float(np.imag(instance.loss(evaluator)) / STEP)


def richardson(instance: Instance, leaf: Any, direction: Array, h: float = 2e-3) -> float:
    """The derivative of the loss along a direction by central differences, extrapolated twice."""

    def at(step: float) -> float:
        evaluator = instance.run({**instance.given, leaf: instance.given[leaf] + step * direction})
        return float(instance.loss(evaluator))

    def central(step: float) -> float:
        return (at(step) - at(-step)) / (2 * step)

    first, second, third = central(h), central(h / 2), central(h / 4)
    a, b = (4 * second - first) / 3, (4 * third - second) / 3
    return (16 * b - a) / 15


def sympy_gradient(model: Any, last: Last, leaf: Any, sizes: dict[Symbol, int], seed: int = 0) -> tuple[Array, Array]:
    """A gradient by `sympy.diff` of the composed explicit loss, and the values it was evaluated at.

    Returns the gradient as float64, at the float instance of the same seed and sizes. Meant for small
    sizes: the composed loss grows quickly.
    """
    numbers, system = draw(model, last, Floats(), seed, sizes), Explicit()
    rng = np.random.default_rng([seed, 5])
    symbols = {x: system.random(rng, np.shape(v)) for x, v in numbers.given.items()}
    explicit = Instance(model, numbers.graph, numbers.last, system, numbers.sizes, symbols)
    loss = explicit.loss(explicit.run())[()]
    at: dict[Basic, Float] = {}
    for x, names in symbols.items():
        at |= {s: Float(float(v), 17) for s, v in zip(np.ravel(names), np.ravel(numbers.given[x]), strict=True)}
    rows = [float(loss.diff(s).xreplace(at)) for s in np.ravel(symbols[leaf])]
    return np.array(rows).reshape(np.shape(numbers.given[leaf])), numbers.given[leaf]
