"""Sums and products of scalars and of elementwise bodies: order, fractions, diag or ⊙, dot products.

Where a product of vectors holds an adjoint, the other factors become a diagonal matrix beside it, or stay
factors of ⊙; the notation says which. Imported for what it registers with `present` and `turned`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Mul

from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.node import Tensor
from symrnn.tensor.pieces import Entry
from symrnn.tensor.spelling import held_in, ordered_terms, split_fraction, split_sign
from symrnn.tensor.time import offset_from, t
from symrnn.typeset.brackets import call, negative, product, quotient, total, transposed
from symrnn.typeset.items import Item, Number, Word
from symrnn.typeset.present import Presenter, present, turned

Exprs = list[Expr]


@present.register(Add)
def _(expr: Expr, p: Presenter) -> Item:
    """The author's order where it is known; SymPy has none, so of scalars later adjoints come first, a minus never."""
    terms = [split_sign(term) for term in ordered_terms(expr)]
    if not held_in(expr):
        terms.sort(key=lambda pair: _lateness(pair[1]))
        if terms[0][0]:
            terms.sort(key=lambda pair: pair[0])
    return total((minus, p(rest)) for minus, rest in terms)


def _lateness(term: Expr) -> int:
    """0 for what holds no adjoint; else less than that of the adjoints of earlier times."""
    offsets = [offset_from(x.time, t) for x in _adjoints_in(term) if x.time is not None]
    known = [int(x) for x in offsets if x is not None]
    return -1000 - max(known) if known else 0


def _adjoints_in(term: Any) -> set[Any]:
    return set(term.atoms(Adjoint)) | {y for x in held_in(term) for y in _adjoints_in(x.operand)}


@turned.register(Add)
def _(expr: Expr, p: Presenter) -> Item:
    """Term by term where each is a vector; a number that is added to every entry has no transpose of its own."""
    terms = [split_sign(term) for term in ordered_terms(expr)]
    if not all(holds_tensor(rest) for _, rest in terms):
        return transposed(p(expr)) if holds_tensor(expr) else p(expr)
    return total((minus, p.turned(rest)) for minus, rest in terms)


@present.register(Mul)
def _(expr: Expr, p: Presenter) -> Item:
    minus, rest = split_sign(expr)
    return negative(p(rest)) if minus else factors_of(rest).drawn(p)


@turned.register(Mul)
def _(expr: Expr, p: Presenter) -> Item:
    minus, rest = split_sign(expr)
    return negative(p.turned(rest)) if minus else factors_of(rest).drawn(p, turn=True)


@dataclass(frozen=True)
class Factors:
    """The factors of a product by their kinds: scalars above and below, tensors above and below.

    `last` is the factor that holds an adjoint, if one does: it comes last, or beside a diagonal matrix.
    """

    scalars: Exprs
    divisors: Exprs
    others: Exprs
    last: Exprs
    under: Exprs

    def drawn(self, p: Presenter, turn: bool = False) -> Item:
        """The product, or its transpose."""
        if not self.others and not self.last and not self.under:
            return scalar_product(self.scalars, self.divisors, p)
        front = [scalar_product(self.scalars, self.divisors, p)] if self.scalars or self.divisors else []
        return product([*front, self._tensors(p, turn)])

    def _tensors(self, p: Presenter, turn: bool) -> Item:
        if self.last and p.notation.products != "odot" and self._are_vectors():
            matrix = [call(Word("diag"), self._beside(p))] if self.others or self.under else []
            vector = p.turned(self.last[0]) if turn else p(self.last[0])
            return product([vector, *matrix] if turn != p.rows else [*matrix, vector])
        if not turn:
            return entrywise([*self.others, *self.last], self.under, lambda f: self._factor(f, p), p)
        if not self.last:
            return transposed(entrywise(self.others, self.under, p, p))
        return entrywise([*self.others, *self.last], self.under, lambda f: self._turned_factor(f, p), p)

    def _beside(self, p: Presenter) -> Item:
        """What stands in the diagonal matrix."""
        return entrywise(self.others, self.under, lambda f: self._factor(f, p), p)

    def _are_vectors(self) -> bool:
        held = [h.operand for f in (*self.others, *self.last, *self.under) for h in held_in(f)]
        return all(x.rank == 1 for x in held if isinstance(x, Tensor))

    def _factor(self, x: Expr, p: Presenter) -> Item:
        """A factor; a difference that a derivative left beside an adjoint has its positive term first."""
        if self.last and isinstance(x, Add):
            terms = [split_sign(term) for term in ordered_terms(x)]
            return total((minus, p(rest)) for minus, rest in sorted(terms, key=lambda pair: terms[0][0] and pair[0]))
        return p(x)

    def _turned_factor(self, x: Expr, p: Presenter) -> Item:
        return p.turned(x) if x in self.last else transposed(self._factor(x, p))


