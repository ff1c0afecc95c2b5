"""Forward equals backward, proved by exchanging the sums over the triangle k <= t: the proof, and what refutes it."""

import sys

import pytest

import symrnn as sr
from symrnn.calculus.induction import NotProved
from symrnn.errors import Unsupported
from symrnn.model import library
from symrnn.tensor.binders import time_sum

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


@pytest.mark.parametrize("name", ["scalar", "elman"])
def test_every_line_is_verified(name):
    assert proof(name, "w" if name == "scalar" else "W")[2].verify()


MISTAKES = {
    "wrong order of sums": ("exchanged", lambda right, double: double),
    "sum from the next step": (
        "exchanged",
        lambda right, x: time_sum(
            time_sum(right(x).body.body, (right(x).body.index, right(x).index + 1, right(x).body.upper)),
            (right(x).index, right(x).lower, right(x).upper),
        ),
    ),
    "transpose lost": ("transpose", lambda right, x: 2 * right(x)),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_rule_is_not_proved(mistake, monkeypatch):
    what, wrong = MISTAKES[mistake]
    right = getattr(EXCHANGE, what)
    monkeypatch.setattr(EXCHANGE, what, lambda *arguments: wrong(right, *arguments))
    with pytest.raises(NotProved) as error:
        proof("elman", "W")
    assert error.value.line == 4


@pytest.mark.parametrize("name", ["lstm", "last-output", "gru"])
def test_what_has_no_exchange_is_refused(name):
    model = library.get(name)
    with pytest.raises(Unsupported):
        sr.prove_forward_is_backward(model, model.parameters[0])
