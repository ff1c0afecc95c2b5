"""Articles, fragments and slides: their packages, labels, numbers and macros; compiled, nothing sticks out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from symrnn.errors import Undefined, Unsupported
from symrnn.model import library
from symrnn.typeset import Notation
from symrnn.typeset.blocks import Code, Page
from symrnn.typeset.notation import CHOICES
from symrnn.typeset.tex_words import MACROS, escape, with_macros
from symrnn.typeset.write_tex import OTHERS, TexStyle, TexWriter, write_tex
from typeset.documents import CONVENTIONS, made

ALLOWED = {"amsmath", "amssymb", "bm", "mathtools", "tikz", "xcolor", "booktabs", "microtype"}
STYLES = {
    "article": {},
    "two columns": {"columns": 2},
    "slides": {"beamer": True},
    "fragment": {"fragment": True},
    "slides' frames": {"fragment": True, "beamer": True},
}


@pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
def test_only_the_promised_packages_and_classes(style: dict[str, object]) -> None:
    source = re.sub(r"^%.*$", "", made("elman").render(".tex", **style), flags=re.MULTILINE)
    used = {name for group in re.findall(r"\\usepackage(?:\[.*?\])?\{(.*?)\}", source) for name in group.split(",")}
    assert used <= ALLOWED
    classes = re.findall(r"\\documentclass(?:\[.*?\])?\{(.*?)\}", source)
    assert classes == [] if "fragment" in style else classes == ["beamer" if "beamer" in style else "article"]
    assert (r"\begin{document}" in source) == ("fragment" not in style)


@pytest.mark.parametrize("name", library.LIBRARY)
def test_labels_are_unique_and_every_reference_has_one(name: str) -> None:
    for number in (False, True):
        source = made(name, number=number).render(".tex")
        labels = re.findall(r"\\label\{(.*?)\}", source)
        assert len(labels) == len(set(labels)) > 0
        assert set(re.findall(r"\\eqref\{(.*?)\}", source)) == set(labels)


def test_a_label_is_the_same_in_every_form() -> None:
    documents = [made("elman", detail=detail) for detail in ("result", "lecture", "full")]
    found = [set(re.findall(r"\\label\{(.*?)\}", x.render(".tex", **s))) for x in documents for s in STYLES.values()]
    assert "eq:elman-grad-W" in found[0] and all(labels == found[0] for labels in found)


def test_macros_are_provided_once_and_mean_what_they_replace() -> None:
    document = made("elman")
    own = document.render(".tex", fragment=True)
    provided = dict(re.findall(r"\\providecommand\{\\(rnn\w+)\}\{(.*)\}\n", own))
    assert {"rnnbold", "rnnnabla", "rnntop", "rnndiag"} <= set(provided)
    expanded = own
    for name, meaning in sorted(provided.items(), key=lambda pair: -len(pair[0])):
        expanded = re.sub(rf"\\{name}(?![a-zA-Z])", lambda match, meaning=meaning: meaning, expanded)
    body = "\n".join(map(TexWriter(OTHERS[1], counting=False).block, document.page.blocks))
    assert body.strip() in expanded.strip()
    for command in MACROS:
        assert not re.search(rf"{re.escape(command)}(?![a-zA-Z])", re.sub(r"\\providecommand.*\n", "", own))


def test_a_program_keeps_its_backslashes() -> None:
    text = "\\begin{verbatim}\nr'\\nabla'\n\\end{verbatim}"
    assert with_macros(text) == text
    with pytest.raises(Unsupported, match="verbatim"):
        write_tex(Page("t", "", (Code("r'\\end{verbatim}'"),)), TexStyle())


def test_words_are_escaped() -> None:
    assert escape("a_b & 50% {x} \\ τ") == r"a\_b \& 50\% \{x\} \textbackslash{} $\tau$"


def test_styles_that_do_not_exist() -> None:
    document = made("scalar")
    for wrong in ({"columns": 3}, {"prefix": "}"}, {"prefix": "\\relax"}, {"font": "large"}):
        with pytest.raises(Undefined):
            document.render(".tex", **wrong)
    with pytest.raises(Undefined, match=r"only \.tex and \.pdf"):
        document.render(".html", beamer=True)


def compiled(pdflatex: Callable[[str], Path], source: str) -> str:
    """The log of a run, which must not say that something sticks out."""
    log = pdflatex(source).with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    assert not re.findall(r"^Overfull.*$", log, re.MULTILINE)
    assert not re.findall(r"multiply.defined", log)
    return log


@pytest.mark.tex
@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_model_compiles_in_every_style(pdflatex: Callable[[str], Path], name: str) -> None:
    full, lecture = made(name, detail="full"), made(name)
    compiled(pdflatex, full.render(".tex"))
    compiled(pdflatex, lecture.render(".tex", columns=2))
    compiled(pdflatex, lecture.render(".tex", beamer=True))
    compiled(pdflatex, made(name, number=True, detail="full", language="de").render(".tex"))


ALL = r"""\documentclass%s{article}
\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}
\begin{document}
%s
\end{document}
"""
VISIBLE = 2.0  # points by which a line may be too wide before anybody sees it


def test_the_conventions_that_are_compiled_have_every_value() -> None:
    chosen = [Notation(), *(notation for notation, _ in CONVENTIONS.values())]
    for field, values in CHOICES.items():
        assert {getattr(notation, field) for notation in chosen} == set(values), field


@pytest.mark.tex
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_all_models_compile_in_every_convention(pdflatex: Callable[[str], Path], convention: str) -> None:
    notation, detail = CONVENTIONS[convention]
    documents = [made(name, notation=notation, detail=detail, pictures=False) for name in library.LIBRARY]
    for columns, option in ((1, ""), (2, "[twocolumn]")):
        parts = [document.render(".tex", fragment=True, columns=columns) for document in documents]
        log = pdflatex(ALL % (option, "\n\\clearpage\n".join(parts))).with_suffix(".log")
        found = re.findall(r"^Overfull \\[hv]box \(([\d.]+)pt.*$", log.read_text(errors="replace"), re.MULTILINE)
        assert not [size for size in found if float(size) > VISIBLE]


HOST = r"""\documentclass{article}
\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}
\newcommand{\rnnbold}[1]{\mathbf{#1}}
\begin{document}
\begin{equation} a = b \label{eq:first} \end{equation}
%s
\begin{equation} c = d \label{eq:last} \end{equation}
\typeout{LAST=\theequation}
\makeatletter
\@ifundefined{r@eq:scalar-grad-w}{}{\typeout{FOUND=\expandafter\expandafter\expandafter\@firstoftwo
  \csname r@eq:scalar-grad-w\endcsname}}
\makeatother
\end{document}
"""


@pytest.mark.tex
@pytest.mark.parametrize(("prefix", "last", "weight"), [("", None, None), ("A.", "2", r"A\.\d+")])
def test_a_fragment_in_somebodys_article(
    pdflatex: Callable[[str], Path], prefix: str, last: str | None, weight: str | None
) -> None:
    document = made("scalar", pictures=False)
    source = HOST % document.render(".tex", fragment=True, prefix=prefix)
    compiled(pdflatex, source)
    log = compiled(pdflatex, source)
    lines = len([line for line in document.derivation.lines if line.number > 0])
    found = re.search(r"LAST=(\S+)", log)
    assert found and found[1] == (last or str(lines + 2))
    reference = re.search(r"FOUND=(\S+)", log)
    assert reference and re.fullmatch(weight or r"\d+", reference[1])


@pytest.mark.tex
def test_frames_in_somebodys_slides(pdflatex: Callable[[str], Path]) -> None:
    frames = made("elman").render(".tex", fragment=True, beamer=True, prefix="B.")
    packages = r"\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}"
    compiled(pdflatex, f"\\documentclass{{beamer}}\n{packages}\n\\begin{{document}}\n{frames}\n\\end{{document}}\n")
