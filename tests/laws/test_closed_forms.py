"""Closed forms against the adjoint recurrence they solve, for every model and leaf, and proofs that must not exist.

A closed form is evaluated as it stands, at last times that the recurrence is run for too, exactly in GF(2**61 - 1).
What has none is refused with `Unsupported`; nothing in between.
"""

import random
import sys
from functools import cache

import pytest
from sympy import Integer, Max, Symbol

import symrnn as sr
from laws.generator import random_system
from laws.judges import disagreement, fits, lasts_of, leaves
from laws.systems import MODELS
from symrnn import Equation, nabla, t
from symrnn.tensor import time_prod, time_sum
from symrnn.tensor.adjoint import Adjoint

SOLVED = {  # the library's models whose adjoint recurrence must be solved, and by how many states together
    **dict.fromkeys(("classical", "driven", "scalar", "elman", "jordan", "last-output", "vector-to-sequence"), 1),
    **dict.fromkeys(("bidirectional", "encoder-decoder", "leaky", "gru", "echo-state", "state-space"), 1),
    **dict.fromkeys(("stacked", "lstm", "skip"), 2),
    **dict.fromkeys(("long skip", "coupled"), 3),  # with the past of the states: lags of 3 and of 2 steps
}
DELAYED = sys.modules["symrnn.calculus.delayed_forms"]
every_model = pytest.mark.parametrize("name", MODELS)


@cache
def derivation(name):
    model = MODELS[name]()
    if model.loss is None:
        return sr.bptt(model, upstream=model.states[0])
    return sr.bptt(model)


def forms(d):
    """The closed forms that there are."""
    found = []
    for leaf in leaves(d):
        try:
            found.append(d.closed_form(leaf))
        except sr.Unsupported:
            continue
    return found


@cache
def solved(name):
    return forms(derivation(name))


def assert_solved(d, found, seed):
    """Every closed form of a derivation agrees with its recurrence, and every induction checks."""
    for form in found:
        assert form.status in {"proved"} or form.status.startswith("read off"), form.of
        for last in lasts_of(d.model)[::2]:
            if fits(d, last):
                assert disagreement(form, last, seed) == 0, (form.of, last)


@every_model
def test_closed_forms_are_what_the_recurrence_gives(name, seed):
    assert_solved(derivation(name), solved(name), seed)


@pytest.mark.parametrize("number", [*range(15), 23])
def test_closed_forms_of_random_systems(number, seed):
    d = sr.bptt(random_system(random.Random(number)))
    assert_solved(d, forms(d), seed)


@pytest.mark.parametrize("name", SOLVED)
def test_the_library_is_solved(name):
    d = derivation(name)
    found = solved(name)
    assert [form.of.node for form in found] == leaves(d)
    for form in found:
        assert form.status == "proved" or form.status.startswith("read off")
        assert not any(a.node.sequence in d.model.states for a in form.expr.atoms(Adjoint))
        assert form.proof is None or len(form.proof.affine.nodes) in {1, SOLVED[name]}


@pytest.mark.parametrize("name", ["elman", "stacked", "bidirectional", "last-output", "leaky"])
def test_every_line_of_the_proofs_holds_by_dual_numbers(name):
    d = derivation(name)
    for v in d.model.states:
        report = d.closed_form(v[t]).verify()
        assert report and report.lines_checked[1] >= 5


def test_what_has_no_closed_form_says_so():
    d = derivation("matrix state")
    with pytest.raises(sr.Unsupported, match="matrix-valued"):
        d.closed_form(d.model.states[0][t])
    with pytest.raises(sr.Unsupported, match="symbolic last time"):
        derivation("elman").at(3).closed_form(derivation("elman").model.parameters[0])
    with pytest.raises(sr.Unsupported, match="not linear"):
        sr.closed_form(sr.models.elman(), sr.models.elman().states[0][t])


# Truncated gradients, C7: the double sum with its inner sum bounded.


@pytest.mark.parametrize("name", ["scalar", "elman", "skip", "coupled", "last-output", "jordan", "stacked"])
def test_truncated_gradients_are_double_sums(name, seed):
    model = MODELS[name]()
    W = next(w for w in model.parameters if w.name in {"w", "W", "A", "R", "W_1"})
    for cut in (sr.bptt(model, window=2), sr.bptt(model, chunk=2)):
        forms = [part.closed_form(W) for part in (cut, cut.missing)]
        assert all(form.status == "proved" for form in forms), cut.title
        assert name != "scalar" or all(form.verify(seed) for form in forms)


