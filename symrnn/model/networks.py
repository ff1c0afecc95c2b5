"""Networks of chapter 10: where the recurrence goes, where the loss sits, how many of them there are."""

from __future__ import annotations

from typing import Any

from sympy import Symbol

from symrnn.errors import Undefined
from symrnn.model.equation import Equation
from symrnn.model.given import Constant, Parameter, Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor import cross_entropy, dims, softmax, softmax_cross_entropy, t, tanh, tau, time_sum

n, m, k, p = dims("n m k p")
tau_x = Symbol("tau_x", integer=True, positive=True)
tau_y = Symbol("tau_y", integer=True, positive=True)

W, U, V = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n)
b, c = Parameter("b", n), Parameter("c", k)
h, x, o, y, L = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("y", k, simplex=True), Sequence("L")
yhat = Sequence("yhat", k, simplex=True)


def _with_softmax(*equations: Equation, last: Symbol = tau, **title: str) -> Recurrence:
    """The equations, and a softmax cross-entropy of o[t] and y[t] summed over t."""
    over = (t, 1, last)
    return Recurrence(
        *equations,
        Equation(L[t], softmax_cross_entropy(o[t], y[t]), over=over),
        loss=time_sum(L[t], over),
        where={yhat[t]: softmax(o[t])},
        **title,
    )


def elman(output: str = "logits", bias: bool = True) -> Recurrence:
    """The tanh network with softmax output (Goodfellow et al. 2016, 10.8 to 10.28; Elman 1990).

    Parameters
    ----------
    output
        "logits": the loss is computed from o[t]; "probabilities": yhat[t] is a node of its own.
    bias
        Whether there are biases b and c.
    """
    title = {
        "name": "elman",
        "summary": "tanh network with softmax output",
        "source": "Goodfellow et al. 2016, 10.8 to 10.28",
    }
    state = Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t] if bias else W @ h[t - 1] + U @ x[t]))
    layer = Equation(o[t], c + V @ h[t] if bias else V @ h[t])
    if output == "logits":
        return _with_softmax(state, layer, **title)
    if output != "probabilities":
        raise Undefined(f"output={output!r}", repair='output="logits" or output="probabilities"')
    equations = [Equation(yhat[t], softmax(o[t])), Equation(L[t], cross_entropy(yhat[t], y[t]))]
    return Recurrence(state, layer, *equations, loss=time_sum(L[t]), **title)  # type: ignore[arg-type]


def jordan(teacher_forcing: bool = False) -> Recurrence:
    """Recurrence from the output to the hidden layer (Goodfellow et al. 2016, 10.2.1, figures 10.4, 10.6; Jordan 1986).

    Parameters
    ----------
    teacher_forcing
        Whether the hidden layer reads the target y[t-1] instead of the network's own output o[t-1].
    """
    R = Parameter("R", n, k)
    fed = y[t - 1] if teacher_forcing else o[t - 1]
    return _with_softmax(
        Equation(h[t], tanh(b + R @ fed + U @ x[t])),
        Equation(o[t], c + V @ h[t]),
        name="jordan",
        summary="output-to-hidden recurrence" + (", teacher forcing" if teacher_forcing else ""),
        source="Goodfellow et al. 2016, 10.2.1; Jordan 1986",
    )


def last_output() -> Recurrence:
    """One output at the end of the sequence (Goodfellow et al. 2016, figure 10.5)."""
    target = Constant("y", k, simplex=True)
    return Recurrence(
        Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t])),
        Equation(o[tau], c + V @ h[tau]),
        loss=softmax_cross_entropy(o[tau], target),
        where={yhat[t]: softmax(o[t])},
        name="last-output",
        summary="tanh network with one output at the end",
        source="Goodfellow et al. 2016, 10.2.2, figure 10.5",
    )


def vector_to_sequence() -> Recurrence:
    """A fixed vector drives every step (Goodfellow et al. 2016, 10.2.4, figure 10.9)."""
    z, R = Constant("z", p), Parameter("R", n, p)
    return _with_softmax(
        Equation(h[t], tanh(b + W @ h[t - 1] + R @ z)),
        Equation(o[t], c + V @ h[t]),
        name="vector-to-sequence",
        summary="a fixed vector to a sequence",
        source="Goodfellow et al. 2016, 10.2.4, figure 10.9",
    )


def bidirectional() -> Recurrence:
    """One state runs forward, one backward in time (Goodfellow et al. 2016, 10.3; Schuster and Paliwal 1997)."""
    g = Sequence("g", n)
    Wg, Ug, Vg, bg = Parameter("W_g", n, n), Parameter("U_g", n, m), Parameter("V_g", k, n), Parameter("b_g", n)
    return _with_softmax(
        Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t])),
        Equation(g[t], tanh(bg + Wg @ g[t + 1] + Ug @ x[t])),
        Equation(o[t], c + V @ h[t] + Vg @ g[t]),
        name="bidirectional",
        summary="bidirectional tanh network with softmax output",
        source="Goodfellow et al. 2016, 10.3, figure 10.11; Schuster and Paliwal 1997",
    )


def encoder_decoder() -> Recurrence:
    """A sequence of length tau_x to one of length tau_y (Goodfellow et al. 2016, 10.4; Cho et al. 2014).

    The decoder reads the encoder's last state at every step, and the target of the step before.
    """
    g = Sequence("g", p)
    Wg, R, Q = Parameter("W_g", p, p), Parameter("R", p, n), Parameter("Q", p, k)
    bg, Vg = Parameter("b_g", p), Parameter("V", k, p)
    return _with_softmax(
        Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t]), over=(t, 1, tau_x)),
        Equation(g[t], tanh(bg + Wg @ g[t - 1] + R @ h[tau_x] + Q @ y[t - 1]), over=(t, 1, tau_y)),
        Equation(o[t], c + Vg @ g[t], over=(t, 1, tau_y)),
        last=tau_y,
        name="encoder-decoder",
        summary="encoder of length tau_x, decoder of length tau_y",
        source="Goodfellow et al. 2016, 10.4, figure 10.12; Cho et al. 2014",
    )


def stacked(depth: int = 2) -> Recurrence:
    """Layers of tanh networks, each reading the one below (Goodfellow et al. 2016, 10.5, figure 10.13).

    Parameters
    ----------
    depth
        How many layers, at least 1.
    """
    if isinstance(depth, bool) or not isinstance(depth, int) or not 1 <= depth <= 20:
        raise Undefined(f"depth={depth!r}", repair="a whole number from 1 to 20")
    equations = []
    below: Any = x
    for i in range(1, depth + 1):
        layer, size = Sequence(f"h_{i}", n), m if i == 1 else n
        Wi, Ui, bi = Parameter(f"W_{i}", n, n), Parameter(f"U_{i}", n, size), Parameter(f"b_{i}", n)
        equations.append(Equation(layer[t], tanh(bi + Wi @ layer[t - 1] + Ui @ below[t])))
        below = layer
    return _with_softmax(
        *equations,
        Equation(o[t], c + V @ below[t]),
        name="stacked",
        summary=f"{depth} layers of tanh networks with softmax output",
        source="Goodfellow et al. 2016, 10.5, figure 10.13",
    )
