"""Hand-made models, each with something that a straightforward generator gets wrong."""

from __future__ import annotations

from collections.abc import Callable

import sympy

import symrnn as sr
from symrnn import Constant, Equation, Parameter, Recurrence, Sequence, t, tau, time_sum
from symrnn.tensor import segment

n, m, k, p = sr.dims("n m k p")
h, g, x, o, c = Sequence("h", n), Sequence("g", n), Sequence("x", m), Sequence("o", k), Sequence("c", n)
y, L, s, q, e = Sequence("y", k), Sequence("L"), Sequence("s"), Sequence("q"), Sequence("e")
W, U, V, R = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("R", n, n)
b, a, w, lam = Parameter("b", n), Parameter("a"), Parameter("w"), Parameter("lam", learned=False)
z = Constant("z", p)
i = sympy.Symbol("i", integer=True)
tau_x, tau_y = sympy.symbols("tau_x tau_y", integer=True, positive=True)
MODELS: dict[str, Callable[[], Recurrence]] = {}


def model(make: Callable[[], Recurrence]) -> Callable[[], Recurrence]:
    """Enter a model under its name."""
    MODELS[make.__name__] = make
    return make


def two_lengths() -> Recurrence:
    """An encoder and a decoder, each with its own last time; the decoder also reads its length."""
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t]), over=(t, 1, tau_x)),
        Equation(g[t], sr.tanh(R @ g[t - 1] + b * h[tau_x] + c[t - 1] / tau_y), over=(t, 1, tau_y)),
        Equation(L[t], sr.squared_error(V @ g[t], y[t]), over=(t, 1, tau_y)),
        loss=time_sum(L[t], (t, 1, tau_y)) + sr.sum(h[1]),
    )


@model
def scalar() -> Recurrence:
    return sr.models.scalar()


@model
def elman() -> Recurrence:
    return sr.models.elman()


@model
def lstm() -> Recurrence:
    return sr.models.lstm()


@model
def peepholes() -> Recurrence:
    return sr.models.lstm(peepholes=True, output=False)


@model
def gru() -> Recurrence:
    return sr.models.gru()


@model
def gru_after() -> Recurrence:
    return sr.models.gru(reset="after", bias=False)


@model
def probabilities() -> Recurrence:
    return sr.models.elman(output="probabilities")


@model
def lags() -> Recurrence:
    """Lags 1 and 3, an input read one step late, a delayed output."""
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + R @ h[t - 3] + U @ x[t - 1] + b)),
        Equation(o[t], V @ h[t - 2]),
        loss=time_sum(sr.squared_error(o[t], y[t])),
    )


@model
def backward() -> Recurrence:
    """A state that runs backward in time beside one that runs forward; their sum is read."""
    return Recurrence(
        Equation(o[t], V @ (h[t] * g[t])),
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(g[t], sr.sigmoid(R @ g[t + 1] + U @ x[t])),
        loss=time_sum(sr.squared_error(o[t], y[t])),
    )


@model
def coupled() -> Recurrence:
    """Two states that read each other, one at the same step; equations not in their order of work."""
    return Recurrence(
        Equation(L[t], sr.squared_error(V @ g[t], y[t]) + sr.dot(h[t], b)),
        Equation(g[t], g[t - 1] * sr.sigmoid(h[t]) + (1 - sr.sigmoid(h[t])) * sr.tanh(R @ g[t - 2])),
        Equation(h[t], sr.tanh(W @ g[t - 1] + U @ x[t] + b * h[t - 1])),
        loss=time_sum(L[t]),
    )


@model
def initial() -> Recurrence:
    """Equations that hold once: h[0] from a constant, an output and a loss at the last step only."""
    W0 = Parameter("W0", n, p)
    return Recurrence(
        Equation(h[0], sr.tanh(W0 @ z)),
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(o[tau], V @ h[tau]),
        Equation(L[tau], sr.squared_error(o[tau], y[tau])),
        loss=L[tau],
    )


@model
def ranges() -> Recurrence:
    """A range that begins late, with its first element given; a fixed time read at every step."""
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t] + R @ h[1]), over=(t, 2, tau)),
        loss=time_sum(sr.dot(b, h[t])) + sr.norm2(h[tau - 1]),
    )


