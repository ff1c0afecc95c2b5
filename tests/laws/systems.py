"""The models that the laws run on: the library, and hand-made systems, each with one feature of its own.

`MODELS` has a builder for each name and `HAND` those made here. The random systems are in `generator.py`.
"""

from functools import partial

import sympy

import symrnn as sr
from symrnn import Constant, Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau
from symrnn.calculus.bptt import with_upstream
from symrnn.model import library
from symrnn.tensor import norm2, segment

n, m, k, p = dims("n m k p")


def with_loss(builder):
    """A library model; one without a loss gets the loss whose adjoint at its last equation is given."""
    model = builder()
    return model if model.loss is not None else with_upstream(model, model.defined[-1])


LIBRARY = {name: partial(with_loss, builder) for name, builder in library.LIBRARY.items()} | {
    "driven with output": lambda: with_loss(partial(library.driven, output=True)),
    "elman probabilities": partial(library.elman, output="probabilities"),
}


def coupled():
    """Two states that read each other, one of them also two steps back."""
    h, r, x, y = Sequence("h", n), Sequence("r", m), Sequence("x", m), Sequence("y", n)
    A, B, C = Parameter("A", n, n), Parameter("B", n, m), Parameter("C", m, n)
    return Recurrence(
        Equation(h[t], sr.tanh(A @ h[t - 1] + B @ r[t - 1])),
        Equation(r[t], sr.sin(C @ h[t - 1] + x[t] * r[t - 2])),
        loss=sr.time_sum(sr.squared_error(h[t], y[t]) + norm2(r[t])),
    )


def skip():
    """A state read one and three steps back (Goodfellow et al. 2016, 10.9.1)."""
    h, x, c = Sequence("h", n), Sequence("x", n), Constant("c", n)
    W, D = Parameter("W", n, n), Parameter("D", n, n)
    return Recurrence(Equation(h[t], sr.tanh(W @ h[t - 1] + D @ h[t - 3] + x[t])), loss=sr.time_sum(sr.dot(c, h[t])))


def backward():
    """A state that runs backward in time, so that its boundary value stands at tau + 1."""
    g, x, c = Sequence("g", n), Sequence("x", m), Constant("c", n)
    R, U = Parameter("R", n, n), Parameter("U", n, m)
    return Recurrence(Equation(g[t], sr.tanh(R @ g[t + 1] + U @ x[t])), loss=sr.time_sum(sr.dot(c, g[t] * g[t])))


def bidirectional():
    """Two states, one for each direction, and an output that reads both (Goodfellow et al. 2016, 10.3)."""
    h, g, x, o, y = Sequence("h", n), Sequence("g", p), Sequence("x", m), Sequence("o", k), Sequence("y", k)
    W, U, R, Q = Parameter("W", n, n), Parameter("U", n, m), Parameter("R", p, p), Parameter("Q", p, m)
    V, Z = Parameter("V", k, n), Parameter("Z", k, p)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(g[t], sr.tanh(R @ g[t + 1] + Q @ x[t])),
        Equation(o[t], V @ h[t] + Z @ g[t]),
        loss=sr.time_sum(sr.squared_error(o[t], y[t])),
    )


def time_delay():
    """No state: a window of three inputs, of which x[0] and x[-1] are boundary values."""
    h, x, y = Sequence("h", n), Sequence("x", m), Sequence("y", n)
    b, W0, W1, W2 = Parameter("b", n), Parameter("W0", n, m), Parameter("W1", n, m), Parameter("W2", n, m)
    return Recurrence(
        Equation(h[t], sr.tanh(b + W0 @ x[t] + W1 @ x[t - 1] + W2 @ x[t - 2])),
        loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    )


def last_loss():
    """A loss at the last step only."""
    h, x, L, y = Sequence("h", n), Sequence("x", m), Sequence("L"), Sequence("y", n)
    W, U = Parameter("W", n, n), Parameter("U", n, m)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(L[t], sr.squared_error(h[t], y[t])),
        loss=L[tau],
    )


def regularised():
    """A loss with a term of its own for the parameters, weighted by a scalar parameter that is not learned."""
    h, x = Sequence("h", n), Sequence("x", m)
    W, U, lam = Parameter("W", n, n), Parameter("U", n, m), Parameter("lam", learned=False)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        loss=sr.time_sum(norm2(h[t])) + lam * sr.sum(W * W),
    )


def mean_loss():
    """The mean over time of a loss."""
    h, x, y = Sequence("h", n), Sequence("x", m), Sequence("y", n, simplex=True)
    W, U = Parameter("W", n, n), Parameter("U", n, m)
    return Recurrence(
        Equation(h[t], W @ sr.sin(h[t - 1]) + U @ x[t]),
        loss=sr.time_mean(sr.softmax_cross_entropy(h[t], y[t])),
    )


