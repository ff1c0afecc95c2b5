"""What real-time recurrent learning derives for generic t, and its forms for symbolic tau and for a number.

States have sensitivities; what is computed from them without leading back, outputs and terms of the loss, has
its adjoint at the same step. The gradient adds, over the states that these read, (∂v/∂θ)ᵀ times what arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Integer

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.bptt import template_of
from symrnn.calculus.derivation import Derivation, Reason, Step, name_of
from symrnn.calculus.forward import ForwardRow, forward_lines, forward_rows, moving_sequences, numbered
from symrnn.calculus.instances import Instances
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.ranges import backward_order, element_lines, shared_gradient, sum_step
from symrnn.graph import instantiate, unroll
from symrnn.graph.lengths import Last, rule_of
from symrnn.model import Constant, Element, Equation, Range, Recurrence, Sequence, reads
from symrnn.model.ranges import smallest_order
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.binders import time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.linear import contract, dot, transpose
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import reshape, vec
from symrnn.tensor.sensitivity import sensitivity
from symrnn.tensor.time import t
from symrnn.tensor.time import tau as symbolic_tau


@dataclass(frozen=True)
class ForwardTemplate:
    """What is derived for generic t: the forward rows by each θ, and what comes from outputs and the loss.

    carriers
        The sequences that have sensitivities: states and what leads to them, or all without a loss.
    outer
        The adjoint recurrence with what outputs and the loss send back, and nothing else; None without a loss.
    """

    model: Recurrence
    chosen: tuple[Any, ...]
    carriers: tuple[Sequence, ...]
    moving: tuple[tuple[Sequence, ...], ...]
    rows: tuple[tuple[ForwardRow, ...], ...]
    steps: tuple[Step, ...]
    outer: Template | None

    def ranged(self) -> Derivation:
        """The derivation for symbolic tau."""
        found = [line for rows in self.rows for line in forward_lines(list(rows))]
        gradients: dict[str, Any] = {}
        if self.outer is not None:
            found += outer_lines(self.outer, self.carriers)
            for by, moving in zip(self.chosen, self.moving, strict=True):
                value, smallest, nodes = _gradient(by, moving, self.outer)
                found.append(_gradient_line(by, value, nodes, smallest))
                gradients[name_of(by)] = value
        lines = numbered(found)
        steps = self.steps + tuple(_sum_step(line) for line in lines if line.group != "forward")
        return Derivation(self.model, symbolic_tau, lines, steps, gradients, title="rtrl", origin=self)

    def numbered(self, last: Last) -> Derivation:
        """The derivation for a last time that is a number."""
        rule = rule_of(self.model, last)
        found = [line for rows in self.rows for line in forward_lines(_at_each_time(rows, self.model, rule, last))]
        gradients: dict[str, Any] = {}
        if self.outer is not None:
            instances = Instances(self.outer, last)
            rows, alive = outer_rows(instances, self.carriers)
            found += rows
            for by, moving in zip(self.chosen, self.moving, strict=True):
                by = by.xreplace(rule)
                value, nodes = _instance_gradient(by, moving, instances, alive)
                found.append(_gradient_line(by, value, nodes, 1))
                gradients[name_of(by)] = value
        lines = numbered(found)
        steps = self.steps + tuple(_sum_step(line) for line in lines if line.group != "forward")
        return Derivation(self.model, last, lines, steps, gradients, title="rtrl", origin=self)


def forward_template(model: Recurrence, chosen: tuple[Any, ...]) -> ForwardTemplate:
    """Derive the forward rows by each of those chosen and, if there is a loss, what arrives from outside the states."""
    carriers = _carriers(model) if model.loss is not None else model.defined
    moving = tuple(moving_sequences(model, by, carriers) for by in chosen)
    made = [forward_rows(model, by, m) for by, m in zip(chosen, moving, strict=True)]
    outer = _outer(model, chosen, carriers) if model.loss is not None else None
    steps = tuple(dict.fromkeys(step for _, steps in made for step in steps))
    steps += outer.steps if outer is not None else ()
    return ForwardTemplate(model, chosen, carriers, moving, tuple(tuple(rows) for rows, _ in made), steps, outer)


def _carriers(model: Recurrence) -> tuple[Sequence, ...]:
    """States, what leads to them, and what reads sums over its own other times, which no state is."""
    read = {v: set[Sequence]() for v in model.defined}
    for e in model.equations:
        read[e.sequence] |= {x.sequence for x in reads(e.rhs) if isinstance(x, Element) and x.sequence in read}
    for _ in model.defined:
        read = {v: found.union(*(read[u] for u in found)) for v, found in read.items()}
    own = [v for v in model.defined if v in read[v]]
    return tuple(dict.fromkeys((*model.states, *model.intermediates, *own)))


def _outer(model: Recurrence, chosen: tuple[Any, ...], carriers: tuple[Sequence, ...]) -> Template:
    return outer_part(template_of(model, chosen), carriers)


def outer_part(whole: Template, carriers: tuple[Sequence, ...]) -> Template:
    """The adjoint recurrence without what the carriers themselves send back."""

    def outside(e: Equation | None) -> bool:
        return e is None or e.sequence not in carriers

    def kept(found: dict[Any, tuple[Contribution, ...]]) -> dict[Any, tuple[Contribution, ...]]:
        return {leaf: tuple(c for c in parts if outside(c.equation)) for leaf, parts in found.items()}

    return replace(
        whole,
        elements=kept(whole.elements),
        shared=kept(whole.shared),
        raw_elements=kept(whole.raw_elements),
        raw_shared=kept(whole.raw_shared),
        steps=tuple(s for s in whole.steps if outside(s.equation)),
    )


def outer_lines(outer: Template, carriers: tuple[Sequence, ...]) -> list[tuple[Any, ...]]:
    """The adjoints of the terms of the loss and of the outputs, by range."""
    found: list[tuple[Any, ...]] = []
    for v in backward_order(outer.model):
        if v not in carriers and outer.support.get(v):
            seed = v in outer.known
            rows = element_lines(v, outer, "seed" if seed else "output")
            found += [(*row[:3], Reason("law", v[t], law=LAWS["seed"]), 1) for row in rows] if seed else rows
    return found


def outer_rows(instances: Instances, carriers: tuple[Sequence, ...]) -> tuple[list[tuple[Any, ...]], set[Any]]:
    """The same at a last time that is a number, later times first, and the adjoints that are not zero."""
    found: list[tuple[Any, ...]] = []
    alive: set[Any] = set()
    for e in reversed(unroll(instances.template.model, instances.last).equations):
        if e.sequence in carriers:
            continue
        got = instances.received(e.sequence, int(e.lhs.time), alive)
        if not got:
            continue
        alive.add(nabla(e.lhs))
        value = instances.total(got, e.lhs, int(e.lhs.time))
        seed = e.sequence in instances.template.known
        reason = Reason("law", e.lhs, law=LAWS["seed"]) if seed else Reason("uses", e.lhs, _users(got, e.lhs.time))
        found.append((Equation._trusted(nabla(e.lhs), value), "seed" if seed else "output", None, reason, 1))
    return found, alive


def _users(got: list[tuple[Contribution, Any]], time: Any) -> tuple[Any, ...]:
    return tuple(c.user.xreplace({t: time}) for c, _ in got if c.user is not None)


def arriving(node: Any, gradient: Any, by: Any) -> Any:
    """What a gradient that arrives at a node is by θ: (∂v/∂θ)ᵀ times it, a vector over vec(θ)."""
    return rate_applied(sensitivity(node, by), gradient, node, by)


def rate_applied(rate: Any, gradient: Any, node: Any, by: Any) -> Any:
    """The transpose of a derivative of a node by θ, times the gradient at the node."""
    if not shape_of(node):
        return gradient * rate
    return contract(transpose(rate), vec(gradient)) if shape_of(by) else dot(rate, vec(gradient))


def shaped(value: Any, by: Any) -> Any:
    """A vector over vec(θ) in the shape of θ."""
    return reshape(value, *shape_of(by)) if len(shape_of(by)) == 2 else value


def _gradient(by: Any, moving: tuple[Sequence, ...], outer: Template) -> tuple[Any, int, tuple[Any, ...]]:
    """The gradient by one θ, the smallest last time for which it is this, and the nodes it passes through."""
    terms: dict[Range, list[Any]] = {}
    smallest = 1
    for v in moving:
        for c in outer.elements[v]:
            terms.setdefault(c.when, []).append(arriving(v[t], c.part, by))
            smallest = max(smallest, outer.smallest.get(v, 1), smallest_order(c.when.first, c.when.last))
    sums = []
    for when, parts in terms.items():
        body = add(*parts)
        sums.append(body.xreplace({t: when.first}) if when.is_point else time_sum(body, (t, when.first, when.last)))
    direct = () if isinstance(by, Element) else (shared_gradient(by, outer),)
    whole = add(*((shaped(add(*sums), by),) if sums else ()), *direct, shape=shape_of(by))
    return whole, smallest, tuple(v[t] for v in moving if outer.elements[v])


def _instance_gradient(
    by: Any, moving: tuple[Sequence, ...], instances: Instances, alive: set[Any]
) -> tuple[Any, tuple[Any, ...]]:
    """The same at a last time that is a number, written out."""
    model = instances.template.model
    given = [b.xreplace(instances.rule) for b in model.boundary]
    computed = [e.lhs for e in unroll(model, instances.last).equations]
    terms, nodes = [], []
    for node in dict.fromkeys([*given, *computed]):
        if node.sequence in moving:
            got = instances.received(node.sequence, int(node.time), alive)
            if got:
                nodes.append(node)
                terms.append(arriving(node, instances.total(got, node, int(node.time)), by))
    direct: list[Any] = []
    if not isinstance(by, Element):
        copies, from_loss = instances.copies(by, alive)
        direct = [part for _, part in copies] + from_loss
    whole = add(*((shaped(add(*terms), by),) if terms else ()), *direct, shape=shape_of(by))
    return whole, tuple(nodes)


def _gradient_line(by: Any, value: Any, nodes: tuple[Any, ...], smallest: int) -> tuple[Any, ...]:
    group = "boundary" if isinstance(by, Element) else "input" if isinstance(by, Constant) else "gradient"
    reason = Reason("through", by, nodes) if nodes else Reason("per_step", by)
    return Equation._trusted(nabla(by), value), group, None, reason, smallest


def _sum_step(line: Any) -> Step:
    if line.group in {"seed", "output"}:
        return sum_step(line)
    node = line.equation.lhs
    return Step(LAWS["forward gradient"], "sum", node, line.equation.rhs, target=node.node)


def _at_each_time(rows: tuple[ForwardRow, ...], model: Recurrence, rule: Any, last: Last) -> list[ForwardRow]:
    """Every row at every time of its range, boundary values first, then in the order of the unfolded graph."""
    place = {e.lhs: i for i, e in enumerate(unroll(model, last).equations)}
    found: dict[Any, ForwardRow] = {}
    for r in rows:
        over = r.equation.over
        for s in r.equation.times.at(rule).times() if over else (None,):
            at = rule if s is None or over is None else {**rule, over[0]: Integer(s)}
            made = Equation._trusted(instantiate(r.equation.lhs, at), instantiate(r.equation.rhs, at))
            nodes = tuple(x.xreplace(at) for x in r.reason.nodes)
            reason = replace(r.reason, of=made.lhs.node, nodes=tuple(dict.fromkeys(nodes)))
            found.setdefault(made.lhs, ForwardRow(made, r.of, reason))
    return sorted(found.values(), key=lambda r: place.get(r.equation.lhs.node, -1))
