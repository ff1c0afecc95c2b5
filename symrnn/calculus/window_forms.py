"""Closed forms of truncated gradients, C7: the double sum over the steps of each window, with products of Jacobians.

An error that enters at s comes back to t by the product of the Jacobians between. This is proved by induction from
t = s down, for every t and s; a window only bounds the sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.calculus.adjoint import OBJECTIVE
from symrnn.calculus.adjoint_chains import AdjointLines
from symrnn.calculus.closed_forms import form_of_line
from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.term_adjoints import term_rows
from symrnn.calculus.windowed import WindowTemplate
from symrnn.errors import Unsupported
from symrnn.model import Equation, Range
from symrnn.tensor.adjoint import Adjoint, LossTerm


def window_form(derivation: Derivation, leaf: Any, errors: AdjointLines | None = None) -> ClosedForm:
    """The closed form of a gradient that is cut short by windows, or of what that leaves out.

    `errors` are the lines of how errors come back, where another derivation gives them.

    Raises
    ------
    Unsupported
        For another last time than a symbolic one, for an adjoint, for states read with several lags.
    """
    if not isinstance(derivation.last, Symbol):
        raise Unsupported(f"a closed form is for a symbolic last time; this derivation is for {derivation.last}")
    node = leaf.node if isinstance(leaf, Adjoint) else leaf
    found = (x for x in derivation.lines if x.group not in {"term", "output", "seed"} and x.equation.lhs.node == node)
    line = next(found, None)
    if line is None:
        derivation[node]  # raises when there is no such gradient
        raise Unsupported(f"the gradient of {node} has no line of its own", repair="ask for one of its elements")
    return form_of_line(derivation, errors or error_lines(derivation), line)


def error_lines(derivation: Derivation) -> AdjointLines:
    """The lines of the adjoints of an error that enters at s, for t = s and for all t before."""
    template: WindowTemplate = derivation.origin
    errors = template.errors
    if errors is None:
        return AdjointLines(derivation)
    rows: dict[Any, list[Line]] = {}
    numbers = {(x.equation.lhs, x.equation.rhs): x.number for x in derivation.lines}
    for row in term_rows(template.whole, template.outer, errors, None):
        line = Line(numbers[row[0].lhs, row[0].rhs], *row[:5])
        node = line.equation.lhs.node
        if node.time == errors.index:  # it holds for each s, and is one time for t
            line = replace(line, equation=Equation._trusted(*line.equation.args[:2]), when=Range(node.time, node.time))
        rows.setdefault(node.sequence, []).append(line)
    return AdjointLines(derivation, rows, objective=LossTerm(OBJECTIVE, errors.index))
