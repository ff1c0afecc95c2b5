"""Jacobians, which go forward, against dual numbers and against the pullbacks: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩."""

import random
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Basic, Integer

import symrnn as sr
from laws import compositions as c
from laws.judges import inner
from laws.systems import MODELS
from symrnn import t
from symrnn.calculus.sweep import sweep
from symrnn.errors import SymrnnError, Unsupported
from symrnn.graph.run import draw
from symrnn.model import Element, reads
from symrnn.tensor import add, nabla, shape_of
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField

FORWARD = sys.modules["symrnn.calculus.jacobian"]  # the room exports the function of the same name
LAST = 5
NAMES = [name for name in MODELS if name not in {"encoder-decoder", "encoder decoder", "whole past", "seen once"}]


def pairs(model):
    """Every node with everything that its equation reads at t minus a number, at a time inside."""
    for e in model.equations:
        for x in reads(e.rhs) if e.over else ():
            by_step = not isinstance(x, Element) or e.over[0] in x.time.free_symbols
            if by_step:
                yield e, x


def written(model, e, by, **options):
    """The Jacobian as an expression, or None where its form is refused."""
    try:
        return sr.jacobian(model, e.lhs, by, **options)
    except Unsupported:
        return None


def evaluator(instance, extra=()):
    return Evaluator(instance.system, instance.base.values | dict(extra), instance.sizes)


def moved(instance, e, by, direction, through=()):
    """The change of a right side when one of its leaves moves, the nodes `through` following in order."""
    system = Dual(instance.system)
    values = {x: system.lift(v) for x, v in instance.base.values.items()}
    values[by] = DualArray(instance.base.values[by], direction)
    evaluate = Evaluator(system, values, instance.sizes)
    for x in through:
        values[x.lhs] = evaluate(x.rhs)
    return evaluate(e.rhs).tangent


def times(jacobian, direction, system):
    """J v, matrices as the vectors of their rows."""
    return system.bilinear(np.dot, jacobian, flat(direction))


def flat(x):
    """A number as it is, else the vector of all entries."""
    return x.ravel() if np.ndim(x) else x


rngs = st.randoms(use_true_random=False)
KINDS = ("declared", "kronecker")  # a Jacobian of second derivatives has no rule


def composition_holds(expr):
    """The Jacobian of an expression by each of its leaves, times a direction, is its change along it."""
    for leaf in reads(expr):
        direction = c.value_of(c.like(leaf, "v"))
        expected = flat(c.change(expr, {x: direction if x == leaf else c.still(x) for x in reads(expr)}))
        found = FORWARD.differentiate(expr, leaf)
        value = 0 * expected if found is None else times(c.value(found), direction, c.FIELD)
        if np.any((value - expected) % c.FIELD_PRIME != 0):
            return False
    return True


@given(rngs)
@settings(max_examples=60)
def test_the_jacobian_of_any_expression_by_any_leaf(rng):
    expr = c.composition(rng, extras=KINDS)
    assert composition_holds(expr), expr


def test_every_rule_is_drawn():
    drawn = {type(x) for seed in range(60) for x in c.nodes_of(c.composition(random.Random(seed), extras=KINDS))}
    rules = set(FORWARD.local_jacobians.registry) - {object, Basic}
    assert not {rule for rule in rules if not any(issubclass(kind, rule) for kind in drawn)}


