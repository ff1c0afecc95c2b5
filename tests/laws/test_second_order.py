"""Hessian-vector products against derivatives of second order that are found without them.

Left: the lines of `hvp`. Right: dual numbers over dual numbers in GF(2**61 - 1), the tangent of the gradient's own
lines, a complex step of the gradient, and `sympy.diff` twice of the composed explicit loss.
"""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import sympy

import symrnn as sr
from laws.generator import random_system
from laws.judges import arrays_of, everything, lasts_of
from laws.mutants import plant_kind
from laws.systems import MODELS
from symrnn import Equation
from symrnn.calculus import tangents
from symrnn.calculus.laws import pullback
from symrnn.calculus.running import run_lines
from symrnn.calculus.second import SLOPE
from symrnn.calculus.second_checks import balanced, complex_step_of_gradient, paired
from symrnn.graph.lengths import numbers_of
from symrnn.graph.run import Instance, dimension_symbols, draw
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.elementwise import Elementwise
from symrnn.tensor.explicit import Explicit
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Floats

every_model = pytest.mark.parametrize("name", MODELS)
SYSTEMS = range(5)


@cache
def product(name):
    return sr.hvp(MODELS[name](), wrt=everything(MODELS[name]()))


def small(model):
    """Small sizes: dual numbers over dual numbers of an unknown function cost their square."""
    return dict(zip(dimension_symbols(model), (2, 3, 2, 3, 2, 3), strict=False))


def agrees_exactly(d, last, seed=0):
    """Whether every part of H v, along a random direction for each, is what dual numbers over dual numbers find."""
    pair = paired(d, last, FiniteField(seed), seed, small(d.model))
    plain, rng = pair.plain, np.random.default_rng([seed, 9])
    inner = Dual(plain.system)
    claimed, start = plain.system.array(0), {}
    for x, v in plain.given.items():
        zero = plain.system.multiply(plain.system.array(0), v)
        along = (
            balanced(plain.system, x, plain.system.random(rng, np.shape(v)))
            if nabla(x, SLOPE) in pair.adjoints
            else zero
        )
        start[x] = DualArray(DualArray(v, pair.directions.get(x, zero)), DualArray(along, zero))
        if nabla(x, SLOPE) in pair.adjoints:
            part = plain.system.multiply(pair.adjoints[nabla(x, SLOPE)], along)
            claimed = plain.system.add(claimed, plain.system.linear(np.sum, part))
    exact = plain.loss(plain.run(start, Dual(inner))).tangent.tangent
    return plain.system.distance(claimed, exact) == 0


def is_the_tangent_of_the_gradient(d, gradient, last, seed=0):
    """Whether H v is the tangent of the gradient's lines, each adjoint's, in dual numbers: the other path."""
    pair = paired(d, last, FiniteField(seed), seed, small(d.model))
    plain, system = pair.plain, Dual(FiniteField(seed))
    start = {x: DualArray(v, pair.directions.get(x, v * 0)) for x, v in plain.given.items()}
    pushed = run_lines(gradient.at(last), last, plain.run(start, system))
    parts = {a.node: v.tangent for a, v in pushed.items() if nabla(a.node, SLOPE) in pair.adjoints}
    shown = {x: v for x, v in parts.items() if x in plain.given}
    far = (free(x, plain.system.add(pair.adjoints[nabla(x, SLOPE)], -v)) for x, v in shown.items())
    return bool(shown) and all(plain.system.distance(x, 0 * x) == 0 for x in far)


def free(leaf, difference):
    """A difference of gradients; for entries that sum to 1 a gradient is given up to a constant."""
    return difference - difference[-1] if getattr(leaf, "simplex", False) else difference


def fits(d, last):
    return min(numbers_of(last)) >= d.smallest


@every_model
def test_products_are_second_derivatives_exactly(name, seed):
    d = product(name)
    for last in lasts_of(d.model)[::2]:
        assert agrees_exactly(d.at(last), last, seed), f"tau = {last}"
        assert not fits(d, last) or agrees_exactly(d, last, seed), f"symbolic tau at {last}"


@every_model
def test_products_are_the_tangents_of_the_gradient(name, seed):
    d = product(name)
    gradient = sr.bptt(d.model, wrt=everything(d.model))
    for last in lasts_of(d.model)[2:3]:
        assert is_the_tangent_of_the_gradient(d.at(last), gradient, last, seed), f"tau = {last}"


@pytest.mark.parametrize("number", SYSTEMS)
def test_random_systems(number, seed):
    model = random_system(random.Random(number + 1000 * seed))
    d = sr.hvp(model, wrt=everything(model))
    assert agrees_exactly(d.at(2), 2, number), model


