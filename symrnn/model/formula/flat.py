"""Signs without typography: fonts vanish, accents become part of a name, a group around one name is that name."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from symrnn.model.formula import commands
from symrnn.model.formula.fault import Page
from symrnn.model.formula.signs import Sign

_TAKES_A_GROUP = frozenset({"_", "^", "mathbb"})
_OPEN = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}


def flat(page: Page, signs: list[Sign], names: Container[str] = ()) -> list[Sign]:
    """The signs of a formula without fonts and accents."""
    return _ordered(_marked(_accented(page, _collapsed(_unfonted(page, signs))), names))


def closing(signs: list[Sign], start: int) -> int:
    """Where the bracket that opens at `start` is closed."""
    depth, want = 0, _OPEN[signs[start].text]
    for i in range(start, len(signs)):
        if signs[i].kind == "SIGN" and signs[i].text == signs[start].text:
            depth += 1
        elif signs[i].kind == "SIGN" and signs[i].text == want:
            depth -= 1
            if not depth:
                return i
    return len(signs) - 1


def _unfonted(page: Page, signs: list[Sign]) -> list[Sign]:
    """Fonts away; a bold 1 is the vector of ones, what \\operatorname and \\text hold is one word."""
    found: list[Sign] = []
    i = 0
    while i < len(signs):
        sign = signs[i]
        if sign.kind == "COMMAND" and sign.text in commands.TEXTS and i + 1 < len(signs) and signs[i + 1].text == "{":
            end = closing(signs, i + 1)
            texts = [part.text for part in signs[i + 2 : end] if part.kind != "COMMAND"]  # \mathop{\mathrm{diag}}
            word = "".join(text for text in texts if text not in {",", ".", "{", "}", "\\{"})
            word = word.replace("-", "_") if word not in {"-"} else word
            if word:
                found.append(replace(sign, kind="WORD", text=word, end=signs[end].end))
            i = end
        elif sign.kind == "COMMAND" and (sign.text in commands.FONTS or sign.text in commands.TEXTS):
            bold = sign.text in {"mathbf", "boldsymbol", "bm", "pmb"}
            inner = signs[i + 1 : i + 4]
            braced = len(inner) == 3 and [inner[0].text, inner[2].text] == ["{", "}"]
            if bold and braced and inner[1].text == "1":
                found.append(replace(sign, kind="SIGN", text="𝟏"))
                i += 3
            elif bold and inner and inner[0].text == "1":
                found.append(replace(sign, kind="SIGN", text="𝟏"))
                i += 1
        else:
            found.append(sign)
        i += 1
    return found


def _collapsed(signs: list[Sign]) -> list[Sign]:
    """A group around one name, number or sign is that alone, unless a command takes the group."""
    found: list[Sign] = []
    parted = False
    for sign in signs:
        found.append(replace(sign, sized=True) if parted else sign)  # `{}` before a script parts it from the last one
        parted = False
        if len(found) >= 3 and [s.text for s in found[-2:]] == ["{", "}"] and found[-3].text not in _TAKES_A_GROUP:
            del found[-2:]
            parted = True
            continue
        while len(found) >= 3 and found[-1].text == "}" and found[-3].text == "{" and found[-1].kind == "SIGN":
            before = found[-4] if len(found) > 3 else None
            if before is not None and before.text in _TAKES_A_GROUP:
                break
            if found[-2].kind not in {"WORD", "GREEK"}:
                break
            accented = before is not None and before.text in commands.ACCENTS
            one = replace(found[-2], place=found[-3].place, end=sign.end, blank=found[-3].blank)
            found[-3:] = [replace(one, sized=True) if accented else one]
    return found


def _accented(page: Page, signs: list[Sign]) -> list[Sign]:
    """`\\hat y` as the name yhat; the accent of a group that is a name with its scripts is the name's."""
    found: list[Sign] = []
    pending: list[Sign] = []
    for i, sign in enumerate(signs):
        if sign.kind == "COMMAND" and sign.text in commands.ACCENTS:
            pending.append(sign)
            if i + 1 < len(signs) and signs[i + 1].text == "{":
                _check_accent(page, signs, i)
        elif pending and sign.kind in {"WORD", "GREEK"}:
            accent = "".join(commands.ACCENTS[mark.text] for mark in reversed(pending))
            whole = sign.kind == "GREEK" or len(sign.text) == 1 or sign.sized
            first = sign.text if whole else sign.text[0]
            found.append(replace(sign, kind="WORD", text=first + accent, blank=True))
            if not whole:
                found.append(replace(sign, text=sign.text[1:], blank=False))
            pending = []
        elif pending and sign.text != "{":
            raise page.fault(
                "syntax", sign.place, f"\\{pending[-1].text} stands over a name", repair="write \\hat{y}_t"
            )
        else:
            found.append(sign)
    if pending:
        raise page.fault("syntax", pending[-1].place, f"\\{pending[-1].text} has no name below it")
    return found


