"""What a notebook shows: `html(x)`, formulas as MathML, reports and proofs as lines and tables with their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from html import escape
from typing import Any

from symrnn.calculus.derivation import Law
from symrnn.calculus.formula import ClosedForm
from symrnn.calculus.induction import Case, Move, Proof
from symrnn.calculus.report import Finding, Report
from symrnn.calculus.verdict import Verdict
from symrnn.tensor.elementwise import add
from symrnn.typeset.blocks import Block, Display, Paragraph
from symrnn.typeset.displays import presenter
from symrnn.typeset.items import Phrase, Row, Rows
from symrnn.typeset.mathml import mathml
from symrnn.typeset.notation import Notation, as_notation
from symrnn.typeset.present import Presenter
from symrnn.typeset.proofs import Block as Lines
from symrnn.typeset.proofs import case_block, closed_blocks, downwards, times_item
from symrnn.typeset.reasons import law_words
from symrnn.typeset.verdict import checked, ways
from symrnn.typeset.write_html import write_block


def html(x: Any, notation: Notation | str | None = None, *, language: str = "en") -> str:
    """Anything of this package as a piece of HTML, to stand in a page or a notebook.

    Parameters
    ----------
    x
        What `latex` takes; also a `Report`, a `Verdict`, a closed form with its steps, a proof with its laws.
    notation
        A `Notation` or the name of a preset.
    language
        "en" or "de".

    Raises
    ------
    Unsupported, Undefined
        For what has no form on paper; for an unknown notation or language.

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.html(sr.tau + 1)
    '<math display="block"><semantics><mrow><mi>τ</mi><mo>+</mo><mn>1</mn></mrow>...</math>'
    """
    match x:
        case Verdict():
            return _verdict(x, notation)
        case Notation():
            shown = ((f.name, str(getattr(x, f.name))) for f in fields(x) if f.name != "names")
            return _table((*shown, ("names", ", ".join(f"{old} as {new}" for old, new in x.names) or "as they are")))
        case Law():
            return f"<p><strong>{escape(x.name)}</strong>: {escape(x.statement)} ({escape(x.source)})</p>"
        case Finding():
            return f"<p>{escape(str(x))}</p>"
    blocks = _blocks(x, as_notation(notation), language)
    return "\n".join(map(write_block, blocks)) if blocks else mathml(x, notation, display=True)


def _blocks(x: Any, notation: Notation, language: str) -> list[Block]:
    match x:
        case Report():
            p = presenter(None, notation, None, language=language)
            return [Paragraph(checked(x, p), True), ways(x, p)] if x.findings else [Paragraph(checked(x, p), True)]
        case ClosedForm():
            p = presenter(x.subject, notation, None, language=language)
            back = any(map(downwards, x.proofs))
            return [block for part in closed_blocks(x, p) for block in _chain(part, p, back)]
        case Move():
            p = presenter(None, notation, None, language=language)
            return [Paragraph((law_words(x.law, p), ": ", p(add(*x.after))))]
        case Case():
            p = presenter(None, notation, None, language=language)
            return _chain(case_block(x, p), p, x.scene.chain.ahead == 1)
        case Proof():
            p = presenter(None, notation, None, language=language)
            return [block for case in x.cases for block in _chain(case_block(case, p), p, downwards(x))]
    return []


def _chain(lines: Lines, p: Presenter, back: bool) -> list[Block]:
    """A title with its times, and the lines below it with their reasons."""
    times = times_item(lines, p, back)
    title = (lines.title, ", ", times, ":") if times is not None else (lines.title, ":")
    rows = tuple(
        Row(row.left, row.right, Phrase((why,)) if why else None)
        for row, why in zip(lines.rows, lines.whys, strict=True)
    )
    return [Paragraph(title), Display(Rows(rows))]


def _verdict(x: Verdict, notation: Notation | str | None) -> str:
    """The report of a verdict: one labelled row a fact, formulas as formulas."""
    head = f"{x.subject}: {x.status}" + (f", {x.reason}" if x.reason else "")
    return f"<p><strong>{escape(head)}</strong></p>" + (_table(x.rows, notation) if x.rows else "")


def _table(rows: Iterable[tuple[str, Any]], notation: Notation | str | None = None) -> str:
    """Labelled rows, formulas as formulas."""
    shown = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(label)}</th><td style="text-align:left">'
        f"{escape(content) if isinstance(content, str) else mathml(content, notation)}</td></tr>"
        for label, content in rows
    )
    return f"<table>{shown}</table>"
