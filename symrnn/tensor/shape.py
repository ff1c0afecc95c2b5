"""Shapes: tuples of dimensions, each a positive integer or an expression in positive integer symbols.

Equality of dimensions is decided, never guessed: two dimensions are the same when their difference
expands to zero. This module knows nothing of what the shapes belong to.
"""

from __future__ import annotations

from collections.abc import Sequence as Collection
from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Symbol, expand, sstr

from symrnn.errors import ShapeError, Undefined

Shape = tuple[Expr, ...]


def dims(names: str) -> Any:
    """Positive integer symbols, one for each name; a single one comes alone.

    Examples
    --------
    >>> from symrnn import dims
    >>> n, m = dims("n m")
    >>> n.is_positive and n.is_integer
    True
    """
    words = names.replace(",", " ").split()
    if not words:
        raise Undefined("dims needs at least one name", repair='for instance  n, m = dims("n m")')
    for word in words:
        if word in {"t", "tau"}:
            meaning = "the time index" if word == "t" else "the last time"
            raise Undefined(f"a dimension cannot be called {word}: it is {meaning}", repair="choose another name")
    symbols = tuple(Symbol(word, integer=True, positive=True) for word in words)
    return symbols[0] if len(symbols) == 1 else symbols


def as_dim(size: object) -> Expr:
    """One dimension from a positive int or an integer expression in dimension symbols."""
    if isinstance(size, int) and not isinstance(size, bool):
        size = Integer(size)
    if not isinstance(size, Expr) or not size.is_integer or not size.is_positive:
        raise ShapeError(
            f"a dimension must be a positive integer or built from dims(...); got {size!r}",
            repair='declare it with  n = dims("n")',
        )
    return size


def as_shape(sizes: Collection[object]) -> Shape:
    """A shape of rank 0, 1 or 2."""
    if len(sizes) > 2:
        raise ShapeError(
            f"rank {len(sizes)} is too high: scalars, vectors and matrices have ranks 0, 1, 2",
            repair="write the stack as several matrices, or flatten two axes into one",
        )
    return tuple(as_dim(size) for size in sizes)


@lru_cache(maxsize=4096)
def same_dim(a: Expr, b: Expr) -> bool:
    """Whether two dimensions are the same expression: their difference expands to zero."""
    return bool(a == b or expand(a - b) == 0)


def same_shape(a: Shape, b: Shape) -> bool:
    """Whether two shapes have equal rank and equal dimensions."""
    return a == b or (len(a) == len(b) and all(same_dim(p, q) for p, q in zip(a, b, strict=True)))


def show_shape(shape: Shape) -> str:
    """`(n, m)`, `(n,)` or `()`, as the messages print a shape."""
    inner = ", ".join(sstr(d) for d in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def show_kind(shape: Shape) -> str:
    """`a scalar`, `a vector (n,)` or `a matrix (n, m)`."""
    return "a scalar" if not shape else f"a {('vector', 'matrix')[len(shape) - 1]} {show_shape(shape)}"


def size_of(shape: Shape) -> Expr:
    """The number of entries."""
    size: Expr = Integer(1)
    for d in shape:
        size = size * d
    return size
