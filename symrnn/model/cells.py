"""Cells that keep what they know longer: leaky and skipping units, gates, and a reservoir that is not learned."""

from __future__ import annotations

from typing import Any

from symrnn.errors import Undefined
from symrnn.model.equation import Equation
from symrnn.model.given import Parameter, Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor import dims, sigmoid, squared_error, t, tanh, time_sum

n, m, k = dims("n m k")
W, U, b = Parameter("W", n, n), Parameter("U", n, m), Parameter("b", n)
V, d = Parameter("V", k, n), Parameter("d", k)
h, x, p, y = Sequence("h", n), Sequence("x", m), Sequence("p", k), Sequence("y", k)


def _with_readout(*equations: Equation, output: bool = True, **title: str) -> Recurrence:
    """The equations, a linear readout p[t] = d + V h[t] if asked for, and its squared error."""
    if not output:
        target = Sequence("y", n)
        return Recurrence(*equations, loss=time_sum(squared_error(h[t], target[t])), **title)  # type: ignore[arg-type]
    loss = time_sum(squared_error(p[t], y[t]))
    return Recurrence(*equations, Equation(p[t], d + V @ h[t]), loss=loss, **title)  # type: ignore[arg-type]


def _affine(name: str, state: Any, bias: bool = True, by: Any = None) -> Any:
    """b + W h + U x with the parameters of one gate; `by` multiplies W h entry by entry."""
    Wg, Ug, bg = Parameter(f"W_{name}", n, n), Parameter(f"U_{name}", n, m), Parameter(f"b_{name}", n)
    recurrent = Wg @ state if by is None else by * (Wg @ state)
    return bg + recurrent + Ug @ x[t] if bias else recurrent + Ug @ x[t]


def leaky(output: bool = True) -> Recurrence:
    """Leaky units h[t] = alpha h[t-1] + (1 - alpha) v[t] (Goodfellow et al. 2016, 10.9; Jaeger et al. 2007)."""
    v, alpha = Sequence("v", n), Parameter("alpha", learned=False)
    return _with_readout(
        Equation(v[t], tanh(b + W @ h[t - 1] + U @ x[t])),
        Equation(h[t], alpha * h[t - 1] + (1 - alpha) * v[t]),
        output=output,
        name="leaky",
        summary="leaky units with squared error",
        source="Goodfellow et al. 2016, 10.9.2; Jaeger et al. 2007",
    )


def skip(lag: int = 2, output: bool = True) -> Recurrence:
    """A tanh network that also reads the state `lag` steps back (Goodfellow et al. 2016, 10.9.1; Lin et al. 1996)."""
    if isinstance(lag, bool) or not isinstance(lag, int) or not 2 <= lag <= 50:
        raise Undefined(f"lag={lag!r}", repair="a whole number from 2 to 50")
    R = Parameter("R", n, n)
    return _with_readout(
        Equation(h[t], tanh(b + W @ h[t - 1] + R @ h[t - lag] + U @ x[t])),
        output=output,
        name="skip",
        summary=f"tanh network with a skip connection of lag {lag}",
        source="Goodfellow et al. 2016, 10.9.1; Lin et al. 1996",
    )


def lstm(peepholes: bool = False, bias: bool = True, output: bool = True) -> Recurrence:
    """The LSTM (Goodfellow et al. 2016, 10.40 to 10.44; Hochreiter and Schmidhuber 1997).

    Parameters
    ----------
    peepholes
        Whether the gates also read the cell, each by a vector of weights (Gers and Schmidhuber 2000).
    bias
        Whether the gates have biases.
    output
        Whether a linear layer reads from h[t]; without it the loss compares h[t] with y[t].
    """
    i, f, o = (Sequence(name, n) for name in "ifo")
    c, ctilde = Sequence("c", n), Sequence("ctilde", n)

    def gate(name: str, cell: Any) -> Any:
        inner = _affine(name, h[t - 1], bias)
        return sigmoid(inner + Parameter(f"p_{name}", n) * cell if peepholes else inner)

    return _with_readout(
        Equation(f[t], gate("f", c[t - 1])),
        Equation(i[t], gate("i", c[t - 1])),
        Equation(ctilde[t], tanh(_affine("c", h[t - 1], bias))),
        Equation(c[t], f[t] * c[t - 1] + i[t] * ctilde[t]),
        Equation(o[t], gate("o", c[t])),
        Equation(h[t], o[t] * tanh(c[t])),
        output=output,
        name="lstm",
        summary="LSTM" + (" with peepholes" if peepholes else "") + " and squared error",
        source="Goodfellow et al. 2016, 10.40 to 10.44; Hochreiter and Schmidhuber 1997",
    )


def gru(reset: str = "before", bias: bool = True, output: bool = True) -> Recurrence:
    """The GRU (Goodfellow et al. 2016, 10.45 to 10.47; Cho et al. 2014).

    Parameters
    ----------
    reset
        "before": the reset gate multiplies h[t-1] before the matrix product; "after": it multiplies the
        product, the form of common libraries.
    bias
        Whether the gates have biases.
    output
        Whether a linear layer reads from h[t]; without it the loss compares h[t] with y[t].
    """
    if reset not in {"before", "after"}:
        raise Undefined(f"reset={reset!r}", repair='reset="before" or reset="after"')
    z, r, htilde = Sequence("z", n), Sequence("r", n), Sequence("htilde", n)
    candidate = _affine("h", r[t] * h[t - 1], bias) if reset == "before" else _affine("h", h[t - 1], bias, by=r[t])
    return _with_readout(
        Equation(z[t], sigmoid(_affine("z", h[t - 1], bias))),
        Equation(r[t], sigmoid(_affine("r", h[t - 1], bias))),
        Equation(htilde[t], tanh(candidate)),
        Equation(h[t], (1 - z[t]) * h[t - 1] + z[t] * htilde[t]),
        output=output,
        name="gru",
        summary=f"GRU, reset {reset} the product, and squared error",
        source="Goodfellow et al. 2016, 10.45 to 10.47; Cho et al. 2014",
    )


def echo_state() -> Recurrence:
    """An echo state network: W and U are fixed, only the readout is learned (Goodfellow et al. 2016, 10.8)."""
    fixed_w, fixed_u = Parameter("W", n, n, learned=False), Parameter("U", n, m, learned=False)
    return _with_readout(
        Equation(h[t], tanh(fixed_w @ h[t - 1] + fixed_u @ x[t])),
        name="echo-state",
        summary="echo state network: a fixed reservoir, a learned readout",
        source="Goodfellow et al. 2016, 10.8; Jaeger 2001",
    )
