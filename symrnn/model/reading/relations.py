"""What an operation demands of the shapes of its operands and its value: alternatives that are struck out one by one.

What is common to the alternatives that are left is taken over; nothing is guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from sympy import Add, Expr, expand

from symrnn.model.reading.kinds import RANKS, Clash, Size, Term, known, unify, unify_sizes
from symrnn.model.reading.verbs import Pattern
from symrnn.tensor.shape import same_dim


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
        kinds: dict[Term, str] = {}  # one thing has one kind, also where it stands twice
        for spec, term in zip(option, self.terms, strict=True):
            top = term.found()
            if not top.kind:
                if (top.upright and spec[0] == "R") or kinds.setdefault(top, spec[0]) != spec[0]:
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

    def ways(self, term: Term) -> dict[str, list[Expr | None]]:
        """What a term may be here: for each kind the sizes that are known then."""
        found: dict[str, list[Expr | None]] = {}
        for option in self.options:
            sizes: dict[str, Expr | None] = dict(self.sizes)
            for spec, other in zip(option, self.terms, strict=True):
                top = other.found()
                if top.kind == spec[0]:
                    for letter, size in zip(spec[1:], top.sizes, strict=True):
                        sizes[letter] = size.found().value or sizes.get(letter)
            for spec, other in zip(option, self.terms, strict=True):
                if other.found() is term.found():
                    found.setdefault(spec[0], [sizes.get(letter) for letter in spec[1:]])
        return found

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


@dataclass(eq=False)
class Stacked(Relation):
    """`concat`: the sizes of the parts add up, all else is equal."""

    def narrow(self) -> bool:
        kind = next((x.found().kind for x in self.terms if x.found().kind), "")
        if kind in {"S", "R"}:
            raise Clash
        if not kind:
            return False
        changed = False
        for term in self.terms:
            if not term.found().kind:
                changed |= unify(term, Term(kind, *(Size() for _ in range(1 if kind == "V" else 2))))
        for a, b in pairwise(self.terms):
            if a.found().kind != b.found().kind:
                raise Clash
            if kind == "M":
                changed |= unify_sizes(a.found().sizes[1], b.found().sizes[1])
        return self._add_up() or changed

    def _add_up(self) -> bool:
        rows = [term.found().sizes[0].found() for term in self.terms]
        unknown = [row for row in rows if row.value is None]
        if len(unknown) > 1:
            return False
        total = Add(*(row.value for row in rows[:-1] if row.value is not None))
        self.options = [("done",)]
        if rows[-1].value is None or not unknown:
            return unify_sizes(rows[-1], Size(total))
        rest = expand(rows[-1].value - total)
        if not rest.is_positive:
            raise Clash
        return unify_sizes(unknown[0], Size(rest))


@dataclass(eq=False)
class Flattened(Relation):
    """`vec`: a matrix as a vector of all its entries."""

    def narrow(self) -> bool:
        shape = self.terms[0].shape
        if shape is None or not shape:
            return False
        self.options = [("done",)]
        return unify(self.terms[1], known(shape if len(shape) == 1 else (shape[0] * shape[1],)))
