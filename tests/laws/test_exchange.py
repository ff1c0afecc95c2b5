"""Forward equals backward, proved by exchanging the sums over the triangle k <= t: the proof, and what refutes it."""

import sys
from dataclasses import replace

import pytest

import symrnn as sr
from symrnn import t, tau
from symrnn.calculus.induction import NotProved
from symrnn.model import library
from symrnn.tensor.binders import time_sum
from symrnn.tensor.linear import Transpose
from symrnn.tensor.products import TimeProduct, time_prod

EXCHANGE = sys.modules["symrnn.calculus.exchange"]
PROVED = {"elman": "b W U", "scalar": "w u b", "echo-state": "W U", "vector-to-sequence": "b W R", "state-space": "A B"}


def proof(name, parameter):
    model = library.get(name)
    (by,) = (w for w in model.parameters if w.name == parameter)
    return model, by, sr.prove_forward_is_backward(model, by)


@pytest.mark.parametrize(("name", "by"), [(name, by) for name, found in PROVED.items() for by in found.split()])
def test_the_last_line_is_that_of_back_propagation(name, by):
    model, leaf, form = proof(name, by)
    assert form.status == "proved" and form.expr == sr.bptt(model, wrt=leaf)[leaf]
    assert [s.law.name for s in form.steps][:3] == ["recurrence", "closed form", "exchange of sums"]


def test_a_loss_at_one_time_has_one_sum():
    model, leaf, form = proof("last-output", "W")
    assert form.status == "proved" and form.expr == sr.bptt(model, wrt=leaf)[leaf] and form.verify()
    assert "exchange of sums" not in [s.law.name for s in form.steps]


@pytest.mark.parametrize("name", ["scalar", "elman"])
def test_every_line_is_verified(name):
    assert proof(name, "w" if name == "scalar" else "W")[2].verify()


def summed(double, bounds):
    """A double sum with the times of its inner sum changed."""
    inner = double.body
    return time_sum(time_sum(inner.body, (inner.index, *bounds(inner))), (double.index, double.lower, double.upper))


def with_first(form, change):
    """A closed form whose formula is something else."""
    step = form.steps[0]
    return replace(form, steps=(replace(step, after=change(step.after)), *form.steps[1:]))


def inside(s, what, change):
    """A sum over time with every node of a kind in it changed."""
    return time_sum(s.body.xreplace({x: change(x) for x in s.body.atoms(what)}), s.args[1:4])


def reversed_products(s):
    return inside(s, TimeProduct, lambda p: time_prod(p.body, p.args[1:4], left="earliest"))


def until(s, last):
    return time_sum(s.body, (s.index, s.lower, last))


RULES = {  # a rule of the proof with a mistake in what it gives; the line at which the proof stops
    "the sums stay": ("exchanged", lambda right, double: double, "W", 4),
    "from the next step": (
        "exchanged",
        lambda right, x: summed(right(x), lambda inner: (inner.lower + 1, inner.upper)),
        "W",
        4,
    ),
    "to the last step but one": (
        "exchanged",
        lambda right, x: summed(right(x), lambda inner: (inner.lower, inner.upper - 1)),
        "W",
        4,
    ),
    "put in at the next step": ("pulled_in", lambda right, e, leaf, x: right(e, leaf, x.xreplace({t: t + 1})), "W", 3),
    "transpose lost": ("transpose", lambda right, x: x, "c", 4),
    "a Kronecker product turned": ("outer", lambda right, a, b: right(b, a), "A", 5),
}
CLAIMS = {  # a closed form that is false; the line at which the proof stops
    "sensitivities without the last step": ("closed_rate", lambda s: until(s, t - 1), "W", 3),
    "sensitivities from the wrong side": ("closed_rate", reversed_products, "W", 4),
    "adjoints without the last error": ("closed_gradient", lambda s: until(s, tau - 1), "W", 4),
    "adjoints from the wrong side": ("closed_gradient", reversed_products, "W", 4),
    "adjoints with a transpose lost": (
        "closed_gradient",
        lambda s: inside(s, Transpose, lambda x: x.args[0] if x.args[0].atoms(TimeProduct) else x),
        "W",
        4,
    ),
}


def asked(name):
    """A model and a parameter of it; c is one whose immediate derivative diag(1 - h^2) W is not symmetric."""
    if name != "c":
        return proof("state-space" if name == "A" else "elman", name)[:2]
    n = sr.dims("n")
    h, y, W, c = sr.Sequence("h", n), sr.Sequence("y", n), sr.Parameter("W", n, n), sr.Parameter("c", n)
    return sr.Recurrence(sr.Equation(h[t], sr.tanh(W @ (h[t - 1] + c))), loss=time_sum(sr.dot(y[t], h[t]))), c


def stops(monkeypatch, what, change, by, line):
    """A proof that there is, and that a change of one function of its module stops at a line."""
    model, leaf = asked(by)
    assert sr.prove_forward_is_backward(model, leaf).status == "proved"
    right = getattr(EXCHANGE, what)
    monkeypatch.setattr(EXCHANGE, what, lambda *arguments: change(right, *arguments))
    with pytest.raises(NotProved, match=f"line {line}") as error:
        sr.prove_forward_is_backward(model, leaf)
    assert (error.value.case, error.value.line) == ("exchange", line)


@pytest.mark.parametrize("mistake", RULES)
def test_a_wrong_rule_is_not_proved(mistake, monkeypatch):
    stops(monkeypatch, *RULES[mistake])


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_false_closed_form_is_not_proved(claim, monkeypatch):
    what, change, by, line = CLAIMS[claim]
    stops(monkeypatch, what, lambda right, *arguments: with_first(right(*arguments), change), by, line)
