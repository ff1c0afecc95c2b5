"""The tutorials for instructors and for students: every block runs, Python and commands in the order of the page."""

import io
import re
import shlex
from pathlib import Path

import pytest

from symrnn.cli import main
from symrnn.exercises import GLOSSARY, explained
from symrnn.exercises.prose import prose
from symrnn.typeset.items import Name

PAGES = Path(__file__).parents[2] / "docs" / "tutorials"
KIND = r"(?:(python|console)|\{code-block\} \w+\n:caption: (\S+))"
BLOCK = re.compile(rf"^```{KIND}\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(page: str) -> int:
    """Run every block of a page in this folder, and count them."""
    names: dict[str, object] = {"__name__": "__page__"}
    blocks = BLOCK.findall((PAGES / f"{page}.md").read_text(encoding="utf-8"))
    for kind, file, body in blocks:
        if kind == "python":
            exec(compile(body, page, "exec"), names)
        elif kind == "console":
            for line in body.splitlines():
                assert line.startswith("$ symrnn ")
                assert main(shlex.split(line)[2:]) == 0, line
        else:
            Path(file).write_text(body, encoding="utf-8")
    return len(blocks)


def test_for_students(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert run("learning") >= 5
    assert not (tmp_path / "mine.json").exists(), "nothing was answered"


def test_for_instructors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("teaching") >= 8
    rows = (tmp_path / "graded.csv").read_text(encoding="utf-8").splitlines()
    assert sum(row.startswith("Ada") and ",right," in row for row in rows) == 4
    assert any(row.startswith("Bob") and "missing transpose" in row for row in rows)
    assert any(row.startswith("Cy") and ",invalid," in row for row in rows)
    assert (tmp_path / "totals.csv").read_text(encoding="utf-8").splitlines()[1] == "Ada,,12,12"
    assert len(list((tmp_path / "exam").iterdir())) == 20


def test_the_glossary(capsys: pytest.CaptureFixture[str]) -> None:
    for term in GLOSSARY.values():
        assert set(term.see) <= set(GLOSSARY), term.name
        assert not [x for x in prose(term.says) if isinstance(x, Name) and "\\" in x.verbatim], term.name
        assert explained(term.german.upper()) is term
    assert main(["glossary", "RTRL"]) == 0
    assert "∂" not in capsys.readouterr().out
    assert main(["glossary"]) == 0
    assert capsys.readouterr().out.count("\n    ") > len(GLOSSARY)
    assert main(["glossary", "adjiont"]) == 2
    assert "did you mean" in capsys.readouterr().err
