"""`to_numpy`: a model becomes a network, a single expression a function of its leaves."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.calculus import HessianProduct
from symrnn.collecting import collection_waits
from symrnn.errors import Undefined
from symrnn.model import Recurrence
from symrnn.numeric.expression import expression_function
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.network import Network
from symrnn.tensor import Tensor


def to_numpy(what: Any, *, backend: str = "numpy") -> Any:
    """NumPy code for a model, or for one scalar or tensor expression.

    Parameters
    ----------
    what
        A `Recurrence`, or an expression; or a Hessian-vector product `hvp(model)`, whose network takes directions
        beside the parameters (`Wdot`), and whose "loss" and gradients are the slope along them and H v.
    backend
        "numpy", or "numba", which compiles the loops over time of a model (an extra: `symrnn[fast]`).

    Returns
    -------
    Network or function
        Of a model: a `Network` with `source`, `forward`, `loss`, `loss_and_grad` and `vjp`, for every length and
        batch size. Of an expression: a function of its leaves, by keyword (`W`, `h_tm1` for h[t - 1]), with its
        text in `source`; elements and constants may have leading axes.

    Raises
    ------
    Unsupported
        For an unknown function, which has no numbers.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> net = sr.to_numpy(sr.models.scalar())
    >>> params, inputs = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": np.ones(3), "y": np.zeros(3)}
    >>> loss, grads = net.loss_and_grad(params, inputs, {"s[0]": 0.0})
    >>> sorted(grads)
    ['b', 's[0]', 'u', 'w']
    >>> sr.to_numpy(2 * sr.Sequence("s")[t - 1])(s_tm1=3.0)
    6.0
    """
    if isinstance(what, Recurrence | HessianProduct):
        with collection_waits():
            return _network(what, backend)
    if isinstance(what, Expr | Tensor):
        return expression_function(what)
    raise Undefined(
        f"to_numpy takes a model or an expression; got {type(what).__name__}",
        repair="for a derivation d: to_numpy(d.model) for its gradients, to_numpy(d[W]) for one formula",
    )


def _network(what: Recurrence | HessianProduct, backend: str) -> Network:
    if isinstance(what, Recurrence):
        return Network(what, backend)
    pushed = what.pushed
    return Network(pushed.model, backend, wrt=[key_of_leaf(x) for x in pushed.chosen])
