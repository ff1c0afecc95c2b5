"""From a formula to its value: the formula, the numbers in it, each product written out, and what comes out.

Operations are done from the inside, those that can be done side by side in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.linear import Eye
from symrnn.tensor.node import Node
from symrnn.typeset.digits import Numbers, cells
from symrnn.typeset.items import Item
from symrnn.typeset.present import Presenter
from symrnn.typeset.written_out import operands, steps

Known = dict[Any, Any]  # expressions with arrays of items, scalars with numbers: their values


def reduced(x: Any, p: Presenter, value: Evaluator, given: Iterable[Any] = (), turned: bool = False) -> list[Item]:
    """The formula of an expression, then its lines in numbers down to its value.

    Parameters
    ----------
    x
        An expression at concrete times.
    p
        How formulas look.
    value
        Knows the values of all leaves.
    given
        Expressions that count as computed: what has a name of its own.
    turned
        Whether each line is transposed.
    """
    known: Known = {}
    _learn(given, known, value)
    _close(x, known, value, p)
    rows = [p.turned(x) if turned else p(x)]
    for made in _stages(x, p, value, known):
        rows.append(Numbers.of(p, made).draw(x, turned))
    return [row for i, row in enumerate(rows) if i == 0 or row != rows[i - 1]]


def _stages(x: Any, p: Presenter, value: Evaluator, known: Known) -> Iterator[Known]:
    """What is known, and what is written out, in each line."""
    first = True
    while not _done(x, known):
        made = {y: steps(y, value, p) for y in _ready(x, known)}
        if x in made:
            yield from (known | {x: stage} for stage in made[x])
            break
        if first:  # the numbers in their places; a function of numbers is written entry by entry at once
            yield known | {y: stages[0] for y, stages in made.items() if not isinstance(y, Node) or _is_body(y)}
        first = False
        yield known | {y: stages[0] for y, stages in made.items()}
        _learn(made, known, value)
        _close(x, known, value, p)
    _learn((x,), known, value)
    yield {x: known[x]}


def _learn(found: Iterable[Any], known: Known, value: Evaluator) -> None:
    """Values that may be shown: of a tensor as items, of a scalar as its number."""
    for y in found:
        number = value(y)
        known[y] = cells(number) if np.ndim(number) else float(number)


def _is_body(y: Any) -> bool:
    return hasattr(y, "body") and hasattr(y, "operands")


def _done(y: Any, known: Known) -> bool:
    return y in known or isinstance(y, Eye) or (not isinstance(y, Node) and not operands(y))


def _ready(x: Any, known: Known) -> list[Any]:
    """The innermost expressions that are not computed yet, in order, each once."""
    if _done(x, known):
        return []
    inner = [y for a in operands(x) for y in _ready(a, known)]
    return list(dict.fromkeys(inner)) or [x]


def _close(x: Any, known: Known, value: Evaluator, p: Presenter) -> None:
    """Leaves are known, and so is what nobody computes by hand, a transpose or a piece, of what is known."""
    while True:
        silent = [y for y in _ready(x, known) if getattr(y, "is_leaf", False) or not steps(y, value, p)]
        if not silent:
            return
        _learn(silent, known, value)
