r"""A display of several lines as one formula: `\begin{aligned} a &= b \\ &= c \end{aligned}` is the chain `a = b = c`.

Environments around the whole, marks of alignment and a connecting word in front vanish. A line goes on with the one
before where it begins with `=` or an operator; lines that may be formulas of their own are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, zip_longest

from symrnn.model.formula.commands import words
from symrnn.model.formula.fault import Page
from symrnn.model.formula.flat import closing
from symrnn.model.formula.signs import Sign

_DISPLAYS = frozenset(
    words("equation displaymath math align aligned alignat alignedat split gather gathered multline flalign eqnarray")
)
_BEFORE = frozenset(words("so hence thus therefore then ⇒ ∴"))
_OPERATORS = frozenset("+-*/@·×⊙")
_GOES_ON = _OPERATORS | {"="}
_OPENS = frozenset(["(", "[", "{", "\\{", "⟨", "|(", "‖("])
_CLOSES = frozenset([")", "]", "}", "\\}", "⟩", "|)", "‖)"])
_BETWEEN = _GOES_ON | _CLOSES | {"&", "row", ",", "end"}  # no line begins behind or before these
_ONE = "give one formula; a line that goes on begins with = or with an operator"


def outermost(found: list[Sign]) -> Iterator[tuple[int, Sign]]:
    """The signs outside all brackets and environments, with their places in the list."""
    depth = 0
    for i, sign in enumerate(found):
        if (sign.kind == "SIGN" and sign.text in _CLOSES) or sign.text == "end":
            depth -= 1
        if depth == 0:
            yield i, sign
        if (sign.kind == "SIGN" and sign.text in _OPENS) or sign.text == "begin":
            depth += 1


def displayed(page: Page, found: list[Sign]) -> list[Sign]:
    """The signs of a formula without its display.

    Raises
    ------
    ReadError
        Of kind `syntax` or `ambiguous`, where the lines are not one formula.
    """
    found = _inside(_unstopped(found))
    if found and found[0].text.lower() in _BEFORE and found[0].kind in {"WORD", "SIGN"}:
        found = found[2:] if [sign.text for sign in found[1:2]] == [","] else found[1:]
    texts = {sign.text for sign in found}
    if "\n" in page.source.text:
        _check_typed_lines(page, found)
    return _joined(page, found) if texts & {"row", "&"} else found


def _unstopped(found: list[Sign]) -> list[Sign]:
    """Without full stops where a line or an environment ends."""
    following = zip_longest(found, found[1:])
    return [s for s, after in following if not (s.text == "." and after and after.text in {"row", "end"})]


def _inside(found: list[Sign]) -> list[Sign]:
    """What the environments around the whole hold."""
    while True:
        if found and found[0].text == "{" and closing(found, 0) == len(found) - 1:
            found = found[1:-1]
            continue
        name, low = _environment(found, 0)
        last = max((i for i, sign in enumerate(found) if sign.text == "end"), default=0)
        if not name or _environment(found, last) != (name, len(found)) or _closes_early(found, last):
            return found
        if name == "array" and not _is_aligned(found):
            return found
        if low < last and found[low].text in {"[", "{"}:  # \begin{aligned}[t], \begin{alignat}{2}, {array}{rcl}
            low = closing(found, low) + 1
        elif name == "array" and set(found[low].text) <= set("lcr"):
            low += 1
        while last > low and found[last - 1].text == "row":
            last -= 1
        found = found[low:last]


def _environment(found: list[Sign], i: int) -> tuple[str, int]:
    r"""The name of the display that `\begin` or `\end` at `i` names, and where what follows begins."""
    if i >= len(found) or found[i].text not in {"begin", "end"}:
        return "", 0
    texts = [sign.text for sign in found[i + 1 : i + 5]]
    name = texts[1] if texts[:1] == ["{"] else texts[0] if texts else ""
    taken = (texts.index("}") + 1 if "}" in texts else 0) if texts[:1] == ["{"] else 1
    return (name, i + 1 + taken) if name in _DISPLAYS | {"array"} and taken else ("", 0)


def _closes_early(found: list[Sign], last: int) -> bool:
    """Whether the first environment ends before the last one does."""
    depth = 0
    for i, sign in enumerate(found[:last]):
        depth += (sign.text == "begin") - (sign.text == "end")
        if depth == 0 and i:
            return True
    return False


def _is_aligned(found: list[Sign]) -> bool:
    """Whether an array is lines of a chain, `&=&`, and no matrix."""
    pairs = {(a.text, b.text) for a, b in pairwise(found)}
    return bool(pairs & {("&", "="), ("=", "&")})


def _joined(page: Page, found: list[Sign]) -> list[Sign]:
    """The lines as one, without the marks by which they are aligned."""
    kept: list[Sign] = []
    outside = dict(outermost(found))
    lines = 0
    for i, sign in enumerate(found):
        if i not in outside or sign.text not in {"row", "&"}:
            kept.append(sign)
        elif sign.text == "row":
            following = next((s for s in found[i + 1 :] if s.text not in {"&", "row"}), None)
            if kept and following is not None:
                if kept[-1].text == "," and following.text in _GOES_ON:
                    kept.pop()
                if kept:
                    _check_line(page, kept, following, found[i + 1 :])
            lines += 1
        elif not _aligns(kept, found[i + 1 : i + 2], found[i - 1 : i], lines):
            kept.append(sign)
    return kept


def _aligns(kept: list[Sign], following: list[Sign], before: list[Sign], lines: int) -> bool:
    """Whether a `&` only says where lines are aligned: beside a sign, or where a line begins."""
    begins = not before or before[0].text == "row"
    return begins or any(sign.text in _GOES_ON | {"&"} for sign in (*following, *before)) or not following


def _check_line(page: Page, before: list[Sign], first: Sign, rest: list[Sign]) -> None:
    """Refuse a line that does not go on with what stands before it."""
    ends, begins = before[-1].text in _GOES_ON, first.text in _GOES_ON
    if ends and begins:
        what = f"the line before ends with `{before[-1].text}`, and this one begins with `{first.text}`"
        raise page.fault("ambiguous", first.place, what, repair="write the sign once")
    if ends or begins or before[-1].text == "," or first.text in {"(", ","}:
        return
    line = [sign.text for _, sign in outermost(rest)]
    line = line[: line.index("row")] if "row" in line else line
    if "=" in line:
        raise page.fault("syntax", first.place, "one formula at a time", repair=_ONE)
    raise page.fault("ambiguous", first.place, "does this line go on with the one before?", repair=_ONE)


def _check_typed_lines(page: Page, found: list[Sign]) -> None:
    """Refuse typed lines that may be formulas of their own: two with `=`, or plain ones without an operator between."""
    equal = False
    for i, sign in outermost(found):
        before = found[i - 1] if i else sign
        if "\n" in page.source.text[before.end : sign.place] and not {sign.text, before.text} & _BETWEEN:
            following = (s.text for _, s in outermost(found[i:]))
            if equal and "=" in following:
                raise page.fault("syntax", sign.place, "one formula at a time", repair=_ONE)
            if "\\" not in page.source.text:
                raise page.fault("ambiguous", sign.place, "does this line go on with the one before?", repair=_ONE)
        equal = equal or sign.text == "="
