"""Labels are read off names: Greek letters, marks, subscripts; what is written on an arrow is what multiplies."""

import re
import xml.etree.ElementTree as ET

import pytest

import symrnn as sr
from diagram.samples import model_of
from symrnn import Equation, Function, Parameter, Recurrence, Sequence, dims, t
from symrnn.diagram import circuit, unfolded
from symrnn.diagram.chunks import COMMON, Run, chunks
from symrnn.diagram.conventions import lettering
from symrnn.diagram.inline import Fraction, Line
from symrnn.diagram.labels import Label, label_of
from symrnn.diagram.tikz_text import math
from symrnn.errors import Undefined
from symrnn.model import library

n, m = dims("n m")
h, x = Sequence("h", n), Sequence("x", m)
W, U = Parameter("W", n, n), Parameter("U", n, m)


@pytest.mark.parametrize(
    ("name", "latex", "label"),
    [
        ("h", "", Label("h")),
        ("theta", "", Label("θ")),
        ("lambda", "", Label("λ")),
        ("Theta", "", Label("Θ", italic=False)),
        ("yhat", "", Label("y", mark="hat")),
        ("thetahat", "", Label("θ", mark="hat")),
        ("ctilde", "", Label("c", mark="tilde")),
        ("W_hh", "", Label("W", sub="hh")),
        ("h1", "", Label("h", sub="1")),
        ("alpha_beta", "", Label("α", sub="β")),
        ("hidden_layer", "", Label("hidden", italic=False, sub="layer")),
        ("loss", "", Label("loss", italic=False)),
        ("q", r"\hat{y}", Label("y", mark="hat")),
        ("q", r"\boldsymbol{\theta}", Label("θ")),
        ("q", r"W_{hh}", Label("W", sub="hh")),
        ("q", r"\mathcal{L}", Label("L")),
        ("q", r"\overrightarrow{h}", Label("h")),
        ("q", r"\cdot", Label("q")),
    ],
)
def test_names(name, latex, label):
    assert label_of(name, latex) == label


def test_times():
    assert label_of("h").at("t-1").sup == "(t−1)"
    assert label_of("h").at("tau+1").plain == "h(τ+1)"
    assert label_of("h").at("") == label_of("h")


