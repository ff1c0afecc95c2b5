"""All elementwise algebra is one node: a SymPy scalar body over placeholders, one for each operand.

SymPy differentiates and prints bodies only; operands are tensors of one shape, or scalars that are
broadcast. Nested elementwise nodes are merged, equal operands shared, so equal algebra is one object;
the order of the operands is the author's, which the printers keep and equality ignores.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cmp_to_key, lru_cache
from typing import Any

from sympy import Add, Basic, Expr, Lambda, Mul, Pow, S, Symbol

from symrnn.errors import ShapeError
from symrnn.tensor import refusals
from symrnn.tensor.node import Slot, Tensor, shape_of
from symrnn.tensor.operands import as_operand
from symrnn.tensor.shape import Shape, as_shape, same_shape, show_shape

Operand = Any  # Tensor | Expr; SymPy ships no types

by_structure = cmp_to_key(Basic.compare)  # a sort key that is the same in every process


@cache
def placeholder(position: int) -> Symbol:
    """The reserved symbol of an operand, zero-padded so that names sort as numbers do."""
    return Symbol(f"_z{position:05d}", real=True)


class Full(Tensor):
    """A tensor whose entries all equal one scalar: `Full(0, n)` is the zero vector.

    Examples
    --------
    >>> from symrnn import dims, zeros
    >>> n = dims("n")
    >>> zeros(n).shape
    (n,)
    """

    __slots__ = ()

    def __new__(cls, value: Operand, *shape: object) -> Full:
        sizes = as_shape(shape)
        if not sizes:
            raise ShapeError("a filled tensor needs a shape", repair="a scalar is written as itself")
        obj = Basic.__new__(cls, as_operand(value), *sizes)
        obj._shape = sizes
        return obj

    @property
    def value(self) -> Expr:
        """The scalar that every entry equals."""
        return self.args[0]


class Elementwise(Tensor):
    """`Elementwise(body, *operands)`: the scalar body, entry by entry; `elementwise` builds it."""

    __slots__ = ("_key",)
    _key: tuple[Basic, ...] | None

    def __new__(cls, body: Expr, *operands: Operand) -> Tensor:
        return _build(body, operands)

    @classmethod
    def _make(cls, body: Expr, operands: tuple[Operand, ...], shape: Shape) -> Elementwise:
        obj = Basic.__new__(cls, body, *operands)
        obj._shape = shape
        obj._key = None
        return obj

    @property
    def body(self) -> Expr:
        """The scalar expression over `placeholder(0)`, `placeholder(1)`, ..."""
        return self.args[0]

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What the placeholders stand for, in the author's order."""
        return tuple(self.args[1:])

    @property
    def free_symbols(self) -> set[Basic]:
        own = self.args[0].free_symbols - {placeholder(i) for i in range(len(self.args) - 1)}
        return own.union(*(x.free_symbols for x in self.args[1:]))

    def _hashable_content(self) -> tuple[Basic, ...]:
        if self._key is None:
            operands = self.args[1:]
            order = sorted(range(len(operands)), key=lambda i: by_structure(operands[i]))
            body = _renumber(self.args[0], tuple(order))
            self._key = (body, *(operands[i] for i in order))
        return self._key


@lru_cache(maxsize=8192)
def _renumber(body: Expr, order: tuple[int, ...]) -> Expr:
    """The body after operand `order[j]` moves to place j."""
    if order == tuple(range(len(order))):
        return body
    return body.xreplace({placeholder(old): placeholder(new) for new, old in enumerate(order)})


def _broadcast_shape(operands: Iterable[Operand]) -> Shape:
    shape: Shape = ()
    for x in operands:
        if isinstance(x, Tensor):
            if shape and not same_shape(shape, x.shape):
                raise ShapeError(
                    f"an elementwise expression holds the shapes {show_shape(shape)} and {show_shape(x.shape)} of {x}",
                    law="elementwise operations need equal shapes, or a scalar",
                )
            shape = shape or x.shape
    return shape


def _build(body: Expr, operands: tuple[Operand, ...]) -> Tensor:
    """Merge, share, drop and number the operands; the result is canonical."""
    shape = _broadcast_shape(operands)
    if not shape:
        raise ShapeError("an elementwise tensor needs at least one tensor among its operands")
    body, flat = _flatten(body, operands)
    if any(isinstance(x, Tensor) for x in flat):
        if body == placeholder(0) and len(flat) == 1:
            return flat[0]
        return Elementwise._make(body, flat, shape)
    return Full(body.xreplace({placeholder(i): x for i, x in enumerate(flat)}), *shape)


def _flatten(body: Expr, operands: tuple[Operand, ...]) -> tuple[Expr, tuple[Operand, ...]]:
    """The body with nested elementwise and scalar operands written into it, and the operands it uses."""
    places: dict[Operand, Symbol] = {}

    def place(x: Operand) -> Expr:
        if isinstance(x, Elementwise):
            inner = {placeholder(i): place(op) for i, op in enumerate(x.args[1:])}
            return _substitute(x.args[0], inner)
        if isinstance(x, Full):
            return place(x.value)
        if isinstance(x, Expr) and not isinstance(x, Slot):
            return x.xreplace({leaf: place(leaf) for leaf in slots_of(x)})
        if x not in places:
            places[x] = placeholder(len(places))
        return places[x]

    merged = _substitute(body, {placeholder(i): place(x) for i, x in enumerate(operands)})
    used = merged.free_symbols
    kept = [x for x, z in places.items() if z in used]
    if len(kept) < len(places):
        merged = _substitute(merged, {places[x]: placeholder(i) for i, x in enumerate(kept)})
    return merged, tuple(kept)