def echo_state():
    """Shared parameters that are not learned, and one that is (Goodfellow et al. 2016, 10.8)."""
    h, x, o, y = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("y", k)
    W, U = Parameter("W", n, n, learned=False), Parameter("U", n, m, learned=False)
    V = Parameter("V", k, n)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(o[t], V @ h[t]),
        loss=sr.time_sum(sr.squared_error(o[t], y[t])),
    )


def context():
    """A constant vector as input at every step, and an initial state computed from it once."""
    h, o, y = Sequence("h", n), Sequence("o", k), Sequence("y", k)
    z, W0, W, R, V = (
        Constant("z", p),
        Parameter("W0", n, p),
        Parameter("W", n, n),
        Parameter("R", n, p),
        Parameter("V", k, n),
    )
    return Recurrence(
        Equation(h[0], W0 @ z),
        Equation(h[t], sr.tanh(W @ h[t - 1] + R @ z)),
        Equation(o[t], V @ h[t]),
        loss=sr.time_sum(sr.squared_error(o[t], y[t])),
    )


def one_output():
    """An output that is computed once, from the last state (Goodfellow et al. 2016, figure 10.5)."""
    h, x, o, y = Sequence("h", n), Sequence("x", m), Sequence("o", k), Constant("y", k)
    W, U, V, b = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("b", k)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(o[tau], b + V @ h[tau]),
        loss=sr.squared_error(o[tau], y),
    )


def later_start():
    """An equation for t = 2..tau, so that s[1] is given, and another for t = 1..tau."""
    s, o, L = Sequence("s", n), Sequence("o", k), Sequence("L")
    W, V, y = Parameter("W", n, n), Parameter("V", k, n), Sequence("y", k)
    return Recurrence(
        Equation(s[t], sr.tanh(W @ s[t - 1]), over=(t, 2, tau)),
        Equation(o[t], V @ s[t]),
        Equation(L[t], sr.squared_error(o[t], y[t])),
        loss=sr.time_sum(L[t]),
    )


def matrix_state():
    """A matrix as state: decay by a scalar gate, an outer product written into it, read by a query."""
    S, v, q, f, o, y = (
        Sequence("S", n, m),
        Sequence("v", n),
        Sequence("q", m),
        Sequence("f"),
        Sequence("o", n),
        Sequence("y", n),
    )
    kk, K, x = Sequence("kk", m), Parameter("K", m, p), Sequence("x", p)
    return Recurrence(
        Equation(kk[t], sr.tanh(K @ x[t])),
        Equation(S[t], f[t] * S[t - 1] + sr.outer(v[t], kk[t])),
        Equation(o[t], S[t] @ q[t]),
        loss=sr.time_sum(sr.squared_error(o[t], y[t])),
    )


def unknown_scalar():
    """A scalar state driven by an undefined `sympy.Function` of two arguments."""
    s, x, y = Sequence("s"), Sequence("x"), Sequence("y")
    w, u, phi = Parameter("w"), Parameter("u"), sympy.Function("phi")
    return Recurrence(
        Equation(s[t], phi(w * s[t - 1], u * x[t])),
        loss=sr.time_sum((s[t] - y[t]) ** 2),
    )


def unknown_shapes():
    """Unknown functions with a matrix and a scalar as values, and matrices and scalars as arguments."""
    S, a, x = Sequence("S", n, m), Sequence("a"), Sequence("x", m)
    f, g, theta = Function("f", n, m), Function("g"), Parameter("theta", n, p)
    return Recurrence(
        Equation(a[t], g(S[t - 1], x[t], a[t - 1])),
        Equation(S[t], f(S[t - 1], a[t], theta)),
        loss=sr.time_sum(a[t] * a[t] + sr.sum(S[t])),
    )


def lstm():
    """The long short-term memory, its gates as separate products (Hochreiter, Schmidhuber 1997)."""
    h, c, x, y = Sequence("h", n), Sequence("c", n), Sequence("x", m), Sequence("y", n)
    gates = {name: Sequence(name, n) for name in ["i", "f", "o", "z"]}
    rows = []
    for name, gate in gates.items():
        W, U, b = Parameter(f"W_{name}", n, n), Parameter(f"U_{name}", n, m), Parameter(f"b_{name}", n)
        squash = sr.tanh if name == "z" else sr.sigmoid
        rows.append(Equation(gate[t], squash(b + W @ h[t - 1] + U @ x[t])))
    i, f, o, z = gates.values()
    return Recurrence(
        *rows,
        Equation(c[t], f[t] * c[t - 1] + i[t] * z[t]),
        Equation(h[t], o[t] * sr.tanh(c[t])),
        loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    )


