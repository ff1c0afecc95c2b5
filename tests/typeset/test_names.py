"""From identifiers to letters, and the names a user gives in LaTeX."""

import pytest

from symrnn.errors import Undefined
from symrnn.model import Parameter, Sequence
from symrnn.tensor import dims, nabla, t
from symrnn.typeset import Notation, latex, mathml, text
from typeset.well_formed import latex_faults

pytestmark = pytest.mark.usefixtures("fresh")

NAMES = {
    "W": (r"\boldsymbol{W}", "W"),
    "theta": (r"\boldsymbol{\theta}", "θ"),
    "Gamma": (r"\boldsymbol{\Gamma}", "Γ"),
    "W_hh": (r"\boldsymbol{W}_{hh}", "W_hh"),
    "W_out": (r"\boldsymbol{W}_{\mathrm{out}}", "W_out"),
    "W_x_h": (r"\boldsymbol{W}_{x,h}", "W_x_h"),
    "alpha_1": (r"\boldsymbol{\alpha}_{1}", "α₁"),
    "W2": (r"\boldsymbol{W}_{2}", "W₂"),
    "x_theta": (r"\boldsymbol{x}_{\theta}", "x_θ"),
    "yhat": (r"\hat{\boldsymbol{y}}", "ŷ"),
    "htilde": (r"\tilde{\boldsymbol{h}}", "h̃"),
    "hbar": (r"\bar{\boldsymbol{h}}", "h̄"),
    "thetadot": (r"\dot{\boldsymbol{\theta}}", "θ̇"),
    "sprime": (r"\boldsymbol{s}'", "s′"),
    "lambda": (r"\boldsymbol{\lambda}", "λ"),
    "lam": (r"\boldsymbol{\lambda}", "λ"),
    "T": (r"\boldsymbol{T}", "T"),
    "np": (r"\boldsymbol{\mathit{np}}", "np"),
    "Alpha": (r"\boldsymbol{\mathrm{A}}", "Α"),
    "omicron": (r"\boldsymbol{o}", "ο"),
    "θ": (r"\boldsymbol{\theta}", "θ"),
    "bar": (r"\boldsymbol{\mathit{bar}}", "bar"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    expected, plain = NAMES[name]
    assert latex(Parameter(name, 2)) == expected
    assert text(Parameter(name, 2)) == plain
    element = Sequence(name, 2)[t] ** 2
    assert not latex_faults(latex(element)), latex(element)
    assert "<math" in mathml(element)


def test_scalars_are_not_bold() -> None:
    assert latex(Parameter("theta")) == r"\theta"
    assert latex(Sequence("s")[t]) == "s^{(t)}"


def test_a_name_given_in_latex() -> None:
    assert latex(Parameter("phi_1", 2, latex=r"\varphi")) == r"\boldsymbol{\varphi}"
    starred = Sequence("y", 2, latex=r"y^*")
    assert latex(starred[t]) == r"{\boldsymbol{y^*}}^{(t)}"
    assert latex(Parameter("w", latex=r"\mathcal{W}")) == r"\mathcal{W}"
    assert text(starred[t]) == "y(t)"


@pytest.mark.parametrize("bad", [r"\input{x}", "a}b", "{a", "a & b", r"a \\ b", "a % b", "$a$", r"\end{aligned}"])
def test_a_name_that_does_more_than_print_is_refused(bad: str) -> None:
    with pytest.raises(Undefined, match="name on paper"):
        latex(Parameter("w", latex=bad))


def test_a_terminal_keeps_every_subscript() -> None:
    """h_1 with a time below it, with an adjoint's name, and beside a second subscript."""
    n = dims("n")
    one, two = Sequence("h_1", n), Sequence("W_hh_2", n)
    below = Notation(time="subscript", adjoint="delta")
    assert text(one[t - 1], below) == "h_{1,t-1}" and text(two[t], below) == "W_{hh,2,t}"
    assert text(nabla(one[t]), Notation(adjoint="delta")) == "δ_h_1(t)" and text(two[t]) == "W_hh_2(t)"