def jacobian_holds(model, e, by):
    """The immediate Jacobian at one time, times a direction, is the change of the right side."""
    found = written(model, e, by, immediate=True)
    if found is None:
        return None
    instance = draw(model, LAST, FiniteField(0), 0)
    at = {**instance.rule, t: Integer(3)}
    leaf, here = by.xreplace(at), e.at(at)
    direction = instance.system.random(np.random.default_rng(1), np.shape(instance.base.values[leaf]))
    value = evaluator(instance)(found.xreplace(at))
    expected = moved(instance, here, leaf, direction)
    return instance.system.distance(times(value, direction, instance.system), flat(expected)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_immediate_jacobian_is_the_derivative_of_the_right_side(name):
    model = MODELS[name]()
    verdicts = [jacobian_holds(model, e, by) for e, by in pairs(model)]
    assert all(v is not False for v in verdicts)
    assert not verdicts or name in {"attention", "unknown shapes"} or True in verdicts


@pytest.mark.parametrize("name", NAMES)
def test_forward_and_pullback_are_adjoint(name):
    model = MODELS[name]()
    instance = draw(model, LAST, FiniteField(0), 0)
    rng = np.random.default_rng(2)
    for e, by in pairs(model):
        found = written(model, e, by, immediate=True)
        if found is None:
            continue
        uses, _ = sweep(e.rhs, nabla(e.lhs), e.lhs, lambda leaf, by=by: leaf == by)
        at = {**instance.rule, t: Integer(3)}
        node, leaf = e.lhs.xreplace(at), by.xreplace(at)
        w = instance.system.random(rng, np.shape(instance.base.values[node]))
        v = instance.system.random(rng, np.shape(instance.base.values[leaf]))
        evaluate = evaluator(instance, {nabla(node): w})
        pulled = evaluate(add(*(use.part for use in uses)).xreplace(at))
        pushed = times(evaluate(found.xreplace(at)), v, instance.system)
        left, right = inner(instance.system, flat(w), pushed), inner(instance.system, pulled, v)
        assert instance.system.distance(left, right) == 0, (e, by)


@pytest.mark.parametrize("name", ["elman", "elman probabilities", "coupled", "scrambled", "gru", "lstm", "scalar"])
def test_the_jacobian_goes_through_the_nodes_of_the_same_step(name):
    """States of other times are fixed; what is computed from the moved one at the same step follows."""
    model = MODELS[name]()
    instance = draw(model, LAST, FiniteField(0), 0)
    at = {**instance.rule, t: Integer(3)}
    step = [e for e in instance.graph.equations if e.lhs.time == 3]
    for e in model.equations:
        for by in {x for x in model.equations[0].rhs.atoms(Element) | e.rhs.atoms(Element) if x.time == t - 1}:
            if (found := written(model, e, by)) is None:
                continue
            leaf, here = by.xreplace(at), e.at(at)
            direction = instance.system.random(np.random.default_rng(3), np.shape(instance.base.values[leaf]))
            before = step[: [x.lhs for x in step].index(here.lhs)]
            expected = moved(instance, here, leaf, direction, before)
            value = times(evaluator(instance)(found.xreplace(at)), direction, instance.system)
            assert instance.system.distance(value, flat(expected)) == 0, (e, by)


TOTAL = ["elman", "coupled", "skip", "scrambled", "gru", "lstm", "matrix state", "backward", "time-delay", "jordan"]


@pytest.mark.parametrize("name", TOTAL)
def test_the_total_derivative_goes_through_all_nodes_between(name):
    """By an element one and two steps away, with everything in between following."""
    model = MODELS[name]()
    instance = draw(model, 7, FiniteField(0), 0)
    at = {**instance.rule, t: Integer(4)}
    found = 0
    for e in model.equations:
        for by in [v[t + lag] for v in model.sequences for lag in (-2, -1, 0, 1, 2)] if e.over else ():
            leaf, here = by.xreplace(at), e.at(at)
            if leaf == here.lhs or leaf not in instance.base.values:
                continue
            direction = instance.system.random(np.random.default_rng(3), np.shape(instance.base.values[leaf]))
            value = evaluator(instance)(sr.jacobian(model, e.lhs, by, total=True).xreplace(at))
            expected = followed(instance, here, leaf, direction)
            found += not np.all(expected == 0)
            assert instance.system.distance(times(value, direction, instance.system), flat(expected)) == 0, (e, by)
    assert found


def followed(instance, here, leaf, direction):
    """The change of a node when a leaf moves and every node computed after it follows."""
    system = Dual(instance.system)
    values = {x: system.lift(v) for x, v in instance.base.values.items()}
    values[leaf] = DualArray(instance.base.values[leaf], direction)
    evaluate = Evaluator(system, values, instance.sizes)
    for x in instance.graph.equations:
        if x.lhs != leaf:
            values[x.lhs] = evaluate(x.rhs)
    return values[here.lhs].tangent


def test_the_total_derivative_is_not_the_immediate_one():
    """∂h(t)/∂h(t-2) passes through h(t-1), which ∂⁺ does not; the total one is refused where it has no end."""
    model = MODELS["elman"]()
    (h,) = model.states
    one = sr.jacobian(model, h[t], h[t - 1], total=True)
    assert one == sr.jacobian(model, h[t], h[t - 1], immediate=True)
    assert sr.jacobian(model, h[t], h[t - 2], total=True) == one @ one.xreplace({t: t - 1})
    assert sr.jacobian(model, h[t], h[t - 2], immediate=True) == sr.zeros(*shape_of(h[t]) * 2)
    for by in (model.parameters[0], h[0]):
        with pytest.raises(Unsupported):
            sr.jacobian(model, h[t], by, total=True)
    with pytest.raises(SymrnnError):
        sr.jacobian(model, h[t], h[t - 1], total=True, immediate=True)


def untransposed(x, rate):
    return (x, rate.T if len(shape_of(rate)) == 2 and shape_of(rate)[0] == shape_of(rate)[1] else rate)


MISTAKES = {
    "transposed": lambda rates: [untransposed(x, rate) for x, rate in rates],
    "doubled": lambda rates: [(x, 2 * rate) for x, rate in rates],
    "one operand only": lambda rates: rates[:1],
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_jacobian_is_seen(mistake, monkeypatch):
    model, right = MODELS["coupled"](), FORWARD.local_jacobians
    assert all(jacobian_holds(model, e, by) is not False for e, by in pairs(model))
    monkeypatch.setattr(FORWARD, "local_jacobians", lambda *arguments: MISTAKES[mistake](right(*arguments)))
    assert any(jacobian_holds(model, e, by) is False for e, by in pairs(model))
