"""Shapes of operations: rows and columns, 1 where there is none, and nothing where the context decides."""

from __future__ import annotations

from symrnn.errors import ReadError
from symrnn.model.formula.fault import Page
from symrnn.model.formula.term import ANY, SCALAR, Size, Term, is_open


def same(a: object, b: object) -> bool:
    """Whether two sizes are one; sizes of a table are words, those of a model are symbols."""
    if ANY in (a, b):
        return 1 not in (a, b)
    return a is b or a == b or str(a) == str(b)


def alike(a: Size, b: Size) -> bool:
    """Whether two shapes are equal, or one is still open."""
    return a is None or b is None or (same(a[0], b[0]) and same(a[1], b[1]))


def scalar(term: Term) -> bool:
    return term.size == SCALAR


def is_column(size: Size) -> bool:
    return size is not None and size[1] == 1 and size[0] != 1


def is_row(size: Size) -> bool:
    return size is not None and size[0] == 1 and size[1] != 1


def shown(size: Size) -> str:
    """A shape in words."""
    if size is None:
        return "an identity"
    if size == SCALAR:
        return "a scalar"
    if is_column(size):
        return f"a vector of {size[0]}"
    return f"a row of {size[1]}" if is_row(size) else f"a {size[0]} x {size[1]} matrix"


def product(page: Page, left: Term, right: Term) -> Size:
    """The shape of two factors side by side.

    Raises
    ------
    ReadError
        Of kind `shape`.
    """
    a, b = left.size, right.size
    if a == SCALAR or a is None:
        return b if a == SCALAR or b != SCALAR else a
    if b == SCALAR or b is None:
        return a
    if not same(a[1], b[0]):
        raise mismatch(page, left, right)
    return (a[0], b[1])


def mismatch(page: Page, left: Term, right: Term) -> ReadError:
    """The error for a product whose inner sizes differ, with what would fit."""
    a, b = left.size, right.size
    assert a is not None and b is not None
    ways = []
    if same(a[0], b[0]):
        ways.append("transpose the left factor")
    if same(a[1], b[1]):
        ways.append("transpose the right factor")
    if alike(a, b) and is_column(a):
        ways = ["write a^T b for the dot product, a b^T for the outer one, a ⊙ b entry by entry"]
    law = f"{shown(a)} times {shown(b)}: as many columns on the left as rows on the right"
    repair = " or ".join(ways) or "look at the shapes of the factors"
    return page.fault("shape", right.place, "this product has no meaning", law=law, repair=repair)


def entrywise(page: Page, first: Term, other: Term) -> None:
    """Raise unless two shapes are equal."""
    if not alike(first.size, other.size):
        law = f"{shown(first.size)} and {shown(other.size)}: entry by entry needs equal shapes"
        raise page.fault("shape", other.place, "these shapes differ", law=law, repair="look for a missing transpose")


def total(page: Page, terms: list[Term], numbers: bool = False) -> Size:
    """The shape of a sum; a literal 1 beside a vector stands for ones, and any number where `numbers` says so."""
    sizes = [term.size for term in terms]
    known = [size for size in sizes if size is not None and size != SCALAR]
    if not known:
        return SCALAR if SCALAR in sizes else None
    known.sort(key=is_open)  # a size that is known says more than one that is open
    first = next(term for term in terms if term.size == known[0])
    for term in terms:
        if term.size is None and not same(*known[0]) and "eye" in {part.head for part in (term, *term.parts)}:
            law = f"an identity is square, and {shown(first.size)} is not"
            raise page.fault("shape", term.place, "these cannot be added", law=law, repair="look for a missing factor")
        inner = term.parts[0] if term.head == "neg" else term
        literal = inner.head == "number" and (numbers or inner.text == "1")
        if term.size == SCALAR and literal and is_broadcast(known[0]):
            continue
        if not alike(first.size, term.size):
            law = f"{shown(first.size)} and {shown(term.size)}: a sum needs equal shapes"
            raise page.fault("shape", term.place, "these cannot be added", law=law, repair="look for a missing factor")
    return known[0]


def is_broadcast(size: Size) -> bool:
    """Whether a literal number beside it is meant entry by entry: beside a vector, not beside a matrix."""
    return is_column(size) or is_row(size)
