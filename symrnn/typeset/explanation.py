"""One line of a derivation in every detail, for a terminal: its uses, their Jacobians, each law, and its entries."""

from __future__ import annotations

from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.explain import entry_equation, line_of, uses_of
from symrnn.calculus.report import Report
from symrnn.errors import Unsupported
from symrnn.typeset.breaking import broken
from symrnn.typeset.chains import argued
from symrnn.typeset.columns import Cells, boxed, draw, draw_parts, laid_out, wrapped
from symrnn.typeset.displays import equation_row, line_rows
from symrnn.typeset.items import Row, Sum
from symrnn.typeset.notation import Notation
from symrnn.typeset.page import asked
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import capital, fill, sentence
from symrnn.typeset.text import TextRenderer, width
from symrnn.typeset.verdict import checked

MARKS = ("\x1b[4m", "\x1b[24m")  # underlined, in a terminal
PLAIN_MARKS = ("⟦", "⟧")


def explanation_page(
    derivation: Derivation,
    number: int,
    report: Report | None = None,
    *,
    columns: int = 118,
    notation: Notation | str | None = None,
    language: str = "en",
    underline: bool = False,
) -> str:
    """One line of a derivation in every detail: what `symrnn derive MODEL --explain 3` prints.

    Parameters
    ----------
    derivation, number
        Which line.
    report
        What a verification found, for the last sentence.
    columns, notation, language
        As for `derivation_page`.
    underline
        Whether what changed from one row to the next is underlined by the terminal; else it stands in ⟦ ⟧.

    Raises
    ------
    Undefined
        When there is no line of that number.

    Examples
    --------
    >>> import symrnn as sr
    >>> print(explanation_page(sr.bptt(sr.models.elman()), 7).splitlines()[-1])
        ∂L/∂W_ij = Σ (1 - h_i(t)²) h_j(t-1) (∂L/∂h_i(t))
    """
    derivation, p, report = asked(derivation, report, notation, language)
    line = line_of(derivation, number)
    pen = TextRenderer(MARKS if underline else PLAIN_MARKS)
    rows = laid_out([("", [Cells(number, line_rows(line, p, derivation.smallest), "", False)])], columns, "")[1:]
    rows += wrapped([draw_parts((*capital(sentence(line, p)), "."))], columns, "  ", first="")
    rows += _uses(derivation, line, p)
    argument = _argument(derivation, line, p, pen, columns)
    rows += [p.words["explain.argument"], *argument] if len(argument) > 1 else []
    rows += [p.words["explain.entries"], *_row(equation_row(entry_equation(line), p), 4, draw, columns)]
    if report is not None:
        rows += boxed(draw_parts(checked(report, p)), columns)
    return "\n".join(row.rstrip() for row in rows)


def _uses(derivation: Derivation, line: Line, p: Presenter) -> list[str]:
    """The equations that read the node."""
    try:
        equations = [use.equation for use in uses_of(derivation, line) if use.equation is not None]
    except Unsupported:
        return []
    if not equations:
        return []
    node = p(line.equation.lhs.node)
    found = [f"    {draw(p(e.lhs))} = {draw(p(e.rhs))}" for e in dict.fromkeys(equations)]
    return [draw_parts(fill(p.words["explain.uses"], {"of": [node]}, p)), *found]


def _argument(derivation: Derivation, line: Line, p: Presenter, pen: TextRenderer, columns: int) -> list[str]:
    rows: list[str] = []
    shift = 0
    for row in argued(derivation, line, p, full=True):
        shift = width(draw(row.left)) + 1 if row.left else shift
        rows += _row(row, 4 if row.left else 4 + shift, pen, columns)
    return rows


def _row(row: Row, indent: int, pen: TextRenderer, columns: int) -> list[str]:
    """A row, continued below where it is long; what stands beside it goes below it where there is no room."""
    left = f"{pen(row.left)} = " if row.left else "= "
    shift = indent + (width(draw(row.left)) + 3 if row.left else 2)
    pieces = broken(row, lambda item: width(draw(item)), columns - shift - 2)
    found = [" " * indent + left + pen(pieces[0])]
    for piece in pieces[1:]:
        joint = "" if isinstance(piece, Sum) and piece.terms[0][0] else "+ "
        found.append(" " * (shift - 2) + joint + pen(piece))
    if row.told and shift + width(draw(pieces[-1])) + 4 + width(draw(row.told)) <= columns:
        found[-1] += "    " + pen(row.told)
    elif row.told:
        found.append(" " * (shift + 4) + pen(row.told))
    return found
