"""The adjoint recurrence at a last time that is a number: each template instantiated, node by node.

Parameters are handled as a textbook does: a copy for each step, each with its own gradient, then the
copies identified and their gradients summed.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from symrnn.calculus.adjoint import Contribution, Template, total
from symrnn.calculus.derivation import Line, Reason, Step, name_of
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.ranges import _line_reason, _reason, ordered_leaves, sum_step
from symrnn.calculus.support import is_summed
from symrnn.graph import instantiate, unroll
from symrnn.graph.lengths import Last, rule_of
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.tensor.adjoint import Adjoint, copy_at, nabla
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.time import t


class Instances:
    """A template at one last time: what each concrete leaf receives."""

    def __init__(self, template: Template, last: Last) -> None:
        self.template, self.last = template, last
        self.rule = rule_of(template.model, last)
        self.whens: dict[int, range] = {}

    def holds(self, c: Contribution, time: int) -> bool:
        """Whether a contribution is present at a time."""
        found = self.whens.get(id(c))
        if found is None:
            found = self.whens[id(c)] = c.when.at(self.rule).times()
        return time in found

    def received(self, v: Sequence, time: int, alive: set[Any]) -> list[tuple[Contribution, Any]]:
        """The contributions to v[time] from adjoints that are `alive`, instantiated; the others send back zero."""
        at = {**self.rule, t: Integer(time)}
        here = [c for c in self.template.raw_elements[v] if self.holds(c, time)]
        parts = [(c, self.living(instantiate(c.part, at), c, alive)) for c in here]
        return [(c, part) for c, part in parts if part is not None]

    def living(self, part: Any, c: Contribution, alive: set[Any]) -> Any:
        """A contribution with known adjoints written in, or None when its adjoint is zero."""
        if is_summed(c):
            part = _without_dead_terms(part, alive)
        if not _is_alive(part, alive):
            return None
        known = self.template.known
        if c.equation is None or (c.equation.sequence not in known and not is_summed(c)):
            return part
        return part.xreplace({a: self._number(a) for a in part.atoms(Adjoint) if self._number(a) is not None})

    def _number(self, a: Adjoint) -> Any:
        found = self.template.known.get(a.node.sequence, ()) if isinstance(a.node, Element) else ()
        return instantiate(found[0].part, self.rule) if len(found) == 1 else None

    def copies(self, leaf: Any, alive: set[Any]) -> tuple[list[tuple[int, Any]], list[Any]]:
        """What each step at which a shared leaf is used sends back, and what the loss itself sends back.

        Only the uses whose adjoint is among those `alive` count; the others send back zero.
        """
        found: dict[int, list[Any]] = {}
        direct: list[Any] = []
        for c in self.template.raw_shared.get(leaf, ()):
            if c.equation is None:
                direct.append(instantiate(c.part, self.rule))
                continue
            over = c.equation.over
            for s in (c.when if over else c.equation.times).at(self.rule).times():
                at = {**self.rule, over[0]: Integer(s)} if over else self.rule
                part = self.living(instantiate(c.part, at), c, alive)
                if part is not None:
                    found.setdefault(s, []).append(part)
        return [(s, total(found[s], leaf)) for s in sorted(found)], direct


def numbered_lines(template: Template, chosen: tuple[Any, ...], last: Last) -> tuple[Any, ...]:
    """The lines of every node's adjoint, later nodes first, then the gradients; and the copies' gradients."""
    instances = Instances(template, last)
    rows: list[tuple[Equation, str, Range | None, Reason]] = []
    alive: set[Any] = set()
    for e in reversed(unroll(template.model, last).equations):
        v, time = e.sequence, int(e.lhs.time)
        row = _node_row(v, time, instances, alive)
        if row is not None:
            alive.add(row[0].lhs)
            rows.append(row)
    gradients: dict[str, Any] = {}
    copies: dict[str, tuple[Equation, ...]] = {}
    steps: list[Step] = []
    for leaf in ordered_leaves(template.model, chosen):
        for row, name, value, made in _leaf_rows(leaf, instances, alive):
            rows.append(row)
            gradients[name] = value
            copies |= {name: made} if made else {}
    for equations in copies.values():
        steps += [Step(LAWS["shared"], "copy", e.lhs, e.rhs, target=e.lhs.node) for e in equations]

    seeds = sum(row[1] == "seed" for row in rows)
    rows.sort(key=lambda row: row[1] != "seed")
    lines = tuple(Line(i, *row) for i, row in enumerate(rows, start=1 - seeds))
    return lines, gradients, tuple(steps) + tuple(sum_step(line) for line in lines), copies


def _node_row(v: Sequence, time: int, instances: Instances, alive: set[Any]) -> Any:
    """The line of one node's adjoint, or None when nothing reaches the loss from it."""
    got = instances.received(v, time, alive)
    if not got:
        return None
    node = v[time]
    equation = Equation._trusted(nabla(node), total([part for _, part in got], node))
    if v in instances.template.known:
        return equation, "seed", None, Reason("law", node, law=LAWS["seed"])
    return equation, "backward", None, _line_reason(node, _users(got, time), [c for c, _ in got])


def _is_alive(part: Any, alive: set[Any]) -> bool:
    return all(a in alive for a in part.atoms(Adjoint) if not isinstance(a.time, Symbol))


def _without_dead_terms(part: Any, alive: set[Any]) -> Any:
    """A sum over adjoints at several times, without the times at which they are zero."""
    for s in part.atoms(TimeSum):
        if any(a.time == s.index for a in s.body.atoms(Adjoint)):
            terms = [s.term(Integer(k)) for k in Range(s.lower, s.upper).times()]
            living = [x for x in terms if _is_alive(x, alive)]
            if len(living) < len(terms):
                part = part.xreplace({s: total(living, s)})
    return part


def _users(got: list[tuple[Contribution, Any]], time: int) -> tuple[Any, ...]:
    at = {t: Integer(time)}
    return tuple(c.user if c.user is None or is_summed(c) else c.user.xreplace(at) for c, _ in got)


def _leaf_rows(leaf: Any, instances: Instances, alive: set[Any]) -> list[Any]:
    """For each leaf that was chosen: its line, its name, its gradient, and the gradients of its copies."""
    if isinstance(leaf, Sequence):
        times = instances.template.model.given_range(leaf).at(instances.rule).times()
        return [_element_row(leaf[s], "input", instances, alive) for s in times]
    if isinstance(leaf, Element):
        return [_element_row(leaf.xreplace(instances.rule), "boundary", instances, alive)]
    parts, direct = instances.copies(leaf, alive)
    value = total([p for _, p in parts] + direct, leaf)
    made = tuple(Equation._trusted(nabla(copy_at(leaf, s)), p) for s, p in parts)
    group = "gradient" if getattr(leaf, "is_shared", False) else "input"
    return [
        (
            (Equation._trusted(nabla(leaf), value), group, None, Reason("per_step", leaf)),
            name_of(leaf),
            value,
            made,
        )
    ]


def _element_row(node: Any, group: str, instances: Instances, alive: set[Any]) -> Any:
    got = instances.received(node.sequence, int(node.time), alive)
    value = total([part for _, part in got], node)
    reason = _reason(node, _users(got, int(node.time)))
    return (Equation._trusted(nabla(node), value), group, None, reason), name_of(node), value, ()
