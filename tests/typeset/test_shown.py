"""What Jupyter and the prompt show of each object: short, readable, never a dump of fields."""

from typing import Any

import pytest

import symrnn as sr
from symrnn.typeset.document import document
from typeset.documents import derived
from typeset.formulas import A
from typeset.well_formed import latex_faults

D, REPORT = derived("elman")
SHOWN = {
    "report": REPORT,
    "step": D.steps[0],
    "derivation": D,
    "unrolled": D.at(60),
    "document": document(D, report=REPORT),
    "model": A,
    "equation": A.equations[0],
    "graph": sr.unroll(A, 2),
    "vector": A.equations[0].rhs,
    "scalar": A.loss,
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_prompt_shows_no_dump(name: str) -> None:
    shown = repr(SHOWN[name])
    assert "Equation(" not in shown and "origin=" not in shown and "mappingproxy" not in shown
    assert len(shown.splitlines()) <= 60 and max(map(len, shown.splitlines())) < 400


def test_what_each_says() -> None:
    assert repr(D).splitlines()[0] == f"<Derivation of elman (gradient): 10 lines, {len(D.steps)} steps>"
    assert repr(D.at(60)).splitlines()[-1].startswith("... and ")
    assert repr(REPORT).startswith("<Report: 9 of 9 lines hold")
    assert repr(D.steps[0]).startswith("<Step elementwise in h[t]: nabla(h[t])")
    assert repr(SHOWN["document"]).startswith("<Document 'Tanh network with softmax output': The model, ")


@pytest.mark.parametrize("name", ["step", "derivation", "model", "equation", "graph", "vector", "scalar"])
def test_a_notebook_shows_a_formula(name: str) -> None:
    thing: Any = SHOWN[name]
    latex = thing._repr_latex_()
    assert latex.startswith("$\\displaystyle ") and latex.endswith("$")
    assert not latex_faults(latex[len("$\\displaystyle ") : -1])


def test_lines_and_steps_have_a_form_on_paper() -> None:
    assert sr.latex(D.lines[2], model=A).startswith(r"\begin{aligned}") or r"\nabla" in sr.latex(D.lines[2])
    assert r"\mapsto" in sr.latex(D.steps[0])


def test_a_picture_and_a_document_show_themselves() -> None:
    assert sr.circuit(A)._repr_svg_().startswith("<svg")
    assert SHOWN["document"]._repr_markdown_().startswith("# Tanh network")  # type: ignore[union-attr]
