"""The numbers of a worked example: values that a person can follow, run forward, backward, and along every path.

Nodes come from the graph, adjoints from the derivation's own lines. The effects of each input on each term of the
loss come from dual numbers, and the gradients are compared with differences of the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, cycle
from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.bptt import bptt
from symrnn.calculus.derivation import Derivation, name_of
from symrnn.calculus.evaluation import given_values
from symrnn.calculus.numerical import declares_derivatives, richardson
from symrnn.calculus.running import run_lines
from symrnn.errors import TooLarge, Undefined, Unsupported
from symrnn.graph.graph import unroll
from symrnn.graph.lengths import Last, checked_last, numbers_of, rule_of
from symrnn.graph.run import Instance, all_leaves_of, dimension_symbols
from symrnn.model import Element, Parameter, Recurrence
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.dual import Dual, DualArray, tangent_of
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Array, Floats, Undecidable

SMALL = (2, 3)  # sizes that a page holds, and that differ, so that what is what can be seen
MOST = 2_000  # numbers that nodes and parameters may have together
ATTEMPTS = 20


@dataclass(frozen=True)
class Worked:
    """All numbers of one example.

    Attributes
    ----------
    derivation
        For a last time that is a number; None for a model without a loss.
    instance
        The unfolded graph with what is given.
    adjoints
        The values of all adjoints and gradients, by the lines of the derivation.
    terms
        The terms of the loss, by time; or the loss itself under 0.
    paths
        For an input at a time and a term of the loss, the derivative of the term by the input.
    worst
        The largest difference between a gradient's entry and a difference of the loss; None where none was taken.
    """

    derivation: Derivation | None
    instance: Instance
    adjoints: Mapping[Any, Array]
    terms: Mapping[int, Any] = field(default_factory=dict)
    paths: Mapping[tuple[Element, int], Array] = field(default_factory=dict)
    worst: float | None = None

    @property
    def model(self) -> Recurrence:
        """The model."""
        return self.instance.model

    @property
    def evaluator(self) -> Evaluator:
        """Knows the values of everything given, computed and derived."""
        base = self.instance.base
        return Evaluator(base.system, {**base.values, **self.adjoints}, base.sizes)


def worked(
    model: Recurrence,
    tau: Any,
    seed: int = 0,
    *,
    dims: Mapping[str, int] | None = None,
    given: Mapping[str, Mapping[str, Any]] | None = None,
) -> Worked:
    """A model's numbers for one last time; what is not given is drawn, in tenths.

    Parameters
    ----------
    dims
        Sizes by the names of dimensions.
    given
        Arrays by name under "params", "inputs" and "boundary", as `evaluate` takes them.

    Raises
    ------
    Unsupported
        For a model with an unknown function, which has no numbers.
    TooLarge, Undefined, ShapeError
        For more numbers than anybody follows; for names and shapes that the model does not have.
    """
    last = checked_last(model, tau)
    if model.functions:
        raise Unsupported(
            f"{model.functions[0]} is an unknown function, so it has no numbers",
            repair="name one: write tanh(...) in its place",
        )
    for attempt in range(ATTEMPTS):
        instance = _instance(model, last, [seed, attempt], dims or {}, given or {})
        with np.errstate(all="ignore"):
            found = _computed(instance)
        if all(np.all(np.isfinite(v)) for v in chain(found.instance.base.values.values(), found.adjoints.values())):
            return found
    raise Unsupported(
        f"{model.title.name} has no finite values here", repair="give values of your own: params=..., inputs=..."
    )


def _computed(instance: Instance) -> Worked:
    try:
        instance.base  # noqa: B018 - runs the graph
    except Undecidable as reason:
        raise Unsupported(f"{instance.model.title.name} has no numbers: {reason.what}") from None
    if instance.model.loss is None:
        return Worked(None, instance, {})
    derivation = bptt(instance.model, _as_tau(instance))
    adjoints = run_lines(derivation, instance.last, instance.base)
    terms = _terms(instance)
    return Worked(derivation, instance, adjoints, terms, _paths(instance, terms), _worst(instance, adjoints))


def _as_tau(instance: Instance) -> Any:
    return instance.last if isinstance(instance.last, int) else dict(instance.last)


def _instance(model: Recurrence, last: Last, seed: list[int], dims: Any, given: Any) -> Instance:
    """An instance with the values that are given; the others are tenths other than zero."""
    graph, symbols = unroll(model, last), dimension_symbols(model)
    unknown = set(dims) - {str(d) for d in symbols}
    if unknown:
        raise Undefined(f"no dimension is called {min(unknown)!r}", repair="one of " + ", ".join(map(str, symbols)))
    sizes = {d: int(dims.get(str(d), size)) for d, size in small_sizes(model, symbols).items()}
    if min(sizes.values(), default=1) < 1:
        raise Undefined("a dimension without entries", repair="sizes are whole numbers from 1")
    shaper, rng = Evaluator(Floats(), {}, sizes), np.random.default_rng([*seed, *numbers_of(last)])
    leaves = all_leaves_of(model, graph, last)
    count = sum(int(np.prod(shaper.shape(x), dtype=int)) for x in (*leaves, *(e.lhs for e in graph.equations)))
    if count > MOST:
        raise TooLarge(f"a page of {count} numbers is not read", repair="use a smaller tau or smaller dims")
    homes: dict[str, dict[str, Any]] = {"params": {}, "inputs": {}, "boundary": {}}
    for leaf in leaves:
        _place(leaf, _tenths(leaf, shaper.shape(leaf), rng), model, last, homes)
    for home, arrays in given.items():
        homes[home] |= arrays
    values, sizes = given_values(model, last, homes["params"], homes["inputs"], homes["boundary"])
    return Instance(model, graph, last, Floats(), {**dict.fromkeys(symbols, 1), **sizes}, values)


def small_sizes(model: Recurrence, symbols: list[Any]) -> dict[Any, int]:
    """1 for what only inputs have, so that a page stays narrow; else 2 and 3 in turn."""
    computed = {d for v in (*model.defined, *model.targets) for d in v.shape}
    sizes = cycle(SMALL)
    return {d: next(sizes) if d in computed or not model.inputs else 1 for d in symbols}


def _tenths(leaf: Any, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    if getattr(leaf, "simplex", False):
        return np.eye(shape[0])[rng.integers(shape[0])]
    return rng.integers(1, 10, shape) * rng.choice([-1, 1], shape) / 10


def _place(leaf: Any, value: Array, model: Recurrence, last: Last, homes: dict[str, dict[str, Any]]) -> None:
    """A drawn value where a caller would give it."""
    if not isinstance(leaf, Element):
        homes["params" if isinstance(leaf, Parameter) else "inputs"][leaf.name] = value
        return
    times = model.given_range(leaf.sequence).at(rule_of(model, last)).times()
    if leaf.sequence in model.defined or int(leaf.time) not in times:
        homes["boundary"][_boundary_name(leaf, model, last)] = value
        return
    stack = homes["inputs"].setdefault(leaf.name, np.zeros((len(times), *value.shape)))
    stack[int(leaf.time) - 1] = value


def _boundary_name(leaf: Element, model: Recurrence, last: Last) -> str:
    rule = rule_of(model, last)
    return next((name_of(b) for b in model.boundary if b.xreplace(rule) == leaf), name_of(leaf))


def _terms(instance: Instance) -> dict[int, Any]:
    """What each time adds to the loss, where the loss is a sum over time; else all of it, under 0."""
    loss = instance.model.loss.xreplace(instance.rule)  # type: ignore[union-attr]
    if not isinstance(loss, TimeSum):
        return {0: loss}
    return {s: loss.term(Integer(s)) for s in range(int(loss.lower), int(loss.upper) + 1)}


def _paths(instance: Instance, terms: Mapping[int, Any]) -> dict[tuple[Element, int], Array]:
    """The derivative of each term by each input at each time, by dual numbers: one entry of an input at a time."""
    model, system = instance.model, Dual(Floats())
    found: dict[tuple[Element, int], Array] = {}
    lifted = {x: system.lift(np.asarray(v, dtype=float)) for x, v in instance.given.items()}
    for v in model.inputs:
        for s in model.given_range(v).at(instance.rule).times():
            shape = np.shape(instance.given[v[s]])
            found |= {(v[s], k): np.zeros(shape) for k in terms}
            for place in np.ndindex(shape):
                tangent = np.zeros(shape)
                tangent[place] = 1.0
                moved = {**lifted, v[s]: DualArray(lifted[v[s]].value, tangent)}
                evaluator = instance.run(moved, system)
                for k, term in terms.items():
                    found[v[s], k][place] = float(tangent_of(evaluator(term)))
    return found


def _worst(instance: Instance, adjoints: Mapping[Any, Array]) -> float | None:
    """How far the gradients of what is given are from central differences, extrapolated twice, entry by entry."""
    if declares_derivatives(instance):
        return None
    worst = 0.0
    for a, value in adjoints.items():
        if isinstance(a, Adjoint) and a.node in instance.given:
            for place in np.ndindex(np.shape(value)):
                direction = np.zeros(np.shape(value))
                direction[place] = 1.0
                worst = max(worst, abs(richardson(instance, a.node, direction) - float(value[place])))
    return worst
