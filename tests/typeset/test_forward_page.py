"""Pages and documents of real-time recurrent learning."""

import pytest

import symrnn as sr
from symrnn.cli import main
from symrnn.model import library
from symrnn.typeset import derivation_page
from symrnn.typeset.text import width
from typeset.formulas import A, W

PAGE = """\
Sensitivities, forward in time                 because
  (1) ∂h(0)/∂W = 0                             h(0) is given and does not depend on W
  (2) ∂h(t)/∂W = diag(1 - h(t)²) W (∂h(t-1)/∂W) + diag(1 - h(t)²) (I ⊗ h(t-1)ᵀ)   h(t) reads h(t-1) and W
Adjoints of what is computed from the states, step by step
  (3) ∇o(t) = ŷ(t) - y(t)                      softmax with cross-entropy; needs Σ y(t) = 1
Gradients, each of the shape of its parameter
  (4) ∇W = mat_{n×n}(Σ (∂h(t)/∂W)ᵀ Vᵀ ∇o(t))   the loss depends on W through h(t)"""

SENSITIVITY = (
    r"\frac{\partial \boldsymbol{h}^{(t)}}{\partial \boldsymbol{W}} &= "
    r"\operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2}) \boldsymbol{W} "
    r"\frac{\partial \boldsymbol{h}^{(t-1)}}{\partial \boldsymbol{W}} + "
    r"\operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2}) (\boldsymbol{I} \otimes (\boldsymbol{h}^{(t-1)})^{\top})"
)


def test_the_page_of_the_tanh_network():
    page = derivation_page(sr.rtrl(A, wrt=W))
    assert PAGE in page


def test_the_formula_in_latex():
    assert SENSITIVITY in sr.latex(sr.rtrl(A, wrt=W))


@pytest.mark.parametrize("name", [name for name in library.LIBRARY if name != "lstm"])
def test_every_model_has_a_page_in_both_languages(name):
    d = sr.rtrl(library.get(name))
    for language in ("en", "de"):
        page = derivation_page(d, language=language)
        assert all(f"({line.number})" in page for line in d.lines if 0 < line.number <= 60)
        assert all(width(row) <= 118 for row in page.splitlines() if "│" in row)


def test_a_state_that_runs_backward_counts_down():
    """Its sensitivities run backward in time, from the boundary value after the last step."""
    d = sr.rtrl(library.get("bidirectional"))
    rows = [row for row in derivation_page(d).splitlines() if "∂g(t)/∂W_g = " in row]
    assert "t = τ, ..., 1" in derivation_page(d) and len(rows) == 1


@pytest.mark.parametrize("ending", [".tex", ".md", ".html"])
def test_documents(ending):
    d = sr.rtrl(A, wrt=W)
    text = sr.document(d, detail="full", report=d.verify()).render(ending)
    assert "Sensitivities, forward in time" in text and "immediate derivative" in text.lower()
    labels = [line.split("}")[0] for line in text.split(r"\label{")[1:]]
    assert len(labels) == len(set(labels))


def test_the_command_line(capsys):
    assert main(["rtrl", "elman", "--wrt", "W"]) == 0
    out = capsys.readouterr().out
    assert PAGE in out and "Checked: 4 of 4 lines" in out
    assert main(["rtrl", "scalar", "--wrt", "w", "--tau", "2"]) == 0
    assert "∂s(2)/∂w" in capsys.readouterr().out
    assert main(["rtrl", "elman", "--wrt", "x"]) == 2
    assert "is an input" in capsys.readouterr().err
