"""One line of a derivation as an object: its argument and its entries, in LaTeX, in a notebook and as text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.explain import entry_equation, line_of
from symrnn.errors import Undefined
from symrnn.model import Equation
from symrnn.model.named import named
from symrnn.tensor.adjoint import Adjoint
from symrnn.typeset.chains import argued
from symrnn.typeset.displays import as_asked, equation_row, presenter
from symrnn.typeset.explanation import explanation_page
from symrnn.typeset.items import Row, Rows
from symrnn.typeset.latex import LatexRenderer
from symrnn.typeset.notation import Notation, as_notation


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why one line of a derivation holds: `.latex(...)`, `.text(...)`, and `.entries`, the same entry by entry."""

    derivation: Derivation
    line: Line

    @property
    def entries(self) -> Equation:
        """The line entry by entry, an equation between scalars in free indices."""
        return entry_equation(self.line)

    def latex(
        self,
        notation: Notation | str | None = None,
        *,
        full: bool = True,
        entries: bool = True,
        language: str = "en",
        mark: str = "",
    ) -> str:
        """The argument as an aligned display: with Jacobians, one law after the other, and entry by entry.

        Parameters
        ----------
        notation
            A `Notation` or the name of a preset.
        full
            Whether each law has a line of its own; else the line with Jacobians and the line itself.
        entries
            Whether the last line has it entry by entry.
        language
            Of the laws' names.
        mark
            A colour of xcolor for what changed from one line to the next; "" marks nothing.
        """
        p = presenter(self.derivation, as_notation(notation), None, language=language)
        rows = argued(self.derivation, self.line, p, full)
        shown = [Row(row.left, row.right, row.told) for row in rows]
        if entries and self.entries != self.line.equation:
            own = equation_row(self.entries, p)
            shown.append(Row(own.left, own.right))
        return LatexRenderer(mark)(Rows(tuple(shown)))

    def text(self, notation: Notation | str | None = None, *, columns: int = 118, language: str = "en") -> str:
        """The argument as a page for a terminal."""
        return explanation_page(
            self.derivation, self.line.number, columns=columns, notation=notation, language=language
        )

    def __repr__(self) -> str:
        return f"<Explanation of line ({self.line.number}) of {self.derivation.model.title.name}: {self.line.equation}>"

    def __str__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex(mark='blue')}$"


def explain(derivation: Derivation, line: Any, notation: Notation | str | None = None) -> Explanation:
    """A line of a derivation in every detail.

    Parameters
    ----------
    derivation
        From `bptt` or any other.
    line
        Its number, or the node it is about: a parameter, `h[t]`, its adjoint, or a name such as "W".
    notation
        A `Notation` that names the adjoints of pre-activations explains the derivation by these.

    Raises
    ------
    Undefined
        When there is no such line.

    Examples
    --------
    >>> import symrnn as sr
    >>> d = sr.bptt(sr.models.elman())
    >>> sr.explain(d, 6).entries
    entry(nabla(b), i) = time_sum((1 - entry(h[t], i)**2)*entry(nabla(h[t]), i))
    """
    found, _ = as_asked(derivation, presenter(derivation, as_notation(notation), None))
    if isinstance(line, int):
        return Explanation(found, line_of(found, line))
    found_at = named(found.model, line)
    node = found_at.node if isinstance(found_at, Adjoint) else found_at
    for own in found.lines:
        if own.number > 0 and node in (own.equation.lhs, getattr(own.equation.lhs, "node", None)):
            return Explanation(found, own)
    raise Undefined(f"no line of this derivation is about {line}", repair="explain(d, NUMBER) takes a line's number")
