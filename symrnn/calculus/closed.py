"""The public verbs of closed forms: `closed_form` finds and proves one, `prove` proves or refuses somebody's claim."""

from __future__ import annotations

from typing import Any

from symrnn.calculus.closed_forms import prove_claim
from symrnn.calculus.delayed_forms import gradient_form, rate_form, state_form
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.induction import Proof
from symrnn.errors import Undefined
from symrnn.model import Element, Equation, Recurrence, Sequence
from symrnn.model.named import named
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.time import t


def closed_form(subject: Derivation | Recurrence, of: Any, by: Any = None) -> ClosedForm:
    """A gradient or adjoint of a derivation, or a state of a linear model, as a formula in t and tau.

    Parameters
    ----------
    subject
        A derivation with symbolic last time, or a model.
    of
        For a derivation: a parameter, a boundary value, or the element of a state at t, whose adjoint is meant.
        For a model: the element of a state at t.
    by
        For a model: what the state is differentiated by, a state at another time such as h[k], or a parameter.
        Left out, the state itself is meant, of a model that is linear.

    Returns
    -------
    ClosedForm
        With `.expr`, `.steps`, `.proof`, `.exchanged` (the sums in the other order) and `.verify()`.

    Raises
    ------
    Unsupported
        Where no closed form is known: matrix-valued states, states that are computed at different times, states of a
        model that is not linear.

    Notes
    -----
    Source: Pascanu, Mikolov, Bengio (2013).

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t, tau
    >>> d = sr.bptt(sr.models.state_space())
    >>> print(sr.closed_form(d, d.model.states[0][t]))
    nabla(h[t]) = time_sum(matrix_power(A.T, k - t) @ C.T @ nabla(o[k]), (k, t, tau))   for t = 1..tau   [proved]
    >>> s, w = sr.Sequence("s"), sr.Parameter("w")
    >>> model = sr.Recurrence(sr.Equation(s[t], w * s[t - 1]), loss=s[tau])
    >>> sr.closed_form(model, s[t]).expr
    s[0]*(w)**t
    """
    if isinstance(subject, Derivation):
        return gradient_form(subject, named(subject.model, of))
    if not isinstance(subject, Recurrence):
        raise Undefined(f"{type(subject).__name__} has no closed forms", repair="closed_form(sr.bptt(model), W)")
    of, by = named(subject, of), named(subject, by)
    element = of[t] if isinstance(of, Sequence) else of
    if not isinstance(element, Element) or element.time != t:
        raise Undefined(
            f"closed_form of {of}: of a model it is a state at t",
            repair=f"closed_form(model, {subject.states[0]}[t]), or closed_form(sr.bptt(model), W) for a gradient",
        )
    return state_form(subject, element) if by is None else rate_form(subject, element, _by(subject, by))


def _by(model: Recurrence, by: Any) -> Any:
    """What a state is differentiated by, if there is a closed form of that."""
    known = (*model.parameters, *model.constants, *model.boundary)
    if by in known or (isinstance(by, Element) and by.sequence in model.states and t not in by.time.free_symbols):
        return by
    raise Undefined(
        f"closed_form by {by}",
        repair=f"a state at another time, {model.states[0]}[k], or one of {', '.join(map(str, known))}",
    )


def prove(derivation: Derivation, claim: Equation) -> Proof:
    """Prove a claim about the adjoint of a state, for every t and every last time, by induction.

    Parameters
    ----------
    derivation
        With symbolic last time.
    claim
        `Equation(nabla(h[t]), ...)` over the times of h; its right side a sum of terms, each an expression or a
        sum over time, with ordered products `time_prod`.

    Returns
    -------
    Proof
        Base and step, every line with its law; `.check()` applies all of them again.

    Raises
    ------
    NotProved
        With `.case` and `.line`, where the proof stops. A claim that is not proved may be false, or true and not
        of the form that these laws reach.

    Examples
    --------
    >>> import symrnn as sr
    >>> from sympy import Symbol
    >>> from symrnn import nabla, t, tau
    >>> d = sr.bptt(sr.models.elman())
    >>> (h,) = d.model.states
    >>> W, V = (p for p in d.model.parameters if p.name in "WV")
    >>> j, k = Symbol("j", integer=True), Symbol("k", integer=True)
    >>> J = sr.jacobian(d.model, h[j], h[j - 1])
    >>> o = d.model.outputs[0]
    >>> right = sr.time_sum(sr.time_prod(J, (j, t + 1, k)).T @ V.T @ nabla(o[k]), (k, t, tau))
    >>> sr.prove(d, sr.Equation(nabla(h[t]), right)).check()
    True
    """
    if not isinstance(claim, Equation) or not isinstance(claim.lhs, Adjoint):
        raise Undefined(f"{claim} is not a claim about an adjoint", repair="Equation(nabla(h[t]), ...)")
    return prove_claim(derivation, claim)
