"""The terminal's page."""

import pytest

import symrnn as sr
from symrnn.calculus.report import Finding, Report
from symrnn.model import library
from symrnn.typeset import derivation_page, explanation_page
from symrnn.typeset.text import width
from typeset.formulas import A, W, derive, short_times

ELMAN = """\
elman: tanh network with softmax output (Goodfellow et al. 2016, 10.8 to 10.28)
   h(t) = tanh(b + W h(t-1) + U x(t))    o(t) = c + V h(t)    L(t) = -y(t) · log ŷ(t)    ŷ(t) = softmax(o(t))
   L = Σ L(t)
   h, b: R^n   x: R^m   y, o, c: R^k   W: n x n   U: n x m   V: k x n   given: h(0)
Backward in time, t = τ, ..., 1                                           because
  (1) ∇o(t) = ŷ(t) - y(t)                                                 softmax with cross-entropy; needs Σ y(t) = 1
  (2) ∇h(τ) = Vᵀ ∇o(τ)                                                    only o(τ) uses h(τ)
  (3) ∇h(t) = Wᵀ diag(1 - h(t+1)²) ∇h(t+1) + Vᵀ ∇o(t)   t = τ-1, ..., 1   h(t+1) and o(t) use h(t)
Gradients, each of the shape of its parameter
  (4) ∇c = Σ ∇o(t)                                                        one use a step: sum over t = 1, ..., τ
  (5) ∇V = Σ ∇o(t) h(t)ᵀ
  (6) ∇b = Σ diag(1 - h(t)²) ∇h(t)
  (7) ∇W = Σ diag(1 - h(t)²) ∇h(t) h(t-1)ᵀ
  (8) ∇U = Σ diag(1 - h(t)²) ∇h(t) x(t)ᵀ
Gradients of what is given
  (9) ∇h(0) = Wᵀ diag(1 - h(1)²) ∇h(1)                                    only h(1) uses h(0)
┌─────────────────────────────────────────────────────┐
│ Not checked: ask the derivation to verify() itself. │
└─────────────────────────────────────────────────────┘
More: --steps   --explain 1   --wrt NAMES   --tau 3   --latex   -o elman.html | .tex | .md"""


def test_the_page_of_the_tanh_network() -> None:
    assert derivation_page(sr.bptt(A)) == ELMAN


@pytest.mark.parametrize("name", library.LIBRARY)
@pytest.mark.parametrize("columns", [80, 118])
def test_pages_keep_their_width(name: str, columns: int) -> None:
    model = library.get(name)
    d = derive(model)
    for derivation in (d, d.at(short_times(model))):
        page = derivation_page(derivation, columns=columns)
        too_wide = [line for line in page.splitlines() if width(line) > columns + 25]
        assert not too_wide, "\n".join(too_wide)


def test_steps_and_the_number_of_lines() -> None:
    d = sr.bptt(A, wrt=[W])
    page = derivation_page(d, steps=True)
    assert page.count("matrix product") >= 2 and "↦" in page
    long = derivation_page(d.at(60))
    assert "more lines" in long and len(long.splitlines()) < 80


def test_what_the_report_says_is_what_the_page_says() -> None:
    d = sr.bptt(A)
    good = Finding("(1)", "holds", "exact", line=1)
    bad = Finding("nabla(c) = 0", "fails", "exact", line=2)
    open_ = Finding("nabla(b) = 0", "undecided", "50 digits", line=3)
    seed = Finding("nabla(L[t]) = 1", "holds", "exact", line=-1)
    difference = Finding("nabla(c) against a difference", "holds", "difference", error=3e-11)

    def says(*findings: Finding) -> str:
        return derivation_page(d, Report(findings, (1, 2, 3, 4, 5), (("n", 3), ("m", 2)), 0, 1e-12), columns=300)

    whole = says(good, seed, difference)
    assert "Checked: 1 of 1 lines, at random values in exact arithmetic (τ = 1, ..., 5, n=3 m=2)" in whole
    assert "against numerical derivatives (worst 3e-11)" in whole
    assert "FAILED: 1 of 2 lines" in says(good, bad) and "Fails: nabla(c) = 0." in says(good, bad)
    assert "Undecided: 1 of 2 lines" in says(good, open_) and "Not decided: nabla(b) = 0." in says(good, open_)


@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_line_is_explained(name: str) -> None:
    """Its uses, the argument with what changed marked, and its entries, in both languages and within the width."""
    d = derive(library.get(name))
    for line in d.lines:
        if line.number > 0:
            for language in ("en", "de"):
                page = explanation_page(d, line.number, language=language, columns=100)
                assert page.count("⟦") == page.count("⟧") and "None" not in page
                assert max(map(width, page.splitlines())) <= 125, page


def test_an_explanation_is_the_component_wise_derivation() -> None:
    page = explanation_page(sr.bptt(A), 3)
    assert "∇h(t) = (∂h(t+1)/∂h(t))ᵀ ∇h(t+1) + (∂o(t)/∂h(t))ᵀ ∇o(t)" in page
    assert "= Wᵀ diag(1 - h(t+1)²) ∇h(t+1) + ⟦Vᵀ ∇o(t)⟧    matrix product" in page
    assert "Σ_{j=1..n} W_ji (1 - h_j(t+1)²) (∂L/∂h_j(t+1)) + Σ_{j=1..k} V_ji (∂L/∂o_j(t))" in page
    assert "∇W = Σ Σ_i (∂L/∂h_i(t)) ∇_{W(t)} h_i(t)" in explanation_page(sr.bptt(A), 7)
    assert "∂⁺h(t+1)/∂h(t)" in explanation_page(sr.bptt(sr.models.gru()), 3)
