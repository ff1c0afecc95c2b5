"""What a truncated gradient leaves out, as lines that continue its own: ∇L = ∇L̃ + what is missing, of each leaf."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symrnn.calculus.jacobian import is_zero
from symrnn.calculus.report import HOLDS, Report
from symrnn.tensor.adjoint import MISSING

if TYPE_CHECKING:
    from symrnn.calculus.derivation import Derivation, Line

TRUNCATIONS = frozenset({"window", "chunk"})


def left_out(derivation: Derivation) -> tuple[Line, ...]:
    """The lines of what is left out, numbered on from the derivation's own; those that both have are not repeated."""
    return tuple(line for _, line in _continued(derivation, derivation.missing))


def _continued(derivation: Derivation, missing: Derivation) -> list[tuple[int, Line]]:
    """Each line with the number it has in the derivation of what is missing."""
    own = {line.equation for line in derivation.lines}
    more = [line for line in missing.lines if line.equation not in own and line.group != "seed"]
    first = max((line.number for line in derivation.lines), default=0) + 1
    return [(line.number, _as_missing(line, i)) for i, line in enumerate(more, first)]


def _as_missing(line: Line, number: int) -> Line:
    """A line under its new number; one for a gradient with the reason why it is left out, or that nothing is."""
    reason = line.reason
    if line.equation.lhs.objective == MISSING:
        reason = replace(reason, key="kept_whole" if is_zero(line.equation.rhs) else "missing")
    return replace(line, number=number, group="missing", reason=reason)


def with_left_out(derivation: Derivation, report: Report) -> Report:
    """The report on a truncated gradient with that on what it leaves out, by the numbers of `left_out`."""
    if derivation.title not in TRUNCATIONS:
        return report
    missing = derivation.missing
    numbers = {old: line.number for old, line in _continued(derivation, missing)}
    found = missing.verify(report.seed)
    known = {(f.claim, f.how) for f in report.findings if f.verdict == HOLDS}
    more = [replace(f, line=numbers.get(f.line, 0)) for f in found.findings if (f.claim, f.how) not in known]
    return replace(report, findings=(*report.findings, *more), chance=min(1.0, report.chance + found.chance))
