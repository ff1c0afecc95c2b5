"""What is written in a TikZ picture: the same LaTeX that the formulas of a document use for the same names."""

from __future__ import annotations

import re
import unicodedata

from symrnn.diagram.inline import Fraction, Inline, Line
from symrnn.diagram.labels import Label

SIGNS = {"−": "-", "τ": r"\tau ", "…": r"\ldots ", "⊤": r"\top ", "∂": r"\partial ", "‖": r"\| ", "·": r"\cdot "}
SIGNS |= {"⊙": r"\odot ", "⊗": r"\otimes ", "\u2009": r"\, "}
LATIN = {"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ZETA": "Z", "ETA": "H", "IOTA": "I", "KAPPA": "K", "MU": "M"}
LATIN |= {"NU": "N", "RHO": "P", "TAU": "T", "CHI": "X"}
SPECIAL = {"%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$", "{": r"\{", "}": r"\}"}


def math(inline: Inline) -> str:
    """A label, a line or a fraction in LaTeX's mathematics."""
    if isinstance(inline, Fraction):
        return rf"\dfrac{{{math(inline.over)}}}{{{math(inline.under)}}}"
    if isinstance(inline, Line):
        return "".join(map(math, inline.parts))
    sub = "" if inline.tex else _sub(inline.sub)  # a name on paper holds its own subscript
    sub += ("," if sub and inline.low else "") + _time(inline.low)
    return _base(inline) + _script("_", sub) + _script("^", _time(inline.sup)) + _time(inline.after)


def _base(label: Label) -> str:
    if label.word:
        base = re.sub(r" ([=+−⊙⊗]) ", r"\1", label.base)  # TeX spaces relations and operations itself
        parts = re.split(r"([A-Za-z][A-Za-z ,:]*)", base)
        return "".join(rf"\text{{{p}}}" if i % 2 else "".join(map(_sign, p)) for i, p in enumerate(parts))
    if label.tex:
        verbatim = any(command in label.tex for command in (r"\bold", r"\math", r"\bm"))
        base = label.tex if verbatim or not label.bold else rf"\boldsymbol{{{label.tex}}}"
        return f"{{{base}}}" if "^" in base or "_" in base else base
    if len(label.base) == 1:
        base = letter(label.base).strip()
    else:
        base = rf"\mathit{{{label.base}}}"
    bold = r"\mathbf" if label.upright and label.base.isascii() else r"\boldsymbol"
    base = rf"{bold}{{{base}}}" if label.bold else base
    return rf"\{label.mark}{{{base}}}" if label.mark else base


def _sign(sign: str) -> str:
    return SIGNS.get(sign) or SPECIAL.get(sign) or (r"\ " if sign == " " else sign)


def _script(sign: str, inner: str) -> str:
    return f"{sign}{{{inner.strip()}}}" if inner else ""


def _sub(sub: str) -> str:
    inner = "".join(map(letter, sub))
    return rf"\mathrm{{{inner}}}" if len(sub) > 2 and sub.isalpha() and sub.isascii() else inner


def _time(sup: str) -> str:
    return "".join(map(letter, re.sub(r"_(\w+)", r"\1", sup))) if "_" not in sup else _indexed(sup)


def _indexed(sup: str) -> str:
    head, _, rest = sup.partition("_")
    found = re.match(r"\w+", rest)
    index = found[0] if found else ""
    return "".join(map(letter, head)).strip() + f"_{{{index}}}" + "".join(map(letter, rest[len(index) :]))


def letter(sign: str) -> str:
    """A letter in LaTeX; Greek ones by their names, those that look like Latin ones as these."""
    if sign in SIGNS:
        return SIGNS[sign]
    names = unicodedata.name(sign, "").split()
    if names[:1] != ["GREEK"]:
        return SPECIAL.get(sign, sign)
    name = {"LAMDA": "LAMBDA"}.get(names[-1], names[-1])
    if name == "OMICRON":
        return "o" if names[1] == "SMALL" else "O"
    if names[1] == "SMALL":
        return rf"\{name.lower()} "
    return rf"\mathrm{{{LATIN[name]}}}" if name in LATIN else rf"\{name.capitalize()} "
