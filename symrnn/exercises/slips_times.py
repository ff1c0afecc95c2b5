"""Slips in times, powers and applications: off by one, one too few, arguments exchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from symrnn.exercises.slip_table import Slip
from symrnn.exercises.slips_sums import shifted
from symrnn.model.formula.term import Term, number

Change = tuple[str, str, Term]


def shifts(term: Term, table: Any) -> Iterator[Change]:
    """An element of the step before, or after."""
    if term.head == "at" and term.parts[0].kind == "sequence":
        for by in (-1, 1):
            moved = replace(term, parts=(term.parts[0], shifted(term.parts[1], by)))
            yield Slip.INDEX, f"{term.parts[0].text} {by:+d}", moved


def powers(term: Term, table: Any) -> Iterator[Change]:
    """An exponent off by one; a factor of a power rule too."""
    if term.head in {"pow", "matpow"} and term.parts[1].head != "number":
        base, exponent = term.parts
        yield Slip.EXPONENT, "", base
        if exponent.head == "sub" and len(exponent.parts) == 2:
            for other in (exponent.parts[1], shifted(exponent.parts[1], -1), exponent.parts[0]):
                yield Slip.EXPONENT, "", replace(term, parts=(base, other))
        for by in (-1, 1):
            yield Slip.POWER, f"{by:+d}", replace(term, parts=(term.parts[0], shifted(term.parts[1], by)))
    if term.head == "mul" and any(part.head == "length" for part in term.parts):
        moved = tuple(
            shifted(part, -1)
            if part.head == "length"
            else replace(part, parts=(part.parts[0], shifted(part.parts[1], -1)))
            if part.head == "pow"
            else part
            for part in term.parts
        )
        yield Slip.POWER, "", replace(term, parts=moved)


def applications(term: Term, table: Any) -> Iterator[Change]:
    """One application too few or too many, the parameter forgotten, times of the arguments exchanged."""
    if term.head != "apply":
        return
    head, *parts = term.parts
    shared = [part for part in parts if part.head == "par"]
    inner = next((part for part in parts if part.head == "apply" and part.parts[0] == head), None)
    if inner is not None:
        yield Slip.NESTING, "", inner
        below = next((p for p in inner.parts[1:] if p.size == inner.size and p.head != "par"), None)
        if below is not None:
            yield Slip.NESTING, "", replace(term, parts=tuple(below if p is inner else p for p in term.parts))
    if shared:
        yield Slip.PARAMETER, "", replace(term, parts=tuple(p for p in term.parts if p.head != "par"))
    if inner is not None:
        times = _inputs(term)
        if len(times) > 1:
            turned = dict(zip(times, reversed(times), strict=True))
            yield Slip.ARGUMENTS, "", _exchanged(term, turned)
    if inner is None and term.size == (parts[0].size if parts else None):
        yield Slip.DEEPER, "", replace(term, parts=(head, term, *parts[1:]))


def _inputs(term: Term) -> list[Term]:
    """Elements of one sequence that come in at the steps of a nested application."""
    found: dict[Term, None] = {}
    depth = term
    while depth.head == "apply":
        for part in depth.parts[1:]:
            if part.head == "at" and not any(p.head == "apply" for p in part.walk()):
                found[part] = None
        depth = next((p for p in depth.parts[1:] if p.head == "apply"), number(0))
    names = [part.parts[0].text for part in found]
    usual = max(set(names), key=lambda name: (names.count(name), name)) if names else ""
    return [part for part in found if part.parts[0].text == usual]


def _exchanged(term: Term, turned: dict[Term, Term]) -> Term:
    if term in turned:
        return turned[term]
    return replace(term, parts=tuple(_exchanged(part, turned) for part in term.parts)) if term.parts else term