def test_truncated_gradients_through_copies_hold(seed):
    model = MODELS["skip"]()
    assert sr.bptt(model, window=2).closed_form(model.parameters[1]).verify(seed)


def test_c7_as_it_is_printed():
    model = MODELS["elman"]()
    (h,), o = model.states, model.outputs[0]
    b, V = (w for w in model.parameters if w.name in "bV")
    K, r, i = (Symbol(x, integer=True, positive=True) for x in ("K", "r", "i"))
    J = sr.jacobian(model, h[i], h[i - 1])
    term = sr.diag(1 - h[t] ** 2) @ time_prod(J, (i, t + 1, r)).T @ V.T @ nabla(o[r])
    inner = time_sum(term, (t, Max(1, r - K + 1), r))
    assert sr.bptt(model, window=K).closed_form(b).expr == time_sum(inner, (r, 1, sr.tau))


WINDOWED = [("skip", {"window": 1}), ("skip", {"chunk": 2}), ("long skip", {"window": 2}), ("coupled", {"window": 3})]


def given_states(name, cut):
    """The closed forms of the given values of states, of what is kept and of what is left out."""
    model = MODELS[name]()
    given = [b for b in model.boundary if b.sequence in model.states]
    d = sr.bptt(model, wrt=given, **cut)
    return [part.closed_form(b) for part in (d, d.missing) for b in given]


def far_from_numbers(form, seed):
    """The largest distance from the truncated gradient that is written out error by error."""
    return max(disagreement(form, last, seed) for last in (1, 2, 3, 5, 8))


@pytest.mark.parametrize(("name", "cut"), WINDOWED)
def test_given_values_that_longer_lags_read_are_double_sums(name, cut, seed):
    """The lag of several steps carries an error over the edge of a window that copies would stop at."""
    for form in given_states(name, cut):
        assert form.status == "proved" and far_from_numbers(form, seed) == 0, form.of


def test_a_window_of_the_model_with_copies_is_another(monkeypatch, seed):
    right = DELAYED.window_form
    monkeypatch.setattr(DELAYED, "window_form", lambda d, leaf, e=None: right(e.derivation if e else d, leaf))
    cut = sr.bptt(MODELS["skip"](), wrt="h[0]", window=1)
    assert far_from_numbers(cut.closed_form("h[0]"), seed) > 0


# The claims of C2, right and wrong, about the states that run forward and backward.


def claim(name, product=None, first=None, last=None, source=None, lost=False):
    """C2 with something changed: the factors, the bounds of the sum, what is put in, the transpose."""
    d = derivation(name)
    form = d.closed_form(d.model.states[0][t])
    s = form.expr
    body, k, lower, upper = s.args
    (p,) = body.atoms(sr.tensor.TimeProduct)
    body = body.xreplace({p: product(p)}) if product else body
    if lost:
        body = p @ body.right
    if source:
        body = body.xreplace(source(d, k))
    return d, Equation(form.of, time_sum(body, (k, first or lower, last or upper)), over=tuple(form.over))


WRONG = {
    "order of the factors": {"product": lambda p: time_prod(p.body, p.args[1:4], left="earliest")},
    "one factor too few": {"product": lambda p: time_prod(p.body, (p.index, p.lower + 1, p.upper))},
    "one factor too many": {"product": lambda p: time_prod(p.body, (p.index, p.lower - 1, p.upper))},
    "factors up to k - 1": {"product": lambda p: time_prod(p.body, (p.index, p.lower, p.upper - 1))},
    "a time late": {"product": lambda p: time_prod(p.body.xreplace({p.index: p.index - 1}), p.args[1:4])},
    "the sum from t + 1": {"first": t + 1},
    "the sum from 1": {"first": Integer(1)},
    "the sum to tau - 1": {"last": sr.tau - 1},
    "what is put in at the end": {
        "source": lambda d, k: {nabla(d.model.outputs[0][k]): nabla(d.model.outputs[0][sr.tau])}
    },
    "a transpose lost": {"lost": True},
}


def test_c2_is_proved():
    d, right = claim("elman")
    proof = sr.prove(d, right)
    assert proof.check() and [case.name for case in proof.cases] == ["base", "step"]


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_claim_is_not_proved(what):
    d, wrong = claim("elman", **WRONG[what])
    with pytest.raises(sr.NotProved) as caught:
        sr.prove(d, wrong)
    assert caught.value.case in {"base", "step"} and caught.value.line >= 1


