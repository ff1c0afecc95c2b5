"""Pages: one file that asks for nothing, that everybody can read, on the screen and on paper."""

import hashlib
import json
import re
import subprocess
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.model import library
from symrnn.typeset.html_style import DARK, LIGHT
from symrnn.typeset.write_html import write_html
from typeset.accessible import colour_faults, contrast, page_faults, tree_of
from typeset.documents import CONVENTIONS, made

REQUESTS = re.compile(
    r"""\bsrc=|\bhref="(?!#)|@import|url\(|https?://(?!www\.w3\.org)|<(?:link|iframe|object|embed)\b"""
)


@pytest.mark.parametrize("name", library.LIBRARY)
@pytest.mark.parametrize("detail", ["full"])
def test_pages_are_well_formed_ask_for_nothing_and_have_no_faults(name: str, detail: str) -> None:
    page = made(name, detail=detail).render(".html")
    assert not REQUESTS.findall(page)
    assert page_faults(page) == []
    root = tree_of(page)
    for formula in root.iter("math"):
        note = formula.find("semantics/annotation")
        assert note is not None and note.get("encoding") == "application/x-tex" and (note.text or "").strip()


FAULTS = {
    'lang="en"': ("", "no language"),
    "<h2 ": ("<h4 ", "left out"),
    'role="img"': ("", "picture without"),
    'scope="col"': ("", "scope"),
    'tabindex="0"': ('tabindex="3"', "order of its own"),
    'href="#the-model"': ('href="#elsewhere"', "nowhere"),
    'aria-label="LaTeX: copy the LaTeX': ('aria-label="copy the source', "what is seen"),
    "<main>": ("<main><main></main>", "one main"),
    'id="the-model"': ('id="unfolding"', "twice"),
    'type="button"': ("", "form"),
}


@pytest.mark.parametrize("part", FAULTS)
def test_each_fault_is_seen_when_it_is_planted(part: str) -> None:
    page = made("elman").render(".html")
    other, complaint = FAULTS[part]
    assert part in page and not page_faults(page)
    planted = page.replace(part, other, 1)
    if part == "<h2 ":
        planted = planted.replace("</h2>", "</h4>", 1)
    assert any(complaint in fault for fault in page_faults(planted))


def test_contrast_in_light_and_in_dark() -> None:
    assert colour_faults(LIGHT) == [] and colour_faults(DARK) == []
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colour_faults(dict(LIGHT) | {"faint": "#999999"}) == ["faint on paper", "faint on panel"]


def test_the_policy_forbids_everything_but_the_page_itself() -> None:
    page = made("elman").render(".html")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") and f"script-src 'sha256-{digest}'" in policy
    assert "http" not in policy and "unsafe-eval" not in policy


def test_languages_and_hostile_words() -> None:
    assert '<html lang="de">' in made("elman", language="de").render(".html")
    page = write_html(replace(made("elman").page, title="<script>alert(1)</script> & \"'", source="</p><b>"))
    assert "<script>alert" not in page and "<b>" not in page and page_faults(page) == []


# -- In Chromium --------------------------------------------------------------------------------------------

MEASURE = """<script>
const found = {empty: 0, formulas: 0, wide: [], page: document.documentElement.scrollWidth - innerWidth};
for (const x of document.querySelectorAll("math")) {
  const box = x.getBoundingClientRect();
  found.formulas += 1;
  found.empty += !(box.width > 0 && box.height > 0);
}
for (const x of document.querySelectorAll(".display"))
  if (x.scrollWidth > x.clientWidth + 1) found.wide.push(x.textContent.slice(0, 60));
const written = [];
Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { written.push(text); }}});
const buttons = [...document.querySelectorAll("button.copy")];
found.buttons = buttons.length;
found.hidden = buttons.filter((x) => x.hidden).length;
for (const x of buttons) x.click();
found.copied = written;
found.paper = getComputedStyle(document.body).backgroundColor;
document.documentElement.setAttribute("data-found", JSON.stringify(found));
</script>"""


@pytest.fixture
def measured(chromium: Callable[..., str], tmp_path: Path) -> Callable[..., dict]:
    """What a browser makes of a page: the boxes of its formulas, what is too wide, what its buttons copy."""

    def measure(page: str, *options: str) -> dict:
        open_page = re.sub(r"<meta http-equiv[^>]*>", "", page).replace("</body>", MEASURE + "</body>")
        path = tmp_path / "measured.html"
        path.write_text(open_page, encoding="utf-8")
        found = re.search(r'data-found="([^"]*)"', chromium(path, "--dump-dom", *options))
        assert found, "the page did not measure itself"
        return json.loads(found[1].replace("&quot;", '"').replace("&amp;", "&").replace("&lt;", "<"))

    return measure


