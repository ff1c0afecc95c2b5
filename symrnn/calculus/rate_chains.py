"""Derivatives of a state by itself at another time, and by parameters, as one linear recurrence forward in time.

The total derivative of a state is the Jacobian of one step times that of the state before, and what the step sends in
by itself. What lies between two states within a step is put in by its own equation.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.calculus.adjoint_chains import factor_of, stacked
from symrnn.calculus.chains import Affine, Chain
from symrnn.calculus.forward import Part, add_terms, moving_sequences, parts_of
from symrnn.calculus.jacobian import chain, is_zero
from symrnn.calculus.state_chains import carrying_states, generic_equation
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Range, Recurrence, Sequence
from symrnn.tensor import linear
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.sensitivity import rate_shape, sensitivity
from symrnn.tensor.time import offset_from, t


class Dependence:
    """One step of a model: how each state at t depends on the states before it, and on `by` directly."""

    def __init__(self, model: Recurrence, states: list[Sequence], by: Any) -> None:
        self.model, self.states, self.by = model, states, by
        self.moving = moving_sequences(model, by, model.defined)
        self.lags: set[int] = set()

    def parts(self, v: Sequence) -> list[Part]:
        """The ways in which v at t depends on what it reads."""
        e = generic_equation(self.model, v)
        return parts_of(e.rhs, e.lhs, self.by, self.moving)

    def row(self, v: Sequence) -> Any:
        """The total derivative of v at t, as its equation gives it."""
        e = generic_equation(self.model, v)
        return add_terms(self.parts(v), e.rhs, self.by)

    def paths(self, v: Sequence, path: tuple[Sequence, ...] = ()) -> tuple[dict[Sequence, list[Any]], list[Any]]:
        """The Jacobians of v at t by each state of the time before, path by path, and by `by` within the step."""
        if v in path:
            raise Unsupported(f"{v} depends on itself within one step")
        found: dict[Sequence, list[Any]] = {u: [] for u in self.states}
        direct: list[Any] = []
        for part in self.parts(v):
            x = part.through
            if part.tangent is None:
                direct.append(part.rate)
            elif not isinstance(x, Element):
                raise Unsupported(f"{v} reads the sum over time {x}; no closed form is known for its derivatives")
            elif x.sequence in self.states and x.time != t:
                self.lags.add(offset_from(x.time, t) or 0)
                found[x.sequence].append(part.rate)
            else:
                inner, within = self.paths(x.sequence, (*path, v))
                shift = {t: x.time}
                for u, matrices in inner.items():
                    found[u] += [chain(part.rate, m.xreplace(shift), x, u[t]) for m in matrices]
                direct += [chain(part.rate, m.xreplace(shift), x, self.by) for m in within]
        return found, direct

    def within(self, v: Sequence) -> list[Any]:
        """The Jacobians of v at t by the state `by` of the same step, one a path."""
        if v == self.by.sequence:
            return [_identity(self.by)]
        found: list[Any] = []
        for part in self.parts(v):
            x = part.through
            if part.tangent is not None and isinstance(x, Element) and x.time == t:
                found += [chain(part.rate, m, x, self.by.sequence[t]) for m in self.within(x.sequence)]
        return found


def affine_rates(model: Recurrence, v: Sequence, by: Any) -> Affine:
    """The recurrence of the derivatives of v, and of the states that carry it, by a parameter or an earlier state.

    Raises
    ------
    Unsupported
        For states read with several lags, for matrices as states, for sums over time in between.
    """
    if v not in model.defined:
        raise Undefined(f"{v} is not computed by {model.title.name}", repair=f"a state such as {model.states[0]}[t]")
    moving = moving_sequences(model, by, model.defined)
    if v not in moving:
        raise Unsupported(f"{v} does not depend on {by}: its derivative is zero")
    states = [u for u in carrying_states(model, v) if u in moving]
    if v not in states:
        raise Unsupported(f"{v} is not a state", repair=f"ask for one of {', '.join(map(str, states))}")
    if any(len(u.shape) > 1 for u in states):
        raise Unsupported(f"no closed form is known for the matrix-valued state {v}")
    if len(states) > 1 and shape_of(by) and any(not u.shape for u in states):
        raise Unsupported(f"no closed form is known for {v}, carried together with scalars")
    step = Dependence(model, states, by)
    split = [step.paths(u) for u in states]
    if step.lags not in ({-1}, {1}):
        raise Unsupported(
            f"no closed form is known for {v}: states are read with the lags {sorted(-x for x in step.lags)}",
            law="a product of Jacobians solves a recurrence of one step",
        )
    ahead = step.lags.pop()
    times = generic_equation(model, v).times
    if any(generic_equation(model, u).times != times for u in states):
        raise Unsupported(f"the states {', '.join(map(str, states))} are computed at different times")
    first = _first(model, states, times, by, ahead)
    home = Range(times.first, first) if ahead == 1 else Range(first, times.last)
    nodes = tuple(sensitivity(u[t], by) for u in states)
    elements = tuple(u[t] for u in states)
    factor = factor_of([[found[u] for u in states] for found, _ in split], elements)
    source = stacked([add(*direct, shape=rate_shape(u[t], by)) for u, (_, direct) in zip(states, split, strict=True)])
    start = tuple(_start(step, u[first]) for u in states)
    rows = tuple(step.row(u) for u in states)
    whole = Chain(factor, ahead, False)
    carried = stacked([sensitivity(u[t + ahead], by) for u in states])
    collected = [x for x in (whole.one(t, carried), source) if not is_zero(x)]
    settled = add(*collected, shape=shape_of(source))
    return Affine(nodes, home, whole, stacked(list(start)), source, rows, (settled,), start, start)


def _first(model: Recurrence, states: list[Sequence], times: Range, by: Any, ahead: int) -> Expr:
    """The time from which the derivatives run: that of `by`, or that of the boundary values."""
    edge: Expr = times.last + 1 if ahead == 1 else times.first - 1
    if isinstance(by, Element) and by.sequence in states:
        return by.time
    for u in states:
        if u[edge] not in model.boundary:
            raise Unsupported(f"{u[edge]} is computed by an equation of its own; no closed form is known then")
    return edge


def _start(step: Dependence, node: Element) -> Any:
    """The derivative of a state at the first time: along the paths within the step from a state there, else zero."""
    by = step.by
    if node == by:
        return _identity(by)
    computed = isinstance(by, Element) and by.sequence in step.states and by not in step.model.boundary
    paths = step.within(node.sequence) if computed else []
    return add(*paths, shape=rate_shape(node, by)).xreplace({t: node.time})


def _identity(of: Any) -> Any:
    return linear.eye(shape_of(of)[0]) if shape_of(of) else linear.ones()
