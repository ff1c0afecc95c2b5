"""The states of a linear model as a linear recurrence: h(t) = A(t) h(t - 1) + c(t), whose solution is a formula.

What lies between two states within a step is put in by its own equation. A model whose states are not linear in one
another has no such form.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.calculus.adjoint_chains import factor_of, stacked
from symrnn.calculus.chains import Affine, Chain
from symrnn.calculus.paths import split_linear
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Equation, Range, Recurrence, Sequence, reads
from symrnn.tensor.time import offset_from, t


def generic_equation(model: Recurrence, v: Sequence) -> Equation:
    """The equation of a sequence that holds for generic t."""
    found = [e for e in model.equations if e.sequence == v and e.over]
    if len(found) != 1:
        raise Unsupported(f"{v} has {len(found)} equations over a range; a closed form is known for one")
    return found[0]


def elements_in(expr: Any) -> list[Element]:
    """The elements of sequences an expression reads, in order of appearance."""
    return [x for x in reads(expr) if isinstance(x, Element)]


def put_in_step(model: Recurrence, expr: Any, states: list[Sequence]) -> Any:
    """An expression at t in which what is computed in the same step, or is no state, is put in by its equation."""
    for _ in range(len(model.equations) + 1):
        rule = {}
        for x in elements_in(expr):
            if x.sequence in model.defined and (x.sequence not in states or x.time == t):
                rule[x] = generic_equation(model, x.sequence).rhs.xreplace({t: x.time})
        if not rule:
            return expr
        expr = expr.xreplace(rule)
    raise Unsupported(f"{states[0]} depends on a node that is not computed in finitely many steps")


def carrying_states(model: Recurrence, v: Sequence) -> list[Sequence]:
    """The states from which v is computed, v's own among them, in the order of the model."""
    seen: set[Sequence] = set()
    stack = [v]
    while stack:
        u = stack.pop()
        if u in seen or u not in model.defined:
            continue
        seen.add(u)
        stack += [x.sequence for x in elements_in(generic_equation(model, u).rhs)]
    found = [u for u in model.states if u in seen]
    if not found:
        raise Unsupported(f"{v} is carried by no state; its equation is its closed form")
    return found


def affine_states(model: Recurrence, v: Sequence) -> Affine:
    """The recurrence of v and of the states that carry it.

    Raises
    ------
    Unsupported
        When the states are not linear in one another, are matrices, or are read with several lags.
    """
    if v not in model.defined:
        raise Undefined(f"{v} is not computed by {model.title.name}", repair=f"a state such as {model.states[0]}[t]")
    states = carrying_states(model, v)
    if v not in states:
        raise Unsupported(f"{v} is not a state", repair=f"ask for one of {', '.join(map(str, states))}")
    if any(len(u.shape) > 1 for u in states):
        raise Unsupported(f"no closed form is known for the matrix-valued state {v}")
    rows = tuple(generic_equation(model, u).rhs for u in states)
    done = tuple(put_in_step(model, x, states) for x in rows)
    ahead = _direction(done, states)
    times = generic_equation(model, v).times
    if any(generic_equation(model, u).times != times for u in states):
        raise Unsupported(f"the states {', '.join(map(str, states))} are computed at different times")
    home = Range(times.first, times.last + 1) if ahead == 1 else Range(times.first - 1, times.last)
    carried = tuple(u[t + ahead] for u in states)
    try:
        split = [split_linear(x, carried) for x in done]
    except Unsupported as reason:
        raise Unsupported(
            f"no closed form is known for {v}: {reason.what}",
            law="a product of Jacobians solves a linear recurrence",
            repair="its derivatives have one: sr.bptt(model).closed_form(...)",
        ) from None
    factor = factor_of([[parts[x] for x in carried] for parts, _ in split], tuple(u[t] for u in states))
    first: Expr = home.last if ahead == 1 else home.first
    start = tuple(u[first] for u in states)
    source = stacked([rest for _, rest in split])
    nodes = tuple(u[t] for u in states)
    return Affine(nodes, home, Chain(factor, ahead, False), stacked(list(start)), source, rows, done, start, start)


def _direction(rows: tuple[Any, ...], states: list[Sequence]) -> int:
    offsets = {offset_from(x.time, t) for row in rows for x in elements_in(row) if x.sequence in states}
    if offsets == {1}:
        return 1
    if offsets == {-1}:
        return -1
    raise Unsupported(f"{states[0]} is read with other lags than one step; no closed form is known")
