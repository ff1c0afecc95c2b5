"""Models to be drawn: those of the library, odd ones made by hand, and random ones.

Each builds when it is asked for, so that one that fails fails in its own test.
"""

import functools
import operator
import random
from collections.abc import Callable

from symrnn import (
    Constant,
    Diagram,
    Equation,
    Function,
    IllPosed,
    Parameter,
    Recurrence,
    Sequence,
    circuit,
    dims,
    models,
    outer,
    sigmoid,
    softmax_cross_entropy,
    squared_error,
    t,
    tanh,
    tau,
    time_sum,
    unfolded,
)

n, m, k, p = dims("n m k p")
h, g, x, o, z = (
    Sequence("h", n),
    Sequence("g", n),
    Sequence("x", m),
    Sequence("o", k),
    Sequence("z", n),
)
L, y = Sequence("L"), Sequence("y", k, simplex=True)
W, R, U, Q, V = (
    Parameter("W", n, n),
    Parameter("R", n, n),
    Parameter("U", n, m),
    Parameter("Q", n, m),
    Parameter("V", k, n),
)


def square(name: str) -> Parameter:
    return Parameter(name, n, n)


def coupled() -> Recurrence:
    """Two states that read each other's past, h also its own at two lags."""
    return Recurrence(
        Equation(h[t], tanh(W @ h[t - 1] + square("W_2") @ h[t - 2] + R @ g[t - 1] + U @ x[t])),
        Equation(g[t], tanh(square("G") @ h[t - 1] + Q @ x[t])),
    )


def lags() -> Recurrence:
    """One state at lags 1, 2 and 3, and an input of the step before."""
    past = W @ h[t - 1] + square("W_2") @ h[t - 2] + R @ h[t - 3]
    return Recurrence(Equation(h[t], tanh(past + U @ x[t] + Q @ x[t - 1])))


def long_lag() -> Recurrence:
    """A lag of eleven steps."""
    return Recurrence(Equation(h[t], tanh(W @ h[t - 11] + U @ x[t])))


def bidirectional() -> Recurrence:
    """A state that runs forward and one that runs backward, both read by the output."""
    return Recurrence(
        Equation(h[t], tanh(W @ h[t - 1] + U @ x[t])),
        Equation(g[t], tanh(R @ g[t + 1] + Q @ x[t])),
        Equation(o[t], V @ h[t] + Parameter("V_g", k, n) @ g[t]),
        Equation(L[t], softmax_cross_entropy(o[t], y[t])),
        loss=time_sum(L[t]),
    )


def stateless() -> Recurrence:
    """No state at all."""
    return Recurrence(Equation(o[t], V @ tanh(U @ x[t])))


def time_delay() -> Recurrence:
    """A function of the last three inputs."""
    f = Function("f", n)
    return Recurrence(Equation(h[t], f(x[t], x[t - 1], x[t - 2], Parameter("theta", p))))


def matrix_state() -> Recurrence:
    """A state of rank 2, written to by outer products and read by a vector."""
    H, v = Sequence("H", n, n), Sequence("v", n)
    return Recurrence(
        Equation(H[t], W @ H[t - 1] + outer(v[t], v[t])),
        Equation(z[t], H[t] @ v[t]),
    )


def autonomous() -> Recurrence:
    """No inputs."""
    return Recurrence(Equation(h[t], tanh(W @ h[t - 1])), Equation(o[t], V @ h[t]))


def deep() -> Recurrence:
    """Three layers with a connection that skips the middle one."""
    h1, h2, h3 = Sequence("h1", n), Sequence("h2", n), Sequence("h3", n)
    return Recurrence(
        Equation(h1[t], tanh(square("W_1") @ h1[t - 1] + U @ x[t])),
        Equation(h2[t], tanh(square("W_2") @ h2[t - 1] + square("U_2") @ h1[t])),
        Equation(h3[t], tanh(square("W_3") @ h3[t - 1] + square("U_3") @ h2[t] + square("S") @ h1[t])),
        Equation(o[t], V @ h3[t]),
    )


