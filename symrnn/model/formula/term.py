"""A formula that was read: a term with a head, its parts and its shape, and its prefix form.

Heads are the words of the prefix form: `add`, `mul`, `at`, `sum`, ... The order is the author's; nothing is multiplied
out, commuted or simplified, so that a reading can be shown to the person who typed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

Part = "Term | str"
# Rows and columns of a term: (1, 1) a scalar, (n, 1) a column, (1, n) a row; None where the context decides (I).
Size = tuple[object, object] | None
SCALAR: Size = (1, 1)
ANY = "?"  # a size that the context decides, and that is not 1: that of the vector of ones
GROUPS = frozenset({"par", "row", "case"})  # they have no size, but their parts have
LEAVES = frozenset({"number", "name", "index", "length", "eye", "ones"})


@dataclass(frozen=True)
class Term:
    """One operation or one leaf; a leaf has its text as its only part."""

    head: str
    parts: tuple[Term, ...] = ()
    text: str = ""
    size: Size = field(default=SCALAR, compare=False)
    place: int = field(default=0, compare=False)
    kind: str = ""  # of a name: sequence, parameter, constant, function, loss

    @property
    def is_leaf(self) -> bool:
        return self.head in LEAVES

    def having(self, parts: tuple[Term, ...]) -> Term:
        """The same operation on other parts."""
        return Term(self.head, parts, self.text, self.size, self.place, self.kind)

    @cached_property
    def is_settled(self) -> bool:
        """Whether all sizes in it are known, so that the context decides nothing."""
        return (self.head in GROUPS or not is_open(self.size)) and all(part.is_settled for part in self.parts)

    def walk(self) -> Iterator[Term]:
        """The term and everything inside it, in the order of the text."""
        stack = [self]
        while stack:
            top = stack.pop()
            yield top
            stack.extend(reversed(top.parts))


BINDERS = frozenset({"sum", "prod", "prod_dec", "sumi", "list_dec"})
DERIVATIVES = frozenset({"partial", "total", "immediate", "grad"})


def free_indices(term: Term) -> list[str]:
    """The indices of a term that no sum or product binds, in order of appearance."""
    found: dict[str, None] = {}

    def walk(part: Term, bound: frozenset[str]) -> None:
        if part.head == "index" and part.text not in bound:
            found[part.text] = None
        inner = bound | {part.text} if part.head in BINDERS else bound
        for i, child in enumerate(part.parts):
            walk(child, bound if part.head in BINDERS - {"sumi"} and i < 2 else inner)

    walk(term, frozenset())
    return list(found)


def is_open(size: Size) -> bool:
    """Whether the context still decides a size."""
    return size is None or ANY in size


def sexpr(term: Term) -> str:
    """The prefix form: `(mul (transpose W) (at delta (add t 1)))`."""
    if term.is_leaf:
        return term.text
    if term.head == "otherwise":
        return "otherwise"
    head = f"{term.head} {term.text}" if term.text else term.head
    inner = " ".join(sexpr(part) for part in term.parts)
    return f"({head} {inner})" if inner else f"({head})"


def number(value: int | str, place: int = 0) -> Term:
    """A number as a term."""
    return Term("number", text=str(value), place=place)
