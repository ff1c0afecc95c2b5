"""What a verification found: for each claim whether it holds, how that was decided, and with which error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"


@dataclass(frozen=True, repr=False)
class Finding:
    """One claim and what was found: `verdict` is "holds", "fails" or "undecided".

    how
        "exact" (in the finite field), "50 digits", "instance" (of a checked generic line), "complex step",
        "difference".
    error
        0 for an exact agreement, else the largest relative distance seen.
    line
        The number of the line it belongs to, or 0 for a step.
    """

    claim: str
    verdict: str
    how: str
    error: float = 0.0
    line: int = 0
    note: str = ""

    def __repr__(self) -> str:
        return f"<Finding {self}>"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)

    def __str__(self) -> str:
        error = "" if self.how in {"exact", "instance"} and self.verdict == HOLDS else f", error {self.error:.0e}"
        return f"{self.verdict}: {self.claim} ({self.how}{error}){': ' + self.note if self.note else ''}"


@dataclass(frozen=True, repr=False)
class Report:
    """The findings of one verification; true only when every claim was decided and holds.

    lasts, sizes
        The last times and the dimensions at which the claims were checked.
    chance
        A bound on the chance that an exact check accepted a false claim.
    """

    findings: tuple[Finding, ...]
    lasts: tuple[Any, ...]
    sizes: tuple[tuple[str, int], ...]
    seed: int
    chance: float

    def __bool__(self) -> bool:
        return bool(self.findings) and all(f.verdict == HOLDS for f in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The claims that do not hold."""
        return tuple(f for f in self.findings if f.verdict == FAILS)

    @property
    def undecided(self) -> tuple[Finding, ...]:
        """The claims that could not be decided."""
        return tuple(f for f in self.findings if f.verdict == UNDECIDED)

    @property
    def lines_checked(self) -> tuple[int, int]:
        """How many numbered lines hold, and how many there are."""
        numbers = sorted({f.line for f in self.findings if f.line > 0})
        good = [n for n in numbers if all(f.verdict == HOLDS for f in self.findings if f.line == n)]
        return len(good), len(numbers)

    @property
    def worst(self) -> float:
        """The largest error of the checks against numerical derivatives."""
        return max((f.error for f in self.findings if f.how in {"complex step", "difference"}), default=0.0)

    @property
    def times(self) -> str:
        """The last times in words: `tau = 1..5`."""
        if all(isinstance(last, int) for last in self.lasts):
            return f"tau = {self.lasts[0]}..{self.lasts[-1]}" if len(self.lasts) > 1 else f"tau = {self.lasts[0]}"
        columns = list(zip(*self.lasts, strict=True))
        return ", ".join(f"{c[0][0]} = {min(n for _, n in c)}..{max(n for _, n in c)}" for c in columns)

    def __repr__(self) -> str:
        return f"<Report: {self}>"

    def _repr_html_(self) -> str:
        import symrnn

        return symrnn.html(self)

    def __str__(self) -> str:
        good, total = self.lines_checked
        sizes = " ".join(f"{name}={size}" for name, size in self.sizes)
        where = self.times + (f", {sizes}" if sizes else "")
        chance = f"chance of an unseen error below {self.chance:.0e}"
        head = f"{good} of {total} lines hold ({where}, seed {self.seed}; {chance})"
        return "\n".join([head, *("  " + str(f) for f in self.findings if f.verdict != HOLDS)])
