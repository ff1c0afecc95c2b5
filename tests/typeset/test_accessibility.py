"""Pages in a browser without network: they ask for nothing, axe-core finds no fault, the keyboard reaches everything.

Needs the extra `browser`; the browser is the Chromium of the machine. What can be decided from the text of a page alone
is in `test_html_documents`.
"""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from typeset.documents import made

pytestmark = pytest.mark.browser
BAIT = '<img src="http://127.0.0.1:9/bait.png">'  # asks for something, and has no text for those who do not see it
OUTLINED = """() => {
  const x = document.activeElement, style = getComputedStyle(x), box = x.getBoundingClientRect();
  return [x.tagName, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, box.width > 0,
    parseFloat(style.opacity)];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert program, "no Chromium is installed"
    with sync.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def visit(browser: Any, path: Path, **context: Any) -> tuple[Any, list[str]]:
    """A page without network, and the addresses that it asks for."""
    page = browser.new_context(offline=True, **context).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return page, asked


def faults(page: Any) -> list[str]:
    """What axe-core finds."""
    pytest.importorskip("axe_core_python", reason="needs the extra `browser`")
    page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    return [f"{x['id']}: {x['nodes'][0]['html'][:120]}" for x in page.evaluate("axe.run()")["violations"]]


def test_pages_ask_for_nothing_and_have_no_faults(browser: Any, tmp_path: Path) -> None:
    path = made("scalar", detail="full").save(tmp_path / "page.html")
    for scheme, width in (("light", 1100), ("dark", 480)):
        page, asked = visit(
            browser, path, color_scheme=scheme, bypass_csp=True, viewport={"width": width, "height": 900}
        )
        assert asked == [path.as_uri()]
        assert faults(page) == []


def test_a_request_and_a_fault_would_be_seen(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(made("scalar").render(".html").replace("</main>", BAIT + "</main>"), encoding="utf-8")
    page, asked = visit(browser, path, bypass_csp=True)
    assert asked[-1].endswith("bait.png") and any("image-alt" in fault for fault in faults(page))


def test_the_keyboard_reaches_everything_and_shows_where_it_is(browser: Any, tmp_path: Path) -> None:
    page, _ = visit(browser, made("scalar").save(tmp_path / "page.html"))
    count = page.evaluate("document.querySelectorAll('a[href], button, [tabindex=\"0\"]').length")
    seen = []
    for _ in range(count):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(OUTLINED))
    assert {tag for tag, *_ in seen} == {"A", "BUTTON", "DIV", "PRE"}
    assert not [x for x in seen if not x[1] or not x[2] or x[3] < 1]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") in {"BODY", "A"}, "it leaves the page, or begins again"
