"""Ordered products, powers and block matrices: their order, their empty case, their values."""

from functools import reduce

import numpy as np
import pytest
from sympy import Integer, Symbol

import symrnn as sr
from symrnn import t, tau
from symrnn.tensor.evaluate import evaluate_node
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Floats

n, m = sr.dims("n m")
A, W, U = sr.Sequence("A", n, n), sr.Parameter("W", n, n), sr.Parameter("U", n, m)
s = sr.Sequence("s")
j, k = Symbol("j", integer=True), Symbol("k", integer=True)
SIZES = {n: 3, m: 2}


def values(seed=0):
    rng = np.random.default_rng(seed)
    found = {A[i]: rng.normal(size=(3, 3)) for i in range(8)} | {s[i]: np.asarray(rng.normal()) for i in range(8)}
    return found | {W: rng.normal(size=(3, 3)), U: rng.normal(size=(3, 2))}


def value(expr, **at):
    rule = {{"t": t, "tau": tau, "k": k}[name]: Integer(number) for name, number in at.items()}
    return evaluate_node(expr.xreplace(rule), Floats(), values(), SIZES)


@pytest.mark.parametrize("left", ["latest", "earliest"])
def test_the_factors_stand_in_the_order_of_time(left):
    product = sr.time_prod(A[j], (j, k + 1, t), left=left)
    factors = [values()[A[i]] for i in range(2, 6)]
    expected = reduce(np.matmul, factors[::-1] if left == "latest" else factors)
    assert np.allclose(value(product, t=5, k=1), expected)
    assert not np.allclose(value(product, t=5, k=1), reduce(np.matmul, factors if left == "latest" else factors[::-1]))


def test_an_empty_product_is_the_identity_and_never_an_inverse():
    product = sr.time_prod(A[j], (j, k + 1, t))
    assert np.array_equal(value(product, t=2, k=2), np.eye(3))
    assert np.array_equal(value(product, t=2, k=5), np.eye(3))
    assert value(sr.time_prod(s[j], (j, k, t)), t=1, k=4) == 1
    assert sr.time_prod(A[j], (j, 3, 2)) == sr.eye(n) and sr.time_prod(s[j], (j, 3, 2)) == 1


def test_substitution_does_not_capture_the_index():
    product = sr.time_prod(A[j], (j, k + 1, t))
    moved = product.xreplace({t: j})
    assert moved == sr.time_prod(A[t], (t, k + 1, j)) and j in moved.free_symbols
    assert product == product.with_index(Symbol("r", integer=True))
    assert product != sr.time_prod(A[j], (j, k + 1, t), left="earliest")
    assert sr.time_prod(s[j], left="earliest") == sr.time_prod(s[j])


def test_inside_a_sum_the_bounds_follow_its_index():
    whole = sr.time_sum(sr.time_prod(A[j], (j, t + 1, k)), (k, t, tau))
    a = values()
    expected = np.eye(3) + a[A[3]] + a[A[4]] @ a[A[3]]
    assert np.allclose(value(whole, t=2, tau=4), expected)


def test_powers_count_factors():
    assert np.allclose(value(sr.matrix_power(W, t - 1), t=4), np.linalg.matrix_power(values()[W], 3))
    assert np.array_equal(value(sr.matrix_power(W, t), t=0), np.eye(3))
    assert sr.matrix_power(W.T, t) == sr.matrix_power(W, t).T
    with pytest.raises(sr.Undefined, match="to the power -1"):
        value(sr.matrix_power(W, t), t=-1)


def test_powers_are_exact_in_the_finite_field():
    field = FiniteField(0)
    number = field.random(np.random.default_rng(1), (3, 3))
    power, product = (
        evaluate_node(x, field, {W: number}, SIZES) for x in (sr.matrix_power(W, 4), sr.time_prod(W, (j, 1, 4)))
    )
    assert field.distance(power, product) == 0


def test_blocks_and_their_transpose():
    whole = sr.block([[W, U], [U.T, sr.zeros(m, m)]])
    v = values()
    expected = np.block([[v[W], v[U]], [v[U].T, np.zeros((2, 2))]])
    assert np.allclose(value(whole), expected) and np.allclose(value(whole.T), expected.T)
    assert whole == whole.T.T and sr.block([[W]]) == W


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: sr.time_prod(sr.Sequence("h", n)[t]), "only scalars and square"),
        (lambda: sr.time_prod(U), "square"),
        (lambda: sr.time_prod(W, left="first"), "which factor"),
        (lambda: sr.block([[W, U], [U, W]]), "does not fit"),
        (lambda: sr.block([]), "needs rows"),
        (lambda: sr.matrix_power(W, -2), "counts factors"),
    ],
)
def test_what_has_no_meaning_is_refused(make, says):
    with pytest.raises(sr.SymrnnError, match=says):
        make()
