"""Losses that begin, end or look in between: their times bound the inner sum of C2, and what refutes that."""

import sys
from dataclasses import replace

import pytest
from sympy import Integer, Max, Symbol

import symrnn as sr
from laws.judges import disagreement, fits, leaves
from laws.systems import MODELS
from symrnn import Equation, t, tau, time_prod, time_sum
from symrnn.calculus.adjoint import total
from symrnn.calculus.induction import NotProved

CHAINS = sys.modules["symrnn.calculus.adjoint_chains"]
CLOSED = sys.modules["symrnn.calculus.closed_forms"]
n = sr.dims("n")
h, g, y, W = sr.Sequence("h", n), sr.Sequence("g", n), sr.Sequence("y", n), sr.Parameter("W", n, n)
HIDDEN = Equation(h[t], sr.tanh(W @ h[t - 1] + y[t]))
BACKWARD = Equation(g[t], sr.tanh(W @ g[t + 1] + y[t]))


def seen(loss, *more):
    return sr.Recurrence(HIDDEN, *more, loss=loss)


def coupled():
    """Two states, the loss of which leaves out the first and the last step."""
    model = MODELS["coupled"]()
    return sr.Recurrence(*model.equations, loss=time_sum(sr.sum(model.states[0][t]), (t, 2, tau - 1)))


LOSSES = {
    "from 3 on": lambda: seen(time_sum(sr.dot(y[t], h[t]), (t, 3, tau))),
    "until tau - 2": lambda: seen(time_sum(sr.dot(y[t], h[t]), (t, 1, tau - 2))),
    "at 2": lambda: seen(sr.sum(h[2])),
    "at tau - 2": lambda: seen(sr.sum(h[tau - 2])),
    "at each step, and at 3": lambda: seen(time_sum(sr.dot(y[t], h[t])) + sr.sum(h[3])),
    "forward and backward": lambda: seen(time_sum(sr.dot(g[t], h[t]), (t, 2, tau)), BACKWARD),
    "two states": coupled,
}


@pytest.mark.parametrize("name", LOSSES)
def test_their_times_bound_the_inner_sum(name, seed):
    d = sr.bptt(LOSSES[name]())
    for leaf in leaves(d):
        form = d.closed_form(leaf)
        assert form.status == "proved", leaf
        for last in (3, 5, 8):
            if fits(d, last):
                assert disagreement(form, last, seed) == 0, (leaf, last)


def test_c2_with_the_times_of_the_loss():
    form = sr.bptt(LOSSES["from 3 on"]()).closed_form("h[t]")
    k, j = Symbol("k", integer=True), Symbol("j", integer=True)
    product = time_prod(sr.diag(1 - h[j] ** 2) @ W, (j, t + 1, k))
    assert form.expr == time_sum(product.T @ y[k], (k, Max(3, t), tau))
    assert form.steps[-1].law.name == "range of a sum" and form.verify()


def unguarded(d, v, time, times):
    """All uses at all times of the state, as if the loss looked at each."""
    return total([c.part.xreplace({t: time}) for c in d.origin[0].elements[v]], v[time])


def from_two_on(expr, homes, right=CLOSED.narrowed):
    """A sum that begins a step too early."""
    return right(expr, homes).xreplace({Integer(3): Integer(2)})


def test_a_wrong_bound_is_seen(monkeypatch):
    monkeypatch.setattr(CLOSED, "narrowed", from_two_on)
    assert not sr.bptt(LOSSES["from 3 on"]()).closed_form("h[t]").verify()


def test_a_use_without_its_times_stops_the_proof(monkeypatch):
    monkeypatch.setattr(CHAINS, "guarded_row", unguarded)
    with pytest.raises((NotProved, sr.Unsupported)):
        sr.bptt(LOSSES["from 3 on"]()).closed_form("h[t]")


def test_lines_that_are_not_of_the_uses_are_not_put_together():
    d = sr.bptt(LOSSES["from 3 on"]())
    i, line = next((i, x) for i, x in enumerate(d.lines) if x.group == "backward" and x.when)
    e = line.equation
    wrong = replace(line, equation=Equation._trusted(e.lhs, 2 * e.rhs, e.args[2]))
    with pytest.raises(sr.Unsupported, match="different lines"):
        replace(d, lines=(*d.lines[:i], wrong, *d.lines[i + 1 :])).closed_form("W")
