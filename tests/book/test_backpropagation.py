"""Equations 10.8 to 10.28 of Goodfellow, Bengio, Courville, *Deep Learning*, 2016, pages 374 to 380.

Each is one assertion, for symbolic tau and at tau = 3: what the engine derived is structurally the equation
written here by hand. The first printings put the diagonal of 10.21 in another place; see docs/sources.md.
"""

import pytest
from sympy import Integer

import symrnn as sr
from symrnn import Equation, Parameter, Sequence, cross_entropy, diag, dims, nabla, outer, softmax, t, tanh, tau
from symrnn.tensor import add, copy_at, time_sum

n, m, k = dims("n m k")
h, x, o, L = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("L")
y, yhat = Sequence("y", k, simplex=True), Sequence("yhat", k, simplex=True)
W, U, V = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n)
b, c = Parameter("b", n), Parameter("c", k)

MODEL = sr.models.elman()
SYMBOLIC, AT_3 = sr.bptt(MODEL), sr.bptt(MODEL, tau=3)
both = pytest.mark.parametrize("d", [SYMBOLIC, AT_3], ids=["symbolic tau", "tau = 3"])


def line(d, node):
    """The right side of the line for the adjoint of a node."""
    (found,) = [e.equation.rhs for e in d.lines if e.equation.lhs == nabla(node)]
    return found


def over(d, node):
    """The range of times of that line."""
    (found,) = [e.equation.over for e in d.lines if e.equation.lhs == nabla(node)]
    return found


def summed(d, term):
    """The sum of a term over time: of symbolic tau as one object, at tau = 3 written out."""
    if d is SYMBOLIC:
        return time_sum(term)
    return add(*(term.xreplace({t: Integer(s)}) for s in (1, 2, 3)))


def times(d, *others):
    """The times at which an equation is asserted: t for symbolic tau, numbers at tau = 3."""
    return [t] if d is SYMBOLIC else list(others or (1, 2, 3))


def slope(s):
    """The diagonal of 10.21: 1 - (h(s))^2."""
    return diag(1 - h[s] ** 2)


def test_10_8_10_9_the_state():
    """10.8, 10.9: h(t) = tanh(b + W h(t-1) + U x(t))."""
    assert MODEL.equations[0] == Equation(h[t], tanh(b + W @ h[t - 1] + U @ x[t]))


def test_10_10_the_output():
    """10.10: o(t) = c + V h(t)."""
    assert MODEL.equations[1] == Equation(o[t], c + V @ h[t])


def test_10_11_the_probabilities():
    """10.11: yhat(t) = softmax(o(t)), as a node of its own and as an abbreviation."""
    assert sr.models.elman(output="probabilities").equations[2] == Equation(yhat[t], softmax(o[t]))
    assert [(a.short, a.long) for a in MODEL.abbreviations] == [(yhat[t], softmax(o[t]))]


def test_10_12_to_10_14_the_loss():
    """10.12 to 10.14: L = sum over t of L(t), L(t) = -sum over i of y_i(t) log yhat_i(t)."""
    assert MODEL.loss == time_sum(L[t])
    assert MODEL.equations[2].rhs == sr.softmax_cross_entropy(o[t], y[t])
    assert sr.models.elman(output="probabilities").equations[3].rhs == cross_entropy(yhat[t], y[t])


@both
def test_10_17_the_loss_by_its_terms(d):
    """10.17: dL/dL(t) = 1."""
    assert all(line(d, L[s]) == 1 for s in times(d))


@both
def test_10_18_the_output_by_its_error(d):
    """10.18: the gradient of o(t) is yhat(t) - y(t)."""
    assert all(line(d, o[s]) == softmax(o[s]) - y[s] for s in times(d))


@both
def test_10_19_the_last_state(d):
    """10.19: the gradient of h(tau) is V^T times that of o(tau)."""
    last = tau if d is SYMBOLIC else 3
    assert line(d, h[last]) == V.T @ nabla(o[last])


@both
def test_10_20_an_earlier_state_by_jacobians(d):
    """10.20: (dh(t+1)/dh(t))^T times the gradient of h(t+1), plus (do(t)/dh(t))^T times that of o(t)."""
    for s in times(d, 1, 2):
        forward = sr.jacobian(MODEL, h[s + 1], h[s]).T @ nabla(h[s + 1])
        assert line(d, h[s]) == forward + sr.jacobian(MODEL, o[s], h[s]).T @ nabla(o[s])
    assert d is AT_3 or over(d, h[t]) == (t, 1, tau - 1)


