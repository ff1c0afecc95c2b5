"""The page that a terminal shows of a derivation: the model, the lines with their reasons, how they were checked.

It sets what `present` decided in columns; the words of the reasons are in `reasons`. It checks nothing itself:
the report is handed to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sympy import Integer, Symbol

from symrnn.calculus.derivation import Derivation, Line, Step
from symrnn.calculus.report import Report
from symrnn.model import Recurrence
from symrnn.model.ranges import Range
from symrnn.tensor.time import t, tau
from symrnn.typeset.breaking import broken
from symrnn.typeset.displays import equation_row, line_row, presenter, span
from symrnn.typeset.items import Item, Sum
from symrnn.typeset.notation import Notation, terminal
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import sentence
from symrnn.typeset.symbols import given_values, kinds
from symrnn.typeset.text import TextRenderer, width
from symrnn.typeset.verdict import checked

MOST = 60  # lines of one page; the rest goes to a file
USUAL = Range(Integer(1), tau)
draw = TextRenderer()


def derivation_page(
    derivation: Derivation,
    report: Report | None = None,
    *,
    columns: int = 118,
    notation: Notation | str | None = None,
    steps: bool = False,
    more: bool = True,
) -> str:
    """A derivation as a page of text: what `symrnn derive MODEL` prints.

    Parameters
    ----------
    derivation
        What to show.
    report
        What its verification found; without one the page says that it was not checked.
    columns
        The width of the terminal.
    notation
        A `Notation` or the name of a preset.
    steps
        Whether every step is shown too, with its law.
    more
        Whether the last line says what to ask for next.

    Examples
    --------
    >>> import symrnn as sr
    >>> page = derivation_page(sr.bptt(sr.models.elman()))
    >>> print(page.splitlines()[0])
    elman: tanh network with softmax output (Goodfellow et al. 2016, 10.8 to 10.28)
    """
    p = presenter(derivation, terminal(notation), None, linear=True)
    rows = _heading(derivation.model, columns) + _model_lines(derivation.model, p, columns)
    rows += _line_groups(derivation, p, columns)
    if steps:
        rows += ["Steps, each with its law", *_step_lines(derivation.steps, p)]
    rows += _wrap([draw_parts(checked(report, p))], columns, "  ")
    if more:
        rows.append(_more(derivation))
    return "\n".join(row.rstrip() for row in rows)


def draw_parts(parts: Iterable[str | Item]) -> str:
    """A sentence with the formulas in it drawn."""
    return "".join(part if isinstance(part, str) else draw(part) for part in parts)


def _heading(model: Recurrence, columns: int) -> list[str]:
    title = model.title
    source = f" ({title.source})" if title.source else ""
    return _wrap([f"{title.name}: {title.summary}{source}" if title.summary else title.name + source], columns, "  ")


def _model_lines(model: Recurrence, p: Presenter, columns: int) -> list[str]:
    """The forward equations with ranges that are not the usual one, the loss, the shapes, what is given."""
    parts = []
    for e in model.equations:
        row = equation_row(e, p)
        when = f"  for {draw(row.condition)}" if row.condition and e.times != USUAL else ""
        parts.append(f"{draw(row.left) if row.left else ''} = {draw(row.right)}{when}")
    for x in model.abbreviations:
        parts.append(f"{draw(p(x.short))} = {draw(Presenter(p.notation, linear=True)(x.long))}")
    if model.loss is not None:
        parts.append(f"L = {draw(p(model.loss))}")
    shapes = [f"{', '.join(draw(p(x)) for x in found)}: {kind_text(kind, p)}" for kind, found in kinds(model)]
    given = given_values(model)
    if given:
        shapes.append("given: " + ", ".join(draw(p(x)) for x in given))
    return _wrap(parts, columns, "   ", "    ") + _wrap(shapes, columns, "   ", "   ")


def kind_text(kind: tuple[Any, ...], p: Presenter) -> str:
    """R^n, n x m, scalar, or an unknown function."""
    word, *sizes = kind
    if word:
        return str(word)
    shown = [draw(p(size)) for size in sizes]
    return "scalar" if not shown else f"R^{shown[0]}" if len(shown) == 1 else " x ".join(shown)


TITLES = {
    "chain": "Unfolded",
    "backward": "Adjoints",
    "gradient": "Gradients, each of the shape of its parameter",
    "boundary": "Gradients of what is given",
    "input": "Gradients of inputs and constants",
}


def _line_groups(derivation: Derivation, p: Presenter, columns: int) -> list[str]:
    """The numbered lines under their titles; three columns that all groups share."""
    shown = [line for line in derivation.lines if line.group != "seed"]
    first, rest = shown[:MOST], len(shown) - MOST
    cells = {line.number: _cells(line, p, columns) for line in first}
    when = max([width(c[1]) for c in cells.values()], default=0)
    words = max([width(c[2]) for c in cells.values() if width(c[2]) <= columns // 2], default=0)
    widest = columns - 12 - when - words
    room = max([width(left[0]) for left, *_ in cells.values() if width(left[0]) <= widest], default=0)
    stops = (room + 3, when + 3 if when else 0)
    rows: list[str] = []
    for group, lines in groupby(first, key=lambda line: line.group):
        title = _title(group, derivation, p)
        rows.append(f"{title:<{sum(stops) + 6}}because" if not rows and group != "chain" else title)
        said = ""
        for line in lines:
            left, condition, why = cells[line.number]
            rows += _set(line.number, left, condition, "" if why == said else why, stops, columns)
            said = why
    if rest > 0:
        rows.append(f"   and {rest} more lines; a file has them all:  -o FILE.tex | .md | .html")
    return rows


def _title(group: str, derivation: Derivation, p: Presenter) -> str:
    model, last = derivation.model, derivation.last
    back = all(lag >= 0 for v in model.states for lag in model.lags.get(v, ()))
    if group == "backward" and back and len(model.lengths) == 1:
        end = Integer(last) if isinstance(last, int) else model.lengths[0]
        return "Backward in time, " + draw(span(t, Range(Integer(1), end), p, down=True))
    return TITLES.get(group, group)


def _cells(line: Line, p: Presenter, columns: int) -> tuple[list[str], str, str]:
    """The formula, in pieces where it is long; the times unless they are the usual ones; the reason."""
    row = line_row(line, p)
    left = f"{draw(row.left)} = " if row.left else "= "
    pieces = broken(row, lambda item: width(draw(item)), columns - 10 - width(left))
    formula = [left + draw(pieces[0])]
    for piece in pieces[1:]:
        joint = "" if isinstance(piece, Sum) and piece.terms[0][0] else "+ "
        formula.append(" " * (width(left) - 2) + joint + draw(piece))
    condition = draw(row.condition) if row.condition and line.when != USUAL else ""
    return formula, condition, draw_parts(sentence(line, p)) if line.group != "chain" else ""


def _set(number: int, left: list[str], when: str, why: str, stops: tuple[int, int], columns: int) -> list[str]:
    """One line in its columns; a formula of several pieces has its reason on a line below it."""
    rows = [f"{f'({number})':>5} {left[0]}", *(" " * 6 + piece for piece in left[1:])]
    first = _padded(rows[0], 6 + stops[0]) if when or why else rows[0]
    whole = (_padded(first + when, 6 + sum(stops)) if stops[1] or why else first) + why
    if len(left) == 1 and (width(whole) <= columns or not why):
        return [whole]
    return [*rows, _padded(" " * (6 + stops[0]) + when, 6 + sum(stops)) + why] if when or why else rows


def _padded(text: str, to: int) -> str:
    """The text filled up to a column; where it is too long for that, a gap of three."""
    return text + " " * max(to - width(text), 3)


def _step_lines(steps: Sequence[Step], p: Presenter) -> list[str]:
    """What each step did: the law, where, what became what."""
    rows = []
    for i, step in enumerate(steps, 1):
        place = f", in {draw(p(step.equation.lhs))}" if step.equation is not None else ""
        to = f"   to {draw(p(step.target))}" if step.kind == "pullback" and step.target is not None else ""
        rows.append(f"{f'[{i}]':>6} {step.law.name}{place}{to}")
        sign = "↦" if step.kind == "pullback" else "="
        rows.append(f"{'':>10}{draw(p(step.before))}  {sign}  {draw(p(step.after))}")
    return rows


def _more(derivation: Derivation) -> str:
    name = derivation.model.title.name
    options = ["--steps", "--wrt NAMES"] + (["--tau 3"] if isinstance(derivation.last, Symbol) else [])
    return "More: " + "   ".join([*options, "--latex", f"-o {name}.html | .tex | .md"])


def _wrap(parts: Iterable[str], columns: int, indent: str, gap: str = "   ") -> list[str]:
    """Parts side by side as far as they fit; a part that is too long is broken at its spaces."""
    rows: list[str] = []
    for part in parts:
        if rows and width(rows[-1]) + len(gap) + width(part) <= columns:
            rows[-1] += gap + part
            continue
        line = ""
        for word in part.split(" "):
            if line and width(line) + width(word) + len(indent) + 1 > columns:
                rows.append((indent if rows or indent != "  " else "") + line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        rows.append((indent if rows or indent != "  " else "") + line)
    return rows
