"""The effect of an input on a later term of the loss as the product of Jacobians along its path, in numbers.

Only for models in which there is one path: one state that reads the step before it, and terms that read it at their
own time. The product is compared with the derivative along all paths, so a model with others is not mistaken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.jacobian import jacobian
from symrnn.calculus.paths import paths
from symrnn.calculus.worked import Worked
from symrnn.errors import SymrnnError
from symrnn.model import Element
from symrnn.tensor.time import t
from symrnn.typeset.brackets import inside, quotient
from symrnn.typeset.digits import block, cells
from symrnn.typeset.items import SPREAD, Differential, Item, Number, Product, Row, Rows
from symrnn.typeset.present import Presenter

LONGEST = 4  # last times for which every path is shown; of longer ones those from the first input
Factor = tuple[Any, Any, Any]  # the node that changes, what it changes by, the values


def path_rows(found: Worked, p: Presenter) -> list[Rows]:
    """For each input and term: the product of ∂, then of numbers, then its value; none where paths are several."""
    model = found.model
    if len(model.states) != 1 or {*model.lags.get(model.states[0], ())} - {0} != {1} or p.rows:
        return []
    pairs = [(x, s) for x, s in found.paths if int(x.time) <= s]
    first = min((int(x.time) for x, _ in pairs), default=0)
    if len(found.terms) > LONGEST:
        pairs = [(x, s) for x, s in pairs if int(x.time) == first]
    rows: list[Rows] = []
    for x, s in pairs:
        try:
            factors = _factors(found, x, s)
        except SymrnnError:  # a derivative that the model does not have in this form
            return []
        if not np.allclose(_multiplied(factors), found.paths[x, s], rtol=1e-9, atol=1e-12):
            return []
        rows.append(_rows(found, x, s, factors, p))
    return rows


def _factors(found: Worked, x: Element, s: int) -> list[Factor]:
    """The derivatives along the path, the latest first."""
    (state,) = found.model.states
    start = int(x.time)
    links = [(state[t], state[t - 1], k) for k in range(s, start, -1)]
    links += [(state[t], x.sequence[t], start)]
    made = [(found.terms[s], state[s], _by_state(found, s))]
    for of, by, k in links:
        at = {t: Integer(k)}
        value = found.evaluator(jacobian(found.model, of, by).xreplace(at))
        made.append((of.xreplace(at), by.xreplace(at), np.asarray(value, dtype=float)))
    return made


def _by_state(found: Worked, s: int) -> Any:
    """The derivative of the term at time s by the state at that time."""
    term, (state,) = found.terms[s], found.model.states
    if isinstance(term, Element):
        return np.asarray(found.evaluator(jacobian(found.model, term.sequence[t], state[t]).xreplace({t: Integer(s)})))
    return np.asarray(sum(found.evaluator(rate) for rate in paths(term, state[s])))


def _multiplied(factors: list[Factor]) -> Any:
    whole = factors[0][2]
    for _, _, value in factors[1:]:
        whole = whole @ value if np.ndim(whole) and np.ndim(value) else whole * value
    return whole


def _rows(found: Worked, x: Element, s: int, factors: list[Factor], p: Presenter) -> Rows:
    whole = found.terms[s]
    top = whole if isinstance(whole, Element) else None
    left = _rate(top, x, p, s)
    scalar = all(np.ndim(value) == 0 for _, _, value in factors)
    symbols = Product(tuple(_rate(None if of == whole else of, by, p, s) for of, by, _ in factors))
    numbers = Product(tuple(_shown(value) for _, _, value in factors), "dot" if scalar else "")
    value = block(cells(found.paths[x, s]), turned=True)
    return Rows((Row(left, symbols), Row(None, numbers), Row(None, value)))


def _rate(of: Any, by: Any, p: Presenter, s: int) -> Item:
    """∂ of a node by another; what has no name of its own is the term of the loss at time s."""
    top = p(of) if of is not None else p.at(p.name("L"), Integer(s))
    return quotient(Differential(top), Differential(p(by)), p.linear)


def _shown(value: Any) -> Item:
    """A number, a row for the derivative of a scalar, a matrix for that of a vector."""
    array = np.asarray(value)
    item = block(cells(array), turned=array.ndim == 1)
    return item if isinstance(item, Number) or array.ndim else _bracketed(item)


def _bracketed(item: Item) -> Item:
    """A negative number in brackets, since it stands behind a dot."""
    return inside(item, SPREAD + 1)
