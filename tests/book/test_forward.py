"""C6, real-time recurrent learning (Williams and Zipser 1989), and C7, truncated back-propagation, as printed.

Each is one assertion, for symbolic tau and at tau = 3: what the engine derived is structurally the equation
written here by hand, for the tanh network of the textbook.
"""

import pytest
from sympy import Integer

import symrnn as sr
from symrnn import Parameter, Sequence, diag, dims, eye, kron, nabla, sensitivity, softmax, t, zeros
from symrnn.tensor import add, contract, immediate, reshape, row, time_sum

n, m, k = dims("n m k")
h, x, o, L = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("L")
y = Sequence("y", k, simplex=True)
W, U, V = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n)
b, c = Parameter("b", n), Parameter("c", k)

MODEL = sr.models.elman()
SYMBOLIC = sr.rtrl(MODEL, wrt=[W, U, b, h[0]])
AT_3 = SYMBOLIC.at(3)
both = pytest.mark.parametrize("d", [SYMBOLIC, AT_3], ids=["symbolic tau", "tau = 3"])


def line(d, left):
    """The right side of the line with this left side."""
    (found,) = [e.equation.rhs for e in d.lines if e.equation.lhs == left]
    return found


def times(d):
    """The times at which an equation is asserted: t for symbolic tau, numbers at tau = 3."""
    return [t] if d is SYMBOLIC else [1, 2, 3]


def summed(d, term):
    """The sum of a term over time: of symbolic tau as one object, at tau = 3 written out."""
    if d is SYMBOLIC:
        return time_sum(term)
    return add(*(term.xreplace({t: Integer(s)}) for s in (1, 2, 3)))


def slope(s):
    """The diagonal of 10.21: 1 - (h(s))^2."""
    return diag(1 - h[s] ** 2)


@both
def test_c6_the_sensitivity_by_jacobians(d):
    """C6: P(t) = (dh(t)/dh(t-1)) P(t-1) + the immediate derivative of h(t) by W."""
    for s in times(d):
        J, now = sr.jacobian(MODEL, h[s], h[s - 1]), sr.jacobian(MODEL, h[s], W, immediate=True)
        assert line(d, sensitivity(h[s], W)) == J @ sensitivity(h[s - 1], W) + now


@both
def test_c6_the_sensitivity_written_out(d):
    """C6: P(t) = diag(1 - (h(t))^2) W P(t-1) + diag(1 - (h(t))^2) (I kron h(t-1)^T), of shape (n, n n)."""
    for s in times(d):
        P = slope(s) @ W @ sensitivity(h[s - 1], W) + slope(s) @ kron(eye(n), row(h[s - 1]))
        assert line(d, sensitivity(h[s], W)) == P and P.shape == (n, n**2)


@both
def test_c6_it_starts_at_zero(d):
    """C6: P(0) = 0, since h(0) is given; by h(0) itself it is the identity."""
    assert line(d, sensitivity(h[0], W)) == zeros(n, n**2)
    assert line(d, sensitivity(h[0], h[0])) == eye(n)


@both
def test_c6_the_other_parameters(d):
    """C6 for U and b, whose immediate derivatives are diag(1 - h^2) (I kron x^T) and diag(1 - h^2)."""
    for s in times(d):
        assert line(d, sensitivity(h[s], U)) == slope(s) @ W @ sensitivity(h[s - 1], U) + slope(s) @ kron(
            eye(n), row(x[s])
        )
        assert line(d, sensitivity(h[s], b)) == slope(s) @ W @ sensitivity(h[s - 1], b) + slope(s)


@both
def test_c6_the_gradient(d):
    """C6: the gradient of W is the sum over t of (dL(t)/dh(t)) P(t), in the shape of W."""
    expected = summed(d, sensitivity(h[t], W).T @ V.T @ nabla(o[t]))
    assert line(d, nabla(W)) == d[W] == reshape(expected, n, n)
    assert d[b] == summed(d, sensitivity(h[t], b).T @ V.T @ nabla(o[t]))


def test_c6_the_gradient_by_jacobians():
    """The same with dL(t)/dh(t) as the Jacobian through o(t), other states fixed."""
    error = line(SYMBOLIC, nabla(o[t]))
    assert error == softmax(o[t]) - y[t]
    outer = sr.jacobian(MODEL, L[t], h[t])
    term = SYMBOLIC[W].args[0].body
    assert term.xreplace({nabla(o[t]): error}) == contract(outer, sensitivity(h[t], W))


def test_c6_the_two_derivatives():
    """The chain of uses with its names, then the immediate derivatives written out: each is a step of its own."""
    steps = {(s.kind, s.before): s.after for s in SYMBOLIC.steps if s.kind in {"total", "immediate"}}
    total = immediate(h[t], h[t - 1]) @ sensitivity(h[t - 1], W) + immediate(h[t], W)
    assert steps["total", sensitivity(h[t], W)] == total
    assert steps["immediate", immediate(h[t], h[t - 1])] == slope(t) @ W
    assert steps["immediate", immediate(h[t], W)] == slope(t) @ kron(eye(n), row(h[t - 1]))


@both
def test_every_equation_is_verified(d):
    assert d.verify()
