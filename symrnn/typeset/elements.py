"""The elements of MathML that the renderer is written with: rows, operators, brackets, cells, bold letters.

Only what MathML Core has; bold is Unicode's mathematical letters, since browsers no longer take `mathvariant`.
"""

from __future__ import annotations

from html import escape
from unicodedata import lookup

from symrnn.typeset.letters import GREEK

FENCES = {
    "round": ("(", ")"),
    "square": ("[", "]"),
    "bars": ("|", "|"),
    "norm": ("‖", "‖"),
    "frobenius": ("‖", "‖"),
    "angle": ("⟨", "⟩"),
    "ceiling": ("⌈", "⌉"),
}
WEIGHT = {"italic": "BOLD ITALIC", "upright": "BOLD"}
FIXED = ' stretchy="false"'
THIN = '<mspace width="0.17em"/>'
INFIX = ' form="infix"'
OPEN_SPACES = ' lspace="0.22em" rspace="0.22em"'
RIGHT = "right;text-align:-webkit-right"  # the second moves boxes, where a browser knows it
COLUMNS = (
    (RIGHT, "padding-right:0"),
    ("left", "padding-left:0"),
    ("left", "padding-left:2em"),
    (RIGHT, "padding-left:2em"),
)


def row(*parts: str) -> str:
    """Parts beside each other as one."""
    return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"


def operator(sign: str, attributes: str = "") -> str:
    """An operator, bracket or punctuation mark."""
    return f"<mo{attributes}>{escape(sign)}</mo>"


def cell(content: str, column: int) -> str:
    """A cell of a display, aligned by style, in the way that browsers move boxes and not only text."""
    align, gap = COLUMNS[column]
    style = f"text-align:{align}" + (f";{gap}" if gap and content else "")
    return f'<mtd style="{style}">{content}</mtd>'


def between(parts: list[str], sign: str) -> list[str]:
    return [p for part in parts for p in (sign, part)][1:]


def fenced(inner: str, kind: str, tall: bool) -> str:
    left, right = FENCES[kind]
    attributes = "" if tall else FIXED
    return row(operator(left, f' form="prefix"{attributes}'), inner, operator(right, f' form="postfix"{attributes}'))


def styled(word: str, bold: str) -> str:
    """A letter as Unicode's mathematical bold letter; words, and letters that have none, stay."""
    if bold == "none" or len(word) != 1:
        return word
    return "".join(_mathematical(sign, WEIGHT[bold]) for sign in word)


def _mathematical(sign: str, weight: str) -> str:
    if sign.isdigit():
        return chr(0x1D7CE + int(sign))
    kind = "CAPITAL" if sign.isupper() else "SMALL"
    name = sign.upper()
    spelled = next((word.upper() for word, greek in GREEK.items() if greek == sign), name)
    spelled = {"LAMBDA": "LAMDA"}.get(spelled, spelled)
    try:
        return lookup(f"MATHEMATICAL {weight} {kind} {spelled}")
    except KeyError:
        return sign
