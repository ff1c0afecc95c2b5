"""A formula under a picture: the plain spelling of an expression, set with the labels of its names.

The spelling is the one of model files, so that it has few signs; how a document typesets the same expression is
not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sympy import Basic

from symrnn.diagram.inline import Line, words
from symrnn.diagram.labels import MINUS, USUAL, Label, Lettering
from symrnn.diagram.reading import label_in
from symrnn.model import Recurrence

TOKEN = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:\[(?P<time>[^\]]*)\])?|\*\*(?P<power>\d+)|(?P<turned>\.T)|(?P<times>\*)"
    r"|(?P<at> @ )|∂(?P<slot>\d+)|(?P<sign>.)"
)
CALL = re.compile(r"\b(eye|outer|kron|partial|reshape)\(")
IDENTITY = Label("I", bold=True)


def formula(model: Recurrence, expr: Basic, letters: Lettering = USUAL) -> Line:
    """An expression in the labels of its model.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.diagram.formula import formula
    >>> model = sr.models.elman()
    >>> h = model.states[0]
    >>> formula(model, sr.jacobian(model, h[sr.t], h[sr.t - 1])).plain
    'diag(1 − (h(t))2)\u2009W'
    """
    named: tuple[Any, ...] = (*model.sequences, *model.constants, *model.parameters)
    names = {v.name for v in named}
    parts: list[Label] = []
    for found in TOKEN.finditer(rewritten(str(expr))):
        if found["name"]:
            label = label_in(model, found["name"], letters) if found["name"] in names else words(found["name"])
            label = IDENTITY if found["name"] == "eye" else label
            parts.append(label.at(found["time"].replace(" ", "")) if found["time"] else label)
        elif found["power"]:
            parts[-1:] = _raised(parts[-1], found["power"])
        elif found["turned"]:
            parts[-1] = replace(parts[-1], sup=parts[-1].sup + "⊤")
        elif found["times"]:
            parts.append(words(_product(parts)))
        elif found["slot"]:
            parts.append(Label("∂", italic=False, sub=found["slot"], word=True))
        else:
            parts.append(words("\u2009" if found["at"] else found["sign"].replace("-", MINUS)))
    return Line(tuple(_joined(parts)))


def _raised(label: Label, power: str) -> list[Label]:
    """A power: of what has a time already in parentheses."""
    if not label.sup:
        return [replace(label, sup=power)]
    return [words("("), label, replace(words(")"), sup=power)]


def rewritten(text: str) -> str:
    """A spelling with the calls of some operations in the signs of mathematics: I, a bᵀ, A ⊗ B, the slots of ∂.

    Examples
    --------
    >>> from symrnn.diagram.formula import rewritten
    >>> rewritten("kron(W, eye(n)) - outer(a, b[t]) @ partial(f(a, eye(m)), 1)")
    'W ⊗ eye - a @ b[t].T @ ∂2f(a, eye)'
    """
    found = CALL.search(text)
    if found is None:
        return text
    ends = list(_commas(text, found.end()))
    args = [rewritten(text[a + 1 : b].strip()) for a, b in pairwise([found.end() - 1, *ends])]
    return text[: found.start()] + REWRITTEN[found[1]](*args) + rewritten(text[ends[-1] + 1 :])


def _commas(text: str, start: int) -> Iterator[int]:
    """Where the arguments of a call end: at each comma, and at the bracket that closes it."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth < 0 or (text[i] == "," and depth == 0):
            yield i
        if depth < 0:
            return


def _whole(text: str) -> str:
    """A factor in brackets, unless it is one name."""
    return text if re.fullmatch(r"\w+(\[[^\]]*\])?(\.T)?", text) else f"({text})"


REWRITTEN: dict[str, Callable[..., str]] = {
    "eye": lambda size: "eye",
    "outer": lambda a, b: f"{_whole(a)} @ {_whole(b)}.T",
    "kron": lambda a, b: f"{_whole(a)} ⊗ {_whole(b)}",
    "partial": lambda value, slot: f"∂{int(slot) + 1}{value}",
    "reshape": lambda a, *shape: f"{_whole(a)}.T" if shape[0] == "1" else f"vec({a})",
}


def _product(left: Sequence[Label]) -> str:
    """The sign of a product: entry by entry between vectors, none after a number or a scalar."""
    last = left[-1]
    if last.base == ")":
        depth = 0
        for i in range(len(left) - 1, -1, -1):
            depth += (left[i].base == ")") - (left[i].base == "(")
            if not depth:
                return " ⊙ " if any(part.bold for part in left[i:]) or _is_called(left[:i]) else "\u2009"
    return "\u2009" if last.base.isdigit() or (not last.word and not last.bold) else " ⊙ "


def _is_called(left: Sequence[Label]) -> bool:
    """Whether a name stands before a bracket."""
    return bool(left) and left[-1].base[-1:].isalpha()


def _joined(parts: list[Label]) -> list[Label]:
    """Neighbouring plain words in one."""
    found: list[Label] = []
    for part in parts:
        plain = part.word and not part.sup and not part.sub
        if plain and found and found[-1].word and not found[-1].sup and not found[-1].sub:
            found[-1] = words(found[-1].base + part.base)
        else:
            found.append(part)
    return found
