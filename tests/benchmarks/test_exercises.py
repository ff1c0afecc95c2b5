"""Every kind of exercise at 200 seeds, ten thousand pairs without a false verdict, and how long a verdict takes.

`pytest --benchmark tests/benchmarks/test_exercises.py`; half an hour on one quiet core.
"""

import os
import random
import statistics
import time
from collections import Counter
from itertools import chain, count

import pytest

import symrnn as sr
from exercises.generated import of_exercise, of_samples
from formula.corpus import CONTEXTS, rows
from formula.test_hostile import HOSTILE, PIECES
from symrnn.errors import ReadError
from symrnn.exercises.marking import CODE
from symrnn.exercises.running import instance_of, world_of
from symrnn.exercises.trials import repeated, trials

SEEDS = 200
PAIRS = 10_000
TYPICAL, WORST, READING, REFUSAL = 0.020, 0.100, 0.001, 0.050  # seconds
REPEATS = 3  # of these the least is the work itself; the others are what else the machine did
DENSE = [  # formulas of 4,000 signs that are declared and fit: they are read before they are refused
    "W ", "W^T", "W+", "W-", "-(", "h_t+", "h_t⊙", r"h_t^\top h_t ", "1+", "½", "W^2 ", "W^{9999}", "W^{-1}", "h0",
    "Wh_t", r"\sum_t ", r"\sum_{t=1}^{\tau}", r"\prod_{k=1}^{t}", r"\nabla_{h_t} L+", "∂L/∂h_t+", r"\tanh(h_t)+",
    r"\frac{\partial h_t}{\partial h_{t-1}}+", "(((((h_t)))))+", "W=", "diag(1-h_t^2)", "|h_t|+", "σ(h_t)+",
    "ₜ", "²", "hₜ⁽ᵗ⁾", r"\sqrt{h_t}+", "e^{h_t}+", "W_{ij}+", r"\mathbf{W}", r"\begin{cases}1&t=1\\2&t=2\end{cases}+",
]  # fmt: skip


def test_every_kind_at_200_seeds():
    """The same as the command `symrnn exercise test --seeds 200`, which can be interrupted."""
    kinds = sr.exercises.kinds()
    found = [trial for trial in trials(kinds, SEEDS, jobs=os.cpu_count() or 1) if trial.problems]
    assert not found, found[:5]
    again = {kind: repeated(kind, SEEDS) for kind in kinds}
    assert not any(again.values()), "variants repeat"


def pairs():
    yield from of_samples()
    for seed in count():
        for kind in sr.exercises.kinds():
            yield from of_exercise(sr.exercises.make(kind, seed=seed, level=1 + seed % 3))


def test_ten_thousand_pairs():
    counts, false = Counter(), []
    for number, pair in enumerate(pairs()):
        if number >= PAIRS:
            break
        counts[pair.kind] += 1
        counts["named"] += bool(pair.verdict.mistakes)
        counts["changed"] += pair.changed is True
        counts["not to be told"] += pair.changed is None
        if pair.false:
            false.append((pair.made, pair.false, pair.text))
    print(dict(counts))
    assert not false, false[:5]
    assert counts["named"] > 0.9 * counts["changed"]


def answers(exercise, number):
    """A right answer, rewritings, and mistakes."""
    found = [pair.text for pair in of_exercise(exercise)]
    return random.Random(number).sample(found, min(20, len(found)))


def seconds(exercise, text):
    """What a verdict costs the first time: instances of the model that were drawn before are forgotten."""
    times = []
    for _ in range(REPEATS):
        world_of.cache_clear()
        instance_of.cache_clear()
        began = time.process_time()
        exercise.judge(text)
        times.append(time.process_time() - began)
    return min(times)


def test_how_long_a_verdict_takes():
    times = []
    for i, kind in enumerate(sr.exercises.kinds()):
        exercise = sr.exercises.make(kind, seed=i, level=1 + i % 3)
        if any(part.kind == CODE for part in exercise.parts):
            continue
        times += [seconds(exercise, text) for text in chain([exercise.model_answer], answers(exercise, i))]
    print(f"{len(times)} verdicts: median {statistics.median(times) * 1e3:.1f} ms, worst {max(times) * 1e3:.0f} ms")
    print(f"99 of 100 within {statistics.quantiles(times, n=100)[98] * 1e3:.0f} ms")
    assert statistics.median(times) < TYPICAL
    assert max(times) < WORST


def test_how_long_reading_takes():
    lines = [row for row in rows("readings.tsv") if not row["reading"].startswith("REFUSE")]
    times = []
    for row in lines * 2:
        began = time.process_time()
        try:
            sr.read(row["string"], CONTEXTS[row["context"]])
        except ReadError:
            continue
        times.append(time.process_time() - began)
    print(f"{len(times)} readings: median {statistics.median(times) * 1e3:.2f} ms")
    assert statistics.median(times) < 2 * READING


def test_hostile_answers_are_refused_at_once():
    exercise = sr.exercises.make("bptt.grad_W", seed=1)
    times = {}
    for text in HOSTILE:
        verdict = exercise.judge(text)
        assert verdict.status == "invalid", (text[:40], verdict.reason)
        assert verdict.facts["credit"] == 0
        times[text[:40]] = seconds(exercise, text)
    print(f"{len(times)} hostile answers: worst {max(times.values()) * 1e3:.0f} ms")
    assert max(times.values()) < REFUSAL, max(times, key=times.get)


def test_dense_answers_are_refused_at_once_or_judged_in_time():
    exercise = sr.exercises.make("bptt.grad_W", seed=1)
    times = {True: 0.0, False: 0.0}
    for piece in DENSE:
        for text in (piece * (3998 // len(piece)), piece * (3998 // len(piece)) + "W", piece * 40 + "h_t"):
            refused = exercise.judge(text).status == "invalid"
            times[refused] = max(times[refused], seconds(exercise, text))
            assert times[refused] < (REFUSAL if refused else WORST), text[:40]
    print(f"refused within {times[True] * 1e3:.0f} ms, judged within {times[False] * 1e3:.0f} ms")


@pytest.mark.parametrize("kind", ["bptt.state", "scalar.general", "unfold.driven", "lstm.step", "count.operations"])
def test_any_pieces_are_judged(kind, pytestconfig):
    """Fuzzing with pieces of formulas and of right answers; `--seed N` goes on with others."""
    exercise = sr.exercises.make(kind, seed=2, level=2)
    chance = random.Random(pytestconfig.getoption("seed"))
    own = [piece for part in exercise.parts for piece in part.answer.split()]
    pieces = [*PIECES.split(), *own * 3, " "]
    seen = Counter()
    ends = time.process_time() + 120
    while time.process_time() < ends:
        text = " ".join(chance.choices(pieces, k=chance.randint(1, 14)))
        began = time.process_time()
        verdict = exercise.judge(text)
        seen[verdict.status] += 1
        assert time.process_time() - began < 2, text
        assert exercise.judge(text).json() == verdict.json(), text
    print(dict(seen))
