"""Hints: the law, the first line, the next line of this variant; where that is the answer, pieces are hidden."""

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
_POWER = re.compile(r"\\left\((\\?\w+_\{[^{}]*\})\\right\)\^")  # brackets that a time as a superscript needs
_LONE = re.compile(r"\{(\\?[A-Za-z]+|\d)\}")
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
    shown = [line for line in lines if spelled(line) not in {"", spelled(answer)}]
    one, two = blanked(answer, symbols) if symbols is not None else ("", "")
    begun = f"The answer looks like this: ${two}$." if two else "Write the smallest case down first."
    nearly = (
        f"The answer is ${one}$, with one piece left out." if one else "Write the two smallest cases down, and compare."
    )
    first = f"Begin with ${shown[0]}$." if shown else begun
    return law, first, f"The next line is ${shown[1]}$." if len(shown) > 1 else nearly


def spelled(formula: str) -> str:
    """A formula without the blanks and brackets that change nothing: two that look the same are spelled the same."""
    return _LONE.sub(r"\1", formula.replace(" ", ""))


def blanked(answer: str, symbols: object) -> tuple[str, str]:
    """An answer with its most telling piece hidden, and with two; each '' where it is too short for that."""
    try:
        term = read(answer, symbols).term
    except SymrnnError:
        return "", ""
    one = _without_most_telling(term)
    two = None if one is None else _without_most_telling(one)
    return _shown(one), _shown(two)


def _shown(term: Term | None) -> str:
    if term is None:
        return ""
    text = _TIME.sub(r"_{\1}", _BOLD.sub(r"\1", echo(term))).replace("□", r"\ldots")
    return _POWER.sub(r"\1^", text)


def _without_most_telling(term: Term) -> Term | None:
    inner = [part for part in term.walk() if part is not term]
    known = [part for part in inner if all(leaf.text != _HIDDEN.text for leaf in part.walk())]
    found = next((part for head in _TELLING for part in known if part.head == head), None)
    return None if found is None or len(inner) < 3 else _hiding(term, found)


def _hiding(term: Term, hidden: Term) -> Term:
    if term is hidden:
        return replace(_HIDDEN, size=term.size)
    return replace(term, parts=tuple(_hiding(part, hidden) for part in term.parts)) if term.parts else term
