"""Sums over time bind their index; guards are decided when the numbers allow it."""

import pytest
import sympy
from sympy import Integer, Symbol

import symrnn as sr
from symrnn import Parameter, Sequence, dims, t, tau, time_mean, time_sum
from symrnn.tensor import guard
from symrnn.tensor.binders import decided

n = dims("n")
i, j, k = (Symbol(name, integer=True) for name in "ijk")
h, g, s, u = Sequence("h", n), Sequence("g", n), Sequence("s"), Sequence("u")
W, w = Parameter("W", n, n), Parameter("w")


@pytest.mark.parametrize(("a", "b"), [(s, u), (h, g)], ids=["scalars", "vectors"])
def test_two_sums_that_differ_in_the_name_of_their_index_are_equal(a, b):
    first, second = time_sum(a[t] * b[t - 1]), time_sum(a[k] * b[k - 1], (k, 1, tau))
    assert first == second and hash(first) == hash(second) and len({first, second}) == 1
    assert first != time_sum(a[t] * b[t - 1], (t, 2, tau)) and first != time_sum(a[k] * b[t - 1], (k, 1, tau))


def test_nested_sums_too():
    first = time_sum(time_sum(s[i] * u[j], (i, 1, j)), (j, 1, tau))
    assert first == time_sum(time_sum(s[k] * u[t], (k, 1, t)), (t, 1, tau))
    assert first != time_sum(time_sum(s[j] * u[i], (i, 1, j)), (j, 1, tau))


def test_the_index_is_not_free():
    assert t not in time_sum(s[t]).free_symbols and s[t] not in time_sum(s[t]).free_symbols
    assert k in time_sum(s[t] * u[k]).free_symbols and tau in time_sum(s[t]).free_symbols
    assert t in time_sum(s[k], (k, 1, t)).free_symbols


@pytest.mark.parametrize("replace", ["xreplace", "subs"])
def test_replacing_the_index_s_symbol_leaves_a_sum_alone(replace):
    for whole in (time_sum(s[t] * w), time_sum(h[t])):
        assert getattr(whole, replace)({t: Integer(3)}) == whole


@pytest.mark.parametrize("replace", ["xreplace", "subs"])
def test_nothing_that_comes_in_is_captured(replace):
    """A symbol that is put in keeps its meaning: the bound index moves out of its way."""
    mixed = time_sum(s[t] * u[k])
    assert getattr(mixed, replace)({k: t}) == time_sum(s[j] * u[t], (j, 1, tau))
    assert getattr(time_sum(s[t] + u[k]), replace)({u[k]: s[t]}) == time_sum(s[j] + s[t], (j, 1, tau))
    vector = time_sum(h[t] * u[k])
    assert getattr(vector, replace)({k: t}) == time_sum(h[j] * u[t], (j, 1, tau))


def test_the_index_that_moves_out_of_the_way_is_not_replaced_itself():
    """The new name is none of those that are being replaced at the same time."""
    whole = time_sum(W @ h[t] * s[k])
    moved = whole.xreplace({k: t - 1})
    assert moved == time_sum(W @ h[j] * s[t - 1], (j, 1, tau))
    both = time_sum(s[t] * u[k] * u[j]).xreplace({k: t, j: k})
    assert both == time_sum(s[i] * u[t] * u[k], (i, 1, tau))


def test_bounds_and_free_parts_are_replaced():
    assert time_sum(s[t] * w).xreplace({tau: Integer(3)}) == time_sum(s[t] * w, (t, 1, 3))
    assert time_sum(s[t] * w).subs(w, 2) == time_sum(2 * s[t])
    assert time_sum(s[t]).xreplace({s[t]: u[t]}) == time_sum(s[t])


def test_a_sum_of_nothing_is_zero():
    assert time_sum(s[t], (t, 2, 1)) == 0 and time_sum(h[t], (t, 3, 1)) == sr.zeros(n)
    assert time_sum(0 * h[t]) == sr.zeros(n) and time_sum(Integer(0)) == 0
    assert time_sum(s[t], (t, 2, tau)) != 0


def test_terms_and_renaming():
    whole = time_sum(s[t] * w, (t, 2, tau))
    assert whole.term(Integer(5)) == s[5] * w
    assert whole.with_index(k).index == k and whole.with_index(k) == whole


def test_a_mean_is_a_sum_over_its_length():
    assert time_mean(s[t]) == time_sum(s[t]) / tau
    assert time_mean(h[t], (t, 2, tau)) == time_sum(h[t], (t, 2, tau)) / (tau - 1)


def test_text():
    assert str(time_sum(h[t])) == "time_sum(h[t])"
    assert str(time_sum(s[k] ** 2, (k, 2, tau - 1))) == "time_sum(s[k]**2, (k, 2, tau - 1))"
    assert str(guard(s[t], t, 2, tau)) == "guard(s[t], t, 2, tau)"


# -- guards -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "time", "upper", "verdict"),
    [
        *((1, 2, 3, True), (1, 1, 1, True), (1, 0, 3, False), (1, 4, 3, False), (1, t, tau, None)),
        *((1, tau, tau, True), (1, tau + 1, tau, False), (1, 1, tau, True), (2, 1, tau, False), (2, 2, tau, None)),
        *((t, t, tau, None), (t - 1, t, t + 1, True), (0, tau - 1, tau, True)),
    ],
)
def test_a_range_is_decided_or_left_open(lower, time, upper, verdict):
    numbers = (sympy.sympify(lower), sympy.sympify(time), sympy.sympify(upper))
    assert decided(*numbers) is verdict
    found = guard(s[t], time, lower, upper)
    assert found == {True: s[t], False: 0}.get(verdict, found)
    assert (verdict is None) == isinstance(found, sr.tensor.Guard)


def test_a_guard_is_decided_when_numbers_come_in():
    open_one = guard(h[t], t, 2, tau - 1)
    at = {tau: Integer(4), t: Integer(3)}
    assert open_one.xreplace(at) == h[3]
    assert open_one.xreplace({**at, t: Integer(1)}) == sr.zeros(n)
    assert guard(s[t], t, 2, tau).xreplace({t: Integer(1)}) == 0
