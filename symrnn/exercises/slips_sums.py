"""Slips in sums: bounds, the last step alone, the sum forgotten, terms forgotten or with the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symrnn.exercises.slip_table import Slip
from symrnn.model.formula.term import SCALAR, Term, number, sexpr

Change = tuple[str, str, Term]


def shifted(term: Term, by: int) -> Term:
    """An index moved by a whole number, written simply: t-1 moved by 1 is t."""
    if term.head == "number" and term.text.isdigit():
        return number(int(term.text) + by) if int(term.text) + by >= 0 else Term("neg", (number(-int(term.text) - by),))
    if term.head in {"add", "sub"} and len(term.parts) == 2 and term.parts[1].text.isdigit():
        offset = int(term.parts[1].text) * (1 if term.head == "add" else -1) + by
        base = term.parts[0]
        if not offset:
            return base
        return Term("add" if offset > 0 else "sub", (base, number(abs(offset))))
    return Term("add" if by > 0 else "sub", (term, number(abs(by))))


def put(term: Term, name: str, value: Term) -> Term:
    """A term with an index replaced."""
    if term.head == "index" and term.text == name:
        return value
    parts = tuple(put(part, name, value) for part in term.parts)
    return term if all(a is b for a, b in zip(parts, term.parts, strict=True)) else replace(term, parts=parts)


def sums(term: Term, table: Any) -> Iterator[Change]:
    """A bound off by one; one step in place of all; the sum forgotten."""
    if term.head not in {"sum", "prod", "prod_dec"}:
        return
    low, high, body = term.parts
    name = Slip.FROM if term.head == "sum" else Slip.PRODUCT
    for which, bounds in (
        ("below", (shifted(low, 1), high)),
        ("below", (shifted(low, -1), high)),
        ("above", (low, shifted(high, -1))),
        ("above", (low, shifted(high, 1))),
    ):
        yield name, which, replace(term, parts=(*bounds, body))
    if term.head != "sum":
        for end in (low, high):
            yield Slip.ONE, "", put(body, term.text, end)
        first, last = (low, high) if term.head == "prod" else (high, low)
        yield Slip.ADDED, "", replace(term, head="sum", parts=(first, last, body))
    if term.head == "sum":
        yield Slip.LAST, "", put(body, term.text, high)
        yield Slip.FIRST, "", put(body, term.text, low)
        yield Slip.UNSUMMED, "", body


def brackets(term: Term, table: Any) -> Iterator[Change]:
    """A factor of one term taken for a factor of the whole sum: W (a + b) for W a + b."""
    if term.head != "add" or term.size == SCALAR:
        return
    for i, part in enumerate(term.parts):
        if part.head == "mul" and part.parts[-1].size == term.size:
            inner = replace(term, parts=(*term.parts[:i], part.parts[-1], *term.parts[i + 1 :]))
            yield Slip.BRACKETS, sexpr(part), replace(part, parts=(*part.parts[:-1], inner))


def terms(term: Term, table: Any) -> Iterator[Change]:
    """A term of a sum forgotten, or with the wrong sign; a bound or a time such as k+1 is no sum."""
    if all(part.head in {"index", "number", "length"} for part in term.walk() if part.is_leaf):
        return
    if term.head == "add":
        for i in range(1, len(term.parts) - 1):
            for kept in (term.parts[:i], term.parts[-i:]):
                yield Slip.TRUNCATED, "", kept[0] if i == 1 else replace(term, parts=kept)
        for i, part in enumerate(term.parts):
            rest = term.parts[:i] + term.parts[i + 1 :]
            yield Slip.TERM, sexpr(part), rest[0] if len(rest) == 1 else replace(term, parts=rest)
            turned = (*term.parts[:i], Term("neg", (part,), size=part.size), *term.parts[i + 1 :])
            yield Slip.TERM_SIGN, sexpr(part), replace(term, parts=turned)
    elif term.head == "sub":
        left, right = term.parts
        if left.head == "number" or left.head in {"index", "length"}:
            return
        target = right.head == "at" and right.parts[0].text in {"y", "target"}
        yield Slip.TARGET if target else Slip.TERM, sexpr(right), left
        yield Slip.TERM, sexpr(left), Term("neg", (right,), size=right.size)
        yield Slip.TERM_SIGN, "", Term("add", (left, right), size=term.size)
        yield Slip.SIGN, "", Term("sub", (right, left), size=term.size)