def far_from_complex_step(d, last, seed=0):
    """The largest relative distance of H v from a complex step of the gradient."""
    pair = paired(d, last, Floats(), seed, small(d.model))
    gradient = sr.bptt(d.model, wrt=list(d.pushed.chosen))
    expected = complex_step_of_gradient(gradient.at(last), pair, last)
    far = [0.0]
    for a, v in expected.items():
        own = nabla(a.node, SLOPE)
        if own in pair.adjoints and a.node in pair.plain.given:
            gap = np.max(np.abs(free(a.node, pair.adjoints[own] - v)), initial=0)
            far.append(gap / max(1e-3, np.max(np.abs(v), initial=0)))
    return max(far)


@every_model
def test_products_agree_with_a_complex_step_of_the_gradient(name, seed):
    d = product(name)
    last = lasts_of(d.model)[2]
    assert far_from_complex_step(d.at(last), last, seed) <= 1e-11


def hessian_by_sympy(model, last, leaves, sizes):
    """The second derivatives of the composed explicit loss by `sympy.diff` twice, and the numbers to put in."""
    numbers = draw(model, last, Floats(), 0, sizes)
    symbols = {
        x: Explicit().random(np.random.default_rng([5, i]), np.shape(v))
        for i, (x, v) in enumerate(numbers.given.items())
    }
    explicit = Instance(model, numbers.graph, numbers.last, Explicit(), numbers.sizes, symbols)
    loss = explicit.loss(explicit.run())[()]
    entries = [s for x in leaves for s in np.ravel(symbols[x])]
    at = {
        s: sympy.Float(float(v), 17)
        for x in symbols
        for s, v in zip(np.ravel(symbols[x]), np.ravel(numbers.given[x]), strict=True)
    }
    slopes = [loss.diff(a) for a in entries]
    return np.array([[float(d.diff(b).xreplace(at)) for b in entries] for d in slopes]), numbers


@pytest.mark.parametrize("name, last", [("scalar", 3), ("elman", 2), ("coupled", 2), ("gru", 1)])
def test_products_are_sympys_second_derivatives_of_the_composed_loss(name, last):
    model = MODELS[name]()
    leaves = [w for w in model.parameters if w.learned][:2]
    sizes = dict(zip(dimension_symbols(model), (2, 1, 2), strict=False))
    expected, numbers = hessian_by_sympy(model, last, leaves, sizes)
    d = sr.hvp(model, wrt=leaves)
    columns = []
    for j in range(len(expected)):
        unit, along = np.eye(len(expected))[j], {}
        for w in leaves:
            size = int(np.prod(np.shape(numbers.given[w]), dtype=int))
            along[w.name], unit = unit[:size].reshape(np.shape(numbers.given[w])), unit[size:]
        found = sr.evaluate(d, *arrays_of(numbers), tau=last, direction=along)
        columns.append(np.concatenate([np.ravel(found[w.name]) for w in leaves]))
    assert np.allclose(np.array(columns).T, expected, 1e-11, 1e-13)


# -- mistakes ----------------------------------------------------------------------------------------------------


def refuted(model, last=3, **options):
    """Whether the law of this file and `verify` both see that a product, made now, is wrong."""
    d = sr.hvp(model, **options)
    return not agrees_exactly(d, last) and not d.verify()


def test_a_product_rule_cut_off_is_seen(monkeypatch):
    right = tangents.tangent
    assert not refuted(MODELS["scalar"]())
    only_states = lambda expr, of, *out: right(expr, lambda x: of(x) if hasattr(x, "time") else None, *out)  # noqa: E731
    monkeypatch.setattr(tangents, "tangent", only_states)
    assert refuted(MODELS["scalar"]())


def test_the_slope_of_the_slope_is_missed(monkeypatch):
    model = MODELS["elman"]()
    curved = lambda node: isinstance(node, Elementwise) and any("dot" in str(x) for x in node.operands)  # noqa: E731
    plant_kind(monkeypatch, curved, lambda node, ct: [p for p in pullback(node, ct, None) if "dot" in str(p[0])])
    assert not agrees_exactly(sr.hvp(model), 3)


def test_what_is_given_does_not_move_unless_chosen(monkeypatch):
    model = MODELS["scalar"]()
    monkeypatch.setattr(tangents, "_still", lambda *_: [])
    assert refuted(model, wrt=[w for w in model.parameters if w.learned])


@pytest.mark.parametrize("group", ["backward", "second", "gradient"])
def test_a_line_that_is_shown_wrongly_is_seen(group):
    d = sr.hvp(MODELS["scalar"]())
    line = next(line for line in d.lines if line.group == group)
    wrong = replace(line, equation=Equation._trusted(line.equation.lhs, 2 * line.equation.rhs, line.equation.args[2]))
    lines = tuple(wrong if x is line else x for x in d.lines)
    assert d.verify() and not replace(d, lines=lines).verify()


def test_a_tangent_that_is_shown_wrongly_is_seen():
    d = sr.hvp(MODELS["scalar"]())
    first = d.lines[0]
    wrong = replace(first, equation=Equation._trusted(first.equation.lhs, -first.equation.rhs, first.equation.args[2]))
    assert first.group == "tangent" and not replace(d, lines=(wrong, *d.lines[1:])).verify()
