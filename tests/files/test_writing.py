"""A file is written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

import symrnn as sr
from symrnn import files
from symrnn.errors import WriteError
from symrnn.files import write_file


def test_text_and_bytes(tmp_path: Path) -> None:
    assert write_file(tmp_path / "a.txt", "ŷ\n").read_bytes() == "ŷ\n".encode()
    assert write_file(str(tmp_path / "b.bin"), b"\x00\r\n").read_bytes() == b"\x00\r\n"
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "b.bin"]


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    page.write_text("old")

    def full(old: object, new: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(WriteError, match="no space left"):
        write_file(page, "new")
    assert page.read_text() == "old" and os.listdir(tmp_path) == ["page.md"]


def test_rights_and_links_are_kept(tmp_path: Path) -> None:
    page, link = tmp_path / "page.md", tmp_path / "link.md"
    page.write_text("old")
    page.chmod(0o640)
    link.symlink_to(page)
    write_file(link, "new")
    assert link.is_symlink() and page.read_text() == "new" and stat.S_IMODE(page.stat().st_mode) == 0o640


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="make the directory"):
        write_file(tmp_path / "no" / "page.md", "text")
    with pytest.raises(WriteError, match="directory"):
        write_file(tmp_path, "text")


def test_documents_and_pictures_are_written_so(tmp_path: Path) -> None:
    with pytest.raises(WriteError):
        sr.circuit(sr.models.elman()).save(tmp_path / "no" / "elman.svg")
    with pytest.raises(WriteError):
        sr.document(sr.models.scalar(), detail="result").save(tmp_path / "no" / "scalar.html")
