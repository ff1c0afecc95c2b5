"""`symrnn derive -o`: documents from the command line, and requests that are refused before any work is done."""

import json
from pathlib import Path

import pytest

from symrnn.cli import main
from symrnn.commands.derive import pictures
from symrnn.model import library
from symrnn.typeset import pdf


def test_a_page_with_pictures_and_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scalar.html"
    assert main(["derive", "scalar", "-o", str(path)]) == 0
    page = path.read_text(encoding="utf-8")
    assert "<svg" in page and "def loss_and_grad" in page and "Checked: " in page
    assert capsys.readouterr().out == f"wrote {path}\n"


def test_what_is_asked_for_is_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "scalar.tex"
    base = ["derive", "scalar", "-o", str(path)]
    assert main([*base, "--fragment", "--prefix", "A.", "--sections", "gradients,code", "--language", "de"]) == 0
    text = path.read_text(encoding="utf-8")
    assert r"\documentclass" not in text and r"A.\arabic{equation}" in text and r"\section*{Gradienten}" in text
    assert r"\section*{Das Modell}" not in text and "def loss_and_grad" in text
    assert main([*base, "--slides"]) == 0 and "{beamer}" in path.read_text(encoding="utf-8")
    assert main([*base, "--detail", "result", "--convention", "time=subscript"]) == 0
    assert r"^{(t)}" not in path.read_text(encoding="utf-8")


def test_other_endings(tmp_path: Path) -> None:
    assert main(["derive", "classical", "-o", str(tmp_path / "a.md")]) == 0
    assert main(["rtrl", "scalar", "-o", str(tmp_path / "b.ipynb")]) == 0
    cells = json.loads((tmp_path / "b.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "sr.rtrl(model)" in "".join(cells[1]["source"])
    assert len(list(tmp_path.glob("a-picture-*.svg"))) >= 1


REFUSED = {
    "x.docx": ([], "end the file's name in"),
    "x": ([], "a file without an ending"),
    "x.html": (["--slides"], "only .tex and .pdf"),
    "x.tex": (["--prefix", "}"], "cannot stand before"),
    "x.pdf": (["--fragment"], "no whole document"),
    "no/x.html": ([], "make the directory"),
    "x.md": (["--sections", "poem"], "no section is called 'poem'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_leave_nothing_behind(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options, words = REFUSED[name]
    assert main(["derive", "scalar", "-o", str(tmp_path / name), *options]) == 2
    assert words in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_no_tex_is_said_before_anything_is_derived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "engine", lambda: None)
    assert main(["derive", "no-such-model", "-o", str(tmp_path / "x.pdf")]) == 2
    error = capsys.readouterr().err
    assert "none is installed" in error and ".html" in error


def test_options_of_documents_need_one(capsys: pytest.CaptureFixture[str]) -> None:
    for options in (["--slides"], ["--sections", "model"], ["--prefix", "A."]):
        assert main(["derive", "scalar", *options]) == 2
        assert "-o elman.html" in capsys.readouterr().err


def test_pictures_stand_side_by_side_where_there_is_room() -> None:
    assert len(pictures(library.get("elman"))) == 1
    assert all(pictures(library.get(name)) for name in library.LIBRARY)
