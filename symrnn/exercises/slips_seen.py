"""Slips that are seen in the answer itself: another value, another time or another range than the right formula has.

What the answer has and the right formula has not is put into the right formula, and what is too much in the answer is
taken out of it: so few things are tried that they may be of any kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, islice

from symrnn.exercises.slip_table import Slip
from symrnn.exercises.slips_factors import without_part
from symrnn.exercises.slips_sums import shifted
from symrnn.model.formula.term import BINDERS, DERIVATIVES, SCALAR, Term

Change = tuple[str, Term]
MOST = 120
_SIGNED = {"add": "sub", "sub": "add"}


def borrowed(reference: Term, answer: Term) -> Iterator[Change]:
    """The right formula with a value, a time or a range of the answer's."""
    answer = _same_letters(answer, reference)
    ours, theirs = _values(reference), _values(answer)
    gone, new = [x for x in ours if x not in theirs], [x for x in theirs if x not in ours]
    yield from ((_name_of(old, other), _put(reference, old, other)) for old in gone for other in new)
    yield Slip.DIRECTION, _mapped(reference, _mirrored)
    yield from _moved(reference, gone, new)
    yield from islice(_at_one_place(reference, new, gone), MOST)
    yield from _exchanged(reference, [x for x in ours if x in theirs and x.head == "at"])
    for one, other in zip(_bigs(reference), _bigs(answer), strict=False):
        if one.head == other.head and one.parts[:2] != other.parts[:2]:
            ranged = replace(one, parts=(*other.parts[:2], one.parts[2]))
            yield Slip.BOUNDS, _put(reference, one, ranged)


def _moved(term: Term, gone: list[Term], new: list[Term]) -> Iterator[Change]:
    """One time for another everywhere, or one sequence for another, perhaps of the step before or after."""
    pairs = [(a.parts, b.parts) for a in gone for b in new if a.head == "at" == b.head]
    for old, other in dict.fromkeys((a[1], b[1]) for a, b in pairs if a[1] != b[1]):
        yield _name_of_times(old, other), _mapped(term, _retimed(old, other))
    for one, two in dict.fromkeys((a[0], b[0]) for a, b in pairs if a[0] != b[0]):
        yield from ((Slip.VALUE, _mapped(term, _renamed(one, two, by))) for by in (0, 1, -1))


Rule = Callable[[tuple[Term, ...]], tuple[Term, ...]]  # of the sequence and the time of an element


def _mirrored(element: tuple[Term, ...]) -> tuple[Term, ...]:
    """t+1 for t-1, and t-1 for t+1."""
    time = element[1]
    return (element[0], replace(time, head=_SIGNED[time.head])) if time.head in _SIGNED else element


def _retimed(old: Term, new: Term) -> Rule:
    return lambda element: (element[0], new) if element[1] == old else element


def _renamed(old: Term, new: Term, by: int) -> Rule:
    return lambda element: (new, shifted(element[1], by) if by else element[1]) if element[0] == old else element


def _mapped(term: Term, rule: Rule) -> Term:
    """The formula with every element changed by a rule for its sequence and time."""
    if term.head == "at":
        sequence, time = rule(term.parts)
        return term if (sequence, time) == term.parts else Term("at", (sequence, time), size=sequence.size)
    return _with_parts(term, tuple(_mapped(part, rule) for part in term.parts))


def _values(term: Term) -> list[Term]:
    """The elements, parameters and named derivatives of a formula."""
    kept = {"sequence", "parameter"}
    found = (
        part
        for part in term.walk()
        if (part.head == "at" and part.parts[0].kind in kept) or part.head in DERIVATIVES or part.kind == "parameter"
    )
    return list(dict.fromkeys(found))