@both
def test_10_21_an_earlier_state(d):
    """10.21: W^T diag(1 - (h(t+1))^2) times the gradient of h(t+1), plus V^T times that of o(t)."""
    for s in times(d, 1, 2):
        assert line(d, h[s]) == W.T @ slope(s + 1) @ nabla(h[s + 1]) + V.T @ nabla(o[s])


@both
def test_10_22_the_output_bias(d):
    """10.22: the gradient of c is the sum of those of o(t)."""
    assert line(d, c) == d[c] == summed(d, nabla(o[t]))


@both
def test_10_23_the_bias(d):
    """10.23: the gradient of b is the sum of diag(1 - (h(t))^2) times those of h(t)."""
    assert line(d, b) == d[b] == summed(d, slope(t) @ nabla(h[t]))


@both
def test_10_24_the_output_matrix(d):
    """10.24: the gradient of V is the sum of (gradient of o(t)) h(t)^T."""
    assert line(d, V) == d[V] == summed(d, outer(nabla(o[t]), h[t]))


def steps(d, parameter, law):
    """What a law gives for the gradient of a parameter, or of its copies."""
    found = [s for s in d.steps if s.law.name == law and getattr(s.target, "parameter", s.target) == parameter]
    return {s.before: s.after for s in found if s.kind in {"copy", "identify"}}


def added(d, name):
    """The gradients of all copies of a parameter, added."""
    return summed(d, d.copies[name][0].rhs) if d is SYMBOLIC else add(*(e.rhs for e in d.copies[name]))


@both
def test_10_25_the_recurrent_matrix_by_copies(d):
    """10.25: copies W(t), used at step t only, each with a gradient; that of W is their sum, by the law of sharing."""
    copies = d.copies["W"]
    assert [e.lhs for e in copies] == [nabla(copy_at(W, s)) for s in times(d)]
    assert [e.rhs for e in copies] == [outer(slope(s) @ nabla(h[s]), h[s - 1]) for s in times(d)]
    assert steps(d, W, "sum over uses") == {e.lhs: e.rhs for e in copies}
    (summed_up,) = steps(d, W, "shared parameter").items()
    assert summed_up == (nabla(W), time_sum(nabla(copy_at(W, t)), (t, 1, d.last)))
    assert added(d, "W") == d[W]


@both
def test_10_26_the_recurrent_matrix(d):
    """10.26: the gradient of W is the sum of diag(1 - (h(t))^2) (gradient of h(t)) h(t-1)^T."""
    assert line(d, W) == d[W] == summed(d, outer(slope(t) @ nabla(h[t]), h[t - 1]))


@both
def test_10_27_the_input_matrix_by_copies(d):
    """10.27: the same with copies U(t)."""
    assert [e.rhs for e in d.copies["U"]] == [outer(slope(s) @ nabla(h[s]), x[s]) for s in times(d)]
    assert added(d, "U") == d[U]


@both
def test_10_28_the_input_matrix(d):
    """10.28: the gradient of U is the sum of diag(1 - (h(t))^2) (gradient of h(t)) x(t)^T."""
    assert line(d, U) == d[U] == summed(d, outer(slope(t) @ nabla(h[t]), x[t]))


@both
def test_the_initial_state(d):
    """Beside the book: the gradient of h(0), which is given."""
    assert line(d, h[0]) == d[h[0]] == W.T @ slope(1) @ nabla(h[1])


def test_c1_the_jacobian_of_one_step():
    """C1, one factor: dh(t)/dh(t-1) = diag(1 - (h(t))^2) W."""
    assert sr.jacobian(MODEL, h[t], h[t - 1]) == slope(t) @ W


def test_the_steps_are_the_same_with_the_probabilities_as_a_node():
    """10.18 in two steps: -y/yhat through yhat(t), then the softmax; the equations after it stay as they are."""
    d = sr.bptt(sr.models.elman(output="probabilities"))
    assert line(d, yhat[t]) == -y[t] / yhat[t]
    mean = sr.dot(yhat[t], nabla(yhat[t])) * sr.ones(k)
    assert line(d, o[t]) == yhat[t] * (nabla(yhat[t]) - mean)
    assert all(d[parameter] == SYMBOLIC[parameter] for parameter in (b, c, U, V, W))


@both
def test_every_equation_is_verified(d):
    assert d.verify()
