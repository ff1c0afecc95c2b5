"""Verification: every step and every line of a derivation, decided by paths that know nothing of how it was made.

A claim is evaluated exactly in the finite field, derivatives by dual numbers. Agreement establishes it
for every function that obeys the declared laws; disagreement is called wrong only when 50 digits
disagree too, and stays undecided where neither system can evaluate. The whole gradient is also compared
with numerical derivatives of the independent evaluation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Basic, Integer, Symbol

from symrnn.calculus.adjoint import OBJECTIVE
from symrnn.calculus.claims import check_step, times_of
from symrnn.calculus.copy_truths import copies_gap
from symrnn.calculus.decision import decide
from symrnn.calculus.derivation import Derivation, Line, Step, name_of
from symrnn.calculus.numerical import compare_numerically
from symrnn.calculus.numerical_forward import compare_sensitivities
from symrnn.calculus.report import FAILS, HOLDS, Finding, Report
from symrnn.calculus.running import concrete_lines, run_lines
from symrnn.calculus.totals import directional, total_derivative
from symrnn.calculus.truncated_truths import TruncatedTruths
from symrnn.calculus.truths import ForwardTruths, total_gap
from symrnn.calculus.unfolding import verify_nest
from symrnn.errors import Unsupported
from symrnn.graph.lengths import Last, numbers_of, spread
from symrnn.graph.needs import shortest
from symrnn.graph.run import Instance, draw, prime_sizes
from symrnn.model import Element, Equation, Sequence
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Array, Digits, NumberSystem
from symrnn.tensor.sensitivity import Immediate, Rate
from symrnn.tensor.time import t

LONGEST_EXACT = 12  # last times up to which every node is checked by dual numbers


Progress = Callable[[int, int], None]


def verify(derivation: Derivation, seed: int, progress: Progress) -> Report:
    """Check every step and line of a derivation at random instances with distinct prime dimensions."""
    if derivation.title == "nest":
        return verify_nest(derivation, seed)
    if not isinstance(derivation.last, Symbol) and max(numbers_of(derivation.last)) > LONGEST_EXACT:
        return verify_long(derivation, seed, progress)
    lasts = checked_lasts(derivation)
    findings: list[Finding] = []
    systems: tuple[NumberSystem, ...] = (FiniteField(seed), Digits())
    instances = [{type(s): draw(derivation.model, last, s, seed) for s in systems} for last in lasts]
    checkers = [{kind: LineChecker(derivation, i) for kind, i in both.items()} for both in instances]
    claims = len(derivation.steps) + len(derivation.lines)
    for done, step in enumerate(derivation.steps):
        progress(done, claims)
        checks = [lambda s, c=c, st=step: _step_distance(st, c[type(s)], seed) for c in checkers]
        findings.append(decide(str(step), 0, systems, checks))
    findings += check_lines(derivation, systems, checkers, progress)
    findings += check_gradients(derivation, systems, checkers)
    findings += compare_numerically(derivation, lasts, seed)
    findings += compare_sensitivities(derivation, lasts, seed)
    sizes = tuple((str(d), size) for d, size in prime_sizes(derivation.model).items())
    chance = min(1.0, len(findings) * 1e4 / PRIME)
    return Report(tuple(findings), tuple(lasts), sizes, seed, chance)


def verify_long(derivation: Derivation, seed: int, progress: Progress) -> Report:
    """A long instance: its generic form is checked in full, then that each line is an instance of it.

    The gradients are checked at their own last time too, each along one random direction; checking every
    node against dual numbers would be quadratic in the number of steps.
    """
    from symrnn.calculus.bptt import generic, instantiated

    if derivation.origin is None:
        raise Unsupported(f"{derivation.title} has no generic form", repair=f"use tau of at most {LONGEST_EXACT}")
    last = derivation.last
    report = generic(derivation).verify(seed, progress=progress)
    findings = [f if f.verdict != HOLDS else replace(f, line=0) for f in report.findings]
    fresh = {line.equation.lhs: line.equation for line in instantiated(derivation, last).lines}
    for line in derivation.lines:
        same = fresh.get(line.equation.lhs) == line.equation
        findings.append(Finding(str(line.equation), HOLDS if same else FAILS, "instance", 0.0, line.number))
    findings += check_gradients(derivation, (), [])
    instance = draw(derivation.model, last, FiniteField(seed), seed)
    for adjoint, value in run_lines(derivation, last, instance.base).items():
        if isinstance(adjoint, Adjoint) and adjoint.objective == OBJECTIVE and adjoint.node in instance.given:
            findings.append(_along_a_direction(adjoint, value, instance, seed))
    findings += compare_numerically(derivation, [last], seed)
    return Report(tuple(findings), (last,), report.sizes, seed, report.chance)


def _along_a_direction(adjoint: Adjoint, value: Array, instance: Instance, seed: int) -> Finding:
    rng = np.random.default_rng([seed, *numbers_of(instance.last), 4])
    direction = instance.system.random(rng, np.shape(value))
    moved = total_derivative(instance, instance.base, adjoint.node, direction)
    error = instance.system.distance(directional(instance, value, direction), moved)
    return Finding(f"{adjoint} along a random direction", HOLDS if error == 0 else FAILS, "exact", error)


def checked_lasts(derivation: Derivation) -> list[Last]:
    """The last times at which a derivation is checked: its own, or five from the smallest that fits."""
    if not isinstance(derivation.last, Symbol):
        return [derivation.last]
    return spread(derivation.model, max(derivation.smallest, shortest(derivation.model)), 5)


def _step_distance(step: Step, checker: LineChecker, seed: int) -> float:
    """How far a step's claim is from true: totals for sums over uses, else by the kind of claim."""
    if step.kind == "total":
        rules = times_of(step, checker.instance)
        return max((total_gap(step, r, checker) for r in rules), default=0.0)
    if step.kind in {"copy", "identify"}:
        return copies_gap(step, checker, seed)
    if step.kind == "sum":
        rules = times_of(step, checker.instance)
        return max((checker.gap(step.before.xreplace(r), step.after.xreplace(r)) for r in rules), default=0.0)
    return check_step(step, checker.instance, seed)


