"""Independent judges of a derivation, and what it takes to ask them.

One run judges everything: every leaf and every node moves at once, each along a random direction of its own.
The derivation claims that the loss then changes by the sum of the inner products of its adjoints with these
directions. In GF(2**61 - 1) two sides that differ agree by chance once in 10**18.
"""

from functools import cached_property

import numpy as np
import sympy
from sympy import Integer

import symrnn as sr
from symrnn import t
from symrnn.calculus.adjoint_chains import AdjointLines
from symrnn.calculus.running import run_lines
from symrnn.graph.lengths import numbers_of, rule_of, spread
from symrnn.graph.run import Instance, dimension_symbols, draw
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.explicit import Explicit
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


def fits(derivation, last):
    """Whether the lines of a derivation for symbolic tau hold as they stand at this last time."""
    return min(numbers_of(last)) >= derivation.smallest


class Judge:
    """One random instance of a model with a direction for every leaf and node, and its answer, found once."""

    def __init__(self, model, last, seed=0, system=None):
        self.last, self.instance = last, draw(model, last, system or FiniteField(seed), seed)
        self.system, self.rng = self.instance.system, np.random.default_rng([seed, 7])
        self.directions = {x: self._direction(v) for x, v in self.instance.base.values.items()}

    def _direction(self, value):
        return self.system.random(self.rng, np.shape(value))

    def claims(self, derivation):
        """The terms by which the derivation's adjoints say that the loss changes; one without a line is zero.

        What has an adjoint without being read at this last time is moved too, and changes nothing.
        """
        found = run_lines(derivation, self.last, self.instance.base)
        for adjoint, value in found.items():
            self.directions.setdefault(adjoint.node, self._direction(value))
        return [(value, self.directions[a.node]) for a, value in found.items()]

    def claimed(self, derivation):
        """The change of the loss that a derivation claims."""
        return self.system.add(self.system.array(0), *(inner(self.system, *pair) for pair in self.claims(derivation)))

    @cached_property
    def exact(self):
        """The change of the loss by dual numbers: each node's equation gets its direction added."""
        system, moves, instance = Dual(self.system), self.directions, self.instance
        values = {x: DualArray(v, moves[x]) for x, v in instance.given.items()}
        evaluator = Evaluator(system, values, instance.sizes)
        for e in instance.graph.equations:
            value = evaluator(e.rhs)
            values[e.lhs] = DualArray(value.value, self.system.add(value.tangent, moves[e.lhs]))
        return instance.loss(evaluator).tangent

    def agrees(self, derivation):
        """Whether what a derivation claims is what dual numbers find."""
        return self.system.distance(self.claimed(derivation), self.exact) == 0

    def moved(self, step, system):
        """The loss when everything moves a step along its direction."""
        instance, moves = self.instance, self.directions
        values = {x: v + step * moves[x] for x, v in instance.given.items()}
        evaluator = Evaluator(system, values, instance.sizes)
        for e in instance.graph.equations:
            values[e.lhs] = evaluator(e.rhs) + step * moves[e.lhs]
        return instance.loss(evaluator)[()]

    @cached_property
    def by_complex_step(self):
        """The change of the loss by a step into the complex plane."""
        return float(np.imag(self.moved(1j * STEP, Complexes())) / STEP)

    @cached_property
    def by_difference(self):
        """The change of the loss by central differences, extrapolated twice."""
        a, b, c = (float(self.moved(h, Floats()) - self.moved(-h, Floats())) / (2 * h) for h in (2e-3, 1e-3, 5e-4))
        return (16 * (4 * c - b) / 3 - (4 * b - a) / 3) / 15


def slope_by_sympy(instance, leaf, place):
    """The derivative of the composed explicit loss by one entry of a leaf, by `sympy.diff`; all else is numbers."""
    system, entry = Explicit(), sympy.Symbol("entry", real=True)
    given = {x: system.array(v) for x, v in instance.given.items()}
    at, given[leaf] = given[leaf][place], given[leaf].copy()
    given[leaf][place] = entry
    composed = Instance(instance.model, instance.graph, instance.last, system, instance.sizes, given)
    return float(_valued(composed.loss(composed.run())[()].diff(entry), {entry: at}))


def _valued(expr, known):
    """An expression with numbers for its symbols; what it holds many times over is worked out once."""
    if expr not in known:
        known[expr] = expr.func(*(_valued(x, known) for x in expr.args)) if expr.args else expr
    return known[expr]


def against_sympy(d, last, places, seed):
    """By parameter that is learned, some entries of its gradient, each with `sympy.diff` of the composed loss.

    Sizes are 1 and 2, since the composed loss grows quickly; there are two classes k, for a single one has no slope.
    """
    sizes = {s: 2 if i < 2 or str(s) == "k" else 1 for i, s in enumerate(dimension_symbols(d.model))}
    instance = draw(d.model, last, Floats(), seed, sizes)
    found = {a.node: np.asarray(v) for a, v in run_lines(d.at(last), last, instance.base).items()}
    entries = {}
    for w in (w for w in d.model.parameters if w.learned):
        value = found.get(w, np.zeros(np.shape(instance.given[w])))
        entries[w] = [(value[place], slope_by_sympy(instance, w, place)) for place in places(value)]
    return entries


def every_entry(value):
    """All places of an array."""
    return list(np.ndindex(value.shape))


def far(pairs):
    """The largest relative distance of pairs of numbers."""
    return max(abs(a - b) / max(1e-3, abs(a)) for a, b in pairs)


def inner(system, value, direction):
    return system.linear(np.sum, system.multiply(value, direction))


def holds_exactly(derivation, last, seed=0):
    """Whether all adjoints of a derivation are the total derivatives, exactly in the finite field."""
    return Judge(derivation.model, last, seed).agrees(derivation)


def distances(derivation, last, seed=0):
    """How far the claimed change is from a complex step and from a difference, relative to its terms."""
    judge = Judge(derivation.model, last, seed, Floats())
    scale = max(1e-3, sum(float(np.sum(np.abs(v) * np.abs(d))) for v, d in judge.claims(derivation)))
    claimed = float(judge.claimed(derivation))
    found = {"complex step": judge.by_complex_step, "difference": judge.by_difference}
    return {how: abs(value - claimed) / scale for how, value in found.items()}


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


def leaves(d):
    """All that has a line: parameters, boundary values, and the adjoints of the defined sequences at t."""
    given = [line.equation.lhs.node for line in d.lines if line.group in {"gradient", "boundary"}]
    return [*given, *(v[t] for v in AdjointLines.of(d).rows)]


def disagreement(form, last, seed):
    """The largest distance between a closed form and the recurrence's own values, over its times."""
    d = form.subject
    field = FiniteField(seed)
    instance = draw(d.model, last, field, seed)
    found = run_lines(d if fits(d, last) else d.at(last), last, instance.base)
    evaluator = Evaluator(field, {**instance.base.values, **found}, instance.base.sizes)
    rule = rule_of(d.model, last)
    e = form.equation
    times = e.times.at(rule).times() if e.over else [0]
    worst = 0
    for s in times:
        here = e.at({**rule, t: Integer(s)})
        if here.lhs in found:
            worst = max(worst, field.distance(evaluator(here.rhs), found[here.lhs]))
    return worst
