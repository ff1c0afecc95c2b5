"""From TeX to PDF by the TeX that is installed: in a directory of its own, without a shell, for a limited time."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from symrnn.errors import Unsupported

LIMIT = 120.0  # seconds
_QUIET = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")
# Programs in the order in which they are looked for, each with its arguments and the runs that references take.
ENGINES: Mapping[str, tuple[tuple[str, ...], int]] = MappingProxyType(
    {
        "latexmk": (("-pdf", "-norc", *_QUIET), 1),
        "pdflatex": (_QUIET, 2),
        "tectonic": (("--untrusted", "--only-cached"), 1),
    }
)
MISSING = (
    "install TeX, for instance `apt install texlive-latex-recommended texlive-pictures`, or tectonic; "
    "or write .html, which needs nothing and prints as well"
)


def engine() -> tuple[str, str] | None:
    """The name and place of the first TeX that is installed."""
    return next(((name, place) for name in ENGINES if (place := shutil.which(name))), None)


def needed_engine() -> tuple[str, str]:
    """The TeX that is installed, or our error."""
    found = engine()
    if found is None:
        raise Unsupported("a .pdf is made by TeX, and none is installed", repair=MISSING)
    return found


def make_pdf(source: str) -> bytes:
    """A whole LaTeX document as PDF.

    Raises
    ------
    Unsupported
        When no TeX is installed, when it refuses the document, or when it takes too long.
    """
    name, place = needed_engine()
    arguments, runs = ENGINES[name]
    with tempfile.TemporaryDirectory(prefix="symrnn-") as folder:
        page = Path(folder) / "page.tex"
        page.write_text(source, encoding="utf-8", newline="\n")
        for _ in range(runs):
            _run([place, *arguments, page.name], folder)
        result = page.with_suffix(".pdf")
        if not result.is_file():
            raise Unsupported(f"{name} made no page of this document")
        return result.read_bytes()


def _run(command: list[str], folder: str) -> None:
    """One run, which may write in the folder only; its clock stands still: the same page gives the same bytes."""
    surroundings = os.environ | {
        "openin_any": "p",
        "openout_any": "p",
        "TEXMFOUTPUT": folder,
        "SOURCE_DATE_EPOCH": "0",
        "FORCE_SOURCE_DATE": "1",
        "max_print_line": "1000",
    }
    try:
        run = subprocess.run(
            command,
            cwd=folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unsupported(
            f"{Path(command[0]).name} took longer than {LIMIT:.0f} seconds",
            repair="choose fewer sections, or write .tex and compile it yourself",
        ) from None
    if run.returncode:
        raise Unsupported(
            f"{Path(command[0]).name} refused the document: {complaint(run.stdout.decode(errors='replace'))}",
            repair="write .tex to see the source; " + MISSING,
        )


def complaint(log: str) -> str:
    """The first error of a log, with what stood there."""
    found = re.search(r"^!(.*)\n(?:.*\n)*?(l\.\d+.*)?$", log, re.MULTILINE)
    if not found:
        return log.strip().splitlines()[-1] if log.strip() else "it said nothing"
    return " ".join(part.strip() for part in found.groups() if part)