def check_lines(
    derivation: Derivation, systems: tuple[NumberSystem, ...], checkers: list[Any], progress: Progress
) -> list[Finding]:
    """Each line against the total derivative of the loss with respect to its node, by dual numbers."""
    findings = []
    before = len(derivation.steps)
    for done, line in enumerate(derivation.lines):
        progress(before + done, before + len(derivation.lines))
        checks = [lambda s, c=c, n=line: c[type(s)].distance(n) for c in checkers]
        findings.append(decide(str(line.equation), line.number, systems, checks))
    return findings


def check_gradients(derivation: Derivation, systems: tuple[NumberSystem, ...], checkers: list[Any]) -> list[Finding]:
    """Each gradient as `d[W]` gives it: that of its line, or for a whole input the total derivative at each step."""
    findings: list[Finding] = []
    inputs: dict[Any, Line] = {}
    for line in derivation.lines:
        node = line.equation.lhs.node
        name = name_of(node)
        if line.group == "input" and isinstance(node, Element) and name not in derivation.gradients:
            inputs.setdefault(node.sequence, line)
        elif line.group in {"gradient", "boundary", "input"}:
            same = derivation.gradients.get(name) == line.equation.rhs
            findings.append(Finding(f"the gradient of {name}", HOLDS if same else FAILS, "instance", 0.0, line.number))
    for v, line in inputs.items():
        whole, of = derivation.gradients[v.name], line.equation.lhs.objective
        checks = [lambda s, c=c, v=v, g=whole, o=of: _input_distance(v, g, o, c[type(s)]) for c in checkers]
        findings.append(decide(f"the gradient of {v}[t]", line.number, systems, checks))
    return findings


def _input_distance(v: Sequence, gradient: Any, objective: Any, checker: LineChecker) -> float:
    rule = checker.instance.rule
    times = checker.instance.model.given_range(v).at(rule).times()
    return max(checker.gap(nabla(v[s], objective), gradient.xreplace({**rule, t: Integer(s)})) for s in times)


class _WithTotals(Evaluator):
    """An evaluator to which an adjoint is the total derivative at its node."""

    def __init__(self, checker: LineChecker, known: dict[Any, Array]) -> None:
        super().__init__(checker.instance.system, {**checker.base.values, **known}, checker.instance.sizes)
        self.checker = checker

    def leaf(self, expr: Basic) -> Array:
        if isinstance(expr, Adjoint | Rate) and expr not in self.values:
            return self.checker.truth(expr)
        return super().leaf(expr)


class LineChecker:
    """The lines of a derivation at one instance, each against the total derivative at its node.

    The adjoints that a line reads are taken as total derivatives themselves, so one wrong line does not
    make others look wrong.
    """

    def __init__(self, derivation: Derivation, instance: Instance) -> None:
        self.instance = instance
        self._totals: dict[Any, Array] = {}
        truncation = getattr(derivation.origin, "truncation", None)
        self._truncated: Any = TruncatedTruths(instance, truncation) if truncation is not None else None
        self.forward = ForwardTruths(instance)
        self.rows: dict[int, list[Equation]] = {}
        for line, e in concrete_lines(derivation, instance.last):
            self.rows.setdefault(line.number, []).append(e)

    @property
    def base(self) -> Evaluator:
        """The model's own run."""
        return self.instance.base

    def home(self, adjoint: Adjoint) -> Instance:
        """The graph whose loss an adjoint is of: the model's own, or that of a truncation in chunks."""
        return self.instance if adjoint.objective == OBJECTIVE else self._truncated.chunks()

    def distance(self, line: Line) -> float:
        """The largest distance over the times of the line's range."""
        return max((self.gap(e.lhs, e.rhs) for e in self.rows.get(line.number, [])), default=0.0)

    def gap(self, claimed: Any, value: Basic) -> float:
        """The distance of an expression from what its left side stands for."""
        return self.instance.system.distance(self.value(value), self.truth(claimed))

    def truth(self, leaf: Any) -> Array:
        """What an adjoint, a sensitivity or an immediate derivative stands for, by dual numbers."""
        if isinstance(leaf, Adjoint):
            return self.total(leaf.node) if leaf.objective == OBJECTIVE else self._truncated(leaf)
        return self.forward.immediate(leaf) if isinstance(leaf, Immediate) else self.forward.total(leaf)

    def value(self, expr: Basic, known: dict[Any, Array] | None = None) -> Array:
        """A right side with its adjoints replaced by total derivatives, and what else is `known`."""
        return _WithTotals(self, known or {})(expr)

    def total(self, node: Any) -> Array:
        """The gradient of the loss with respect to a node, entry by entry, by dual numbers."""
        if node not in self._totals:
            self._totals[node] = self._entries(node)
        return self._totals[node]

    def _entries(self, node: Any) -> Array:
        shape = self.base.shape(node)
        system = self.instance.system
        entries = []
        for place in np.ndindex(shape):
            unit = np.zeros(shape, dtype=int).astype(object)
            unit[place] = 1
            entries.append(total_derivative(self.instance, self.base, node, system.array(unit)))
        return np.array([x[()] for x in entries], dtype=system.dtype).reshape(shape)
