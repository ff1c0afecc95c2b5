"""Copies of shared parameters: their gradients for symbolic tau are those for each number; planted mistakes are seen.

A copy moves at its own step alone, so the truth about it is a run by dual numbers in which one step sees it move.
"""

import random

import pytest
from sympy import Integer

import symrnn as sr
from laws.generator import random_system
from laws.judges import fits, lasts_of
from laws.systems import MODELS
from symrnn import nabla, t
from symrnn.calculus import copies as module
from symrnn.calculus.copy_truths import copies_gap
from symrnn.calculus.verify import LineChecker, checked_lasts
from symrnn.graph import instantiate
from symrnn.graph.lengths import rule_of
from symrnn.graph.run import draw
from symrnn.tensor import copy_at
from symrnn.tensor.binders import time_sum
from symrnn.tensor.field import FiniteField


def at_numbers(equations, rule):
    """The equations of a parameter's copies at every time of their ranges."""
    found = {}
    for e in equations:
        times = [{t: Integer(s)} for s in e.times.at(rule).times()] if e.over else [{}]
        found |= {instantiate(e.lhs, rule | at): instantiate(e.rhs, rule | at) for at in times}
    return found


@pytest.mark.parametrize("name", MODELS)
def test_copies_for_symbolic_tau_are_those_for_numbers(name):
    d = sr.bptt(MODELS[name]())
    for last in lasts_of(d.model):
        numbers = d.at(last).copies if fits(d, last) else {}
        for parameter in numbers:
            expected = {e.lhs: e.rhs for e in numbers[parameter]}
            assert at_numbers(d.copies[parameter], rule_of(d.model, last)) == expected, (parameter, last)


def gaps(d, last, seed=0):
    """How far each claim about copies is from true."""
    checker = LineChecker(d, draw(d.model, last, FiniteField(seed), seed))
    return [copies_gap(s, checker, seed) for s in d.steps if s.kind in {"copy", "identify"}]


@pytest.mark.parametrize("number", range(7))
def test_copies_in_random_systems_are_true(number, seed):
    d = sr.bptt(random_system(random.Random(number)))
    last = checked_lasts(d)[2]
    for derivation in (d, d.at(last)):
        assert not any(gaps(derivation, last, seed))


def test_what_the_loss_sends_to_a_parameter_stands_beside_the_copies():
    d = sr.bptt(MODELS["regularised"]())
    W = d.model.parameters[0]
    lam = next(w for w in d.model.parameters if w.name == "lam")
    (law,) = (s for s in d.steps if s.kind == "identify" and s.target == W)
    assert law.after == time_sum(nabla(copy_at(W, t))) + 2 * lam * W


def test_a_parameter_used_beyond_the_steps_has_copies_for_each_range():
    """o(tau) and every h(t) read V: the copy at tau has two uses, the others one."""
    h, x, V = sr.Sequence("h"), sr.Sequence("x"), sr.Parameter("V")
    o = sr.Sequence("o")
    model = sr.Recurrence(
        sr.Equation(h[t], sr.tanh(V * h[t - 1] + x[t])), sr.Equation(o[sr.tau], V * h[sr.tau]), loss=o[sr.tau]
    )
    d = sr.bptt(model)
    assert [str(e.times) if e.over else str(e.lhs) for e in d.copies["V"]] == ["1..tau - 1", "nabla(V[tau])"]
    (law,) = (s for s in d.steps if s.kind == "identify" and s.target == V)
    assert law.after == time_sum(nabla(copy_at(V, t)))
    assert d.verify()


def first_sum(right, *arguments):
    """A sum over time from one step later."""
    s = right(*arguments)
    return time_sum(s.body, (s.index, s.lower + 1, s.upper))


MISTAKES = {
    "a step forgotten": ("time_sum", first_sum, "elman"),
    "one use of a step": ("total", lambda right, parts, leaf: right(parts[:1], leaf), "scalar shared"),
    "the regulariser forgotten": ("from_loss", lambda right, parts: [], "regularised"),
    "a copy at the step before": ("copy_at", lambda right, leaf, time: right(leaf, time - 1), "elman"),
}


def scalar_shared():
    """A parameter that two equations of a step use."""
    h, o, w = sr.Sequence("h"), sr.Sequence("o"), sr.Parameter("w")
    return sr.Recurrence(
        sr.Equation(h[t], sr.tanh(w * h[t - 1])), sr.Equation(o[t], w * h[t]), loss=time_sum(o[t], (t, 1, sr.tau))
    )


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_copy_is_seen(mistake, monkeypatch):
    what, wrong, name = MISTAKES[mistake]
    model = scalar_shared() if name == "scalar shared" else MODELS[name]()
    assert not any(gaps(sr.bptt(model), 3))
    right = getattr(module, what)
    monkeypatch.setattr(module, what, lambda *arguments: wrong(right, *arguments))
    assert any(gaps(sr.bptt(model), 3))
