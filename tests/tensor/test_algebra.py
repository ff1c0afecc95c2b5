"""Shapes and canonical forms: equal algebra is one object, and its text keeps the author's order."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

import symrnn as sr
from symrnn import Constant, Function, Parameter, Sequence, dims, t
from symrnn.tensor import (
    Elementwise,
    Full,
    add,
    elementwise,
    inverse,
    norm2,
    partial,
    placeholder,
    reshape,
    segment,
    shape_of,
    vec,
)
from symrnn.tensor.shape import same_dim, same_shape

n, m, k = dims("n m k")
h, x, s = Sequence("h", n)[t], Sequence("x", m)[t], Sequence("s")[t]
W, U, b, c, w = (Parameter(name, *shape) for name, shape in zip("WUbcw", [(n, n), (n, m), (n,), (n,), ()], strict=True))
y = Constant("y", n, simplex=True)
f, F, g = Function("f", n), Function("F", n, m), Function("g")


@pytest.mark.parametrize(
    ("expr", "shape"),
    [
        *((W @ h, (n,)), (U @ x, (n,)), (W @ U, (n, m)), (h @ W, (n,)), (h @ b, ()), (W @ W @ h, (n,))),
        *((U.T, (m, n)), (sr.outer(h, x), (n, m)), (sr.diag(b), (n, n)), (sr.diag(W), (n,)), (sr.eye(n), (n, n))),
        *((b + h, (n,)), (w * h, (n,)), (s * U, (n, m)), (h * b, (n,)), (sr.tanh(U), (n, m)), (1 - h**2, (n,))),
        *((sr.zeros(n, m), (n, m)), (sr.ones(k), (k,)), (sr.zeros(), ()), (sr.sum(U), ()), (sr.trace(W), ())),
        *((sr.concat(h, x), (n + m,)), (sr.concat(W, U.T), (n + m, n)), (segment(h, 0, 1), (1,)), (norm2(U), ())),
        *((reshape(U, n * m), (n * m,)), (vec(U), (m * n,)), (sr.entry(U, 1, 1), ()), (inverse(W), (n, n))),
        *((sr.softmax(h), (n,)), (sr.log_softmax(h), (n,)), (sr.logsumexp(h), ()), (sr.mean(h), ())),
        *((f(h, x), (n,)), (F(s), (n, m)), (g(W), ()), (partial(f(h, x), 1), (n, m)), (partial(F(h), 0), (n * m, n))),
    ],
    ids=str,
)
def test_shapes(expr, shape):
    assert same_shape(shape_of(expr), shape)


def test_equality_of_dimensions_is_decided():
    assert same_dim(2 * (n + m), 2 * n + 2 * m) and same_dim(n * (m + 1), n * m + n)
    assert not same_dim(n, m) and not same_dim(n, n + 1) and not same_dim(n * m, n + m)
    assert shape_of(Parameter("A", n + m) + Parameter("B", m + n)) == (n + m,)


EQUAL = {
    "a sum in any order": lambda: (b + W @ h + c, c + b + W @ h),
    "a product in any order": lambda: (b * h * w, w * h * b),
    "a dot product from either side": lambda: (h @ b, b @ h),
    "products nest to the right": lambda: ((W @ W) @ h, W @ (W @ h)),
    "the transpose of a product": lambda: ((W @ U).T, U.T @ W.T),
    "the transpose of a transpose": lambda: (U.T.T, U),
    "a vector times a matrix": lambda: (h @ W, W.T @ h),
    "the identity vanishes": lambda: (sr.eye(n) @ W @ sr.eye(n) @ h, W @ h),
    "a diagonal matrix times a vector": lambda: (sr.diag(b) @ h, b * h),
    "a diagonal of ones": lambda: (sr.diag(sr.ones(n)), sr.eye(n)),
    "the diagonal of a diagonal": lambda: (sr.diag(sr.diag(b)), b),
    "nested elementwise algebra": lambda: (sr.tanh(b + h) * sr.tanh(h + b), sr.tanh(b + h) ** 2),
    "a difference that vanishes": lambda: (h - h, sr.zeros(n)),
    "a factor of zero": lambda: (0 * h + b, b),
    "a double negative": lambda: (-(b - h), h - b),
    "division": lambda: (h / 2, Fraction(1, 2) * h),
    "numbers as written": lambda: (0.1 * h, h / 10),
    "numbers of NumPy": lambda: (np.float64(0.5) * h, h * np.float32(0.5)),
    "integers of NumPy": lambda: (np.int64(3) * h, h * 3),
    "a sum collected at once": lambda: (add(h, b, h), 2 * h + b),
    "a filled tensor": lambda: (w * sr.ones(n) * h, w * h),
    "the sum of an outer product": lambda: (sr.sum(sr.outer(h, x)), sr.sum(h) * sr.sum(x)),
    "the trace of an outer product": lambda: (sr.trace(sr.outer(h, b)), h @ b),
    "the sum of a product": lambda: (sr.sum(h * b), h @ b),
    "the sum of a transpose": lambda: (sr.sum(U.T), sr.sum(U)),
    "the sum of ones": lambda: (sr.sum(sr.ones(n, m)), n * m),
    "the sum over a simplex": lambda: (sr.sum(y) + sr.sum(sr.softmax(h)), sympy.Integer(2)),
    "an entry of a sum": lambda: (sr.entry(h + 2 * b, 1), sr.entry(h, 1) + 2 * sr.entry(b, 1)),
    "a segment of a concatenation": lambda: (segment(sr.concat(h, x), n, m), x),
    "concatenations in a row": lambda: (sr.concat(sr.concat(h, x), b), sr.concat(h, sr.concat(x, b))),
    "there and back": lambda: (reshape(reshape(U, n * m), n, m), U),
    "the inverse of an inverse": lambda: (inverse(inverse(W)), W),
    "a scalar function": lambda: (elementwise(sympy.sin, s), sympy.sin(s)),
}


@pytest.mark.parametrize("law", EQUAL)
def test_equal_algebra_is_one_object(law):
    left, right = EQUAL[law]()
    assert left == right and hash(left) == hash(right)
    assert {left: 1}[right] == 1


def test_what_differs_is_not_equal():
    assert W @ h != h @ W and W @ U != U.T @ W.T and b - h != h - b and sr.outer(h, x) != sr.outer(x, h)
    assert Parameter("z", n) != Constant("z", n) and Sequence("z", n) != Sequence("z", m)
    assert Parameter("z", n) != Parameter("z", n, learned=False) and h != Sequence("h", n)[t - 1]


TEXT = {
    "b + W @ h[t] + U @ x[t]": lambda: b + W @ h + U @ x,
    "U @ x[t] + b + W @ h[t]": lambda: U @ x + b + W @ h,
    "1 - h[t]**2": lambda: 1 - h**2,
    "W @ (b + h[t])": lambda: W @ (b + h),
    "W.T @ (b*h[t])": lambda: W.T @ (b * h),
    "-b - h[t]": lambda: -(b + h),
    "(b + h[t])/(1 + c)": lambda: (b + h) / (1 + c),
    "W @ W.T @ h[t]": lambda: W @ W.T @ h,
    "tanh(b)*sigmoid(c)": lambda: sr.tanh(b) * sr.sigmoid(c),
    "dot(b, h[t])": lambda: b @ h,
    "outer(h[t], x[t])": lambda: sr.outer(h, x),
    "1/b": lambda: 1 / b,
    "(W + W.T).T": lambda: (W + W.T).T,
    "h[t]/n": lambda: h / n,
    "zeros(n)": lambda: h - h,
    "f(h[t], x[t]; b)": lambda: f(h, x, b),
}


@pytest.mark.parametrize("text", TEXT)
def test_the_text_keeps_the_author_s_order(text):
    assert str(TEXT[text]()) == repr(TEXT[text]()) == text


def test_equal_objects_may_have_two_texts():
    left, right = b + W @ h, W @ h + b
    assert left == right and (str(left), str(right)) == ("b + W @ h[t]", "W @ h[t] + b")


def test_an_elementwise_body_holds_scalars_only():
    """Operands are shared, numbered and ordered; the body is a SymPy expression over placeholders."""
    expr = sr.tanh(b + h) * b
    assert isinstance(expr, Elementwise) and expr.operands == (b, h)
    assert expr.body == sympy.tanh(placeholder(0) + placeholder(1)) * placeholder(0)
    assert all(a.is_real for a in expr.body.free_symbols)


def test_symbols_beside_a_tensor_are_free_in_it():
    alpha = sympy.Symbol("alpha")
    assert (alpha * h).free_symbols >= {alpha, t}
    assert not any(str(symbol).startswith("_z") for symbol in (alpha * h + b).free_symbols)
    assert (h / n).xreplace({n: sympy.Integer(3)}).body == placeholder(0) / 3


def test_many_terms_are_added_in_linear_time():
    terms = [Parameter(f"p{i}", n) for i in range(2000)]
    whole = add(*terms)
    assert whole.operands[:2] == (terms[0], terms[1]) and len(whole.operands) == 2000


def test_a_full_tensor_is_one_scalar():
    assert Full(w, n, m).value == w and Full(w, m, n) == Full(w, n, m).T and Full(0, n) == sr.zeros(n)


def test_a_scalar_in_every_entry_prints_as_it_is_typed():
    """softmax's law prints the scalar y·v beside a vector; what is printed can be typed back."""
    n = sr.dims("n")
    y, v = sr.Parameter("y", n), sr.Parameter("v", n)
    law = sr.elementwise(lambda a, b, c: a * (b - c), y, v, sr.dot(y, v))
    assert str(law) == "y*(v - dot(y, v)*ones(n))"
    assert y * (v - sr.dot(y, v) * sr.ones(n)) == law
    assert str(1 - y) == "1 - y"
