"""How gradients grow or fade through time, in numbers; and the direct path that lets them pass unchanged.

The norms are of the derivatives of the state by itself at earlier times, found by the model's own backward pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.analysis.carrier import Carrier, key_of, runs_backward
from symrnn.analysis.sharing import state_of
from symrnn.calculus import jacobian
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Recurrence, reads
from symrnn.tensor import matrix_power, shape_of, t, tau, time_prod
from symrnn.tensor.elementwise import Full
from symrnn.typeset import text


def jacobian_norms(
    model: Recurrence,
    params: Mapping[str, Any],
    inputs: Mapping[str, Any],
    boundary: Mapping[str, Any] | None = None,
    *,
    state: Any = None,
    tau: int | None = None,
) -> np.ndarray:
    """The spectral norms of the derivatives of the state at each time by the first one that is given.

    Parameters
    ----------
    model, params, inputs, boundary
        A model and its arrays by name, as for the generated code, for one example.
    state
        Which state; the first when left out.
    tau
        The last time, for a model without inputs.

    Returns
    -------
    numpy.ndarray
        (tau,): entry s - 1 is the norm of the derivative after s steps: of h(s) by h(0), and of h(tau + 1 - s) by
        h(tau + 1) for a state that runs backward in time.

    Examples
    --------
    >>> import numpy as np
    >>> import symrnn as sr
    >>> arrays = {"w": 2.0, "u": 1.0, "b": 0.0}, {"x": np.zeros(3)}, {"s[0]": 0.0}
    >>> sr.analysis.jacobian_norms(sr.models.scalar(), *arrays).tolist()
    [2.0, 4.0, 8.0]
    """
    h = state_of(model, state)
    given = [b for b in model.boundary if b.sequence == h]
    if len(given) != 1:
        raise Unsupported(
            f"{text(h)} has {len(given)} boundary values; its growth is measured from one",
            repair="reach_norms measures how much it depends on its inputs",
        )
    carrier = Carrier(model, h, params, inputs, boundary, tau)
    key = key_of(given[0])
    if key not in carrier.boundary:
        raise Undefined(f"no value is given for {key}", repair=f"boundary={{{key!r}: array}}")
    times = range(1, carrier.steps + 1)
    norms = np.array([np.linalg.norm(carrier.by_start(s, key), 2) for s in times])
    return norms[::-1] if carrier.backward else norms


def direct_path(model: Recurrence, state: Any = None) -> Any:
    """The product of the derivatives of a state by itself one step before through its own equation alone.

    For the LSTM's cell it is the product of the forget gates: where they are one, gradients pass unchanged
    (Hochreiter and Schmidhuber 1997).

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.analysis.direct_path(sr.models.lstm(), sr.models.lstm().states[0])
    time_prod(diag(f[t]))
    """
    h = state_of(model, state)
    back = runs_backward(model, h)
    step = jacobian(model, h[t], h[t + 1 if back else t - 1], immediate=True)
    if step == 0 or (isinstance(step, Full) and step.value == 0):
        raise Unsupported(f"{h} does not read itself: all that comes back passes through other nodes")
    if not any(hasattr(x, "sequence") for x in reads(step)):  # the same at every step: a power
        return matrix_power(step, tau) if shape_of(step) else step**tau
    return time_prod(step, (t, 1, tau), left="earliest" if back else "latest")
