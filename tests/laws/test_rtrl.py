"""Forward equals backward: sensitivities against back-propagation, dual numbers and a complex step.

Every model of the library and random systems, every parameter, constant and boundary value, at tau = 1, 2, 3, 5.
"""

import random
from functools import cache

import numpy as np
import pytest
from sympy import Integer

import symrnn as sr
from laws.generator import random_system
from laws.judges import LASTS, arrays_of, fits, lasts_of
from laws.systems import MODELS
from symrnn import nabla, sensitivity, t, tau
from symrnn.calculus import forward, forward_template
from symrnn.calculus.numerical_forward import compare_sensitivities
from symrnn.calculus.report import HOLDS
from symrnn.calculus.running import run_lines
from symrnn.calculus.verify import LineChecker
from symrnn.errors import SymrnnError, Undefined, Unsupported
from symrnn.graph.lengths import numbers_of
from symrnn.graph.run import draw
from symrnn.model import library
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Floats
from symrnn.tensor.sensitivity import Sensitivity

every_model = pytest.mark.parametrize("name", MODELS)


def leaves(model):
    """What has sensitivities: parameters, constants, and the boundary values of states."""
    return [*model.parameters, *model.constants, *(b for b in model.boundary if b.sequence in model.defined)]


@cache
def both(name):
    model = MODELS[name]()
    return sr.bptt(model, wrt=leaves(model)), sr.rtrl(model, wrt=leaves(model))


def agree_exactly(b, d, last, seed=0):
    """Whether all gradients of both derivations are equal in GF(2**61 - 1); one without a line is zero.

    At odd last times the forward one runs as its ranges stand, where they fit, at even ones its instance.
    """
    instance = draw(d.model, last, FiniteField(seed), seed)
    want = run_lines(b.at(last), last, instance.base)
    ranged = fits(d, last) and sum(numbers_of(last)) % 2
    found = run_lines(d if ranged else d.at(last), last, instance.base)
    gradients = [nabla(leaf.xreplace(instance.rule)) for leaf in leaves(d.model)]
    return all(np.all((found[a] - want.get(a, 0)) % PRIME == 0) for a in gradients)


@every_model
def test_forward_equals_backward_exactly(name, seed):
    b, d = both(name)
    assert all(agree_exactly(b, d, last, seed) for last in lasts_of(d.model))


@every_model
def test_forward_equals_backward_in_floats_and_by_a_complex_step(name, seed):
    b, d = both(name)
    last = lasts_of(d.model)[2]
    instance = draw(d.model, last, Floats(), seed)
    want = run_lines(b.at(last), last, instance.base)
    found = run_lines(d.at(last), last, instance.base)
    for a, value in found.items():
        if not isinstance(a, Sensitivity) and a in want:
            assert np.allclose(value, want[a], 1e-12, 1e-12 * max(1, np.max(np.abs(want[a])))), a
    findings = compare_sensitivities(d, [last], seed)
    assert all(f.verdict == HOLDS for f in findings), [str(f) for f in findings]


@pytest.mark.parametrize("number", range(5))
def test_random_systems(number, seed):
    model = random_system(random.Random(number + 1000 * seed))
    b, d = sr.bptt(model, wrt=leaves(model)), sr.rtrl(model, wrt=leaves(model))
    assert all(agree_exactly(b, d, last, number) for last in LASTS[1:3]), model


@pytest.mark.parametrize("name", ["scalar", "elman", "jordan", "backward", "whole past", "classical"])
def test_every_step_and_line_is_verified(name):
    model = MODELS[name]() if name in MODELS else library.get(name)
    wrt = [model.parameters[0], *model.boundary[:1]]
    d = sr.rtrl(model, wrt=wrt)
    report = d.verify()
    assert report, [str(f) for f in report.failures]
    assert {s.kind for s in d.steps} >= ({"immediate", "total"} if name != "whole past" else {"sum"})
    assert d.at(2).verify()


def test_a_model_without_a_loss_has_sensitivities_alone():
    model = library.get("driven")
    d = sr.rtrl(model)
    assert not d.gradients and d.verify()
    params, inputs, boundary = arrays_of(draw(model, 4, Floats(), 0))
    found = sr.evaluate(d, params, inputs, boundary, tau=4)
    assert {key: value.shape for key, value in found.items()} == {"dh/dtheta": (4, 3, 5)}
    assert sr.rtrl(model, upstream=model.states[0]).gradients.keys() == {"theta"}


def test_evaluate_gives_the_gradients_of_back_propagation():
    b, d = both("lstm")
    arrays = arrays_of(draw(d.model, 4, Floats(), 0))
    one, other = (sr.evaluate(x, *arrays, tau=4) for x in (b, d))
    assert set(other) == set(d.gradients)
    assert all(np.allclose(other[name], one[name], 1e-12, 1e-13) for name in other)


