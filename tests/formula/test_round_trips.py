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
    for label, notation in NOTATIONS.items():
        for expression in expressions:
            for text in (sr.latex(expression, notation=notation), sr.text(expression, notation=notation)):
                if label == "adjoint=delta" and "δ_h_" in text:
                    continue  # a terminal drops the index of h_1 there
                assert sr.read(text, model, notation=notation).expr == expression, (label, text)


def test_names_of_a_notation_are_read():
    elman = sr.models.elman()
    notation = sr.Notation(names={"h": "s"})
    expression = elman.equations[0].rhs
    assert sr.read(sr.latex(expression, notation=notation), elman, notation=notation).expr == expression
