"""Slips with derivatives of activations that are there but not right, and with parameters taken for each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from symrnn.exercises.slip_table import Slip
from symrnn.exercises.slips_factors import is_slope
from symrnn.model.formula.term import DERIVATIVES, SCALAR, Term, number, sexpr

Change = tuple[str, str, Term]
_ONE = replace(number(1), size=SCALAR)


def wrong_slopes(term: Term, table: Any) -> Iterator[Change]:
    """1 - h and 1 + h^2 for 1 - h^2, f for f', and the derivative of tanh where f is another function."""
    square = term.parts[1] if term.head == "sub" and is_slope(term) else None
    if square is not None:
        base = square.parts[0]
        for wrong in (
            Term("sub", (term.parts[0], base), size=term.size),
            Term("add", (term.parts[0], square), size=term.size),
            _times(base, Term("sub", (term.parts[0], base), size=term.size)),
            square,
        ):
            yield Slip.WRONG_SLOPE, "", wrong
    if term.head == "prime" and len(term.parts) == 2:
        value = Term("apply", term.parts, size=term.size)
        states = [value]
        if term.parts[1].head == "at":
            name, time = term.parts[1].parts
            alike = [
                x
                for x in ("h", "s", "v")
                if x != name.text and (table.kinds.get(x), table.sizes.get(x)) == ("sequence", name.size)
            ]
            states += [Term("at", (replace(name, text=x), time), size=name.size) for x in alike]
        yield Slip.WRONG_SLOPE, "", value
        yield Slip.WRONG_SLOPE, "", replace(term, head="prime2")
        for state in states:
            square = Term("pow", (state, replace(number(2), size=SCALAR)), size=state.size)
            yield Slip.WRONG_SLOPE, sexpr(state), Term("sub", (_ONE, square), size=state.size)
            yield Slip.WRONG_SLOPE, sexpr(state), _times(state, Term("sub", (_ONE, state), size=state.size))


def gates(term: Term, table: Any) -> Iterator[Change]:
    """In a product with h (1 - h): both forgotten, one of them, or the derivative of another function."""
    if term.head not in {"mul", "hadamard"}:
        return
    for i, base in enumerate(term.parts):
        for j, other in enumerate(term.parts):
            if other.head == "sub" and other.parts[0].head in {"number", "ones"} and other.parts[1] == base:
                rest = tuple(part for k, part in enumerate(term.parts) if k not in {i, j})
                if rest:
                    yield Slip.SLOPE, "", rest[0] if len(rest) == 1 else replace(term, parts=rest)
                square = Term("pow", (base, replace(number(2), size=SCALAR)), size=base.size)
                wrong = Term("sub", (other.parts[0], square), size=base.size)
                yield Slip.WRONG_SLOPE, "", replace(term, parts=(*rest, wrong)) if rest else wrong


def complements(term: Term) -> Iterator[Term]:
    """A weight for its complement to 1: both at each other's places, or one of them."""
    differences = [part for part in term.walk() if part.head == "sub" and part.parts[0].head in {"number", "ones"}]
    for complement in dict.fromkeys(part for part in differences if part.parts[1].head in {"name", "at"}):
        weight = complement.parts[1]
        yield _turned(term, {complement: weight, weight: complement})
        yield _turned(term, {complement: weight})


def _turned(term: Term, values: dict[Term, Term]) -> Term:
    if term in values:
        return values[term]
    if not term.parts or term.head in DERIVATIVES:  # they say by what, which has no complement
        return term
    return replace(term, parts=tuple(_turned(part, values) for part in term.parts))


def _times(left: Term, right: Term) -> Term:
    return Term("mul" if left.size == SCALAR else "hadamard", (left, right), size=left.size)


def halfway(term: Term, table: Any) -> Iterator[Change]:
    """f' at one term of a sum, where it belongs to all of them."""
    if term.head not in {"mul", "hadamard"} or len(term.parts) != 2:
        return
    for i, j in ((0, 1), (1, 0)):
        slope, total = term.parts[i], term.parts[j]
        if is_slope(slope) and total.head in {"add", "sub"}:
            for k, kept in enumerate(total.parts):
                pair = (slope, kept) if i == 0 else (kept, slope)
                parts = tuple(
                    replace(term, parts=pair, size=total.size) if m == k else p for m, p in enumerate(total.parts)
                )
                yield Slip.SLOPE, "", replace(total, parts=parts, size=term.size)


def others(term: Term, table: Any) -> Iterator[Change]:
    """A matrix or vector of weights for another one of its shape."""
    if term.head == "name" and term.kind == "parameter" and term.size != SCALAR:
        for name, size in sorted(table.sizes.items(), key=lambda pair: pair[0]):
            if size == term.size and name != term.text and table.kinds.get(name) == "parameter":
                yield Slip.OTHER, f"{term.text} {name}", replace(term, text=name)


def exchanged(term: Term) -> Iterator[Term]:
    """A formula in which two parameters of one shape stand at each other's places."""
    names = {part.text: part for part in term.walk() if part.head == "name" and part.kind == "parameter"}
    for one, other in combinations([names[name] for name in sorted(names)], 2):
        if one.size == other.size:
            yield _turned(term, {one: other, other: one})
