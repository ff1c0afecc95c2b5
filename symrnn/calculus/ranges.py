"""The adjoint recurrence for symbolic tau, split into the ranges of times that a reader sees.

The guarded sum is the one internal form; here it becomes 10.19 for t = tau and 10.20 for t < tau: one
line for each range in which the same uses are present, later times first.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from sympy import Expr, Tuple

from symrnn.calculus.adjoint import Contribution, Template, total
from symrnn.calculus.derivation import Line, Reason, Step, name_of
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.laws import law_of
from symrnn.calculus.support import is_summed, order_key
from symrnn.model import Element, Equation, Range, Recurrence, Sequence, reads
from symrnn.model.ranges import grows, is_empty, smallest_order
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.binders import guard, time_sum
from symrnn.tensor.special import SoftmaxCrossEntropy
from symrnn.tensor.time import offset_from, t

Lines = tuple[tuple[Line, ...], dict[str, Any], tuple[Step, ...]]


def ranged_lines(template: Template, chosen: tuple[Any, ...]) -> Lines:
    """The numbered lines, the gradients and the steps that sum over uses."""
    model = template.model
    found: list[tuple[Any, ...]] = []
    for v, parts in template.known.items():
        for c in parts:
            found.append(
                (at_times(nabla(v[t]), c.part, c.when), "seed", c.when, Reason("law", v[t], law=LAWS["seed"]), 1)
            )
    for v in backward_order(model):
        if v not in template.known and template.support.get(v):
            found += element_lines(v, template, "backward")
    gradients: dict[str, Any] = {}
    for leaf in ordered_leaves(model, chosen):
        if isinstance(leaf, Sequence):
            found += element_lines(leaf, template, "input")
            gradients[leaf.name] = guarded(leaf, template)
        elif isinstance(leaf, Element):
            value, smallest = boundary_gradient(leaf, template)
            nodes = tuple(_user_at(c, leaf.time) for c in template.elements[leaf.sequence] if _may_hold(c, leaf.time))
            found.append((Equation._trusted(nabla(leaf), value), "boundary", None, _reason(leaf, nodes), smallest))
            gradients[name_of(leaf)] = value
        else:
            value = shared_gradient(leaf, template)
            group = "gradient" if getattr(leaf, "is_shared", False) else "input"
            found.append((Equation._trusted(nabla(leaf), value), group, None, Reason("per_step", leaf), 1))
            gradients[name_of(leaf)] = value
    lines = tuple(Line(i, *row) for i, row in enumerate(_numbered(found), start=1 - sum(r[1] == "seed" for r in found)))
    return lines, gradients, tuple(sum_step(line) for line in lines)


def _numbered(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda row: row[1] != "seed")


def sum_step(line: Line) -> Step:
    """The step that a line is: what all uses send back, added."""
    law = LAWS["shared"] if line.group == "gradient" else LAWS["seed"] if line.group == "seed" else LAWS["sum of uses"]
    node = line.equation.lhs
    return Step(law, "sum", node, line.equation.rhs, target=node.node, over=line.equation.over)


def ordered_leaves(model: Recurrence, chosen: tuple[Any, ...]) -> list[Any]:
    """Parameters of the last equations first, each equation's in the author's order; boundary values; inputs."""
    first: dict[Any, int] = {}
    for i, e in enumerate(model.equations):
        for leaf in reads(e.rhs):
            first.setdefault(leaf, i)
    parameters = [x for x in chosen if getattr(x, "is_shared", False)]
    boundary = [x for x in chosen if isinstance(x, Element)]
    rest = [x for x in chosen if x not in parameters and x not in boundary]
    return [*sorted(parameters, key=lambda x: -first.get(x, len(first))), *boundary, *rest]


def backward_order(model: Recurrence) -> list[Sequence]:
    """The defined sequences, each after those that read it at the same step."""
    order: dict[Sequence, None] = {}

    def visit(v: Sequence) -> None:
        if v in order:
            return
        for e in model.equations:
            if (
                e.over
                and any(isinstance(x, Element) and x == v[e.over[0]] for x in e.rhs.atoms(type(e.lhs), Element))
                and e.sequence != v
            ):
                visit(e.sequence)
        order[v] = None

    for v in reversed(model.defined):
        visit(v)
    return list(order)


def at_times(lhs: Any, rhs: Any, when: Range) -> Equation:
    """An equation over a range, or at its single time."""
    if when.is_point:
        at = {t: when.first}
        return Equation._trusted(lhs.xreplace(at), rhs.xreplace(at))
    return Equation._trusted(lhs, rhs, Tuple(t, when.first, when.last))


def element_lines(v: Sequence, template: Template, group: str) -> list[tuple[Any, ...]]:
    """The lines of the adjoints of one sequence, a line for each range of times, later times first."""
    home = template.support.get(v) or (template.model.given_range(v),)
    rows: list[tuple[Any, ...]] = []
    for r in reversed(home):
        found, fitting = pieces(template.elements[v], r)
        smallest = max(fitting, template.smallest.get(v, 1))
        for when, parts in reversed(found):
            if not parts and group == "input":
                continue
            equation = at_times(nabla(v[t]), total([c.part for c in parts], v[t]), when)
            time = equation.lhs.time
            nodes = tuple(_user_at(c, time) for c in parts)
            rows.append((equation, group, when, _line_reason(v[time], nodes, parts), smallest))
    return rows


def pieces(parts: tuple[Contribution, ...], home: Range) -> tuple[list[tuple[Range, list[Contribution]]], int]:
    """The ranges within `home` in which the same contributions are present, and the smallest fitting tau."""
    cuts = {home.first, home.last + 1}
    for c in parts:
        for cut in (c.when.first, c.when.last + 1):
            if grows(home.first, cut) and grows(cut, home.last + 1):
                cuts.add(cut)
    ordered = sorted(cuts, key=order_key)
    found: list[tuple[Range, list[Contribution]]] = []
    for first, after in pairwise(ordered):
        r = Range(first, after - 1)
        if not is_empty(r):
            found.append((r, [c for c in parts if grows(c.when.first, r.first) and grows(r.last, c.when.last)]))
    return found, max([smallest_order(a, b) for a, b in pairwise(ordered)], default=1)


def _user_at(c: Contribution, time: Expr) -> Any:
    if c.user is None or is_summed(c):
        return c.user
    return c.user.xreplace({t: time}) if t in c.user.free_symbols else c.user


def _may_hold(c: Contribution, time: Expr) -> bool:
    return grows(c.when.first, time) and grows(time, c.when.last)


def _line_reason(node: Any, nodes: tuple[Any, ...], parts: list[Contribution]) -> Reason:
    if len(parts) == 1 and parts[0].equation is not None and isinstance(parts[0].equation.rhs, SoftmaxCrossEntropy):
        return Reason("law", node, nodes, law_of(parts[0].equation.rhs))
    return _reason(node, nodes)


def _reason(node: Any, nodes: tuple[Any, ...]) -> Reason:
    named = tuple(x for x in nodes if x is not None)
    if len(named) < len(nodes):
        return Reason("loss" if not named else "uses_and_loss", node, named)
    return Reason("only_use" if len(named) == 1 else "uses" if named else "unused", node, named)


def boundary_gradient(leaf: Any, template: Template) -> tuple[Any, int]:
    """The gradient of one boundary value, and the smallest last time for which it is this.

    A use that appears as tau grows is guarded; one that disappears is left out, and small tau excluded.
    """
    parts = []
    smallest = template.smallest.get(leaf.sequence, 1)
    for c in template.elements[leaf.sequence]:
        if not grows(c.when.first, leaf.time):
            smallest = max(smallest, smallest_order(leaf.time + 1, c.when.first))
            continue
        at = c.part.xreplace({t: leaf.time})
        value = guard(at, leaf.time, c.when.first, c.when.last)
        if value != 0 and getattr(value, "value", None) != 0:
            parts.append(value)
    return total(parts, leaf), smallest


def shared_gradient(leaf: Any, template: Template) -> Any:
    """The gradient of a parameter or constant: what all its uses send back, summed over time."""
    parts = []
    for c in template.shared.get(leaf, ()):
        over = c.equation.over if c.equation is not None else None
        parts.append(time_sum(c.part, (over[0], c.when.first, c.when.last)) if over else c.part)
    return total(parts, leaf)


def guarded(v: Sequence, template: Template) -> Any:
    """The gradient of an input's element at t: one expression when it has one form, else guarded parts."""
    home = template.model.given_range(v)
    parts = []
    for c in template.elements[v]:
        whole = (
            grows(c.when.first, home.first)
            and grows(home.last, c.when.last)
            and offset_from(c.when.first, home.first) is not None
        )
        parts.append(c.part if whole else guard(c.part, t, c.when.first, c.when.last))
    return total(parts, v[t])
