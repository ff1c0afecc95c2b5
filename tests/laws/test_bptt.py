"""Back-propagation through time against independent derivatives, for every model, leaf and last time.

Left: the derivation for symbolic tau run as its lines stand, and its instance at a number. Right: dual numbers
in GF(2**61 - 1), a complex step, a Richardson difference, and `sympy.diff` of the composed explicit loss.
"""

import random
from functools import cache

import numpy as np
import pytest

import symrnn as sr
from laws.generator import random_system
from laws.judges import LASTS, Judge, against_sympy, arrays_of, distances, every_entry, everything, far, fits, lasts_of
from laws.systems import MODELS
from symrnn.calculus.derivation import name_of
from symrnn.calculus.numerical import sympy_gradient
from symrnn.calculus.running import run_lines
from symrnn.graph.run import dimension_symbols, draw
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Floats

COMPLEX_STEP, DIFFERENCE = 1e-12, 1e-8
SYSTEMS = range(24)
every_model = pytest.mark.parametrize("name", MODELS)


@cache
def derivation(name):
    model = MODELS[name]()
    return sr.bptt(model, wrt=everything(model))


@cache
def random_derivation(seed):
    model = random_system(random.Random(seed))
    return sr.bptt(model, wrt=everything(model))


@every_model
def test_all_adjoints_are_total_derivatives_exactly(name, seed):
    d = derivation(name)
    for last in lasts_of(d.model):
        judge = Judge(d.model, last, seed)
        assert judge.agrees(d.at(last)), f"tau = {last}"
        assert not fits(d, last) or judge.agrees(d), f"symbolic tau at {last}"


@every_model
def test_all_adjoints_agree_with_numerical_derivatives(name, seed):
    d = derivation(name)
    for last in lasts_of(d.model):
        found = distances(d.at(last), last, seed)
        assert found["complex step"] <= COMPLEX_STEP, f"tau = {last}"
        assert found["difference"] <= DIFFERENCE, f"tau = {last}"


@pytest.mark.parametrize("number", SYSTEMS)
def test_random_systems(number, seed):
    d = random_derivation(number + 1000 * seed)
    for last in LASTS:
        judge = Judge(d.model, last, number)
        assert judge.agrees(d.at(last)), f"tau = {last}\n{d.model}"
        assert not fits(d, last) or judge.agrees(d), f"symbolic tau at {last}\n{d.model}"
    found = distances(d.at(3), 3, number)
    assert found["complex step"] <= COMPLEX_STEP, d.model
    assert found["difference"] <= DIFFERENCE, d.model


def test_random_systems_have_every_feature():
    models = [random_derivation(number).model for number in SYSTEMS]
    lags = {lag for model in models for found in model.lags.values() for lag in found}
    assert lags >= {-2, -1, 0, 1, 2, 3}
    assert {len(v.shape) for model in models for v in model.defined} == {0, 1, 2}
    assert {len(model.defined) for model in models} == {1, 2, 3}
    assert any(e.over is None for model in models for e in model.equations)
    assert any(model.functions for model in models)
    assert any(model.constants for model in models)
    assert any(not w.learned for model in models for w in model.parameters)
    assert any(len({lag > 0 for v in model.states for lag in model.lags[v] if lag}) == 2 for model in models)


@every_model
def test_symbolic_tau_at_a_number_is_the_derivation_for_that_number(name):
    d = derivation(name)
    (last, *_) = reversed(lasts_of(d.model))
    direct = sr.bptt(d.model, tau=last, wrt=everything(d.model))
    assert d.at(last) == direct
    assert d.at(last).gradients == direct.gradients


def at_least_three(d):
    """A last time at which the lines for symbolic tau hold as they stand."""
    return max(3, d.smallest) if len(d.model.lengths) == 1 else lasts_of(d.model)[-1]


def ranged_equals_instances(d, last, seed):
    """Every adjoint that both forms have agrees, and one that only one of them has is zero."""
    instance = draw(d.model, last, FiniteField(seed), seed)
    ranged, numbered = (run_lines(x, last, instance.base) for x in (d, d.at(last)))
    for adjoint in {**ranged, **numbered}:
        pair = [found[adjoint] for found in (ranged, numbered) if adjoint in found]
        if np.any((pair[0] - (pair[1] if len(pair) == 2 else 0)) % PRIME != 0):
            return False
    return True


@every_model
def test_lines_with_ranges_have_the_values_of_their_instances(name, seed):
    d = derivation(name)
    assert ranged_equals_instances(d, at_least_three(d), seed)


def evaluates_to_its_instances(d, last, seed):
    """`evaluate` gives every gradient that was asked for, by name, with the values of the instantiated lines."""
    instance = draw(d.model, last, Floats(), seed)
    numbers = sr.evaluate(d, *arrays_of(instance), tau=last if isinstance(last, int) else dict(last))
    expected = {name_of(a.node): v for a, v in run_lines(d.at(last), last, instance.base).items()}
    shared = [name for name in numbers if name in expected]
    return set(numbers) == set(d.gradients) and all(np.allclose(numbers[x], expected[x], 1e-12, 1e-14) for x in shared)


@every_model
def test_evaluate_gives_the_gradients_by_name(name, seed):
    d = derivation(name)
    assert evaluates_to_its_instances(d, at_least_three(d), seed)


LARGE = {"lstm", "gru", "encoder-decoder", "stacked", "bidirectional"}  # whose composed loss is small at tau = 1 only


WITHOUT_SLOPE = {("unconnected", "Q")}  # what no path leads from to the loss


@every_model
def test_gradients_are_sympys_derivatives_of_the_composed_loss(name, seed):
    """Every parameter of every model, one entry of it that is not zero; the others are a benchmark's."""
    last = lasts_of(derivation(name).model)[0 if name in LARGE else 1]
    chance = random.Random(seed)

    def one(value):
        return [chance.choice([place for place in every_entry(value) if value[place]] or every_entry(value))]

    for w, pairs in against_sympy(derivation(name), last, one, seed).items():
        ((_, slope),) = pairs
        assert far(pairs) <= 1e-11 and (abs(slope) > 1e-9) != ((name, w.name) in WITHOUT_SLOPE), (w, pairs)


def test_whole_gradients_are_sympys(seed):
    sizes = dict.fromkeys(dimension_symbols(MODELS["elman"]()), 2)
    instance = draw(MODELS["elman"](), 2, Floats(), seed, sizes)
    found = run_lines(derivation("elman").at(2), 2, instance.base)
    for w in instance.model.parameters:
        expected, _ = sympy_gradient(instance.model, 2, w, sizes, seed)
        assert np.allclose(found[sr.nabla(w)], expected, 1e-11, 1e-13)


@pytest.mark.parametrize("name", ["scalar", "elman", "driven", "whole past"])
def test_verify_decides_every_claim(name, seed):
    report = derivation(name).verify(seed)
    assert report and not report.failures and not report.undecided
    assert derivation(name).at(lasts_of(derivation(name).model)[1]).verify(seed)
