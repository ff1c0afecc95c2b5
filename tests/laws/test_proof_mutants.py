"""A mistake planted in any rule of the proofs, or in a law of sums and products, is caught.

Either the proof stops, or a line of it fails at random instances. Each mistake is of the kind a person makes: a bound
off by one, a factor on the wrong side, a side condition not looked at.
"""

from dataclasses import replace

import pytest
from sympy import Integer, Pow

import symrnn as sr
from symrnn import t, tau
from symrnn.calculus import closed_forms, induction, moves, powers, sums
from symrnn.calculus.chains import Chain
from symrnn.calculus.closed_forms import closed_gradient
from symrnn.tensor import matrix_power, shape_of, time_prod, time_sum
from symrnn.tensor.binders import TimeSum

ELMAN = sr.bptt(sr.models.elman())
(H,) = ELMAN.model.states
W = next(p for p in ELMAN.model.parameters if p.name == "W")
LINEAR = sr.bptt(sr.models.state_space())


def caught(derivation, leaf):
    """Whether the closed form cannot be had, or does not check."""
    try:
        form = closed_gradient(replace(derivation), leaf)  # a copy, which has solved nothing yet
        return not form.verify()
    except (sr.NotProved, sr.Undefined, moves.Stuck):  # Undefined: a time that no node has is read
        return True


def in_rule(monkeypatch, name, change):
    """A rule with a mistake in what it gives."""
    right = moves.RULES[name]
    wrong = dict(moves.RULES) | {name: lambda terms, scene, **options: change(right, terms, scene, **options)}
    monkeypatch.setattr(induction, "RULES", wrong)


def shifted_bound(terms):
    """The same terms with the first sum from one later."""
    return tuple(time_sum(x.body, (x.index, x.lower + 1, x.upper)) if isinstance(x, TimeSum) else x for x in terms)


RULE_MISTAKES = {
    "recurrence: a term forgotten": ("recurrence", lambda f, terms, s, **o: f(terms, s, **o)[-1:]),
    "hypothesis: at t, not at t + 1": (
        "hypothesis",
        lambda f, terms, s: tuple(
            s.chain.one(t, sr.tensor.add(*s.claim(t))) if i == 0 else x for i, x in enumerate(terms)
        ),
    ),
    "hypothesis: the step forgotten": (
        "hypothesis",
        lambda f, terms, s: tuple(sr.tensor.add(*s.claim(t + 1)) if i == 0 else x for i, x in enumerate(terms)),
    ),
    "linearity: a bound off by one": ("linearity", lambda f, terms, s: shifted_bound(f(terms, s))),
    "product: on the other side": (
        "ordered product",
        lambda f, terms, s, **o: tuple(x.xreplace(_reversed(x)) for x in f(terms, s, **o)),
    ),
    "product: the factor forgotten": ("ordered product", lambda f, terms, s, **o: (s.claim(t + 1)[0], *terms[1:])),
    "empty product: the factor kept": (
        "empty product",
        lambda f, terms, s, where, new: (*terms[:where], s.chain.one(t, terms[where]), *terms[where + 1 :]),
    ),
    "next term: forgotten": ("next term", lambda f, terms, s, **o: terms[:1]),
    "next term: one too far": (
        "next term",
        lambda f, terms, s, **o: (time_sum(terms[0].body, (terms[0].index, t - 1, tau)),),
    ),
    "one term: two terms": (
        "one term",
        lambda f, terms, s, where, new: (time_sum(new.body, (new.index, new.lower - 1, new.upper)),),
    ),
}


def _reversed(x):
    return (
        {p: time_prod(p.body, p.args[1:4], left="earliest") for p in x.atoms(sr.tensor.TimeProduct)}
        if not isinstance(x, TimeSum)
        else {x: time_sum(x.body.xreplace(_reversed(x.body)), x.args[1:4])}
    )


@pytest.mark.parametrize("what", RULE_MISTAKES)
def test_a_wrong_rule_is_caught(monkeypatch, what):
    assert not caught(ELMAN, H[t])
    in_rule(monkeypatch, *RULE_MISTAKES[what])
    assert caught(ELMAN, H[t])


def test_a_rule_that_always_says_yes_is_caught(monkeypatch):
    """Side conditions are looked at: without them a claim about too many times goes through, and its lines fail."""
    assert moves.holds((Integer(1), t), sr.model.Range(Integer(1), tau))
    assert not moves.holds((Integer(2), t), sr.model.Range(Integer(1), tau))
    assert not moves.holds((t, tau - 1), sr.model.Range(Integer(1), tau))
    assert moves.holds((t + 1, tau), sr.model.Range(Integer(1), tau - 1))


CHAIN_MISTAKES = {
    "factor of another time": lambda self, time: time,
    "factor of two steps on": lambda self, time: time + 2 * self.ahead,
}


@pytest.mark.parametrize("what", CHAIN_MISTAKES)
def test_a_wrong_factor_is_caught(monkeypatch, what):
    monkeypatch.setattr(Chain, "place", CHAIN_MISTAKES[what])
    assert caught(ELMAN, H[t])


def test_a_transpose_lost_is_caught(monkeypatch):
    monkeypatch.setattr("symrnn.calculus.chains.flipped", lambda matrix: matrix)
    assert caught(ELMAN, H[t])


LAW_MISTAKES = {
    "triangle: t to tau": (lambda s, k: (s.index, s.lower, s.upper)),
    "triangle: t from k": (lambda s, k: (s.index, k, s.upper)),
    "triangle: t to k - 1": (lambda s, k: (s.index, s.lower, k - 1)),
}


@pytest.mark.parametrize("what", LAW_MISTAKES)
def test_a_wrong_exchange_of_sums_is_caught(monkeypatch, what):
    bounds = LAW_MISTAKES[what]

    right = sums.exchanged

    def wrong(double):
        right(double)
        inner = double.body
        return time_sum(time_sum(inner.body, bounds(double, inner.index)), (inner.index, double.lower, double.upper))

    assert not caught(ELMAN, W)
    monkeypatch.setattr(sums, "exchanged", lambda double: wrong(double))
    assert caught(ELMAN, W)


def test_a_power_off_by_one_is_caught(monkeypatch):
    def wrong(product):
        count = product.upper - product.lower
        return matrix_power(product.body, count + 2) if shape_of(product) else Pow(product.body, count)

    leaf = LINEAR.model.states[0][t]
    assert not caught(LINEAR, leaf)
    monkeypatch.setattr(powers, "power_of", wrong)
    assert caught(LINEAR, leaf)


def test_what_is_put_in_with_a_wrong_time_is_caught(monkeypatch):
    right = closed_forms._joined
    monkeypatch.setattr(closed_forms, "_joined", lambda e, leaf, x: right(e.xreplace({t: t + 1}), leaf, x))
    assert caught(ELMAN, W)
