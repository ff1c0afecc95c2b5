"""`verify` is true only when every claim was decided and holds: whatever is corrupted, it says so and names it."""

import re
from dataclasses import replace

import pytest
import sympy

import symrnn as sr
from laws.systems import MODELS
from symrnn import nabla, t
from symrnn.calculus.decision import decide
from symrnn.calculus.report import FAILS, HOLDS, UNDECIDED, Finding, Report
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Digits, Undecidable

SYSTEMS = (FiniteField(0), Digits())


s, x, y, L = (sr.Sequence(name) for name in "sxyL")
w = sr.Parameter("w")
SMALL = sr.Recurrence(
    sr.Equation(s[t], sr.tanh(w * s[t - 1] + x[t])),
    sr.Equation(L[t], (s[t] - y[t]) ** 2),
    loss=sr.time_sum(L[t]),
)


def derivation(form, model=SMALL):
    return sr.bptt(model, tau={"symbolic": None, "instance": 3, "long": 20}[form])


def nested(form):
    model = sr.models.driven()
    return sr.nest(model, model.states[0][{"symbolic": t, "instance": 3}[form]])


def with_step(d, i, wrong):
    return replace(d, steps=(*d.steps[:i], wrong, *d.steps[i + 1 :]))


def with_line(d, i, rhs):
    line = d.lines[i]
    e = line.equation
    wrong = replace(line, equation=e._trusted(e.lhs, rhs, e.args[2]))
    return replace(d, lines=(*d.lines[:i], wrong, *d.lines[i + 1 :]))


def names(report, text):
    """Whether a claim that failed is named in the report, in words and in its printed form."""
    return any(text in f.claim for f in report.failures) and text in str(report)


KINDS = [
    ("pullback", "symbolic"),
    ("pullback", "instance"),
    ("sum", "symbolic"),
    ("sum", "instance"),
    ("copy", "instance"),
    ("known", "symbolic"),
    ("known", "instance"),
]


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_a_corrupted_step_of_each_kind_is_named(kind, form):
    d = derivation(form)
    assert d.verify()
    places = [i for i, step in enumerate(d.steps) if step.kind == kind]
    for i in (places[0], places[-1]):
        wrong = replace(d.steps[i], after=2 * d.steps[i].after + d.steps[i].after)
        report = with_step(d, i, wrong).verify()
        assert not report and [f.claim for f in report.failures] == [str(wrong)]
        assert names(report, d.steps[i].law.name)


@pytest.mark.parametrize("form", ["symbolic", "instance"])
def test_a_corrupted_step_of_an_unfolding_is_named(form):
    d = nested(form)
    assert d.verify()
    kinds = {step.kind for step in d.steps}
    assert kinds == {"equal"}
    wrong = replace(d.steps[-1], after=-d.steps[-1].after)
    report = with_step(d, len(d.steps) - 1, wrong).verify()
    assert not report and names(report, str(wrong))


@pytest.mark.parametrize("form", ["symbolic", "instance", "long"])
def test_every_corrupted_line_is_named(form):
    d = derivation(form)
    some = range(len(d.lines)) if form != "long" else [0, 25, len(d.lines) - 2]
    for i in some:
        report = with_line(d, i, 3 * d.lines[i].equation.rhs).verify()
        assert not report
        assert d.lines[i].number in {f.line for f in report.failures}
        assert names(report, str(nabla(d.lines[i].equation.lhs.node)))


def test_one_wrong_line_does_not_make_its_readers_look_wrong():
    d = derivation("symbolic", sr.models.elman())
    wrong = next(i for i, line in enumerate(d.lines) if line.equation.lhs == nabla(d.model.states[0][t]))
    report = with_line(d, wrong, 3 * d.lines[wrong].equation.rhs).verify()
    assert {f.line for f in report.failures if f.how == "50 digits"} == {d.lines[wrong].number}


@pytest.mark.parametrize("form", ["symbolic", "instance"])
def test_a_corrupted_line_of_an_unfolding_is_named(form):
    d = nested(form)
    for i, line in enumerate(d.lines):
        if form == "instance" or i:  # a history has no other value to put in its place
            report = with_line(d, i, -line.equation.rhs).verify()
            assert not report and {f.line for f in report.failures} == {line.number}


