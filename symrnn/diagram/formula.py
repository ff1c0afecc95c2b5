"""A formula under a picture: the plain spelling of an expression, set with the labels of its names.

The spelling is the one of model files, so that it has few signs; how a document typesets the same expression is
not known here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sympy import Basic

from symrnn.diagram.inline import Line, words
from symrnn.diagram.labels import MINUS, Label
from symrnn.diagram.reading import label_in
from symrnn.model import Recurrence

TOKEN = re.compile(
    r"(?P<name>[A-Za-z_]\w*)(?:\[(?P<time>[^\]]*)\])?|\*\*(?P<power>\d+)|(?P<turned>\.T)|(?P<times>\*)"
    r"|(?P<at> @ )|(?P<sign>.)"
)


def formula(model: Recurrence, expr: Basic) -> Line:
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
    for found in TOKEN.finditer(str(expr)):
        if found["name"]:
            label = label_in(model, found["name"]) if found["name"] in names else words(found["name"])
            parts.append(label.at(found["time"].replace(" ", "")) if found["time"] else label)
        elif found["power"]:
            parts[-1:] = _raised(parts[-1], found["power"])
        elif found["turned"]:
            parts[-1] = replace(parts[-1], sup="⊤")
        elif found["times"]:
            parts.append(words(_product(parts[-1])))
        else:
            parts.append(words("\u2009" if found["at"] else found["sign"].replace("-", MINUS)))
    return Line(tuple(_joined(parts)))


def _raised(label: Label, power: str) -> list[Label]:
    """A power: of what has a time already in parentheses."""
    if not label.sup:
        return [replace(label, sup=power)]
    return [words("("), label, replace(words(")"), sup=power)]


def _product(left: Label) -> str:
    """The sign of a product: entry by entry between vectors, none after a number or a scalar."""
    return "\u2009" if left.base.isdigit() or (not left.word and not left.bold) else " ⊙ "


def _joined(parts: list[Label]) -> list[Label]:
    """Neighbouring plain words in one."""
    found: list[Label] = []
    for part in parts:
        plain = part.word and not part.sup
        if plain and found and found[-1].word and not found[-1].sup:
            found[-1] = words(found[-1].base + part.base)
        else:
            found.append(part)
    return found