NOTATIONS = {
    "goodfellow": sr.Notation(),
    "d2l": sr.Notation.named("d2l"),
    "cs231n": sr.Notation.named("cs231n"),
    "own": sr.Notation(time="argument", names={"h": "s", "W": r"\mathcal{W}", "t": "k", "tau": "T"}),
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_a_name_looks_as_in_the_formulas_of_its_document(notation):
    asked = NOTATIONS[notation]
    letters = lettering(asked)
    for model in map(library.get, library.LIBRARY):
        for v in (*model.sequences, *model.parameters, *model.constants):
            times = [""] if not hasattr(v, "over") and v not in model.sequences else ["t-1", "tau"]
            for time, at in zip(times, (t - 1, sr.tau), strict=False):
                label = letters.label(v.name, v.latex_name, bold=bool(v.shape)).at(time)
                written = sr.latex(v[at] if time else v, notation=asked)
                assert re.sub(r"[ {}]", "", math(label)) == re.sub(r"[ {}]", "", written), v
                assert label.width(10) >= label.at("").width(10) > 0


def test_a_notation_reaches_every_label_of_a_picture():
    own = NOTATIONS["own"]
    for model in (sr.models.elman(), sr.models.get("skip")):
        graph = sr.unfolded(model, 3, notation=own, gradient=True)
        shown = {e.label.plain for e in graph.layout.nodes} | {
            x.label.plain for e in graph.layout.edges for x in e.texts
        }
        assert "s(2)" in shown and not [x for x in shown if "h" in x or "⁽" in x]
        assert "s" in {node.label.plain for node in sr.circuit(model, notation=own).layout.nodes}
    assert "Verzögerung 2" in sr.circuit(model, words={"lag": "Verzögerung"}).svg()
    for wrong in (3, "d2l"):
        with pytest.raises(Undefined, match=r'Notation\.named\("d2l"\)'):
            sr.circuit(model, notation=wrong)


def on_arrows(*right_sides):
    model = Recurrence(*(Equation(h[t], side) for side in right_sides))
    edges = circuit(model).layout.edges
    return {(e.source, e.lag): next((x.label.plain for x in e.texts if x.role == "label"), "") for e in edges}


def test_the_parameter_that_multiplies_is_written_on_the_arrow():
    assert on_arrows(sr.tanh(W @ h[t - 1] + U @ x[t])) == {("h", 1): "W", ("x", 0): "U"}
    assert on_arrows(sr.tanh(W.T @ h[t - 1] + U @ x[t])) == {("h", 1): "W⊤", ("x", 0): "U"}


def test_nothing_is_written_where_two_would_stand():
    assert on_arrows(W @ h[t - 1] + sr.tanh(h[t - 1])) == {("h", 1): ""}
    R = Parameter("R", n, n)
    assert on_arrows(W @ h[t - 1] + R @ h[t - 1]) == {("h", 1): ""}


def test_scalar_factors():
    a = Parameter("alpha")
    assert on_arrows(a * h[t - 1] + (1 - a) * sr.tanh(U @ x[t])) == {("h", 1): "α", ("x", 0): "U"}
    v = Sequence("v", n)
    assert on_arrows(v[t] * h[t - 1]) == {("v", 0): "", ("h", 1): ""}


def test_an_unknown_function_is_written_on_the_past_or_on_every_arrow():
    f = Function("f", n)
    assert on_arrows(f(h[t - 1], x[t])) == {("h", 1): "f", ("x", 0): ""}
    assert on_arrows(f(x[t], x[t - 1])) == {("x", 0): "f", ("x", 1): "f"}
    assert on_arrows(f(W @ h[t - 1], x[t])) == {("h", 1): "W", ("x", 0): "f"}


def test_wider_labels_are_wider():
    narrow, wide = label_of("i").at("t"), label_of("W", bold=True).at("tau+1")
    assert narrow.width(18) < label_of("h").at("t-1").width(18) < wide.width(18)


def parts_of(inner):
    """The labels of which a line or a fraction is made."""
    if isinstance(inner, Fraction):
        return [*inner.over.parts, *inner.under.parts]
    return list(inner.parts) if isinstance(inner, Line) else [inner]


@pytest.mark.parametrize("name", ["elman", "gru", "scalar", "elman with probabilities"])
def test_a_name_looks_the_same_in_nodes_in_labels_and_below(name):
    """Vectors are bold italic, scalars italic, everywhere; every ink draws a label by these two marks."""
    panel = unfolded(model_of(name), 2, gradient=True).layout.panels[0]
    looks = {(node.label.base, node.label.mark): (node.label.bold, node.label.italic) for node in panel.nodes}
    texts = [*panel.notes, *(text for edge in panel.edges for text in edge.texts)]
    parts = [part for text in texts for part in parts_of(text.label)]
    seen = [part for part in parts if (part.base, part.mark) in looks and not part.word]
    assert len({part.base for part in seen}) >= 3
    assert all((part.bold, part.italic) == looks[part.base, part.mark] for part in seen)


def is_rare(text):
    return [not sign.isascii() and sign not in COMMON for sign in text]


@pytest.mark.parametrize("name", ["gru", "encoder-decoder"])
def test_signs_that_fonts_lack_are_pieces_of_their_own(name):
    """A program that sets a piece of text in one font only sets no name in the font of such a sign."""
    svg = unfolded(model_of(name), sr.tau, gradient=True).svg()
    pieces = [e for e in ET.fromstring(svg).iter() if e.tag.endswith(("}text", "}tspan")) and e.get("x")]
    texts = ["".join(e.itertext()) for e in pieces]
    assert any(all(is_rare(text)) for text in texts)
    assert not [text for text in texts if any(is_rare(text)) and not all(is_rare(text)) and len(text) > 2]


def test_pieces_meet_where_they_are_anchored():
    runs = [Run("∂", 0, 10), Run("h", 0, 10, True, True), Run(" = ", 0, 10), Run("θ", 0, 10, True, True)]
    first, middle, last = chunks(runs, 100.0, "middle")
    assert (first.anchor, middle.anchor, last.anchor) == ("end", "middle", "start")
    width = sum(run.width for run in middle.runs)
    assert first.x == pytest.approx(middle.x - width / 2) and last.x == pytest.approx(middle.x + width / 2)
    assert [chunk.x for chunk in chunks(runs[1:3], 7.0, "start")] == [7.0]
