"""What an accessibility checker asks of a page, as functions from its text to complaints; and colours' contrast.

The rules are those of WCAG 2.1 that can be decided from the text of one page of ours: language, title, landmarks,
headings in order, unique ids and resolvable references, names of buttons, links, pictures and regions, scopes of
header cells, regions that scroll reachable by keyboard, and contrast of text.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from xml.etree import ElementTree

VOID = re.compile(r"<(meta|link|br|img|input)\b([^>]*?)/?>")
MATH = "{http://www.w3.org/1998/Math/MathML}"


def tree_of(page: str) -> ElementTree.Element:
    """The page as a tree; the pages here are written so that XML reads them too."""
    text = re.sub(r"<!DOCTYPE[^>]*>", "", page)
    text = re.sub(r"<(style|script)>.*?</\1>", r"<\1></\1>", text, flags=re.DOTALL)
    text = re.sub(r" hidden(?=[ >])", ' hidden=""', VOID.sub(r"<\1\2/>", text))
    return ElementTree.fromstring(text.replace(' xmlns="http://www.w3.org/2000/svg"', ""))


def page_faults(page: str) -> list[str]:
    """Everything that is wrong with a page."""
    root = tree_of(page)
    return [*_head(root), *_headings(root), *_references(root), *_names(root), *_tables(root), *_landmarks(root)]


def _head(root: ElementTree.Element) -> Iterator[str]:
    if not re.fullmatch(r"[a-z]{2}", root.get("lang", "")):
        yield "the page has no language"
    if not (root.findtext("head/title") or "").strip():
        yield "the page has no title"
    views = [x.get("content", "") for x in root.iter("meta") if x.get("name") == "viewport"]
    if not views or "user-scalable=no" in views[0] or "maximum-scale" in views[0]:
        yield "the page cannot be enlarged"


def _headings(root: ElementTree.Element) -> Iterator[str]:
    levels = [int(x.tag[1]) for x in root.iter() if re.fullmatch(r"h[1-6]", x.tag)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "there is not one h1, at the top"
    if any(b > a + 1 for a, b in pairwise(levels)):
        yield "a level of headings is left out"
    if not all("".join(x.itertext()).strip() for x in root.iter() if re.fullmatch(r"h[1-6]", x.tag)):
        yield "a heading is empty"


def _references(root: ElementTree.Element) -> Iterator[str]:
    ids = [x.get("id") for x in root.iter() if x.get("id")]
    for name in sorted({x for x in ids if ids.count(x) > 1}):
        yield f"the id {name} stands there twice"
    for x in root.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "data-of"):
            for name in (x.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute} names {name}, which is not there"
        href = x.get("href")
        if href is not None and (not href.startswith("#") or href[1:] not in ids):
            yield f"the link {href} leads nowhere"
        if x.get("tabindex") not in (None, "0"):
            yield "an order of its own for the keyboard"


def _names(root: ElementTree.Element) -> Iterator[str]:
    """Buttons, links, pictures, scrolling regions and formulas have names; a name begins with what is seen."""
    for x in root.iter():
        seen = " ".join("".join(x.itertext()).split())
        name = x.get("aria-label", "")
        if x.tag in {"button", "a"}:
            if not (name or seen):
                yield f"a {x.tag} without a name"
            if name and seen and seen.strip("()") not in name:
                yield f"the name {name!r} does not hold what is seen, {seen!r}"
        if x.tag == "button" and x.get("type") != "button":
            yield "a button that would send a form"
        if x.tag == "svg" and (x.get("role") != "img" or not (x.findtext("title") or "").strip()):
            yield "a picture without a name"
        if x.tag == "math" and not "".join(x.itertext()).strip():
            yield "an empty formula"
        if x.get("tabindex") == "0" and not (x.get("role") and name):
            yield "a region for the keyboard without role and name"
        if x.tag in {"pre", "div"} and (x.tag == "pre" or x.get("class") == "display") and x.get("tabindex") != "0":
            yield f"a {x.tag} that scrolls and cannot be reached by the keyboard"


def _tables(root: ElementTree.Element) -> Iterator[str]:
    for table in root.iter("table"):
        heads = list(table.iter("th"))
        if table.get("role") == "presentation":
            if heads:
                yield "a table for layout with header cells"
        elif not heads or any(x.get("scope") not in {"col", "row"} for x in heads):
            yield "header cells without a scope"
        if len(set(_widths(table))) != 1:
            yield "rows of different lengths"


def _widths(table: ElementTree.Element) -> Iterator[int]:
    """How many cells each row has, with those that reach down from rows above."""
    reaching: list[int] = []
    for row in table.iter("tr"):
        yield sum(int(cell.get("colspan", "1")) for cell in row) + len(reaching)
        spans = [int(cell.get("rowspan", "1")) for cell in row]
        reaching = [n - 1 for n in (*reaching, *spans) if n > 1]


def _landmarks(root: ElementTree.Element) -> Iterator[str]:
    body = root.find("body")
    assert body is not None
    if len(list(body.iter("main"))) != 1:
        yield "there is not one main part"
    for x in body:
        if x.tag not in {"header", "nav", "main", "footer", "script"} and x.get("role") != "status":
            yield f"a {x.tag} outside all landmarks"
    if any(not x.get("aria-label") for x in body.iter("nav")):
        yield "a nav without a name"


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """The ratio of contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour_faults(colours: Mapping[str, str]) -> list[str]:
    """Letters with too little contrast to what they stand on; 4.5 is asked of text."""
    pairs = [
        ("ink", "paper"),
        ("faint", "paper"),
        ("link", "paper"),
        ("ink", "panel"),
        ("faint", "panel"),
        ("ink", "mark"),
    ]
    return [f"{a} on {b}" for a, b in pairs if contrast(colours[a], colours[b]) < 4.5]
