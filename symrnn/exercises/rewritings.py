"""Other ways of writing the same formula, as people do: what an exercise must accept beside its model answer.

Each takes a term and gives another of the same value, or nothing where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from symrnn.exercises.slips_sums import put, shifted
from symrnn.model.formula.echo import echo
from symrnn.model.formula.term import SCALAR, Term, number

Rewriting = Callable[[Term], Term | None]


def everywhere(term: Term, change: Rewriting) -> Term:
    """A change made wherever it applies, from within."""
    parts = tuple(everywhere(part, change) for part in term.parts)
    inner = replace(term, parts=parts) if term.parts else term
    return change(inner) or inner


def _commuted(term: Term) -> Term | None:
    return replace(term, parts=term.parts[::-1]) if term.head in {"add", "hadamard"} else None


def _swapped(term: Term) -> Term | None:
    """Scalar factors in the other order."""
    scalar = term.head == "mul" and all(part.size == SCALAR for part in term.parts)
    return replace(term, parts=term.parts[::-1]) if scalar and not _holds_sum(term) else None


def _holds_sum(term: Term) -> bool:
    return any(part.head in {"sum", "prod", "prod_dec", "sumi", "partial", "total", "grad"} for part in term.walk())


def _spread(term: Term) -> Term | None:
    """a (b + c) as a b + a c."""
    if term.head != "mul":
        return None
    for i, part in enumerate(term.parts):
        if part.head == "add" and not (i and term.parts[i - 1].head in {"sum", "prod", "prod_dec"}):
            rows = tuple(replace(term, parts=(*term.parts[:i], x, *term.parts[i + 1 :])) for x in part.parts)
            return Term("add", rows, size=term.size)
    return None


def _undiagonal(term: Term) -> Term | None:
    """diag(v) x as v ⊙ x, where x is a column."""
    if term.head != "mul" or len(term.parts) != 2 or term.parts[0].head != "diag" or term.size is None:
        return None
    if term.size[1] != 1 or term.parts[1].size != term.size:
        return None
    return Term("hadamard", (term.parts[0].parts[0], term.parts[1]), size=term.size)


def _diagonal(term: Term) -> Term | None:
    """v ⊙ x as diag(v) x."""
    if term.head != "hadamard" or len(term.parts) != 2 or term.size is None or term.size[1] != 1 or term.size == SCALAR:
        return None
    if term.parts[0].size != term.size:
        return None
    square = (term.size[0], term.size[0])
    return Term("mul", (Term("diag", (term.parts[0],), size=square), term.parts[1]), size=term.size)


def _renamed(term: Term, taken: Collection[str] = ()) -> Term | None:
    if term.head not in {"sum", "prod", "prod_dec"}:
        return None
    used = {part.text for part in term.walk() if part.head in {"index", "name"}} | set(taken)
    fresh = next((x for x in "klijmpq" if x not in used and x != term.text), None)
    if fresh is None:
        return None
    low, high, body = term.parts
    return replace(term, text=fresh, parts=(low, high, put(body, term.text, Term("index", text=fresh))))


def _moved(term: Term) -> Term | None:
    """A sum from a later start, its index moved back."""
    if term.head != "sum":
        return None
    low, high, body = term.parts
    index = Term("sub", (Term("index", text=term.text), number(1)))
    return replace(term, parts=(shifted(low, 1), shifted(high, 1), _simple(put(body, term.text, index))))


def _simple(term: Term) -> Term:
    """Indices such as t-1-1 and t-1+1 written simply."""
    parts = tuple(map(_simple, term.parts))
    term = replace(term, parts=parts) if parts else term
    if (
        term.head in {"add", "sub"}
        and len(parts) == 2
        and parts[1].head == "number"
        and parts[0].head in {"add", "sub"}
    ):
        return shifted(parts[0], int(parts[1].text) * (1 if term.head == "add" else -1))
    return term


def _last_apart(term: Term) -> Term | None:
    """A sum with its last term written apart."""
    if term.head != "sum" or term.parts[1].head != "length":
        return None
    low, high, body = term.parts
    return Term(
        "add", (replace(term, parts=(low, shifted(high, -1), body)), put(body, term.text, high)), size=term.size
    )


def _twice_transposed(term: Term) -> Term | None:
    if term.size is None or term.size == SCALAR or term.is_leaf:
        return None
    return Term("transpose", (Term("transpose", (term,), size=term.size[::-1]),), size=term.size)


def _reversed_transposes(term: Term) -> Term | None:
    """A x as (xᵀ Aᵀ)ᵀ."""
    if term.head != "mul" or term.size is None or any(part.size is None for part in term.parts):
        return None
    if any(part.size == SCALAR or part.head in {"sum", "prod", "prod_dec"} for part in term.parts):
        return None
    turned = tuple(Term("transpose", (part,), size=(part.size or ())[::-1]) for part in term.parts[::-1])  # type: ignore[arg-type]
    return Term("transpose", (Term("mul", turned, size=term.size[::-1]),), size=term.size)


# The local ones are made everywhere, the others to the whole.
LOCAL: Mapping[str, Rewriting] = MappingProxyType(
    {
        "terms in the other order": _commuted,
        "factors in the other order": _swapped,
        "multiplied out": _spread,
        "entry by entry": _undiagonal,
        "with diag": _diagonal,
        "another index": _renamed,
        "index moved": _moved,
        "last term apart": _last_apart,
        "transposed product": _reversed_transposes,
    }
)
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "brackets": r"\left(%s\right)",
        "minus minus": "-(-(%s))",
        "zero": "(%s) + (%s) - (%s)",
        "half": r"\frac{1}{2}\left((%s) + (%s)\right)",
        "factor": r"\frac{3 (%s) - (%s)}{2}",
    }
)


def rewritings(term: Term, taken: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The names and texts of other ways to write a term; letters that are taken number nothing in them."""
    local: dict[str, Rewriting] = {**LOCAL, "another index": partial(_renamed, taken=taken)}
    for name, change in local.items():
        changed = everywhere(term, change)
        if changed != term:
            yield name, echo(changed)
    whole = _twice_transposed(term)
    if whole is not None:
        yield "transposed twice", echo(whole)
    text = echo(term)
    for name, shape in TEXTS.items():
        yield name, shape.replace("%s", text)
