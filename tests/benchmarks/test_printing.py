"""What printing costs: linear in the number of steps, and a thousand steps in less than a second."""

from functools import partial

import pytest

import symrnn as sr
from benchmarks.measuring import contest
from symrnn.model import library

STEPS = (500, 1000, 2000)


@pytest.mark.parametrize("name, limit", [("elman", 1.0), ("lstm", 1.0)])
def test_latex_of_an_unrolled_network(name, limit, record):
    """Right: as many lines as there are equations, and the last one is that of the last step."""
    graphs = {tau: sr.unroll(library.get(name), tau) for tau in STEPS}

    def error(display):
        rows = display.removeprefix(r"\begin{aligned} ").split(r" \\ ")
        expected = [graph for graph in graphs.values() if len(graph.equations) == len(rows)]
        return 0.0 if expected and sr.latex(expected[0].equations[-1]) in rows[-1].replace("&", "") else 1.0

    runs = {f"{tau} steps": partial(sr.latex, graph) for tau, graph in graphs.items()}
    table = record(contest(f"LaTeX of the unrolled {name}", runs, error, packages=("sympy",)))
    assert table["1000 steps"].least < limit
    assert table["2000 steps"].least < 8 * table["500 steps"].least  # four times as many; quadratic were sixteen
