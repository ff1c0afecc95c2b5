"""The page that a terminal shows of a derivation: the model, the lines with their reasons, how they were checked.

It sets what `present` decided in columns; the words are in `words`, the columns in `columns`. It checks nothing
itself: the report is handed to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sympy import Integer, Symbol

from symrnn.calculus.bptt import upstream_of
from symrnn.calculus.derivation import Derivation, Step
from symrnn.calculus.left_out import TRUNCATIONS, left_out
from symrnn.calculus.report import Report
from symrnn.calculus.support import order_key
from symrnn.model import Recurrence
from symrnn.model.ranges import Range
from symrnn.tensor.time import t, tau
from symrnn.typeset.columns import Cells, boxed, draw, draw_parts, laid_out, wrapped
from symrnn.typeset.displays import as_asked, equation_row, fixed, line_rows, presenter, runs_back, span
from symrnn.typeset.items import Item, Listing
from symrnn.typeset.notation import Notation, terminal
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import Values, fill, law_words, sentence
from symrnn.typeset.symbols import given_values, kinds, sizes
from symrnn.typeset.verdict import checked

MOST = 60  # lines of one page; the rest goes to a file
USUAL = Range(Integer(1), tau)


def derivation_page(
    derivation: Derivation,
    report: Report | None = None,
    *,
    columns: int = 118,
    notation: Notation | str | None = None,
    steps: bool = False,
    more: bool = True,
    language: str = "en",
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
    language
        Of the words: "en" or "de".

    Examples
    --------
    >>> import symrnn as sr
    >>> page = derivation_page(sr.bptt(sr.models.elman()))
    >>> print(page.splitlines()[0])
    elman: tanh network with softmax output (Goodfellow et al. 2016, 10.8 to 10.28)
    """
    derivation, p, report = asked(derivation, report, notation, language)
    rows = _heading(derivation, p, columns) + _model_lines(derivation.model, p, columns)
    rows += _line_groups(derivation, p, columns)
    if steps:
        rows += [p.words["title.steps"], *_step_lines(derivation.steps, p)]
    rows += boxed(draw_parts(checked(report, p)), columns)
    if more:
        rows += wrapped([_more(derivation, p)], columns, "  ")
    return "\n".join(row.rstrip() for row in rows)


def asked(
    derivation: Derivation, report: Report | None, notation: Notation | str | None, language: str
) -> tuple[Derivation, Presenter, Report | None]:
    """The derivation by the adjoints that the notation asks for, a presenter for a terminal, and its own report."""
    p = presenter(derivation, terminal(notation), None, linear=True, language=language)
    found, p = as_asked(derivation, p)
    return found, p, report if found is derivation or report is None else found.verify(report.seed)


def _heading(derivation: Derivation, p: Presenter, columns: int) -> list[str]:
    """The model's name with its last times where they are numbers, what it is, where it comes from."""
    title = derivation.model.title
    name = title.name
    if not isinstance(derivation.last, Symbol):
        lasts = derivation.last if isinstance(derivation.last, tuple) else ((tau, derivation.last),)
        ends = [fixed(symbol, size, p) for symbol, size in lasts]
        name = draw_parts(fill(p.words["at"], {"name": [name], "times": [Listing(tuple(ends))]}, p))
    source = f" ({title.source})" if title.source else ""
    return wrapped([f"{name}: {title.summary}{source}" if title.summary else name + source], columns, "  ")


def _model_lines(model: Recurrence, p: Presenter, columns: int) -> list[str]:
    """The forward equations with ranges that are not the usual one, the loss, the shapes, what is given."""
    parts = []
    for e in model.equations:
        row = equation_row(e, p)
        times = draw_parts(fill(p.words["for"], {"times": [row.condition]}, p)) if row.condition else ""
        when = f"  {times}" if row.condition and e.times != USUAL else ""
        parts.append(f"{draw(row.left) if row.left else ''} = {draw(row.right)}{when}")
    for x in model.abbreviations:
        parts.append(f"{draw(p(x.short))} = {draw(p.with_(short=())(x.long))}")
    arriving = upstream_of(model)
    if model.loss is not None and arriving is None:
        parts.append(f"{draw(p.name('L'))} = {draw(p(model.loss))}")
    shapes = [f"{', '.join(draw(p(x)) for x in found)}: {kind_text(kind, p)}" for kind, found in kinds(model)]
    given = given_values(model)
    if given:
        shapes.append(draw_parts(fill(p.words["given_values"], {"nodes": [Listing(p.all(given))]}, p)))
    if arriving is not None:
        values: Values = {"nodes": [p(_at(arriving[0], arriving[1]))], "of": [p(_at(arriving[1], arriving[1]))]}
        shapes.append(draw_parts(fill(p.words["arriving"], values, p)))
    return wrapped(parts, columns, "   ", "    ") + wrapped(shapes, columns, "   ", "   ")


