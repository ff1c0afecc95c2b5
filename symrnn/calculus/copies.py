"""Copies of shared parameters: one for each step that uses it, each with its own gradient, and the law that sums them.

A copy W⁽ᵗ⁾ is used at step t only, so its gradient is what the uses of that step send back. Identifying the copies
gives ∇_W L = Σ_t ∇_{W⁽ᵗ⁾} L (10.25 of Goodfellow, Bengio, Courville, 2016).
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from sympy import Integer

from symrnn.calculus.adjoint import Contribution, Template, total
from symrnn.calculus.derivation import Step, name_of
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.ranges import at_times, ordered_leaves, pieces
from symrnn.calculus.support import union
from symrnn.model import Equation, Range
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import copy_at, nabla
from symrnn.tensor.binders import time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t

Copies = dict[str, tuple[Equation, ...]]


def generic_copies(template: Template, chosen: Iterable[Any], smallest: int) -> tuple[Copies, tuple[Step, ...]]:
    """The gradients of each parameter's copies for symbolic tau, and the steps that find and sum them.

    A parameter whose uses run over times that have no order for every last time, at least `smallest`, is left out.
    """
    copies: Copies = {}
    steps: tuple[Step, ...] = ()
    for leaf in ordered_leaves(template.model, tuple(chosen)):
        parts = template.shared.get(leaf, ())
        equations = _by_ranges(leaf, [_at_t(c) for c in parts if c.equation is not None], smallest)
        if equations:
            copies[name_of(leaf)] = equations
            steps += copy_steps(equations, from_loss(parts))
    return copies, steps


def from_loss(parts: Iterable[Contribution]) -> list[Any]:
    """What the loss itself sends to a parameter, at no step."""
    return [c.part for c in parts if c.equation is None]


def copy_steps(equations: tuple[Equation, ...], direct: Iterable[Any] = ()) -> tuple[Step, ...]:
    """The gradient of each copy, and their sum with what the loss sends to the parameter itself."""
    uses, shared = LAWS["sum of uses"], LAWS["shared"]
    leaf = equations[0].lhs.node.parameter
    found = [Step(uses, "copy", e.lhs, e.rhs, target=e.lhs.node, over=e.over or None) for e in equations]
    return (*found, Step(shared, "identify", nabla(leaf), identified(leaf, equations, direct), target=leaf))


def identified(leaf: Any, equations: Iterable[Equation], direct: Iterable[Any] = ()) -> Any:
    """The sum of the gradients of a parameter's copies, over each run of times; and what the loss itself sends."""
    sums = []
    for r in _runs([_times(e) for e in equations]):
        one = nabla(copy_at(leaf, r.first if r.is_point else t))
        sums.append(one if r.is_point else time_sum(one, (t, r.first, r.last)))
    return add(*sums, *direct, shape=shape_of(leaf))


def _runs(times: list[Range]) -> tuple[Range, ...]:
    """Times without a gap between them as one range; numbers, one for each step, in one pass."""
    if not all(r.is_point and r.first.is_Integer for r in times):
        return union(times)
    steps = sorted(int(r.first) for r in times)
    breaks = [i for i, (a, b) in enumerate(pairwise(steps), 1) if b != a + 1]
    return tuple(Range(Integer(steps[i]), Integer(steps[j - 1])) for i, j in pairwise([0, *breaks, len(steps)]))


def _times(e: Equation) -> Range:
    return Range(e.over[1], e.over[2]) if e.over else Range(e.lhs.node.time, e.lhs.node.time)


def _at_t(c: Contribution) -> Contribution:
    """A contribution to a shared leaf with the time of its use called t; one that is made once is a point."""
    over = c.equation.over if c.equation is not None else None
    if not over or over[0] == t:
        return c
    return Contribution(c.part.xreplace({over[0]: t}), c.when, c.user, c.equation)


def _by_ranges(leaf: Any, parts: list[Contribution], smallest: int) -> tuple[Equation, ...]:
    ends = [x for c in parts for x in (c.when.first, c.when.last)]
    if any(len((a - b).free_symbols) > 1 for a in ends for b in ends):
        return ()
    found: list[Equation] = []
    for home in union([c.when for c in parts]):
        inside = tuple(c for c in parts if grows(home.first, c.when.first) and grows(c.when.last, home.last))
        runs, fitting = pieces(inside, home)
        if fitting > smallest:
            return ()
        found += [at_times(nabla(copy_at(leaf, t)), total([c.part for c in present], leaf), r) for r, present in runs]
    return tuple(found)