def _check_accent(page: Page, signs: list[Sign], i: int) -> None:
    """An accent over a group goes to its name; over more than a name with scripts it means nothing here."""
    end = closing(signs, i + 1)
    after = signs[i + 3 : end]
    if not after or signs[i + 2].kind == "COMMAND":
        return
    scripted = after[0].kind in {"SUB", "SUPER"} or after[0].text in {"_", "^"}
    wide = len(after) == 2 or (len(after) > 2 and after[1].text == "{" and closing(after, 1) == len(after) - 1)
    if not scripted or (after[0].text in {"_", "^"} and not wide):
        what = f"\\{signs[i].text} stands over more than a name"
        raise page.fault("unsupported", signs[i].place, what, repair="put it over the name alone, as in \\hat{y}_t")


def _marked(signs: list[Sign], names: Container[str]) -> list[Sign]:
    """Combining accents join the letter before them, or the name of several letters."""
    found: list[Sign] = []
    for sign in signs:
        if sign.kind != "MARK" or not found or found[-1].kind not in {"WORD", "GREEK"}:
            found.append(sign)
            continue
        last = found.pop()
        if last.kind == "WORD" and len(last.text) > 1 and not last.sized and last.text not in names:
            found.append(replace(last, text=last.text[:-1]))
            last = replace(last, text=last.text[-1], blank=False)
        found.append(replace(last, kind="WORD", text=last.text + sign.text, end=sign.end, sized=True))
    return found


def _ordered(signs: list[Sign]) -> list[Sign]:
    """A subscript behind a superscript comes before it, since it may be a part of the name: `W^\\top_{hh}`."""
    found: list[Sign] = []
    i = 0
    while i < len(signs):
        found.append(signs[i])
        middle = _raised_end(signs, i + 1) if signs[i].kind in {"WORD", "GREEK"} and signs[i].text != "e" else i + 1
        end = _lowered_end(signs, middle) if middle > i + 1 else middle
        if end > middle:
            found.extend(signs[middle:end])
            found.extend(signs[i + 1 : middle])
            i = end
        else:
            i += 1
    return found


def _raised_end(signs: list[Sign], i: int) -> int:
    """Where the superscript that begins at `i` ends; at `i` where there is none."""
    if i >= len(signs) or not (signs[i].kind == "SUPER" or signs[i].text in {"^", "⊤", "′"}):
        return i
    return _script_end(signs, i) if signs[i].text == "^" else i + 1


def _lowered_end(signs: list[Sign], i: int) -> int:
    """Where the subscript that begins at `i` ends; at `i` where there is none, or another superscript follows."""
    if i >= len(signs) or signs[i].sized or (signs[i].kind != "SUB" and signs[i].text != "_"):
        return i
    return _script_end(signs, i) if signs[i].text == "_" else i + 1


def _script_end(signs: list[Sign], i: int) -> int:
    """Where the script with the `_` or `^` at `i` ends."""
    if i + 1 >= len(signs):
        return i + 1
    if signs[i + 1].kind == "WORD" and len(signs[i + 1].text) > 1:
        return i  # in w^ts_0 the t alone is raised
    return closing(signs, i + 1) + 1 if signs[i + 1].text in {"{", "("} else i + 2
