"""Conventions: presets, single choices, other names."""

import pickle

import pytest

from symrnn.errors import Undefined
from symrnn.model import library
from symrnn.tensor import dot, entry, nabla, outer, time_sum
from symrnn.typeset import Notation, latex, text
from symrnn.typeset.notation import CHOICES
from typeset.formulas import A, W, derive, f, h, slope, t, tau, theta, w, x
from typeset.well_formed import latex_faults

pytestmark = pytest.mark.usefixtures("fresh")

TERM = time_sum(outer(slope * nabla(h[t]), h[t - 1]))
PRESETS = {
    "goodfellow": r"\sum_{t=1}^{\tau} \operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2})"
    r" (\nabla_{\boldsymbol{h}^{(t)}} L) (\boldsymbol{h}^{(t-1)})^{\top}",
    "d2l": r"\sum_{t=1}^{\tau} \operatorname{diag}(1 - \mathbf{h}_{t}^{2})"
    r" \frac{\partial L}{\partial \mathbf{h}_{t}} \mathbf{h}_{t-1}^{\top}",
    "cs231n": r"\sum_{t=1}^{\tau} h_{t-1}^{\top} ((1 - h_{t}^{2}) \odot dh_{t})",
}


@pytest.mark.parametrize("name", PRESETS)
def test_presets(name: str) -> None:
    assert latex(TERM, notation=name) == latex(TERM, notation=Notation.named(name)) == PRESETS[name]
    for model in map(library.get, library.LIBRARY):
        d = derive(model)
        assert not latex_faults(latex(d, notation=name)), latex(d, notation=name)


def test_single_choices() -> None:
    delta = Notation(adjoint="delta")
    assert latex(nabla(h[t]), notation=delta) == r"\boldsymbol{\delta}_{h}^{(t)}"
    assert latex(dot(h[t], h[t - 1]), notation=Notation(dot="dot")) == (
        r"\boldsymbol{h}^{(t)} \cdot \boldsymbol{h}^{(t-1)}"
    )
    assert latex(f(h[t], theta), notation=Notation(semicolon=False)) == r"f(\boldsymbol{h}^{(t)}, \boldsymbol{\theta})"
    assert latex(h[t - 1], notation=Notation(time="argument", bold="none")) == "h(t-1)"
    assert latex(entry(x[t], 2), notation=Notation(time="subscript")) == "x_{t,2}"
    assert latex(W, notation=Notation(bold="upright")) == r"\mathbf{W}"


def test_other_names() -> None:
    other = Notation(names={"h": "s", "tau": "T", "w": r"\varpi"})
    assert latex(time_sum(w * h[t]), notation=other) == r"\sum_{t=1}^{T} \varpi \boldsymbol{s}^{(t)}"
    assert text(h[tau], notation=other) == "s(T)"


def test_a_notation_is_a_value() -> None:
    one, two = Notation(names={"a": "b", "c": "d"}), Notation(names={"c": "d", "a": "b"})
    assert one == two and hash(one) == hash(two) and pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(Undefined, match="superscript"):
        Notation(time="above")
    assert latex(A.equations[0], notation=one) == latex(A.equations[0])


@pytest.mark.parametrize("name", CHOICES)
def test_every_field_refuses_what_it_does_not_have(name: str) -> None:
    with pytest.raises(Undefined, match=CHOICES[name][0]):
        Notation(**{name: "sideways"})


def test_conventions_as_the_command_line_gives_them() -> None:
    chosen = Notation().using("time = subscript", "semicolon=no", "names.h=s", "names.tau=T")
    assert chosen == Notation(time="subscript", semicolon=False, names={"h": "s", "tau": "T"})
    for bad, said in {
        "tim=subscript": "field is one of",
        "time": "field=value",
        "semicolon=perhaps": "yes",
        "names.h=a&b": "not a name",
        "names.h=": "identifiers",
    }.items():
        with pytest.raises(Undefined, match=said):
            Notation().using(bad)
    for names in ({"h": 3}, [("h", "s"), ("h", "u")], {"h": r"\def\x{}"}):
        with pytest.raises(Undefined):
            Notation(names=names)
    with pytest.raises(Undefined):
        Notation(objective="L")
