"""Verification of a nested composition: every line has the value of its node, and a history misses no input."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Integer

from symrnn.calculus.decision import decide
from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.report import Report
from symrnn.graph.run import Instance, draw, prime_sizes
from symrnn.model import Element
from symrnn.tensor.field import FiniteField
from symrnn.tensor.histories import History
from symrnn.tensor.numbers import PRIME, Digits
from symrnn.tensor.time import t


def verify_nest(derivation: Derivation, seed: int) -> Report:
    """Every line at random instances: at its own time, or at t = 2..6 when that is symbolic."""
    lasts = [derivation.last] if isinstance(derivation.last, int) else list(range(2, 7))
    systems = (FiniteField(seed), Digits())
    instances = [{type(s): draw(derivation.model, last, s, seed) for s in systems} for last in lasts]
    findings = []
    for line in derivation.lines:
        checks = [lambda s, i=i, n=line: _gap(n, i[type(s)]) for i in instances]
        findings.append(decide(str(line.equation), line.number, systems, checks))
    sizes = tuple((str(d), size) for d, size in prime_sizes(derivation.model).items())
    return Report(tuple(findings), tuple(lasts), sizes, seed, min(1.0, len(findings) * 1e4 / PRIME))


def _gap(line: Line, instance: Instance) -> float:
    rule: dict[Basic, Basic] = {t: Integer(instance.last)}
    node, value = line.equation.lhs.xreplace(rule), line.equation.rhs.xreplace(rule)
    if isinstance(value, History):
        return 0.0 if _inputs_of(node, instance) == _listed(value) else 1.0
    return instance.system.distance(instance.base(value), instance.base.values[node])


def _inputs_of(node: Any, instance: Instance) -> set[Any]:
    """The elements of input sequences from which a node can be reached in the unfolded graph."""
    seen: set[Any] = set()
    stack = [node]
    while stack:
        x = stack.pop()
        if x not in seen:
            seen.add(x)
            stack += instance.graph.parents(x)
    return {x for x in seen if isinstance(x, Element) and x.sequence in instance.model.inputs}


def _listed(value: History) -> set[Any]:
    ends = zip(value.latest, value.earliest, strict=True)
    return {a.sequence[s] for a, b in ends for s in range(int(b.time), int(a.time) + 1)}
