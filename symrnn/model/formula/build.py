"""From a tree to a term: every operation gets its shape; what is ill-shaped or can be read in two ways is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lark import Tree

from symrnn.model.formula import bigs, calls, conditions, rates, sizes
from symrnn.model.formula.fault import Page
from symrnn.model.formula.limits import check_power
from symrnn.model.formula.parse import place_of
from symrnn.model.formula.scripted import scripted
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import SCALAR, Size, Term, is_open


class Builder:
    """Builds the term of one formula; `bound` are the indices of the sums around what is being built."""

    def __init__(self, page: Page, table: Symbols) -> None:
        self.page, self.table = page, table
        self.bound: list[str] = []
        self.uses: dict[str, set[str]] = {}

    def build(self, tree: Any) -> Term:
        """The term of a tree."""
        method = _BUILDERS.get(str(tree.data))
        if method is None:
            raise self.page.fault("syntax", place_of(tree), f"a {tree.data} is not expected here")
        return method(self, tree)

    def chain(self, tree: Tree[Any]) -> Term:
        parts = [self.build(part) for part in _parts(tree)]
        if len(parts) == 1:
            return parts[0]
        for part in parts[1:]:
            if not sizes.alike(parts[0].size, part.size) and not rates.chain_rule(parts[0], part):
                law = f"{sizes.shown(parts[0].size)} on the left, {sizes.shown(part.size)} on the right"
                raise self.page.fault("shape", part.place, "the two sides have different shapes", law=law)
        return Term("eq", tuple(parts), size=parts[0].size, place=parts[0].place)

    def sum(self, tree: Tree[Any]) -> Term:
        """Terms from left to right; a difference closes what stands before it."""
        children = tree.children
        terms = [self.build(part) for part in children[::2]]
        signs = [str(sign) for sign in children[1::2]]
        size = sizes.total(self.page, terms, self.table.from_model)
        total = terms[0]
        for sign, term in zip(signs, terms[1:], strict=True):
            if sign == "-":
                total = Term("sub", (total, term), size=size, place=terms[0].place)
            else:
                before = total.parts if total.head == "add" and total is not terms[0] else (total,)
                total = Term("add", (*before, term), size=size, place=terms[0].place)
        return total

    def product(self, tree: Tree[Any]) -> Term:
        """Factors side by side, from left to right."""
        children = tree.children
        self._refuse_open_arguments(children)
        total = self.build(children[0])
        for sign, part in zip(children[1::2], children[2::2], strict=True):
            total = self.times(total, str(sign), self.build(part))
        return total

    def _refuse_open_arguments(self, children: list[Any]) -> None:
        for part, sign in zip(children[:-1:2], children[1::2], strict=True):
            if isinstance(part, Tree) and part.data == "naked" and sign.type == "BESIDE":
                name = part.children[0].children[0]
                what = f"where does the argument of {name} end?"
                raise self.page.fault("ambiguous", int(sign.start_pos), what, repair=f"write {name}(...)")
            if isinstance(part, Tree) and part.data == "rate_of" and part.children[-1].data != "group":
                what = "is this the derivative of the whole product?"
                raise self.page.fault("ambiguous", place_of(part), what, repair="put brackets behind the fraction")

    def times(self, left: Term, sign: str, right: Term) -> Term:
        """One product; a column beside an equal column has a meaning only with a dot."""
        if sign == "@" and (left.size == SCALAR or right.size == SCALAR):
            law = "`@` multiplies matrices and vectors"
            raise self.page.fault("shape", right.place, "a scalar beside `@`", law=law, repair="write * instead")
        columns = left.size is not None and sizes.is_broadcast(left.size) and sizes.alike(left.size, right.size)
        if sign in {"·", "×"} and columns:
            return Term("dot", (left, right), size=SCALAR, place=left.place)
        left = rates.as_row(left, right)
        size = sizes.product(self.page, left, right)
        before = left.parts if left.head == "mul" else (left,)
        after = right.parts if right.head == "mul" else (right,)
        return Term("mul", (*before, *after), size=size, place=left.place)

    def entrywise(self, tree: Tree[Any]) -> Term:
        """`⊙`, `*` and `/` from left to right."""
        children = tree.children
        total = self.build(children[0])
        for sign, part in zip(children[1::2], children[2::2], strict=True):
            term = self.build(part)
            if str(sign) == "/":
                self._refuse_slash(part)
                total = self.divided(total, term)
            else:
                total = self._entrywise(total, str(sign), term)
        return total

    def _refuse_slash(self, part: Any) -> None:
        if isinstance(part, Tree) and part.data == "product":
            second = place_of(part.children[2])
            what = "a / b c can be read as (a / b) c and as a / (b c)"
            raise self.page.fault("ambiguous", second, what, repair="put brackets where you mean them")

    def _entrywise(self, left: Term, sign: str, right: Term) -> Term:
        if left.size == SCALAR or right.size == SCALAR:
            return self.times(left, "", right)
        if sign == "*" and not (sizes.is_column(left.size) and sizes.alike(left.size, right.size)):
            what = f"`*` between {sizes.shown(left.size)} and {sizes.shown(right.size)}"
            repair = "write @ for the matrix product, ⊙ for the product entry by entry"
            raise self.page.fault("ambiguous", right.place, what, repair=repair)
        sizes.entrywise(self.page, left, right)
        before = left.parts if left.head == "hadamard" else (left,)
        size = right.size if is_open(left.size) else left.size
        return Term("hadamard", (*before, right), size=size, place=left.place)

    def divided(self, left: Term, right: Term) -> Term:
        """A quotient; of vectors, entry by entry."""
        if right.size != SCALAR:
            if left.size != SCALAR or left.head != "number":
                sizes.entrywise(self.page, left, right)
            if not sizes.is_column(right.size):
                raise self.page.fault("shape", right.place, f"nothing is divided by {sizes.shown(right.size)}")
        if right.head == "number" and not float(right.text):
            raise self.page.fault("unsupported", right.place, "this divides by zero", repair="look at the denominator")
        size = left.size if right.size == SCALAR else right.size
        return Term("div", (left, right), size=size, place=left.place)

    def fraction(self, tree: Tree[Any]) -> Term:
        over, under = (self.build(part) for part in tree.children if isinstance(part, Tree))
        return self.divided(over, under)

    def negative(self, tree: Tree[Any]) -> Term:
        body = self.build(tree.children[1])
        return Term("neg", (body,), size=body.size, place=body.place)

    def positive(self, tree: Tree[Any]) -> Term:
        return self.build(tree.children[1])

    def group(self, tree: Tree[Any]) -> Term:
        """What is in brackets; nested lists in square ones are a matrix, a comparison an indicator."""
        bracket = str(tree.children[0])
        items = list(_parts(tree.children[1]))
        if items[0].data == "compare" and (bracket == "[" or (bracket == "(" and conditions.is_mask(self, items))):
            return conditions.indicator_of(self, items[0])
        if bracket == "[" and (len(items) > 1 or items[0].data == "group"):
            rows = [_listed(item) or [item] for item in items]
            return self.matrix_of([[self.build(part) for part in row] for row in rows], place_of(tree))
        if len(items) > 1:
            raise self.page.fault("syntax", place_of(items[1]), "a list is not expected here", repair="type one thing")
        return self.build(items[0])

    def matrix(self, tree: Tree[Any]) -> Term:
        rows = [row for row in _parts(tree) if row.data == "row"]
        return self.matrix_of([[self.build(part) for part in _parts(row)] for row in rows], place_of(tree))

    def matrix_of(self, rows: list[list[Term]], place: int) -> Term:
        """A matrix by rows; its entries may be blocks, and then its size is left to the context."""
        if len({len(row) for row in rows}) > 1:
            raise self.page.fault("shape", place, "the rows of this matrix have different lengths")
        entries = [entry for row in rows for entry in row]
        size: Size = (len(rows), len(rows[0])) if all(e.size == SCALAR for e in entries) else None
        if size is None and len(rows[0]) == 1 and all(sizes.is_row(e.size) for e in entries):
            size = (len(rows), entries[0].size[1] if entries[0].size else 1)
        return Term("matrix", tuple(Term("row", tuple(row), size=None) for row in rows), size=size, place=place)

    def absolute(self, tree: Tree[Any]) -> Term:
        body = self.build(next(_parts(tree)))
        if body.size is not None and sizes.is_column(body.size):
            return Term("norm", (body,), size=SCALAR, place=body.place)
        if body.size != SCALAR:
            raise self.page.fault("shape", body.place, f"bars around {sizes.shown(body.size)}", repair="write \\|W\\|")
        return Term("abs", (body,), place=body.place)

    def norm(self, tree: Tree[Any]) -> Term:
        body = self.build(next(_parts(tree)))
        return Term("norm", (body,), size=SCALAR, place=body.place)

    def inner(self, tree: Tree[Any]) -> Term:
        left, right = (self.build(part) for part in _parts(tree))
        sizes.entrywise(self.page, left, right)
        return Term("dot", (left, right), size=SCALAR, place=left.place)

    def powered(self, base: Term, exponent: Term, place: int) -> Term:
        """A power: of a scalar, entry by entry of a vector, of a square matrix."""
        if exponent.size != SCALAR:
            raise self.page.fault("shape", place, "an exponent is a scalar")
        check_power(self.page, base, exponent, place)
        if base.head == "matrix" and base.size is None:
            return Term("matpow", (base, exponent), size=None, place=base.place)
        if base.size is not None and base.size != SCALAR and not sizes.is_broadcast(base.size):
            if not sizes.same(*base.size):
                law = f"{sizes.shown(base.size)}: only a square matrix has powers"
                raise self.page.fault("shape", place, "this power has no meaning", law=law)
            return Term("matpow", (base, exponent), size=base.size, place=base.place)
        return Term("pow", (base, exponent), size=base.size, place=base.place)

    def transposed(self, base: Term, place: int) -> Term:
        """The transpose of a vector or matrix."""
        if base.size == SCALAR:
            raise self.page.fault("shape", place, "a scalar has no transpose", repair="leave it out")
        size = None if base.size is None else (base.size[1], base.size[0])
        return Term("transpose", (base,), size=size, place=base.place)


def _parts(tree: Any) -> Iterator[Any]:
    return (part for part in tree.children if isinstance(part, Tree))


def _listed(item: Any) -> list[Any] | None:
    """The parts of a list in square brackets."""
    if item.data == "group" and str(item.children[0]) == "[":
        return list(_parts(item.children[1]))
    return None


def _first(builder: Builder, tree: Tree[Any]) -> Term:
    return builder.build(tree.children[0])


_BUILDERS: dict[str, Callable[[Builder, Any], Term]] = {
    "formula": _first,
    "chain": Builder.chain,
    "sum": Builder.sum,
    "product": Builder.product,
    "entrywise": Builder.entrywise,
    "fraction": Builder.fraction,
    "negative": Builder.negative,
    "positive": Builder.positive,
    "group": Builder.group,
    "compare": conditions.compare,
    "indicator": conditions.indicator,
    "matrix": Builder.matrix,
    "cases": conditions.cases,
    "condition": conditions.condition,
    "otherwise": conditions.otherwise,
    "absolute": Builder.absolute,
    "norm": Builder.norm,
    "inner": Builder.inner,
    "atom": scripted,
    "scripted": scripted,
    "gradient": rates.gradient,
    "gradient_of_loss": rates.gradient_of_loss,
    "adjoint": rates.adjoint,
    "rate": rates.rate,
    "rate_of": rates.rate_of,
    "bare_differential": rates.bare_differential,
    "call": calls.call,
    "naked": calls.naked,
    "big": bigs.big,
    "big_reversed": bigs.big,
}
