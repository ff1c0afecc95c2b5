"""Slips in products: transposes, derivatives of activations, order, and factors forgotten or taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symrnn.exercises.slip_table import Slip
from symrnn.model.formula import sizes
from symrnn.model.formula.term import SCALAR, Size, Term, number, sexpr

Change = tuple[str, str, Term]
GONE = Term("gone")


def transposes(term: Term, table: Any) -> Iterator[Change]:
    """W for its transpose, and the transpose for W."""
    if (term.head == "transpose" and term.parts[0].size == term.size) or (
        term.head == "transpose" and getattr(table, "square", False)
    ):
        yield Slip.TRANSPOSE, sexpr(term.parts[0]), term.parts[0]
    if term.head == "name" and term.kind == "parameter" and _square(term.size):
        yield Slip.EXTRA, term.text, Term("transpose", (term,), size=term.size)


def _square(size: Size) -> bool:
    return size is not None and size != SCALAR and sizes.same(*size) and 1 not in size


def is_slope(term: Term) -> bool:
    """Whether a term is the derivative of an activation: f'(a), 1 - h², h (1 - h), or diag of one of them."""
    if term.head == "diag":
        return is_slope(term.parts[0])
    if term.head in {"prime", "prime2"}:
        return True
    one = term.head == "sub" and term.parts[0].head in {"number", "ones"}
    if one and term.parts[1].head in {"pow", "hadamard"}:
        return True
    return term.head in {"hadamard", "mul"} and len(term.parts) == 2 and _gate(*term.parts)


def _gate(left: Term, right: Term) -> bool:
    return right.head == "sub" and right.parts[0].head in {"number", "ones"} and right.parts[1] == left


def slopes(term: Term, table: Any) -> Iterator[Change]:
    """f' forgotten, or taken at the output."""
    if term.head in {"mul", "hadamard"}:
        for i, part in enumerate(term.parts):
            if is_slope(part) and len(term.parts) > 1:
                rest = term.parts[:i] + term.parts[i + 1 :]
                yield Slip.SLOPE, "", _joined(term, rest)
    elif is_slope(term) and term.head in {"prime", "sub"}:
        yield Slip.SLOPE, "", replace(number(1), size=SCALAR) if term.size == SCALAR else _ones(term)
    if term.head in {"prime", "prime2"} and term.parts[1].head == "at":
        name, time = term.parts[1].parts
        for other, size in sorted(table.sizes.items(), key=lambda pair: pair[0]):
            if table.kinds.get(other) == "sequence" and size == name.size and other != name.text and other in "hs":
                swapped = Term("at", (replace(name, text=other), time), size=size)
                yield Slip.SLOPE_AT_OUTPUT, other, replace(term, parts=(term.parts[0], swapped, *term.parts[2:]))


def _ones(term: Term) -> Term:
    return Term("ones", text="ones", size=term.size)


def _joined(term: Term, parts: tuple[Term, ...]) -> Term:
    return parts[0] if len(parts) == 1 else replace(term, parts=parts)


def orders(term: Term, table: Any) -> Iterator[Change]:
    """Neighbouring factors exchanged; a product of Jacobians in the other direction."""
    if term.head == "mul":
        for i in range(len(term.parts) - 1):
            a, b = term.parts[i : i + 2]
            if SCALAR in (a.size, b.size) or a == b:
                continue
            swapped = (*term.parts[:i], b, a, *term.parts[i + 2 :])
            if fits(swapped, term.size):
                yield Slip.ORDER, "", replace(term, parts=swapped)
        mixed = tuple(reversed(term.parts))
        if len(mixed) > 2 and fits(mixed, term.size):
            yield Slip.REVERSED, "", replace(term, parts=mixed)
    if term.head in {"prod", "prod_dec"} and _square(term.size):
        low, high, body = term.parts
        other = "prod" if term.head == "prod_dec" else "prod_dec"
        yield Slip.REVERSED, "", Term(other, (high, low, body), text=term.text, size=term.size)


def fits(parts: tuple[Term, ...], size: Size) -> bool:
    """Whether factors side by side have a shape, and that of the whole."""
    total: Size = SCALAR
    for part in parts:
        if part.size is None or total is None:
            return True
        if part.size == SCALAR or total == SCALAR:
            total = part.size if total == SCALAR else total
        elif sizes.same(total[1], part.size[0]):
            total = (total[0], part.size[1])
        else:
            return False
    return sizes.alike(total, size)


def without_part(term: Term, i: int) -> Term:
    """A product, sum or difference without one of its parts."""
    if term.head == "sub" and not i:
        return Term("neg", term.parts[1:], size=term.size)
    return _joined(term, term.parts[:i] + term.parts[i + 1 :])


def everywhere(term: Term) -> Iterator[Term]:
    """A factor forgotten in all products that it is in."""
    products = [part for part in term.walk() if part.head in {"mul", "hadamard"}]
    found = [factor for product in products for factor in product.parts if factor.head in {"at", "name", "grad"}]
    for factor in dict.fromkeys(found):
        if found.count(factor) > 1:
            yield _without(term, factor)


def _without(term: Term, factor: Term) -> Term:
    parts = tuple(_without(part, factor) for part in term.parts)
    kept = tuple(part for part in parts if part != factor) if term.head in {"mul", "hadamard"} else ()
    return _joined(term, kept) if kept and kept != parts else replace(term, parts=parts)


def factors(term: Term, table: Any) -> Iterator[Change]:
    """A factor forgotten, or taken twice."""
    if term.head not in {"mul", "hadamard"} or len(term.parts) < 2:
        return
    for i, part in enumerate(term.parts):
        rest = term.parts[:i] + term.parts[i + 1 :]
        doubled = (*term.parts[: i + 1], *term.parts[i:])
        if term.head == "hadamard" or fits(rest, term.size):
            yield Slip.FACTOR, sexpr(part), _joined(term, rest)
        if (term.head == "hadamard" or fits(doubled, term.size)) and part.head != "number":
            yield Slip.TWICE, sexpr(part), replace(term, parts=doubled)
    if term.head == "hadamard":
        names = {p for part in term.parts for p in part.walk() if p.head == "at" and p.size == term.size}
        for extra in sorted(names - set(term.parts), key=sexpr):
            yield Slip.TWICE, sexpr(extra), replace(term, parts=(*term.parts, extra))