def _substitute(body: Expr, rule: dict[Expr, Expr]) -> Expr:
    if all(old == new for old, new in rule.items()):
        return body
    return body.xreplace(rule)


def slots_of(expr: Expr) -> list[Slot]:
    """The slots of a scalar expression, outermost first, each once, in order of appearance."""
    found: dict[Slot, None] = {}

    def walk(e: Basic) -> None:
        if isinstance(e, Slot):
            found[e] = None
        else:
            for arg in e.args:
                walk(arg)

    walk(expr)
    return list(found)


def elementwise(body: Callable[..., Expr] | Expr, *operands: Operand) -> Any:
    """Apply a scalar function or body entry by entry: a tensor, or a scalar when all operands are scalars.

    Parameters
    ----------
    body
        A function of scalars such as `sympy.tanh`, a SymPy `Lambda`, an expression in one symbol, or one over
        `placeholder(0)`, ...
    operands
        Tensors of one shape, and scalars, which are broadcast.

    Examples
    --------
    >>> import sympy
    >>> from symrnn import Parameter, dims
    >>> from symrnn.tensor import elementwise
    >>> n = dims("n")
    >>> elementwise(sympy.sin, Parameter("b", n))
    sin(b)
    """
    values = tuple(as_operand(x) for x in operands)
    if isinstance(body, Expr) and not isinstance(body, Lambda) and len(values) == 1:
        plain = [s for s in body.free_symbols if isinstance(s, Symbol) and s != placeholder(0)]
        body = Lambda(plain[0], body) if len(plain) == 1 and plain[0] not in values[0].free_symbols else body
    if isinstance(body, Lambda):
        body = body(*(placeholder(i) for i in range(len(values))))
    if not isinstance(body, Expr):
        if not any(isinstance(x, Tensor) for x in values):
            return body(*values)
        body = body(*(placeholder(i) for i in range(len(values))))
    if any(isinstance(x, Tensor) for x in values):
        return _build(body, values)
    return body.xreplace({placeholder(i): x for i, x in enumerate(values)})


def add(*terms: Operand, shape: Shape = ()) -> Any:
    """The sum of terms of one shape, built at once (adding one by one would be quadratic)."""
    if not terms:
        return Full(0, *shape) if shape else S.Zero
    if len(terms) == 1:
        return terms[0]
    if not any(isinstance(x, Tensor) for x in terms):
        return Add(*terms)
    check_equal_shapes("+", terms)
    return _build(Add(*(placeholder(i) for i in range(len(terms)))), tuple(terms))


def combine(sign: str, left: Operand, right: Operand) -> Any:
    """The operators + - * / ** of two operands of which at least one is a tensor."""
    if sign in "+-":
        check_equal_shapes(sign, (left, right))
    elif isinstance(left, Tensor) and isinstance(right, Tensor) and not same_shape(left.shape, right.shape):
        raise ShapeError(
            f"{left} {show_shape(left.shape)} {sign} {right} {show_shape(right.shape)}: "
            f"`{sign}` works entry by entry and needs equal shapes",
            repair=_product_repair(left, right) if sign == "*" else "",
        )
    if sign == "**" and isinstance(right, Tensor):
        raise refusals.exponent(left, right)
    z0, z1 = placeholder(0), placeholder(1)
    bodies = {
        "+": Add(z0, z1),
        "-": Add(z0, Mul(-1, z1)),
        "*": Mul(z0, z1),
        "/": Mul(z0, Pow(z1, -1)),
        "**": Pow(z0, z1),
    }
    return _build(bodies[sign], (left, right))


def split_scale(x: Operand) -> tuple[Expr, Operand]:
    """A scalar factor of a tensor and the rest: (1 - alpha, v) of `(1 - alpha) * v`; 1 and x where there is none."""
    if not isinstance(x, Elementwise) or not x.body.is_Mul:
        return S.One, x
    scalars = {placeholder(i): op for i, op in enumerate(x.operands) if not isinstance(op, Tensor)}
    outside = [f for f in x.body.args if f.free_symbols <= scalars.keys()]
    if not outside:
        return S.One, x
    inside = [f for f in x.body.args if f not in outside]
    return Mul(*outside).xreplace(scalars), _build(Mul(*inside), x.operands)


def scaled(scale: Expr, x: Operand) -> Any:
    """The product of a scalar and a tensor or scalar."""
    if scale == 1:
        return x
    return combine("*", scale, x) if isinstance(x, Tensor) else scale * x


def check_equal_shapes(sign: str, terms: tuple[Operand, ...]) -> None:
    """A sum needs equal shapes; a bare number beside a tensor stands for that number in every entry."""
    tensors = [x for x in terms if isinstance(x, Tensor)]
    first = tensors[0]
    for other in terms:
        if isinstance(other, Tensor):
            fits = same_shape(first.shape, other.shape)
        else:
            fits = bool(other.is_Number)
        if not fits:
            raise ShapeError(
                f"{first} {show_shape(first.shape)} {sign} {other} {show_shape(shape_of(other))}: "
                "a sum needs equal shapes",
                repair="check the dimensions of the parameters involved"
                if isinstance(other, Tensor)
                else f"to add the scalar to every entry write  {other} * symrnn.ones(...)",
            )


def _product_repair(left: Tensor, right: Tensor) -> str:
    if left.rank == 2 and same_shape(left.shape[1:], right.shape[:1]):
        return f"for the matrix product write  {left} @ {right}"
    if left.rank == 1 and right.rank == 2 and same_shape(right.shape[1:], left.shape):
        return f"for the matrix product write  {right} @ {left}"
    if left.rank == right.rank == 1:
        return f"for the matrix of all products write  symrnn.outer({left}, {right})"
    return "for the matrix product write  A @ x, with as many columns in A as x has rows"