@pytest.mark.browser
@pytest.mark.parametrize("name", library.LIBRARY)
def test_formulas_have_boxes_and_nothing_is_too_wide(measured: Callable[..., dict], name: str) -> None:
    page = made(name, detail="full").render(".html")
    found = measured(page, "--window-size=1100,1400")
    assert found["formulas"] == page.count("<math") > 10 and found["empty"] == 0
    assert found["page"] <= 0
    assert found["wide"] == []
    assert found["buttons"] == page.count('class="copy"') and found["hidden"] == 0


@pytest.mark.browser
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_all_models_are_drawn_in_every_convention(measured: Callable[..., dict], convention: str) -> None:
    notation, detail = CONVENTIONS[convention]
    pages = [made(x, notation=notation, detail=detail, pictures=False).render(".html") for x in library.LIBRARY]
    for page in pages:
        tree_of(page)  # it is well-formed
    head, main, foot = re.split(r"<main>.*</main>", pages[0], flags=re.DOTALL)[0], [], "</body></html>"
    for page in pages:
        main += re.findall(r"<main>(.*)</main>", page, re.DOTALL)
    found = measured(f"{head}<main>{''.join(main)}</main>{foot}", "--window-size=1100,1400")
    assert found["formulas"] == "".join(main).count("<math") > 1000
    assert found["empty"] == 0 and found["wide"] == [] and found["page"] <= 0


@pytest.mark.browser
def test_a_narrow_window_scrolls_inside_the_displays_only(measured: Callable[..., dict]) -> None:
    assert measured(made("lstm").render(".html"), "--window-size=500,900")["page"] <= 0


@pytest.mark.browser
def test_buttons_copy_the_latex_of_their_line(measured: Callable[..., dict]) -> None:
    from html import unescape

    page = made("elman").render(".html")
    copied = measured(page)["copied"]
    lines = [unescape(x) for x in re.findall(r'data-text="([^"]*)"', page)]
    assert copied[:-1] == lines and copied[-1].startswith('"""elman')


@pytest.mark.browser
def test_dark_and_light(measured: Callable[..., dict]) -> None:
    page = made("scalar", pictures=False).render(".html")
    assert measured(page)["paper"] == "rgb(255, 255, 255)"
    assert measured(page, "--blink-settings=preferredColorScheme=0")["paper"] == "rgb(22, 24, 27)"


OF_A_PAGE = 101845102  # how Chromium marks what a page loads, hash of "blink_resource_loader"


def asked_for(chromium: Callable[..., str], path: Path) -> list[str]:
    """The addresses that a browser asks for on behalf of a page; what it asks for itself has other annotations."""
    log = path.with_suffix(".netlog")
    chromium(path, "--dump-dom", f"--log-net-log={log}", "--net-log-capture-mode=Everything")
    text = log.read_text(encoding="utf-8", errors="replace")
    return sorted(set(re.findall(rf'"traffic_annotation":{OF_A_PAGE},"url":"((?!file:|data:)[^"]*)"', text)))


@pytest.mark.browser
def test_a_page_asks_for_nothing_and_is_not_allowed_to(chromium: Callable[..., str], tmp_path: Path) -> None:
    page = made("elman").render(".html")
    bait = '<img src="http://127.0.0.1:9/bait.png">'
    versions = {
        "page": page,
        "baited": page.replace("</main>", bait + "</main>"),
        "open": re.sub(r"<meta http-equiv[^>]*>", "", page).replace("</main>", bait + "</main>"),
    }
    found = {}
    for name, text in versions.items():
        path = tmp_path / f"{name}.html"
        path.write_text(text, encoding="utf-8")
        found[name] = asked_for(chromium, path)
    assert found["page"] == [] and found["baited"] == []
    assert found["open"] == ["http://127.0.0.1:9/bait.png"], "the log would not have shown a request"


@pytest.mark.browser
@pytest.mark.parametrize("name", ["elman", "lstm", "bidirectional", "encoder-decoder"])
def test_printing_shows_all_of_it(chromium: Callable[..., str], tmp_path: Path, name: str) -> None:
    document = made(name, detail="full")
    path, pdf = document.save(tmp_path / "page.html"), tmp_path / "page.pdf"
    chromium(path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    boxes = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    width = float(re.findall(r'<page width="([\d.]+)"', boxes)[0])
    words = re.findall(r'<word xMin="([\d.-]+)"[^>]*xMax="([\d.]+)"[^>]*>(.*?)</word>', boxes)
    assert words and all(float(left) >= 0 and float(right) <= width for left, right, _ in words)
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    for heading in re.findall(r"<h2[^>]*>(.*?)</h2>", document.render(".html")):
        assert heading in text
    numbers = [line.number for line in document.derivation.lines if line.number > 0]
    assert all(text.count(f"({n})") >= 2 for n in numbers), "in its section and in the summary"
    assert "def loss_and_grad" in text and "LaTeX" not in text
