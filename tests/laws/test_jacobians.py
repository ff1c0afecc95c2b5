"""Jacobians, which go forward, against dual numbers and against the pullbacks: ⟨w, J v⟩ = ⟨Jᵀ w, v⟩."""

import sys

import numpy as np
import pytest
from sympy import Integer

import symrnn as sr
from laws.judges import inner
from laws.systems import MODELS
from symrnn import t
from symrnn.calculus.sweep import sweep
from symrnn.errors import Unsupported
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
    """Every node with every vector or scalar that its equation reads at t minus a number, at a time inside."""
    for e in model.equations:
        for x in reads(e.rhs) if e.over else ():
            by_step = not isinstance(x, Element) or e.over[0] in x.time.free_symbols
            if by_step and len(shape_of(x)) < 2 and len(shape_of(e.lhs)) < 2:
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
    """J v for a vector or scalar v, and a vector or scalar result."""
    return system.bilinear(np.dot, jacobian, direction)


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
    return instance.system.distance(times(value, direction, instance.system), expected) == 0


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
        left, right = inner(instance.system, w, pushed), inner(instance.system, pulled, v)
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
            if len(shape_of(by)) == 2 or (found := written(model, e, by)) is None:
                continue
            leaf, here = by.xreplace(at), e.at(at)
            direction = instance.system.random(np.random.default_rng(3), np.shape(instance.base.values[leaf]))
            before = step[: [x.lhs for x in step].index(here.lhs)]
            expected = moved(instance, here, leaf, direction, before)
            value = times(evaluator(instance)(found.xreplace(at)), direction, instance.system)
            assert instance.system.distance(value, expected) == 0, (e, by)


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
