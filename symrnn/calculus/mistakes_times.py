"""Mistakes in the time: an index off by one, the initial state ignored, one step too few to the boundary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Integer

from symrnn.calculus.backward import BackwardPass, Edit, Term, Variation
from symrnn.calculus.catalogue import Mistake, Variant, shown
from symrnn.calculus.mistake_table import SHARED
from symrnn.calculus.mistakes_terms import narrowed
from symrnn.model import Element, Range, Sequence
from symrnn.model.ranges import grows, is_empty, meet
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.elementwise import Full, by_structure
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import offset_from

INDEX = SHARED["index off by one"]
ADJOINT = Mistake(
    "adjoint of the wrong step",
    "The adjoint of the next step stands where this step's belongs.",
    "Update the adjoint before it is used: the term of step t takes the adjoint of step t.",
)
INITIAL = Mistake(
    "initial state ignored",
    "A given boundary value is taken for zero.",
    "Use the value that was given: the first step's term reads it.",
)
SHORT = Mistake(
    "one step short of the boundary",
    "The adjoint of the first step is returned for that of the boundary value.",
    "Go back through the first step too: the gradient of h(0) is one product further than that of h(1).",
)


def indices(backward: BackwardPass) -> Iterator[Variant]:
    """Each value that a term reads, one step later or earlier; each adjoint that it reads, one step later."""
    for term in backward.terms():
        index = term.index
        if index is None:
            continue
        receiver = term.receiver[index] if isinstance(term.receiver, Sequence) else term.receiver
        whose = f"in the gradient of {shown(receiver)}"
        values = term.part.xreplace(_stand_ins(term.part)).atoms(Element)
        for x in sorted((x for x in values if offset_from(x.time, index) is not None), key=by_structure):
            for by in (1, -1):
                moved = x.sequence[x.time + by]
                place = f"{shown(moved)} for {shown(x)}, {whose}"
                yield Variant(INDEX, place, Variation(edits=(_reading(backward, term, x, moved),)), 1)
        for a in sorted(term.part.atoms(Adjoint), key=by_structure):
            if offset_from(a.time, index) == 0 and not isinstance(term.receiver, Sequence):
                moved = nabla(a.node.sequence[a.time + 1], a.objective)
                place = f"{shown(a.node.sequence[a.time + 1])} for {shown(a.node)}, {whose}"
                yield Variant(ADJOINT, place, Variation(edits=(_reading(backward, term, a, moved),)), 1)


def _stand_ins(part: Any) -> dict[Any, Any]:
    """For each adjoint in a part one of another node, so that values can be replaced and adjoints stay."""
    found = sorted(part.atoms(Adjoint), key=by_structure)
    return {a: nabla(Sequence(f"keep{i}", *shape_of(a))[0], a.objective) for i, a in enumerate(found)}


def _reading(backward: BackwardPass, own: Term, old: Any, new: Any) -> Edit:
    """The term with one leaf replaced, at the times at which there is such a leaf; elsewhere nothing."""
    when = _existing(backward, own, new)

    def edit(term: Term) -> tuple[Term, ...]:
        if (term.receiver, term.user) != (own.receiver, own.user):
            return (term,)
        hidden = {a: stand_in for a, stand_in in _stand_ins(term.part).items() if a != old}
        back = {stand_in: a for a, stand_in in hidden.items()}
        part = term.part.xreplace(hidden).xreplace({old: new}).xreplace(back)
        return (term.with_part(part).during(meet(term.when, when)),)

    return edit


def _existing(backward: BackwardPass, term: Term, leaf: Any) -> Range:
    """The times of a term at which another leaf exists."""
    index, model = term.index, backward.model
    element = leaf.node if isinstance(leaf, Adjoint) else leaf
    offset = offset_from(element.time, index) or 0
    homes = list(model.ranges.get(element.sequence, ())) or [model.given_range(element.sequence)]
    ends = [b.time for b in model.boundary if b.sequence == element.sequence] if not isinstance(leaf, Adjoint) else []
    first = _least([r.first for r in homes] + ends) - offset
    last = _most([r.last for r in homes] + ends) - offset
    when = term.when
    return Range(when.first if grows(first, when.first) else first, last if grows(last, when.last) else when.last)


def _least(times: list[Any]) -> Any:
    found = times[0]
    for x in times[1:]:
        found = x if grows(x, found) else found
    return found


def _most(times: list[Any]) -> Any:
    found = times[0]
    for x in times[1:]:
        found = found if grows(x, found) else x
    return found


def boundaries(backward: BackwardPass) -> Iterator[Variant]:
    """A boundary value taken for zero; its gradient left at zero, or one step short."""
    for b in backward.model.boundary:
        reading = [x for x in backward.terms() if not isinstance(x.receiver, Sequence) and _reads(x, b)]
        receivers = list(dict.fromkeys(x.receiver for x in reading))
        if len(receivers) > 1:
            yield Variant(INITIAL, shown(b), Variation(edits=(_zeroing(b),)))
        for leaf in receivers:
            place = f"{shown(b)}, in the gradient of {shown(leaf)}"
            yield Variant(INITIAL, place, Variation(edits=(_zeroing(b),), receivers=frozenset([leaf])), 1)
        if b.sequence in backward.model.defined:
            yield from _at_boundary(backward, b)


def _reads(term: Term, b: Any) -> bool:
    values = term.part.xreplace(_stand_ins(term.part)).atoms(Element)
    return any(_time_of_reading(x, term, b) is not None for x in values)


def _time_of_reading(x: Any, term: Term, b: Any) -> Any:
    """The time at which a term's element is a boundary value, if that is among its times."""
    if x.sequence != b.sequence or term.index is None or offset_from(x.time, term.index) is None:
        return None
    at = b.time - (offset_from(x.time, term.index) or 0)
    return at if grows(term.when.first, at) and grows(at, term.when.last) else None


