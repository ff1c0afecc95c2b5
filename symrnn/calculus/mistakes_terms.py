"""Mistakes in the sums: a path forgotten, a sign, the recursion dropped, too few steps, a mean for a sum.

They rewrite the terms of a backward pass and touch no law.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sympy import Integer

from symrnn.calculus.backward import BackwardPass, Edit, Term, Variation
from symrnn.calculus.catalogue import Mistake, Variant, shown
from symrnn.calculus.mistake_table import SHARED
from symrnn.model import Element, Range, Sequence
from symrnn.tensor.elementwise import scaled
from symrnn.tensor.linear import transpose
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import offset_from, t

PATH = Mistake(
    "path forgotten",
    "One of the nodes that read it sends nothing back: a path of the chain rule is missing.",
    "Add up what every use sends back: a node that is read twice receives two terms.",
)
RECURSION = Mistake(
    "recursion dropped",
    "Nothing comes back from later steps: the immediate derivative is taken for the total one.",
    "Carry the adjoint from step to step: add what comes from t+1 before going on.",
)
SIGN = SHARED["sign"]
ZERO = Mistake("gradient not computed", "The gradient is left at zero.", "Compute it, and return it.")
TRANSPOSED = SHARED["transposed result"]
USE = Mistake(
    "use forgotten",
    "The parameter is used at several places, and one of them sends nothing back.",
    "Add up the gradients of all uses of a shared parameter.",
)
SCALE = SHARED["factor of two"]
MEAN = SHARED["mean for sum"]
SUM = SHARED["sum for mean"]

SUMS = {
    "last": SHARED["only the last step"],
    "first": Mistake(
        "not accumulated", "Each step overwrites the one before: only the first step's term is left.", "Write += for =."
    ),
    "from 2": Mistake("sum from the second step", "The sum leaves the first step out.", "Sum over all steps."),
    "before last": Mistake("sum to tau-1", "The sum leaves the last step out.", "Sum over all steps, the last too."),
}
LOSSES = {
    "last": Mistake("only the last loss", "Only the last step's loss sends a gradient.", "Add every step's own loss."),
    "before last": Mistake(
        "last loss forgotten", "The last step's own loss sends no gradient.", "Begin the recursion with it."
    ),
    "from 2": Mistake("first loss forgotten", "The first step's own loss sends no gradient.", "Add every step's loss."),
}


def narrowed(when: Range, kind: str) -> Range:
    """The part of a range that is left."""
    one = Integer(1)
    return {
        "last": Range(when.last, when.last),
        "first": Range(when.first, when.first),
        "from 2": Range(when.first + one, when.last),
        "before last": Range(when.first, when.last - one),
    }[kind]


def _drop(chosen: Callable[[Term], bool]) -> Variation:
    return Variation(edits=(lambda term: () if chosen(term) else (term,),))


def _rewrite(chosen: Callable[[Term], bool], part: Callable[[Any], Any]) -> Variation:
    return Variation(edits=(lambda term: (term.with_part(part(term.part)),) if chosen(term) else (term,),))


def is_recursive(term: Term) -> bool:
    """Whether it comes from another step."""
    return (
        isinstance(term.receiver, Sequence) and isinstance(term.user, Element) and offset_from(term.user.time, t) != 0
    )


def paths(backward: BackwardPass) -> Iterator[Variant]:
    """What a use sends to a sequence's elements, left out or with the other sign; all that crosses time left out."""
    terms = [x for x in backward.terms() if isinstance(x.receiver, Sequence)]
    recursive = [x for x in terms if is_recursive(x)]
    if recursive:
        yield Variant(RECURSION, "everywhere", _drop(is_recursive))
        yield Variant(RECURSION, "between the steps", Variation(edits=(_at_boundary_only(backward, None),)))
    for v in dict.fromkeys(x.receiver for x in recursive):
        if sum(x.receiver == v for x in recursive) > 1:
            yield Variant(RECURSION, shown(v), _drop(lambda x, v=v: is_recursive(x) and x.receiver == v), 1)  # type: ignore[misc]
        if len(recursive) > 1:
            edits = (_at_boundary_only(backward, v),)
            yield Variant(RECURSION, f"{shown(v)}, between the steps", Variation(edits=edits), 1)
    for term in terms:
        source = shown(term.user) if term.user is not None else "the loss"
        place = f"from {source} to {shown(term.receiver[t])}"
        yield Variant(PATH, place, _drop(lambda x, own=term: x == own), 1)  # type: ignore[misc]
        yield Variant(SIGN, place, _rewrite(lambda x, own=term: x.contribution == own.contribution, _negative), 1)  # type: ignore[misc]


