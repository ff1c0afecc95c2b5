"""Sums over time inside sums over time, in losses and in equations: triangles, windows, variances, prefixes."""

import numpy as np
import pytest
import sympy

import symrnn as sr
from laws.judges import arrays_of, everything
from laws.unrolled import differences
from symrnn import Equation, Parameter, Recurrence, Sequence, dims, t, tau, time_mean, time_sum
from symrnn.calculus import adjoint, sweep
from symrnn.calculus.inner_sums import exchanged
from symrnn.calculus.numerical import complex_step
from symrnn.graph.run import draw
from symrnn.tensor.numbers import Floats

s, x, y, a = (Sequence(name) for name in "sxya")
j = sympy.Symbol("j", integer=True, positive=True)  # as a user would name an index: it is no last time
w, n = Parameter("w"), dims("n")
h, z, c, W = Sequence("h", n), Sequence("z", n), Sequence("c", n), Parameter("W", n, n)
STEP = Equation(s[t], sympy.tanh(w * s[t - 1] + x[t]))
MATCHED = time_sum((a[t] - y[t]) ** 2)

MODELS = {
    "triangle": Recurrence(STEP, loss=time_sum(s[t] ** 2 * time_sum(s[j] ** 3, (j, 1, t)))),
    "variance": Recurrence(STEP, loss=time_sum((s[t] - time_mean(s[j], (j, 1, tau))) ** 2)),
    "window": Recurrence(STEP, loss=time_sum(s[t] ** 2 * time_sum(s[j] ** 2, (j, t - 2, t)), (t, 3, tau))),
    "prefix": Recurrence(STEP, Equation(a[t], time_sum(w * s[j] ** 2, (j, 1, t))), loss=MATCHED),
    "suffix": Recurrence(STEP, Equation(a[t], time_sum(w * s[j] ** 2, (j, t, tau))), loss=MATCHED),
    "neighbours": Recurrence(
        STEP,
        Equation(a[t], time_sum(s[j] ** 2, (j, t - 1, t + 1)), over=(t, 2, tau - 1)),
        loss=time_sum(a[t] ** 2, (t, 2, tau - 1)),
    ),
    "vectors": Recurrence(
        Equation(h[t], sr.tanh(W @ h[t - 1] + z[t])),
        Equation(c[t], time_sum(sr.dot(h[t], h[j]) * h[j], (j, 1, t))),
        loss=time_sum(sr.dot(c[t], c[t])),
    ),
    "own past": Recurrence(
        Equation(s[t], sympy.tanh(w * time_sum(s[j], (j, 0, t - 1)) + x[t])), loss=time_sum((s[t] - y[t]) ** 2)
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_line_is_verified_and_instances_are_those_of_the_unfolded_graph(name):
    d = sr.bptt(MODELS[name], wrt=everything(MODELS[name]))
    assert d.verify()
    assert not any(differences(d.at(last), last) for last in (3, 5))


@pytest.mark.parametrize("name", MODELS)
def test_generated_code_agrees_with_complex_step(name):
    model, rng = MODELS[name], np.random.default_rng(0)
    net = sr.to_numpy(model)
    for last in (3, 6):
        instance = draw(model, last, Floats(), 0)
        _, grads = net.loss_and_grad(*arrays_of(instance))
        for leaf, value in instance.given.items():
            found = grads.get(str(leaf).replace(" ", ""))
            if found is not None:
                direction = rng.standard_normal(np.shape(value))
                slope = complex_step(instance, leaf, direction)
                assert float(np.sum(found * direction)) == pytest.approx(slope, rel=1e-10, abs=1e-12), leaf


def test_forward_and_second_order_too():
    assert sr.rtrl(MODELS["prefix"], wrt=w).verify() and sr.hvp(MODELS["variance"], wrt=[w]).verify()


PAIRS = [
    ((1, t), (1, tau)),
    ((t, tau), (1, tau)),
    ((t - 1, t + 2), (2, tau - 1)),
    ((0, t - 1), (1, tau)),
    ((2, 5), (1, 3)),
]


@pytest.mark.parametrize("inner, outer", PAIRS)
def test_the_pairs_of_times_are_the_same_read_by_columns(inner, outer):
    """The sum of 100 t + j over all pairs, by rows and by columns, counts the same pairs."""
    low, high = (sympy.sympify(end) for end in inner)
    first, last = (sympy.sympify(end) for end in outer)
    part, (index, lower, upper) = exchanged(a[t], (j, low, high), (t, first, last))
    for length in range(1, 7):
        rule = {tau: sympy.Integer(length)}

        def ends(pair, more=rule):
            return range(int(pair[0].xreplace(more)), int(pair[1].xreplace(more)) + 1)

        rows = {(r, k) for r in ends((first, last)) for k in ends((low, high), {**rule, t: sympy.Integer(r)})}
        columns = {
            (r, k)
            for k in ends((lower, upper))
            for r in ends((part.lower, part.upper), {**rule, index: sympy.Integer(k)})
        }
        assert rows == columns, length


def test_what_is_not_done_is_refused():
    deep = time_sum(
        s[t]
        * time_sum(
            s[j] * time_sum(s[sympy.Symbol("i", integer=True)] ** 2, (sympy.Symbol("i", integer=True), 1, j)), (j, 1, t)
        )
    )
    with pytest.raises(sr.Unsupported, match="inside two others") as caught:
        sr.bptt(Recurrence(STEP, loss=deep))
    assert "a sequence of its own" in str(caught.value)
    double = Equation(a[t], time_sum(x[j] * s[j], (j, 1, tau - t)))
    with pytest.raises(sr.Unsupported, match="not t plus a number") as caught:
        sr.bptt(Recurrence(STEP, double, loss=MATCHED))
    assert "equation: a[t]" in str(caught.value)


# -- mistakes ----------------------------------------------------------------------------------------------------


def from_the_first(part, inner, outer):
    """The order exchanged as if the inner range did not depend on the outer index."""
    _, binder = exchanged(part, inner, outer)
    return time_sum(part, outer), binder


def a_step_short(part, inner, outer):
    """The times at which both sums meet left out."""
    whole, binder = exchanged(part, inner, outer)
    return time_sum(whole.body, (whole.index, whole.lower + 1, whole.upper)), binder


@pytest.mark.parametrize("wrong", [from_the_first, a_step_short])
@pytest.mark.parametrize("name, where", [("triangle", sweep), ("prefix", adjoint)])
def test_a_wrong_exchange_is_seen(name, where, wrong, monkeypatch):
    monkeypatch.setattr(where, "exchanged", wrong)
    assert not sr.bptt(MODELS[name]).verify()
