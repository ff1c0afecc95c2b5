"""Subscripts and superscripts: where each ends, and whether a superscript is a time, a power or a transpose.

A superscript in brackets is a time; `T` and `⊤` transpose; a circle before a power says that it is elementwise.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from symrnn.model.formula import commands
from symrnn.model.formula.flat import closing
from symrnn.model.formula.limits import DEEPEST
from symrnn.model.formula.signs import Sign

if TYPE_CHECKING:
    from symrnn.model.formula.marks import Marker

_FEWER = "name its parts"
_RAISED = re.compile(r"(\([^()]*\))?([^⊤]*)(⊤?)")


def lower(marker: Marker, i: int, of_nabla: bool = False) -> int:
    """The words of the subscript whose `_` is at `i`; where it ends."""
    signs, at = marker.signs, marker.signs[i]
    follows = _required(marker, i)
    if marker.out and marker.out[-1].type == "NORMCLOSE" and "F" in {s.text for s in signs[i + 1 : i + 3]}:
        for kind, text in (("SUBOPEN", "("), ("ATOM", "name:F"), ("SUBCLOSE", ")")):
            marker.put(kind, text, follows)
        return i + (2 if follows.text == "F" else 4)
    if follows.text == "{":
        end = closing(signs, i + 1)
        marker.between("SUBOPEN", signs[i + 2 : end], "SUBCLOSE", at)
        _refuse_double(marker, end + 1, "_")
        return end + 1
    if follows.text == "(":
        end = closing(signs, i + 1)
        marker.between("SUBOPEN", signs[i + 2 : end], "SUBCLOSE", at)
        return end + 1
    if of_nabla:
        end = _end_of_name(signs, i + 1)
        marker.between("SUBOPEN", signs[i + 1 : end], "SUBCLOSE", at)
        return end
    end = i + 2
    inner = [follows]
    if follows.kind == "WORD" and len(follows.text) > 1 and set(follows.text) <= marker.table.indices | marker.bound:
        _refuse_run(marker, follows)
    elif follows.kind == "WORD" and len(follows.text) > 1 and not _known(marker, follows.text):
        inner = [replace(follows, text=follows.text[0])]
        signs[i + 1] = replace(follows, text=follows.text[1:], blank=True)
        end = i + 1
    marker.between("SUBOPEN", inner, "SUBCLOSE", at)
    _refuse_bare_lag(marker, follows, end)
    _refuse_double(marker, end, "_")
    return end


def _refuse_run(marker: Marker, follows: Sign) -> None:
    """`W_ij` typed plainly has both letters below; in TeX only the first is."""
    if marker.tex:
        what = f"are all of {follows.text} below the line?"
        repair = f"write _{{{follows.text}}}, or a blank behind the first letter"
        raise marker.page.fault("ambiguous", follows.place, what, repair=repair)


def _known(marker: Marker, word: str) -> bool:
    return bool(marker.table.kind(word)) or word in {"T", "tau", "F"} or word in marker.bound


def _end_of_name(signs: list[Sign], i: int) -> int:
    """Where a name with its own scripts ends, as in nabla_h[t] L."""
    end = i + 1
    while end < len(signs):
        if signs[end].kind in {"SUB", "SUPER"}:
            end += 1
        elif signs[end].text in {"_", "^"} and end + 1 < len(signs):
            end = closing(signs, end + 1) + 1 if signs[end + 1].text in {"{", "("} else end + 2
        elif signs[end].text == "[" or (signs[end].text == "(" and not signs[end].blank):
            end = closing(signs, end) + 1
        elif signs[end].kind == "NUMBER" and not signs[end].blank:
            end += 1
        else:
            break
    return end


def _refuse_bare_lag(marker: Marker, index: Sign, end: int) -> None:
    """`s_t-1` typed plainly: most who type it mean s at t-1."""
    after = marker.signs[end : end + 2]
    if marker.tex or len(after) < 2 or after[0].text not in {"+", "-"} or after[1].kind != "NUMBER":
        return
    if not after[0].blank and not after[1].blank and index.text in marker.table.indices | marker.table.lengths:
        shown = f"{index.text}{after[0].text}{after[1].text}"
        what = f"_{shown} may be the time {shown}, or time {index.text} and then {after[0].text}{after[1].text}"
        repair = f"write _{{{shown}}} or [{shown}] for the time, and blanks around the sign otherwise"
        raise marker.page.fault("ambiguous", after[0].place, what, repair=repair)


def _refuse_double(marker: Marker, i: int, sign: str) -> None:
    if i < len(marker.signs) and marker.signs[i].text == sign and not marker.signs[i].sized:
        what = f"two {'subscripts' if sign == '_' else 'superscripts'} at one place"
        kind = "ambiguous" if sign == "^" and marker.signs[i - 1].text not in {"}", ")"} else "syntax"
        raise marker.page.fault(kind, marker.signs[i].place, what, repair="put brackets where you mean them")


def raised(marker: Marker, i: int, as_argument: bool = False) -> int:
    """The words of the superscript that begins at `i`; where it ends."""
    at = marker.signs[i]
    if at.kind == "SUPER":
        inner = [marker.letter(at, commands.SUPERSCRIPTS[c]) for c in at.text]
        marker.between("LPAR", inner, "RPAR", at)
        return i + 1
    follows = _required(marker, i)
    inner, end = _superscript(marker, i)
    if as_argument:
        marker.between("LPAR", inner, "RPAR", at)
        return end
    if follows.text == "(":
        marker.between("POWEROPEN", inner, "POWERCLOSE", at)
    elif follows.text == "{":
        _braced(marker, inner, at)
    else:
        _put(marker, inner, at)
    if marker.out[-1].type not in {"TRANSPOSE", "PRIME"}:
        _refuse_double(marker, end, "^")
    return end


def _superscript(marker: Marker, i: int) -> tuple[list[Sign], int]:
    """The signs of the superscript after the `^` at `i`, and where it ends."""
    signs, follows = marker.signs, marker.signs[i + 1]
    if follows.text in {"{", "("}:
        end = closing(signs, i + 1)
        return signs[i + 2 : end], end + 1
    if follows.text == "+" and marker.out and marker.out[-1].type == "DIFF":
        return [follows], i + 2
    if follows.text in {"-", "+"} and i + 2 < len(signs):
        return signs[i + 1 : i + 3], i + 3
    if follows.kind == "WORD" and len(follows.text) > 1 and not _known(marker, follows.text):
        signs[i + 1] = replace(follows, text=follows.text[1:], blank=True)
        return [replace(follows, text=follows.text[0])], i + 1
    end = i + 2
    if follows.kind in {"NUMBER", "WORD", "GREEK"} and follows.text != "T":  # w**2**3 groups to the right
        while [s.text for s in signs[end : end + 1]] == ["^"] and signs[end + 1 : end + 2] and _plain(signs[end + 1]):
            end += 2
            if end - i > 2 * DEEPEST:  # each power is read again as the inside of the one before it
                raise marker.page.fault("limit", signs[i].place, f"more than {DEEPEST} powers of powers", repair=_FEWER)
    return signs[i + 1 : end], end


def _plain(sign: Sign) -> bool:
    return sign.kind in {"NUMBER", "WORD", "GREEK"} and sign.text != "T"


def _braced(marker: Marker, inner: list[Sign], at: Sign) -> None:
    """The words of a superscript in braces: a time and transposes, or one power."""
    if inner and inner[0].text == "(":
        end = closing(inner, 0)
        rest = [s for s in inner[end + 1 :] if s.text not in {"^", "{", "}", ","}]
        if all(s.text in {"⊤", "T", "ᵀ"} for s in rest):
            marker.between("TIMEOPEN", inner[1:end], "TIMECLOSE", at)
            for sign in rest:
                marker.put("TRANSPOSE", "⊤", sign)
            return
        if len(rest) == 1 and rest[0].kind == "NUMBER":
            marker.between("TIMEOPEN", inner[1:end], "TIMECLOSE", at)
            return _put(marker, rest, at)
    return _put(marker, inner, at)


def _put(marker: Marker, inner: list[Sign], at: Sign) -> None:
    texts = [s.text for s in inner]
    if texts and texts[0] == "⊙":
        inner, texts = inner[1:], texts[1:]
    if texts == ["⊤"]:
        marker.put("TRANSPOSE", "⊤", at)
    elif texts == ["T"]:
        marker.put("LETTER_T", "T", at)
    elif len(texts) > 1 and set(texts) <= {"⊤", "T"}:
        what = "two transposes in one superscript"
        raise marker.page.fault("ambiguous", at.place, what, repair="leave them out, or write (W^T)^T")
    elif texts and set(texts) <= {"′", "″"}:
        for text in texts:
            for _ in range(2 if text == "″" else 1):
                marker.put("PRIME", "'", at)
    elif texts == ["+"]:
        marker.put("IMMEDIATE", "+", at)
    else:
        marker.between("SUPOPEN", inner, "SUPCLOSE", at)


def raised_signs(marker: Marker, i: int) -> int:
    """The words of superscript signs of Unicode, which may hold ordinary letters between ⁽ and ⁾."""
    sign = marker.signs[i]
    text = "".join(commands.SUPERSCRIPTS[c] if len(commands.SUPERSCRIPTS[c]) == 1 else "" for c in sign.text)
    if text.startswith("(") and ")" not in text:
        inner = [marker.letter(sign, c) for c in text[1:]]
        while (i := i + 1) < len(marker.signs):
            sign = marker.signs[i]
            if sign.kind != "SUPER":
                inner.append(sign)
                continue
            low = "".join(commands.SUPERSCRIPTS[c] for c in sign.text)
            head, bracket, text = low.partition(")")
            inner.extend(marker.letter(sign, c) for c in head)
            if bracket:
                break
        else:
            raise marker.page.fault("unbalanced", marker.signs[-1].place, "`⁽` is never closed")
        marker.between("TIMEOPEN", inner, "TIMECLOSE", sign)
    match = _RAISED.fullmatch(text)
    if match is None:
        raise marker.page.fault("syntax", sign.place, f"`{sign.text}` is no time and no power")
    time, power, transposed = match.groups()
    if time:
        marker.between("TIMEOPEN", [marker.letter(sign, c) for c in time[1:-1]], "TIMECLOSE", sign)
    if power == "+":
        marker.put("IMMEDIATE", "+", sign)
    elif power:
        marker.between("SUPOPEN", joined([marker.letter(sign, c) for c in power]), "SUPCLOSE", sign)
    if transposed:
        marker.put("TRANSPOSE", "⊤", sign)
    return i + 1


def joined(signs: list[Sign]) -> list[Sign]:
    """Digits side by side as one number."""
    found: list[Sign] = []
    for sign in signs:
        if found and sign.kind == found[-1].kind == "NUMBER":
            found[-1] = replace(found[-1], text=found[-1].text + sign.text)
        else:
            found.append(sign)
    return found


def _required(marker: Marker, i: int) -> Sign:
    if i + 1 >= len(marker.signs):
        what = f"`{marker.signs[i].text}` has nothing after it"
        raise marker.page.fault("syntax", marker.signs[i].place, what, repair="write h_{t-1} or w^{2}")
    return marker.signs[i + 1]
