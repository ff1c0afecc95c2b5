"""What a derivation of back-propagation through time offers: its lines, gradients, copies, steps and requests."""

import pytest

import symrnn as sr
from laws.systems import HAND, MODELS
from symrnn import Sequence, nabla, t, tau
from symrnn.calculus.bptt import recurrence_of
from symrnn.calculus.law_table import LAWS
from symrnn.tensor import copy_at

elman = sr.models.elman()
(h,), (x,), (y,), (o,) = elman.states, elman.inputs, elman.targets, elman.outputs
b, W, U, c, V = elman.parameters


def test_by_default_every_learned_parameter_and_boundary_value_of_a_state():
    assert list(sr.bptt(elman).gradients) == ["c", "V", "b", "W", "U", "h[0]"]
    assert list(sr.bptt(HAND["echo state"]()).gradients) == ["V", "h[0]"]
    assert list(sr.bptt(HAND["bidirectional"]()).gradients)[-2:] == ["h[0]", "g[tau+1]"]
    assert list(sr.bptt(HAND["time delay"]()).gradients) == ["b", "W0", "W1", "W2"]


@pytest.mark.parametrize(
    ("wrt", "names"),
    [
        ([W], ["W"]),
        (W, ["W"]),
        ([x], ["x"]),
        ([x[t], W], ["W", "x"]),
        ([h], ["h[0]"]),
        ([h[0]], ["h[0]"]),
        ([y, W, W], ["W", "y"]),
        ([], []),
    ],
    ids=str,
)
def test_wrt_asks_for_others(wrt, names):
    assert list(sr.bptt(elman, wrt=wrt).gradients) == names


def test_a_parameter_that_is_not_learned_is_differentiated_when_asked_for():
    model = HAND["echo state"]()
    fixed = next(w for w in model.parameters if not w.learned)
    d = sr.bptt(model, wrt=[fixed])
    assert list(d.gradients) == [fixed.name] and d.verify()


def test_a_gradient_by_its_leaf_its_adjoint_or_its_name_s_element():
    d = sr.bptt(elman, wrt=[W, x, h[0]])
    assert d[W] == d[nabla(W)] == d.gradients["W"]
    assert d[h[0]] == d.gradients["h[0]"] and d[x] == d.gradients["x"]


def test_gradients_have_the_shape_of_what_they_belong_to():
    for d in (sr.bptt(elman), sr.bptt(elman, tau=2)):
        assert all(d[leaf].shape == leaf.shape for leaf in (b, W, U, c, V, h[0]))


def test_the_equations_are_the_lines_of_the_recurrence_only():
    d = sr.bptt(elman)
    assert [str(e.lhs) for e in d.equations] == ["nabla(o[t])", "nabla(h[tau])", "nabla(h[t])"]
    assert [e.over for e in d.equations] == [(t, 1, tau), None, (t, 1, tau - 1)]
    assert [line.number for line in d.lines] == list(range(10))
    assert {line.group for line in d.lines} == {"seed", "backward", "gradient", "boundary"}


def test_every_line_has_a_reason_and_every_step_a_law_of_the_table():
    for builder in MODELS.values():
        d = sr.bptt(builder())
        assert all(line.reason.key for line in d.lines)
        assert {step.law for step in d.steps} <= set(LAWS.values())
        assert all(step.law.statement and step.law.source for step in d.steps)


def test_the_steps_of_a_derivation_for_symbolic_tau_do_not_depend_on_tau():
    d = sr.bptt(elman)
    generic = {(step.kind, step.before, step.after) for step in d.steps if step.kind == "pullback"}
    for last in (1, 10, 50):
        found = {(s.kind, s.before, s.after) for s in d.at(last).steps if s.kind == "pullback"}
        assert found == generic


def test_an_instance_has_a_line_for_each_node_and_copies_for_each_step():
    d = sr.bptt(elman, tau=3)
    assert [str(e.lhs.node) for e in d.equations] == ["o[3]", "h[3]", "o[2]", "h[2]", "o[1]", "h[1]"]
    assert {name: len(copies) for name, copies in d.copies.items()} == dict.fromkeys("cVbWU", 3)
    assert d.copies["U"][1].lhs == nabla(copy_at(U, 2))
    assert {name: len(copies) for name, copies in sr.bptt(elman).copies.items()} == dict.fromkeys("cVbWU", 1)


