"""Independent judges of a derivation, and what it takes to ask them.

One run judges everything: every leaf and every node moves at once, each along a random direction of its own.
The derivation claims that the loss then changes by the sum of the inner products of its adjoints with these
directions. In GF(2**61 - 1) two sides that differ agree by chance once in 10**18.
"""

import numpy as np

import symrnn as sr
from symrnn.calculus.evaluation import run_lines
from symrnn.graph.lengths import numbers_of, spread
from symrnn.graph.run import draw
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Complexes, Floats

STEP = 1e-30
LASTS = (1, 2, 3, 5)


def everything(model):
    """All that a model's loss can be differentiated by: shared, constant, given at each step or at the boundary."""
    return [*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary]


def lasts_of(model):
    """The last times 1, 2, 3 and 5; for a model with several lengths, different ones for each."""
    return LASTS if len(model.lengths) == 1 else spread(model, 1, 4)


def smallest(derivation, last):
    """Whether the lines of a derivation for symbolic tau hold as they stand at this last time."""
    return min(numbers_of(last)) >= derivation.smallest


def directions_for(instance, found, seed):
    """A random direction for every leaf and node, and for what has an adjoint without being read at this tau."""
    rng = np.random.default_rng([seed, 7])
    values = {a.node: value for a, value in found.items()} | instance.base.values
    return {x: instance.system.random(rng, np.shape(v)) for x, v in values.items()}


def inner(system, value, direction):
    return system.linear(lambda v: np.sum(v), system.multiply(value, direction))


def claimed_change(instance, found, directions):
    """The change of the loss by the derivation's own adjoints; a node without a line has adjoint zero."""
    system = instance.system
    terms = [inner(system, value, directions[a.node]) for a, value in found.items()]
    return system.add(*terms) if terms else system.array(0)


def exact_change(instance, directions):
    """The change of the loss by dual numbers: each node's equation gets its direction added."""
    system = Dual(instance.system)
    values = {x: DualArray(v, directions[x]) for x, v in instance.given.items()}
    evaluator = Evaluator(system, values, instance.sizes)
    for e in instance.graph.equations:
        value = evaluator(e.rhs)
        values[e.lhs] = DualArray(value.value, instance.system.add(value.tangent, directions[e.lhs]))
    return instance.loss(evaluator).tangent


def real_change(instance, directions, how):
    """The change of the loss by a complex step, or by central differences extrapolated twice."""

    def at(step, system):
        values = {x: v + step * directions[x] for x, v in instance.given.items()}
        evaluator = Evaluator(system, values, instance.sizes)
        for e in instance.graph.equations:
            values[e.lhs] = evaluator(e.rhs) + step * directions[e.lhs]
        return instance.loss(evaluator)[()]

    if how == "complex step":
        return float(np.imag(at(1j * STEP, Complexes())) / STEP)
    a, b, c = (float(at(h, Floats()) - at(-h, Floats())) / (2 * h) for h in (2e-3, 1e-3, 5e-4))
    return (16 * (4 * c - b) / 3 - (4 * b - a) / 3) / 15


def holds_exactly(derivation, last, seed=0, instance=None):
    """Whether all adjoints of a derivation are the total derivatives, exactly in the finite field."""
    instance = instance or draw(derivation.model, last, FiniteField(seed), seed)
    found = run_lines(derivation, last, instance.base)
    directions = directions_for(instance, found, seed)
    return (
        instance.system.distance(claimed_change(instance, found, directions), exact_change(instance, directions)) == 0
    )


def distances(derivation, last, seed=0):
    """How far the claimed change is from a complex step and from a difference, relative to its terms."""
    instance = draw(derivation.model, last, Floats(), seed)
    found = run_lines(derivation, last, instance.base)
    directions = directions_for(instance, found, seed)
    claimed = float(claimed_change(instance, found, directions))
    terms = [np.sum(np.abs(value) * np.abs(directions[a.node])) for a, value in found.items()]
    scale = max(1e-3, float(np.sum(terms)))
    return {
        how: abs(real_change(instance, directions, how) - claimed) / scale for how in ("complex step", "difference")
    }


def arrays_of(instance):
    """The values of an instance as a user gives them: parameters, inputs and boundary values by name."""
    model = instance.model
    params = {w.name: instance.given[w] for w in model.parameters if w in instance.given}
    inputs = {c.name: instance.given[c] for c in model.constants if c in instance.given}
    shaper = Evaluator(instance.system, {}, instance.sizes)
    for v in (*model.inputs, *model.targets):
        last = int(model.given_range(v).last.xreplace(instance.rule))
        blank = np.zeros(shaper.shape(v[1]))
        inputs[v.name] = np.stack([instance.given.get(v[s], blank) for s in range(1, last + 1)])
    boundary = {}
    for b in model.boundary:
        value = instance.given.get(b.xreplace(instance.rule))
        boundary[sr.calculus.derivation.name_of(b)] = value if value is not None else np.zeros(shaper.shape(b))
    return params, inputs, boundary
