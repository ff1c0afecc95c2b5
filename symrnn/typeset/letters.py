"""From a Python identifier to what it looks like: Greek letters, accents, primes, subscripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from symrnn.errors import Undefined
from symrnn.typeset.items import Name

_NAMED = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "omicron": "ο",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
}
GREEK: Mapping[str, str] = MappingProxyType(_NAMED | {word.capitalize(): sign.upper() for word, sign in _NAMED.items()})
SPELLED: Mapping[str, str] = MappingProxyType({sign: word for word, sign in GREEK.items()})
# TeX has no command for these capitals and for omicron: they look Latin.
_LATIN = {"Alpha": "A", "Beta": "B", "Epsilon": "E", "Zeta": "Z", "Eta": "H", "Iota": "I", "Kappa": "K", "Mu": "M"}
_LATIN |= {"Nu": "N", "Omicron": "O", "Rho": "P", "Tau": "T", "Chi": "X", "omicron": "o"}
LATIN_LOOK: Mapping[str, str] = MappingProxyType(_LATIN)
OTHER_SPELLINGS: Mapping[str, str] = MappingProxyType({"lam": "lambda", "lamda": "lambda", "eps": "epsilon"})
ACCENTS = ("hat", "tilde", "bar", "dot", "prime")
_FORBIDDEN = re.compile(
    r"[%#&$\n]|\\\\|\\(?:input|include|write|read|open|def|let|catcode|csname|immediate|special|end|begin)"
)


@lru_cache(maxsize=4096)
def read_name(identifier: str, bold: str = "none", verbatim: str = "") -> Name:
    """The looks of an identifier.

    Examples
    --------
    >>> read_name("W_hh")
    Name(letter='W', accent='', primes=0, subscripts=('hh',), bold='none', verbatim='')
    >>> read_name("yhat").accent, read_name("theta_1").subscripts, read_name("w2").subscripts
    ('hat', ('1',), ('2',))
    """
    if verbatim:  # what is no LaTeX shows the identifier as it is read
        return replace(read_name(identifier, bold), verbatim=checked(verbatim))
    head, *subscripts = identifier.split("_")
    digits = re.search(r"\d+\Z", head)
    if digits:
        head, subscripts = head[: digits.start()], [digits.group(), *subscripts]
    letter, accent, primes = head, "", 0
    for ending in ACCENTS:
        stem = head.removesuffix(ending)
        if stem != head and _is_letter(stem):
            letter, accent, primes = stem, "" if ending == "prime" else ending, int(ending == "prime")
        elif ending != "prime" and head.endswith(ending + "dot") and _is_letter(head.removesuffix(ending + "dot")):
            letter, accent = head.removesuffix(ending + "dot"), f"{ending} dot"
    letter = SPELLED.get(letter, OTHER_SPELLINGS.get(letter, letter))
    return Name(letter, accent, primes, tuple(subscripts), bold)


def over_barred(own: Name) -> Name:
    """A name with a bar, above any accent that it has already."""
    verbatim = rf"\bar{{{own.verbatim}}}" if own.verbatim else ""
    return replace(own, accent=f"{own.accent} bar".strip(), verbatim=verbatim)


def below_delta(own: Name, bold: str) -> Name:
    """δ with a name below it."""
    return Name("delta", subscripts=(own.letter + own.accent.replace(" ", ""), *own.subscripts), bold=bold)


def _is_letter(stem: str) -> bool:
    return len(stem) == 1 or stem in GREEK or stem in OTHER_SPELLINGS


def checked(verbatim: str) -> str:
    """A LaTeX name given by the user, if TeX can read it in a formula and it does nothing but print.

    Raises
    ------
    Undefined
        For unbalanced braces, alignment signs, comments, and commands that define, read or write.
    """
    depth = 0
    for sign in re.sub(r"\\[{}]", "", verbatim):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            break
    if depth or _FORBIDDEN.search(verbatim):
        raise Undefined(
            f"latex={verbatim!r} is not a name on paper",
            law="a LaTeX name has balanced braces and only prints",
            repair=r"for instance  latex=r'\varphi'",
        )
    return verbatim
