"""Jacobians of one node by another, in numerator layout, written as a textbook does.

Forward through one right side, by a rule a kind of node; through the other nodes of the same step, or of all
earlier ones, by the chain of uses. This path is separate from the pullbacks of reverse differentiation, and
is checked against them.
"""

from __future__ import annotations

from typing import Any

from sympy import S

from symrnn.calculus.local_jacobians import local_jacobians
from symrnn.calculus.reach import Reach
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Equation, Recurrence, reads
from symrnn.model.named import named
from symrnn.tensor import linear
from symrnn.tensor.binders import TimeSum, decided
from symrnn.tensor.elementwise import Full, add
from symrnn.tensor.node import Node, shape_of
from symrnn.tensor.sensitivity import flat, rate_shape


def jacobian(model: Recurrence, node: Any, by: Any, *, immediate: bool = False, total: bool = False) -> Any:
    """The Jacobian of a node by another, numerator layout; a matrix counts as the vector of its rows.

    Its shape is that of the node and then that of `by`, each flattened: (n,) by (n, m) gives (n, n m).

    Parameters
    ----------
    model
        A `Recurrence`.
    node
        An element it defines, such as `h[t]`.
    by
        An element, parameter or constant.
    immediate
        True for the immediate derivative ∂⁺: through the node's own equation only.
    total
        True for the total derivative: through all nodes of all times between. By default a derivative goes
        through the other nodes of the same step, with states of other times fixed.

    Raises
    ------
    Undefined, Unsupported
        When the node has no such equation; when the total derivative passes through a number of steps that
        is not fixed.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import t
    >>> model = sr.models.elman()
    >>> h, W = model.states[0], model.parameters[1]
    >>> sr.jacobian(model, h[t], h[t - 1])
    diag(1 - h[t]**2) @ W
    >>> sr.jacobian(model, h[t], h[t - 2], total=True)
    diag(1 - h[t]**2) @ W @ diag(1 - h[t - 1]**2) @ W
    >>> sr.jacobian(model, h[t], W, immediate=True)
    diag(1 - h[t]**2) @ kron(eye(n), reshape(h[t - 1], 1, n))
    """
    if immediate and total:
        raise Undefined("a derivative is immediate or total, not both", repair="leave one of them out")
    node, by = named(model, node), named(model, by)
    _check_known(model, by)
    if by == node:
        return linear.eye(*flat(shape_of(by))) if shape_of(by) else S.One
    e = equation_of(model, node)
    if e is None:
        raise Undefined(
            f"{node} is not computed by {model.title.name}",
            repair="a node such as " + f"{model.defined[0]}[t]",
        )
    if total:
        return _totally(model, e, by, Reach(model, node, by), {})
    return _through(model, e, by, immediate, ())


def _check_known(model: Recurrence, by: Any) -> None:
    """Refuse what the model does not read, and sums over time that may hide it."""
    known = (*model.parameters, *model.constants)
    if not (isinstance(by, Element) and by.sequence in model.sequences) and by not in known:
        raise Undefined(
            f"{by} is not read by {model.title.name}",
            repair="an element such as " + f"{model.sequences[0]}[t - 1], or one of " + ", ".join(map(str, known)),
        )
    for e in model.equations:
        for s in e.rhs.atoms(TimeSum):
            if isinstance(by, Element) and any(x.sequence == by.sequence for x in s.body.atoms(Element)):
                raise Unsupported(f"{by} may be read by the sum over time {s}", repair="use bptt")


def equation_of(model: Recurrence, node: Any) -> Equation | None:
    """The equation of a node at its own time, or None for what is given."""
    for e in model.equations:
        if isinstance(node, Element) and e.sequence == node.sequence:
            if e.over:
                if decided(e.times.first, node.time, e.times.last) is False:
                    continue
                return e.at({e.over[0]: node.time})
            if e.lhs == node:
                return e
    return None


def _through(model: Recurrence, e: Equation, by: Any, immediate: bool, path: tuple[Any, ...]) -> Any:
    direct = differentiate(e.rhs, by, e.lhs)
    parts = [] if direct is None else [direct]
    if not immediate:
        for leaf in reads(e.rhs):
            inner = (
                equation_of(model, leaf)
                if isinstance(leaf, Element) and leaf != by and leaf.time == e.lhs.time
                else None
            )
            if inner is None or leaf in path:
                continue
            rate = _through(model, inner, by, False, (*path, leaf))
            if not is_zero(rate):
                parts.append(chain(differentiate(e.rhs, leaf, e.lhs), rate, leaf, by))
    return add(*parts, shape=rate_shape(e.lhs, by))


def _totally(model: Recurrence, e: Equation, by: Any, reach: Reach, done: dict[Any, Any]) -> Any:
    """Through every node between, of the same step and of others; each node once."""
    if e.lhs in done:
        return done[e.lhs]
    direct = differentiate(e.rhs, by, e.lhs)
    parts = [] if direct is None else [direct]
    for leaf in reads(e.rhs):
        if leaf == by or not isinstance(leaf, Element) or not reach.leads(leaf):
            continue
        inner = equation_of(model, leaf)
        rate = None if inner is None else _totally(model, inner, by, reach, done)
        if rate is not None and not is_zero(rate):
            parts.append(chain(differentiate(e.rhs, leaf, e.lhs), rate, leaf, by))
    done[e.lhs] = add(*parts, shape=rate_shape(e.lhs, by))
    return done[e.lhs]


def is_zero(x: Any) -> bool:
    """Whether an expression is written as zero."""
    return bool(x == 0 or (isinstance(x, Full) and x.value == 0))


def chain(outer: Any, inner: Any, through: Any, by: Any) -> Any:
    """The Jacobian of y by x from those of y by u and of u by x: a product of the right kind for their ranks."""
    if shape_of(through):
        return linear.contract(outer, inner)
    if shape_of(by) and shape_of(outer):
        return linear.outer(outer, inner)
    return outer * inner


def differentiate(expr: Any, by: Any, out: Any = None) -> Any:
    """The Jacobian of an expression by a leaf or a sum over time in it, all else fixed; None where it is zero."""
    if expr == by:
        return linear.eye(*flat(shape_of(by))) if shape_of(by) else S.One
    if _is_closed(expr) or not (expr.has(by) if isinstance(by, TimeSum) else by in reads(expr)):
        return None
    parts = []
    for operand, rate in local_jacobians(expr, out):
        inner = differentiate(operand, by)
        if inner is not None:
            parts.append(chain(rate, inner, operand, by))
    return add(*parts) if parts else None


def _is_closed(expr: Any) -> bool:
    """Whether nothing can be found inside: a leaf, or a sum over time, whose index is bound."""
    return isinstance(expr, TimeSum) or (isinstance(expr, Node) and expr.is_leaf)
