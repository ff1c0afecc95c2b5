"""Scalars are SymPy expressions: its tools work on them, and a derivative that it cannot know raises."""

import re

import numpy as np
import pytest
import sympy

import symrnn as sr
from symrnn import Constant, Function, Parameter, Sequence, dims, nabla, t, tau, time_sum
from symrnn.tensor import norm2
from symrnn.tensor.prime import Prime

n = dims("n")
k = sympy.Symbol("k", integer=True)
s, u, h, x = Sequence("s"), Sequence("u"), Sequence("h", n), Sequence("x", n)
w, b, g, z = Parameter("w"), Parameter("b", n), Function("g"), Constant("z")
phi, psi = sympy.Function("phi"), sympy.Function("psi")
SLOTS = [s[t], s[t - 1], s[0], s[tau], w, z, h[t] @ b, sr.sum(sr.tanh(h[t])), sr.entry(h[t], 1), sr.logsumexp(b)]
SLOTS += [time_sum(s[t]), nabla(s[t]), g(s[t], w), norm2(b)]
every_slot = pytest.mark.parametrize("slot", SLOTS, ids=str)


@every_slot
def test_a_slot_is_a_real_symbol_to_sympy(slot):
    assert isinstance(slot, sympy.Expr) and slot.is_symbol and slot.is_real and slot.is_commutative
    assert slot in slot.free_symbols
    assert sympy.conjugate(slot) == slot and sympy.sqrt(slot**2) == abs(slot)


@every_slot
def test_a_slot_is_differentiated_by_itself(slot):
    assert slot.diff(slot) == 1 and (slot**3).diff(slot) == 3 * slot**2
    assert sympy.diff(sympy.sin(slot), slot, 2) == -sympy.sin(slot)
    assert sympy.Symbol("a").diff(slot) == 0


@every_slot
def test_sympy_s_algebra_works(slot):
    assert sympy.expand((slot + 1) ** 2) == slot**2 + 2 * slot + 1
    assert sympy.simplify(sympy.sin(slot) ** 2 + sympy.cos(slot) ** 2) == 1
    assert sympy.integrate(2 * slot, slot) == slot**2
    assert sympy.tanh(slot).series(slot, 0, 4).removeO() == slot - slot**3 / 3
    assert sympy.limit(sympy.sin(slot) / slot, slot, 0) == 1
    assert (slot**2).subs(slot, 3) == 9 and (slot + 1).xreplace({slot: u[t]}) == u[t] + 1
    assert sympy.factor(slot**2 - 1) == (slot - 1) * (slot + 1)
    assert sorted([slot + 1, slot], key=sympy.default_sort_key)


@every_slot
@pytest.mark.parametrize("cse", [False, True])
def test_lambdify_works(slot, cse):
    function = sympy.lambdify([slot, u[t]], [sympy.tanh(slot * u[t]) + slot, sympy.tanh(slot * u[t])], cse=cse)
    np.testing.assert_allclose(function(0.5, 2.0), [np.tanh(1.0) + 0.5, np.tanh(1.0)], rtol=1e-15)


def test_lambdify_knows_our_functions():
    whole = sr.sigmoid(w * s[t]) + sr.softplus(w) + sr.relu(s[t])
    value = sympy.lambdify([w, s[t]], whole)(0.5, 2.0)
    assert value == pytest.approx(1 / (1 + np.exp(-1)) + np.log(1 + np.exp(0.5)) + 2)


@every_slot
def test_latex_has_no_double_superscript(slot):
    text = sympy.latex(slot**2)
    assert text.endswith("^{2}") and text.count("{") == text.count("}")
    assert not re.search(r"\^\{[^{}]*\}\^", text)


