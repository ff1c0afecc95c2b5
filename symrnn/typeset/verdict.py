"""What a verification found, as a sentence for a reader: no finite field, no jargon, nothing hidden.

It states what the report states. A line that failed or could not be decided is named.
"""

from __future__ import annotations

from sympy import Integer

from symrnn.calculus.report import HOLDS, Report
from symrnn.model.ranges import Range
from symrnn.tensor.time import tau
from symrnn.typeset import displays
from symrnn.typeset.items import Compared, Item, Listing
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Sentence


def checked(report: Report | None, p: Presenter) -> Sentence:
    """How the lines were checked, and with what result."""
    if report is None:
        return ("Not checked: ask the derivation to verify() itself.",)
    good, total = _lines(report)
    where: list[str | Item] = [_lasts(report, p)]
    where += [f", {name}={size}" if i == 0 else f" {name}={size}" for i, (name, size) in enumerate(report.sizes)]
    head = "Checked" if report else "FAILED" if report.failures else "Undecided"
    parts: list[str | Item] = [f"{head}: {good} of {total} lines, at random values in exact arithmetic (", *where, ")"]
    if report.worst:
        parts.append(f" and against numerical derivatives (worst {report.worst:.0e})")
    parts.append(".")
    parts += [f" Fails: {f.claim}." for f in report.failures[:3]]
    parts += [f" Not decided: {f.claim}." for f in report.undecided[:3]]
    return tuple(parts)


def _lines(report: Report) -> tuple[int, int]:
    """How many lines with a number hold, and how many there are."""
    verdicts: dict[int, bool] = {}
    for f in report.findings:
        if f.line > 0:
            verdicts[f.line] = verdicts.get(f.line, True) and f.verdict == HOLDS
    return sum(verdicts.values()), len(verdicts)


def _lasts(report: Report, p: Presenter) -> Listing:
    """The last times, of each length of the model: tau = 1, ..., 5."""
    rows = [((tau, last),) if isinstance(last, int) else last for last in report.lasts]
    shown = []
    for column in zip(*rows, strict=True):
        found = sorted({size for _, size in column})
        times = displays.times(Range(Integer(found[0]), Integer(found[-1])), p)
        steady = found == list(range(found[0], found[-1] + 1))
        shown.append(Compared((p.symbol(column[0][0]), Listing(times if steady else p.all(map(Integer, found))))))
    return Listing(tuple(shown))
