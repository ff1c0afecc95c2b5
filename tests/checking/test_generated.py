"""No false verdict on generated cases; two mistakes at once; what a report holds."""

import json
import pickle

import numpy as np
import pytest

import symrnn as sr
from checking.functions import Planted, right
from checking.generated import asked, quiet, run
from symrnn.calculus.mistakes import backward_pass, variants
from symrnn.numeric.checking.answers import Answer
from symrnn.numeric.checking.case import DOUBLE, Case
from symrnn.numeric.checking.judging import compared
from symrnn.numeric.checking.points import moved

elman = sr.models.elman()
CASES = 16  # an ordinary run; `pytest tests/benchmarks --benchmark -k verdict` judges ten thousand


def test_no_false_verdict(pytestconfig):
    seed = pytestconfig.getoption("seed")
    false = [(str(model), found) for model, found in run(seed, CASES, per_model=8) if found.false]
    assert not false


def named(name, place):
    return next(v for v in variants(elman) if v.mistake.name == name and v.place.startswith(place))


PAIRS = [
    (("missing transpose", "W"), ("derivative forgotten", "tanh in h(t)")),
    (("recursion dropped", "everywhere"), ("mean for sum", "V")),
    (("target forgotten", "L(t)"), ("missing transpose", "W")),
    (("not accumulated", "W"), ("index off by one", "x(t-1)")),
    (("sign", "c"), ("transposed result", "W")),
]


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_mistakes_are_found(pair):
    made = [named(*one) for one in pair]
    verdict = sr.check_gradient(elman, Planted(elman, *made))
    assert verdict.status == "wrong"
    assert sorted(verdict.mistakes) == sorted(v.mistake.name for v in made)


@pytest.mark.parametrize("name", ["missing transpose", "derivative forgotten", "path forgotten"])
def test_mistakes_by_matrices_are_mistakes_by_derivation(name):
    """The small linear system and the lines of the changed derivation are two ways to the same numbers."""
    from symrnn.calculus.bptt import ranged
    from symrnn.calculus.running import run_lines
    from symrnn.tensor.adjoint import nabla

    backward = backward_pass(elman)
    for variant in [v for v in variants(elman) if v.mistake.name == name and not v.variation.scheme][:3]:
        at = Planted(elman).asked.point(4)
        case = Case(at, dict.fromkeys(("W", "U", "b")), DOUBLE)
        lines = ranged(backward.template(variant.variation), backward.leaves)
        found = run_lines(lines, 4, at.examples[0].base)
        for w in elman.parameters[:3]:
            assert abs(found[nabla(w)] - case.varied(variant.variation)[w.name]).max() < 1e-12


def test_gradients_in_each_others_place():
    """Of parameters among themselves; with a boundary value they share a shape by chance."""
    scalar = sr.models.scalar()
    given = right(scalar)

    def exchanged(a, b):
        def function(*arguments):
            loss, grads = given(*arguments)
            return loss, {**grads, a: grads[b], b: grads[a]}

        return sr.check_gradient(scalar, function)

    assert str(exchanged("w", "u").found[0]) == "gradients exchanged (w and u)"
    assert not exchanged("w", "s[0]").found


def test_a_report_says_what_a_person_needs():
    verdict = sr.check_gradient(elman, Planted(elman, named("missing transpose", "W")))
    text = str(verdict)
    for words in ("WRONG in", "right: ", "missing transpose", "yours", "W diag", "Wᵀ diag", "not seen"):
        assert words in text
    assert len(text.splitlines()) <= 16
    record = json.loads(verdict.json())
    assert record["status"] == "wrong"
    assert record["mistakes"][0]["name"] == "missing transpose"
    assert pickle.loads(pickle.dumps(verdict)) == verdict


def test_the_witness_sides_with_the_formula():
    function = right(elman)

    def negative(*arguments):
        loss, grads = function(*arguments)
        return loss, {**grads, "W": grads["W"] * 1.5}

    verdict = sr.check_gradient(elman, negative)
    assert "it sides with the formula" in str(verdict)
    assert verdict.found == ()
    assert set(verdict.wrong) == {"W"}


def test_differences_for_gradients_are_undecided():
    function = right(elman)

    def rough(*arguments):
        loss, grads = function(*arguments)
        return loss, {key: g * (1 + 1e-7) for key, g in grads.items()}

    verdict = sr.check_gradient(elman, rough)
    assert verdict.status == "undecided"
    assert not verdict


def test_a_mistake_that_does_little_here_is_seen_elsewhere():
    """A millionth off at the first points, where it would be undecided, and plainly wrong at others."""
    function, W = right(elman), elman.parameters[1]
    first = [point.examples[0].given[W] for point in map(Planted(elman).asked.point, (4, 3, 5))]

    def shy(params, inputs, boundary):
        loss, grads = function(params, inputs, boundary)
        factor = 1 + 1e-7 if any(np.array_equal(params["W"], x) for x in first) else 2
        return loss, {**grads, "W": factor * grads["W"]}

    verdict = sr.check_gradient(elman, shy)
    assert verdict.status == "wrong" and set(verdict.wrong) == {"W"}
    assert "seed 1" in str(verdict) and verdict.mistakes == ("factor of two",)


def test_a_faint_mistake_is_named_by_what_it_gives():
    """Where no other point can be asked: an explanation to the last digits decides, and rounding alone does not."""
    faint = named("derivative forgotten", "tanh in h(t)")
    at = [Planted(elman).asked.point(last) for last in (4, 3)]
    small = [nearly_linear(point, 1e-3) for point in at]
    for point in small:
        case = Case(point, dict.fromkeys(("W", "U", "b")), DOUBLE)
        wrong = case.varied(faint.variation)
        assert 1e-9 < max(Case(point, wrong, DOUBLE).errors.values()) < 1e-6
    answers = [Answer(p, None, Case(p, dict.fromkeys("WUb"), DOUBLE).varied(faint.variation)) for p in small]
    cases = [Case(a.at, a.grads, DOUBLE) for a in answers]
    verdict = compared(quiet(asked(elman)), answers, cases, None)
    assert verdict.status == "wrong" and verdict.mistakes == ("derivative forgotten",)


def nearly_linear(point, size):
    """The point with all parameters so small that tanh' is nearly 1."""
    for leaf, value in point.examples[0].given.items():
        point = moved(point, leaf, (size - 1) * value) if leaf in elman.parameters or str(leaf) == "h[0]" else point
    return point


def test_the_same_question_has_the_same_answer():
    planted = Planted(elman, named("index off by one", "h(t) for h(t-1)"))
    assert str(sr.check_gradient(elman, planted)) == str(sr.check_gradient(elman, planted))
