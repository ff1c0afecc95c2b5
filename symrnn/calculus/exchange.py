"""Forward equals backward, proved: the gradient by sensitivities becomes that by adjoints when two sums change places.

Of one state with a lag of one step, the sensitivity is a sum over the earlier steps k at which θ enters (C3), the
adjoint one over the later times t at which errors enter (C2); between them lies the triangle k <= t. Of any other
model the sums are those over nodes and over their uses (`by_parts`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Expr

from symrnn.calculus.bptt import bptt
from symrnn.calculus.by_parts import prove_by_parts
from symrnn.calculus.closed_forms import closed_gradient
from symrnn.calculus.formula import ClosedForm, ClosedStep
from symrnn.calculus.forward_template import shaped
from symrnn.calculus.induction import NotProved, Proof
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.moves import Stuck
from symrnn.calculus.rate_chains import affine_rates
from symrnn.calculus.rtrl import rtrl
from symrnn.calculus.solutions import closed_rate
from symrnn.calculus.sums import exchanged, pulled_in
from symrnn.errors import Unsupported
from symrnn.model import Element, Recurrence, Sequence
from symrnn.model.named import named
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.kronecker import Kron
from symrnn.tensor.linear import Contract, Eye, contract, dot, outer, transpose
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import Reshape, reshape
from symrnn.tensor.sensitivity import Rate, sensitivity
from symrnn.tensor.time import t


def prove_forward_is_backward(model: Recurrence, by: Any) -> ClosedForm:
    """Prove that real-time recurrent learning and back-propagation give one gradient, by exchanging their sums.

    Parameters
    ----------
    model
        A `Recurrence` with a loss. Of one state, a scalar or a vector, that runs with a lag of one step, both
        closed forms stand in the proof; of any other model, the adjoints and sensitivities themselves.
    by
        A parameter, a constant, or a boundary value of a state.

    Returns
    -------
    ClosedForm
        `.steps` from the gradient by sensitivities to the line of `bptt(model)`, which the last one is; `.proofs` the
        inductions behind C3 and C2, where these are put in; `.status` "proved"; `.verify()` checks every line at
        random instances.

    Raises
    ------
    Unsupported, NotProved
        Where a node reads a sum of sums over time; where a line is not what its law gives, with the line. That
        happens too where the laws of linearity are not enough, as for quotients of sums.

    Examples
    --------
    >>> import symrnn as sr
    >>> model = sr.models.elman()
    >>> proof = sr.prove_forward_is_backward(model, model.parameters[1])
    >>> proof.status, proof.expr == sr.bptt(model)["W"]
    ('proved', True)
    >>> lstm = sr.models.lstm()
    >>> [step.law.name for step in sr.prove_forward_is_backward(lstm, lstm.parameters[0]).steps][:4]
    ['recurrence', 'sum over uses', 'shift of time', 'given values']
    """
    by = named(model, by)
    if isinstance(by, Element):  # it enters once, at its own time: one sum only
        return prove_by_parts(model, by)
    try:
        return prove_by_exchange(model, by)
    except Unsupported:
        return prove_by_parts(model, by)


def prove_by_exchange(model: Recurrence, by: Any) -> ClosedForm:
    """The proof for one state with a lag of one step: the double sum over a triangle in the other order."""
    forward, backward = rtrl(model, wrt=by), bptt(model, wrt=by)
    v = _state(model)
    line = next(x for x in forward.lines if x.equation.lhs == nabla(by))
    whole = line.equation.rhs
    summed = whole.args[0] if isinstance(whole, Reshape) else whole
    time = _time_of_rate(summed, v, by)
    rates, adjoints = closed_rate(model, v[t], by), closed_gradient(backward, v[t])
    steps = [ClosedStep(LAWS["line"], whole)]
    turned = _put_in(summed, sensitivity(v[time], by), rates.steps[0].after.xreplace({t: time}))
    steps.append(ClosedStep(LAWS["closed form"], shaped(turned, by)))
    if isinstance(summed, TimeSum):  # else the loss is read at one time, and there is one sum only
        try:
            turned = exchanged(turned)
        except Stuck as reason:
            raise _stopped(len(steps), str(reason)) from None
        steps.append(ClosedStep(LAWS["exchange"], shaped(turned, by)))
    steps.append(ClosedStep(LAWS["closed form"], shaped(_collected(turned, model, v, by, adjoints, len(steps)), by)))
    last = _without_kronecker(steps[-1].after)
    if last != steps[-1].after:
        steps.append(ClosedStep(LAWS["kronecker"], last))
    if last != backward[by]:
        raise _stopped(len(steps) - 1, f"the last line is {last}; back-propagation gives {backward[by]}")
    proofs = tuple(_unnumbered(proof) for proof in (*rates.proofs, *adjoints.proofs))
    return ClosedForm(forward, nabla(by), last, tuple(steps), proofs)


def _unnumbered(proof: Proof) -> Proof:
    """The same proof without numbers of lines: those of one derivation are not those of the other."""
    cases = (replace(case, moves=tuple(replace(move, lines=()) for move in case.moves)) for case in proof.cases)
    return replace(proof, cases=tuple(cases))


def _time_of_rate(summed: Any, v: Sequence, by: Any) -> Any:
    """The time of the one sensitivity in the gradient: t within a sum over time, or the one time of the loss."""
    body = summed.body.xreplace({summed.index: t}) if isinstance(summed, TimeSum) else summed
    rates = [x for x in body.atoms(Rate) if x.by == by]
    if len(rates) != 1 or rates[0].node.sequence != v or (isinstance(summed, TimeSum) != (rates[0].node.time == t)):
        raise Unsupported(f"the gradient of {by} is not one sum over time of what arrives at {v}[t]")
    return rates[0].node.time


def _put_in(summed: Any, rate: Any, closed: Any) -> Any:
    """The gradient with the closed form of the sensitivity in it: a double sum, or one where the loss has one time."""
    if not isinstance(summed, TimeSum):
        return pulled_in(summed, rate, closed)
    body = summed.body.xreplace({summed.index: t})
    return time_sum(pulled_in(body, rate, closed), (t, summed.lower, summed.upper))


def _stopped(line: int, why: str) -> NotProved:
    error = NotProved(f"not proved: {why}", where=f"line {line + 1}", law="a proof ends in the claim itself")
    error.case, error.line = "exchange", line + 1
    return error


def _state(model: Recurrence) -> Sequence:
    if len(model.states) != 1 or model.intermediates:
        raise Unsupported(
            "no proof is known for several nodes a step: "
            + ", ".join(map(str, dict.fromkeys((*model.states, *model.intermediates)))),
            law="the exchange of sums is written out for one state",
            repair="sr.rtrl(model).verify() checks the gradients of any model",
        )
    found: Sequence = model.states[0]
    return found


def _collected(turned: Any, model: Recurrence, v: Sequence, by: Any, adjoints: ClosedForm, line: int) -> Any:
    """The inner sum, over the later times, is the adjoint by C2 times the immediate derivative at its own step."""
    k, inner = turned.index, turned.body
    enters = affine_rates(model, v, by).source.xreplace({t: k})
    adjoint = nabla(v[k])
    term = _arriving(adjoint, enters, v[k], by)
    closed = adjoints.steps[0].after.xreplace({t: k})
    if pulled_in(term, adjoint, closed) != inner:
        raise _stopped(line, f"the inner sum {inner} is not what {adjoint} gives")
    return time_sum(term, (k, turned.lower, turned.upper))


def _arriving(gradient: Any, rate: Any, node: Element, by: Any) -> Any:
    """(∂⁺v/∂θ)ᵀ times a gradient, a vector over vec(θ)."""
    if not shape_of(node):
        return gradient * rate
    return contract(transpose(rate), gradient) if shape_of(by) else dot(rate, gradient)


def _without_kronecker(whole: Any) -> Any:
    """A sum of vectors (I ⊗ a) x in the shape of a matrix as the sum of the matrices x aᵀ."""
    if not isinstance(whole, Reshape) or not isinstance(whole.args[0], TimeSum):
        return whole
    s, shape = whole.args[0], whole.shape
    return time_sum(_matrix(s.body, shape), (s.index, s.lower, s.upper))


def _matrix(x: Any, shape: tuple[Expr, ...]) -> Any:
    """(I ⊗ a) x = vec(x aᵀ), so in the shape of a matrix it is x aᵀ."""
    if isinstance(x, Contract) and isinstance(x.left, Kron) and isinstance(x.left.left, Eye):
        column = x.left.right
        if isinstance(column, Reshape) and column.shape[1] == 1:
            return outer(x.right, column.args[0])
    if isinstance(x, Contract) and isinstance(x.left, Reshape) and x.left.shape[1] == 1 and x.left.args[0].rank == 1:
        return outer(x.right, x.left.args[0])  # of a state of one entry, I ⊗ a is a itself
    return reshape(x, *shape)
