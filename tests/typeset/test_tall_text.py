"""Formulas on several lines: what stands above what, and that every line of a box is as wide as it says."""

import re

import pytest
from hypothesis import given

import symrnn as sr
from symrnn.calculus.report import Finding, Report
from symrnn.model import library
from symrnn.tensor import concat, nabla, partial, t
from symrnn.typeset import text
from symrnn.typeset.boxes import Box, BoxRenderer, beside, over
from symrnn.typeset.displays import presenter
from symrnn.typeset.notation import terminal
from symrnn.typeset.text import width
from typeset.formulas import A, derive, f, h, theta, x, z
from typeset.test_well_formed import whole

SUM = """\
           τ
(7)  ∇W =  Σ  diag(1 - h(t)²) ∇h(t) h(t-1)ᵀ
          t=1"""
JACOBIAN = """\
⎛∂f         ⎞ᵀ
⎜──(z(2); θ)⎟  ∇z(3)
⎝∂z         ⎠"""


def test_sums_fractions_and_brackets() -> None:
    assert SUM in text(sr.bptt(A), tall=True)
    assert text(partial(f(z[2], theta), 0).T @ nabla(z[3]), tall=True) == JACOBIAN
    assert text(concat(h[t], x[t]), tall=True) == "⎡h(t)⎤\n⎣x(t)⎦"
    lines = text(sr.bptt(A), "d2l", tall=True).splitlines()
    place = next(i for i, line in enumerate(lines) if "(1)" in line)
    assert [line.strip() for line in lines[place - 1 : place + 2]] == [
        "∂L",
        "(1)  ──── = ŷ_t - y_t    t = 1, ..., τ",
        "∂o_t",
    ]


def test_boxes() -> None:
    fraction = over([Box(("a + b",)), Box(("─────",)), Box(("c",))], 1)
    assert fraction.lines == ("a + b", "─────", "  c  ") and fraction.base == 1
    both = beside([Box(("x = ",)), fraction])
    assert both.lines == ("    a + b", "x = ─────", "      c  ")


@given(whole)
def test_every_expression_has_a_box(expr: object) -> None:
    item = presenter(expr, terminal(None), None)(expr)
    box = BoxRenderer()(item)
    assert box.lines and 0 <= box.base < len(box.lines)
    drawn = "\n".join(box.lines)
    assert all(drawn.count(left) == drawn.count(right) for left, right in ("()", "⎛⎞", "⎝⎠", "⎡⎤", "⎣⎦"))


@pytest.fixture(scope="module")
def report() -> Report:
    """What prose ends with; it is not about the models of these tests."""
    return Report((Finding("(1)", "holds", "exact", line=1),), (1, 2, 3), (("n", 3),), 0, 1e-12)


@pytest.mark.parametrize("name", library.LIBRARY)
def test_prose_for_a_terminal(name: str, report: Report) -> None:
    page = sr.document(derive(library.get(name)), report=report, detail="full", notation=terminal(None)).render(".txt")
    assert "┌" in page and "None" not in page and max(map(width, page.splitlines())) < 140


def test_detail_is_what_prose_adds(report: Report) -> None:
    d = sr.bptt(A)
    result, lecture, full = (
        sr.document(d, report=report, detail=detail, notation=terminal(None)).render(".txt")
        for detail in ("result", "lecture", "full")
    )
    assert "uses" not in result and "only o(τ) uses h(τ)" in lecture
    assert "(2)       = Vᵀ ∇o(τ)\n" in lecture and re.search(r"\(2\)       = Vᵀ ∇o\(τ\) +matrix product\n", full)
    assert "likewise" in lecture and "⟦Vᵀ ∇o(t)⟧" in full and "⟦" not in lecture
