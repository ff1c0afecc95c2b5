"""The lines of a derivation, run in order in any number system, exactly as a reader sees them, ranges included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Integer

from symrnn.calculus.derivation import Derivation, Line
from symrnn.graph.lengths import Last, rule_of
from symrnn.model import Equation, Range
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Array
from symrnn.tensor.sensitivity import Rate


def concrete_lines(derivation: Derivation, last: Last) -> list[tuple[Line, Equation]]:
    """Every line at every time of its range, for one last time, each after those whose adjoints it reads."""
    rule = rule_of(derivation.model, last)
    found: list[tuple[Line, Equation]] = []
    for line in derivation.lines:
        e = line.equation
        for outer in _outer_rules(line, rule):
            if e.over is None:
                found.append((line, e.at(outer)))
                continue
            for s in e.times.at(outer).times():
                found.append((line, e.at({**outer, e.over[0]: Integer(s)})))
    return _sorted(found)


def _outer_rules(line: Line, rule: Any) -> list[Any]:
    """The substitutions for the second index of a line, or the one for the last times alone."""
    if line.each is None:
        return [rule]
    index, first, last = line.each
    return [{**rule, index: Integer(s)} for s in Range(first, last).at(rule).times()]


def _sorted(found: list[tuple[Line, Equation]]) -> list[tuple[Line, Equation]]:
    by_node = {e.lhs: (line, e) for line, e in found}
    order: dict[Any, None] = {}
    for _, first in found:
        stack = [first.lhs]
        while stack:
            node = stack[-1]
            if node in order:
                stack.pop()
                continue
            waiting = [x for x in _derived_reads(by_node[node][1].rhs) if x in by_node and x not in order]
            if waiting:
                stack += waiting
                continue
            order[node] = None
            stack.pop()
    return [by_node[node] for node in order]


def _derived_reads(expr: Any) -> Iterator[Any]:
    """The adjoints and sensitivities an expression reads, those under sums over time one by one."""
    for x, binders in _bound_leaves(expr):
        rules: list[Any] = [{}]
        for index, first, last in binders:
            rules = [{**r, index: Integer(s)} for r in rules for s in Range(first, last).at(r).times()]
        yield from (x.xreplace(rule) for rule in rules)


def _bound_leaves(expr: Any) -> list[tuple[Any, tuple[Any, ...]]]:
    """The adjoints and sensitivities in an expression, each with all the sums that it stands under."""
    found: dict[Any, None] = {}
    seen: set[Any] = set()
    stack: list[Any] = [(expr, ())]
    while stack:
        e, binders = stack.pop()
        if (e, binders) in seen:
            continue
        seen.add((e, binders))
        if isinstance(e, Adjoint | Rate):
            found[e, binders] = None
        elif isinstance(e, TimeSum):
            stack.append((e.body, (*binders, (e.index, e.lower, e.upper))))
        elif not getattr(e, "is_leaf", False):
            stack += [(arg, binders) for arg in reversed(e.args)]
    return list(found)


def run_lines(derivation: Derivation, last: Last, evaluator: Evaluator) -> dict[Any, Array]:
    """The values of all adjoints and gradients by the derivation's own lines; `evaluator` knows the nodes."""
    values = dict(evaluator.values)
    inner = Evaluator(evaluator.system, values, evaluator.sizes)
    found: dict[Any, Array] = {}
    for _, e in concrete_lines(derivation, last):
        values[e.lhs] = found[e.lhs] = inner(e.rhs)
    return found
