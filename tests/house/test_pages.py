"""README and the pages: their Python runs, their local links lead somewhere, README has its two commands.

The fenced `python` blocks of a page are run from top to bottom in one namespace: as a doctest where there are
prompts, else as a script. Notebook cells are run by the documentation's own build.
"""

import doctest
import re
from pathlib import Path

import pytest

from house import rules

PAGES = [name for name in rules.repository_files() if name.endswith(".md") and name != "CHANGELOG.md"]
FENCE = re.compile(r"^(?P<fence>`{3,})(?P<kind>[^\n`]*)\n(?P<body>.*?)^(?P=fence)\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?!\w+:|#)([^)#\s]+)")


def blocks(text: str, kind: str) -> list[tuple[int, str]]:
    """(line, body) of each fenced block of one kind."""
    return [
        (text.count("\n", 0, match.start("body")), match["body"])
        for match in FENCE.finditer(text)
        if match["kind"].strip() == kind
    ]


def run_page(text: str, name: str) -> int:
    """Run the page's Python and count its blocks; one that raises or says something else is an error."""
    names: dict[str, object] = {"__name__": "__page__"}
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = blocks(text, "python")
    for line, body in found:
        if ">>>" not in body:
            exec(compile("\n" * line + body, name, "exec"), names)
            continue
        test = doctest.DocTestParser().get_doctest(body, names, f"{name}:{line}", name, line)
        test.globs = names
        said: list[str] = []
        outcome = doctest.DocTestRunner(optionflags=flags).run(test, out=said.append, clear_globs=False)
        assert not outcome.failed, "".join(said)
    return len(found)


@pytest.mark.parametrize("page", PAGES)
def test_python_on_the_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = rules.read(page)
    if "```python" in text and not (rules.REPOSITORY / "symrnn/cli.py").is_file():
        pytest.skip("the package is not complete yet: there is no symrnn/cli.py")
    assert run_page(text, page) == text.count("```python")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = rules.read(page)
    for target in LINK.findall(FENCE.sub("", text)):
        if target.endswith(".svg") and not (rules.REPOSITORY / "symrnn/cli.py").is_file():
            continue  # drawn by the command line
        assert (rules.REPOSITORY / Path(page).parent / target).exists(), f"{page} points at {target}"


def test_readme_begins_with_two_commands():
    (_, first), *_ = blocks(rules.read("README.md"), "sh")
    derive, check = first.splitlines()
    for command in (derive, check):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert derive.endswith(".venv/bin/symrnn derive elman") and ".venv/bin/pytest" in check


def test_a_wrong_page_fails():
    with pytest.raises(AssertionError):
        run_page("```python\n>>> 1 + 1\n3\n```\n", "planted")
    with pytest.raises(ZeroDivisionError):
        run_page("words\n\n```python\n1 / 0\n```\n", "planted")
    assert run_page("```python\nx = 1\n```\n\n```python\n>>> x\n1\n```\n", "planted") == 2
    assert LINK.findall("[a](b.md) ![c](d/e.svg) [f](https://g.h) [i](#j)") == ["b.md", "d/e.svg"]


FORMULA = re.compile(r"(?s)\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+(?:\n[^$\n]+)?)\$")
ARTICLE = r"\documentclass{article}\usepackage{amsmath,amssymb,bm,mathtools}\begin{document}%s\end{document}"


def formulas(text: str) -> list[str]:
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))
    return [match["display"] or match["inline"] for match in FORMULA.finditer(prose)]


@pytest.mark.tex
@pytest.mark.parametrize("page", [page for page in PAGES if formulas(rules.read(page))])
def test_formulas_on_the_page_are_latex(page, pdflatex):
    found = [re.sub(r"\s+", " ", formula).strip() for formula in formulas(rules.read(page))]
    pdflatex(ARTICLE % "\n\n".join(f"$\\displaystyle {formula}$" for formula in found))
