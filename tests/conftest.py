"""What every test may use: the switches for slow or equipped tests, one seed, a TeX and a browser.

The plain `pytest` needs Python only. Tests marked `tex`, `browser` or `benchmark` are deselected unless asked
for by the option of the same name; once asked for, a missing program is a failure and not a skip.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from sympy.core.cache import clear_cache

EQUIPPED = {
    "tex": "run the tests that compile LaTeX (needs pdflatex)",
    "browser": "run the tests that render in headless Chromium",
    "benchmark": "run the measurements of tests/benchmarks",
}

# How long an example takes is no matter of an ordinary test: the machine may be busy.
UNTIMED = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("symrnn", **UNTIMED, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("symrnn")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("symrnn")
    for name, text in EQUIPPED.items():
        group.addoption(f"--{name}", action="store_true", help=text)
    group.addoption("--record", type=Path, metavar="DIR", help="write the tables of the benchmarks there")
    group.addoption("--seed", type=int, default=0, help="seed of what is drawn at random (default 0)")


def pytest_report_header(config: pytest.Config) -> str:
    return f"seed: {config.getoption('seed')} (--seed N draws other random systems)"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Benchmarks import the peers of the extra `bench`, so they are not even read unless asked for."""
    return True if "benchmarks" in collection_path.parts and not config.getoption("benchmark") else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker("benchmark")
    off = [name for name in EQUIPPED if not config.getoption(name)]
    out = [item for item in items if any(item.get_closest_marker(name) for name in off)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run, `--seed`."""
    return int(request.config.getoption("seed"))


@pytest.fixture
def fresh() -> None:
    """Nothing was written before: SymPy remembers products by equality, and equal ones may be written in other ways.

    Sums over time that differ in the name of their index are equal, and so are operands in another order; what SymPy
    gives back is the one that was written first. A test of the very words of a formula asks for this fixture.
    """
    clear_cache()


def _program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(f"this test was asked for, and none of {', '.join(names)} is installed")
    return found


@pytest.fixture
def pdflatex(tmp_path: Path) -> Callable[[str], Path]:
    """A function that compiles a whole LaTeX document, fails on the first error, and returns the PDF."""
    program = _program("pdflatex")

    def compile_document(source: str) -> Path:
        (tmp_path / "page.tex").write_text(source, encoding="utf-8")
        command = [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=600, check=False)
        if run.returncode:
            pytest.fail("pdflatex: " + run.stdout.decode(errors="replace")[-3000:])
        return tmp_path / "page.pdf"

    return compile_document


CHROMIUM = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture
def chromium(tmp_path: Path) -> Callable[..., str]:
    """A function that opens a file in headless Chromium with some options and returns what it writes out."""
    program = _program("chromium", "chromium-browser", "google-chrome")

    def open_file(page: Path, *options: str) -> str:
        command = [program, *CHROMIUM, f"--user-data-dir={tmp_path / 'profile'}", *options, page.resolve().as_uri()]
        run = subprocess.run(command, capture_output=True, timeout=600, check=False)
        if run.returncode:
            pytest.fail("chromium: " + run.stderr.decode(errors="replace")[-3000:])
        return run.stdout.decode(errors="replace")

    return open_file


@pytest.fixture
def screenshot(chromium: Callable[..., str], tmp_path: Path) -> Callable[..., Path]:
    """A function that renders an HTML or SVG file in headless Chromium and returns the PNG."""

    def render(page: Path, width: int = 1000, height: int = 1400) -> Path:
        picture = tmp_path / f"{page.stem}.png"
        chromium(page, f"--window-size={width},{height}", f"--screenshot={picture}")
        if not picture.is_file():
            pytest.fail("chromium made no picture")
        return picture

    return render
