"""Verification of closed forms: the formula, every step to it and every line of its proofs, at random instances.

The adjoints in them are taken as total derivatives by dual numbers, so nothing that led to the closed form is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Integer, Symbol

from symrnn.calculus.decision import decide
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.report import Finding, Report
from symrnn.calculus.state_chains import generic_equation
from symrnn.calculus.truths import ForwardTruths
from symrnn.calculus.verify import LineChecker, checked_lasts
from symrnn.graph.lengths import spread
from symrnn.graph.run import Instance, draw, prime_sizes
from symrnn.model import Element, Range, Recurrence
from symrnn.tensor.elementwise import add
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField
from symrnn.tensor.node import shape_of
from symrnn.tensor.numbers import PRIME, Array, Digits, NumberSystem
from symrnn.tensor.sensitivity import Immediate, Rate
from symrnn.tensor.time import t

if TYPE_CHECKING:
    from symrnn.calculus.formula import ClosedForm
    from symrnn.calculus.induction import Proof

Claim = tuple[str, Any, Any, Range]  # words, one side, the other, the times of t


class Workshop:
    """The random instances at which the closed forms of one derivation or model are checked, drawn once."""

    def __init__(self, subject: Derivation | Recurrence, seed: int = 0) -> None:
        self.seed = seed
        self.model = subject.model if isinstance(subject, Derivation) else subject
        self.lasts = checked_lasts(subject) if isinstance(subject, Derivation) else spread(self.model, 1, 5)
        self.systems: tuple[NumberSystem, ...] = (FiniteField(seed), Digits())
        drawn = [{type(s): draw(self.model, last, s, seed) for s in self.systems} for last in self.lasts]
        self.values = [{kind: _values(subject, i) for kind, i in both.items()} for both in drawn]
        self.proved: dict[Any, list[Finding]] = {}
        self.others: dict[Any, Workshop] = {}

    def report(self, form: ClosedForm) -> Report:
        """Every step of a closed form, and both sides of every line of its proofs."""
        counted = _counted_from(form)
        findings = [self._finding(claim, i, counted) for i, claim in enumerate(_claims(form), 1)]
        there = self._about(form)
        for proof in form.proofs:
            if proof.claim not in there.proved:
                there.proved[proof.claim] = [there._finding(c, 0, counted) for c in proof_claims(proof)]
            found = there.proved[proof.claim]
            findings += [replace(f, line=len(findings) + i) for i, f in enumerate(found, 1)]
        sizes = tuple((str(d), size) for d, size in prime_sizes(self.model).items())
        chance = min(1.0, len(findings) * 1e4 / PRIME)
        return Report(tuple(findings), tuple(self.lasts), sizes, self.seed, chance)

    def _about(self, form: ClosedForm) -> Workshop:
        """The instances of what the inductions are about."""
        if form.behind is None:
            return self
        key = (type(form.behind), form.behind.model if isinstance(form.behind, Derivation) else form.behind)
        if key not in self.others:
            self.others[key] = Workshop(form.behind, self.seed)
        return self.others[key]

    def _finding(self, claim: Claim, number: int, counted: dict[Any, Range]) -> Finding:
        return decide(claim[0], number, self.systems, [_check(v, claim, counted) for v in self.values])


@dataclass(frozen=True)
class Values:
    """What both sides of a claim are at one instance."""

    instance: Instance
    value: Callable[[Any], Any]


def _values(subject: Derivation | Recurrence, instance: Instance) -> Values:
    if isinstance(subject, Derivation):
        return Values(instance, LineChecker(subject, instance).value)
    return Values(instance, _WithRates(instance))


class _WithRates(Evaluator):
    """An evaluator to which a derivative of a node is what dual numbers give."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(instance.system, instance.base.values, instance.sizes)
        self.truths = ForwardTruths(instance)

    def leaf(self, expr: Any) -> Array:
        if isinstance(expr, Rate):
            return self.truths.immediate(expr) if isinstance(expr, Immediate) else self.truths.total(expr)
        return super().leaf(expr)


def _check(by_system: dict[Any, Values], claim: Claim, counted: dict[Any, Range]) -> Callable[[Any], float]:
    return lambda system: _gap(by_system[type(system)], *claim[1:], counted)


def _claims(form: ClosedForm) -> Iterator[Claim]:
    over = form.over
    times = Range(over[1], over[2]) if over is not None else Range(Integer(0), Integer(0))
    for step in form.steps:
        yield f"{form.of} = {step.after} ({step.law.name})", form.of, step.after, times
    if form.exchanged is not None:
        yield f"{form.of} = {form.exchanged}", form.of, form.exchanged, times


def proof_claims(proof: Proof) -> Iterator[Claim]:
    """Each line of a proof against the one before."""
    for case in proof.cases:
        like = shape_of(case.scene.node(t))
        states = [add(*terms, shape=like) for terms in case.states()]
        for move, (before, after) in zip(case.moves, pairwise(states), strict=True):
            yield f"{case.name}: {before} = {after} ({move.law.name})", before, after, case.scene.times


def _gap(checker: Values, before: Any, after: Any, times: Range, counted: dict[Any, Range]) -> float:
    """The largest distance of two sides over all times, and over all times of a computed node that t counts from."""
    rule = checker.instance.rule
    rules = [rule]
    free = before.free_symbols | after.free_symbols | times.first.free_symbols | times.last.free_symbols
    for k, span in counted.items():
        if k in free:
            rules = [{**r, k: Integer(s)} for r in rules for s in span.at(rule).times()]
    worst = 0.0
    for r in rules:
        for s in times.at(r).times():
            at = {**r, t: Integer(s)}
            sides = (checker.value(x.xreplace(at)) for x in (before, after))
            worst = max(worst, checker.instance.system.distance(*sides))
    return worst


def _counted_from(form: ClosedForm) -> dict[Any, Range]:
    """The time k of a derivative by a state at k, the time s at which errors enter, and for which these stand."""
    by = getattr(form.of, "by", None)
    if isinstance(by, Element) and isinstance(by.time, Symbol):
        model = form.subject.model if isinstance(form.subject, Derivation) else form.subject
        return {by.time: generic_equation(model, by.sequence).times}
    errors = getattr(getattr(form.subject, "origin", None), "errors", None)
    return {errors.index: Range(errors.first, errors.last)} if errors is not None and errors.over else {}