def _at_boundary_only(backward: BackwardPass, receiver: Any) -> Edit:
    """What comes from another step reaches the boundary values, and no node that is computed."""
    ends = set(backward.model.boundary)

    def edit(term: Term) -> tuple[Term, ...]:
        if not is_recursive(term) or receiver not in (None, term.receiver):
            return (term,)
        times = dict.fromkeys((term.when.first, term.when.last))
        return tuple(term.during(Range(s, s)) for s in times if term.receiver[s] in ends)

    return edit


def _negative(part: Any) -> Any:
    return scaled(Integer(-1), part)


def leaves(backward: BackwardPass) -> Iterator[Variant]:
    """What is returned for one leaf: zero, the negative, the transpose; one of several uses left out."""
    given = [x for x in backward.leaves if not isinstance(x, Element)]
    for leaf in given:
        yield Variant(ZERO, shown(leaf), _drop(_of(leaf)), 1)
        yield Variant(SIGN, shown(leaf), _rewrite(_of(leaf), _negative), 1)
        shape = shape_of(leaf)
        if len(shape) == 2 and shape[0] == shape[1]:
            yield Variant(TRANSPOSED, shown(leaf), _rewrite(_of(leaf), transpose), 1)
        uses = [x for x in backward.terms() if x.receiver == leaf]
        if len(uses) > 1 and not isinstance(leaf, Sequence):
            for term in uses:
                place = f"{shown(leaf)} in {shown(term.user) if term.user is not None else 'the loss'}"
                yield Variant(USE, place, _drop(lambda x, own=term: x == own), 1)  # type: ignore[misc]
    yield Variant(SIGN, "everywhere", _rewrite(_from_loss, _negative), 1)
    yield Variant(ZERO, "everywhere", _drop(lambda term: True))


def _of(leaf: Any) -> Callable[[Term], bool]:
    return lambda term: term.receiver == leaf


def _from_loss(term: Term) -> bool:
    return term.user is None


def sums(backward: BackwardPass) -> Iterator[Variant]:
    """Sums over the steps with too few terms, or divided by their number."""
    summed = (x.receiver for x in backward.terms() if x.index is not None and not isinstance(x.receiver, Sequence))
    shared = list(dict.fromkeys(summed))
    for kind, mistake in SUMS.items():
        if len(shared) > 1:
            yield Variant(mistake, "every parameter", Variation(edits=(_narrowing(frozenset(shared), kind),)))
        for leaf in shared:
            yield Variant(mistake, shown(leaf), Variation(edits=(_narrowing(frozenset([leaf]), kind),)), 1)
    for kind, mistake in LOSSES.items():
        if any(x.user is None and isinstance(x.receiver, Sequence) for x in backward.terms()):
            yield Variant(mistake, "the loss", Variation(edits=(_narrowing_loss(kind),)))
    yield from _scales(backward, shared)


def _narrowing(receivers: frozenset[Any], kind: str) -> Edit:
    return lambda x: (x.during(narrowed(x.when, kind)),) if x.receiver in receivers and x.index is not None else (x,)


def _narrowing_loss(kind: str) -> Edit:
    return lambda x: (
        (x.during(narrowed(x.when, kind)),)
        if x.user is None and isinstance(x.receiver, Sequence) and not x.when.is_point
        else (x,)
    )


def _scales(backward: BackwardPass, shared: list[Any]) -> Iterable[Variant]:
    last = backward.model.lengths[0]
    for factor in (Integer(2), Integer(1) / 2):
        yield Variant(SCALE, f"times {factor}", _rewrite(_from_loss, lambda part, f=factor: scaled(f, part)))  # type: ignore[misc]
    for mistake, factor in ((MEAN, 1 / last), (SUM, last)):
        yield Variant(mistake, "everywhere", _rewrite(_from_loss, lambda part, f=factor: scaled(f, part)))  # type: ignore[misc]
        for leaf in shared:
            change = _rewrite(_of(leaf), lambda part, f=factor: scaled(f, part))  # type: ignore[misc]
            yield Variant(mistake, shown(leaf), change, 1)
