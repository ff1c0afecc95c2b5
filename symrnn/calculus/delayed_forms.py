"""Closed forms of models whose states are read several steps back: the state and its past are one state.

The model through copies of its states (`with_delays`) has lags of one step; its closed form, in the names of the model
that was asked for, is that model's own. The Jacobian of one step is then a block matrix with identities for what is
only remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Symbol

from symrnn.calculus.adjoint_chains import adjoints_in
from symrnn.calculus.bptt import bptt
from symrnn.calculus.chunked import ChunkTemplate
from symrnn.calculus.closed_forms import closed_gradient
from symrnn.calculus.companion import prove_copies
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.formula import ClosedForm, ClosedStep
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.solutions import closed_rate, closed_state
from symrnn.calculus.truncation import Truncation
from symrnn.calculus.window_forms import error_lines, window_form
from symrnn.calculus.windowed import WindowTemplate, window_template
from symrnn.errors import Unsupported
from symrnn.model import Element, Recurrence, Sequence
from symrnn.model.delays import Delayed, with_delays
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.time import t

Solver = Callable[[Derivation, Any], ClosedForm]


def gradient_form(derivation: Derivation, leaf: Any) -> ClosedForm:
    """The closed form of a gradient or adjoint, through copies of states where lags are longer than one step."""
    if isinstance(derivation.origin, ChunkTemplate) and isinstance(derivation.last, Symbol):
        derivation = derivation.origin.window.ranged()  # the same gradient as a double sum
    solve = window_form if isinstance(derivation.origin, WindowTemplate) else closed_gradient
    try:
        return solve(derivation, leaf)
    except Unsupported:
        own = isinstance(derivation.origin, tuple | WindowTemplate) and isinstance(derivation.last, Symbol)
        delayed = _copied(derivation.model) if own else None
        if delayed is None:
            raise
        return _of_gradient(derivation, leaf, delayed, solve)


def state_form(model: Recurrence, element: Element) -> ClosedForm:
    """A state of a linear model as a formula in t."""
    return _of_model(model, lambda other, _: closed_state(other, element))


def rate_form(model: Recurrence, element: Element, by: Any) -> ClosedForm:
    """The derivative of a state by itself at another time or by a parameter."""
    return _of_model(model, lambda other, there: closed_rate(other, element, there(by)))


@lru_cache(maxsize=16)
def _copied(model: Recurrence) -> Delayed | None:
    return with_delays(model)


@lru_cache(maxsize=16)
def _derived(model: Recurrence, chosen: tuple[Any, ...], truncation: Truncation | None, missing: bool) -> Derivation:
    if truncation is None:
        return bptt(model, wrt=chosen)
    return replace(window_template(model, chosen, truncation), missing=missing).ranged()


def _of_model(model: Recurrence, found: Callable[[Recurrence, Callable[[Any], Any]], ClosedForm]) -> ClosedForm:
    try:
        return found(model, lambda leaf: leaf)
    except Unsupported:
        delayed = _copied(model)
        if delayed is None:
            raise
        form = found(delayed.model, delayed.there)
        return _renamed(form, delayed, model, delayed.model)


def _of_gradient(derivation: Derivation, leaf: Any, delayed: Delayed, solve: Solver) -> ClosedForm:
    """The closed form of the same gradient of the model with copies, after the line of the model itself."""
    node = leaf[t] if isinstance(leaf, Sequence) else leaf.node if isinstance(leaf, Adjoint) else leaf
    origin = derivation.origin
    cut = isinstance(origin, WindowTemplate)
    chosen = tuple(dict.fromkeys(delayed.there(x) for x in (origin.chosen if cut else origin[1])))
    other = _derived(delayed.model, chosen, origin.truncation if cut else None, cut and origin.missing)
    if cut and isinstance(node, Element):  # a window reaches further through the longer lag than through copies
        return _renamed(window_form(derivation, node, error_lines(other)), delayed, derivation, other)
    form = _renamed(solve(other, delayed.there(node)), delayed, derivation, other)
    of = nabla(node, form.of.objective)
    form = replace(form, of=of)
    line = next((x for x in derivation.lines if x.group != "backward" and x.equation.lhs == of), None)
    if line is None:
        return form
    if not isinstance(node, Element) and form.steps[0].after != line.equation.rhs:
        raise Unsupported(f"line ({line.number}) is another with copies of the states: {form.steps[0].after}")
    first = ClosedStep(LAWS["line"], line.equation.rhs, (str(line.number),))
    return replace(form, steps=(first, *(x for x in form.steps if x.after != first.after)))


def _renamed(form: ClosedForm, delayed: Delayed, subject: Any, behind: Any) -> ClosedForm:
    """A closed form in the names of the model that was asked for; its inductions stay about the model with copies.

    Lines on the way that still read adjoints of copies, which that model has not, are left out.
    """
    own = {c.sequence for c in delayed.copies}
    kept = [s for s in form.steps if not any(a.node.sequence in own for a in adjoints_in(s.after))]
    if form.steps[-1] not in kept:
        raise Unsupported(f"{delayed.here(form.of)} still reads what comes back to the past of a state by another way")
    steps = tuple(ClosedStep(s.law, delayed.here(s.after)) for s in kept)
    of, last = delayed.here(form.of), steps[-1].after
    copied = prove_copies(subject.model if isinstance(subject, Derivation) else subject, delayed)
    return replace(form, subject=subject, of=of, expr=last, steps=steps, behind=behind, copied=copied)
