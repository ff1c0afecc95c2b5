"""Hints: the law, the first line, the next line of this variant; where that is the answer, a piece is hidden."""

from __future__ import annotations

import re
from dataclasses import replace

from symrnn.errors import SymrnnError
from symrnn.model.formula.echo import echo
from symrnn.model.formula.read import read
from symrnn.model.formula.term import Term

_HIDDEN = Term("name", text="□", kind="function")
_BOLD = re.compile(r"\\boldsymbol\{((?:[^{}]|\{[^{}]*\})*)\}")
_TIME = re.compile(r"\^\{\(([^()]*)\)\}")
# What tells most when it is hidden, first of all.
_TELLING = ("prime", "diag", "transpose", "pow", "matpow", "prod", "prod_dec", "apply", "at", "name")


def hints(law: str, lines: tuple[str, ...], answer: str, symbols: object = None) -> tuple[str, str, str]:
    """Three hints for an answer; none of them is the answer.

    Parameters
    ----------
    law
        What leads there, in a sentence.
    lines
        The lines of the worked solution.
    answer
        The answer, as LaTeX.
    symbols
        The names, as `read` takes them, so that a piece of the answer can be hidden.
    """
    shown = [line for line in lines if line not in {"", answer}]
    partly = blanked(answer, symbols) if symbols is not None else ""
    first = f"Begin with ${shown[0]}$." if shown else _partly(partly)
    if len(shown) > 1:
        following = f"The next line is ${shown[1]}$."
    else:
        following = _partly(partly) if shown else "Write the two smallest cases down, and compare."
    return law, first, following


def _partly(text: str) -> str:
    return f"The answer is ${text}$, with one piece left out." if text else "Write the smallest case down first."


def blanked(answer: str, symbols: object) -> str:
    """An answer with its most telling piece hidden, or '' where it is too short for that."""
    try:
        term = read(answer, symbols).term
    except SymrnnError:
        return ""
    inner = [part for part in term.walk() if part is not term]
    for head in _TELLING:
        found = next((part for part in inner if part.head == head), None)
        if found is not None and len(inner) > 2:
            text = echo(_hiding(term, found))
            return _TIME.sub(r"_{\1}", _BOLD.sub(r"\1", text)).replace("□", r"\ldots")
    return ""


def _hiding(term: Term, hidden: Term) -> Term:
    if term is hidden:
        return replace(_HIDDEN, size=term.size)
    return replace(term, parts=tuple(_hiding(part, hidden) for part in term.parts)) if term.parts else term
