"""What the package prints, it reads back: every equation and gradient of the library, in every convention."""

import pytest

import symrnn as sr
from symrnn.model.library import LIBRARY

NOTATIONS = {name: sr.Notation.named(name) for name in ("goodfellow", "d2l", "cs231n")} | {
    f"{key}={value}": sr.Notation(**{key: value})
    for key, value in (
        ("adjoint", "delta"),
        ("adjoint", "bar"),
        ("time", "argument"),
        ("gradient", "numerator"),
        ("products", "odot"),
        ("dot", "dot"),
        ("bold", "none"),
    )
}
BELOW = {"delta below": sr.Notation(adjoint="delta", time="subscript")}


def printed(name):
    """The right-hand sides and the gradients of a model."""
    model = LIBRARY[name]()
    found = [equation.rhs for equation in model.equations]
    if model.loss is not None:
        derivation = sr.bptt(model)
        found += [equation.rhs for equation in derivation.equations]
        found += derivation.gradients.values()
    return model, found


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_read_undoes_latex_and_text(name):
    model, expressions = printed(name)
    seen = set()
    for label, notation in NOTATIONS.items():
        how = (notation.adjoint, notation.gradient, notation.vectors, notation.names)  # what reading depends on
        for expression in expressions:
            for text in (sr.latex(expression, notation=notation), sr.text(expression, notation=notation)):
                if (text, how) not in seen:
                    seen.add((text, how))
                    assert sr.read(text, model, notation=notation).expr == expression, (label, text)


def test_names_of_a_notation_are_read():
    elman = sr.models.elman()
    notation = sr.Notation(names={"h": "s"})
    expression = elman.equations[0].rhs
    assert sr.read(sr.latex(expression, notation=notation), elman, notation=notation).expr == expression


ODD = """{h}: n
{x}: m
{o}, y: q
{W}: n x n
{U}: n x m
{V}: q x n
{b}: n
{c}: q
{h}[t] = tanh({b} + {W} {h}[t-1] + {U} {x}[t])
{o}[t] = {c} + {V} {h}[t]
L[t] = softmax_cross_entropy({o}[t], y[t])
loss = sum_t L[t]
"""


@pytest.mark.parametrize(
    "names",
    [
        {"h": "state", "x": "x_in", "o": "yhat", "W": "T", "U": "np", "V": "I_x", "b": "lambda", "c": "e"},
        {"h": "h0", "x": "u", "o": "logits", "W": "W_hh", "U": "phi", "V": "F", "b": "i", "c": "gamma"},
        {"h": "h_enc", "x": "k", "o": "f", "W": "W_1", "U": "E", "V": "Lambda", "b": "d", "c": "cc"},
        {"h": "h_1_2", "x": "x_enc_a", "o": "o", "W": "W_a_b", "U": "U_in", "V": "V_1_2_3", "b": "b_1_2", "c": "c_a1"},
        {"h": "delta", "x": "htilde", "o": "a", "W": "sigma", "U": "S", "V": "p", "b": "beta", "c": "c"},
    ],
    ids=lambda names: names["h"],
)
def test_models_with_odd_names_are_printed_as_they_are_read(names):
    model = sr.read_model(ODD.format(**names))
    derivation = sr.bptt(model)
    expressions = [e.rhs for e in (*model.equations, *derivation.equations)] + [*derivation.gradients.values()]
    for label in ("goodfellow", "cs231n", "adjoint=delta", "adjoint=bar", "delta below"):
        for expression in expressions:
            for printer in (sr.latex, sr.text):
                notation = (NOTATIONS | BELOW)[label]
                text = printer(expression, notation=notation)
                assert sr.read(text, model, notation=notation).expr == expression, (label, text)
