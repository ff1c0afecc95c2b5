"""Shapes that are still unknown, and how they become known: unification over kinds and sizes.

A `Term` stands for the shape of one thing written; it is a scalar S, a vector V, a transposed vector R or a matrix M
with sizes that may be unknown themselves. Terms that must be equal are linked, and what one knows the other knows.
"""

from __future__ import annotations

from sympy import Expr

from symrnn.tensor.shape import Shape, same_dim

RANKS = {"S": 0, "V": 1, "R": 1, "M": 2}


class Size:
    """One dimension, perhaps unknown."""

    __slots__ = ("link", "value")

    def __init__(self, value: Expr | None = None) -> None:
        self.value = value
        self.link: Size | None = None

    def found(self) -> Size:
        """The size that stands for all that were found equal."""
        top = self
        while top.link is not None:
            top = top.link
        if self is not top:
            self.link = top
        return top


class Term:
    """The shape of one thing, perhaps unknown; terms that must be equal are linked."""

    __slots__ = ("kind", "link", "sizes", "upright")
    link: Term | None

    def __init__(self, kind: str = "", *sizes: Size, upright: bool = False) -> None:
        self.kind, self.sizes, self.link = kind, sizes, None
        self.upright = upright  # whether it cannot be a transposed vector

    def found(self) -> Term:
        """The term that stands for all that were found equal."""
        top = self
        while top.link is not None:
            top = top.link
        if self is not top:
            self.link = top
        return top

    @property
    def shape(self) -> Shape | None:
        """The shape, when all of it is known."""
        top = self.found()
        values = [size.found().value for size in top.sizes]
        return None if not top.kind or None in values else tuple(values)


def known(shape: Shape) -> Term:
    """The term of a known shape."""
    return Term("SVM"[len(shape)], *(Size(d) for d in shape))


class Clash(Exception):
    """Two shapes that should be one are not."""


def unify(a: Term, b: Term) -> bool:
    """Make two shapes one; whether anything became known. Raises `Clash` when they differ."""
    a, b = a.found(), b.found()
    if a is b:
        return False
    if not a.kind or not b.kind:
        if a.kind:
            a, b = b, a
        if b.kind == "R" and a.upright:
            raise Clash
        a.link, b.upright = b, a.upright or b.upright
        return True
    if a.kind != b.kind:
        raise Clash
    changed = [unify_sizes(p, q) for p, q in zip(a.sizes, b.sizes, strict=True)]
    a.link = b
    return any(changed)


def unify_sizes(a: Size, b: Size) -> bool:
    """Make two sizes one."""
    a, b = a.found(), b.found()
    if a is b:
        return False
    if a.value is None or b.value is None:
        if a.value is not None:
            a, b = b, a
        a.link = b
        return True
    if not same_dim(a.value, b.value):
        raise Clash
    a.link = b
    return False
