"""Every product written out: what one operation does to numbers, entry by entry, before it is computed.

Each kind of node that a person computes by hand is registered with `steps`; of any other only the value is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

import numpy as np
from sympy import Add, Expr, Integer, Mul, Pow

from symrnn.tensor import linear, pieces, special
from symrnn.tensor.binders import Guard, TimeSum
from symrnn.tensor.chunks import SameChunk
from symrnn.tensor.elementwise import Elementwise, slots_of
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.node import Node
from symrnn.tensor.products import TimeProduct
from symrnn.tensor.spelling import Held, place_of, spell_entry
from symrnn.typeset.brackets import bare_call, negative, quotient, total
from symrnn.typeset.digits import Numbers, cells, number, times
from symrnn.typeset.items import Item, Power, Product, Sign, Word
from symrnn.typeset.present import Presenter

Cells = Any  # an array of items, of the shape of the value
E = Sign("e")


def operands(x: Any) -> tuple[Any, ...]:
    """What a node, or a scalar expression, is computed from."""
    if isinstance(x, Elementwise):
        return x.operands
    if isinstance(x, TimeSum | TimeProduct | Guard | SameChunk):  # what is in it is not at one time
        return ()
    if isinstance(x, Node):
        return tuple(a for a in x.args if isinstance(a, Node) or (isinstance(a, Expr) and slots_of(a)))
    return tuple(slots_of(x))


@singledispatch
def steps(x: Any, value: Evaluator, p: Presenter) -> list[Cells]:
    """How the entries of a node are computed from the values of its operands, step by step, without the result."""
    if isinstance(x, Node) or not isinstance(x, Expr):
        return []
    entry = {a: value(a)[()] for a in operands(x)}
    return [_scalar(item) for item in scalar_steps(x, entry, value, p)]


@steps.register
def _(x: Elementwise, value: Evaluator, p: Presenter) -> list[Cells]:
    """The body at each entry; then with the arguments of its functions computed; then with the functions."""
    body, shape = spell_entry(x), value.shape(x)
    arrays = [np.broadcast_to(value(a), shape) for a in x.operands]
    found: list[Cells] = []
    for place in np.ndindex(shape):
        entry = {place_of(i): a[place] for i, a in enumerate(arrays)}
        for i, item in enumerate(scalar_steps(body, entry, value, p)):
            if i == len(found):
                found.append(np.empty(shape, dtype=object))
            found[i][place] = item
    return found


def scalar_steps(body: Expr, entry: dict[Any, Any], value: Evaluator, p: Presenter) -> list[Item]:
    """A scalar expression with numbers for its places; functions are computed from the inside, arguments first."""
    known = dict(entry)
    found: list[Item] = []

    def show() -> None:
        item = Numbers.of(p.with_(short=(), rows=False), known).draw(body)
        if not found or found[-1] != item:
            found.append(item)

    show()
    while True:
        calls = [x for x in _functions(body, known) if not any(_functions(a, known) for a in x.args)]
        if not calls:
            return found
        known |= {a: value.body(a, entry)[()] for x in calls for a in x.args if not _plain(a)}
        show()
        known |= {x: value.body(x, entry)[()] for x in calls}
        if body in known:
            return found
        show()


def _plain(x: Any) -> bool:
    return isinstance(x, Held | Node) or x.is_number or not x.args


def _functions(x: Any, known: dict[Any, Any]) -> list[Any]:
    """The functions in a scalar expression that are not computed yet, outer ones first."""
    if x in known or _plain(x):
        return []
    inner = [y for a in x.args for y in _functions(a, known)]
    return inner if isinstance(x, Add | Mul | Pow) else [x, *inner]


def _sum_of_products(left: Any, right: Any) -> Item:
    pairs = zip(left, right, strict=True)
    return total((False, times(a, b)) for a, b in pairs)


@steps.register
def _(x: linear.Contract, value: Evaluator, p: Presenter) -> list[Cells]:
    """Row times column, entry by entry."""
    left, right = value(x.left), value(x.right)
    made = np.empty(value.shape(x), dtype=object)
    for place in np.ndindex(made.shape):
        row = left[place[0]] if left.ndim == 2 else left
        rest = place[1:] if left.ndim == 2 else place
        made[place] = _sum_of_products(row, right[:, rest[0]] if rest else right)
    return [made]


@steps.register
def _(x: linear.Dot, value: Evaluator, p: Presenter) -> list[Cells]:
    return [_scalar(_sum_of_products(value(x.args[0]), value(x.args[1])))]


@steps.register
def _(x: linear.Outer, value: Evaluator, p: Presenter) -> list[Cells]:
    left, right = value(x.left), value(x.right)
    made = np.empty(value.shape(x), dtype=object)
    for i, j in np.ndindex(made.shape):
        made[i, j] = times(left[i], right[j])
    return [made]


@steps.register
def _(x: pieces.SumEntries, value: Evaluator, p: Presenter) -> list[Cells]:
    return [_scalar(total((False, number(v)) for v in np.ravel(value(x.args[0]))))]


@steps.register
def _(x: TimeSum, value: Evaluator, p: Presenter) -> list[Cells]:
    """Its terms, time by time."""
    terms = [value(x.term(Integer(k))) for k in range(value.size(x.lower), value.size(x.upper) + 1)]
    made = np.empty(value.shape(x), dtype=object)
    for place in np.ndindex(made.shape):
        made[place] = total((False, number(v[place])) for v in terms)
    return [made] if len(terms) > 1 else []


@steps.register
def _(x: special.Softmax, value: Evaluator, p: Presenter) -> list[Cells]:
    """e to the power of each entry, over the sum of all; then with the powers computed."""
    inner = value(x.args[0])
    powers = [Power(E, number(v)) for v in inner]
    numbers = [number(v) for v in np.exp(inner)]
    return [_shares(made, p) for made in (powers, numbers)]


def _shares(made: list[Any], p: Presenter) -> Cells:
    whole = total((False, x) for x in made)
    return cells(np.arange(len(made)), lambda i: quotient(made[i], whole, p.linear))


@steps.register
def _(x: special.LogSumExp, value: Evaluator, p: Presenter) -> list[Cells]:
    inner = value(x.args[0])
    each: tuple[Callable[[Any], Item], ...] = (lambda v: Power(E, number(v)), lambda v: number(np.exp(v)))
    return [_scalar(bare_call(Word("log"), total((False, make(v)) for v in inner))) for make in each]


@steps.register
def _(x: special.SoftmaxCrossEntropy, value: Evaluator, p: Presenter) -> list[Cells]:
    """-(y₁ log ŷ₁ + y₂ log ŷ₂ + ...) at the probabilities."""
    target, likely = value(x.target), value(special.softmax(x.logits))
    logs = [bare_call(Word("log"), number(v)) for v in likely]
    terms = [(False, Product((number(y), log), "dot")) for y, log in zip(target, logs, strict=True)]
    return [_scalar(negative(total(terms)))]


def _scalar(item: Item) -> Cells:
    made = np.empty((), dtype=object)
    made[()] = item
    return made
