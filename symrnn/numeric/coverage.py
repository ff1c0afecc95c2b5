"""From which length on a derivation for symbolic tau covers every use, short sequences included.

A derivation leaves out a use whose range the gradient cannot reach when tau is large; for small tau it might.
Here the reach is followed node by node for the few lengths at which ranges can still change their order, and
lengths at which something would be missing are found, so that they are refused and never answered wrongly.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer

from symrnn.calculus.adjoint import Template
from symrnn.model import Equation, Recurrence, Sequence
from symrnn.numeric.lengths import Rule, rules
from symrnn.numeric.statements import accesses
from symrnn.tensor import t

Node = tuple[Sequence, int]


def shortest_covered(template: Template, least: int) -> int:
    """The smallest last time, not below `least`, from which on no use is missing from a derivation."""
    model = template.model
    if all(template.support.get(v, ()) in ((), model.ranges[v]) for v in model.defined):
        return least
    for last in range(_settled_from(model), least - 1, -1):
        if not all(covered(template, rule) for rule in rules(model, last)):
            return last + 1
    return least


def _settled_from(model: Recurrence) -> int:
    """A last time from which on all ends of ranges, shifted by lags, keep their order."""
    constants = [1]
    for e in model.equations:
        constants += [_constant(e.times.first), _constant(e.times.last)]
    for expr in (*(e.rhs for e in model.equations), model.loss):
        for access in accesses(expr):
            constants += [_constant(access.low), _constant(access.high)]
    return 2 * (max(constants) - min(constants)) + 2


def _constant(end: Expr) -> int:
    return int(end.xreplace({s: Integer(0) for s in end.free_symbols}))


def covered(template: Template, rule: Rule) -> bool:
    """Whether at these lengths every use that the loss depends on is in the derivation."""
    model = template.model
    real = {(s.equation, s.target) for s in template.steps if s.kind == "pullback" and s.after != 0}
    waiting = [node for access in accesses(model.loss) for node in _nodes(access, rule)]
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        e = _defining(model, node, rule)
        if node in seen or e is None:
            continue
        seen.add(node)
        at = {**rule, (e.over[0] if e.over else t): Integer(node[1])}
        for access in accesses(e.rhs):
            if any(equation == e and _is_of(leaf, access.store.sequence) for equation, leaf in real):
                inner = _nodes(access, at)
                if not all(_has(template.elements[v], e, time, rule) for v, time in inner):
                    return False
                waiting += inner
        for leaf, parts in template.shared.items():
            if (e, leaf) in real and not _has(parts, e, node[1], rule):
                return False
    return True


def _nodes(access: Any, rule: Rule) -> list[Node]:
    first, last = int(access.low.xreplace(rule)), int(access.high.xreplace(rule))
    return [(access.store.sequence, time) for time in range(first, last + 1)]


def _defining(model: Recurrence, node: Node, rule: Rule) -> Equation | None:
    v, time = node
    for e in model.equations:
        if e.sequence == v and time in e.times.at(rule).times():
            return e
    return None


def _is_of(leaf: Any, v: Sequence) -> bool:
    return getattr(leaf, "sequence", None) == v


def _has(parts: Any, e: Equation, time: int, rule: Rule) -> bool:
    return any(c.equation == e and (time in c.when.at(rule).times() or not e.over) for c in parts)
