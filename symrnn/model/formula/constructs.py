"""What takes several signs: ones and indicators, bars, fractions, roots, environments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symrnn.model.formula import commands
from symrnn.model.formula.commands import words
from symrnn.model.formula.flat import closing
from symrnn.model.formula.signs import Sign

if TYPE_CHECKING:
    from symrnn.model.formula.marks import Marker

_ENDS_A_FACTOR = frozenset(
    words(
        "NUMBER ATOM RPAR SUBCLOSE SUPCLOSE TIMECLOSE POWERCLOSE INDEXCLOSE TRANSPOSE LETTER_T PRIME ABSCLOSE "
        "NORMCLOSE ANGLECLOSE ENDMATRIX ENDCASES"
    )
)


def one(marker: Marker, sign: Sign) -> None:
    """The vector of ones, or an indicator where a comparison follows."""
    marker.i += 1
    eye = False
    if sign.text == "mathbb":
        inner = [s.text for s in marker.signs[marker.i : marker.i + 3]]
        taken = 3 if inner in (["{", "1", "}"], ["{", "I", "}"]) else 1 if inner[:1] in (["1"], ["I"]) else 0
        if not taken:
            what = "only the double-struck 1 has a meaning here"
            raise marker.page.fault("unsupported", sign.place, what)
        eye = "I" in inner[:taken]
        marker.i += taken
    follows = marker.peek()
    script = follows is not None and follows.text == "_" and marker.peek(1) is not None and marker.peek(1).text == "{"  # type: ignore[union-attr]
    start = marker.i + 1 if script else marker.i
    opens = follows is not None and (script or follows.text in {"[", "(", "\\{", "{"})
    indicator = opens and marker.compares(start)
    marker.put("INDICATOR" if indicator else "ATOM", "1" if indicator else "eye:I" if eye else "ones:ones", sign)


def bar(marker: Marker, sign: Sign) -> None:
    """`|` and `‖` open where a factor may begin, and close what is open elsewhere."""
    if sign.text == "‖" and marker.bars[-1:] == ["|"] and marker.page.source.text[sign.place : sign.end] == "||":
        for part in (replace(sign, text="|"), replace(sign, text="|")):  # |w||u|: one closes, one opens
            bar(marker, part)
        return
    norm = sign.text == "‖"
    kind = "NORM" if norm else "ABS"
    ends = bool(marker.out) and marker.out[-1].type in _ENDS_A_FACTOR
    if marker.bars and marker.bars[-1] == sign.text and ends:
        marker.bars.pop()
        marker.put(f"{kind}CLOSE", ")", sign)
    else:
        marker.bars.append(sign.text)
        marker.put(f"{kind}OPEN", "(", sign)


def construct(marker: Marker, sign: Sign) -> None:
    """A fraction, a root or an environment."""
    marker.i += 1
    if sign.text == "√":
        root(marker, sign)
    elif sign.text == "frac":
        marker.put("FRAC", "frac", sign)
        parts = [argument(marker, sign) for _ in range(2)]
        rate = all(_begins_with_d(marker, inner) for inner, _ in parts)
        for inner, at in parts:
            if rate and inner[0].text == "d":  # where d is an index too, a fraction of d by d is a derivative
                inner = [replace(inner[0], kind="SIGN"), *inner[1:]]
            marker.between("LPAR", inner, "RPAR", at)
    else:
        environment(marker, sign)


def root(marker: Marker, sign: Sign) -> None:
    """A square root; after the command of TeX it goes over one group or one sign."""
    marker.put("FUNC", "sqrt", sign)
    follows, after = marker.peek(), marker.peek(1)
    if not sign.tex or follows is None:
        return
    if follows.text == "[":
        raise marker.page.fault("unsupported", follows.place, "a root of another order", repair="write w^{1/3}")
    scripted = after is not None and (after.kind in {"SUB", "SUPER"} or after.text in {"_", "^", "[", "("})
    if follows.kind in {"WORD", "GREEK", "NUMBER"} and len(follows.text) == 1 and not scripted:
        marker.between("LPAR", [follows], "RPAR", follows)
        marker.i += 1


def _begins_with_d(marker: Marker, inner: list[Sign]) -> bool:
    return (
        bool(inner)
        and inner[0].kind == "WORD"
        and inner[0].text[0] == "d"
        and inner[0].text not in marker.table.spellings
    )


def argument(marker: Marker, sign: Sign) -> tuple[list[Sign], Sign]:
    """What a fraction takes, a group, or one sign or digit, and where it begins."""
    follows = marker.peek()
    if follows is None:
        raise marker.page.fault("syntax", sign.place, "a fraction has two parts", repair="write \\frac{a}{b}")
    if follows.text == "{":
        end = closing(marker.signs, marker.i)
        inner = marker.signs[marker.i + 1 : end]
        marker.i = end + 1
    elif follows.kind == "NUMBER" and "." in follows.text:
        what = "a fraction takes one digit of a decimal number"
        raise marker.page.fault("ambiguous", follows.place, what, repair="write \\frac{a}{b}")
    elif follows.kind == "NUMBER" and len(follows.text) > 1:
        inner = [replace(follows, text=follows.text[0])]
        marker.signs[marker.i] = replace(follows, text=follows.text[1:])
    else:
        inner = [follows]
        marker.i += 1
    return inner, follows


def environment(marker: Marker, sign: Sign) -> None:
    """`\\begin{bmatrix}`, `\\end{cases}` and the like."""
    parts = marker.signs[marker.i : marker.i + 3]
    if not parts:
        raise marker.page.fault("syntax", sign.place, "an environment needs its name")
    name = parts[0] if parts and parts[0].kind == "WORD" else parts[1] if len(parts) == 3 else sign
    marker.i += 1 if name is parts[0] else 3
    kind = "CASES" if name.text == "cases" else "MATRIX" if name.text in commands.MATRICES else ""
    if not kind:
        raise marker.page.fault("forbidden", sign.place, f"the environment {name.text} is no notation of a formula")
    _check_pair(marker, sign, name)
    marker.put(f"{'BEGIN' if sign.text == 'begin' else 'END'}{kind}", name.text, sign)
    columns = marker.peek()
    if name.text == "array" and sign.text == "begin" and columns is not None and set(columns.text) <= set("lcr"):
        marker.i += 1
    if kind == "CASES" and sign.text == "end" and len(marker.out) > 1 and marker.out[-2].type in {"COMMA", "NEWROW"}:
        del marker.out[-2]


def _check_pair(marker: Marker, sign: Sign, name: Sign) -> None:
    """An environment ends by the name by which it began."""
    if sign.text == "begin":
        marker.environments.append(name.text)
    elif not marker.environments:
        raise marker.page.fault("syntax", sign.place, f"\\end{{{name.text}}} ends nothing", repair="begin it first")
    elif marker.environments.pop() != name.text:
        what = f"\\end{{{name.text}}} does not end what was begun"
        raise marker.page.fault("unbalanced", sign.place, what, repair="begin and end by one name")