def gated() -> Recurrence:
    """Four gates between two states: many arrows for one step."""
    names = ("f", "i", "q", "ctilde")
    f, i, q, new = gates = [Sequence(name, n) for name in names]
    c = Sequence("c", n)
    reads = [Parameter(f"U_{s}", n, m) @ x[t] + square(f"W_{s}") @ h[t - 1] for s in names]
    return Recurrence(
        *(Equation(gate[t], sigmoid(a)) for gate, a in zip(gates, reads, strict=True)),
        Equation(c[t], f[t] * c[t - 1] + i[t] * new[t]),
        Equation(h[t], q[t] * tanh(c[t])),
    )


def fixed_vector() -> Recurrence:
    """A constant that every step reads and that sets the initial state."""
    context = Constant("z", p)
    return Recurrence(
        Equation(h[t], tanh(W @ h[t - 1] + Parameter("C", n, p) @ context + U @ x[t])),
        Equation(h[0], Parameter("D", n, p) @ context),
        Equation(o[t], V @ h[t]),
    )


def at_the_end() -> Recurrence:
    """One output and one target, at the last step, and no sequence for the loss."""
    return Recurrence(
        Equation(h[t], tanh(W @ h[t - 1] + U @ x[t])),
        Equation(o[tau], V @ h[tau]),
        loss=squared_error(o[tau], y[tau]),
    )


def encoder_decoder() -> Recurrence:
    """A decoder that reads the encoder's last state at every step."""
    d = Sequence("d", n)
    return Recurrence(
        Equation(h[t], tanh(W @ h[t - 1] + U @ x[t])),
        Equation(d[t], tanh(R @ d[t - 1] + square("C") @ h[tau])),
        Equation(o[t], V @ d[t]),
    )


def long_names() -> Recurrence:
    """Names that do not fit into a circle."""
    layer = Sequence("hidden_layer", n)
    return Recurrence(Equation(layer[t], tanh(W @ layer[t - 1] + U @ x[t])), Equation(o[t], V @ layer[t]))


LIBRARY: dict[str, Callable[[], Recurrence]] = {
    **models.LIBRARY,
    "driven with output": lambda: models.driven(output=True),
    "elman with probabilities": lambda: models.elman(output="probabilities"),
    "jordan, teacher forcing": lambda: models.jordan(teacher_forcing=True),
    "three layers": lambda: models.stacked(3),
    "skip of 3": lambda: models.skip(3),
    "lstm with peepholes": lambda: models.lstm(peepholes=True),
}
ODD: dict[str, Callable[[], Recurrence]] = {
    f.__name__: f
    for f in (
        *(coupled, lags, long_lag, bidirectional, stateless, time_delay, matrix_state, autonomous),
        *(deep, gated, fixed_vector, at_the_end, encoder_decoder, long_names),
    )
}
ALL = LIBRARY | ODD


@functools.cache
def model_of(name: str) -> Recurrence:
    """A sample by its name, built once."""
    return ALL[name]()


@functools.cache
def drawn(name: str, picture: str) -> Diagram:
    """A picture of a sample, drawn once: "circuit", "tau = 4", "symbolic", "collapsed" or "both"."""
    return PICTURES[picture](model_of(name))


PICTURES: dict[str, Callable[[Recurrence], Diagram]] = {
    "circuit": circuit,
    "tau = 1": lambda model: unfolded(model, 1),
    "tau = 4": lambda model: unfolded(model, 4),
    "symbolic": lambda model: unfolded(model, tau),
    "collapsed": lambda model: unfolded(model, 30),
}


def random_model(seed: int) -> Recurrence:
    """A random well-posed system: up to three sequences, lags from -2 to 3, an input at some lag."""
    draw = random.Random(seed)
    while True:
        sequences = [h, g, z][: draw.randint(1, 3)]
        reads = [[u[t - lag] for u in sequences for lag in range(-2, 4) if draw.random() < 0.3] for _ in sequences]
        for read in reads:
            if not read or draw.random() < 0.7:
                read.append(Sequence("v", n)[t - draw.choice((0, 0, 0, 1, 2, -1))])
        try:
            return Recurrence(
                *(
                    Equation(s[t], tanh(functools.reduce(operator.add, terms)))
                    for i, (s, read) in enumerate(zip(sequences, reads, strict=True))
                    for terms in [[square(f"W_{i}{j}") @ x for j, x in enumerate(read)]]
                )
            )
        except IllPosed:
            continue