def test_a_parameter_of_the_loss_alone_has_no_copies():
    """What the loss itself says of a parameter belongs to no step."""
    d = sr.bptt(HAND["regularised"](), tau=2)
    assert "lam" not in d.copies and len(d.copies["W"]) == 2
    W = d.model.parameters[0]
    lam = next(w for w in d.model.parameters if w.name == "lam")
    assert sr.tensor.add(*(e.rhs for e in d.copies["W"]), 2 * lam * W) == d[W]


def test_what_the_loss_does_not_depend_on_has_gradient_zero_and_no_line():
    model = HAND["unconnected"]()
    Q = next(w for w in model.parameters if w.name == "Q")
    for d in (sr.bptt(model), sr.bptt(model, tau=3)):
        assert d[Q] == sr.zeros(*Q.shape)
        assert all(getattr(e.lhs.node, "name", "") != "r" for e in d.equations)
        assert d.verify()


@pytest.mark.parametrize(
    ("where", "name"),
    [(o, "obar"), (h, "hbar"), (o[tau], "obar"), (h[2], "hbar")],
    ids=["o", "h", "o[tau]", "h[2]"],
)
def test_upstream_is_a_gradient_that_arrives(where, name):
    """The loss whose adjoint at a node is given; the given one is an input named after it."""
    model = sr.Recurrence(*elman.equations[:2])
    d = sr.bptt(model, upstream=where)
    assert name in {v.name for v in (*d.model.inputs, *d.model.targets)}
    assert d.verify() and sr.bptt(model, tau=3, upstream=where).verify()


def test_upstream_does_not_take_a_name_that_is_in_use():
    busy = sr.Recurrence(elman.equations[0], sr.Equation(o[t], V @ h[t] + Sequence("obar", *o.shape)[t]))
    d = sr.bptt(busy, upstream=o)
    assert [v.name for v in d.model.targets] == ["obarr"] and d.verify()


@pytest.mark.parametrize("last", [1, 2])
def test_last_times_below_the_largest_lag(last):
    """With a lag of 3, tau = 1 and 2: fewer uses, every one of them found."""
    d = sr.bptt(HAND["skip"]())
    assert d.smallest == 3 and d.at(last).verify()
    assert len(d.at(last).equations) == last


def test_a_line_at_a_long_last_time_is_an_instance():
    d = sr.bptt(elman, tau=40)
    at = {t: sr.tensor.time.Integer(17)}
    (generic,) = [e for e in sr.bptt(elman).equations if e.lhs == nabla(h[t])]
    (found,) = [e for e in d.equations if e.lhs == nabla(h[17])]
    assert found.rhs == generic.rhs.xreplace(at)


def test_sums_over_time_within_equations():
    """One element read by every step receives the sum of what all of them send back."""
    model = HAND["encoder decoder"]()
    d = sr.bptt(model)
    state = model.defined[0]
    (last,) = [e for e in d.equations if e.lhs == nabla(state[tau])]
    assert last.rhs.atoms(sr.tensor.TimeSum) and d.at(2).verify()


def test_a_sum_over_earlier_times_inside_a_sum():
    """What is read at s is read by all later t: the sum over the triangle of times, by columns."""
    s, j = Sequence("s"), sr.tensor.time.Symbol("j", integer=True)
    model = sr.Recurrence(sr.Equation(s[t], s[t - 1]), loss=sr.time_sum(s[t] * sr.time_sum(s[j], (j, 1, t))))
    (found,) = [e for e in sr.bptt(model).equations if e.lhs == nabla(s[t])]
    assert found.rhs == nabla(s[t + 1]) + sr.time_sum(s[j], (j, 1, t)) + sr.time_sum(s[j], (j, t, tau))


def test_a_model_is_derived_once_for_what_it_is_differentiated_by():
    model = sr.models.elman()
    template, chosen = recurrence_of(model)
    assert recurrence_of(model)[0] is template and sr.bptt(model).origin[0] is sr.bptt(model, tau=3).origin[0]
    assert recurrence_of(model, chosen[:1])[0] is not template
    assert recurrence_of(sr.Recurrence(*model.args))[0] is not template  # another object, perhaps in another order
