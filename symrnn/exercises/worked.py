"""Worked solutions from the derivation itself: the lines that lead to a gradient, and a model shown as a person would.

Nothing is written by hand here: the lines are those of back-propagation through time on the model of the exercise, with
Jacobians first and one law after the other.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from symrnn.calculus import Derivation, bptt
from symrnn.calculus.derivation import Line
from symrnn.errors import Undefined
from symrnn.model import Element, Recurrence, read_model
from symrnn.typeset import Notation, latex
from symrnn.typeset.chains import argued
from symrnn.typeset.displays import presenter
from symrnn.typeset.latex import LatexRenderer

PLAIN = Notation(time="subscript", bold="none", products="diag")  # as one writes by hand


@lru_cache(maxsize=64)
def _derived(text: str) -> Derivation:
    model = read_model(text)
    return bptt(model, wrt=[*model.parameters, *model.inputs, *model.constants, *model.boundary])


@lru_cache(maxsize=512)
def lines_for(text: str, name: str, time: str = "t") -> tuple[str, ...]:
    """The right sides of the lines that lead to the gradient by a node of a model: Jacobians first, the result last.

    Parameters
    ----------
    text
        The text of the model.
    name, time
        The node: a parameter's name, or a sequence's with a time, "t", "tau" or a number. For t, the line of the steps
        that have most to say: those before the last.

    Raises
    ------
    Undefined
        When no line is about it.
    """
    derivation = _derived(text)
    found = [line for line in derivation.lines if _is_about(line, name, time)]
    if not found:
        raise Undefined(f"no line of the derivation is about {name} at {time}")
    show, page = LatexRenderer(""), presenter(derivation, PLAIN, None)
    longest: list[str] = []
    for line in found:
        first, *rest = argued(derivation, line, page, True)
        rows = [show(row.right) for row in (first, *rest) if row is first or row.left is None]
        longest = max(longest, list(dict.fromkeys(rows)), key=lambda rows: len(rows[0]) if rows else 0)
    return tuple(longest)


def _is_about(line: Line, name: str, time: str) -> bool:
    node = getattr(line.equation.lhs, "node", None)
    if isinstance(node, Element):
        return bool(node.sequence.name == name) and str(node.time) == time
    return str(getattr(node, "name", "")) == name


def equations_shown(model: Recurrence) -> str:
    """The equations of a model and its loss, one formula after the other."""
    rows = [latex(equation, notation=PLAIN).split(r" \qquad")[0] for equation in model.equations]
    if model.loss is not None:
        rows.append(f"L = {latex(model.loss, notation=PLAIN)}")
    return ", ".join(f"${row}$" for row in rows)


def shapes_shown(model: Recurrence) -> str:
    """The sizes of the parameters and sequences, matrices first: W is n x n; h is in R^n."""
    leaves: list[Any] = [*model.parameters, *model.constants, *model.sequences]
    found: dict[tuple[str, ...], list[str]] = {}
    for leaf in leaves:
        shape = tuple(str(side) for side in leaf.shape)
        found.setdefault(shape, []).append(latex(leaf, notation=PLAIN))
    rows = []
    for shape in sorted(found, key=lambda s: (-len(s), s)):
        names = ", ".join(f"${name}$" for name in found[shape])
        are = "are" if len(found[shape]) > 1 else "is"
        space = r" \times ".join(shape)
        rows.append(f"{names} {are} " + (f"in $\\mathbb{{R}}^{{{space}}}$" if shape else "scalar"))
    return "; ".join(rows) + "."
