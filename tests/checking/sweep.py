"""Every mistake of the catalogue on a model, for all gradients together and for each alone: judged wrong, and named.

A mistake that changes nothing at any point must be judged right, and is never reported.
"""

import numpy as np

from checking.generated import judged, keys_of, points
from symrnn.calculus.bptt import with_upstream
from symrnn.calculus.mistakes import variants
from symrnn.model.library import LIBRARY
from symrnn.numeric.checking.case import DOUBLE, Case
from symrnn.numeric.checking.search import search

MODELS = sorted(name for name, make in LIBRARY.items() if not make().functions)  # an unknown function has no numbers


def model_of(name):
    """A model of the library; without a loss of its own, with the gradient arriving at its last sequence."""
    model = LIBRARY[name]()
    return model if model.loss is not None else with_upstream(model, model.defined[-1])


def outcomes(model, keys=None, every=1, start=0):
    """(variant, what is false about its verdict or "") for each variant that changes some of these gradients."""
    chosen = keys or keys_of(model)
    shells = [Case(at, dict.fromkeys(chosen), DOUBLE) for at in points(model)]
    for variant in variants(model)[start::every]:
        given = [s.varied(variant.variation) for s in shells]
        if all(g is not None for g in given):
            yield variant, fault(model, variant, shells, given)


def fault(model, variant, shells, given):
    """What is false about the verdict on one mistake."""
    changed = any(s.changed(g) for s, g in zip(shells, given, strict=True))
    verdict = judged(model, given)
    if not changed:
        return "" if verdict else "harmless, but not judged right"
    if verdict.status != "wrong":
        return f"judged {verdict.status} ({max(worst(s, g) for s, g in zip(shells, given, strict=True)):.0e})"
    if variant.mistake.name in verdict.mistakes and len(verdict.found) == 1:
        return ""
    cases = [Case(s.at, g, DOUBLE) for s, g in zip(shells, given, strict=True)]
    found = search(cases, variants(model)).explanations  # all that give the same values; a report shows a few
    same = {v.mistake.name for x in found if len(x.made) == 1 for v, _ in x.made}
    return "" if variant.mistake.name in same and len(verdict.found) == 1 else f"named {verdict.mistakes}"


def worst(shell, given):
    """The largest relative error of a mistake's gradients."""
    return max(Case(shell.at, given, DOUBLE).errors.values(), default=np.nan)
