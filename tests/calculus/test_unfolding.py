"""The nested composition as a derivation, and the function of the whole past: what it says is true or refused."""

import pytest

import symrnn as sr
from laws.systems import HAND, LIBRARY
from symrnn import Equation, Parameter, Recurrence, Sequence, dims, t, tau

n = dims("n")
h, x, W = Sequence("h", n), Sequence("x", n), Parameter("W", n, n)
driven = sr.models.driven()


@pytest.mark.parametrize("name", ["driven", "scalar", "elman", "jordan", "leaky", "skip", "lstm", "gru", "stacked"])
def test_a_state_is_a_function_of_the_whole_past(name):
    model = LIBRARY[name]()
    node = model.states[0][t]
    d = sr.nest(model, node)
    assert str(d.lines[0].equation).startswith(f"{node} = ") and "(x[t], ..., x[1])" in str(d.lines[0].equation)
    assert d.verify()


@pytest.mark.parametrize("time", [t + 1, t - 1, tau], ids=str)
def test_at_any_time(time):
    d = sr.nest(driven, driven.states[0][time])
    assert d.verify() and d.lines[0].equation.rhs.latest[0].time == time


def test_a_delayed_input_is_a_past_from_its_first_value_on():
    """h[t] of x[t - 1] and h[t - 1] is a function of x[t - 1], ..., x[0]."""
    model = Recurrence(Equation(h[t], sr.tanh(W @ h[t - 1] + x[t - 1])))
    d = sr.nest(model, h[t])
    assert str(d.lines[0].equation.rhs) == "g^(t)(x[t - 1], ..., x[0])" and d.verify()


def test_a_name_that_is_taken_is_not_used_again():
    g = Sequence("g", n)
    model = Recurrence(Equation(g[t], sr.tanh(W @ g[t - 1] + x[t])))
    assert sr.nest(model, g[t]).lines[0].equation.rhs.name == "G"


@pytest.mark.parametrize(
    ("name", "node"),
    [("backward", "g"), ("bidirectional", "o"), ("time delay", "h"), ("encoder decoder", "s"), ("whole past", "s")],
)
def test_what_is_no_function_of_the_past_is_refused(name, node):
    """A state from the future, a window, a last step: g^(t)(x[t], ..., x[1]) would be false of them."""
    model = HAND[name]()
    v = next(v for v in model.defined if v.name == node)
    with pytest.raises(sr.Undefined, match="is no function of the past"):
        sr.nest(model, v[t])


def test_several_inputs_stand_side_by_side():
    model = HAND["matrix state"]()
    (state,) = model.states
    d = sr.nest(model, state[t])
    assert [v.name for v in d.lines[0].equation.rhs.latest] == ["x", "f", "v"] and d.verify()


def test_each_line_replaces_the_latest_nodes_by_their_equations():
    model = HAND["scrambled"]()
    o = model.defined[0]
    texts = [str(line.equation.rhs) for line in sr.nest(model, o[1]).lines]
    assert texts == [
        "c + V @ h[1]",
        "c + V @ (a[1] + tanh(a[1]))",
        "c + V @ (W @ h[0] + tanh(W @ h[0] + U @ x[1]) + U @ x[1])",
    ]
    assert sr.nest(model, o[1]).verify()


def test_a_node_that_is_given_is_not_unfolded():
    for node in (driven.states[0][0], driven.states[0][-3]):
        with pytest.raises(sr.Undefined, match="is given, not computed"):
            sr.nest(driven, node)
