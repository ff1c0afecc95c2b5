"""What drawing costs: fifty steps, every one of them drawn, beside the unrolled graph that is drawn."""

from functools import partial

import pytest

import symrnn as sr
from benchmarks.measuring import contest
from symrnn.model import library

STEPS = 50


@pytest.mark.parametrize("name", ["elman", "bidirectional", "skip", "lstm"])
def test_fifty_steps_are_drawn_in_under_a_second(name, record):
    model = library.get(name)
    equations = len(sr.unroll(model, STEPS).equations)

    def error(found):
        drawn = found.svg() if isinstance(found, sr.Diagram) else None
        computed = {str(e.lhs).replace(" ", "") for e in sr.unroll(model, STEPS).equations}
        return 0.0 if drawn is None or all(f'data-name="{node}"' in drawn for node in computed) else 1.0

    runs = {
        "symrnn, drawn": lambda: sr.unfolded(model, STEPS, full=True),
        "symrnn, unrolled only": partial(sr.unroll, model, STEPS),
    }
    table = record(contest(f"{name}: {STEPS} steps, {equations} equations", runs, error, packages=("sympy", "numpy")))
    assert table["symrnn, drawn"].least < 1.0
