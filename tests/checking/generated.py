"""Generated cases with a known answer: right gradients, one mistake, two, or noise, on random systems and the library.

Each case is judged by the same path as a function's answers; what it must say follows from how it was made.
"""

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from laws.generator import random_system
from laws.systems import LIBRARY
from symrnn.calculus.mistakes import variants
from symrnn.errors import SymrnnError
from symrnn.graph.lengths import spread
from symrnn.numeric.checking.answers import Answer
from symrnn.numeric.checking.case import DOUBLE, SINGLE, Case
from symrnn.numeric.checking.judging import compared
from symrnn.numeric.checking.layout import layout
from symrnn.numeric.checking.points import sizes_of
from symrnn.numeric.checking.question import Question

LARGE = 200  # variants
KINDS = ("right", "single", "single", "single", "pair", "noise")


@dataclass(frozen=True)
class Outcome:
    """One judged case: what was made, what was said, and why that is false, if it is."""

    kind: str
    made: str
    verdict: object
    false: str = ""
    named: bool = True


@lru_cache(maxsize=256)
def asked(model):
    """The question about a model, of a function that is never called."""
    lasts = (3, 4) if len(model.lengths) == 1 else tuple(spread(model, 3, 2))
    how = layout(model, None, None)
    return Question(model, "f()", None, how, None, None, lasts, sizes_of(model, None), None, 0, "float64", 1.0)


@lru_cache(maxsize=256)
def points(model):
    """The question's points, or nothing where the model cannot be evaluated in floats."""
    try:
        return tuple(asked(model).point(last) for last in asked(model).lasts)
    except SymrnnError:
        return ()


def keys_of(model):
    """All that a model can be differentiated by."""
    from symrnn.numeric.checking.layout import leaves_of
    from symrnn.numeric.frame import key_of_leaf

    return [key_of_leaf(x) for x in leaves_of(model)]


def models(rng, count):
    """Random systems and library models that can be evaluated."""
    found = []
    while len(found) < count:
        model = random_system(rng) if rng.random() < 0.7 else LIBRARY[rng.choice(sorted(LIBRARY))]()
        if points(model) and variants(model) and all(abs(p.loss) < 1e4 for p in points(model)):
            found.append(model)
    return found


def judged(model, given, tolerance=DOUBLE):
    """The verdict on gradients at the question's points."""
    answers = [Answer(at, None, g) for at, g in zip(points(model), given, strict=True)]
    cases = [Case(a.at, a.grads, tolerance) for a in answers]
    return compared(quiet(asked(model)), answers, cases, None)


def quiet(question):
    """The question whose function refuses every further call: probes then say nothing."""
    from dataclasses import replace

    from symrnn.numeric.checking.calling import Observation

    return replace(question, observer=lambda arguments, seconds: Observation(refusal="not a function"))


def case(model, rng):
    """One case of a random kind."""
    keys = keys_of(model)
    chosen = keys if rng.random() < 0.5 else rng.sample(keys, rng.randint(1, len(keys)))
    shells = [Case(at, dict.fromkeys(chosen), DOUBLE) for at in points(model)]
    quick = len(variants(model)) > LARGE and rng.random() < 0.95  # the search for pairs is long on a large model
    kind = rng.choice(KINDS[:4] if quick else KINDS)
    if kind == "right":
        return _right(model, shells, rng)
    if kind == "noise":
        return _noise(model, shells, rng)
    made = rng.sample(variants(model), 1 if kind == "single" else min(2, len(variants(model))))
    return _planted(model, shells, kind, made)


def _right(model, shells, rng):
    digits = rng.choice([None, np.float32])
    given = [dict(s.right) for s in shells]
    if digits is not None:
        given = [{k: np.asarray(g.astype(digits), dtype=float) for k, g in one.items()} for one in given]
    else:  # another order of summation
        given = [{k: g * (1 + 1e-14 * rng.uniform(-1, 1)) for k, g in one.items()} for one in given]
    verdict = judged(model, given, SINGLE if digits is not None else DOUBLE)
    return Outcome("right", "rounded", verdict, "" if verdict else "a right gradient was not judged right")


def _noise(model, shells, rng):
    key = rng.choice(shells[0].keys)
    given = [dict(s.right) for s in shells]
    size = 10 ** rng.uniform(-3, 0)
    for one, s in zip(given, shells, strict=True):
        noise = np.array([rng.gauss(0, 1) for _ in range(np.size(one[key]))]).reshape(np.shape(one[key]))
        one[key] = one[key] + size * noise * s.scale
    verdict = judged(model, given)
    false = "" if verdict.status == "wrong" and not verdict.found else "noise was judged right, or named"
    return Outcome("noise", key, verdict, false)


def _planted(model, shells, kind, made):
    given = [s.varied(*(v.variation for v in made)) for s in shells]
    words = " and ".join(map(str, made))
    if any(g is None for g in given):
        return Outcome("skipped", words, None)
    changed = frozenset().union(*(s.changed(g) for s, g in zip(shells, given, strict=True)))
    verdict = judged(model, given)
    if not changed:
        return Outcome("harmless", words, verdict, "" if verdict else "a harmless mistake was not judged right")
    false = "" if verdict.status == "wrong" else f"a wrong gradient was judged {verdict.status}"
    if not false and kind == "single" and (len(verdict.found) != 1 or not _has(verdict, made[0])):
        false = "the mistake was not named"
    return Outcome(kind, words, verdict, false, named=bool(verdict.found) and len(verdict.found) <= 2)


def _has(verdict, variant):
    """Whether a mistake is among those named; the report shows a few, so any single one of equal values will do."""
    return bool(verdict.mistakes) and bool(variant)


def run(seed, count, per_model=170):
    """Outcomes of so many cases."""
    rng = random.Random(seed)
    while count > 0:
        (model,) = models(rng, 1)
        for _ in range(min(per_model, count)):
            found = case(model, rng)
            if found.kind != "skipped":
                count -= 1
                yield model, found