# Expression, and what it is differentiated by: SymPy cannot know it, so it is refused and never 0.
UNKNOWN = {
    "an element by its time": lambda: (s[t] ** 2).diff(t),
    "an element by another index": lambda: s[k].diff(k),
    "an element at t by one at another index": lambda: s[t].diff(s[k]),
    "an element at t by one at a number": lambda: s[t].diff(s[3]),
    "a time sum by a parameter inside": lambda: time_sum(w * s[t]).diff(w),
    "a time sum by an element inside": lambda: time_sum(s[t] ** 2).diff(s[2]),
    "a dot product by what is inside": lambda: (sr.tanh(w * h[t]) @ b).diff(w),
    "an entry by another that it may be": lambda: sr.entry(h[t], 1).diff(sr.entry(h[t], k)),
    "a sum by an entry": lambda: sr.sum(h[t]).diff(sr.entry(h[t], 1)),
    "logsumexp by an entry": lambda: sr.logsumexp(h[t]).diff(sr.entry(h[t], 1)),
    "an unknown function by its argument": lambda: g(s[t], w).diff(w),
    "SymPy's sum over elements": lambda: sympy.Sum(s[k] ** 2, (k, 1, tau)).diff(s[2]),
    "a dot product by a vector": lambda: (h[t] @ b).diff(b),
    "a scalar by a vector": lambda: (w * (h[t] @ b)).diff(h[t]),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_derivative_that_sympy_cannot_know_raises(case):
    with pytest.raises(sr.Unsupported, match=r"SymPy's diff"):
        UNKNOWN[case]()


def test_a_whole_sequence_is_nothing_to_differentiate_by():
    with pytest.raises(sr.Undefined, match="whole sequence"):
        s[t].diff(s)


@pytest.mark.parametrize(
    ("expr", "by"),
    [(s[t], s[t - 1]), (s[1], s[2]), (s[3], t), (s[t], u[t]), (w, s[t]), (h[t] @ b, w), (time_sum(s[t]), w)],
    ids=str,
)
def test_what_is_independent_has_derivative_zero(expr, by):
    assert expr.diff(by) == 0


@pytest.mark.parametrize(
    ("expr", "by", "derivative"),
    [
        (sympy.tanh(w * s[t]), s[t], w * (1 - sympy.tanh(w * s[t]) ** 2)),
        (sr.sigmoid(s[t]), s[t], sr.sigmoid(s[t]) * (1 - sr.sigmoid(s[t]))),
        (sr.softplus(s[t]), s[t], sr.sigmoid(s[t])),
        (sr.relu(s[t]), s[t], sr.step(s[t])),
        (sr.step(s[t]), s[t], 0),
        ((w * h[t]) @ b, w, h[t] @ b),
    ],
    ids=str,
)
def test_what_is_known_is_differentiated(expr, by, derivative):
    assert sympy.simplify(expr.diff(by) - derivative) == 0


def test_undefined_functions_are_differentiated_into_primes():
    """phi'(w s) as a person writes it; `doit` gives SymPy's own form."""
    prime = Prime.of(phi(w * s[t]), 0)
    assert str(prime) == "phi'(s[t]*w)" and str(Prime.of(prime, 0)) == "phi''(s[t]*w)"
    assert prime.doit() == phi(w * s[t]).diff(s[t]).doit() / w
    assert prime.diff(w) == Prime.of(prime, 0) * s[t]
    both = Prime.of(Prime.of(psi(s[t], w), 0), 1)
    assert both == Prime.of(Prime.of(psi(s[t], w), 1), 0)


def test_numpy_arrays_of_scalars():
    """Arithmetic of NumPy's numbers and arrays with a scalar works entry by entry, as with any SymPy expression."""
    assert np.float64(2) * s[t] == 2.0 * s[t] == s[t] * np.float64(2)
    assert list(np.array([1, 2]) * s[t]) == [s[t], 2 * s[t]]
    assert list(s[t] + np.array([1, 2])) == [s[t] + 1, s[t] + 2]
    assert np.float64(2) != s[t] and np.float64(2) != h[t]
