"""A formula for a gradient, however it is given: an expression, an equation, or a text in LaTeX or plain letters."""

from __future__ import annotations

from typing import Any

from symrnn.errors import Undefined
from symrnn.model import Element, Equation, Recurrence, read
from symrnn.numeric.checking.layout import leaves_of
from symrnn.numeric.frame import key_of_leaf
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.operands import as_operand
from symrnn.tensor.time import t

OPENING, CLOSING = "([{", ")]}"


def leaf_of_gradient(model: Recurrence, of: Any) -> Any:
    """What a gradient belongs to, from a node, its adjoint or a text; the whole sequence for an element at t."""
    named = {key_of_leaf(x): x for x in (*leaves_of(model), *model.defined)}
    node = of
    if isinstance(of, str):
        key = of.replace(" ", "")
        node = named[key] if key in named else read(of, model).expr
    node = node.node if isinstance(node, Adjoint) else node
    if isinstance(node, Element) and node.sequence in model.sequences and node not in model.boundary:
        if node.time != t:
            raise Undefined(
                f"{node}: a formula for a sequence is given at t",
                repair=f"check_formula(model, {node.sequence}[t], ...)",
            )
        node = node.sequence
    if node not in named.values():
        raise Undefined(f"{of!r} has no gradient in {model.title.name}", repair="one of " + ", ".join(named))
    return node


def expression_of(model: Recurrence, leaf: Any, formula: Any, notation: Any = None) -> Any:
    """The expression that is claimed to be the gradient of a leaf; of an equation its right side.

    Raises
    ------
    ReadError
        With the place, when a text cannot be read.
    Undefined
        When an equation is about something else.
    """
    if isinstance(formula, str):
        left, right = sides(formula)
        if left:
            _about(model, leaf, left)
        formula = read(right, model, notation).expr
    if isinstance(formula, Equation):
        _about(model, leaf, formula.lhs)
        formula = formula.rhs
    return as_operand(formula)


def sides(text: str) -> tuple[str, str]:
    """The two sides of a text at its first equals sign outside of brackets; no left side if there is none."""
    depth = 0
    for i, c in enumerate(text):
        depth += (c in OPENING) - (c in CLOSING)
        if c == "=" and depth == 0:
            return text[:i].strip(), text[i + 1 :].strip()
    return "", text


def _about(model: Recurrence, leaf: Any, left: Any) -> None:
    found = leaf_of_gradient(model, left)
    if found != leaf:
        raise Undefined(
            f"the formula is about {key_of_leaf(found)}, not about {key_of_leaf(leaf)}",
            repair="leave its left side out, or check it for what it is about",
        )
