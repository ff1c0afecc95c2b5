"""What a line of a derivation is made of: the uses of its node, what each sends back, and by which laws.

It reads the record that differentiating left; it derives nothing itself. The parts of the uses add up to the
right side of the line, and the entries of the right side are one more way to write it: tests check both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Symbol

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.derivation import Derivation, Law, Line
from symrnn.calculus.support import is_summed
from symrnn.calculus.sweep import sweep
from symrnn.errors import Undefined, Unsupported
from symrnn.graph.lengths import rule_of
from symrnn.model import Element, Equation, Range, reads
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.entrywise import entry_form, entry_indices
from symrnn.tensor.node import shape_of
from symrnn.tensor.pieces import entry
from symrnn.tensor.time import t


@dataclass(frozen=True)
class Use:
    """One use of a node: who reads it, and what comes back.

    user
        The node that reads, or None for the loss.
    part
        What it sends back, without the sum over time.
    equation
        The equation of the user, at the user's time, or None for the loss.
    over
        (index, first, last) of the sum over time in which this happens, or None.
    laws
        The laws by which the right side of the equation was differentiated, from the outside in; none where
        what arrives is handed on as it is.
    unit
        Whether the adjoint of the user is the number 1, which nobody writes.
    """

    user: Any
    part: Any
    equation: Equation | None
    over: tuple[Any, ...] | None
    laws: tuple[Law, ...]
    unit: bool = False


def line_of(derivation: Derivation, number: int) -> Line:
    """The line with a number.

    Raises
    ------
    Undefined
        When there is none.
    """
    for line in derivation.lines:
        if line.number == number and number > 0:
            return line
    last = max((line.number for line in derivation.lines), default=0)
    raise Undefined(f"there is no line ({number})", repair=f"the lines are (1) to ({last})")


def template_of(derivation: Derivation) -> Template | None:
    """The record of back-propagation through time that a derivation was made from, if it was."""
    first = derivation.origin[0] if isinstance(derivation.origin, tuple) else None
    return first if isinstance(first, Template) else None


def uses_of(derivation: Derivation, line: Line) -> tuple[Use, ...]:
    """The uses of the node of a line, in the order in which they stand in it.

    Raises
    ------
    Unsupported
        For a derivation without a record of uses, such as an unfolding.
    """
    lhs = line.equation.lhs
    template = template_of(derivation)
    if not isinstance(lhs, Adjoint) or template is None:
        raise Unsupported(f"the line ({line.number}) is not a sum over uses: {line.equation}")
    node = lhs.node
    if not isinstance(node, Element):
        return tuple(_known(_shared_use(c, node), template) for c in template.shared.get(node, ()))
    rule = {} if isinstance(derivation.last, Symbol) else rule_of(derivation.model, derivation.last)
    home = line.when or Range(node.time, node.time)
    found = [c for c in template.elements[node.sequence] if _covers(c.when.at(rule), home)]
    return tuple(_known(_element_use(c, node), template) for c in found)


def _known(use: Use, template: Template) -> Use:
    known = template.known.get(use.user.sequence, ()) if isinstance(use.user, Element) else ()
    return replace(use, unit=bool(known) and all(c.part == 1 for c in known))


def _covers(when: Range, home: Range) -> bool:
    return grows(when.first, home.first) and grows(home.last, when.last)


def _element_use(c: Contribution, node: Any) -> Use:
    """A use of v[s], moved to the time of the line."""
    at = {t: node.time}
    if is_summed(c) or c.user is None:
        return Use(c.user, c.part.xreplace(at), c.equation, None, _laws(c.equation, node))
    user = c.user.xreplace(at)
    equation = c.equation.at({c.equation.over[0]: user.time}) if c.equation and c.equation.over else c.equation
    return Use(user, c.part.xreplace(at), equation, None, _laws(equation, node))


def _shared_use(c: Contribution, node: Any) -> Use:
    over = c.equation.over if c.equation is not None else None
    bounds = (over[0], c.when.first, c.when.last) if over else None
    return Use(c.user, c.part, c.equation, bounds, _laws(c.equation, node))


def _laws(equation: Equation | None, leaf: Any) -> tuple[Law, ...]:
    """The laws that lead from the result of an equation to one leaf, each once."""
    if equation is None or leaf not in reads(equation.rhs):
        return ()
    _, steps = sweep(equation.rhs, nabla(equation.lhs), equation.lhs, lambda x: bool(x == leaf), equation)
    return tuple(dict.fromkeys(step.law for step in steps if step.after != step.before))  # a sum hands on as it is


def entry_equation(line: Line) -> Equation:
    """A line entry by entry: an equation between scalars, for all values of its free indices.

    Raises
    ------
    Unsupported
        For a node whose entries have no name.
    """
    lhs, rhs = line.equation.lhs, line.equation.rhs
    indices = entry_indices(lhs, rhs)
    left = entry(lhs, *indices) if shape_of(lhs) else lhs
    return Equation._trusted(left, entry_form(rhs, *indices), line.equation.args[2])
