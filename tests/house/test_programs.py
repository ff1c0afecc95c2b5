"""The programs that equipped tests use do what these tests rely on, and notice what is wrong."""

import pytest

PACKAGES = "amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype"
DOCUMENT = r"""\documentclass{article}
\usepackage{%s}
\begin{document}
\begin{equation}\bm{h}^{(t)} \coloneqq \tanh\left(\boldsymbol{\theta}\right)\in\mathbb{R}^n\end{equation}
\begin{tabular}{l}\toprule%s\\\bottomrule\end{tabular}
\tikz{\draw[->,red!50!black] (0,0) -- (1,1);}
\end{document}
"""


@pytest.mark.tex
def test_latex_has_every_package_that_is_emitted(pdflatex):
    assert pdflatex(DOCUMENT % (PACKAGES, "")).read_bytes().startswith(b"%PDF")


@pytest.mark.tex
def test_latex_refuses_a_double_superscript(pdflatex):
    with pytest.raises(pytest.fail.Exception, match="Double superscript"):
        pdflatex(DOCUMENT % (PACKAGES, "$y^{(t)}^2$"))


@pytest.mark.browser
def test_browser_draws_what_is_on_the_page(screenshot, tmp_path):
    def picture(name: str, body: str) -> bytes:
        page = tmp_path / f"{name}.html"
        page.write_text(f"<!doctype html><meta charset=utf-8><body>{body}", encoding="utf-8")
        return screenshot(page, width=200, height=100).read_bytes()

    fraction = "<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"
    empty, drawn, row = picture("empty", ""), picture("drawn", fraction), picture("row", "a b")
    assert empty.startswith(b"\x89PNG")
    assert len({empty, drawn, row}) == 3
