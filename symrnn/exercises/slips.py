"""Slips that people make in a formula: each changes a right formula at one place, or everywhere alike.

They are the catalogue's mistakes where a formula is given and not a backward pass; where the same mistake is in both,
it has the same name. A changed formula is again a term with shapes; what has none is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from symrnn.exercises import slips_factors, slips_slopes, slips_sums, slips_times
from symrnn.exercises.slip_table import Slip
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import SCALAR, Term

Change = tuple[str, str, Term]  # the slip, where it was made, and what stands there then


@dataclass(frozen=True)
class Slipped:
    """A formula with slips in it."""

    term: Term
    names: tuple[str, ...]
    places: tuple[str, ...]


_RULES: tuple[Callable[[Term, Any], Iterator[Change]], ...] = (
    slips_factors.transposes,
    slips_factors.slopes,
    slips_slopes.halfway,
    slips_slopes.wrong_slopes,
    slips_slopes.gates,
    slips_times.shifts,
    slips_sums.sums,
    slips_sums.terms,
    slips_sums.brackets,
    slips_factors.orders,
    slips_slopes.others,
    slips_factors.factors,
    slips_times.powers,
    slips_times.applications,
)


class Names:
    """The names of a table, whether all dimensions are taken to be equal, and what may go wrong at each part so far."""

    def __init__(self, table: Symbols, square: bool = False) -> None:
        self.kinds, self.sizes, self.square = table.kinds, table.sizes, square
        self._seen: dict[int, tuple[Term, list[Change]]] = {}  # by identity: formulas with one slip share most parts

    def changes(self, part: Term) -> list[Change]:
        """Everything that may go wrong at one part."""
        if id(part) not in self._seen:
            self._seen[id(part)] = part, [change for rule in _RULES for change in rule(part, self)]
        return self._seen[id(part)][1]


def slipped(term: Term, table: Names, without: frozenset[str] = frozenset()) -> Iterator[Slipped]:
    """A formula with one slip, at each place where it can be made; slips made everywhere alike come first."""
    groups: dict[tuple[str, str], list[tuple[tuple[int, ...], Term]]] = {}
    for path, part in _paths(term):
        for name, where, changed in table.changes(part):
            if name in without or (name == Slip.EXTRA and _is_transposed(term, path)):
                continue  # W for W^T is a transpose that is missing
            groups.setdefault((name, where), []).append((path, changed))
    alike = {key: [path for path, _ in changes] for key, changes in groups.items() if key[0] in _ALIKE}
    for name in _ANYWHERE:
        several = [path for key, paths in alike.items() if key[0] == name for path in paths]
        if len({key for key in alike if key[0] == name}) > 1:
            alike[name, "*"] = several
    for (name, where), paths in alike.items():
        if len(paths) > 1:
            everywhere = term
            for path in sorted(set(paths), reverse=True):
                everywhere = _again(everywhere, path, name, where, table)
            yield Slipped(everywhere, (name,), ("everywhere",))
    for other in slips_slopes.exchanged(term) if Slip.OTHER not in without else ():
        yield Slipped(other, (Slip.OTHER,), ("",))
    for other in slips_slopes.complements(term):
        yield Slipped(other, (Slip.COMPLEMENT,), ("",))
    for other in slips_factors.everywhere(term):
        yield Slipped(other, (Slip.FACTOR,), ("everywhere",))
    for (name, where), changes in groups.items():
        for path, changed in changes:
            yield Slipped(_put(term, path, changed), (name,), (where,))


_ALIKE = frozenset(
    {Slip.SLOPE, Slip.SLOPE_AT_OUTPUT, Slip.WRONG_SLOPE, Slip.TRANSPOSE, Slip.INDEX, Slip.PARAMETER, Slip.POWER}
    | {Slip.ORDER, Slip.OTHER}
)
_ANYWHERE = (Slip.TRANSPOSE,)  # of whatever name, all at once


def _is_transposed(term: Term, path: tuple[int, ...]) -> bool:
    above = _at(term, path[:-1]) if path else None
    return above is not None and above.head == "transpose"


def _again(term: Term, path: tuple[int, ...], name: str, where: str, table: Names) -> Term:
    """The same slip made at one more place of a formula that may have changed below it."""
    part = _at(term, path)
    if part is None:
        return term
    for own, place, changed in table.changes(part):
        if own == name and where in {place, "*"}:
            return _put(term, path, changed)
    return term


def _at(term: Term, path: tuple[int, ...]) -> Term | None:
    for i in path:
        if i >= len(term.parts):
            return None
        term = term.parts[i]
    return term


def _paths(term: Term, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Term]]:
    yield path, term
    for i, part in enumerate(term.parts):
        yield from _paths(part, (*path, i))


def _put(term: Term, path: tuple[int, ...], new: Term) -> Term:
    if not path:
        return new
    i, *rest = path
    parts = (*term.parts[:i], _put(term.parts[i], tuple(rest), new), *term.parts[i + 1 :])
    if term.head in {"mul", "hadamard", "add"} and new.head == "gone" and not rest:
        parts = tuple(p for p in parts if p.head != "gone")
        return parts[0] if len(parts) == 1 else term.having(parts)
    return term.having(parts)


def whole(term: Term) -> Iterator[Slipped]:
    """Slips of the whole result: its sign, its layout, a mean for a sum."""
    yield Slipped(Term("neg", (term,), size=term.size), (Slip.SIGN,), ("",))
    if term.size is not None and term.size != SCALAR:
        flipped = (term.size[1], term.size[0])
        yield Slipped(Term("transpose", (term,), size=flipped), (Slip.LAYOUT,), ("",))
    if term.head == "comp" and len(term.parts) == 3:
        yield Slipped(replace(term, parts=(term.parts[0], *reversed(term.parts[1:]))), (Slip.LAYOUT,), ("",))
    last = Term("length", text="tau")
    yield Slipped(Term("div", (term, last), size=term.size), (Slip.MEAN,), ("",))
    yield Slipped(Term("mul", (last, term), size=term.size), (Slip.UNMEAN,), ("",))
    two = Term("number", text="2")
    yield Slipped(Term("mul", (two, term), size=term.size), (Slip.TWO,), ("",))
    yield Slipped(Term("div", (term, two), size=term.size), (Slip.TWO,), ("",))
