"""What a verification found, as a sentence for a reader: no finite field, no jargon, nothing hidden.

It states what the report states. A line that failed or could not be decided is named.
"""

from __future__ import annotations

from collections import Counter

from sympy import Integer

from symrnn.calculus.report import Report
from symrnn.model.ranges import Range
from symrnn.tensor.time import tau
from symrnn.typeset import displays
from symrnn.typeset.blocks import Block, Paragraph, Table
from symrnn.typeset.content import Content
from symrnn.typeset.items import Compared, Item, Listing, Number, Power, Product, Sum
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Sentence, fill


def checked(report: Report | None, p: Presenter) -> Sentence:
    """How the lines were checked, with what result, what error and what chance of an unseen one."""
    words = p.words
    if report is None:
        return (words["not_checked"],)
    good, total = report.lines_checked
    where: list[str | Item] = [_lasts(report, p)]
    for i, (name, size) in enumerate(report.sizes):
        where += [", " if i == 0 else " ", f"{name}={size}"] if p.linear else [", ", _size(name, size, p)]
    head = words["verdict.true" if report else "verdict.false" if report.failures else "verdict.open"]
    parts: Sentence = (head,)
    parts += fill(words["verdict.lines"], {"good": [str(good)], "total": [str(total)], "where": where}, p)
    if report.worst:
        parts += fill(words["verdict.differences"], {"worst": [number(report.worst, p)]}, p)
    if report and report.chance:
        parts += fill(words["verdict.chance"], {"chance": [number(report.chance, p)]}, p)
    parts += (".",)
    for f in report.failures[:3]:
        parts += fill(words["verdict.fails"], {"claim": [f.claim]}, p)
    for f in report.undecided[:3]:
        parts += fill(words["verdict.undecided"], {"claim": [f.claim]}, p)
    return parts


def number(x: float, p: Presenter) -> str | Item:
    """A small number by its leading digit: 3e-11 on a terminal, else 3 · 10⁻¹¹."""
    digit, power = f"{x:.0e}".split("e")
    if p.linear:
        return f"{digit}e{power}"
    exponent = Sum(((int(power) < 0, Number(str(abs(int(power))))),))
    ten = Power(Number("10"), exponent)
    return ten if digit == "1" else Product((Number(digit), ten), "dot")


def _size(name: str, size: int, p: Presenter) -> Item:
    return Compared((p.name(name), Number(str(size))))


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


def verification_section(c: Content) -> list[Block]:
    """What the verification found: the verdict, and for each way of checking how many claims and which error."""
    blocks: list[Block] = [c.heading("verification"), Paragraph(checked(c.report, c.p), True)]
    if c.reasons and c.report.findings:
        blocks.append(ways(c.report, c.p))
        blocks.append(Paragraph(c.sentence("document.seed", seed=[str(c.report.seed)])))
    return blocks


def ways(report: Report, p: Presenter) -> Table:
    """Each way of checking: how many claims it decided, and the largest error."""
    counts = Counter(f.how for f in report.findings)
    rows = tuple(((p.words.get(f"how.{how}", how),), (str(n),), (_worst(report, how, p),)) for how, n in counts.items())
    return Table(tuple(p.words[f"document.{x}"] for x in ("how", "claims", "error")), rows)


def _worst(report: Report, how: str, p: Presenter) -> str | Item:
    worst = max(f.error for f in report.findings if f.how == how)
    return p.words["document.none"] if worst == 0 else number(worst, p)