def _at(sequence: Any, like: Any) -> Any:
    """A sequence's element at t, or at the time of `like` where that is an element."""
    if not hasattr(sequence, "sequence"):
        return sequence[getattr(like, "time", t)]
    return sequence


def kind_text(kind: tuple[Any, ...], p: Presenter) -> str:
    """R^n, n x m, scalar, or an unknown function."""
    word, *shape = kind
    if word:
        return p.words["unknown"]
    shown = [draw(x) for x in sizes(shape, p)]
    return p.words["scalar"] if not shown else f"R^{shown[0]}" if len(shown) == 1 else " x ".join(shown)


def _line_groups(derivation: Derivation, p: Presenter, columns: int) -> list[str]:
    """The numbered lines under their titles, in columns that all groups share."""
    shown = [line for line in derivation.lines if line.group != "seed"]
    shown += left_out(derivation) if derivation.title in TRUNCATIONS else ()
    first, rest = shown[:MOST], len(shown) - MOST
    groups = []
    for group, lines in groupby(first, key=lambda line: line.group):
        said, cells = "", []
        for line in lines:
            why = draw_parts(sentence(line, p)) if group != "chain" else ""
            usual = line.when == USUAL and not (group == "forward" and runs_back(line.equation, t))
            rows = line_rows(line, p, derivation.smallest)
            cells.append(Cells(line.number, rows, "" if why == said else why, usual))
            said = why
        groups.append((_title(group, derivation, p), cells))
    return laid_out(groups, columns, p.words["because"]) + [p.words["more_lines"].replace("{count}", str(rest))] * (
        rest > 0
    )


def _title(group: str, derivation: Derivation, p: Presenter) -> str:
    model, last = derivation.model, derivation.last
    back = all(lag >= 0 for v in model.states for lag in model.lags.get(v, ()))
    if group == "backward" and back and len(model.lengths) == 1:
        end = Integer(last) if isinstance(last, int) else model.lengths[0]
        first = min((r.first for v in model.defined for r in model.ranges[v]), key=order_key)
        times = span(t, Range(first, end), p, down=True)
        return draw_parts(fill(p.words["title.backward_in_time"], {"times": [times]}, p))
    if group == "gradient" and any(line.group == "second" for line in derivation.lines):
        return p.words["title.product"]
    if group == "gradient" and (p.rows or p.numerator):
        return p.words["title.gradient_" + ("numerator" if p.numerator else "rows")]
    return p.words.get(f"title.{group}", group)


def _step_lines(steps: Sequence[Step], p: Presenter) -> list[str]:
    """What each step did: the law, where, what became what."""
    rows = []
    for i, step in enumerate(steps, 1):
        parts: list[str | Item] = [law_words(step.law, p)]
        if step.equation is not None:
            parts += fill(p.words["step.in"], {"of": [p(step.equation.lhs)]}, p)
        if step.kind == "pullback" and step.target is not None:
            parts += fill(p.words["step.to"], {"of": [p(step.target)]}, p)
        rows.append(f"{f'[{i}]':>6} {draw_parts(parts)}")
        sign = "↦" if step.kind == "pullback" else "="
        rows.append(f"{'':>10}{draw(p(step.before))}  {sign}  {draw(p(step.after))}")
    return rows


def _more(derivation: Derivation, p: Presenter) -> str:
    name = derivation.model.title.name
    options = ["--steps", "--explain 1", "--wrt NAMES"] + (["--tau 3"] if isinstance(derivation.last, Symbol) else [])
    return p.words["more"] + "   ".join([*options, "--latex", f"-o {name}.html | .tex | .md"])