def test_the_number_of_steps_does_not_depend_on_tau():
    (h,) = (model := MODELS["elman"]()).states
    W = model.parameters[1]
    d = sr.rtrl(model, wrt=W)
    derived = [s for s in d.steps if s.kind in {"total", "immediate", "pullback"}]
    for last in (3, 10, 100):
        again = sr.rtrl(model, wrt=W, tau=last)
        assert [s for s in again.steps if s.kind in {"total", "immediate", "pullback"}] == derived
        assert len(again.lines) == 3 * last + 2
    assert sensitivity(h[7], W) in {line.equation.lhs for line in again.lines}
    assert sr.rtrl(model, wrt=W, tau=4) == d.at(4)


def test_a_long_instance_is_verified_by_its_generic_form():
    assert sr.rtrl(MODELS["scalar"](), tau=20).verify()


def test_what_has_no_sensitivity_is_refused():
    model = MODELS["elman"]()
    for wrong, error in [
        (model.inputs[0], Unsupported),
        (model.inputs[0][t], Unsupported),
        (sr.Parameter("q"), Undefined),
    ]:
        with pytest.raises(error):
            sr.rtrl(model, wrt=wrong)
    with pytest.raises(SymrnnError):
        sr.rtrl(model, tau=0)
    assert tau in sr.rtrl(model).gradients["W"].free_symbols


# -- mutants ------------------------------------------------------------------------------------------------


def first_part(right, *arguments):
    """The recursion without the immediate derivative."""
    return right(*arguments)[:1]


def last_part(right, *arguments):
    """The immediate derivative without the recursion."""
    return right(*arguments)[-1:]


def late(right, node, by):
    """What is read at t - 1 is taken to be read at t - 2."""
    return right(node.sequence[t - 2] if getattr(node, "time", None) == t - 1 else node, by)


def last_step(right, body, over=None):
    """The last step instead of the sum over all."""
    return body.xreplace({over[0]: over[2]})


def columns(right, value, by):
    """The entries put back column by column."""
    shaped = right(value, by)
    return shaped.T if len(shaped.shape) == 2 and shaped.shape[0] == shaped.shape[1] else shaped


MISTAKES = {
    "immediate derivative forgotten": (forward, "parts_of", first_part),
    "recursion forgotten": (forward, "parts_of", last_part),
    "sensitivity of another step": (forward, "sensitivity", late),
    "a boundary value that moves": (forward, "zeros", lambda right, *shape: sr.ones(*shape)),
    "the last step only": (forward_template, "time_sum", last_step),
    "column by column": (forward_template, "shaped", columns),
    "transpose forgotten in what arrives": (forward_template, "transpose", lambda right, x: right(2 * x)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_forward_recurrence_is_seen(mistake, monkeypatch):
    """By comparison with back-propagation, and by the derivation's own verification."""
    where, what, wrong = MISTAKES[mistake]
    model, right = MODELS["elman"](), getattr(where, what)
    b, W = sr.bptt(model, wrt=leaves(model)), model.parameters[1]
    assert agree_exactly(b, sr.rtrl(model, wrt=leaves(model)), 3)
    monkeypatch.setattr(where, what, lambda *arguments: wrong(right, *arguments))
    try:
        d = sr.rtrl(model, wrt=leaves(model))
        seen = not agree_exactly(b, d, 3)
    except SymrnnError:
        seen = True
    assert seen
    try:
        assert not sr.rtrl(model, wrt=W).verify()
    except SymrnnError as error:
        assert "no value is given" in str(error)


@pytest.mark.parametrize("kind", ["total", "immediate"])
def test_a_wrong_step_is_seen(kind):
    d = sr.rtrl(MODELS["elman"](), wrt=MODELS["elman"]().parameters[1])
    steps = tuple(s if s.kind != kind else type(s)(s.law, s.kind, s.before, 2 * s.after, *_rest(s)) for s in d.steps)
    wrong = type(d)(d.model, d.last, d.lines, steps, d.gradients, title=d.title, origin=d.origin)
    assert d.verify() and {f.line for f in wrong.verify().failures} == {0}


def _rest(step):
    return step.subject, step.target, step.equation, step.over


def test_immediate_and_total_are_two_types():
    """They print differently, differ in value, and are never equal."""
    model = MODELS["elman"]()
    (h,), W = model.states, model.parameters[1]
    total, now = sensitivity(h[t], W), sr.immediate(h[t], W)
    assert total != now and type(total) is not type(now)
    assert (sr.text(total), sr.text(now)) == ("∂h(t)/∂W", "∂⁺h(t)/∂W")
    assert r"\partial^{+} \boldsymbol{h}^{(t)}" in sr.latex(now) and "^{+}" not in sr.latex(total)
    checker = LineChecker(sr.rtrl(model, wrt=W), draw(model, 3, FiniteField(0), 0))
    two, one = (checker.truth(x.xreplace({t: Integer(3)})) for x in (total, now))
    assert np.any((two - one) % PRIME != 0)
    assert np.all((checker.truth(sensitivity(h[1], W)) - checker.truth(sr.immediate(h[1], W))) % PRIME == 0)
