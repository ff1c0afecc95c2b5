"""The backward pass as a list of terms, right or with mistakes in it.

A term is what one use sends back to one receiver. A mistake changes the law of a node, some terms, or the order
in which they are summed; what comes out is again a list of terms, so every mistake works for every model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from symrnn.calculus.adjoint import Contribution, Template, contribute, settled_template, sources
from symrnn.calculus.bptt import activity
from symrnn.calculus.laws import pullback
from symrnn.model import Equation, Range, Recurrence, Sequence
from symrnn.model.ranges import meet
from symrnn.tensor.time import t

Pulled = list[tuple[Any, Any]]
Change = Callable[[Any, Any, Any, Pulled], Pulled]  # (node, cotangent, output, right parts) -> wrong parts


@dataclass(frozen=True)
class Term:
    """What one use sends back to a sequence's elements at s = t, or to a parameter or constant."""

    receiver: Any
    contribution: Contribution

    @property
    def part(self) -> Any:
        """The expression."""
        return self.contribution.part

    @property
    def when(self) -> Range:
        """The times at which it is there."""
        return self.contribution.when

    @property
    def user(self) -> Any:
        """The node that reads the receiver, or None for the loss."""
        return self.contribution.user

    @property
    def index(self) -> Any:
        """The time index of the part, or None when it holds once."""
        if isinstance(self.receiver, Sequence):
            return t
        e = self.contribution.equation
        return e.over[0] if e is not None and e.over else None

    def with_part(self, part: Any) -> Term:
        """The same use sending back something else."""
        return replace(self, contribution=replace(self.contribution, part=part))

    def during(self, when: Range) -> Term:
        """The same term at other times."""
        return replace(self, contribution=replace(self.contribution, when=when))


Edit = Callable[[Term], Iterable[Term]]


@dataclass(frozen=True, eq=False)
class LawChange:
    """Another law for one node of one source: the loss (0 if there is one) or an equation."""

    source: int
    node: Any
    change: Change


@dataclass(frozen=True)
class Site:
    """A node that the sweep through a source meets, and what the right law sends to its operands."""

    source: int
    equation: Equation | None
    node: Any
    out: Any
    pulled: Pulled


@dataclass(frozen=True, eq=False)
class Variation:
    """What is done differently, everywhere or for some receivers, at all times or at some.

    laws, edits
        Other laws for some nodes; rewritten terms.
    receivers
        The receivers whose terms change; None for all.
    moment
        "" for all times; "last" or "earlier" for a change at the last time of each range, or before it.
    scheme
        How the terms are summed: "" as they stand; ("window", k); ("product", "reversed" | "short" | "long");
        ("batch", "mean" | "first" | "last") over the examples of a batch; ("exchanged", "", a, b) returns the
        gradients of a and b in each other's place.
    """

    laws: tuple[LawChange, ...] = ()
    edits: tuple[Edit, ...] = ()
    receivers: frozenset[Any] | None = None
    moment: str = ""
    scheme: Any = ""


class BackwardPass:
    """The backward pass of a model for everything that it can be differentiated by."""

    def __init__(self, model: Recurrence) -> None:
        self.model = model
        self.leaves = (*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary)
        self.active = activity(model, self.leaves)
        self.sources = sources(model)
        self.sites: list[Site] = []
        self._swept: dict[tuple[LawChange, ...], list[list[Term]]] = {}
        self._touched: dict[Variation, dict[tuple[int, int], tuple[Term, ...]]] = {}
        self.right = tuple(self._sweep(i, ()) for i in range(len(self.sources)))

    def terms(self, *variations: Variation) -> tuple[Term, ...]:
        """All terms, with some variations made one after the other."""
        found: list[Term] = []
        for i, right in enumerate(self.right):
            found += self._of_source(i, right, variations)
        return tuple(found)

    def template(self, *variations: Variation) -> Template:
        """The adjoint recurrence that such terms make, split into ranges by the same rules as the right one."""
        elements: dict[Sequence, list[Contribution]] = {v: [] for v in self.model.sequences}
        shared: dict[Any, list[Contribution]] = {}
        for term in self.terms(*variations):
            home = elements if isinstance(term.receiver, Sequence) else shared
            home.setdefault(term.receiver, []).append(term.contribution)
        return settled_template(self.model, elements, shared, [])

    def _of_source(self, i: int, right: tuple[Term, ...], variations: tuple[Variation, ...]) -> list[Term]:
        return [x for j in range(len(right)) for x in self.replaced(i, j, variations)]

    def touched(self, variation: Variation) -> dict[tuple[int, int], tuple[Term, ...]]:
        """The right terms that a variation changes, by source and place, with what stands there instead."""
        if variation not in self._touched:
            found = {}
            for i, right in enumerate(self.right):
                for j, term in enumerate(right):
                    terms = self.replaced(i, j, (variation,))
                    if terms != [term]:
                        found[i, j] = tuple(terms)
            self._touched[variation] = found
        return self._touched[variation]

    def replaced(self, i: int, j: int, variations: tuple[Variation, ...]) -> list[Term]:
        """What stands in the place of one right term when some variations are made."""
        term = self.right[i][j]
        own = [v for v in variations if v.receivers is None or term.receiver in v.receivers]
        if not any(v.moment for v in own):
            return self._varied(i, j, own)
        last = self._varied(i, j, [v for v in own if v.moment in {"", "last"}])
        earlier = self._varied(i, j, [v for v in own if v.moment in {"", "earlier"}])
        if last == earlier:
            return last
        end = term.when.last
        there = [x.during(meet(x.when, Range(end, end))) for x in last]
        return there + [x.during(meet(x.when, Range(x.when.first, end - 1))) for x in earlier]

    def _varied(self, i: int, j: int, variations: list[Variation]) -> list[Term]:
        """One term with some variations made: first the laws, then the edits."""
        laws = tuple(change for v in variations for change in v.laws if change.source == i)
        terms = list(self._cached(i, laws)[j]) if laws else [self.right[i][j]]
        for edit in (edit for v in variations for edit in v.edits):
            terms = [x for a in terms for x in edit(a)]
        return terms

    def _cached(self, i: int, laws: tuple[LawChange, ...]) -> list[list[Term]]:
        """For each right term of a source, what stands in its place under other laws."""
        if laws not in self._swept:
            self._swept[laws] = _matched(self._sweep(i, laws), self.right[i])
        return self._swept[laws]

    def _sweep(self, i: int, laws: tuple[LawChange, ...]) -> tuple[Term, ...]:
        equation = self.sources[i]

        def law(node: Any, ct: Any, out: Any) -> Pulled:
            pulled = pullback(node, ct, out)
            if not laws:
                self.sites.append(Site(i, equation, node, out, pulled))
            for change in laws:
                pulled = change.change(node, ct, out, pulled) if change.node == node else pulled
            return pulled

        elements: dict[Sequence, list[Contribution]] = {v: [] for v in self.model.sequences}
        shared: dict[Any, list[Contribution]] = {}
        contribute(self.model, equation, self.active, (elements, shared), law=law)
        filed = [*elements.items(), *shared.items()]
        return tuple(Term(receiver, c) for receiver, parts in filed for c in parts)


def _matched(swept: tuple[Term, ...], right: tuple[Term, ...]) -> list[list[Term]]:
    """For each right term the one that stands in its place, or nothing where a law sends nothing back."""
    rest = list(swept)
    found: list[list[Term]] = []
    for term in right:
        same = [x for x in rest if (x.receiver, x.user, x.when) == (term.receiver, term.user, term.when)]
        found.append(same[:1])
        rest = [x for x in rest if x is not (same[0] if same else None)]
    return found
