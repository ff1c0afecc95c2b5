"""C1 to C4 of docs/sources.md: the equations of Pascanu, Mikolov and Bengio (2013) and of linear recurrences.

Each is one assertion, with symbolic t and tau: what the engine solved and proved is structurally the equation written
here by hand. C6 and C7 are in `test_forward` and beside it.
"""

import pytest
from sympy import Symbol

import symrnn as sr
from symrnn import Equation, Parameter, Sequence, diag, dims, nabla, outer, t, tau, time_prod, time_sum
from symrnn.tensor import kron, matrix_power, reshape

n, m, k = dims("n m k")
h, x, o = Sequence("h", n), Sequence("x", m), Sequence("o", k)
W, U, V, b = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("b", n)
j, r = Symbol("j", integer=True), Symbol("r", integer=True)
s, w = Sequence("s"), Parameter("w")

ELMAN = sr.models.elman()
BPTT = sr.bptt(ELMAN)
SCALAR = sr.Recurrence(Equation(s[t], w * s[t - 1]), loss=s[tau])
LINEAR = sr.Recurrence(Equation(h[t], W @ h[t - 1] + U @ x[t]), loss=sr.sum(h[tau]))


def proved(form):
    """The formula of a closed form that is proved, every line of the proof applied again."""
    assert form.status == "proved" and form.proof.check()
    return form.expr


def jacobians(later, earlier):
    """The product of diag(1 - h(j)^2) W, the latest factor on the left."""
    return time_prod(diag(1 - h[j] ** 2) @ W, (j, earlier + 1, later))


def test_c1_product_of_jacobians():
    """C1: dh(t)/dh(r) is the product of diag(1 - h(j)^2) W over j = t, ..., r + 1; the empty product is I."""
    form = sr.closed_form(ELMAN, h[t], by=h[r])
    assert proved(form) == jacobians(t, r)
    assert form.equation.over[1:] == (r, tau)
    assert jacobians(r, r) == sr.eye(n)
    assert form.verify()


def test_c2_adjoint_of_a_state():
    """C2: the gradient by h(t) is the sum over r = t..tau of (dh(r)/dh(t))ᵀ Vᵀ times the gradient by o(r)."""
    right = time_sum(jacobians(r, t).T @ V.T @ nabla(o[r]), (r, t, tau))
    assert proved(BPTT.closed_form(h[t])) == right
    assert sr.prove(BPTT, Equation(nabla(h[t]), right)).check()


def test_c2_gradient_of_the_recurrent_matrix():
    """C2 in 10.26: a double sum over t <= r, in either order."""
    term = outer(diag(1 - h[t] ** 2) @ jacobians(r, t).T @ V.T @ nabla(o[r]), h[t - 1])
    form = BPTT.closed_form(W)
    assert proved(form) == time_sum(time_sum(term, (r, t, tau)))
    assert form.exchanged == time_sum(time_sum(term, (t, 1, r)), (r, 1, tau))


@pytest.mark.parametrize("by", [W, b], ids=str)
def test_c3_total_from_immediate_derivatives(by):
    """C3: dh(t)/dw is the sum over r = 1..t of the product of Jacobians times the immediate derivative of h(r)."""
    immediate = sr.jacobian(ELMAN, h[r], by, immediate=True)
    form = sr.closed_form(ELMAN, h[t], by=by)
    assert proved(form) == time_sum(jacobians(t, r) @ immediate, (r, 1, t))
    assert form.verify()


def test_c3_the_immediate_derivative_by_the_matrix():
    """The immediate derivative in C3, as a matrix over vec W."""
    expected = diag(1 - h[t] ** 2) @ kron(sr.eye(n), reshape(h[t - 1], 1, n))
    assert sr.jacobian(ELMAN, h[t], W, immediate=True) == expected


def test_c4_scalar_linear():
    """C4: s(t) = w^t s(0), ds(t)/dw = t w^(t-1) s(0), ds(t)/ds(0) = w^t."""
    assert proved(sr.closed_form(SCALAR, s[t])) == w**t * s[0]
    assert proved(sr.closed_form(SCALAR, s[t], by=w)) == t * w ** (t - 1) * s[0]
    assert proved(sr.closed_form(SCALAR, s[t], by=s[0])) == w**t


def test_c4_vector_linear():
    """C4: h(t) = W^t h(0) + the sum over r = 1..t of W^(t-r) U x(r)."""
    expected = time_sum(matrix_power(W, t - r) @ U @ x[r], (r, 1, t)) + matrix_power(W, t) @ h[0]
    assert proved(sr.closed_form(LINEAR, h[t])) == expected
