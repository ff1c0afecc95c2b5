"""Running an unfolded graph in a number system, and drawing random values for what is given.

Values of named nodes come from running: 1 - h² = 1 - tanh²(a) is false for independent random h and a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Basic, Symbol

from symrnn.graph.graph import Graph, unroll
from symrnn.graph.instance import written_out
from symrnn.graph.lengths import Last, checked_last, numbers_of, rule_of
from symrnn.model import Equation, Parameter, Recurrence, reads
from symrnn.tensor.elementwise import Full
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.linear import Eye
from symrnn.tensor.node import shape_of
from symrnn.tensor.numbers import Array, NumberSystem

SIZES = (3, 2, 5, 7, 11, 13, 17, 19, 23)  # distinct primes: shapes that are confused do not fit


@dataclass(frozen=True)
class Instance:
    """One random instance of a model: its unfolded graph, sizes, and the values of every leaf and node."""

    model: Recurrence
    graph: Graph
    last: Last
    system: NumberSystem
    sizes: dict[Symbol, int]
    given: dict[Any, Array]

    @property
    def rule(self) -> dict[Basic, Basic]:
        """The substitution that gives every last time its number."""
        return rule_of(self.model, self.last)

    @cached_property
    def base(self) -> Evaluator:
        """The run of the instance as it was drawn."""
        return self.run()

    def run(self, given: Mapping[Any, Array] | None = None, system: NumberSystem | None = None) -> Evaluator:
        """An evaluator that knows the values of all nodes, computed from what is given."""
        return run(self.graph, dict(self.given if given is None else given), self.sizes, system or self.system)

    def loss(self, evaluator: Evaluator) -> Array:
        """The value of the loss."""
        return evaluator(self._loss)

    @cached_property
    def _loss(self) -> Any:
        return self.model.loss.xreplace(self.rule)  # type: ignore[union-attr]

    @cached_property
    def needs(self) -> tuple[tuple[Equation, frozenset[Any]], ...]:
        """Each equation of the graph in order, with the leaves and nodes it reads."""
        return tuple((e, frozenset(reads(e.rhs))) for e in self.graph.equations)


def run(graph: Graph, given: dict[Any, Array], sizes: Mapping[Symbol, int], system: NumberSystem) -> Evaluator:
    """Evaluate every equation of a graph in order."""
    values = dict(given)
    evaluator = Evaluator(system, values, sizes)
    for e in graph.equations:
        values[e.lhs] = evaluator(e.rhs)
    return evaluator


def dimension_symbols(model: Recurrence) -> list[Symbol]:
    """The dimension symbols of a model, in order of appearance of what has them."""
    shapes: list[Any] = [shape_of(e.lhs) for e in model.equations] + [x.shape for x in model.sequences]
    shapes += [shape_of(x) for x in model.read_leaves] + [f.shape for f in model.functions]
    written = [e.rhs for e in model.equations] + ([model.loss] if model.loss is not None else [])
    shapes += [x.shape for e in written for x in sorted(e.atoms(Full, Eye), key=str)]
    found = dict.fromkeys(s for shape in shapes for d in shape for s in sorted(d.free_symbols, key=str))
    loose = {s for e in written for s in e.free_symbols if isinstance(s, Symbol) and s.is_positive}
    return list(found | dict.fromkeys(sorted(loose - set(model.lengths) - set(found), key=str)))


def prime_sizes(model: Recurrence) -> dict[Symbol, int]:
    """A distinct prime for each dimension symbol."""
    return dict(zip(dimension_symbols(model), SIZES, strict=False))


def leaves_of(model: Recurrence, graph: Graph, last: Last) -> list[Any]:
    """What must be given to run a graph and its loss: inputs, targets, boundary values, constants, parameters."""
    computed = {e.lhs for e in graph.equations}
    expressions: list[Basic] = [e.rhs for e in graph.equations]
    if model.loss is not None:
        expressions.append(expanded_loss(model, last))
    return [x for x in dict.fromkeys(leaf for e in expressions for leaf in reads(e)) if x not in computed]


def all_leaves_of(model: Recurrence, graph: Graph, last: Last) -> list[Any]:
    """Those, and what the model reads but this instance happens not to: a factor may be zero at some times."""
    rule = rule_of(model, last)
    known: list[Any] = [*model.parameters, *model.constants, *(b.xreplace(rule) for b in model.boundary)]
    for v in (*model.inputs, *model.targets):
        known += [v[s] for s in model.given_range(v).at(rule).times()]
    computed = {e.lhs for e in graph.equations}
    return list(dict.fromkeys([*leaves_of(model, graph, last), *(x for x in known if x not in computed)]))


def expanded_loss(model: Recurrence, last: Last) -> Any:
    """The loss with its sums over time written out, for a last time that is a number."""
    return written_out(model.loss.xreplace(rule_of(model, last)))  # type: ignore[union-attr]


def draw(
    model: Recurrence,
    last: Last,
    system: NumberSystem,
    seed: int = 0,
    sizes: Mapping[Symbol, int] | None = None,
) -> Instance:
    """A random instance: generic values, distinct prime sizes; simplex vectors sum to 1 exactly."""
    last = checked_last(model, last)
    rng = np.random.default_rng([seed, *numbers_of(last)])
    graph = unroll(model, last)
    numbers = dict(sizes) if sizes is not None else prime_sizes(model)
    shaper = Evaluator(system, {}, numbers)
    given: dict[Any, Array] = {}
    for leaf in all_leaves_of(model, graph, last):
        value = system.random(rng, shaper.shape(leaf))
        if getattr(leaf, "simplex", False):
            value = _on_simplex(system, value)
        elif isinstance(leaf, Parameter) and len(leaf.shape) == 2:
            value = _tamed(system, value)
        given[leaf] = value
    return Instance(model, graph, last, system, numbers, given)


def _on_simplex(system: NumberSystem, value: Array) -> Array:
    total = system.linear(lambda v: np.sum(v[:-1]), value)
    rest = system.add(system.array(1), system.multiply(system.array(-1), total))
    return system.stack(lambda parts: np.concatenate([parts[0][:-1], np.reshape(parts[1], (1,))]), [value, rest])


def _tamed(system: NumberSystem, value: Array) -> Array:
    """A matrix whose products keep pre-activations small; in the field any matrix will do."""
    if system.exact:
        return value
    columns = value.shape[-1]
    return system.divide(value, system.array(columns))
