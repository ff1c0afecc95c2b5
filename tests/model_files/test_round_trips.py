"""What is written reads back as an equal model: the library, the systems of the laws, random ones, and odd ones."""

import os
import random
import subprocess
import sys

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn as sr
from laws import systems
from laws.generator import random_system
from symrnn import Constant, Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau
from symrnn.tensor import shape_of

n, m, k = dims("n m k")
h, g, x, y, s = Sequence("h", n), Sequence("g", n), Sequence("x", m), Sequence("y", n), Sequence("s")
W, R, U, b, w = Parameter("W", n, n), Parameter("R", n, n), Parameter("U", n, m), Parameter("b", n), Parameter("w")
A, v = Parameter("A", n, n), Parameter("v", n)
i = sympy.Symbol("i", integer=True)
phi = sympy.Function("phi")
tau_x, tau_y = (sympy.Symbol(name, integer=True, positive=True) for name in ("tau_x", "tau_y"))


def step(right, **more):
    return Recurrence(Equation(h[t], right), **more)


def scalar(right, **more):
    return Recurrence(Equation(s[t], right), **more)


SWITCHES = {
    "driven": [{"output": True}],
    "elman": [{"output": "probabilities"}, {"bias": False}],
    "jordan": [{"teacher_forcing": True}],
    "stacked": [{"depth": 1}, {"depth": 5}],
    "skip": [{"lag": 5}, {"output": False}],
    "lstm": [{"peepholes": True}, {"bias": False}, {"output": False}],
    "gru": [{"reset": "after"}, {"output": False}],
    "leaky": [{"output": False}],
    "state_space": [{"feedthrough": False}],
    "time_delay": [{"taps": 1}, {"taps": 6}],
}
ODD = {
    "numbers": lambda: scalar(s[t - 1] / 3 - sympy.Rational(9, 10) * w * s[t - 2] ** 2 + sympy.Rational(-7, 2)),
    "decimal": lambda: step(0.001 * h[t - 1] + 1),
    "irrational": lambda: scalar(sympy.sqrt(2) * s[t - 1] + sympy.pi * w + sympy.exp(1)),
    "powers": lambda: scalar(s[t - 1] ** w + (1 + s[t - 2]) ** sympy.Rational(-3, 2) + w ** (s[t - 1] + 1) + 2**w),
    "fraction": lambda: step(h[t - 1] / (w * g[t]) / 4 + 1 / (1 + h[t - 1] ** 2)),
    "signs": lambda: step(-(h[t - 1] - b) - W @ (-h[t - 1])),
    "three factors": lambda: step(2 * (h[t - 1] + b) * (h[t - 2] - b) * w),
    "scalar beside vector": lambda: step(h[t - 1] + w * sr.ones(n) + sr.log_softmax(h[t - 1])),
    "scaled matrix": lambda: step((2 * w * W) @ (3 * h[t - 1]) + w * (W @ R @ h[t - 1])),
    "transposes": lambda: step((W + R).T @ W.T @ h[t - 1] + sr.diag(W @ R)),
    "dot and outer": lambda: step(sr.outer(h[t - 1], b) @ h[t - 1] * sr.dot(W @ b, h[t - 1]) * (b @ h[t - 2])),
    "pieces": lambda: step(sr.segment(sr.concat(h[t - 1], x[t]), m, n) + sr.trace(W) * sr.vec(sr.reshape(b, n, 1))),
    "matrix entries": lambda: step(sr.entry(W, 1, 2) * h[t - 1] + sr.entry(x[t], 1) * b),
    "matrix powers": lambda: step((W * W * sr.tanh(W) * sr.tanh(W)) @ h[t - 1] / sr.sum(W / R)),
    "inverse": lambda: step(sr.solve(sr.eye(n) + A @ A, W @ h[t - 1])),
    "stopped": lambda: step(sr.stop_gradient(h[t - 1]) * sr.stop_gradient(w * s[t])),
    "activations": lambda: step(sr.gelu(sr.leaky_relu(h[t - 1], w)) + sr.elu(b) * sr.silu(b) + sr.maximum(b, h[t - 1])),
    "hard": lambda: step(sr.hard_tanh(h[t - 1]) + sr.hard_sigmoid(h[t - 1]) * sr.absolute(b) + sr.sign(b) * sr.step(b)),
    "unknown entry by entry": lambda: step(sr.elementwise(phi, W @ h[t - 1], w)),
    "unknown": lambda: step(Function("f", n)(Function("F", n, n)(W, 2 * h[t - 1]) @ b, x[t], b, W)),
    "unknown scalar": lambda: scalar(Function("q")(s[t - 1], w) ** 2 * phi(w, s[t - 1])),
    "simplex": lambda: step(Constant("z", n, simplex=True) * h[t - 1], where={Sequence("p", n, simplex=True)[t]: h[t]}),
    "names on paper": lambda: step(
        Parameter("Omega", n, n, latex=r"\bm{\Omega}") @ h[t - 1] + Parameter("b_0", n, latex="b")
    ),
    "names as words": lambda: Recurrence(
        Equation(
            Sequence("loss")[t], Parameter("model") * Constant("source") + Sequence("where")[t - 1] * Parameter("mean")
        ),
        loss=sr.time_sum(Sequence("loss")[t]),
    ),
    "greek": lambda: step(Parameter("θ", n, n) @ h[t - 1] + Parameter("beta_λ", n)),
    "title only": lambda: step(W @ h[t - 1], name="model"),
    "title": lambda: step(W @ h[t - 1], name="my cell (2)", summary="a # sign, an = sign: and more", source="me; you"),
    "other index": lambda: Recurrence(Equation(h[i], W @ h[i - 1], over=(i, 1, tau))),
    "ranges": lambda: Recurrence(
        Equation(h[1], b),
        Equation(h[2], W @ h[1]),
        Equation(h[t], W @ h[t - 2], over=(t, 3, tau - 1)),
        Equation(h[tau], R @ h[tau - 1]),
    ),
    "ahead": lambda: Recurrence(Equation(h[t + 1], W @ h[t]), Equation(g[t], R @ g[t + 2] + h[tau])),
    "two lengths": lambda: Recurrence(
        Equation(h[t], W @ h[t - 1], over=(t, 1, tau_x)),
        Equation(g[t], R @ g[t - 1] + h[tau_x], over=(t, 1, tau_y)),
        loss=sr.time_sum(sr.norm2(g[t]), (t, 2, tau_y)) + sr.norm2(h[tau_x]),
    ),
    "sums of sums": lambda: step(
        W @ h[t - 1], loss=sr.time_sum(s[t] * sr.time_sum(sr.dot(x[i], x[t]), (i, 1, tau))) - sr.time_mean(s[t]) ** 2
    ),
    "sum in a step": lambda: step(
        sr.time_sum(x[i] @ x[i], (i, 1, tau)) * h[t - 1] - sr.time_sum(U @ x[i], (i, 2, tau))
    ),
    "mean in a loss": lambda: step(W @ h[t - 1], loss=w * sr.time_mean(sr.norm2(h[t])) + sr.mean(h[tau]) * sr.trace(W)),
    "a dimension called x": lambda: step(Parameter("X", n, 2 * dims("x")) @ Parameter("q", dims("x") * 2)),
    "dimensions": lambda: Recurrence(
        Equation(Sequence("q", 2 * n + m * k + 3, 4)[t], Parameter("Q", 2 * n + m * k + 3, 4)),
        Equation(s[t], n * s[t - 1] + m),
    ),
    "losses": lambda: step(
        sr.softmax(W @ h[t - 1]),
        loss=sr.time_sum(
            sr.cross_entropy(h[t], y[t]) + sr.softmax_cross_entropy(h[t], y[t]) + sr.squared_error(h[t], y[t]) / 2
        ),
    ),
}


