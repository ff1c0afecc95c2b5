"""The adjoint recurrence at a last time that is a number: each template instantiated, node by node.

Parameters are handled as a textbook does: a copy for each step, each with its own gradient, then the
copies identified and their gradients summed.
"""

from __future__ import annotations

from typing import Any

from sympy import Integer, Symbol

from symrnn.calculus.adjoint import OBJECTIVE, Contribution, Template, total
from symrnn.calculus.copies import copy_steps, from_loss
from symrnn.calculus.derivation import Line, Reason, Step, name_of
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.ranges import _line_reason, _reason, ordered_leaves, sum_step
from symrnn.calculus.support import is_summed
from symrnn.graph import instantiate, unroll
from symrnn.graph.lengths import Last, rule_of
from symrnn.graph.stamps import Leaves, Stamp
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.tensor.adjoint import Adjoint, copy_at, nabla
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.time import t

Received = list[tuple[Contribution, Any]]


class Instances:
    """A template at one last time: what each concrete leaf receives."""

    def __init__(self, template: Template, last: Last) -> None:
        self.template, self.last = template, last
        self.rule = rule_of(template.model, last)
        self.leaves = Leaves()
        self.pressed: dict[int, Pressed] = {}
        self.sums: dict[tuple[int, ...], Stamp] = {}

    def of(self, c: Contribution, index: Any = t) -> Pressed:
        """A contribution, read once."""
        found = self.pressed.get(id(c))
        if found is None:
            found = self.pressed[id(c)] = Pressed(c, index, self)
        return found

    def holds(self, c: Contribution, time: int) -> bool:
        """Whether a contribution is present at a time."""
        return time in self.of(c).times

    def user(self, c: Contribution, time: int) -> Any:
        """Who uses a node at a time."""
        return self.of(c).user(time)

    def received(self, v: Sequence, time: int, alive: set[Any]) -> Received:
        """The contributions to v[time] from adjoints that are `alive`; the others send back zero.

        Each with its part there, where that had to be found to see whether anything of it is alive.
        """
        here = [(c, self.of(c)) for c in self.template.raw_elements[v] if self.holds(c, time)]
        found = [(c, p.living(time, alive) if p.summed else None) for c, p in here if p.summed or p.lives(time, alive)]
        return [(c, part) for c, part in found if part is not None or not is_summed(c)]

    def parts(self, got: Received, time: int) -> list[Any]:
        """The contributions at a time, one by one."""
        return [self.of(c).part(time) if part is None else part for c, part in got]

    def total(self, got: Received, leaf: Any, time: int) -> Any:
        """The sum of contributions at a time; those that are there together are added once, for generic t."""
        if not got or any(part is not None for _, part in got):
            return total(self.parts(got, time), leaf)
        key = tuple(id(c) for c, _ in got)
        if key not in self.sums:
            whole = total([self.known(c.part) for c, _ in got], leaf)
            self.sums[key] = Stamp(whole, t, self.rule, self.leaves)
        return self.sums[key](time)

    def known(self, part: Any) -> Any:
        """An expression with the adjoints that are known numbers written in, under sums over time too."""
        sums = {s: self._known_sum(s) for s in part.atoms(TimeSum)}
        part = part.xreplace(sums) if sums else part
        numbers = {a: self._number(a) for a in part.atoms(Adjoint)}
        rule = {a: number for a, number in numbers.items() if number is not None}
        return part.xreplace(rule) if rule else part

    def _known_sum(self, s: TimeSum) -> Any:
        return time_sum(self.known(s.body), (s.index, s.lower, s.upper))

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
            pressed = self.of(c, over[0] if over else None)
            for s in pressed.times if over else c.equation.times.at(self.rule).times():
                part = pressed.living(s, alive)
                if part is not None:
                    found.setdefault(s, []).append(part)
        return [(s, total(found[s], leaf)) for s in sorted(found)], direct


class Pressed:
    """One contribution at one last time: when it is there, what it needs to be alive, and its part at each time."""

    def __init__(self, c: Contribution, index: Any, instances: Instances) -> None:
        self.instances, self.c, self.index = instances, c, index
        self.times = c.when.at(instances.rule).times()
        self.summed = is_summed(c)
        self.reads = [] if self.summed else [self._stamp(a) for a in c.part.atoms(Adjoint)]
        self.part = self._stamp(c.part if self.summed else instances.known(c.part))
        fixed = c.user is None or self.summed
        self.user = (lambda time: c.user) if fixed else self._stamp(c.user)

    def _stamp(self, expr: Any) -> Any:
        return Stamp(expr, self.index, self.instances.rule, self.instances.leaves)

    def lives(self, time: int, alive: set[Any]) -> bool:
        """Whether the adjoints that it reads at a time are other than zero."""
        return all(read(time) in alive for read in self.reads)

    def living(self, time: int, alive: set[Any]) -> Any:
        """Its part at a time with known adjoints written in, or None when its adjoint is zero."""
        if not self.summed:
            return self.part(time) if self.lives(time, alive) else None
        part = _without_dead_terms(self.part(time), alive)
        return self.instances.known(part) if _is_alive(part, alive) else None


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
        direct = from_loss(template.raw_shared[equations[0].lhs.node.parameter])
        steps += copy_steps(equations, [instantiate(part, instances.rule) for part in direct])

    seeds = sum(row[1] == "seed" for row in rows)
    rows.sort(key=lambda row: row[1] != "seed")
    lines = tuple(Line(i, *row) for i, row in enumerate(rows, start=1 - seeds))
    return lines, gradients, tuple(steps) + tuple(sum_step(line) for line in lines), copies


def _node_row(v: Sequence, time: int, instances: Instances, alive: set[Any]) -> Any:
    """The line of one node's adjoint, or None when nothing reaches the loss from it."""
    got = instances.received(v, time, alive)
    if not got:
        return None
    node = instances.leaves.element(v)(time)
    equation = Equation._trusted(instances.leaves.adjoint(v, OBJECTIVE)(time), instances.total(got, node, time))
    if v in instances.template.known:
        return equation, "seed", None, Reason("law", node, law=LAWS["seed"])
    return equation, "backward", None, _line_reason(node, _users(got, time, instances), [c for c, _ in got])


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


def _users(got: Received, time: int, instances: Instances) -> tuple[Any, ...]:
    return tuple(instances.user(c, time) for c, _ in got)


def _leaf_rows(leaf: Any, instances: Instances, alive: set[Any]) -> list[Any]:
    """For each leaf that was chosen: its line, its name, its gradient, and the gradients of its copies."""
    if isinstance(leaf, Sequence):
        times = instances.template.model.given_range(leaf).at(instances.rule).times()
        return [_element_row(leaf[s], "input", instances, alive) for s in times]
    if isinstance(leaf, Element):
        return [_element_row(leaf.xreplace(instances.rule), "boundary", instances, alive)]
    parts, direct = instances.copies(leaf, alive)
    value = total([p for _, p in parts] + direct, leaf)
    made = tuple(Equation._trusted(nabla(copy_at(leaf, Integer(s))), p) for s, p in parts)
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
    value = instances.total(got, node, int(node.time))
    reason = _reason(node, _users(got, int(node.time), instances))
    return (Equation._trusted(nabla(node), value), group, None, reason), name_of(node), value, ()
