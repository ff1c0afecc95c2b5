"""Every convention says the same: each printed line, read as a reader of that convention would, is true."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from symrnn.calculus.running import concrete_lines, run_lines
from symrnn.graph.instance import written_out
from symrnn.graph.run import draw
from symrnn.model import library
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.numbers import Floats
from symrnn.typeset import Notation
from symrnn.typeset.displays import equation_row, presenter
from symrnn.typeset.notation import CHOICES, PRESETS
from typeset.formulas import derive, short_times
from typeset.meaning import Reader, leaves_and_jacobians

CONVENTIONS = [
    *PRESETS.values(),
    *(replace(Notation(), **{name: value}) for name, values in CHOICES.items() for value in values),
    Notation(vectors="rows", gradient="numerator"),
    Notation(vectors="rows", products="odot", adjoint="partial", dot="dot"),
    Notation(gradient="numerator", products="odot", adjoint="delta"),
    Notation(gradient="numerator", vectors="rows", adjoint="bar", products="diag"),
    Notation(semicolon=False, objective=False, names={"h": "s", "tau": "T", "W": r"\varOmega"}),
]


@cache
def instance(name):
    """A derivation, one line of it for each of its equations, and the values of all that the lines name."""
    model = library.get(name)
    d = derive(model)
    last = tuple((x, n + 1) for x, n in short_times(model).items())
    one = draw(d.model, dict(last), Floats(), seed=1)
    found = run_lines(d, one.last, one.base)
    lines = {line.number: (line, e) for line, e in concrete_lines(d, one.last)}
    equations = [e.func(e.lhs, written_out(e.rhs)) if e.rhs.has(TimeSum) else e for _, e in lines.values()]
    values = {**one.base.values, **found}
    inner = type(one.base)(one.base.system, values, one.sizes)
    named = {x: inner(x) for e in (*equations, *one.graph.equations) for x in leaves_and_jacobians(e)}
    for a in d.model.abbreviations:
        named |= {a.short.xreplace({x: i}): inner(a.long.xreplace({x: i})) for x, i in _steps(a, named)}
    return d, equations, list(one.graph.equations), named


def _steps(a, named):
    from symrnn.tensor.time import t

    times = {x.time for x in named if getattr(x, "sequence", None) in {y.sequence for y in a.long.atoms(type(a.short))}}
    return [(t, i) for i in times]


@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_line_is_true_in_every_convention(name: str) -> None:
    d, backward, forward, values = instance(name)
    for notation in dict.fromkeys(CONVENTIONS):
        p = presenter(d, notation, None)
        reader = Reader(p)
        for x, value in values.items():
            reader.learn(x, value)
        for e in (*backward, *forward):
            row = equation_row(e, p)
            left, right = reader(row.left), reader(row.right)
            assert np.shape(left) == np.shape(right) or np.shape(right) == (), (notation, str(e))
            assert np.allclose(left, right, rtol=1e-9, atol=1e-12), (notation, str(e))


def test_a_wrong_formula_is_seen() -> None:
    """The reader is a test only if it notices a transpose too few and a factor in the wrong place."""
    d, backward, _, values = instance("elman")
    p = presenter(d, Notation(), None)
    reader = Reader(p)
    for x, value in values.items():
        reader.learn(x, value)
    e = next(e for e in backward if "W.T" in str(e.rhs))
    right = equation_row(e, p).right
    wrong = equation_row(e, presenter(d, Notation(vectors="rows"), None)).right
    reader(right)
    with pytest.raises((ValueError, AssertionError)):
        reader(wrong)
