"""Real-time recurrent learning: the gradient by sensitivities that run forward with the states.

States have sensitivities; what is computed from them without leading back, outputs and terms of the loss,
has its adjoint at the same step. The gradient is the sum, over the states that these read, of the adjoint that
arrives times the sensitivity (Williams and Zipser 1989).
"""

from __future__ import annotations

from typing import Any

from sympy import Symbol

from symrnn.calculus.bptt import with_upstream
from symrnn.calculus.derivation import Derivation
from symrnn.calculus.forward_template import forward_template
from symrnn.errors import Undefined, Unsupported
from symrnn.graph.lengths import checked_last
from symrnn.model import Recurrence, Sequence
from symrnn.model.named import named
from symrnn.tensor.time import tau as symbolic_tau


def rtrl(model: Recurrence, wrt: Any = None, tau: Any = None, *, upstream: Any = None) -> Derivation:
    """The gradients of the loss by real-time recurrent learning: sensitivities forward in time.

    Parameters
    ----------
    model
        A `Recurrence`. Without a loss, the sensitivities alone are derived.
    wrt
        A parameter, a constant, a boundary value of a state, or several; every learned parameter when left out.
    tau
        The last time: a number, or symbolic when left out; a mapping for a model with several.
    upstream
        A sequence whose arriving gradient is given instead of a loss, as for `bptt`.

    Returns
    -------
    Derivation
        With `.lines`, `.equations`, `.gradients`, `.steps`, `.at(tau)`, `.verify()`; `d[W]` is one gradient.
        A sensitivity has a row for each entry of the state and a column for each entry of the parameter,
        matrices row by row.

    Raises
    ------
    Undefined, Unsupported
        When `wrt` names something that the model does not read; for an input, which has one sensitivity for
        each pair of times.

    Examples
    --------
    >>> import symrnn as sr
    >>> model = sr.models.elman()
    >>> d = sr.rtrl(model, wrt=model.parameters[1])
    >>> print(d.equations[1])
    sensitivity(h[t], W) = diag(1 - h[t]**2) @ W @ sensitivity(h[t - 1], W) + \
diag(1 - h[t]**2) @ kron(eye(n), reshape(h[t - 1], 1, n))   for t = 1..tau
    >>> d["W"]
    reshape(time_sum(sensitivity(h[t], W).T @ V.T @ nabla(o[t])), n, n)
    """
    model = with_upstream(model, upstream) if upstream is not None else model
    template = forward_template(model, _chosen(model, wrt))
    if tau is None or isinstance(tau, Symbol):
        if tau not in (None, symbolic_tau):
            raise Undefined(f"tau={tau}: the symbolic last time is symrnn.tau", repair="from symrnn import tau")
        return template.ranged()
    return template.numbered(checked_last(model, tau))


def _chosen(model: Recurrence, wrt: Any) -> tuple[Any, ...]:
    states = [b for b in model.boundary if b.sequence in model.defined]
    known = (*model.parameters, *model.constants, *states)
    if wrt is None:
        return tuple(w for w in model.parameters if w.learned)
    chosen = [named(model, x) for x in (wrt if isinstance(wrt, list | tuple | set | frozenset) else [wrt])]
    for x in chosen:
        given = x if isinstance(x, Sequence) else getattr(x, "sequence", None)
        if given in (*model.inputs, *model.targets):
            raise Unsupported(
                f"wrt: {x} is an input: its sensitivities go by two times, ∂v(t)/∂{given}(s)",
                repair=f"sr.bptt(model, wrt=[{given}]) gives its gradients; "
                "sr.jacobian(..., total=True) one derivative a fixed number of steps away",
            )
        if x not in known:
            raise Undefined(
                f"wrt: {x!r} is not read by {model.title.name}", repair="one of " + ", ".join(map(str, known))
            )
    return tuple(dict.fromkeys(chosen))
