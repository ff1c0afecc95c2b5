"""Closed forms of the states of a linear model, and of their derivatives by other times and by parameters.

C1: the derivative of a state by itself at an earlier time is the ordered product of the Jacobians between. C3: by a
parameter it is a sum of such products applied to immediate derivatives. C4: for linear models the state itself is a
formula in t.
"""

from __future__ import annotations

from typing import Any

from symrnn.calculus.adjoint_chains import part_of
from symrnn.calculus.chains import Affine
from symrnn.calculus.closed_forms import node_of, statement
from symrnn.calculus.formula import ClosedForm, ClosedStep
from symrnn.calculus.induction import Proof, prove
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.powers import with_powers
from symrnn.calculus.rate_chains import affine_rates
from symrnn.calculus.state_chains import affine_states
from symrnn.calculus.sums import everywhere
from symrnn.model import Element, Equation, Recurrence, Sequence
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.sensitivity import sensitivity
from symrnn.tensor.time import t


def solved_states(model: Recurrence, v: Sequence) -> tuple[Affine, Proof]:
    """The recurrence of a linear model's states, and the proof of its solution."""
    affine = affine_states(model, v)
    return affine, prove(affine, node_of(affine), affine.closed, statement(affine))


def closed_state(model: Recurrence, node: Element) -> ClosedForm:
    """A state of a linear model as a formula in t: C4."""
    v = node.sequence
    affine, proof = solved_states(model, v)
    whole = add(*affine.closed(t), shape=shape_of(affine.start))
    place = [x.sequence for x in affine.nodes].index(v)
    solution = part_of(whole, affine.nodes, place)
    steps = [ClosedStep(LAWS["closed form"], solution)]
    if with_powers(solution) != solution:
        steps.append(ClosedStep(LAWS["powers"], with_powers(solution)))
    over = Equation(v[t], v[t - 1], over=(t, affine.home.first, affine.home.last)).over
    return ClosedForm(model, v[t], steps[-1].after, tuple(steps), (proof,), over)


def closed_rate(model: Recurrence, node: Element, by: Any) -> ClosedForm:
    """The derivative of a state at t by an earlier state (C1) or by a parameter (C3)."""
    v = node.sequence
    affine = affine_rates(model, v, by)
    proof = prove(affine, node_of(affine), affine.closed, statement(affine))
    states = [x.node.sequence for x in affine.nodes]
    whole = add(*affine.closed(t), shape=shape_of(affine.start))
    solution = part_of(whole, tuple(u[t] for u in states), states.index(v))
    steps = [ClosedStep(LAWS["closed form"], solution)]
    made = with_powers(solution)
    if made != solution:
        steps.append(ClosedStep(LAWS["powers"], made))
    proofs: tuple[Proof, ...] = (proof,)
    if not isinstance(by, Element):
        put_in, more = with_states(made, model)
        if put_in != made:
            steps.append(ClosedStep(LAWS["closed form"], with_powers(put_in)))
            proofs += more
    over = Equation(v[t], v[t - 1], over=(t, affine.home.first, affine.home.last)).over
    return ClosedForm(model, sensitivity(v[t], by), steps[-1].after, tuple(steps), proofs, over)


def with_states(expr: Any, model: Recurrence) -> tuple[Any, tuple[Proof, ...]]:
    """An expression with the states put in whose closed form is one term; and the proofs of these."""
    forms: dict[Sequence, tuple[Any, Proof] | None] = {}

    def solution(v: Sequence) -> tuple[Any, Proof] | None:
        if v not in forms:
            forms[v] = _single_term(model, v)
        return forms[v]

    def put_in(x: Any) -> Any:
        rule = {}
        for element in x.atoms(Element):
            found = solution(element.sequence) if element.sequence in model.states else None
            if found is not None:
                rule[element] = found[0].xreplace({t: element.time})
        return x.xreplace(rule) if rule else x

    made = everywhere(expr, put_in)
    return made, tuple(found[1] for found in forms.values() if found is not None)


def _single_term(model: Recurrence, v: Sequence) -> tuple[Any, Proof] | None:
    from symrnn.errors import Unsupported

    try:
        affine, proof = solved_states(model, v)
    except Unsupported:
        return None
    terms = affine.closed(t)
    return (with_powers(terms[0]), proof) if len(terms) == 1 and len(affine.nodes) == 1 else None
