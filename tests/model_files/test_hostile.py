"""Whatever the text, it is read or refused with a `ReadError`, soon: nothing crashes, hangs or is carried out."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn as sr
from house.clocks import SOON, steps
from laws import systems

OVERSIZED = {
    "a million brackets": "(" * 1_000_000,
    "a million brackets behind an equation": "h[t] = " + "(" * 1_000_000,
    "ten megabytes": "a = " + "x + " * 2_500_000,
    "ten megabytes of letters": "h" * 10_000_000,
    "fifty thousand brackets": "h[t] = " + "(" * 49_000,
    "nine thousand signs": "h: n\nh[t] = " + "-" * 9_000 + "h[t-1]",
    "a tower": "s: scalar\ns[t] = 9^9^9^9 s[t-1]",
    "a huge exponent": "s: scalar\ns[t] = s[t-1]^(10^9)",
    "a huge number": "s: scalar\ns[t] = " + "9" * 4_000 + " s[t-1]",
    "a huge decimal": "s: scalar\ns[t] = 1e999999999 s[t-1]",
    "a long way back": "h: n\nh[t] = h[t-1000000000]",
    "a constant that grows": "s: scalar\ns[t] = s[t-1] + relu(exp(exp(exp(exp(100)))) - 1)",
    "squares of squares": "s: scalar\ns[t] = s[t-1] + " + "norm2(" * 40 + "99" + ")" * 40,
    "powers of powers": "s: scalar\ns[t] = " + "(" * 40 + "3 s[t-1]" + ")^50" * 40,
    "a size that grows": "h: " + "(n + m) " * 40 + "\nh[t] = h[t-1]",
    "functions written out": "h: n\nh[t] = " + "gelu(" * 40 + "h[t-1]" + ")" * 40,
}


@pytest.fixture(scope="module", autouse=True)
def ready():
    sr.read_model("h: n\nh[t] = tanh(W h[t-1])")


@pytest.mark.parametrize("name", OVERSIZED)
def test_too_much_is_refused_at_once(name):
    refusals = []

    def read():
        with pytest.raises(sr.ReadError) as caught:
            sr.read_model(OVERSIZED[name])
        refusals.append(str(caught.value))

    assert steps(read) < SOON
    assert len(refusals[0]) < 1000


def test_the_depth_that_is_allowed_is_read():
    inner = "(" * 48 + "h[t-1]" + ")" * 48
    assert sr.read_model(f"h: n\nh[t] = tanh({inner})").states


CODE = [
    "__import__('os').system('touch touched')",
    "h.__class__.__mro__[1].__subclasses__()",
    "eval(h)",
    "exec(h[t])",
    "lambda: 0",
    "open(h)",
    "(yield h[t])",
    "{h[t]: 1}",
    "`ls`",
    "$(ls)",
    "h[t-1].diff(x)",
    "h[t-1] if h[t-1] else 0",
    "Symbol(h)",
    "sympify(h[t-1])",
    '"h"',
    "f'{h}'",
]


@pytest.mark.parametrize("code", CODE)
def test_code_is_not_carried_out(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(sr.ReadError):
        sr.read_model(f"h: n\nh[t] = W h[t-1] + {code}")
    assert not list(tmp_path.iterdir())


def survives(text):
    """The model that a text is, or None where it was refused with a place."""
    try:
        return sr.read_model(text)
    except sr.ReadError as error:
        assert error.line >= 1 and error.column >= 1
        assert error.what and str(error)
        return None


@given(st.text())
def test_any_text(text):
    survives(text)


WORDS = """
    h x W s t tau n m [t] [t-1] [0] ( ) = + - * / @ ^ ; : , .. for where loss = sum_t mean_t f( tanh( softmax( norm2(
    diag( concat( constant fixed function simplex scalar elementwise model source 0 1 2 0.5 ^T ² ⁽ᵗ⁾ θ ŷ # { }
"""
SIGNS = [*WORDS.split(), " ", "\n", " x ", '"a"', "for t = ", "sum_{t=1..3} ", "\u202e", "\0", "\u0430"]


@given(st.lists(st.sampled_from(SIGNS), max_size=40).map("".join))
@settings(max_examples=300)
def test_any_text_of_known_words(text):
    survives(text)


TEXTS = [sr.write_model(builder()) for builder in systems.MODELS.values()]


@given(st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_damaged_model_files(rng: random.Random):
    text = rng.choice(TEXTS)
    for _ in range(rng.randint(1, 4)):
        begin = rng.randrange(len(text))
        end = begin + rng.choice([0, 0, 1, 3])
        text = text[:begin] + rng.choice([*SIGNS, ""]) + text[end:]
    model = survives(text)
    if model is not None:
        assert sr.read_model(sr.write_model(model)).equations == model.equations