def same(model):
    text = sr.write_model(model)
    assert sr.read_model(text) == model, text
    return text


@pytest.mark.parametrize("name", sr.models.LIBRARY)
def test_library(name):
    text = same(sr.models.get(name))
    assert sr.write_model(sr.read_model(text)) == text


@pytest.mark.parametrize(
    ("name", "switches"), [(name, switches) for name, choices in SWITCHES.items() for switches in choices]
)
def test_switches_of_the_library(name, switches):
    same(getattr(sr.models, name)(**switches))


@pytest.mark.parametrize("name", systems.HAND)
def test_systems_of_the_laws(name):
    same(systems.HAND[name]())


@pytest.mark.parametrize("name", ODD)
def test_odd_models(name):
    same(ODD[name]())


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_random_systems(rng: random.Random):
    same(random_system(rng))


FACTORS = st.sampled_from(
    [h[t - 1], b, g[t], x[t], W, U, w, s[t], sympy.Integer(2), sympy.Rational(1, 3), sympy.Integer(-1)]
)


def combined(parts):
    """Strategies of expressions from smaller ones; what does not fit is left out."""

    def built(draw):
        a, b_, kind = draw(parts), draw(parts), draw(st.integers(0, 9))
        try:
            return [
                lambda: a + b_,
                lambda: a - b_,
                lambda: a * b_,
                lambda: a @ b_,
                lambda: a / (1 + b_**2),
                lambda: sr.tanh(a),
                lambda: sr.dot(a, b_),
                lambda: sr.outer(a, b_),
                lambda: sr.transpose(a),
                lambda: sr.sum(a) * b_,
            ][kind]()
        except (sr.SymrnnError, TypeError):
            return a

    return st.composite(built)()


@given(st.recursive(FACTORS, combined, max_leaves=8))
@settings(max_examples=150)
def test_random_right_sides(right):
    shape = shape_of(right)
    state = Sequence("state", *shape)
    model = Recurrence(Equation(state[t], state[t - 1] + right if shape else state[t - 1] * right))
    same(model)


def test_a_decimal_is_exact_in_a_scalar_as_it_is_beside_a_vector():
    assert scalar(sympy.Float(0.1) * s[t - 1]) == scalar(s[t - 1] / 10)
    same(scalar(0.1 * s[t - 1]))


def test_what_has_no_spelling_is_refused():
    spiking = step(sr.surrogate(sr.step, lambda z: 1 / (1 + z**2), h[t - 1]))
    odd_symbol = scalar(sympy.Function("phi", real=True)(s[t - 1]))
    reserved = scalar(Parameter("for") * s[t - 1])
    for model in (spiking, odd_symbol, reserved):
        with pytest.raises(sr.Unsupported):
            sr.write_model(model)
    with pytest.raises(sr.Undefined):
        sr.write_model("h[t] = h[t-1]")


def test_the_same_text_in_every_process():
    program = "import symrnn as sr; print(*map(sr.write_model, map(sr.models.get, sr.models.LIBRARY)))"
    runs = [
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in "12"
    ]
    assert runs[0].stdout == runs[1].stdout and runs[0].stdout
