"""Verification of a nested composition: every line has the value of its node, and a history misses no input."""

from __future__ import annotations

from typing import Any

from sympy import Integer

from symrnn.calculus.decision import decide
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.nest import inputs_behind
from symrnn.calculus.report import Report
from symrnn.graph.lengths import spread
from symrnn.graph.run import Instance, draw, prime_sizes
from symrnn.tensor.field import FiniteField
from symrnn.tensor.histories import History
from symrnn.tensor.numbers import PRIME, Digits
from symrnn.tensor.time import offset_from, t


def verify_nest(derivation: Derivation, seed: int) -> Report:
    """Every step and line at random instances: at its own time, or at five times when that is symbolic."""
    ahead = max(offset_from(derivation.lines[0].equation.lhs.time, t) or 0, 0)
    lasts = [derivation.last] if isinstance(derivation.last, int) else spread(derivation.model, 3 + ahead, 5)
    systems = (FiniteField(seed), Digits())
    instances = [{type(s): draw(derivation.model, last, s, seed) for s in systems} for last in lasts]
    claims = [(str(step), 0, step.before, step.after) for step in derivation.steps]
    claims += [(str(x.equation), x.number, x.equation.lhs, x.equation.rhs) for x in derivation.lines]
    findings = []
    for text, number, before, after in claims:
        checks = [lambda s, i=i, a=before, b=after: _gap(a, b, i[type(s)], ahead) for i in instances]
        findings.append(decide(text, number, systems, checks))
    sizes = tuple((str(d), size) for d, size in prime_sizes(derivation.model).items())
    return Report(tuple(findings), tuple(lasts), sizes, seed, min(1.0, len(findings) * 1e4 / PRIME))


def _gap(before: Any, after: Any, instance: Instance, ahead: int) -> float:
    """How far two sides are apart, for t one step before the last of those that both can have."""
    rule: dict[Any, Any] = {**instance.rule}
    rule[t] = Integer(min(map(int, rule.values())) - 1 - ahead)
    before, after = before.xreplace(rule), after.xreplace(rule)
    if isinstance(after, History) and not _inputs_of(after.value, instance) <= _listed(after):
        return 1.0
    return instance.system.distance(_value(after, instance), _value(before, instance))


def _value(x: Any, instance: Instance) -> Any:
    return instance.base(x.value if isinstance(x, History) else x)


def _inputs_of(node: Any, instance: Instance) -> set[Any]:
    """The elements of inputs from which a node can be reached in the unfolded graph."""
    found = inputs_behind(instance.model, instance.graph, node)
    return {v[s] for v, times in found.items() for s in times}


def _listed(value: History) -> set[Any]:
    ends = zip(value.latest, value.earliest, strict=True)
    return {a.sequence[s] for a, b in ends for s in range(int(b.time), int(a.time) + 1)}
