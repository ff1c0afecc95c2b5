"""No false verdict on generated cases; two mistakes at once; what a report holds."""

import json
import pickle

import pytest

import symrnn as sr
from checking.functions import Planted, right
from checking.generated import run
from symrnn.calculus.mistakes import backward_pass, variants
from symrnn.numeric.checking.case import DOUBLE, Case

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


def test_the_same_question_has_the_same_answer():
    planted = Planted(elman, named("index off by one", "h(t) for h(t-1)"))
    assert str(sr.check_gradient(elman, planted)) == str(sr.check_gradient(elman, planted))
