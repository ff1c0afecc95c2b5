"""The evaluator says what each node means: against NumPy, node by node, in floats and in the finite field."""

import random

import numpy as np
import pytest
import sympy

import symrnn as sr
from laws import compositions as c
from symrnn import Function, Parameter, Sequence, dims, t, tau, time_sum
from symrnn.model import reads
from symrnn.tensor import concat, guard, inverse, partial, reshape, segment, stop_gradient, surrogate
from symrnn.tensor.evaluate import Evaluator, evaluate_node
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Digits, Floats, Undecidable

n, m = dims("n m")
SIZES = {n: 3, m: 2}
W, U, b, d, w = (Parameter(name, *shape) for name, shape in zip("WUbdw", [(n, n), (n, m), (n,), (n,), ()], strict=True))
s, h, k = Sequence("s"), Sequence("h", n), sympy.Symbol("k", integer=True)
RNG = np.random.default_rng(0)
ARRAYS = {"W": RNG.normal(size=(3, 3)), "U": RNG.normal(size=(3, 2)), "b": RNG.normal(size=3), "d": RNG.normal(size=3)}
VALUES = {W: ARRAYS["W"], U: ARRAYS["U"], b: ARRAYS["b"], d: ARRAYS["d"], w: np.asarray(0.7)}
VALUES |= {s[i]: np.asarray(0.1 * i + 0.2) for i in range(5)} | {h[i]: RNG.normal(size=3) for i in range(5)}


def softmax(v):
    e = np.exp(v - v.max())
    return e / e.sum()


def logsumexp(v):
    return np.log(np.exp(v).sum())


MEANING = {
    "product": (W @ b, lambda W, U, b, d, w: W @ b),
    "product of matrices": (W.T @ U, lambda W, U, b, d, w: W.T @ U),
    "dot product": (b @ d, lambda W, U, b, d, w: b @ d),
    "outer product": (sr.outer(b, d), lambda W, U, b, d, w: np.outer(b, d)),
    "transpose": (U.T, lambda W, U, b, d, w: U.T),
    "diagonal matrix": (sr.diag(b) @ W, lambda W, U, b, d, w: np.diag(b) @ W),
    "diagonal": (sr.diag(W), lambda W, U, b, d, w: np.diag(W)),
    "identity": (sr.eye(n) + W, lambda W, U, b, d, w: np.eye(3) + W),
    "inverse": (inverse(W) @ b, lambda W, U, b, d, w: np.linalg.inv(W) @ b),
    "sum": (sr.sum(U), lambda W, U, b, d, w: U.sum()),
    "mean": (sr.mean(U), lambda W, U, b, d, w: U.mean()),
    "trace": (sr.trace(W), lambda W, U, b, d, w: np.trace(W)),
    "entry": (sr.entry(U, 3, 1), lambda W, U, b, d, w: U[2, 0]),
    "concatenation": (concat(b, d), lambda W, U, b, d, w: np.concatenate([b, d])),
    "rows above rows": (concat(W, U.T @ W), lambda W, U, b, d, w: np.concatenate([W, U.T @ W])),
    "segment": (segment(concat(b, d), 1, 3), lambda W, U, b, d, w: np.concatenate([b, d])[1:4]),
    "vec": (reshape(U, n * m), lambda W, U, b, d, w: U.reshape(6)),
    "row by row": (reshape(reshape(U, n * m) * 2, m, n), lambda W, U, b, d, w: 2 * U.reshape(2, 3)),
    "softmax": (sr.softmax(b), lambda W, U, b, d, w: softmax(b)),
    "log softmax": (sr.log_softmax(b), lambda W, U, b, d, w: np.log(softmax(b))),
    "logsumexp": (sr.logsumexp(b), lambda W, U, b, d, w: logsumexp(b)),
    "cross entropy": (sr.softmax_cross_entropy(b, d), lambda W, U, b, d, w: d.sum() * logsumexp(b) - d @ b),
    "squared error": (sr.squared_error(b, d), lambda W, U, b, d, w: ((b - d) ** 2).sum() / 2),
    "elementwise": (sr.tanh(b) * d / (1 + b**2) * w, lambda W, U, b, d, w: np.tanh(b) * d / (1 + b**2) * w),
    "scalar body": (sympy.exp(w) ** 2 + w**-3, lambda W, U, b, d, w: np.exp(2 * w) + w**-3),
    "filled": (w * sr.ones(n, m), lambda W, U, b, d, w: np.full((3, 2), w)),
    "dimension as a number": (m * b / n, lambda W, U, b, d, w: 2 * b / 3),
    "stopped gradient": (stop_gradient(b) * d, lambda W, U, b, d, w: b * d),
    "surrogate": (surrogate(sr.step, lambda v: v, b), lambda W, U, b, d, w: (b > 0).astype(float)),
    "time sum": (time_sum(h[t], (t, 1, 3)), lambda *_: sum(VALUES[h[i]] for i in (1, 2, 3))),
    "sum of scalars": (time_sum(s[k] * w, (k, 0, 2)), lambda W, U, b, d, w: sum(VALUES[s[i]] for i in range(3)) * w),
    "open guard": (guard(b, t, 1, 3).xreplace({t: sympy.Integer(2)}), lambda W, U, b, d, w: b),
    "irrational": (b * sympy.pi, lambda W, U, b, d, w: b * np.pi),
}


