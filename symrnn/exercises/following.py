"""What would be right after a wrong answer: the later right answer, recomputed from the earlier one as it was given.

A part's `follows` says how: a formula with @1 for the answer to the first part, @1[2] for it at another time, and
@1'{w} for its derivative. Where it says nothing, an earlier right answer that stands inside the later one is replaced
by the wrong one, at whatever time: the gradient by o(t) in that by h(tau), a state in the next one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from symrnn.errors import SymrnnError
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.judge import judge
from symrnn.exercises.marking import FORMULA, NUMBER, number_of, table_of
from symrnn.exercises.slips_sums import put, shifted
from symrnn.model import read
from symrnn.model.formula.echo import echo
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import Symbols, as_symbols
from symrnn.model.formula.term import Term
from symrnn.typeset import latex

_GIVEN = re.compile(r"@(\d)(?:\[([^\]]+)\])?(?:'\{([^}]+)\})?")
_CHAINS = frozenset({"mul", "add", "hadamard"})
TIME = "t"
LONGEST = 4_000  # letters that an earlier answer may put into a reference


def follows_from(exercise: Exercise, number: int, answer: str, wrong: Mapping[int, str]) -> list[int]:
    """The earlier parts from whose wrong answers this one follows rightly; none if it does not."""
    part = exercise.parts[number - 1]
    try:
        if part.kind == NUMBER:
            return _as_number(exercise, part, answer, wrong)
        return _as_formula(exercise, part, answer, wrong) if wrong and part.kind == FORMULA else []
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, RecursionError, SymrnnError):
        return []


def _named(part: Part) -> set[int]:
    """The earlier parts whose answers a part says that it is computed from."""
    return {int(match[1]) for match in _GIVEN.finditer(part.follows)}


def _as_number(exercise: Exercise, part: Part, answer: str, wrong: Mapping[int, str]) -> list[int]:
    given = {i: number_of(wrong.get(i, exercise.parts[i - 1].answer)) for i in _named(part)}
    used, found = sorted(given.keys() & wrong.keys()), number_of(answer)
    if not used or found is None or None in given.values():
        return []
    value = float(read(_GIVEN.sub(lambda m: f"({given[int(m[1])]:.12f})", part.follows), {"sequences": {}}).expr)
    return used if abs(value - found) <= part.tolerance else []


def _as_formula(exercise: Exercise, part: Part, answer: str, wrong: Mapping[int, str]) -> list[int]:
    symbols, model = table_of(exercise, part)
    names = as_symbols(model if symbols is None else symbols)
    given = _readable(exercise, part, wrong, names)
    recompute = _recomputed if part.follows else _replaced_inside
    reference, used = recompute(exercise, part, given, names)
    if not used or _value(answer, names).head == "number":  # nothing is built by a 0
        return []
    found = judge(answer, echo(reference), symbols=symbols, model=model, where=part.where, form=part.form)
    return used if found else []


def _readable(exercise: Exercise, part: Part, wrong: Mapping[int, str], names: Symbols) -> dict[int, Term]:
    """What the wrong answers say that are formulas with the names of this part."""
    found = {}
    for i, answer in wrong.items():
        earlier = exercise.parts[i - 1]
        if earlier.kind == FORMULA and earlier.symbols == part.symbols and len(answer) <= LONGEST:
            found[i] = _value(answer, names)
    return found


def _value(text: str, names: Symbols) -> Term:
    """What a formula says; of an equation its last side."""
    term = read(text, names).term
    return settled(term.parts[-1] if term.head == "eq" else term)


def _recomputed(exercise: Exercise, part: Part, given: dict[int, Term], names: Symbols) -> tuple[Term, list[int]]:
    """The formula of a part at the earlier answers; what these were asked for is what was answered, too."""

    def inserted(match: re.Match[str]) -> str:
        place, time, by = int(match[1]), match[2], match[3]
        term = given[place] if place in given else _value(exercise.parts[place - 1].answer, names)
        text = echo(_settled(put(term, TIME, read(time, names).term)) if time else term)
        return rf"\left({latex(read(text, names).expr.diff(read(by, names).expr)) if by else text}\right)"

    reference, used = _value(_GIVEN.sub(inserted, part.follows), names), given.keys() & _named(part)
    for i, term in given.items():
        asked = exercise.parts[i - 1].witness
        found = _replaced(reference, _value(asked, names), term) if asked else reference
        if found != reference:
            reference, used = found, used | {i}
    return reference, sorted(used)


def _replaced_inside(exercise: Exercise, part: Part, given: dict[int, Term], names: Symbols) -> tuple[Term, list[int]]:
    """The answer to a part with earlier right ones that stand in it replaced by the wrong ones."""
    reference, used = _value(part.answer, names), list[int]()
    for i, term in given.items():
        found = following(reference, _value(exercise.parts[i - 1].answer, names), term)
        if found is not None:
            reference = found
            used.append(i)
    return reference, used


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
