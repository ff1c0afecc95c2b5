"""Back-propagation through time: the gradient of a model's loss, for a last time that is a symbol or a number.

The adjoint recurrence is derived once, for generic t (`adjoint.derive_template`). With symbolic tau it is
shown split into ranges; with a number it is instantiated node by node, never derived anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Symbol

from symrnn.calculus.adjoint import Template, derive_template
from symrnn.calculus.copies import generic_copies
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.instances import numbered_lines
from symrnn.calculus.ranges import ranged_lines
from symrnn.collecting import collection_waits
from symrnn.errors import Undefined, Unsupported
from symrnn.graph.lengths import Last, checked_last
from symrnn.model import Constant, Element, Parameter, Recurrence, Sequence
from symrnn.model.named import named
from symrnn.model.preactivations import with_preactivations
from symrnn.tensor.binders import time_sum
from symrnn.tensor.linear import dot
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import sum_entries
from symrnn.tensor.time import t
from symrnn.tensor.time import tau as symbolic_tau


def bptt(
    model: Recurrence,
    tau: Any = None,
    *,
    wrt: Iterable[Any] | None = None,
    upstream: Any = None,
    window: Any = None,
    chunk: Any = None,
) -> Derivation:
    """The gradients of the loss by back-propagation through time.

    Parameters
    ----------
    model
        A `Recurrence` with a loss, or with `upstream` given.
    tau
        The last time: a number, or symbolic when left out; a mapping for a model with several.
    wrt
        What to differentiate by: parameters, boundary values such as `h[0]`, inputs and constants. Left
        out: every learned parameter and every boundary value of a state.
    upstream
        A sequence (or one element of it) whose arriving gradient is given instead of a loss. The given
        gradient appears as an input named after it with `bar` appended.
    window
        A number of steps: truncated. Each error is followed back through that many steps, the one at which it
        enters included.
    chunk
        A number of steps: truncated. The states are detached at the boundaries of chunks of that many steps.

    Returns
    -------
    Derivation
        With `.lines`, `.equations`, `.gradients`, `.steps`, `.verify()`; `d[W]` is one gradient. A truncated one
        has `.missing`: the derivation of what is left out.

    Raises
    ------
    Undefined, Unsupported
        When there is no loss, or `wrt` names something that the model does not read; when a model does not run
        step by step, so that nothing can be truncated.

    Examples
    --------
    >>> import symrnn as sr
    >>> d = sr.bptt(sr.models.elman())
    >>> print(d.equations[0])
    nabla(o[t]) = softmax(o[t]) - y[t]   for t = 1..tau
    """
    model = with_upstream(model, upstream) if upstream is not None else model
    if model.loss is None:
        raise Undefined(
            f"`{model.title.name}` has no loss, so there is nothing to differentiate",
            repair="add loss=..., or ask for the gradient of a node: "
            f"sr.bptt({model.title.name}, upstream={model.defined[0]})",
        )
    if window is not None or chunk is not None:
        from symrnn.calculus.truncated import truncated

        return truncated(model, chosen_leaves(model, wrt), window, chunk, tau)
    template, chosen = recurrence_of(model, wrt)
    if tau is None or isinstance(tau, Symbol):
        if tau not in (None, symbolic_tau):
            raise Undefined(f"tau={tau}: the symbolic last time is symrnn.tau", repair="from symrnn import tau")
        return ranged(template, chosen)
    return numbered(template, chosen, checked_last(template.model, tau))


def recurrence_of(model: Recurrence, wrt: Iterable[Any] | None = None) -> tuple[Template, tuple[Any, ...]]:
    """The adjoint recurrence for generic t, before it is written for readers, and what is differentiated by."""
    chosen = chosen_leaves(model, wrt)
    return template_of(model, chosen), chosen


def template_of(model: Recurrence, chosen: tuple[Any, ...]) -> Template:
    """The adjoint recurrence, derived once for a model and what it is differentiated by."""
    derived: dict[Any, Template] = model.derived
    if chosen not in derived:
        derived[chosen] = derive_template(model, activity(model, chosen))
    return derived[chosen]


def ranged(template: Template, chosen: tuple[Any, ...]) -> Derivation:
    """The derivation for symbolic tau."""
    lines, gradients, steps = ranged_lines(template, chosen)
    copies, summed = generic_copies(template, chosen, max((line.smallest for line in lines), default=1))
    return Derivation(
        template.model,
        symbolic_tau,
        lines,
        template.steps + summed + steps,
        gradients,
        origin=(template, chosen),
        copies=copies,
    )


def numbered(template: Template, chosen: tuple[Any, ...], last: Last) -> Derivation:
    """The derivation for a last time that is a number."""
    with collection_waits():
        lines, gradients, steps, copies = numbered_lines(template, chosen, last)
    return Derivation(
        template.model,
        last,
        lines,
        template.steps + steps,
        gradients,
        origin=(template, chosen),
        copies=copies,
    )


def instantiated(derivation: Derivation, tau: object) -> Derivation:
    """A derivation by back-propagation through time at another last time."""
    if derivation.origin is None:
        raise Unsupported(f"{derivation.title} has no generic form to instantiate")
    if hasattr(derivation.origin, "numbered"):
        made: Derivation = derivation.origin.numbered(checked_last(derivation.model, tau))
        return made
    template, chosen = derivation.origin
    return numbered(template, chosen, checked_last(template.model, tau))


def generic(derivation: Derivation) -> Derivation:
    """The derivation for symbolic tau of which this one is an instance."""
    if hasattr(derivation.origin, "ranged"):
        made: Derivation = derivation.origin.ranged()
        return made
    return ranged(*derivation.origin)


def with_upstream(model: Recurrence, upstream: Any) -> Recurrence:
    """The model with the loss whose adjoint at `upstream` is a given sequence."""
    upstream = named(model, upstream)
    sequence = upstream.sequence if isinstance(upstream, Element) else upstream
    if not isinstance(sequence, Sequence) or sequence not in model.defined:
        raise Undefined(
            f"upstream={upstream!r}: the gradient can arrive at a sequence that the model defines",
            repair="one of " + ", ".join(map(str, model.defined)),
        )
    name = sequence.name + "bar"
    taken = {str(x.name) for xs in (model.sequences, model.parameters, model.constants) for x in xs}
    while name in taken:
        name += "r"
    loss = _paired(model, Sequence(name, *sequence.shape), upstream)
    kept = [part for part in model.args if type(part).__name__ != "Objective"]
    return Recurrence(*kept, loss=loss)


def _paired(model: Recurrence, given: Sequence, upstream: Any) -> Any:
    """The loss whose adjoint at `upstream`, a sequence or one element of it, is `given`."""
    if isinstance(upstream, Element):
        return _inner(given[upstream.time], upstream)
    first, last = model.ranges[upstream][0].first, model.ranges[upstream][-1].last
    return time_sum(_inner(given[t], upstream[t]), (t, first, last))


def by_preactivations(derivation: Derivation) -> Derivation:
    """The derivation for the model with the arguments of its activations named, whose adjoints are then δ.

    It is derived anew, so it has lines, steps and checks of its own; a model without such arguments keeps its
    derivation.
    """
    model = with_preactivations(derivation.model)
    recorded = isinstance(derivation.origin, tuple) and isinstance(derivation.origin[0], Template)
    if model is derivation.model or not recorded:
        return derivation
    last = dict(derivation.last) if isinstance(derivation.last, tuple) else derivation.last
    return bptt(model, last, wrt=list(derivation.origin[1]))


def upstream_of(model: Recurrence) -> tuple[Sequence, Any] | None:
    """Of a model made by `with_upstream`: the given gradient, and the sequence or element at which it arrives."""
    if model.loss is None:
        return None
    elements = [x for x in model.loss.atoms(Element) if x.sequence in model.defined]
    for given in model.targets:
        for upstream in (*elements, *model.defined):
            owner = upstream if isinstance(upstream, Sequence) else upstream.sequence
            named = given.name.rstrip("r") == (owner.name + "bar").rstrip("r") and given.shape == owner.shape
            if named and model.loss == _paired(model, given, upstream):
                return given, upstream
    return None


def _inner(a: Any, b: Any) -> Any:
    return sum_entries(a * b) if len(shape_of(a)) == 2 else dot(a, b)


def chosen_leaves(model: Recurrence, wrt: Iterable[Any] | None) -> tuple[Any, ...]:
    """What to differentiate by, checked: parameters, boundary elements, input sequences, constants."""
    states = [b for b in model.boundary if b.sequence in model.defined]
    if wrt is None:
        return (*(w for w in model.parameters if w.learned), *states)
    chosen: list[Any] = []
    for given in wrt if isinstance(wrt, list | tuple | set | frozenset) else [wrt]:
        x = named(model, given)
        known = (*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary)
        if x in model.states:
            chosen += [b for b in states if b.sequence == x]
        elif x in known:
            chosen.append(x)
        elif isinstance(x, Element) and x.sequence in (*model.inputs, *model.targets):
            chosen.append(x.sequence)
        elif isinstance(x, Element) and x.sequence in model.defined:
            raise Undefined(
                f"wrt: {x} is computed by {model.title.name}, not given",
                repair="its adjoint is among the lines of every derivation; wrt takes one of "
                + ", ".join(map(str, known)),
            )
        else:
            raise Undefined(
                f"wrt: {x!r} is not read by {model.title.name}",
                repair="one of " + ", ".join(map(str, known)),
            )
    return tuple(dict.fromkeys(chosen))


def activity(model: Recurrence, chosen: tuple[Any, ...]) -> Any:
    """A test whether a leaf's adjoint is needed: nodes of the model, and what was chosen."""
    sequences = {x for x in chosen if isinstance(x, Sequence)} | {x.sequence for x in chosen if isinstance(x, Element)}
    others = {x for x in chosen if isinstance(x, Parameter | Constant)}

    def active(leaf: Any) -> bool:
        if isinstance(leaf, Element):
            return leaf.sequence in model.defined or leaf.sequence in sequences
        return leaf in others

    return active