@model
def regularised() -> Recurrence:
    """The loss at the last step with a penalty on a parameter, its weight not learned; a constant in the cell."""
    Z = Parameter("Z", n, p)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + Z @ z)),
        Equation(L[t], sr.squared_error(V @ h[t], y[t])),
        loss=L[tau] + lam * sr.sum(W * W),
    )


@model
def matrices() -> Recurrence:
    """A matrix-valued state that is multiplied from both sides, transposed, and read by a trace."""
    H, X = Sequence("H", n, m), Sequence("X", n, m)
    A, B, D = Parameter("A", n, n), Parameter("B", m, m), Parameter("D", n, m)
    return Recurrence(
        Equation(H[t], sr.tanh(A @ H[t - 1] @ B + X[t] * D + sr.outer(b, Parameter("v", m)))),
        Equation(s[t], sr.trace(H[t] @ X[t].T) + sr.sum(H[t] * H[t - 1])),
        loss=time_sum(s[t] ** 2),
    )


@model
def fastweights() -> Recurrence:
    """A matrix state built of outer products, times a vector state: no operand is a parameter."""
    A = Sequence("A", n, n)
    return Recurrence(
        Equation(A[t], a * A[t - 1] + w * sr.outer(h[t - 1], h[t - 1])),
        Equation(h[t], sr.tanh(A[t] @ h[t - 1] + U @ x[t])),
        loss=time_sum(sr.squared_error(V @ h[t], y[t])),
    )


@model
def autonomous() -> Recurrence:
    """No input at all."""
    return Recurrence(Equation(h[t], sr.sin(W @ h[t - 1] + b)), loss=sr.norm2(h[tau]) + time_sum(sr.dot(b, h[t])))


@model
def stateless() -> Recurrence:
    """No state: a window over the input."""
    return Recurrence(
        Equation(o[t], sr.softmax(V @ sr.tanh(U @ x[t] + U @ x[t - 1] - U @ x[t + 1]))),
        loss=time_sum(sr.cross_entropy(o[t], y[t])),
    )


@model
def skewed() -> Recurrence:
    """A cycle with lags of both signs, 2 and -1: one state must run ahead of the other."""
    return Recurrence(
        Equation(s[t], sympy.tanh(w * q[t + 1] + e[t])),
        Equation(q[t], sympy.sin(a * s[t - 2] + e[t])),
        loss=time_sum(s[t] * q[t] ** 2),
    )


@model
def branches() -> Recurrence:
    """One sequence defined by three equations over ranges, coupled with another; a read at a fixed time."""
    return Recurrence(
        Equation(s[1], sympy.sin(w * e[1])),
        Equation(s[2], s[1] * q[1] + w),
        Equation(s[t], sympy.tanh(w * s[t - 1] + a * q[t - 1] * s[1] + e[t]), over=(t, 3, tau)),
        Equation(q[t], sympy.exp(-(s[t] ** 2)) * a + e[1]),
        loss=time_sum(q[t] * s[t]) + s[1] * e[tau],
    )


@model
def clock() -> Recurrence:
    """Time itself, the last time, and sums over time inside equations."""
    return Recurrence(
        Equation(s[t], sympy.tanh(w * s[t - 1] + e[t] * t / tau)),
        Equation(q[t], t * time_sum(s[i] * e[i], (i, 1, tau)) / tau + a),
        Equation(h[t], s[t] * b + t * U @ x[t]),
        Equation(L[t], q[t] * s[t]),
        loss=sr.time_mean(L[t]) + sr.norm2(time_sum(h[t])) / tau,
    )


@model
def scalars_and_vectors() -> Recurrence:
    """Scalar states times vectors, entries, concatenation, segments, broadcasting of every kind."""
    v, r = Parameter("v", n + m), Sequence("r", 3)
    return Recurrence(
        Equation(s[t], sympy.tanh(s[t - 1] + sr.dot(h[t - 1], b) + sr.entry(r[t], 2))),
        Equation(h[t], s[t] * b + sr.softplus(h[t - 1]) * s[t - 1] + sr.relu(W @ h[t - 1])),
        Equation(q[t], sr.dot(sr.concat(h[t], x[t]), v) + sr.logsumexp(h[t]) * sr.sum(W)),
        Equation(o[t], V @ (s[t] * segment(sr.concat(x[t], h[t]), m, n))),
        Equation(L[t], q[t] ** 2 + sr.squared_error(o[t], y[t])),
        loss=time_sum(L[t]),
    )
