"""The roles of a model's sequences, its lags and boundary values, read off the equations."""

import pytest
from sympy import Integer

import symrnn as sr
from laws.systems import HAND, LIBRARY
from symrnn import Constant, Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau

n, m, k = dims("n m k")
h, g, r, x, o, y, L = (Sequence(name, n) for name in "hgrxoyL")
s, u, w = Sequence("s"), Sequence("u"), Parameter("w")
W, R, V = Parameter("W", n, n), Parameter("R", n, n), Parameter("V", n, n)


def names(xs):
    return " ".join(str(v) for v in xs)


# model: states; inputs; targets; outputs; intermediates; lags; boundary values
ROLES = {
    "classical": ("s", "", "", "", "", {"s": (1,)}, "s[1]"),
    "driven": ("h", "x", "", "", "", {"h": (1,), "x": (0,)}, "h[0]"),
    "scalar": ("s", "x", "y", "", "", {"s": (1,), "x": (0,)}, "s[0]"),
    "elman": ("h", "x", "y", "o", "", {"h": (0, 1), "o": (0,), "x": (0,), "y": (0,)}, "h[0]"),
    "elman probabilities": (
        *("h", "x", "y", "o yhat", ""),
        {"h": (0, 1), "o": (0,), "yhat": (0,), "x": (0,), "y": (0,)},
        "h[0]",
    ),
    "coupled": ("h r", "x", "y", "", "", {"h": (1,), "r": (1, 2), "x": (0,)}, "h[0] r[-1] r[0]"),
    "skip": ("h", "x", "", "", "", {"h": (1, 3), "x": (0,)}, "h[-2] h[-1] h[0]"),
    "backward": ("g", "x", "", "", "", {"g": (-1,), "x": (0,)}, "g[tau + 1]"),
    "bidirectional": ("h g", "x", "y", "o", "", {"h": (0, 1), "g": (-1, 0), "x": (0,)}, "h[0] g[tau + 1]"),
    "time delay": ("", "x", "y", "h", "", {"x": (0, 1, 2)}, "x[-1] x[0]"),
    "context": ("h", "", "y", "o", "", {"h": (0, 1)}, ""),
    "one output": ("h", "x", "", "o", "", {"h": (1,), "x": (0,)}, "h[0]"),
    "later start": ("s", "", "y", "o", "", {"s": (0, 1), "o": (0,), "y": (0,)}, "s[1]"),
    "matrix state": (
        *("S", "x f v q", "y", "o", "kk"),
        {"kk": (0,), "S": (0, 1), "v": (0,), "f": (0,), "q": (0,), "x": (0,)},
        "S[0]",
    ),
    "encoder decoder": ("h s", "x", "y", "", "", {"h": (1,), "s": (1,), "x": (0,)}, "h[0] s[0]"),
    "scrambled": ("h", "x", "y", "o", "a", {"h": (0, 1), "a": (0,), "x": (0,)}, "h[0]"),
    "unconnected": ("h r", "x", "", "", "", {"h": (0, 1), "r": (1,), "x": (0,)}, "h[0] r[0]"),
}


MODELS = LIBRARY | HAND | {"classical": sr.models.classical, "driven": sr.models.driven}


@pytest.mark.parametrize("name", ROLES)
def test_roles_lags_and_boundary(name):
    model = MODELS[name]()
    states, inputs, targets, outputs, intermediates, lags, boundary = ROLES[name]
    assert names(model.states) == states
    assert names(model.inputs) == inputs
    assert names(model.targets) == targets
    assert names(model.outputs) == outputs
    assert names(model.intermediates) == intermediates
    assert {str(v): found for v, found in model.lags.items()} == lags
    assert " ".join(map(str, model.boundary)) == boundary


@pytest.mark.parametrize("name", MODELS)
def test_every_sequence_has_exactly_one_role(name):
    model = MODELS[name]()
    groups = [model.states, model.inputs, model.targets, model.outputs, model.intermediates, model.loss_terms]
    everyone = [v for group in groups for v in group]
    assert set(everyone) == set(model.sequences)
    overlapping = {v for v in everyone if everyone.count(v) > 1}
    assert overlapping <= set(model.states) & set(model.outputs)


@pytest.mark.parametrize("name", MODELS)
def test_a_boundary_value_is_read_and_not_defined(name):
    model = MODELS[name]()
    last = 5 if len(model.lengths) == 1 else dict.fromkeys(model.lengths, 5)
    graph = sr.unroll(model, last)
    rule = dict.fromkeys(model.lengths, Integer(5))
    computed = {e.lhs for e in graph.equations}
    given = {b.xreplace(rule) for b in model.boundary}
    assert not given & computed
    read = {node for node in graph.nodes if node not in computed}
    inside = {v: model.given_range(v).at(rule).times() for v in (*model.inputs, *model.targets)}
    assert {node for node in read if int(node.time) not in inside.get(node.sequence, ())} <= given


def test_parameters_constants_and_functions_in_order_of_appearance():
    f, z = Function("f", n), Constant("z", n)
    model = Recurrence(Equation(h[t], f(W @ h[t - 1] + R @ z, w) + V @ x[t]), loss=sr.time_sum(sr.sum(h[t])))
    assert names(model.parameters) == "W R w V"
    assert (model.constants, model.functions) == ((z,), (f,))


def test_the_author_s_order_is_kept():
    model = HAND["scrambled"]()
    assert names(e.sequence for e in model.equations) == "o h a"
    assert str(model).splitlines()[0] == "o[t] = c + V @ h[t]   for t = 1..tau"


def test_a_left_side_at_another_step_is_moved_to_t():
    model = Recurrence(Equation(h[t + 1], W @ h[t], over=(t, 0, tau - 1)))
    assert model.equations == (Equation(h[t], W @ h[t - 1]),)
    assert (model.lags, model.boundary) == ({h: (1,)}, (h[0],))


def test_what_an_equation_defines_is_no_boundary_value():
    z = Constant("z", n)
    both = Recurrence(Equation(h[0], W @ z), Equation(h[t], R @ h[t - 1] + V @ h[t - 2]))
    assert both.boundary == (h[-1],)


def test_a_target_that_an_equation_of_the_state_reads_is_an_input():
    model = Recurrence(Equation(h[t], W @ h[t - 1] + y[t - 1]), loss=sr.time_sum(sr.squared_error(h[t], y[t])))
    assert (model.inputs, model.targets, model.boundary) == ((y,), (), (h[0], y[0]))


def test_reads_under_a_sum_over_time_are_no_lags():
    """A sum binds its index: it reads every step, at no lag, even where its index is called t."""
    model = Recurrence(Equation(r[t], W @ r[t - 1] + sr.time_sum(V @ x[t - 1])))
    assert model.lags == {r: (1,)}
    assert model.boundary == (r[0], x[0])


def test_a_loss_reads_beyond_the_last_step():
    model = Recurrence(Equation(s[t], w * s[t - 1]), loss=sr.time_sum((s[t] - u[t + 1]) ** 2))
    assert model.boundary == (s[0], u[tau + 1])


def test_names_and_titles():
    model = sr.models.elman()
    assert model.title.name == "elman" and model.title.source.startswith("Goodfellow")
    assert Recurrence(Equation(s[t], w * s[t - 1])).title.name == "model"