def factors_of(expr: Expr) -> Factors:
    """The factors of a product without sign."""
    return factors(*(split_fraction(expr) if expr.is_Mul else ([expr], [])))


def factors(above: Exprs, below: Exprs) -> Factors:
    """The factors above and below the fraction line by their kinds."""
    tensors, under = list(filter(holds_tensor, above)), list(filter(holds_tensor, below))
    scalars = _scalars_in_order([f for f in above if f not in tensors])
    divisors = [f for f in below if f not in under]
    last = [f for f in tensors if any(_holds_adjoint(h.operand) for h in held_in(f))][-1:]
    return Factors(scalars, divisors, [f for f in tensors if f not in last], last, under)


def entrywise(above: Exprs, below: Exprs, each: Callable[[Expr], Item], p: Presenter) -> Item:
    """a ⊙ b, or a fraction of such products."""
    over = product(map(each, above), "odot") if above else Number("1")
    return quotient(over, product(map(each, below), "odot"), p.linear) if below else over


def scalar_product(above: Exprs, below: Exprs, p: Presenter) -> Item:
    """A product of scalars; what divides a sum over time, and a mere number, stands as a fraction in front."""
    if not below:
        return product(map(p, above)) if above else Number("1")
    rest = [f for f in above if not f.is_Integer]
    reaches = any(f.has(TimeSum) for f in rest)
    if rest and (reaches or (all(f.is_Integer for f in below) and not p.linear)):
        front = [f for f in above if f.is_Integer]
        return product([scalar_product(front, below, p), *map(p, rest)])
    over = product(map(p, above)) if above else Number("1")
    return quotient(over, product(map(p, below)), p.linear)


def summed(expr: Expr, p: Presenter) -> Item | None:
    """The sum of the entries of a vector that is a product: a dot product; None where it is not one.

    expr
        The body with its operands held in place.
    """
    terms = [split_sign(term) for term in ordered_terms(expr)]
    parts = [(minus, factors_of(rest)) for minus, rest in terms]
    if not all((f.others or f.under) and (f.last or len(f.others) > 1) and f._are_vectors() for _, f in parts):
        return None
    return total((minus, _dot(f, p)) for minus, f in parts)


def _dot(f: Factors, p: Presenter) -> Item:
    front = [scalar_product(f.scalars, f.divisors, p)] if f.scalars or f.divisors else []
    last = (f.last or f.others[-1:])[0]
    others = [x for x in f.others if x is not last]
    left, right = entrywise(others, f.under, lambda x: f._factor(x, p), p), p(last)
    if p.notation.dot == "dot":
        return product([*front, product([left, right], "dot")])
    return product([*front, *([left, p.turned(last)] if p.rows else [transposed(left), right])])


def holds_tensor(factor: Expr) -> bool:
    """Whether a factor has a vector or matrix in it."""
    return any(isinstance(h.operand, Tensor) for h in held_in(factor))


def _holds_adjoint(x: Any) -> bool:
    return isinstance(x, Adjoint) or bool(x.atoms(Adjoint))


def _scalars_in_order(found: Iterable[Expr]) -> Exprs:
    """Numbers, parameters, the rest in its order, and what holds an adjoint last."""
    listed = list(found)
    return sorted(listed, key=_late if any(map(held_in, listed)) else _place)


def _place(factor: Expr) -> int:
    if factor.is_Number:
        return 0
    if getattr(factor.args[0] if isinstance(factor, Entry) else factor, "is_shared", False):
        return 1
    return 3 if _late(factor) else 2


def _late(factor: Expr) -> bool:
    held = [h.operand for h in held_in(factor)]
    return any(map(_holds_adjoint, [factor, *held]))
