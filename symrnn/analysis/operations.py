"""How many operations a step takes, as formulas in the dimensions: multiplications, additions, values of functions.

What is written twice is computed once. A reciprocal counts as a multiplication, a subtraction as an addition; a
sign costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from sympy import Add, Basic, Expr, Integer, Max, Min, Mul, Number, NumberSymbol, Pow, S, Symbol
from sympy.core.function import Function

from symrnn.analysis.counting import behind, size_of
from symrnn.errors import Unsupported
from symrnn.model import Recurrence, Sequence
from symrnn.tensor import Contract, Diag, Dot, Elementwise, Node, Outer, Transpose, placeholder, shape_of
from symrnn.tensor.elementwise import Full
from symrnn.tensor.linear import Diagonal, Eye
from symrnn.tensor.pieces import Concat, Entry, Reshape, Segment, SumEntries, Trace
from symrnn.tensor.special import LogSumExp, Softmax, SoftmaxCrossEntropy
from symrnn.tensor.unknown import Applied


@dataclass(frozen=True)
class Operations:
    """Numbers of operations: of multiplications, of additions, and of values of functions such as tanh."""

    multiplications: Expr = S.Zero
    additions: Expr = S.Zero
    functions: Expr = S.Zero

    @property
    def total(self) -> Expr:
        """All of them."""
        return Add(self.multiplications, self.additions, self.functions).expand()

    def __add__(self, other: Operations) -> Operations:
        return Operations(
            (self.multiplications + other.multiplications).expand(),
            (self.additions + other.additions).expand(),
            (self.functions + other.functions).expand(),
        )


def operations(model: Recurrence, of: Sequence | None = None) -> Operations:
    """The operations of one step of the forward pass, or of what one sequence is computed from.

    Raises
    ------
    Unsupported
        For a sum over time and other expressions whose cost is not that of one step.

    Examples
    --------
    >>> import symrnn as sr
    >>> elman = sr.models.elman()
    >>> step = sr.analysis.operations(elman, of=elman.states[0])
    >>> step.multiplications, step.additions, step.functions
    (m*n + n**2, m*n + n**2, n)
    """
    equations = model.equations if of is None else behind(model, of)
    return _sum(_cost(e) for e in _once(e.rhs for e in equations if e.over))


def _sum(found: Iterable[Operations]) -> Operations:
    total = Operations()
    for x in found:
        total += x
    return total


def _once(expressions: Iterable[Basic]) -> Iterable[Basic]:
    """Every tensor, slot and scalar operation below, each once; what a body holds belongs to its operation."""
    seen: set[Basic] = set()
    stack = list(expressions)
    while stack:
        e = stack.pop()
        if e in seen or (isinstance(e, Node) and e.is_leaf):
            continue
        seen.add(e)
        yield e
        stack += e.operands if isinstance(e, Elementwise) else e.args


@singledispatch
def _cost(e: Any) -> Operations:
    """The cost of one operation, that of its operands apart."""
    if isinstance(e, Node):
        raise Unsupported(f"the operations of {type(e).__name__} are not counted: {e}")
    return _scalar(e, S.One, {})


@_cost.register(Transpose)
@_cost.register(Diag)
@_cost.register(Diagonal)
@_cost.register(Eye)
@_cost.register(Full)
@_cost.register(Concat)
@_cost.register(Entry)
@_cost.register(Reshape)
@_cost.register(Segment)
def _(e: Any) -> Operations:
    return Operations()


@_cost.register
def _(e: Contract) -> Operations:
    products = size_of(e.left) * Mul(*shape_of(e.right)[1:])
    return Operations(products, products - size_of(e))


@_cost.register
def _(e: Dot) -> Operations:
    return Operations(size_of(e.args[0]), size_of(e.args[0]) - 1)


@_cost.register
def _(e: Outer) -> Operations:
    return Operations(size_of(e))


@_cost.register
def _(e: SumEntries) -> Operations:
    return Operations(additions=size_of(e.args[0]) - 1)


@_cost.register
def _(e: Trace) -> Operations:
    return Operations(additions=shape_of(e.args[0])[0] - 1)


@_cost.register
def _(e: Applied) -> Operations:
    """An unknown function: what it costs inside is unknown, too."""
    return Operations(functions=size_of(e))


@_cost.register
def _(e: Softmax) -> Operations:
    k = size_of(e)
    return Operations(k, k - 1, k)


@_cost.register
def _(e: LogSumExp) -> Operations:
    k = size_of(e.args[0])
    return Operations(additions=k - 1, functions=k + 1)


@_cost.register
def _(e: SoftmaxCrossEntropy) -> Operations:
    """The logarithm of the sum of exponentials less the product of target and logits."""
    k = size_of(e.logits)
    return Operations(k, 2 * (k - 1) + 1, k + 1)


@_cost.register
def _(e: Elementwise) -> Operations:
    """The body's operations, once for every entry, or once where only scalars take part."""
    spread = {placeholder(i) for i, x in enumerate(e.operands) if shape_of(x)}
    found = Operations()
    for x in _parts(e.body):
        found += _scalar(x, size_of(e), spread)
    return found


def _parts(body: Expr) -> Iterable[Expr]:
    """The operations of a scalar body, each once."""
    seen: set[Expr] = set()
    stack = [body]
    while stack:
        e = stack.pop()
        if e not in seen and e.args:
            seen.add(e)
            yield e
            stack += e.args


def _scalar(e: Expr, size: Expr, spread: Iterable[Symbol]) -> Operations:
    """One operation among scalars, done `size` times where a symbol of `spread` takes part."""
    times = size if e.free_symbols & set(spread) else S.One
    if isinstance(e, Number | NumberSymbol | Symbol):
        return Operations()
    if isinstance(e, Add):
        return Operations(additions=_joined(e.args, size, spread))
    if isinstance(e, Mul):
        return Operations(_joined([x for x in e.args if x is not S.NegativeOne], size, spread))
    if isinstance(e, Pow) and isinstance(e.exp, Integer):
        divided = 1 if e.exp < 0 else 0
        return Operations(times * (abs(int(e.exp)) - 1 + divided))
    if isinstance(e, Function | Pow | Max | Min):
        return Operations(functions=times)
    raise Unsupported(f"the operations of {type(e).__name__} are not counted: {e}")


def _joined(terms: Iterable[Expr], size: Expr, spread: Iterable[Symbol]) -> Expr:
    """How often two terms are put together: scalars with scalars once, whatever has entries in each of them."""
    terms = list(terms)
    arrays = sum(bool(x.free_symbols & set(spread)) for x in terms)
    scalars = len(terms) - arrays
    if not arrays:
        return Integer(scalars - 1)
    return size * (arrays - 1 + bool(scalars)) + max(scalars - 1, 0)