def gru():
    """The gated recurrent unit, reset before the product (Cho et al. 2014)."""
    h, u, r, v, x, y = (Sequence(name, n) for name in ["h", "u", "r", "v", "x", "y"])
    Wu, Wr, Wv = Parameter("Wu", n, n), Parameter("Wr", n, n), Parameter("Wv", n, n)
    return Recurrence(
        Equation(u[t], sr.sigmoid(Wu @ h[t - 1] + x[t])),
        Equation(r[t], sr.sigmoid(Wr @ h[t - 1] + x[t])),
        Equation(v[t], sr.tanh(Wv @ (r[t] * h[t - 1]) + x[t])),
        Equation(h[t], (1 - u[t]) * h[t - 1] + u[t] * v[t]),
        loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    )


def stacked_gates():
    """Gates computed together from one concatenated operand, then cut apart."""
    h, x, a, y = Sequence("h", n), Sequence("x", m), Sequence("a", 2 * n), Sequence("y", n)
    W, b = Parameter("W", 2 * n, n + m), Parameter("b", 2 * n)
    return Recurrence(
        Equation(a[t], b + W @ sr.concat(h[t - 1], x[t])),
        Equation(h[t], sr.sigmoid(segment(a[t], 0, n)) * sr.tanh(segment(a[t], n, n))),
        loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    )


def encoder_decoder():
    """The last state of one sequence as the constant input of another (Goodfellow et al. 2016, 10.4)."""
    h, s, x, y = Sequence("h", n), Sequence("s", p), Sequence("x", m), Sequence("y", p)
    W, U, R, C = Parameter("W", n, n), Parameter("U", n, m), Parameter("R", p, p), Parameter("C", p, n)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(s[t], sr.tanh(R @ s[t - 1] + C @ h[tau])),
        loss=sr.time_sum(sr.squared_error(s[t], y[t])),
    )


def whole_past():
    """Equations that read a sum over all times, an element at a fixed time, and the element beside it."""
    h, s, r, x = Sequence("h", n), Sequence("s", n), Sequence("r"), Sequence("x", m)
    W, U, A, B = Parameter("W", n, n), Parameter("U", n, m), Parameter("A", n, n), Parameter("B", n, n)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(s[t], sr.tanh(sr.time_sum(A @ h[t]) / tau + (B @ h[tau]) * h[t])),
        Equation(r[t], sr.dot(s[t], h[tau])),
        loss=sr.time_sum(r[t]) + norm2(s[tau]),
    )


def seen_once():
    """A sum over all times in an equation of which the loss reads one step only."""
    h, s, x = Sequence("h", n), Sequence("s", n), Sequence("x", m)
    W, U, A, B = Parameter("W", n, n), Parameter("U", n, m), Parameter("A", n, n), Parameter("B", n, n)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
        Equation(s[t], sr.tanh(sr.time_sum(A @ h[t])) + B @ h[1]),
        loss=norm2(s[tau]),
    )


def scrambled():
    """Same-step reads written in an order in which none could be computed."""
    o, h, a, x, y = Sequence("o", k), Sequence("h", n), Sequence("a", n), Sequence("x", m), Sequence("y", k)
    W, U, V, c = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("c", k)
    return Recurrence(
        Equation(o[t], c + V @ h[t]),
        Equation(h[t], sr.tanh(a[t]) + a[t]),
        Equation(a[t], W @ h[t - 1] + U @ x[t]),
        loss=sr.time_sum(sr.squared_error(o[t], y[t])),
    )


def unconnected():
    """A state that the loss does not depend on, beside one that it does."""
    h, r, x = Sequence("h", n), Sequence("r", n), Sequence("x", n)
    W, Q = Parameter("W", n, n), Parameter("Q", n, n)
    return Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + x[t])),
        Equation(r[t], sr.tanh(Q @ r[t - 1] + h[t])),
        loss=sr.time_sum(norm2(h[t])),
    )


def attention():
    """A softmax over entries, traces and diagonals: nodes that the other systems do not use."""
    h, x, A = Sequence("h", n), Sequence("x", n), Sequence("A", n, n)
    W, Q = Parameter("W", n, n), Parameter("Q", n, n)
    return Recurrence(
        Equation(A[t], sr.diag(h[t - 1]) @ Q + A[t - 1].T * sr.softplus(x[t] @ h[t - 1])),
        Equation(h[t], sr.softmax(W @ h[t - 1] + x[t]) * sr.diag(A[t])),
        loss=sr.time_sum(sr.trace(A[t] @ Q) + sr.logsumexp(h[t]) + sr.entry(h[t], 1)),
    )


HAND = {
    builder.__name__.replace("_", " "): builder
    for builder in (
        *(coupled, skip, backward, bidirectional, time_delay, last_loss, regularised, mean_loss, echo_state),
        *(context, one_output, later_start, matrix_state, unknown_scalar, unknown_shapes, lstm, gru),
        *(stacked_gates, encoder_decoder, whole_past, seen_once, scrambled, unconnected, attention),
    )
}
MODELS = LIBRARY | {name: builder for name, builder in HAND.items() if name not in LIBRARY} | {"long skip": skip}
