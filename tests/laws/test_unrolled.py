"""A derivation for generic t, instantiated, is the derivation of the unfolded graph: the same expressions.

Not the same values only: every line of `d.at(k)` is compared with reverse accumulation through the k-step graph,
which knows nothing of templates, ranges and lags.
"""

import random
from functools import cache

import pytest

import symrnn as sr
from laws.generator import random_system
from laws.judges import everything
from laws.systems import MODELS
from laws.unrolled import differences
from symrnn.calculus import instances, sweep
from symrnn.calculus.instances import Pressed
from symrnn.graph.lengths import spread
from symrnn.tensor import add

SYSTEMS = range(12)
LASTS = (1, 2, 3, 5, 8)


def lasts_of(model):
    """The last times 1, 2, 3, 5 and 8; for a model with several lengths, different ones for each."""
    return LASTS if len(model.lengths) == 1 else [spread(model, k, 3)[1] for k in (1, 2, 3, 6)]


@cache
def derivation(name):
    model = MODELS[name]()
    return sr.bptt(model, wrt=everything(model))


def agrees(d, lasts):
    return not any(differences(d.at(last), last) for last in lasts)


@pytest.mark.parametrize("name", MODELS)
def test_instances_are_the_derivation_of_the_unfolded_graph(name):
    d = derivation(name)
    for last in lasts_of(d.model):
        assert not differences(d.at(last), last), f"tau = {last}"


@pytest.mark.parametrize("number", SYSTEMS)
def test_random_systems(number, seed):
    model = random_system(random.Random(number + 1000 * seed))
    d = sr.bptt(model, wrt=everything(model))
    for last in (1, 2, 4):
        assert not differences(d.at(last), last), f"tau = {last}\n{model}"


@pytest.mark.parametrize("name", ["elman", "lstm", "bidirectional", "whole past"])
def test_copies_are_those_of_the_steps_and_sum_to_the_gradient(name):
    d = derivation(name).at(3)
    for leaf, copies in d.copies.items():
        assert len({e.lhs.node.time for e in copies}) == len(copies)
        assert d[leaf] == add(*(e.rhs for e in copies))


@pytest.mark.parametrize("name", ["elman", "lstm", "coupled", "encoder-decoder"])
def test_the_number_of_steps_of_a_derivation_does_not_depend_on_tau(name):
    """Differentiating happens once: ten or a thousand steps only write its lines out."""
    d = derivation(name)
    pulls = [s for s in d.steps if s.kind == "pullback"]
    for last in (10, 100):
        at = d.at(dict.fromkeys(d.model.lengths, last))
        assert [s for s in at.steps if s.kind == "pullback"] == pulls


def test_a_hundred_steps_are_derived_by_as_many_laws_as_ten(monkeypatch):
    called = []
    right = sweep.pullback
    monkeypatch.setattr(sweep, "pullback", lambda *args: called.append(1) or right(*args))
    counts = []
    for last in (10, 100):
        called.clear()
        sr.bptt(sr.models.scalar(), tau=last)
        counts.append(len(called))
    assert counts[0] == counts[1] > 0


# -- mistakes ----------------------------------------------------------------------------------------------------


def a_step_late(right):
    """Whatever a contribution reads, it reads at the step after."""

    def late(self, expr):
        stamp = right(self, expr)
        return lambda time: stamp(time + 1)

    return late


MISTAKES = {
    "a template pressed one step late": (Pressed, "_stamp", a_step_late),
    "one use of several": (instances.Instances, "received", lambda right: lambda *a: right(*a)[:1]),
    "the last copy alone": (instances.Instances, "copies", lambda right: lambda *a: (right(*a)[0][-1:], right(*a)[1])),
    "known adjoints forgotten": (instances.Instances, "known", lambda right: lambda self, part: part),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_instance_is_seen(mistake, monkeypatch):
    where, what, wrong = MISTAKES[mistake]
    d = derivation("elman")
    assert agrees(d, (3,))
    monkeypatch.setattr(where, what, wrong(getattr(where, what)))
    assert not agrees(d, (3,))
