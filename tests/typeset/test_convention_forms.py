"""Every model in every convention and detail is well-formed: as LaTeX, as XML, to TeX and to a browser.

What the formulas mean in each convention is tested in `test_meaning`.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

import symrnn as sr
from symrnn.model import library
from symrnn.typeset import Notation, explain, latex, mathml, text
from symrnn.typeset.notation import PRESETS
from typeset.formulas import derive
from typeset.test_meaning import CONVENTIONS
from typeset.well_formed import latex_faults, text_faults

TELLING = ("classical", "elman", "encoder-decoder", "leaky", "lstm", "skip")
DELTAS = Notation(adjoint="delta", adjoint_of="preactivation", time="subscript")
ALL = tuple(dict.fromkeys([*CONVENTIONS, DELTAS]))


@cache
def derived(name: str) -> sr.Derivation:
    return derive(library.get(name))


def arguments(d: sr.Derivation, notation: Notation) -> list[str]:
    """Each line explained: Jacobians, laws, entries."""
    return [explain(d, line.number, notation).latex(notation, mark="blue") for line in d.lines if line.number > 0]


@pytest.mark.parametrize("name", TELLING)
def test_every_convention_is_well_formed(name: str) -> None:
    for notation in ALL:
        printed = latex(derived(name), notation)
        assert not latex_faults(printed), (notation, printed)
        assert not text_faults(re.sub(r" {2,}", " ", text(derived(name), notation))), notation


@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_argument_is_well_formed(name: str) -> None:
    for notation in (*PRESETS.values(), Notation(gradient="numerator")):
        for display in arguments(derived(name), notation):
            assert not latex_faults(re.sub(r"\\text\{[^{}]*\}", "x", display)), (notation, display)


@pytest.mark.parametrize("name", TELLING)
def test_mathml_is_xml(name: str) -> None:
    for notation in ALL[::3]:
        ElementTree.fromstring(mathml(derived(name), notation))


PAGE = r"""\documentclass{article}
\usepackage{amsmath,amssymb,bm,mathtools,tikz,xcolor,booktabs,microtype}
\begin{document}
%s
\end{document}
"""


@pytest.mark.tex
@pytest.mark.parametrize("notation", ALL, ids=range(len(ALL)))
def test_one_document_of_everything_compiles(pdflatex: Callable[[str], Path], notation: Notation) -> None:
    shown = []
    for name in library.LIBRARY:
        d = derived(name)
        shown += [latex(d.model, notation), latex(d, notation), *arguments(d, notation)]
    page = "\n".join(rf"\[ {formula} \]" for formula in shown)
    assert pdflatex(PAGE % page).stat().st_size > 50_000


SCRIPT = """<script>
const boxes = [...document.querySelectorAll("math")].map(m => m.getBoundingClientRect());
const signs = [...document.querySelectorAll("mi, mn, mo, mtext")];
const leaves = signs.filter(x => /[^\\u2061\\u2062\\s]/.test(x.textContent));
const flat = leaves.filter(x => { const b = x.getBoundingClientRect(); return b.width <= 0 || b.height <= 0; });
document.body.dataset.count = boxes.length;
document.body.dataset.empty = boxes.filter(b => b.width < 5 || b.height < 5).length;
document.body.dataset.flat = flat.length;
</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("preset", PRESETS)
def test_a_browser_gives_every_formula_a_box(chromium: Callable[..., str], tmp_path: Path, preset: str) -> None:
    shown = [mathml(x, preset, display=True) for name in library.LIBRARY for x in (derived(name).model, derived(name))]
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{''.join(shown)}{SCRIPT}</body>", encoding="utf-8")
    found = dict(re.findall(r'data-(count|empty|flat)="(\d+)"', chromium(page, "--dump-dom")))
    assert found == {"count": str(len(shown)), "empty": "0", "flat": "0"}
