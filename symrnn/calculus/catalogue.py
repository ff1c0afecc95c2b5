"""The catalogue of mistakes that people make in a backward pass, each a variation of the engine's own laws.

A mistake has a name, a sentence that explains it and a sentence of advice; its variants on a model are the places
at which it can be made there: everywhere, for one parameter or state, at one node.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from symrnn.calculus.backward import BackwardPass, LawChange, Site, Variation
from symrnn.model import Element


@dataclass(frozen=True)
class Mistake:
    """A named mistake; `question` leads somebody who learns to it without saying what it is."""

    name: str
    explanation: str
    advice: str = ""
    question: str = ""


@dataclass(frozen=True, eq=False)
class Variant:
    """A mistake made at one place of one model; `width` counts how narrow the place is, 0 for everywhere."""

    mistake: Mistake
    place: str
    variation: Variation
    width: int = 0

    def __str__(self) -> str:
        return f"{self.mistake.name} ({self.place})" if self.place else self.mistake.name


def shown(node: Any) -> str:
    """A node in words: h(t-1) for h[t - 1]."""
    if isinstance(node, Element):
        return f"{node.name}({str(node.time).replace(' ', '')})"
    return str(getattr(node, "name", node))


def where(site: Site) -> str:
    """The equation of a site in words."""
    return shown(site.equation.lhs) if site.equation is not None else "the loss"


def law_variants(
    backward: BackwardPass, mistake: Mistake, changes: list[tuple[str, LawChange]], *, moments: bool = False
) -> Iterable[Variant]:
    """A changed law at all of its places together, at each alone, and there for each receiver alone."""
    if len(changes) > 1:
        yield Variant(mistake, "everywhere", Variation(tuple(c for _, c in changes)))
        if moments:
            yield from _moments(mistake, "everywhere", tuple(c for _, c in changes))
    labels = [label for label, _ in changes]
    for label in dict.fromkeys(labels):
        group = tuple(c for own, c in changes if own == label)
        if 1 < len(group) < len(changes):
            yield Variant(mistake, label, Variation(group), 1)
    for i, (label, change) in enumerate(changes):
        alike = labels[:i].count(label)
        place = label if labels.count(label) == 1 else f"{label}, place {alike + 1}"
        single = (change,)
        yield Variant(mistake, place, Variation(single), 1)
        receivers = _changed(backward, single)
        if len(receivers) > 1:
            for receiver in receivers:
                whose = f"{place}, in the gradient of {shown(receiver)}"
                yield Variant(mistake, whose, Variation(single, receivers=frozenset([receiver])), 2)
        if moments:
            yield from _moments(mistake, place, single)


def _moments(mistake: Mistake, place: str, changes: tuple[LawChange, ...]) -> Iterable[Variant]:
    for moment, words in (("last", "at the last step only"), ("earlier", "at all steps but the last")):
        yield Variant(mistake, f"{place}, {words}", Variation(changes, moment=moment), 2)


def _changed(backward: BackwardPass, laws: tuple[LawChange, ...]) -> list[Any]:
    """The receivers whose terms a changed law changes."""
    right = {(x.receiver, x.user, x.part) for x in backward.terms()}
    wrong = {(x.receiver, x.user, x.part) for x in backward.terms(Variation(laws))}
    return list(dict.fromkeys(x.receiver for x in backward.terms() if _differs(x.receiver, right, wrong)))


def _differs(receiver: Any, right: set[Any], wrong: set[Any]) -> bool:
    return {x for x in right if x[0] == receiver} != {x for x in wrong if x[0] == receiver}