def _name_of(old: Term, new: Term) -> str:
    """The name of the slip that puts one value in place of another."""
    if old.head in DERIVATIVES and new.head in DERIVATIVES and {old.head, new.head} != {old.head}:
        return Slip.IMMEDIATE if new.head == "immediate" else Slip.TOTAL if old.head == "immediate" else Slip.VALUE
    while old.head == new.head and old.head in DERIVATIVES:
        differing = [pair for pair in zip(old.parts, new.parts, strict=True) if pair[0] != pair[1]]
        if len(differing) != 1:
            return Slip.VALUE
        ((old, new),) = differing
    if old.head == "at" == new.head and old.parts[0] == new.parts[0]:
        return _name_of_times(old.parts[1], new.parts[1])
    if old.kind == "parameter" == new.kind:
        return Slip.OTHER
    logits = old.head == "at" == new.head and (old.parts[0].text, new.parts[0].text) == ("yhat", "o")
    return Slip.LOGITS if logits and old.parts[1] == new.parts[1] else Slip.VALUE


def _name_of_times(old: Term, new: Term) -> str:
    if new in {shifted(old, 1), shifted(old, -1)}:
        return Slip.INDEX
    mirrored = old.head in _SIGNED and new == replace(old, head=_SIGNED[old.head])
    return Slip.DIRECTION if mirrored else Slip.TIME


def _at_one_place(term: Term, new: list[Term], gone: list[Term]) -> Iterator[Change]:
    """One value at one place only."""
    for i, part in enumerate(term.parts):
        if part in gone or part.head == "at" or part.kind == "parameter" or part.head in DERIVATIVES:
            for other in new:
                yield _name_of(part, other), _with_part(term, i, other)
        for name, changed in _at_one_place(part, new, gone):
            yield name, _with_part(term, i, changed)


def _with_part(term: Term, i: int, part: Term) -> Term:
    return _with_parts(term, (*term.parts[:i], part, *term.parts[i + 1 :]))


def _exchanged(term: Term, shared: list[Term]) -> Iterator[Change]:
    """Two values of one shape at each other's places."""
    for one, other in islice(combinations(shared, 2), MOST):
        if one.size == other.size and one.parts[0] != other.parts[0]:
            blank = Term("blank")
            yield Slip.VALUE, _put(_put(_put(term, one, blank), other, one), blank, other)


def _put(term: Term, old: Term, new: Term) -> Term:
    return new if term == old else _with_parts(term, tuple(_put(part, old, new) for part in term.parts))


def _with_parts(term: Term, parts: tuple[Term, ...]) -> Term:
    """The term with other parts, and the shape that follows; itself where nothing changed."""
    if all(a is b for a, b in zip(parts, term.parts, strict=True)):
        return term
    sizes = [part.size for part in parts if part.size is not None and part.size != SCALAR]
    size = term.size
    if [part.size for part in parts] == [part.size for part in term.parts] or not sizes:
        pass
    elif term.head == "mul":
        size = (sizes[0][0], sizes[-1][1])
    elif term.head == "transpose":
        size = sizes[0][::-1]
    elif term.head in {"sum", "add", "sub", "neg", "hadamard"}:
        size = sizes[0]
    return replace(term, parts=parts, size=size)


def _bigs(term: Term) -> list[Term]:
    return [part for part in term.walk() if part.head in BINDERS - {"sumi", "list_dec"}]


def _same_letters(answer: Term, reference: Term) -> Term:
    """The answer with the letters that the reference binds, in their order."""
    for own, theirs in zip(_bigs(reference), _bigs(answer), strict=False):
        if own.text != theirs.text and own.text not in {part.text for part in answer.walk()}:
            answer = _relettered(answer, theirs.text, own.text)
    return answer


def _relettered(term: Term, old: str, new: str) -> Term:
    letter = term.text == old and (term.head == "index" or term.head in BINDERS)
    parts = tuple(_relettered(part, old, new) for part in term.parts)
    return replace(term, text=new if letter else term.text, parts=parts)


def excess(term: Term) -> Iterator[Change]:
    """The answer without one of its factors or terms, wherever one can be taken out."""
    names = {"mul": Slip.SURPLUS, "hadamard": Slip.SURPLUS, "add": Slip.MORE, "sub": Slip.MORE}
    if term.head in names and not any(part.head in {"index", "length"} for part in term.parts):
        for i in range(len(term.parts)):
            yield names[term.head], without_part(term, i)
    for i, part in enumerate(term.parts):
        for name, changed in excess(part):
            yield name, _with_part(term, i, changed)
