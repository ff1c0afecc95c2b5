"""Bounds on numbers and ranges, checked on the text's own digits before any arithmetic is done."""

from __future__ import annotations

from symrnn.model.formula.fault import Page
from symrnn.model.formula.term import Term

DEEPEST = 100  # brackets, powers and applications within each other
MOST_WORDS = 4_000  # a sign may be several: ½ is (1)/(2)
MOST_EXPONENT = 10_000
MOST_TERMS = 1_000_000
_SMALL = 40  # digits that may be multiplied out to know an exponent


def value(term: Term) -> int | None:
    """The value of a term of bare integers when it is small, -1 - MOST_TERMS when it is beyond all bounds."""
    if term.head == "number":
        return int(term.text) if term.text.isdigit() else None
    inner = [value(part) for part in term.parts]
    if term.head not in {"neg", "add", "sub", "mul", "pow"} or None in inner or not inner:
        return None
    known = [x for x in inner if x is not None]
    if term.head == "pow":
        base, exponent = known
        return base**exponent if 0 <= exponent <= _SMALL and abs(base) <= 10**_SMALL else 10**_SMALL
    if term.head == "neg":
        return -known[0]
    if term.head == "sub":
        return known[0] - known[1]
    if term.head == "add":
        return sum(known)
    total = 1
    for x in known:
        total = total * x if abs(total) <= 10**_SMALL else 10**_SMALL
    return total


def check_depth(page: Page, term: Term) -> None:
    """Refuse a term that is nested too deep: a - b - c is, one difference in the other."""
    level, depth = [term], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise page.fault("limit", 0, f"this is nested more than {DEEPEST} deep", repair="name its parts")
        level = [part for above in level for part in above.parts]


def check_power(page: Page, base: Term, exponent: Term, place: int) -> None:
    """Refuse an exponent beyond the bound."""
    number = value(exponent)
    if number is not None and abs(number) > MOST_EXPONENT:
        what = f"an exponent beyond {MOST_EXPONENT}"
        raise page.fault("limit", place, what, repair="give it a name, such as t or tau")
    if base.head == "number" and any(
        part.head in {"pow", "number"} and part is not exponent for part in exponent.walk()
    ):
        top = value(exponent)
        if top is not None and abs(top) > MOST_EXPONENT:
            raise page.fault("limit", place, "a tower of powers")


def check_range(page: Page, low: Term, high: Term, place: int) -> None:
    """Refuse a range of more than a million terms."""
    for end in (low, high):
        for part in end.walk():
            number = value(part)
            if number is not None and abs(number) > MOST_TERMS:
                raise page.fault("limit", place, f"a range beyond {MOST_TERMS}", repair="end it at t or tau")
