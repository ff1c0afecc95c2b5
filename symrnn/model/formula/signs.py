"""From a text to its signs: what cannot be seen, is not notation, or is too long is refused here, before any parsing.

LaTeX, Unicode and plain typing share one set of signs. A sign knows its place in the text and whether a blank
stands before it; what the letters mean is decided later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from symrnn.model.formula import commands
from symrnn.model.formula.commands import words
from symrnn.model.formula.fault import Page
from symrnn.model.formula.limits import DEEPEST
from symrnn.model.reading.lexer import latin_look
from symrnn.model.reading.source import HIDDEN, Source, describe

LONGEST = 4000
MOST_DIGITS = 40
MOST_SIGNS = 10  # plus and minus in a row
_OPENING = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "⟨": "⟩"}
_CLOSING = frozenset(_OPENING.values())
_CODE = frozenset(
    words("eval exec import lambda open compile globals getattr setattr system subprocess print def del in range while")
)
_TEX_CODE = frozenset(
    words(
        "def edef gdef xdef newcommand renewcommand providecommand let loop repeat input include write immediate read "
        "openout openin catcode csname expandafter usepackage special directlua newwrite closeout message"
    )
)
_PATTERN = re.compile(
    r"""
    (?P<BLANK>[ \t\n\r]+)
  | \\(?P<COMMAND>[A-Za-z]+\*?|[^A-Za-z])
  | (?P<NUMBER>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
  | (?P<DOTS>\.\.+|…)
  | (?P<ATTRIBUTE>\.T(?![A-Za-z0-9_]))
  | (?P<WORD>[A-Za-z]+)
  | (?P<SUPER>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵗᵏⁱʲˡᵈˢʳⁿᵐᵖᵀ]+)
  | (?P<SUB>[₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₜₖᵢⱼₗₕₓₒₐₑₙₘₚᵣₛᵤᵥ]+)
  | (?P<POWER>\*\*)
  | (?P<COMPARE><=|>=|≤|≥)
  | (?P<NORM>\|\|)
  | (?P<DEFINES>:=)
  | (?P<SIGN>[-+*/@^_=<>(){}\[\],;:&|!'~.])
    """,
    re.VERBOSE,
)
_MATH_IN_TEXT = re.compile(r"(\\(?:text|textrm|mbox)\s*\{[^{}$]*)\$([^$]*)\$([\s.,]*)\}")
_PLAIN = frozenset("·⊙×∂∇ΣΠ⊤′″…≥≤⟨⟩√‖∈𝟙∀⇒∴")


@dataclass(frozen=True)
class Sign:
    """One sign, or one run of letters or digits."""

    kind: str  # WORD, NUMBER, GREEK, SUPER, SUB, MARK, or SIGN
    text: str
    place: int
    end: int
    blank: bool = False  # whether a blank stands before it
    sized: bool = False  # whether \left or \big stands before it
    tex: bool = False  # whether it was typed as a command


def page_of(text: str) -> Page:
    """The text, ready to be read, after its length and its characters were checked.

    Raises
    ------
    ReadError
        Of kind `limit` or `charset`.
    """
    if not isinstance(text, str):
        raise Page(Source("")).fault("syntax", 0, f"a formula is text, not {type(text).__name__}")
    if len(text) > LONGEST:
        repair = "give one formula; name its parts if it is long"
        raise Page(Source("")).fault("limit", 0, f"{len(text)} signs; a formula has at most {LONGEST}", repair=repair)
    hidden = HIDDEN.search(text)
    if hidden:
        what = f"{describe(hidden.group())} cannot be seen, so it has no place in a formula"
        raise Page(Source(text)).fault("charset", hidden.start(), what, repair="remove it")
    text = unicodedata.normalize("NFD", text)
    if any("\U0001d400" <= sign <= "\U0001d7ff" for sign in text):
        text = "".join(_plain_letter(sign) for sign in text)
    text = _MATH_IN_TEXT.sub(_opened, text)
    return Page(Source(text.replace("ℒ", "L").replace("ℓ", "l")))


def _opened(match: re.Match[str]) -> str:
    """`\\text{if $a > 0$}` as `\\text{if }a > 0`, of the same length."""
    words, formula, after = match.groups()
    return f"{words}}}{formula}{' ' * (2 + len(after))}"


def _plain_letter(sign: str) -> str:
    """A mathematical letter as the letter it is; the double-struck and the bold one stay."""
    return unicodedata.normalize("NFKC", sign) if "\U0001d400" <= sign <= "\U0001d7ff" and sign not in "𝟙𝟏" else sign


def signs(page: Page) -> list[Sign]:
    """All signs of a text, without blanks; brackets are matched, and their depth bounded.

    Raises
    ------
    ReadError
        Of kind `charset`, `forbidden`, `limit` or `unbalanced`.
    """
    found = _cases(_unwrapped(list(_signs(page))))
    if not found:
        raise page.fault("syntax", 0, "there is nothing to read", repair="type a formula")
    _check_brackets(page, found)
    run = 0
    for sign in found:
        run = run + 1 if sign.text in {"+", "-"} else 0
        if run > MOST_SIGNS:
            raise page.fault("limit", sign.place, f"more than {MOST_SIGNS} signs in a row", repair="one is enough")
    return found


def _signs(page: Page) -> Iterator[Sign]:
    text, place, blank, sized = page.source.text, 0, False, False
    while place < len(text):
        match = _PATTERN.match(text, place)
        kind, value, end = ("CHARACTER", text[place], place + 1) if match is None else _matched(match)
        if kind == "BLANK" or value == "~" or (kind == "COMMAND" and value.rstrip("*") in commands.BLANK):
            blank = True
        elif kind == "COMMAND" and value in commands.SIZES:
            sized = True
            if text[end : end + 1] == ".":
                end, sized = end + 1, False
        else:
            yield _sign(page, kind, value, (place, end), (blank, sized))
            blank = sized = False
        place = end


def _matched(match: re.Match[str]) -> tuple[str, str, int]:
    return str(match.lastgroup), match.group(str(match.lastgroup)), match.end()


def _sign(page: Page, kind: str, value: str, span: tuple[int, int], before: tuple[bool, bool]) -> Sign:
    """One sign in its one spelling."""
    place, end = span
    blank, sized = before

    def sign(kind: str, text: str, tex: bool = False) -> Sign:
        return Sign(kind, text, place, end, blank, sized, tex)

    if kind == "COMMAND":
        return _command(page, value.rstrip("*") or value, sign, place)
    if kind == "CHARACTER":
        return _character(page, value, sign, place)
    if kind == "NUMBER" and len(value) > MOST_DIGITS:
        raise page.fault("limit", place, f"a number of {len(value)} digits; it may have {MOST_DIGITS}")
    below = value == "in" and page.source.text[:place].endswith(("_", "_{"))  # the weights W_in are no loop
    if kind == "WORD" and value in _CODE and not below:
        raise page.fault("forbidden", place, f"{value} is a word of a programming language", repair="type a formula")
    if kind in {"NUMBER", "WORD", "SUPER", "SUB"}:
        return sign(kind, value)
    plain = {"DOTS": "…", "ATTRIBUTE": "⊤", "POWER": "^", "NORM": "‖", "DEFINES": "=", "'": "′", "<=": "≤", ">=": "≥"}
    text = plain.get(kind) or plain.get(value) or value
    if text == ".":
        _refuse_dot(page, place, end)
    return sign("SIGN", text)


def _refuse_dot(page: Page, place: int, end: int) -> None:
    if page.source.text[end : end + 1].isalpha() or page.source.text[end : end + 1] == "_":
        what = "a dot between names reaches inside an object, which a formula does not"
        raise page.fault("forbidden", place, what, repair="write W.T or W^T for a transpose, and · for a product")


def _command(page: Page, name: str, make: Callable[..., Sign], place: int) -> Sign:
    if name in commands.NAMES:
        return make("GREEK", commands.NAMES[name], True)
    if name in commands.FONTS or name in commands.TEXTS or name in commands.ACCENTS:
        return make("COMMAND", name, True)
    if name in commands.SIGNS:
        return make("SIGN", commands.SIGNS[name], True)
    if name in commands.FUNCTIONS:
        return make("WORD", name, True)
    if name in {"(", ")", "[", "]"}:
        return make("SIGN", f"\\{name}", True)
    if name in commands.KNOWN:
        what = f"\\{name} is not read"
        raise page.fault("unsupported", place, what, repair="type what it stands for")
    what = f"\\{name} is no notation of a formula"
    repair = "define nothing; type the formula itself" if name in _TEX_CODE else "type what it stands for"
    raise page.fault("forbidden", place, what, repair=repair)


def _character(page: Page, value: str, make: Callable[..., Sign], place: int) -> Sign:
    value = commands.UNICODE.get(value, value)
    if value in commands.MARKS:
        return make("MARK", commands.MARKS[value])
    if value in commands.FRACTIONS:
        return make("FRACTION", value)
    if value == "𝟏":
        return make("SIGN", "𝟏")
    if value in commands.GREEK and value not in "ΣΠ":
        return make("GREEK", commands.GREEK[value])
    if value in _PLAIN or value in "-*/|f":
        return make("WORD" if value == "f" else "SIGN", value)
    if value in '"`$%#?\\':
        if value == "$":
            return make("SIGN", "$")
        what = f"`{value}` has no meaning in a formula"
        raise page.fault("forbidden" if value in '"`' else "syntax", place, what)
    like = latin_look(value)
    what = f"{describe(value)} is no sign of a formula" + (f"; it only looks like `{like}`" if like else "")
    raise page.fault("charset", place, what, repair=f"type `{like}`" if like else "type it in LaTeX or plain letters")


def _unwrapped(found: list[Sign]) -> list[Sign]:
    """Without the dollars, or \\[ \\], around the whole, and without one final full stop or comma."""
    found = _undollared(found)
    low, high = 0, _unstopped(found, len(found))
    for first, last in (("$", "$"), ("\\[", "\\]"), ("\\(", "\\)")):
        while high - low > 1 and found[low].text == first and found[high - 1].text == last:
            low, high = low + 1, high - 1
    return found[low : max(low, _unstopped(found, high))]


def _undollared(found: list[Sign]) -> list[Sign]:
    """Without dollars where all outside of them are words, as in `so $h_t = x_t$ for $t > 1$`."""
    runs: list[list[Sign]] = [[]]
    for sign in found:
        if sign.text == "$":
            runs.append([])
        else:
            runs[-1].append(sign)
    between = [sign for run in runs[::2] for sign in run]
    words = all(sign.kind in {"WORD", "COMMAND"} or sign.text in {",", ".", "{", "}"} for sign in between)
    if len(runs) < 3 or len(runs) % 2 == 0 or not words or not all(runs[2:-1:2]):
        return found
    return [sign for run in runs for sign in run]


def _unstopped(found: list[Sign], end: int) -> int:
    """Where the signs end without full stops."""
    while end and found[end - 1].text == "." and found[end - 1].kind == "SIGN":
        end -= 1
    return end


def _cases(found: list[Sign]) -> list[Sign]:
    r"""An array behind a brace that nothing closes, `\left\{\begin{array}{ll}...\end{array}\right.`, is a cases."""
    texts = [sign.text for sign in found]
    if texts.count("\\{") <= texts.count("\\}") or texts.count("array") != 2:
        return found
    start = next((i for i in range(len(texts)) if texts[i : i + 5] == ["\\{", "begin", "{", "array", "}"]), None)
    end = len(texts) - 1 - texts[::-1].index("array")
    if start is None or end == start + 3:
        return found
    columns = texts[start + 5 : start + 8]
    after = start + 8 if columns[:1] + columns[2:] == ["{", "}"] else start + 5
    found[end] = replace(found[end], text="cases")
    found[start + 3] = replace(found[start + 3], text="cases")
    return [*found[:start], *found[start + 1 : start + 5], *found[after:]]


def _check_brackets(page: Page, found: list[Sign]) -> None:
    opened: list[Sign] = []
    for sign in found:
        if sign.kind != "SIGN":
            continue
        if sign.text in _OPENING:
            opened.append(sign)
            if len(opened) > DEEPEST:
                raise page.fault("limit", sign.place, f"brackets are nested more than {DEEPEST} deep")
        elif sign.text in _CLOSING:
            if not opened:
                what = f"`{sign.text}` closes nothing"
                raise page.fault("unbalanced", sign.place, what, repair="remove it, or add what opens it")
            wanted = _OPENING[opened.pop().text]
            if wanted != sign.text:
                raise page.fault("unbalanced", sign.place, f"`{sign.text}` where `{wanted}` should close a bracket")
        elif sign.text in {"$", "\\[", "\\]", "\\(", "\\)"}:
            raise page.fault("syntax", sign.place, f"`{sign.text}` inside a formula", repair="give one formula")
    if opened:
        what = f"`{opened[-1].text}` is never closed"
        raise page.fault("unbalanced", opened[-1].place, what, repair=f"add the missing `{_OPENING[opened[-1].text]}`")
