"""The verdict on one claim: exact agreement in the finite field, else 50 digits, else undecided.

Disagreement in the field alone means only that the claim is no consequence of the declared laws; it is
called wrong when 50 digits disagree too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symrnn.calculus.report import FAILS, HOLDS, UNDECIDED, Finding
from symrnn.tensor.numbers import NumberSystem, Undecidable

TOLERANCE = 1e-35  # of 50 digits, after the rounding of some hundred operations


def decide(claim: str, line: int, systems: tuple[NumberSystem, ...], checks: Sequence[Callable[..., float]]) -> Finding:
    """One verdict from the distances that each system finds: exact agreement, else 50 digits."""
    exact, digits = systems
    try:
        if all(check(exact) == 0 for check in checks):
            return Finding(claim, HOLDS, "exact", 0.0, line)
        note = ""
    except (Undecidable, ArithmeticError) as reason:
        note = str(reason)
    try:
        worst = max(check(digits) for check in checks)
    except (Undecidable, ArithmeticError, TypeError) as reason:
        return Finding(claim, UNDECIDED, "50 digits", float("nan"), line, note or str(reason))
    if worst <= TOLERANCE:
        return Finding(claim, HOLDS, "50 digits", worst, line, note or "not a consequence of the declared laws alone")
    return Finding(claim, FAILS, "50 digits", worst, line)
