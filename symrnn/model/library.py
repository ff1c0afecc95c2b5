"""The library of models, each with its equations, its switches and its source."""

from __future__ import annotations

import sympy

from symrnn.errors import Undefined
from symrnn.model.equation import Equation
from symrnn.model.given import Parameter, Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor import dims, softmax, softmax_cross_entropy, squared_error, t, tanh, tau, time_sum
from symrnn.tensor.unknown import Function

n, m, k, p = dims("n m k p")


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
        q = dims("q")
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


def elman(output: str = "logits") -> Recurrence:
    """The tanh network with softmax output (Goodfellow et al. 2016, 10.8 to 10.28; Elman 1990).

    Parameters
    ----------
    output
        "logits": the loss is computed from o[t]; "probabilities": yhat[t] is a node of its own.
    """
    from symrnn.tensor import cross_entropy

    h, x, o, loss = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("L")
    y, yhat = Sequence("y", k, simplex=True), Sequence("yhat", k, simplex=True)
    W, U, V = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n)
    b, c = Parameter("b", n), Parameter("c", k)
    equations = [Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t])), Equation(o[t], c + V @ h[t])]
    if output == "logits":
        equations.append(Equation(loss[t], softmax_cross_entropy(o[t], y[t])))
    elif output == "probabilities":
        equations += [Equation(yhat[t], softmax(o[t])), Equation(loss[t], cross_entropy(yhat[t], y[t]))]
    else:
        raise Undefined(f"output={output!r}", repair='output="logits" or output="probabilities"')
    return Recurrence(
        *equations,
        loss=time_sum(loss[t]),
        name="elman",
        summary="tanh network with softmax output",
        source="Goodfellow et al. 2016, 10.8 to 10.28",
        where={yhat[t]: softmax(o[t])} if output == "logits" else None,
    )


LIBRARY = {"classical": classical, "driven": driven, "scalar": scalar, "elman": elman}


def get(name: str) -> Recurrence:
    """A model of the library by its name."""
    if name not in LIBRARY:
        raise Undefined(f"no model is called {name!r}", repair="one of " + ", ".join(LIBRARY))
    return LIBRARY[name]()
