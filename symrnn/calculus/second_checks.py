"""Verification of a Hessian-vector product, by paths that know nothing of tangents as equations.

The lines are those of back-propagation through the tangent model and are checked as such. Beside that, on the
model itself: every tangent against dual numbers, every adjoint of a tangent against the total derivative at its
node, and the product against dual numbers over dual numbers and a complex step of the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.bptt import bptt
from symrnn.calculus.decision import decide
from symrnn.calculus.derivation import Line
from symrnn.calculus.numerical import COMPLEX_TOLERANCE, STEP
from symrnn.calculus.report import FAILS, HOLDS, UNDECIDED, Finding, Report
from symrnn.calculus.running import run_lines
from symrnn.calculus.second import SLOPE, HessianProduct, renamed
from symrnn.calculus.tangents import TangentModel
from symrnn.calculus.totals import directional, total_derivative
from symrnn.calculus.verify import LONGEST_EXACT, checked_lasts
from symrnn.errors import Unsupported
from symrnn.graph.lengths import Last, numbers_of
from symrnn.graph.run import Instance, draw
from symrnn.model import Element, Equation
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Array, Complexes, Digits, Floats, NumberSystem, Undecidable


@dataclass(frozen=True)
class Pair:
    """One random instance of a model and the same one of its tangent model, with a direction for all that moves."""

    plain: Instance
    moved: Instance
    directions: dict[Any, Array]

    product: HessianProduct

    @cached_property
    def adjoints(self) -> dict[Any, Array]:
        """The adjoints of both orders by the lines as they are shown; those of the product have the label `SLOPE`."""
        return run_lines(self.product, self.plain.last, self.moved.base)

    @cached_property
    def first(self) -> Evaluator:
        """The model run in dual numbers along the direction: what every tangent must be."""
        system = self.plain.system
        start = {
            x: DualArray(v, self.directions.get(x, system.multiply(system.array(0), v)))
            for x, v in self.plain.given.items()
        }
        return self.plain.run(start, Dual(system))

    def second(self, leaf: Any, direction: Array) -> Array:
        """The second derivative of the loss, along the direction of the product and along one for one leaf."""
        inner = Dual(self.plain.system)
        outer = Dual(inner)
        start = {}
        for x, v in self.plain.given.items():
            zero = self.plain.system.multiply(self.plain.system.array(0), v)
            first = DualArray(v, self.directions.get(x, zero))
            start[x] = DualArray(first, DualArray(direction if x == leaf else zero, zero))
        return self.plain.loss(self.plain.run(start, outer)).tangent.tangent


def paired(
    product: HessianProduct, last: Last, system: NumberSystem, seed: int, sizes: Mapping[Any, int] | None = None
) -> Pair:
    """A random instance of a model and of its tangent model that agree on what both read."""
    pushed = product.pushed
    plain = draw(pushed.origin, last, system, seed, sizes)
    moved = draw(pushed.model, last, system, seed, plain.sizes)
    given = {x: plain.given.get(x, v) for x, v in moved.given.items()}
    rng = np.random.default_rng([seed, *numbers_of(last), 6])
    directions: dict[Any, Array] = {}
    defined = {e.lhs for e in moved.graph.equations}
    for x, v in plain.given.items():
        own = pushed.of(x)
        if own is not None and own not in defined and _is_chosen(x, pushed, plain):
            directions[x] = balanced(system, x, given[own] if own in given else system.random(rng, np.shape(v)))
            given |= {own: directions[x]} if own in given else {}
    moved = Instance(pushed.model, moved.graph, moved.last, system, plain.sizes, given)
    return Pair(plain, moved, directions, product)


def balanced(system: NumberSystem, leaf: Any, direction: Array) -> Array:
    """A direction in which a leaf may move: one declared to sum to 1 moves along entries that sum to 0."""
    if not getattr(leaf, "simplex", False):
        return direction
    rest = system.linear(lambda v: np.append(v[:-1], 0), direction)
    minus = system.linear(lambda v: np.append(np.zeros_like(v[:-1]), np.sum(v[:-1])), direction)
    return system.add(rest, system.multiply(system.array(-1), minus))


def _is_chosen(leaf: Any, pushed: TangentModel, instance: Instance) -> bool:
    chosen = {x.xreplace(instance.rule) if isinstance(x, Element) else x for x in pushed.chosen}
    return leaf in chosen or (isinstance(leaf, Element) and leaf.sequence in chosen)


def verify_product(product: HessianProduct, seed: int, progress: Callable[[int, int], None]) -> Report:
    """Check a Hessian-vector product; see the module."""
    numbers = _numbers(product)
    report = product.inner.verify(seed, progress=progress)
    findings = [replace(f, line=numbers.get(f.line, 0)) for f in report.findings]
    lasts = [last for last in checked_lasts(product.inner) if max(numbers_of(last)) <= LONGEST_EXACT]
    systems: tuple[NumberSystem, ...] = (FiniteField(seed), Digits())
    pairs = [{type(s): paired(product, last, s, seed) for s in systems} for last in lasts]
    for line in product.lines:
        gap = {"tangent": _tangent_gap, "backward": _adjoint_gap}.get(line.group)
        if gap is not None:
            found = [lambda s, p=p, n=line, gap=gap: gap(product, n, p[type(s)]) for p in pairs]
            findings.append(decide(str(line.equation), line.number, systems, found))
    for line in product.lines:
        if line.group in {"gradient", "boundary", "input"} and line.reason.key != "unused":
            checks = [lambda s, p=p, n=line: _second_gap(product, n, p[type(s)], seed) for p in pairs]
            findings.append(decide(f"{line.equation.lhs} twice by dual numbers", line.number, systems, checks))
    findings += _by_complex_step(product, lasts, seed)
    return replace(report, findings=tuple(findings))


def _numbers(product: HessianProduct) -> dict[int, int]:
    """For each line of the derivation inside, the number under which it is shown."""
    own = {v: k for k, v in product.pushed.partners.items()}
    shown = {(line.equation.lhs, line.equation.args[2]): line.number for line in product.lines}
    return {line.number: shown[renamed(line.equation.lhs, own), line.equation.args[2]] for line in product.inner.lines}


def _concrete(line: Line, instance: Instance) -> list[Equation]:
    e, rule = line.equation, instance.rule
    if e.over is None:
        return [e.at(rule)]
    return [e.at({**rule, e.over[0]: Integer(s)}) for s in e.times.at(rule).times()]


def _tangent_gap(product: HessianProduct, line: Line, pair: Pair) -> float:
    """A tangent by its equation, from the tangents that dual numbers find, against dual numbers."""
    own = {v: k for k, v in product.pushed.partners.items()}
    values = dict(pair.moved.base.values)
    for x in values:
        origin = _origin(x, own)
        if origin in pair.first.values:
            values[x] = pair.first.values[origin].tangent
    evaluator = Evaluator(pair.moved.system, values, pair.moved.sizes)
    rows = _concrete(line, pair.moved)
    return max((pair.moved.system.distance(evaluator(e.rhs), values[e.lhs]) for e in rows), default=0.0)


def _origin(x: Any, own: dict[Any, Any]) -> Any:
    if isinstance(x, Element):
        return own[x.sequence][x.time] if x.sequence in own else None
    return own.get(x)


def _adjoint_gap(product: HessianProduct, line: Line, pair: Pair) -> float:
    """The adjoint of a tangent against the total derivative of the loss at its node."""
    plain, found = pair.plain, pair.adjoints
    rng = np.random.default_rng(1)
    worst = 0.0
    for e in _concrete(line, pair.moved):
        node = e.lhs.node
        value = found[nabla(node)]
        direction = plain.system.random(rng, np.shape(value))
        claimed = directional(plain, value, direction)
        exact = total_derivative(plain, plain.base, node, direction)
        worst = max(worst, plain.system.distance(claimed, exact))
    return worst


def _second_gap(product: HessianProduct, line: Line, pair: Pair, seed: int) -> float:
    """A part of the product along a random direction against dual numbers over dual numbers."""
    leaf = line.equation.lhs.node.xreplace(pair.plain.rule)
    return max((_gap_at(product, x, pair, seed) for x in _leaves_like(leaf, line, pair)), default=0.0)


def _leaves_like(leaf: Any, line: Line, pair: Pair) -> list[Any]:
    """The leaf itself; for an input of generic t its elements."""
    if line.equation.over is None:
        return [leaf] if leaf in pair.plain.given else []
    return [e.lhs.node for e in _concrete(line, pair.plain) if e.lhs.node in pair.plain.given]


def _gap_at(product: HessianProduct, leaf: Any, pair: Pair, seed: int) -> float:
    plain = pair.plain
    value = pair.adjoints[nabla(leaf, SLOPE)]
    direction = balanced(plain.system, leaf, plain.system.random(np.random.default_rng([seed, 8]), np.shape(value)))
    return plain.system.distance(directional(plain, value, direction), pair.second(leaf, direction))


def _by_complex_step(product: HessianProduct, lasts: list[Last], seed: int) -> list[Finding]:
    """Every part of the product against a complex step of the gradient along the direction."""
    gradient = bptt(product.pushed.origin, wrt=list(product.pushed.chosen))
    lines = {line.equation.lhs.node: line.number for line in product.lines if line.group in {"gradient", "boundary"}}
    worst: dict[str, tuple[float, int]] = {}
    for last in lasts:
        try:
            pair = paired(product, last, Floats(), seed)
            found, expected = pair.adjoints, complex_step_of_gradient(gradient, pair, last)
        except (Undecidable, Unsupported) as reason:
            return [Finding("complex step of the gradient", UNDECIDED, "complex step", float("nan"), 0, str(reason))]
        for adjoint, value in expected.items():
            own = nabla(adjoint.node, SLOPE)
            if adjoint.node in pair.plain.given and own in found:
                scale = max(float(np.max(np.abs(value), initial=0)), 1e-3)
                far = _free(adjoint.node, found[own] - value)
                error = float(np.max(np.abs(far), initial=0)) / scale
                name = str(getattr(adjoint.node, "sequence", adjoint.node))
                worst[name] = max(worst.get(name, (0.0, 0)), (error, lines.get(adjoint.node, 0)))
    return [
        Finding(f"H v of {name} against a complex step of the gradient", _verdict(e), "complex step", e, number)
        for name, (e, number) in worst.items()
    ]


def _free(leaf: Any, difference: Array) -> Array:
    """A difference of gradients; for entries that sum to 1 a gradient is given up to a constant."""
    return difference - difference[-1] if getattr(leaf, "simplex", False) else difference


def _verdict(error: float) -> str:
    return HOLDS if error <= 10 * COMPLEX_TOLERANCE else FAILS


def complex_step_of_gradient(gradient: Any, pair: Pair, last: Last) -> dict[Any, Array]:
    """The derivative of the gradient's own lines along the direction, by a step into the complex plane."""
    given = {x: np.asarray(v, dtype=complex) for x, v in pair.plain.given.items()}
    for x, v in pair.directions.items():
        given[x] = given[x] + 1j * STEP * v
    form = gradient if min(numbers_of(last)) >= gradient.smallest else gradient.at(last)
    found = run_lines(form, last, pair.plain.run(given, Complexes()))
    return {a: np.imag(v) / STEP for a, v in found.items()}
