"""The first line of the backward pass that a set of mistakes changes: as it was computed, and as it should be."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from symrnn.calculus.backward import Variation
from symrnn.calculus.derivation import Line
from symrnn.calculus.mistakes import backward_pass
from symrnn.calculus.ranges import ranged_lines
from symrnn.errors import SymrnnError
from symrnn.model import Element, Recurrence
from symrnn.tensor.time import t


def changed_line(model: Recurrence, variation: Variation, only: frozenset[str] | None = None) -> tuple[Any, Any] | None:
    """(yours, right) as equations; `only` names the gradients whose lines count. None when no line differs."""
    if variation.scheme:
        return None
    try:
        wrong, right = _lines(model, (variation,)), _lines(model, ())
    except (SymrnnError, ArithmeticError):
        return None
    kept = {(line.equation.lhs, line.when): line.equation.rhs for line in right}
    for line in wrong:
        if kept.get((line.equation.lhs, line.when)) == line.equation.rhs:
            continue
        other = _beside(line, right)
        if other is not None and other.equation != line.equation:
            return line.equation, other.equation
    return None


def _beside(line: Line, right: tuple[Line, ...]) -> Line | None:
    """The right line of the same node, of the same times where there is one."""
    same = [x for x in right if x.equation.lhs == line.equation.lhs and x.when == line.when]
    node = _owner(line)
    return next(iter(same + [x for x in right if _owner(x) == node and x.group == line.group][-1:]), None)


def _owner(line: Line) -> Any:
    node = line.equation.lhs.node
    return getattr(node, "sequence", node)


@lru_cache(maxsize=256)
def _lines(model: Recurrence, variations: tuple[Variation, ...]) -> tuple[Line, ...]:
    backward = backward_pass(model)
    chosen = tuple(x for x in backward.leaves if x not in backward.model.targets)
    return tuple(ranged_lines(backward.template(*variations), chosen)[0])


def right_line(model: Recurrence, node: Any, rule: Any) -> Any:
    """The right equation for the adjoint of one node of an unfolded model; None where no line has it."""
    try:
        lines = _lines(model, ())
    except (SymrnnError, ArithmeticError):
        return None
    for line in lines:
        own = line.equation.lhs.node
        if own.xreplace(rule) == node:
            return line.equation
        alike = isinstance(node, Element) and isinstance(own, Element) and own.sequence == node.sequence
        if alike and line.when and t in own.time.free_symbols and int(node.time) in line.when.at(rule).times():
            return line.equation
    return None
