"""How much work an answer is: one that would take too long is refused before anything of it is computed."""

from __future__ import annotations

from symrnn.errors import ReadError
from symrnn.model.formula.echo import echo
from symrnn.model.formula.limits import value
from symrnn.model.formula.term import SCALAR, Term

MOST_SIGNS, MOST_WORK = 2_000, 4_000  # several times those of the longest answers
TIMES = 4  # an answer may be so many times as long as a reference that is longer than usual
STEPS = 4  # of a range whose ends are not numbers: as many as the first instance has
PRODUCT = 12  # a product of matrices is so many of numbers
POWER = 25  # an exponent of 10,000 is so many products


def check_signs(text: object, right: Term) -> None:
    """Refuse a text that is far too long for an answer, before it is read.

    Raises
    ------
    ReadError
        Of kind `limit`.
    """
    if isinstance(text, str) and len(text) > MOST_SIGNS and len(text) > TIMES * len(echo(right)):
        raise _refused()


def check_work(term: Term, right: Term) -> None:
    """Refuse an answer that would take too long to judge, before it is evaluated.

    Raises
    ------
    ReadError
        Of kind `limit`.
    """
    if work(term) > max(MOST_WORK, TIMES * work(right)):
        raise _refused()


def _refused() -> ReadError:
    refused = ReadError("this is far longer than any answer", repair="simplify it, or write a sum for what repeats")
    refused.kind = "limit"
    return refused


def work(term: Term) -> int:
    """How many operations it takes to evaluate a term once, sums and products written out."""
    inner = 1 + sum(map(work, term.parts))
    if term.head in {"sum", "prod", "prod_dec"}:
        low, high = (value(end) for end in term.parts[:2])
        return inner * (STEPS if low is None or high is None else 1 + abs(high - low))
    if term.head == "sumi":
        return inner * STEPS
    if term.head in {"pow", "matpow"}:
        return inner + POWER
    return inner + PRODUCT * len(term.parts) if term.head == "mul" and term.size != SCALAR else inner
