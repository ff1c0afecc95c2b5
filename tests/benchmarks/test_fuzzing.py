"""Fuzzing of the reader and the judge with hypothesis, for as long as one likes.

`pytest --benchmark tests/benchmarks/test_fuzzing.py -s --seed 1` takes ten minutes; another seed goes on with other
texts. What is found is kept as a regression in tests/formula and tests/exercises.
"""

import os
import time
from collections import Counter

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn as sr
from formula.corpus import CONTEXTS, rows
from formula.test_hostile import HOSTILE, PIECES
from symrnn.errors import ReadError
from symrnn.exercises.marking import CODE
from symrnn.exercises.marks import mark

MINUTES = float(os.environ.get("FUZZ_MINUTES", "10"))
HANG, REFUSAL = 2.0, 0.5  # seconds of CPU on a busy machine: what a person would notice, what is quick
LATEX = PIECES.split()
PAIRS = [
    "()",
    "[]",
    "{}",
    "||",
    "⟨⟩",
    ("\\left(", "\\right)"),
    ("\\frac{1}{", "}"),
    ("f(", ")"),
    ("x^{", "}"),
    ("h_{", "}"),
]
SAMPLES = [row["string"] for row in rows("readings.tsv") if not row["string"].startswith("GEN")]
SAMPLES = [text for text in SAMPLES if len(text) < 200]
SAMPLE = st.sampled_from(SAMPLES)

pieces = st.lists(st.sampled_from([*LATEX, " "]), max_size=16).map("".join)
repeated = st.builds(
    lambda pair, middle, n, m: pair[0] * n + middle + pair[1] * m,
    st.sampled_from(PAIRS),
    pieces,
    st.integers(0, 1500),
    st.integers(0, 1500),
)
many = st.builds(lambda piece, end, n: piece * n + end, pieces, st.sampled_from(LATEX), st.integers(1, 1500))


@st.composite
def spoiled(draw: st.DrawFn, text: st.SearchStrategy[str] = SAMPLE) -> str:
    """A sample in which something is cut out, doubled or put in."""
    found = draw(text)
    for _ in range(draw(st.integers(1, 3))):
        i, j = sorted((draw(st.integers(0, len(found))), draw(st.integers(0, len(found)))))
        middle = draw(st.sampled_from(["", found[i:j] * 2, draw(st.sampled_from(LATEX)), draw(st.text(max_size=2))]))
        found = found[:i] + middle + found[j:]
    return found


def exercises():
    made = [sr.exercises.make(kind, seed=7, level=1 + i % 3) for i, kind in enumerate(sr.exercises.kinds())]
    return [exercise for exercise in made if all(part.kind != CODE for part in exercise.parts)]


class Watch:
    """How long the slowest took, and of which text."""

    def __init__(self):
        self.worst, self.text, self.seen = 0.0, "", Counter()

    def note(self, began, text, what):
        taken = time.process_time() - began
        self.seen[what] += 1
        if taken > self.worst:
            self.worst, self.text = taken, text
        return taken


def reading(watch):
    @given(st.one_of(pieces, st.text(max_size=60), repeated, many, spoiled()), st.sampled_from(sorted(CONTEXTS)))
    def check(text, context):
        began = time.process_time()
        try:
            found = sr.read(text, CONTEXTS[context])
        except ReadError as refused:
            assert refused.kind and refused.what and len(str(refused)) < 2000
            assert watch.note(began, text, refused.kind) < REFUSAL, text
            return
        assert watch.note(began, text, "read") < HANG, text
        try:
            again = sr.read(found.latex, CONTEXTS[context])
        except ReadError as refused:  # what is nearly too long or too deep is so as LaTeX
            assert refused.kind == "limit" and len(text) > 30
            return
        assert (again.sexpr.count("(") and again.shape == found.shape) or again.sexpr == found.sexpr

    return check


def judging(watch):
    known = exercises()
    own = {i: [piece for part in x.parts for piece in part.answer.split()] or ["1"] for i, x in enumerate(known)}

    @given(st.integers(0, len(known) - 1), st.data())
    def check(number, data):
        exercise = known[number]
        part = data.draw(st.integers(1, len(exercise.parts)))
        right = exercise.parts[part - 1].answer
        bits = st.lists(st.sampled_from([*own[number] * 3, *LATEX, " "]), max_size=12).map(" ".join)
        text = data.draw(st.one_of(bits, spoiled(st.just(right)), st.text(max_size=40)))
        began = time.process_time()
        verdict = exercise.judge(text, part)
        assert watch.note(began, text, verdict.status) < HANG, (exercise.kind, text)
        assert verdict.status in {"right", "wrong", "invalid", "undecided"}
        assert exercise.judge(text, part).json() == verdict.json()
        assert all(0 <= m.points <= m.of for m in mark(exercise, {part: text, part + 1: text}))

    return check


@pytest.mark.parametrize("about", [reading, judging])
def test_for_minutes(about, pytestconfig):
    watch, found, seed = Watch(), {}, 1000 * pytestconfig.getoption("seed")
    ends = time.monotonic() + 60 * MINUTES / 2
    while time.monotonic() < ends:
        seed += 1
        check = hypothesis.seed(seed)(
            settings(
                max_examples=300,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                suppress_health_check=list(hypothesis.HealthCheck),
            )(about(watch))
        )
        try:
            check()
        except Exception as error:  # kept, so that one finding does not end the run
            found.setdefault(f"{type(error).__name__}: {error}"[:200], "\n".join(getattr(error, "__notes__", [])))
    print(about.__name__, dict(watch.seen), f"worst {watch.worst * 1e3:.0f} ms: {watch.text[:80]!r}")
    assert not found, "\n\n".join(f"{what}\n{where}" for what, where in found.items())


def test_every_hostile_answer_again():
    exercise = sr.exercises.make("bptt.grad_W", seed=1)
    assert {exercise.judge(text).status for text in HOSTILE} == {"invalid"}
