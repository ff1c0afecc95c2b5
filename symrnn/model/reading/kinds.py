"""Shapes that are still unknown, and how they become known: unification over kinds and sizes.

A `Term` stands for the shape of one thing written; it is a scalar S, a vector V, a transposed vector R or a matrix M
with sizes that may be unknown themselves. A `Relation` lists the alternatives that an operation allows; those
that cannot be are struck out, and what is common to the rest is taken over. Nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr

from symrnn.model.reading.verbs import Pattern
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


@dataclass(eq=False)
class Relation:
    """What one operation demands of its arguments and its value, `terms[-1]`."""

    position: int
    terms: list[Term]
    options: list[Pattern]
    sizes: dict[str, Expr] = field(default_factory=dict)  # sizes written among the arguments
    capitals: list[Term] = field(default_factory=list)  # capital letters side by side with something

    def feasible(self, option: Pattern) -> bool:
        """Whether an alternative agrees with all that is known."""
        sizes = dict(self.sizes)
        for spec, term in zip(option, self.terms, strict=True):
            top = term.found()
            if not top.kind:
                if top.upright and spec[0] == "R":
                    return False
                continue
            if top.kind != spec[0]:
                return False
            for letter, size in zip(spec[1:], top.sizes, strict=True):
                value = size.found().value
                if value is not None and not same_dim(sizes.setdefault(letter, value), value):
                    return False
        return True

    def narrow(self) -> bool:
        """Strike out what cannot be, and take over what must be; whether anything became known."""
        self.options = [option for option in self.options if self.feasible(option)]
        if not self.options:
            raise Clash
        if len(self.options) == 1:
            return self._commit(self.options[0])
        changed = False
        for i, term in enumerate(self.terms):
            kinds = {option[i][0] for option in self.options}
            if len(kinds) == 1 and not term.found().kind:
                self._set_kind(term, kinds.pop())
                changed = True
        return changed

    def _commit(self, option: Pattern) -> bool:
        letters = {letter: Size(value) for letter, value in self.sizes.items()}
        changed = False
        for spec, term in zip(option, self.terms, strict=True):
            wanted = Term(spec[0], *(letters.setdefault(letter, Size()) for letter in spec[1:]))
            changed |= unify(term, wanted)
        return changed

    @staticmethod
    def _set_kind(term: Term, kind: str) -> None:
        unify(term, Term(kind, *(Size() for _ in range(RANKS[kind]))))

    @property
    def settled(self) -> bool:
        """Whether only one alternative is left, which then has been taken over."""
        return len(self.options) == 1

    def prefer_matrix(self) -> bool:
        """Read a capital letter beside something, that could be a scalar or a matrix, as a matrix; whether one was."""
        for term in self.capitals:
            at = next(i for i, x in enumerate(self.terms) if x is term)
            if not term.found().kind and any(option[at][0] == "M" for option in self.options):
                self._set_kind(term, "M")
                return True
        return False