@pytest.mark.parametrize("node", MEANING)
def test_a_node_means_what_numpy_says(node):
    expr, meaning = MEANING[node]
    value = evaluate_node(expr, Floats(), VALUES, SIZES)
    np.testing.assert_allclose(value, meaning(*ARRAYS.values(), 0.7), rtol=1e-13)
    assert np.shape(value) == Evaluator(Floats(), {}, SIZES).shape(expr)


@pytest.mark.parametrize("number", range(40))
def test_floats_and_fifty_digits_agree_on_random_compositions(number):
    expr = c.composition(random.Random(number))
    shaper, rng = Evaluator(Floats(), {}, c.SIZES), np.random.default_rng(number)
    values = {x: Floats().random(rng, shaper.shape(x)) for x in reads(expr)}
    digits = Digits()
    exact = evaluate_node(expr, digits, {x: digits.array(v) for x, v in values.items()}, c.SIZES)
    np.testing.assert_allclose(
        evaluate_node(expr, Floats(), values, c.SIZES), exact.astype(float), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("number", range(20))
def test_rational_expressions_in_the_field_are_their_values_modulo_the_prime(number):
    """Without functions, evaluating integers in the field is evaluating them exactly and then reducing."""
    rng = np.random.default_rng(number)
    whole = (W @ (b * d) + 3 * d) @ (sr.diag(W) - b) + sr.trace(W @ W) * w**2 - sr.sum(sr.outer(b, U @ sr.ones(m)))
    shaper = Evaluator(Floats(), {}, SIZES)
    integers = {x: rng.integers(-50, 50, shaper.shape(x)).astype(object) for x in reads(whole)}
    exact = evaluate_node(whole, _Integers(), integers, SIZES)
    field = FiniteField(0)
    found = evaluate_node(whole, field, {x: field.array(v) for x, v in integers.items()}, SIZES)
    assert int(found) == int(exact) % PRIME


class _Integers(Floats):
    """Python's integers: exact, and no functions."""

    dtype = object


def test_partials_of_unknown_functions_are_laid_out_by_numerator():
    """Row i, column j is the derivative of value i by entry j; matrices count as the vectors of their rows."""
    f, F = Function("f", n), Function("F", n, m)
    system = FiniteField(3)
    values = {x: system.random(np.random.default_rng(1), v.shape) for x, v in VALUES.items()}
    jacobian = evaluate_node(partial(f(b, U), 1), system, values, SIZES)
    flat = [np.asarray(v, dtype=object) for v in (*values[b], *values[U].reshape(6))]
    assert jacobian.shape == (3, 6)
    assert jacobian[2, 4] == system.unknown("f", (3 + 4,), 2, flat)
    assert evaluate_node(partial(F(b), 0), system, values, SIZES).shape == (6, 3)


def test_an_undefined_function_is_applied_entry_by_entry():
    phi, system = sympy.Function("phi"), FiniteField(0)
    values = {b: system.array([1, 2, 3]), w: system.array(5)}
    found = evaluate_node(
        sr.tensor.elementwise(phi(sr.tensor.placeholder(0), sr.tensor.placeholder(1)), b, w), system, values, SIZES
    )
    assert [int(v) for v in found] == [
        int(system.unknown("phi", (), 0, [np.asarray(i), np.asarray(5)])) for i in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("expr", "error", "words"),
    [
        (Parameter("q") * b, sr.Undefined, "no value is given for q"),
        (time_sum(s[t]), sr.Undefined, "no size is given for tau"),
        (time_sum(s[k], (k, 1, 10**7)), sr.Unsupported, "is not evaluated"),
        (Parameter("p", sr.dims("q")) @ sr.ones(sr.dims("q")), sr.Undefined, "no "),
        (sr.entry(b, k), sr.Undefined, "no size is given for k"),
        (s[t], sr.Undefined, r"no value is given for s\[t\]"),
    ],
    ids=str,
)
def test_what_cannot_be_evaluated_says_what_is_missing(expr, error, words):
    with pytest.raises(error, match=words):
        evaluate_node(expr, Floats(), VALUES, SIZES)


def test_an_entry_outside_is_found_when_the_size_is_known():
    with pytest.raises(sr.Undefined, match="outside its tensor"):
        evaluate_node(sr.entry(b, 4), Floats(), VALUES, SIZES)


def test_equal_nodes_are_evaluated_once(monkeypatch):
    seen = []
    monkeypatch.setattr(Evaluator, "leaf", lambda self, x: seen.append(x) or VALUES[x])
    evaluate_node(sr.outer(sr.tanh(W @ b), sr.tanh(W @ b)), Floats(), {}, SIZES)
    assert sorted(map(str, seen)) == ["W", "b"]


def test_tau_is_a_number_only_when_it_is_given_one():
    value = evaluate_node((b / tau).xreplace({tau: sympy.Integer(4)}), Floats(), VALUES, SIZES)
    np.testing.assert_allclose(value, ARRAYS["b"] / 4)


def test_cases_are_decided_entry_by_entry_and_not_in_the_field():
    n = dims("n")
    b = Parameter("b", n)
    leaky = sr.elementwise(
        lambda z: sympy.Piecewise((z, z > 0), (-z / 4, sympy.Or(z < -1, sympy.Eq(z, 0))), (z**2, True)), b
    )
    values = np.array([2.0, -3.0, -0.5, 0.0])
    for system in (Floats(), Digits()):
        found = Evaluator(system, {b: system.array(values)}, {n: 4})(leaky)
        assert [float(v) for v in found] == [2.0, 0.75, 0.25, 0.0]
    with pytest.raises(Undecidable, match="no order"):
        Evaluator(FiniteField(0), {b: FiniteField(0).array([1, 2, 3, 4])}, {n: 4})(leaky)


def test_a_piecewise_that_does_not_cover_everything_is_refused():
    s = Sequence("s")[t]
    with pytest.raises(sr.Undefined, match="no case"):
        Evaluator(Floats(), {s: np.asarray(-1.0)}, {})(sympy.Piecewise((s, s > 0)))


def test_a_gradient_through_cases_is_decided_in_fifty_digits():
    s, x, w = Sequence("s"), Sequence("x"), Parameter("w")
    step = sympy.Piecewise((w * s[t - 1] + x[t], w * s[t - 1] > 0), (w * s[t - 1] / 4, True))
    report = sr.bptt(sr.Recurrence(sr.Equation(s[t], step), loss=time_sum(s[t] ** 2))).verify()
    assert report and {f.how for f in report.findings} > {"50 digits", "complex step"}
