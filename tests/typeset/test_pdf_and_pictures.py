"""PDF by whatever TeX there is, and formulas as pictures without one."""

import os
import stat
from pathlib import Path
from xml.etree import ElementTree

import pytest

import symrnn as sr
from symrnn.errors import Undefined, Unsupported
from symrnn.typeset import pdf
from symrnn.typeset.image import png_of
from typeset.documents import made
from typeset.formulas import A


def pretend(folder: Path, name: str, script: str) -> None:
    """A program of this name that does what the script says."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is all there is to find programs in."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_without_tex_it_says_what_to_install(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match=r"none is installed") as caught:
        made("scalar").save(tmp_path / "scalar.pdf")
    assert "apt install" in caught.value.repair and ".html" in caught.value.repair
    assert not (tmp_path / "scalar.pdf").exists()


@pytest.mark.parametrize("name", pdf.ENGINES)
def test_each_engine_runs_without_a_shell_where_it_can_do_no_harm(name: str, programs: Path, tmp_path: Path) -> None:
    pretend(
        programs,
        name,
        f'echo "$0 $@" >> {tmp_path}/said; echo "$openout_any $PWD" >> {tmp_path}/said; echo %PDF > page.pdf',
    )
    assert made("scalar").save(tmp_path / "scalar.pdf").read_bytes() == b"%PDF\n"
    said = (tmp_path / "said").read_text().splitlines()
    assert len(said) == 2 * pdf.ENGINES[name][1]
    assert all(x in said[0] for x in ((name, "--untrusted") if name == "tectonic" else (name, "-no-shell-escape")))
    rights, folder = said[1].split(" ", 1)
    assert rights == "p" and not Path(folder).exists() and folder != os.getcwd()


def test_a_refusal_says_where_and_leaves_the_old_file(programs: Path, tmp_path: Path) -> None:
    pretend(programs, "pdflatex", r'printf "! Undefined control sequence.\nl.7 \\\\oops\n"; exit 1')
    old = tmp_path / "scalar.pdf"
    old.write_text("old")
    with pytest.raises(Unsupported, match=r"Undefined control sequence\. l\.7"):
        made("scalar").save(old)
    assert old.read_text() == "old"


def test_time_is_limited(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LIMIT", 0.2)
    pretend(programs, "pdflatex", "while :; do :; done")
    with pytest.raises(Unsupported, match="longer"):
        pdf.make_pdf("x")


def test_a_fragment_is_no_pdf(tmp_path: Path) -> None:
    with pytest.raises(Undefined, match="fragment"):
        made("scalar").save(tmp_path / "scalar.pdf", fragment=True)


@pytest.mark.tex
def test_a_real_pdf_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (made("elman").save(tmp_path / f"{i}.pdf").read_bytes() for i in range(2))
    assert first.startswith(b"%PDF-") and len(first) > 50_000
    assert first == second
    slides = made("elman").save(tmp_path / "slides.pdf", beamer=True).read_bytes()
    assert slides.startswith(b"%PDF-") and slides != first


@pytest.mark.parametrize("x", [A, A.equations[0], A.equations[0].rhs], ids=["model", "equation", "vector"])
def test_a_formula_as_svg_is_outlines_only(x: object, tmp_path: Path) -> None:
    root = ElementTree.parse(sr.image(x, tmp_path / "x.svg")).getroot()
    kinds = {element.tag.rsplit("}")[-1] for element in root.iter()}
    assert "path" in kinds and "text" not in kinds and not kinds & {"image", "script", "foreignObject"}
    assert (
        float(root.get("width", "0")) > 20
        and (tmp_path / "x.svg").read_bytes() == sr.image(x, tmp_path / "again.svg").read_bytes()
    )


def test_a_formula_as_png(tmp_path: Path) -> None:
    picture = sr.image(
        sr.bptt(A), tmp_path / "x.png", notation="d2l", colour="#1a1a1a", background="white"
    ).read_bytes()
    assert picture.startswith(b"\x89PNG") and len(picture) > 10_000
    small = sr.image(A.equations[0], tmp_path / "small.png", size=12).read_bytes()
    large = sr.image(A.equations[0], tmp_path / "large.png", size=48).read_bytes()
    widths = [int.from_bytes(x[16:20], "big") for x in (small, large)]
    assert 3.5 < widths[1] / widths[0] < 4.5


def test_pictures_that_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unsupported, match="jpg"):
        sr.image(A, tmp_path / "x.jpg")
    for wrong in ({"size": 0}, {"size": float("nan")}, {"colour": 'red"/>'}, {"background": "url(x)"}):
        with pytest.raises(Undefined):
            sr.image(A, tmp_path / "x.svg", **wrong)
    monkeypatch.setitem(__import__("sys").modules, "ziamath", None)
    with pytest.raises(Unsupported, match="ziamath") as caught:
        sr.image(A, tmp_path / "x.svg")
    assert "symrnn[render]" in caught.value.repair
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(Unsupported, match="resvg"):
        png_of("<svg/>")
    assert list(tmp_path.iterdir()) == []
