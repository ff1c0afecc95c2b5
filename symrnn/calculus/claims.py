"""The claims that single steps make, each checked for what it is.

A pullback is not an equality: it claims ⟨ct, D f[v]⟩ = ⟨part, v⟩ for one operand of one node. A known
adjoint written in is an equality once that adjoint has its number. Sums over uses and the gradients of
copies are checked as lines are, against total derivatives.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Basic, Integer

from symrnn.calculus.derivation import Step
from symrnn.calculus.sweep import operands_of
from symrnn.calculus.totals import directional
from symrnn.errors import Unsupported
from symrnn.graph.lengths import numbers_of
from symrnn.graph.run import Instance
from symrnn.model import Parameter, Range, reads
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import shape_of


def check_step(step: Step, instance: Instance, seed: int) -> float:
    """The largest distance between both sides of a step's claim, over every time at which it is made."""
    check = _CHECKS.get(step.kind)
    if check is None:
        raise Unsupported(f"no check is known for a step of kind {step.kind}")
    rng = np.random.default_rng([seed, *numbers_of(instance.last), 2])
    return max((check(step, rule, instance, rng) for rule in times_of(step, instance)), default=0.0)


def times_of(step: Step, instance: Instance) -> list[dict[Basic, Basic]]:
    """The substitutions that make the step concrete at this instance."""
    rule = instance.rule
    if step.equation is not None and step.equation.over:
        index = step.equation.over[0]
        found = [{**rule, index: Integer(s)} for s in step.equation.times.at(rule).times()]
    else:
        found = [rule]
    for index, first, last in (over for over in (step.outer, step.over) if over is not None):
        found = [{**r, index: Integer(s)} for r in found for s in Range(first, last).at(r).times()]
    return found


def _evaluator(instance: Instance, exprs: list[Any], rng: np.random.Generator, values: dict[Any, Any]) -> Evaluator:
    """An evaluator that knows the run's nodes, with random adjoints; a pullback is linear in them."""
    known = dict(instance.base.values)
    shaper = Evaluator(instance.system, {}, instance.sizes)
    adjoints = dict.fromkeys(a for e in exprs for a in reads(e) if isinstance(a, Adjoint))
    for a in adjoints:
        known[a] = instance.system.random(rng, shaper.shape(a))
    return Evaluator(instance.system, known | values, instance.sizes)


def _pullback_distance(step: Step, rule: dict[Basic, Basic], instance: Instance, rng: np.random.Generator) -> float:
    """⟨before, D subject[v]⟩ against ⟨after, v⟩, moving the operand `target` alone.

    Every operand is replaced by a leaf of its own first: two that differ for generic t, such as h[t] and
    h[tau], stay apart at the time where they meet.
    """
    before, after = step.before.xreplace(rule), step.after.xreplace(rule)
    operands = dict.fromkeys([*operands_of(step.subject), step.target])
    stand_ins = {x: Parameter(f"operand_{i}", *shape_of(x)) for i, x in enumerate(operands)}
    plain = _evaluator(instance, [before, after], rng, {})
    direction = instance.system.random(rng, plain.shape(step.target))
    system = Dual(instance.system)
    values: dict[Basic, Any] = {leaf: system.lift(plain(x.xreplace(rule))) for x, leaf in stand_ins.items()}
    moved = stand_ins[step.target]
    values[moved] = DualArray(values[moved].value, direction)
    change = Evaluator(system, values, instance.sizes)(step.subject.xreplace(stand_ins).xreplace(rule)).tangent
    left = directional(instance, plain(before), change)
    right = directional(instance, plain(after), direction)
    return instance.system.distance(left, right)


def _known_distance(step: Step, rule: dict[Basic, Basic], instance: Instance, rng: np.random.Generator) -> float:
    """Both sides with the known adjoint set to its number."""
    before, after, number = (
        x.xreplace(rule) if isinstance(x, Basic) else x for x in (step.before, step.after, step.target)
    )
    value = _evaluator(instance, [number], rng, {})(number)
    known = {a.xreplace(rule): value for a in step.subject}
    evaluator = _evaluator(instance, [before, after], rng, known)
    return instance.system.distance(evaluator(before), evaluator(after))


def _equal_distance(step: Step, rule: dict[Basic, Basic], instance: Instance, rng: np.random.Generator) -> float:
    """Both sides as they are."""
    before, after = step.before.xreplace(rule), step.after.xreplace(rule)
    evaluator = _evaluator(instance, [before, after], rng, {})
    return instance.system.distance(evaluator(before), evaluator(after))


def _immediate_distance(step: Step, rule: dict[Basic, Basic], instance: Instance, rng: np.random.Generator) -> float:
    """The immediate derivative times a direction against D subject[v], moving `target` alone.

    It stands apart as a leaf of its own first: h[t - 1] and h[0] are not the same where they meet, at t = 1.
    """
    after, leaf = step.after.xreplace(rule), step.target.xreplace(rule)
    apart = Parameter("operand_0", *shape_of(step.target))
    system, base = Dual(instance.system), instance.base
    direction = instance.system.random(rng, base.shape(leaf))
    values: dict[Basic, Any] = {x: system.lift(v) for x, v in base.values.items()}
    values[apart] = DualArray(base(leaf), direction)
    change = Evaluator(system, values, instance.sizes)(step.subject.xreplace({step.target: apart}).xreplace(rule))
    pushed = instance.system.bilinear(np.dot, base(after), _flat(instance, direction))
    return instance.system.distance(pushed, _flat(instance, change.tangent))


def _flat(instance: Instance, x: Any) -> Any:
    return instance.system.linear(lambda v: v.ravel() if np.ndim(v) else v, x)


_CHECKS = {
    "pullback": _pullback_distance,
    "known": _known_distance,
    "equal": _equal_distance,
    "immediate": _immediate_distance,
}