def _zeroing(b: Any) -> Edit:
    def edit(term: Term) -> tuple[Term, ...]:
        if isinstance(term.receiver, Sequence):
            return (term,)
        values = term.part.xreplace(_stand_ins(term.part)).atoms(Element)
        found = [(x, _time_of_reading(x, term, b)) for x in sorted(values, key=by_structure)]
        for x, at in found:
            if at is not None:
                zero = Full(0, *shape_of(x)) if shape_of(x) else Integer(0)
                pieces = [Range(term.when.first, at - 1), Range(at + 1, term.when.last)]
                hidden = _stand_ins(term.part)
                back = {stand_in: a for a, stand_in in hidden.items()}
                part = term.part.xreplace(hidden).xreplace({x: zero}).xreplace(back)
                here = term.with_part(part).during(Range(at, at))
                return (here, *(term.during(r) for r in pieces if not is_empty(r)))
        return (term,)

    return edit


def _at_boundary(backward: BackwardPass, b: Any) -> Iterator[Variant]:
    v, model = b.sequence, backward.model
    zero = Mistake("gradient not computed", "The gradient is left at zero.", "Compute it, and return it.")
    yield Variant(zero, shown(b), Variation(edits=(_without_time(b),)), 1)
    inner = 1 if any(r.first == b.time + 1 for r in model.ranges[v]) else -1
    if any(b.time + inner in (r.first, r.last) for r in model.ranges[v]):
        yield Variant(SHORT, shown(b), Variation(edits=(_borrowing(backward, b, inner),)), 1)


def _without_time(b: Any) -> Edit:
    """Nothing is sent to an element at the end of a range."""

    def edit(term: Term) -> tuple[Term, ...]:
        if term.receiver != b.sequence:
            return (term,)
        if term.when.first == b.time:
            return (term.during(narrowed(term.when, "from 2")),)
        return (term.during(narrowed(term.when, "before last")),) if term.when.last == b.time else (term,)

    return edit


def _borrowing(backward: BackwardPass, b: Any, inner: int) -> Edit:
    """The element receives its neighbour's adjoint, once, in the place of its own terms."""
    first = next(x for x in backward.terms() if x.receiver == b.sequence)
    remove = _without_time(b)
    neighbour = nabla(b.sequence[b.time + inner])

    def edit(term: Term) -> tuple[Term, ...]:
        found = tuple(remove(term))
        if (term.receiver, term.user) == (first.receiver, first.user):
            return (*found, term.with_part(neighbour).during(Range(b.time, b.time)))
        return found

    return edit
