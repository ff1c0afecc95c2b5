"""Sums of products of vectors and matrices taken apart into single terms, so that two ways to write one sum are equal.

Products, outer products, dot products and reshapes are linear in each of their parts; matrices over vec are applied
by their rules (`vectorized`). What is equal by these laws alone comes out the same.
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, expand

from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.vectorized import applied, entrywise
from symrnn.tensor.binders import TimeSum, TimeSumTensor, time_sum
from symrnn.tensor.elementwise import Elementwise, add, elementwise, placeholder, scaled, slots_of, split_scale
from symrnn.tensor.linear import Contract, Dot, Outer, Transpose, contract, outer, transpose
from symrnn.tensor.node import Tensor
from symrnn.tensor.pieces import Reshape, SumEntries, reshape, sum_entries
from symrnn.tensor.sensitivity import Rate
from symrnn.tensor.time import t

Ends = tuple[Expr, Expr] | None


def equal_sums(a: Any, b: Any) -> bool:
    """Whether two sums are equal because products are linear in their parts.

    Examples
    --------
    >>> from symrnn import Parameter, Sequence, dims, t
    >>> from symrnn.calculus.multilinear import equal_sums
    >>> n = dims("n")
    >>> A, x, y = Parameter("A", n, n), Sequence("x", n)[t], Sequence("y", n)[t]
    >>> equal_sums(A @ (x + 2 * y), 2 * (A @ y) + A @ x)
    True
    """
    return _by_times(a) == _by_times(b)


def _by_times(x: Any) -> dict[Ends, Any]:
    """What is summed over each range of times; the index of every sum is t."""
    found: dict[Ends, list[Any]] = {}
    for term in terms(x):
        scale, rest = split_scale(term) if isinstance(term, Tensor) else _sum_apart(term)
        if isinstance(rest, TimeSum):
            body = rest.body.xreplace({rest.index: t})
            found.setdefault((rest.lower, rest.upper), []).extend(terms(scaled(scale, body)))
        else:
            found.setdefault(None, []).append(term)
    wholes = {ends: add(*parts) for ends, parts in found.items()}
    return {ends: whole for ends, whole in wholes.items() if not is_zero(whole)}


def _sum_apart(term: Any) -> tuple[Any, Any]:
    """A scalar as a factor times a sum over time, where it is one."""
    sums = [f for f in Mul.make_args(term) if isinstance(f, TimeSum)]
    return (term / sums[0], sums[0]) if len(sums) == 1 else (1, term)


def terms(x: Any) -> list[Any]:
    """The terms of an expression, as far as linearity takes it apart."""
    if not isinstance(x, Tensor):
        rule = {s: _slot(s) for s in slots_of(x)}
        return list(Add.make_args(_expanded(x.xreplace(rule))))
    rule_of = _RULES.get(type(x))
    return [x] if rule_of is None else rule_of(x)


def whole(x: Any) -> Any:
    """The sum of the terms."""
    return add(*terms(x))


def _expanded(body: Any) -> Any:
    return expand(body, power_base=False, power_exp=False, log=False, trig=False)


def _slot(s: Any) -> Any:
    if isinstance(s, Dot):
        return Add(*(_inner(a, b) for a in terms(s.args[0]) for b in terms(s.args[1])))
    if not isinstance(s, SumEntries):
        return s
    return Add(*(scale * sum_entries(y) for scale, y in map(split_scale, terms(s.args[0]))))


def _inner(a: Any, b: Any) -> Any:
    """a·b as the sum of the entries of a ⊙ b, of the matrices where both are over vec."""
    (c, a), (d, b) = split_scale(a), split_scale(b)
    moved = _adjoined(a * b) if a.rank == 1 else None
    if moved is not None:
        return c * d * moved
    if isinstance(a, Reshape) and isinstance(b, Reshape) and a.args[0].shape == b.args[0].shape:
        a, b = a.args[0], b.args[0]
    return c * d * sum_entries(a * b)


def _adjoined(product: Any) -> Any:
    """The sum of the entries of (A p) ⊙ y as p·(Aᵀ y), p a sensitivity; None where there is none."""
    for i, x in enumerate(product.operands) if isinstance(product, Elementwise) else ():
        z = placeholder(i)
        rest = product.body / z
        if isinstance(x, Contract) and x.right.rank == 1 and x.right.atoms(Rate) and z not in rest.free_symbols:
            y = elementwise(rest, *product.operands)
            return Add(*(_inner(x.right, w) for w in terms(applied(transpose(x.left), y))))
    return None


def _product(x: Any) -> list[Any]:
    if x.right.rank == 2:
        return [contract(a, b) for a in terms(x.left) for b in terms(x.right)]
    found = []
    for y in terms(x.right):
        made = _over_times(x.left, *split_scale(y))
        _scale, rest = split_scale(made)
        same = isinstance(rest, Contract) and rest.left == x.left and not isinstance(rest.right, TimeSum)
        found += [made] if same else terms(made)
    return found


def _over_times(a: Any, scale: Any, y: Any) -> Any:
    """A matrix times a vector; what multiplies a sum over time goes into it."""
    if not isinstance(y, TimeSum):
        return applied(a, scaled(scale, y))
    y = y._avoiding(a.free_symbols)
    return scaled(scale, time_sum(_over_times(a, *split_scale(y.body)), y.args[1:4]))


def _entrywise(x: Any) -> list[Any]:
    y = elementwise(x.body, *(whole(part) for part in x.operands))
    if not isinstance(y, Elementwise):
        return [y]
    return [entrywise(part, list(y.operands)) for part in Add.make_args(_expanded(y.body))]


def _reshaped(x: Any) -> list[Any]:
    found = [split_scale(y) for y in terms(x.args[0])]
    return [scaled(scale, _in_shape(y, x.shape)) for scale, y in found]


def _in_shape(y: Any, shape: Any) -> Any:
    if isinstance(y, TimeSum):
        return time_sum(_in_shape(y.body, shape), (y.index, y.lower, y.upper))
    return reshape(y, *shape)


_RULES: dict[type, Any] = {
    TimeSumTensor: lambda x: [time_sum(y, x.args[1:4]) for y in terms(x.body)],
    Contract: _product,
    Elementwise: _entrywise,
    Reshape: _reshaped,
    Outer: lambda x: [outer(a, b) for a in terms(x.left) for b in terms(x.right)],
    Transpose: lambda x: [transpose(y) for y in terms(x.args[0])],
}
