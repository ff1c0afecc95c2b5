"""What would be right after a wrong answer: the later right answer with the earlier one replaced, at whatever time.

An earlier answer for t may come in at another time: the gradient by o(t) in that by h(tau), a state in the next one.
"""

from __future__ import annotations

from dataclasses import replace

from symrnn.exercises.slips_sums import put, shifted
from symrnn.model.formula.term import Term

_CHAINS = frozenset({"mul", "add", "hadamard"})
TIME = "t"


def following(reference: Term, right: Term, wrong: Term) -> Term | None:
    """A right formula in which an earlier right answer is replaced by the wrong one that was given.

    None where it does not come in. An answer that is a single name builds nothing.
    """
    if right.is_leaf or right.head == "at":
        return None
    found = reference
    for time in _times(reference):
        old, new = (_settled(put(term, TIME, time)) for term in (right, wrong))
        found = _replaced(found, old, new)
    return None if found == reference else found


def _times(term: Term) -> list[Term]:
    """t itself, and the times at which a formula reads its elements."""
    found = {Term("index", text=TIME): None}
    found |= {part.parts[1]: None for part in term.walk() if part.head == "at"}
    return list(found)


def _settled(term: Term) -> Term:
    """Times such as 2-1 and t+1-1 as they are written."""
    parts = tuple(map(_settled, term.parts))
    term = replace(term, parts=parts) if parts else term
    if term.head in {"add", "sub"} and len(parts) == 2 and parts[1].head == "number" and parts[1].text.isdigit():
        inner = parts[0]
        whole = inner.head == "number" and inner.text.isdigit()
        moved = inner.head in {"add", "sub"} and inner.parts[-1].head == "number" and inner.parts[0].head == "index"
        if whole or moved:
            return shifted(inner, int(parts[1].text) * (1 if term.head == "add" else -1))
    return term


def _replaced(term: Term, old: Term, new: Term) -> Term:
    """A term with another one replaced wherever it stands, as factors or terms beside each other, too."""
    if term == old:
        return new
    if term.head == old.head and term.head in _CHAINS and len(old.parts) < len(term.parts):
        width = len(old.parts)
        for i in range(len(term.parts) - width + 1):
            if term.parts[i : i + width] == old.parts:
                return replace(term, parts=(*term.parts[:i], new, *term.parts[i + width :]))
    return replace(term, parts=tuple(_replaced(part, old, new) for part in term.parts)) if term.parts else term
