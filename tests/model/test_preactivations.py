"""Naming the arguments of activations changes nothing but what has a name: the gradients stay, the lines hold."""

import numpy as np
import pytest
import sympy

import symrnn as sr
from symrnn.calculus.bptt import by_preactivations
from symrnn.calculus.running import run_lines
from symrnn.graph.run import draw
from symrnn.model import Equation, Recurrence, Sequence, library
from symrnn.model.preactivations import with_preactivations
from symrnn.tensor.numbers import Floats
from symrnn.tensor.time import t
from symrnn.typeset import Notation, derivation_page, latex, text
from typeset.formulas import derive, short_times


@pytest.mark.parametrize("name", library.LIBRARY)
def test_the_same_gradients(name: str) -> None:
    d = derive(library.get(name))
    other = by_preactivations(d)
    one = draw(d.model, short_times(d.model), Floats(), seed=4)
    same = draw(other.model, short_times(d.model), Floats(), seed=4)
    same.given.update({x: one.given[x] for x in same.given})
    left, right = (run_lines(e, i.last, i.base) for e, i in ((d, one), (other, same)))
    shared = [line.equation.lhs for line in d.lines if line.group in {"gradient", "boundary"}]
    for adjoint in (x.xreplace(one.rule) for x in shared):
        assert np.allclose(left[adjoint], right[adjoint], rtol=1e-10), adjoint


@pytest.mark.parametrize("name", ["elman", "gru", "leaky", "scalar"])
def test_the_lines_hold_and_read_as_delta(name: str) -> None:
    other = by_preactivations(derive(library.get(name)))
    assert other.verify()
    assert "tanh" not in "".join(str(line.equation.rhs) for line in other.lines)


def test_the_notation_asks_for_it() -> None:
    d = sr.bptt(sr.models.elman())
    wanted = Notation(adjoint_of="preactivation", adjoint="delta")
    assert r"\boldsymbol{\delta}_{a}^{(t)} &= \operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2})" in latex(d, wanted)
    assert "δ_W = Σ δ_a(t) h(t-1)ᵀ" in text(d, wanted)
    page = derivation_page(d, d.verify(), notation=wanted)
    assert "a(t) = b + W h(t-1) + U x(t)" in page and "10 of 10 lines" in page
    document = sr.document(d, notation=wanted).render(".md")
    assert r"\delta}_{a}" in document


def test_names_that_are_taken_and_models_without_activations() -> None:
    s, a, x = Sequence("s"), Sequence("a"), Sequence("x")
    w = sr.Parameter("w")
    model = Recurrence(Equation(s[t], sympy.tanh(w * s[t - 1] + a[t]) + sympy.exp(x[t] * w)))
    names = [str(e.lhs) for e in with_preactivations(model).equations]
    assert names == ["a_s_1[t]", "a_s_2[t]", "s[t]"]
    taken = Recurrence(Equation(s[t], sympy.tanh(w * s[t - 1] + a[t])))
    assert [str(e.lhs) for e in with_preactivations(taken).equations] == ["a_a[t]", "s[t]"]
    unknown = library.get("classical")
    assert with_preactivations(unknown) is unknown
    linear = library.get("state-space")
    assert with_preactivations(linear) is linear
