"""Dynamical systems of the library: unknown, driven, scalar, linear, and one without a state."""

from __future__ import annotations

from typing import Any

import sympy

from symrnn.errors import Undefined
from symrnn.model.equation import Equation
from symrnn.model.given import Parameter, Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor import dims, squared_error, t, tanh, tau, time_sum
from symrnn.tensor.unknown import Function

n, m, k, p, q = dims("n m k p q")


def classical() -> Recurrence:
    """The classical dynamical system s[t] = f(s[t-1]; theta), with s[1] given (Goodfellow et al. 2016, 10.1)."""
    f, s, theta = Function("f", n), Sequence("s", n), Parameter("theta", p)
    return Recurrence(
        Equation(s[t], f(s[t - 1], theta), over=(t, 2, tau)),
        name="classical",
        summary="classical dynamical system, unknown f",
        source="Goodfellow et al. 2016, 10.1 to 10.3",
    )


def driven(output: bool = False) -> Recurrence:
    """A system driven by an input, h[t] = f(h[t-1], x[t]; theta) (Goodfellow et al. 2016, 10.4, 10.5).

    Parameters
    ----------
    output
        Whether an output layer o[t] = g(h[t]; phi) reads from the state.
    """
    f, h, x, theta = Function("f", n), Sequence("h", n), Sequence("x", m), Parameter("theta", p)
    equations = [Equation(h[t], f(h[t - 1], x[t], theta))]
    if output:
        g, o, phi = Function("g", k), Sequence("o", k), Parameter("phi", q)
        equations.append(Equation(o[t], g(h[t], phi)))
    return Recurrence(
        *equations,
        name="driven",
        summary="system driven by an input, unknown f" + (", with an output layer" if output else ""),
        source="Goodfellow et al. 2016, 10.4 and 10.5",
    )


def scalar() -> Recurrence:
    """A scalar tanh network in plain SymPy: s[t] = tanh(w s[t-1] + u x[t] + b), with squared error."""
    s, x, y = Sequence("s"), Sequence("x"), Sequence("y")
    w, u, b = Parameter("w"), Parameter("u"), Parameter("b")
    return Recurrence(
        Equation(s[t], sympy.tanh(w * s[t - 1] + u * x[t] + b)),
        loss=time_sum(squared_error(s[t], y[t])),
        name="scalar",
        summary="scalar tanh network with squared error",
        source="Werbos 1990; Pascanu et al. 2013",
    )


def state_space(feedthrough: bool = True) -> Recurrence:
    """A linear state-space layer: h[t] = A h[t-1] + B x[t], o[t] = C h[t] + D x[t] (control; Gu et al. 2022).

    Parameters
    ----------
    feedthrough
        Whether the input also goes straight to the output, by D.
    """
    h, x, o, y = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("y", k)
    A, B, C, D = Parameter("A", n, n), Parameter("B", n, m), Parameter("C", k, n), Parameter("D", k, m)
    return Recurrence(
        Equation(h[t], A @ h[t - 1] + B @ x[t]),
        Equation(o[t], C @ h[t] + D @ x[t] if feedthrough else C @ h[t]),
        loss=time_sum(squared_error(o[t], y[t])),
        name="state-space",
        summary="linear state-space layer with squared error",
        source="Gu et al. 2022",
    )


def time_delay(taps: int = 3) -> Recurrence:
    """A time-delay network, a convolution in time: it sees the last `taps` inputs, no state (Waibel et al. 1989).

    Parameters
    ----------
    taps
        How many inputs one step sees, at least 1; x[0], x[-1], ... to the left of the sequence are given.
    """
    if isinstance(taps, bool) or not isinstance(taps, int) or not 1 <= taps <= 50:
        raise Undefined(f"taps={taps!r}", repair="a whole number from 1 to 50")
    h, x, o, y = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("y", k)
    b, c, V = Parameter("b", n), Parameter("c", k), Parameter("V", k, n)
    total: Any = b
    for j in range(taps):
        total = total + Parameter(f"W_{j}", n, m) @ x[t - j]
    return Recurrence(
        Equation(h[t], tanh(total)),
        Equation(o[t], c + V @ h[t]),
        loss=time_sum(squared_error(o[t], y[t])),
        name="time-delay",
        summary=f"time-delay network with {taps} taps and squared error",
        source="Waibel et al. 1989; Goodfellow et al. 2016, 10",
    )