def test_the_order_of_the_sums_does_not_matter(seed):
    d = derivation("elman")
    for leaf in leaves(d):
        form = d.closed_form(leaf)
        if form.exchanged is not None:
            other = type(form)(d, form.of, form.exchanged, form.steps, form.proofs, form.over)
            assert form.exchanged != form.expr and disagreement(other, 4, seed) == 0


# The states of linear models: C4.

s, w = sr.Sequence("s"), sr.Parameter("w")
LINEAR = {
    "scalar": sr.Recurrence(Equation(s[t], w * s[t - 1]), loss=s[sr.tau]),
    "scalar with input": sr.Recurrence(Equation(s[t], w * s[t - 1] + sr.Sequence("x")[t]), loss=s[sr.tau]),
    "backward": sr.Recurrence(Equation(s[t], w * s[t + 1] + sr.Sequence("x")[t]), loss=s[1]),
    "state-space": sr.models.state_space(),
    "two steps back": sr.Recurrence(Equation(s[t], w * s[t - 1] + s[t - 2] / 2), loss=s[sr.tau]),
    "three steps back alone, backward": sr.Recurrence(Equation(s[t], w * s[t + 3] + sr.Sequence("x")[t]), loss=s[1]),
}


@pytest.mark.parametrize("name", LINEAR)
def test_states_of_linear_models_in_closed_form(name):
    model = LINEAR[name]
    form = sr.closed_form(model, model.states[0][t])
    assert form.status == "proved" and form.verify()
    assert not form.expr.atoms(sr.tensor.TimeProduct)


def test_c4_scalar_linear():
    model = LINEAR["scalar"]
    assert sr.closed_form(model, s[t]).expr == w**t * s[0]
    assert sr.bptt(model).closed_form(s[0]).expr == w**sr.tau


def test_numbers_of_a_closed_form():
    d = sr.bptt(sr.models.scalar())
    arrays = ({"w": 0.5, "u": 1.0, "b": 0.1}, {"x": [1.0, 0.3, -0.2], "y": [0.0, 0.4, 0.1]}, {"s[0]": 0.2})
    whole = sr.evaluate(d, *arrays, tau=3)
    for leaf in d.model.parameters:
        found = sr.evaluate(d.closed_form(leaf), *arrays, tau=3)
        assert abs(found[leaf.name] - whole[leaf.name]) < 1e-14
    state = sr.evaluate(sr.closed_form(LINEAR["scalar"], s[t]), {"w": 2.0}, {}, {"s[0]": 3.0}, tau=3)
    assert state["s"].tolist() == [3.0, 6.0, 12.0, 24.0]


# Derivatives of states: C1 and C3.

k = Symbol("k", integer=True)


def rates(model):
    """Derivatives of each state by itself at time k, by its own boundary value and by every learned parameter."""
    for v in model.states:
        given = [b for b in model.boundary if b.sequence == v]
        for by in (v[k], *given[:1], *(p for p in model.parameters if p.learned)):
            try:
                yield sr.closed_form(model, v[t], by=by)
            except sr.Unsupported:
                continue


@pytest.mark.parametrize("name", [name for name in SOLVED if name not in {"lstm", "gru"}])
def test_derivatives_of_states_are_proved_and_hold(name):
    model = MODELS[name]()
    found = list(rates(model))
    assert len(found) >= 2
    for form in found:
        assert form.status == "proved", form.of
    for form in (*(f for f in found if f.of.by in {v[k] for v in model.states}), found[-1]):
        assert form.verify(), form.of


@pytest.mark.parametrize(("name", "learned"), [("lstm", 12), ("gru", 9)])
def test_derivatives_of_gated_states_are_proved(name, learned):
    model = MODELS[name]()
    found = list(rates(model))
    assert len(found) == len(model.states) * (2 + learned) and all(form.status == "proved" for form in found)
    assert found[0].verify()


def test_a_state_that_another_reads_within_the_step_counts_at_once():
    """A cell changes the hidden state of the same step: the derivative of that starts at a Jacobian, not at zero."""
    for name, moved, by in [("lstm", 1, 0), ("stacked", 1, 0)]:
        model = MODELS[name]()
        form = sr.closed_form(model, model.states[moved][t], by=model.states[by][k])
        assert form.status == "proved" and form.verify(), name


def test_what_does_not_depend_says_so():
    model = sr.models.bidirectional()
    h, g = model.states
    W = next(p for p in model.parameters if p.name == "W")
    with pytest.raises(sr.Unsupported, match="does not depend"):
        sr.closed_form(model, g[t], by=W)
    with pytest.raises(sr.Undefined, match="closed_form by"):
        sr.closed_form(model, h[t], by=model.inputs[0][t])
