"""What symbolic work costs: from equations to a gradient that can be called, beside other systems.

A contestant that computes a wrong gradient is refused before a clock starts. Ratios are to named peers; the
limits in seconds are promises about the machine that the tables were made on.
"""

from functools import partial

import numpy as np
import pytest

import symrnn as sr
from benchmarks import scalar_peers as peers
from benchmarks.measuring import contest
from laws.judges import arrays_of
from symrnn.calculus.numerical import complex_step
from symrnn.calculus.report import HOLDS
from symrnn.calculus.running import run_lines
from symrnn.calculus.verify import _along_a_direction
from symrnn.graph.run import draw
from symrnn.model import library
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Floats

LONG = 1000


@pytest.mark.parametrize("tau", [10, 100, LONG])
def test_from_equations_to_a_gradient_ready_to_call(tau, record):
    systems = {name: make for name, make in peers.SYSTEMS.items() if tau < LONG or "nested" not in name}
    runs = {name: partial(make, tau) for name, make in systems.items()}
    title = f"s[t] = tanh(w s[t-1] + u x[t] + b), derived and compiled for {tau} steps"
    error = partial(peers.error, tau=tau)
    table = record(contest(title, runs, error, limit=10, packages=peers.PACKAGES))
    if tau == LONG:
        assert all(table.ratio(name, "symrnn") > 2 for name in runs if name != "symrnn")


@pytest.mark.parametrize("tau", [10, LONG])
def test_one_call_of_the_gradient(tau, record):
    systems = {name: make for name, make in peers.SYSTEMS.items() if tau < LONG or "nested" not in name}
    ready = {name: make(tau) for name, make in systems.items()}
    values, expected = peers.data(tau), peers.reference(tau)
    runs = {name: partial(function, *values) for name, function in ready.items()}

    def error(found):
        return max(abs(float(a) - b) / abs(b) for a, b in zip(found, expected, strict=True))

    record(contest(f"the same: one call for {tau} steps", runs, error, packages=peers.PACKAGES))


@pytest.mark.parametrize("name, limit", [("elman", 0.5), ("lstm", 2.0)])
def test_a_thousand_steps_written_out(name, limit, record):
    """Every adjoint and every gradient as an equation of its own, right if exact arithmetic says so."""
    d = sr.bptt(library.get(name))
    lines = len(d.at(LONG).lines)
    title = f"{name}: the derivation for symbolic tau written out for {LONG} steps, {lines} equations"
    table = record(contest(title, {"symrnn": partial(d.at, LONG)}, wrong_gradients, packages=("sympy",)))
    assert table["symrnn"].least < limit


def wrong_gradients(derivation):
    """0 if the gradients are right along a random direction in exact arithmetic, else 1."""
    instance = draw(derivation.model, derivation.last, FiniteField(0), 0)
    found = run_lines(derivation, derivation.last, instance.base)
    findings = [_along_a_direction(a, v, instance, 0) for a, v in found.items() if a.node in instance.given]
    return 0.0 if findings and all(f.verdict == HOLDS for f in findings) else 1.0


@pytest.mark.parametrize("name, limit", [("scalar", 0.005), ("elman", 0.01), ("gru", 0.05), ("lstm", 0.3)])
def test_from_a_model_to_a_gradient_ready_to_call(name, limit, record):
    """From equations: derived and compiled with symbolic tau, so for every number of steps at once."""
    model = library.get(name)
    title = f"{name}: derived and compiled for every number of steps"

    def run():
        return sr.to_numpy(sr.Recurrence(*model.args))  # another object each time: a model remembers its derivation

    table = record(contest(title, {"symrnn": run}, against_complex_step, tolerance=1e-12, packages=("numpy", "sympy")))
    assert table["symrnn"].least < limit


def against_complex_step(net):
    """The relative error of the generated gradients along a random direction for each, over three steps."""
    instance = draw(net.model, 3, Floats(), 0)
    _, grads = net.loss_and_grad(*arrays_of(instance))
    rng, worst = np.random.default_rng(0), 0.0
    for leaf, value in instance.given.items():
        found = grads.get(str(leaf).replace(" ", ""))
        if found is not None:
            direction = rng.standard_normal(np.shape(value))
            slope = complex_step(instance, leaf, direction)
            worst = max(worst, abs(float(np.sum(found * direction)) - slope) / np.sum(np.abs(found * direction)))
    return worst
