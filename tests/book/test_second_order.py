"""Second derivatives that can be found by hand, and the three recurrences of a Hessian-vector product."""

import pytest
import sympy

import symrnn as sr
from symrnn import Equation, Parameter, Recurrence, Sequence, nabla, t, tau


@pytest.fixture(scope="module")
def linear():
    """s[t] = w s[t-1] with half the square of the last state as loss: L = (w**tau s[0])**2 / 2."""
    s, w = Sequence("s"), Parameter("w")
    return Recurrence(Equation(s[t], w * s[t - 1]), loss=s[tau] ** 2 / 2)


def test_linear_recurrence_lines(linear):
    (s,), (w,) = linear.states, linear.parameters
    ds, dw, slope = Sequence("sdot"), Parameter("wdot", learned=False), "Ldot"
    d = sr.hvp(linear)
    assert [line.group for line in d.lines] == ["tangent", *["backward"] * 2, *["second"] * 2, "gradient", "boundary"]
    assert d.equations[0] == Equation(ds[t], w * ds[t - 1] + dw * s[t - 1])
    assert d.equations[1].rhs == s[tau]
    assert d.equations[2].rhs == w * nabla(s[t + 1])
    assert d.equations[3].rhs == ds[tau]
    assert d.equations[4].rhs == w * nabla(s[t + 1], slope) + dw * nabla(s[t + 1])
    products = sr.time_sum(s[t - 1] * nabla(s[t], slope)) + sr.time_sum(ds[t - 1] * nabla(s[t]))
    assert d[w] == products


@pytest.mark.parametrize("last", [1, 2, 3, 5])
def test_linear_recurrence_hessian(linear, last):
    """With L = w**(2 tau) s0**2 / 2: all three second derivatives, as formulas."""
    (w,) = linear.parameters
    found = sr.hessian(linear, tau=last, wrt=[w, linear.boundary[0]])
    v, s0 = found.variables
    loss = (v**last * s0) ** 2 / 2
    assert sympy.expand(found.matrix - sympy.hessian(loss, (v, s0))) == sympy.zeros(2)
    assert sympy.expand(found[0, 0] - last * (2 * last - 1) * v ** (2 * last - 2) * s0**2) == 0


def test_elman():
    """The tangent of 10.9, and 10.18 to 10.21 differentiated along a direction (Pearlmutter 1994)."""
    model = sr.models.elman()
    h, o, x, y = (next(v for v in model.sequences if v.name == name) for name in "hoxy")
    W, U, V, b = (next(w for w in model.parameters if w.name == name) for name in "WUVb")
    dh, do = Sequence("hdot", *h.shape), Sequence("odot", *o.shape)
    dW, dU, dV, db = (Parameter(f"{w.name}dot", *w.shape, learned=False) for w in (W, U, V, b))
    d = sr.hvp(model)
    found = {(str(line.equation.lhs), line.group): line.equation.rhs for line in d.lines}
    inner = db + dW @ h[t - 1] + W @ dh[t - 1] + dU @ x[t]
    assert found["hdot[t]", "tangent"] == (1 - h[t] ** 2) * inner
    yhat = sr.softmax(o[t])
    assert found["nabla(o[t])", "backward"] == yhat - y[t]
    assert found["nabla(o[t], Ldot)", "second"] == yhat * (do[t] - sr.dot(yhat, do[t]) * sr.ones(*o.shape))
    first, second = nabla(h[t + 1]), nabla(h[t + 1], "Ldot")
    slope = 1 - h[t + 1] ** 2
    expected = W.T @ (slope * second) + dW.T @ (slope * first) + V.T @ nabla(o[t], "Ldot") + dV.T @ nabla(o[t])
    assert found["nabla(h[t], Ldot)", "second"] == expected - 2 * h[t] * inner * nabla(h[t])
    assert d[V] == sr.time_sum(sr.outer(nabla(o[t], "Ldot"), h[t])) + sr.time_sum(sr.outer(nabla(o[t]), dh[t]))
