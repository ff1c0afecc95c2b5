"""Every mistake of the catalogue is a fault that is seen, and named, or changes nothing and is not reported."""

import pytest

import symrnn as sr
from checking.functions import Planted, right
from checking.generated import keys_of
from checking.sweep import MODELS, model_of, outcomes
from symrnn.calculus.mistakes import variants
from symrnn.numeric.checking.case import DOUBLE, Case

elman = sr.models.elman()


def changes_nothing(planted):
    at = [planted.asked.point(last) for last in planted.asked.lasts]
    cases = [Case(p, dict.fromkeys(planted.keys), DOUBLE) for p in at]
    wrong = [c.varied(*(v.variation for v in planted.variants)) for c in cases]
    return all(w is None or not c.changed(w) for c, w in zip(cases, wrong, strict=True))


@pytest.mark.parametrize("variant", variants(elman)[::9], ids=str)
def test_each_mistake_is_named(variant):
    planted = Planted(elman, variant)
    verdict = sr.check_gradient(elman, planted)
    if changes_nothing(planted):
        assert verdict.status == "right"
        return
    assert verdict.status == "wrong"
    named = [verdict.mistakes, *(tuple(d.name for d in other) for other in verdict.alternatives)]
    assert (variant.mistake.name,) in named


def test_a_right_gradient_is_right():
    verdict = sr.check_gradient(elman, right(elman))
    assert verdict
    assert verdict.mistakes == ()


@pytest.mark.parametrize("name", MODELS)
def test_mistakes_on_every_model_are_named(name):
    """A few of each model's mistakes, in all gradients and in one alone; `tests/benchmarks -k mistake` takes all."""
    model = model_of(name)
    count, keys = len(variants(model)), keys_of(model)
    first = MODELS.index(name)
    found = [*outcomes(model, every=count // 2, start=first), *outcomes(model, [keys[first % len(keys)]], count // 2)]
    assert [(str(v), fault) for v, fault in found if fault] == []


def test_mistakes_in_formulas_are_the_catalogues():
    """One name, one explanation: what both can have is one object; each has a question for who learns."""
    from symrnn.calculus.mistake_table import SHARED
    from symrnn.exercises.slip_table import SLIPS

    own = {v.mistake.name: v.mistake for v in variants(sr.models.lstm())} | {
        v.mistake.name: v.mistake for v in variants(elman)
    }
    assert set(SHARED) <= set(SLIPS)
    for name in set(own) & set(SLIPS):
        assert own[name] is SHARED[name] is SLIPS[name].mistake
    assert len(set(own) & set(SLIPS)) > 10
    assert all(m.explanation and m.advice for m in own.values())
    assert all(g.mistake.explanation and g.mistake.question for g in SLIPS.values())
