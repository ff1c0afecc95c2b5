"""Bad models and bad expressions: each with the class of its error and its full text, in the golden beside this file.

Every message says what is wrong; those below also say where, by which law, and how it is repaired.
"""

import math

import numpy as np
import pytest
import sympy

import symrnn as sr
from symrnn import Constant, Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau, time_sum
from symrnn.tensor import norm2, reshape, segment

n, m, k = dims("n m k")
h, g, x, o, S = Sequence("h", n), Sequence("g", n), Sequence("x", m), Sequence("o", k), Sequence("S", n, m)
s, L = Sequence("s"), Sequence("L")
W, U, V, b, w = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("b", n), Parameter("w")
flipped, c, A = Parameter("U", m, n), Parameter("c", k), sympy.MatrixSymbol("A", n, n)
elman, classical = sr.models.elman(), sr.models.classical()
plain = sympy.Symbol


def model(*equations, **options):
    return Recurrence(*(Equation(*e) for e in equations), **options)


EIGHT = {
    "1 a loop overwrote t": lambda: [model((h[t], sr.tanh(W @ h[t - 1]))) for t in range(9, 10)],
    "2 star for at": lambda: W * h[t - 1],
    "3 a vector in a function of SymPy": lambda: Equation(h[t], sympy.exp(W @ h[t - 1])),
    "3 a vector in a function of NumPy": lambda: np.tanh(h[t - 1]),
    "3 a vector in a function of math": lambda: math.tanh(h[t - 1]),
    "4 a matrix of transposed shape": lambda: flipped @ x[t],
    "5 a cycle within one step": lambda: model((h[t], sr.tanh(W @ h[t - 1] + V.T @ o[t])), (o[t], c + V @ h[t])),
    "6 no loss": lambda: sr.bptt(classical),
}
OPERANDS = {
    "vector times vector": lambda: h[t] * x[t],
    "vector times matrix": lambda: h[t] * W,
    "sum of two shapes": lambda: h[t] + x[t],
    "sum with a scalar": lambda: h[t] + s[t],
    "product of no shape": lambda: V @ x[t],
    "scalar at vector": lambda: w @ h[t],
    "power of a matrix": lambda: W**2,
    "tensor as exponent": lambda: 2**b,
    "bracket as index": lambda: h[t][1],
    "transposed vector": lambda: h[t].T,
    "matrix of SymPy, left": lambda: A @ h[t],
    "matrix of SymPy, right": lambda: W @ A,
    "explicit matrix": lambda: sympy.Matrix([1, 2]) + b,
    "array, left": lambda: np.eye(3) @ h[t],
    "array, right": lambda: W @ np.ones(3),
    "array as right side": lambda: Equation(h[t], np.ones(3)),
    "scalar in a function of NumPy": lambda: np.exp(s[t]),
    "vector in an undefined function": lambda: Equation(h[t], sympy.Function("phi")(h[t - 1])),
    "vector in Piecewise": lambda: Equation(h[t], sympy.Piecewise((h[t - 1], s[t] > 0), (b, True))),
    "vector in another function": lambda: Equation(h[t], sympy.gamma(h[t - 1])),
    "not finite": lambda: h[t] * float("inf"),
    "not a number": lambda: Equation(s[t], float("nan") * s[t - 1]),
    "truth value": lambda: Equation(s[t], True),
    "text": lambda: Equation(h[t], "tanh(W h)"),
    "whole sequence": lambda: W @ h,
    "outer product of a matrix": lambda: sr.outer(W, h[t]),
    "trace of a rectangle": lambda: sr.trace(U),
    "softmax of a matrix": lambda: sr.softmax(W),
    "target of another shape": lambda: sr.softmax_cross_entropy(o[t], h[t]),
    "columns that differ": lambda: sr.concat(W, U),
    "rows outside": lambda: segment(h[t], n, 1),
    "entry outside": lambda: sr.entry(h[t], 0),
    "reshape to another size": lambda: reshape(W, n),
    "function without argument": lambda: Function("f", n)(),
    "adjoint of an expression": lambda: sr.nabla(2 * h[t]),
}
TIMES = {
    "plain Symbol t": lambda: h[plain("t")],
    "half a step": lambda: h[t / 2],
    "time 1.5": lambda: h[1.5],
    "text as time": lambda: h["t"],
    "truth value as time": lambda: h[True],
    "slice": lambda: h[1:3],
    "symbolic lag": lambda: model((h[t], W @ h[2 * t])),
    "symbolic lag in a sum": lambda: model((s[t], w * s[t - 1]), loss=time_sum(s[2 * t])),
    "t in an equation that holds once": lambda: Equation(h[0], h[t]),
    "range of two": lambda: Equation(h[t], h[t - 1], (1, tau)),
    "range for a fixed time": lambda: Equation(h[0], b, (t, 1, tau)),
}
DECLARATIONS = {
    "name with a space": lambda: Sequence("my state", n),
    "name in TeX": lambda: Parameter(r"\theta"),
    "name that begins with a digit": lambda: Parameter("2x"),
    "number as name": lambda: Parameter(3),
    "name t": lambda: Sequence("t"),
    "name tau": lambda: Parameter("tau"),
    "rank 3": lambda: Parameter("W", n, n, n),
    "negative dimension": lambda: Parameter("W", -3),
    "fractional dimension": lambda: Parameter("W", 2.5),
    "plain Symbol as dimension": lambda: Parameter("W", plain("n")),
    "simplex scalar": lambda: Sequence("y", simplex=True),
    "no dimension": lambda: dims(""),
}
EQUATIONS = {
    "left side of another shape": lambda: Equation(h[t], V @ h[t - 1]),
    "whole sequence on the left": lambda: Equation(h, W @ h[t - 1]),
    "parameter on the left": lambda: Equation(W, W),
    "constant on the left": lambda: Equation(Constant("z", n), b),
    "expression on the left": lambda: Equation(2 * h[t], h[t - 1]),
    "undeclared symbol": lambda: Equation(s[t], plain("alpha") * s[t - 1]),
    "undeclared symbol beside a vector": lambda: Equation(h[t], plain("alpha") * h[t - 1]),
}
MODELS = {
    "no equation": lambda: Recurrence(),
    "no equation but an element": lambda: Recurrence(h[t]),
    "defined twice": lambda: model((h[t], W @ h[t - 1]), (h[t], b)),
    "defined twice at one time": lambda: model((h[t], W @ h[t - 1]), (h[1], b)),
    "one name, two things": lambda: model((h[t], W @ h[t - 1] + Parameter("h", n))),
    "one name, two shapes": lambda: model((h[t], W @ h[t - 1] + Parameter("W", n, m) @ x[t])),
    "needs itself": lambda: model((h[t], sr.tanh(W @ h[t]))),
    "needs its own last step": lambda: model((h[t], sr.tanh(W @ h[t - 1] + W @ h[tau]))),
    "needs its own sum": lambda: model((h[t], sr.tanh(time_sum(W @ h[t - 1])))),
    "both ways in time": lambda: model((h[t], sr.tanh(W @ h[t - 1] + W @ h[t + 1]))),
    "both ways through another": lambda: model((h[t], W @ g[t + 1]), (g[t], h[t - 2] + h[t])),
    "backward from its first step": lambda: model((h[0], W @ h[1]), (h[t], W @ h[t - 1])),
    "read where it is not defined": lambda: model((h[t], W @ h[t - 1], (t, 1, 5)), loss=time_sum(norm2(h[t]))),
    "vector as loss": lambda: model((h[t], W @ h[t - 1]), loss=h[tau]),
    "loss at t": lambda: model((h[t], W @ h[t - 1]), loss=norm2(h[t])),
    "text as loss": lambda: model((h[t], W @ h[t - 1]), loss="L"),
    "undeclared symbol in the loss": lambda: model((s[t], w * s[t - 1]), loss=plain("lam") * s[tau]),
}
REQUESTS = {
    "wrt unknown": lambda: sr.bptt(elman, wrt=[Parameter("Q", n, n)]),
    "wrt text": lambda: sr.bptt(elman, wrt=["W_h"]),
    "wrt a computed node": lambda: sr.bptt(elman, wrt=[h[t]]),
    "tau = 0": lambda: sr.bptt(elman, tau=0),
    "tau = -1": lambda: sr.unroll(elman, -1),
    "tau = 2.5": lambda: sr.bptt(elman, tau=2.5),
    "tau = True": lambda: sr.bptt(elman, tau=True),
    "tau = t": lambda: sr.bptt(elman, tau=t),
    "tau symbolic where it cannot be": lambda: sr.unroll(elman, tau),
    "too many steps": lambda: sr.unroll(elman, 10**7),
    "upstream of an input": lambda: sr.bptt(elman, upstream=x),
    "nest too deep": lambda: sr.nest(classical, classical.states[0][200]),
    "composition too deep": lambda: sr.unroll(elman, 100).compose(h[100]),
    "composition of an unknown node": lambda: sr.unroll(elman, 2).compose(h[7]),
    "nest of what is given": lambda: sr.nest(elman, x[t]),
    "nest without a past": lambda: sr.nest(classical, classical.states[0][t]),
    "gradient that was not asked for": lambda: sr.bptt(elman)[x],
    "total Jacobian by a matrix": lambda: sr.jacobian(elman, h[t], W, total=True),
    "Jacobian of what is given": lambda: sr.jacobian(elman, x[t], h[t - 1]),
    "derivative by time": lambda: s[t].diff(t),
    "derivative of a sum by an element": lambda: time_sum(s[t]).diff(s[3]),
    "a value is missing": lambda: sr.evaluate(sr.bptt(elman), {}, {}, tau=2),
    "unknown model": lambda: sr.models.get("elmann"),
}
TABLES = (EIGHT, OPERANDS, TIMES, DECLARATIONS, EQUATIONS, MODELS, REQUESTS)
ALL = {name: build for table in TABLES for name, build in table.items()}


def error_of(build):
    with pytest.raises(sr.SymrnnError) as caught:
        build()
    return caught.value


@pytest.mark.parametrize("name", ALL)
def test_message(name, snapshot):
    error = error_of(ALL[name])
    assert f"{type(error).__name__}: {error}" == snapshot


def test_the_table_is_complete():
    assert len(ALL) == sum(map(len, TABLES)) > 100


@pytest.mark.parametrize("name", [*EIGHT, *TIMES, *DECLARATIONS, *EQUATIONS, *MODELS])
def test_what_a_beginner_meets_comes_with_a_repair(name):
    error = error_of(ALL[name])
    assert error.what and error.repair


def test_sequences_and_their_elements_are_not_iterable():
    """Python's own error, at once: a sequence has an element for every t, so a loop over it would not end."""
    for thing in (h, h[t], W):
        with pytest.raises(TypeError, match="object is not iterable"):
            list(thing)


def test_an_error_pickles_and_can_be_located():
    error = error_of(EIGHT["2 star for at"])
    assert str(error.located("here")).splitlines()[1] == "  where:   here"
    assert error.located("here").located("there").where == "here"
