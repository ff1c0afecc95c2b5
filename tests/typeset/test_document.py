"""Documents: one content, three writers; compiled by TeX, drawn by a browser."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

import symrnn as sr
from symrnn.errors import Undefined, Unsupported
from symrnn.model import library
from symrnn.typeset import Notation, latex, mathml
from symrnn.typeset.document import Document, document
from symrnn.typeset.sections import DETAILS, SECTIONS
from typeset.formulas import BOOK, NODES, A, derive, short_times
from typeset.well_formed import latex_faults

ALLOWED = {"amsmath", "amssymb", "bm", "mathtools", "tikz", "xcolor", "booktabs", "microtype"}


@pytest.fixture(scope="module")
def elman() -> Document:
    return document(A)


class Drawn:
    """A picture as another room hands it over."""

    caption = "The circuit"

    def svg(self) -> str:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><circle cx="10" cy="10" r="8"/></svg>'

    def tikz(self) -> str:
        return r"\begin{tikzpicture} \draw (0,0) circle (0.4); \end{tikzpicture}"


def test_only_the_promised_packages(elman: Document) -> None:
    source = elman.render(".tex")
    used = {name for group in re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", source) for name in group.split(",")}
    assert used <= ALLOWED and r"\documentclass[11pt,a4paper]{article}" in source


def test_labels_come_from_the_mathematics(elman: Document) -> None:
    labels = re.findall(r"\\label\{(.*?)\}", elman.render(".tex"))
    assert labels[:3] == ["eq:elman-adjoint-o-t", "eq:elman-adjoint-h-tau", "eq:elman-adjoint-h-t"]
    assert "eq:elman-grad-W" in labels and "eq:elman-grad-h-0" in labels and len(set(labels)) == len(labels)


def test_html_is_one_file_that_asks_for_nothing(elman: Document) -> None:
    page = elman.render(".html")
    assert not re.search(r"https?://(?!www\.w3\.org)|<link|<img|@import|url\(|src=", page)
    for formula in re.findall(r"<math.*?</math>", page, re.DOTALL):
        ElementTree.fromstring(formula)
    assert 'id="eq-elman-grad-h-0"' in page and "application/x-tex" in page


def test_markdown_displays_are_well_formed(elman: Document) -> None:
    page = elman.render(".md")
    displays = re.findall(r"\$\$\n(.*?)\n\$\$", page, re.DOTALL)
    assert len(displays) > 6
    for display in displays:
        assert not latex_faults(re.sub(r"\s+", " ", display)), display


def test_saving_and_refusing(elman: Document, tmp_path: Path) -> None:
    for ending in (".tex", ".md", ".html"):
        path = elman.save(tmp_path / f"page{ending}")
        assert path.read_text(encoding="utf-8") == elman.render(ending)
    with pytest.raises(Unsupported, match="docx"):
        elman.save(tmp_path / "page.docx")
    with pytest.raises(Undefined, match="lecture"):
        document(A, detail="short")
    with pytest.raises(Undefined, match="verification"):
        document(A, sections=["proofs"])


def test_sections_details_and_pictures() -> None:
    for detail, names in DETAILS.items():
        assert set(names) <= set(SECTIONS), detail
    d = sr.bptt(A, 3)
    report = d.verify()
    numbers = document(d, report=report, pictures=[Drawn()])
    assert "tikzpicture" in numbers.render(".tex") and "<svg" in numbers.render(".html")
    assert "Copies of the parameters" in numbers.render(".md")
    assert "needs" not in document(d, report=report, detail="result").render(".md")
    assert "Every step" in document(d, report=report, detail="full").render(".md")
    only = document(d, report=report, sections=["gradients"]).render(".md")
    assert "## Gradients" in only and "## The model" not in only


def test_the_same_bytes_each_time() -> None:
    d = sr.bptt(A)
    report = d.verify()
    for ending in (".tex", ".html", ".md", ".ipynb"):
        assert document(d, report=report).render(ending) == document(d, report=report).render(ending)


FORMULA_PAGE = r"""\documentclass{article}
\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}
\begin{document}
%s
\end{document}
"""


@pytest.mark.tex
@pytest.mark.parametrize("preset", ["goodfellow", "d2l", "cs231n"])
def test_every_formula_compiles(pdflatex: Callable[[str], Path], preset: str) -> None:
    things = [row[0] for row in (*BOOK.values(), *NODES)]
    for model in map(library.get, library.LIBRARY):
        d = derive(model)
        things += [model, sr.unroll(model, tau=short_times(model)), d, d.at(short_times(model))]
    names = Notation.named(preset)
    page = "\n".join(rf"\[ {latex(x, notation=names)} \]" for x in things)
    assert pdflatex(FORMULA_PAGE % page).stat().st_size > 10_000


@pytest.mark.tex
@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_models_article_compiles(pdflatex: Callable[[str], Path], name: str) -> None:
    model = library.get(name)
    d = derive(model)
    article = document(d.at(short_times(model)), report=d.verify(), detail="full", pictures=[Drawn()])
    assert pdflatex(article.render(".tex")).stat().st_size > 10_000


@pytest.mark.browser
def test_a_browser_draws_the_page(screenshot: Callable[..., Path], elman: Document, tmp_path: Path) -> None:
    page = elman.save(tmp_path / "elman.html")
    assert screenshot(page).stat().st_size > 20_000
    assert mathml(A, display=True).startswith('<math display="block">')