def test_a_history_that_misses_an_input_is_named():
    model = sr.models.driven()
    (h,), (v,) = model.states, model.inputs
    d = sr.nest(model, h[t])
    short = sr.tensor.history(h[t], "g", d.lines[0].equation.rhs.latest, sympy.Tuple(v[2]))
    report = with_line(d, 0, short).verify()
    assert not report and {f.line for f in report.failures} == {1}


@pytest.mark.parametrize("form", ["symbolic", "instance", "long"])
def test_a_gradient_that_is_not_that_of_its_line_is_named(form):
    d = derivation(form)
    for name in ("w", "s[0]"):
        report = replace(d, gradients={**d.gradients, name: 2 * d.gradients[name]}).verify()
        assert not report and names(report, f"the gradient of {name}")


def test_the_gradient_of_an_input_is_checked_as_it_is_given():
    d = sr.bptt(SMALL, wrt=[x])
    assert d.verify()
    assert names(replace(d, gradients={"x": -d.gradients["x"]}).verify(), "the gradient of x[t]")


# -- three verdicts -----------------------------------------------------------------------------------------


def test_a_claim_that_follows_from_the_declared_laws_is_decided_exactly():
    assert decide("claim", 1, SYSTEMS, [lambda system: 0.0]) == Finding("claim", HOLDS, "exact", 0.0, 1)


def test_a_true_claim_beyond_the_declared_laws_is_decided_by_fifty_digits():
    found = decide("claim", 1, SYSTEMS, [lambda system: 1.0 if system.exact else 1e-48])
    assert (found.verdict, found.how) == (HOLDS, "50 digits")
    assert "not a consequence of the declared laws" in found.note


def test_a_claim_is_called_wrong_only_when_fifty_digits_disagree_too():
    found = decide("claim", 1, SYSTEMS, [lambda system: 1.0 if system.exact else 1e-20])
    assert (found.verdict, found.how, found.error) == (FAILS, "50 digits", 1e-20)


def test_a_claim_that_no_system_can_evaluate_is_undecided():
    def check(system):
        raise Undecidable(f"not in {system.name}")

    found = decide("claim", 1, SYSTEMS, [check])
    assert found.verdict == UNDECIDED and "2**61" in found.note
    report = Report((found,), (1,), (), 0, 0.0)
    assert not report and report.undecided == (found,) and not report.failures
    assert "undecided: claim" in str(report)


def test_an_empty_report_is_not_true():
    assert not Report((), (1,), (), 0, 0.0)


def test_a_true_line_beyond_the_declared_laws_goes_to_fifty_digits():
    """2 cosh(a) = exp(a) + exp(-a) is true, and no law of the field; with a wrong factor it is wrong."""
    model = sr.Recurrence(sr.Equation(s[t], sympy.cosh(w * s[t - 1])))
    d, a = sr.nest(model, s[1]), w * s[0]
    report = with_line(d, 0, (sr.exp(a) + sr.exp(-a)) / 2).verify()
    assert report and {f.how for f in report.findings if f.line} == {"50 digits"}
    assert not with_line(d, 0, sr.exp(a) + sr.exp(-a)).verify()


# -- what a report says -------------------------------------------------------------------------------------


def test_a_report_says_how_many_lines_hold_and_where():
    d = derivation("symbolic", sr.models.elman())
    report = d.verify(seed=1)
    good, total = report.lines_checked
    assert good == total == len([line for line in d.lines if line.number])
    assert re.match(r"9 of 9 lines hold \(tau = 1\.\.5, n=3 k=2 m=5, seed 1; chance .* below \de-\d\d\)$", str(report))
    assert 0 < report.worst < 1e-8 and report.chance < 1e-10 and report.lasts == (1, 2, 3, 4, 5)


def test_progress_is_told_of_every_claim():
    d = derivation("instance")
    told = []
    d.verify(progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(len(d.steps) + len(d.lines)))
    assert {total for _, total in told} == {len(d.steps) + len(d.lines)}


@pytest.mark.parametrize("name", ["skip", "coupled", "seen once"])
def test_symbolic_tau_is_checked_from_the_smallest_that_fits(name):
    d = sr.bptt(MODELS[name]())
    assert d.verify().lasts[0] == d.smallest > 1
