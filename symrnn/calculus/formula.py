"""What a closed form is: the formula, the steps that led to it, and the inductions behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sympy import Tuple

from symrnn.calculus.adjoint_chains import AdjointLines, at_time
from symrnn.calculus.companion import CopyProof
from symrnn.calculus.derivation import Derivation, Law
from symrnn.calculus.induction import Proof, shortened
from symrnn.calculus.report import Report
from symrnn.calculus.sums import all_exchanged, everywhere
from symrnn.model import Element, Equation, Recurrence
from symrnn.tensor.adjoint import Adjoint


@dataclass(frozen=True, repr=False)
class ClosedStep:
    """One line on the way to a closed form: what the gradient is now, by which law, from which numbered lines."""

    law: Law
    after: Any
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<ClosedStep {self.law.name}: {shortened(self.after)}>"


@dataclass(frozen=True, repr=False)
class ClosedForm:
    """A gradient, an adjoint, a derivative or a state in closed form.

    subject
        The derivation whose gradient it is, or the model.
    of
        What is given in closed form: `nabla(W)`, `nabla(h[t])`, `s[t]`, a derivative of `h[t]`.
    expr
        The closed form: sums over time of ordered products of Jacobians, applied to what is put in. Adjoints
        that no recurrence carries, such as those of outputs, stay in it; `explicit` has them put in as well.
    steps
        How it came from the gradient's line; every one of them equals the gradient.
    proofs
        The inductions by which the recurrence of the states was solved.
    behind
        The derivation or model that the inductions are about, where it is another: one with copies of the states.
    copied
        The proof that these copies are the states some steps late, and that all else is computed as in the model.
    again
        What makes the steps anew from the model, where they are a proof by themselves.
    """

    subject: Derivation | Recurrence = field(repr=False)
    of: Any
    expr: Any
    steps: tuple[ClosedStep, ...]
    proofs: tuple[Proof, ...]
    over: Any = None
    behind: Derivation | Recurrence | None = field(default=None, repr=False)
    copied: CopyProof | None = field(default=None, repr=False)
    again: Callable[[], tuple[ClosedStep, ...]] | None = field(default=None, repr=False, compare=False)

    @property
    def equation(self) -> Equation:
        """What it is of, and its closed form, with its range."""
        return Equation._trusted(self.of, self.expr, Tuple(*(self.over or ())))

    @property
    def proof(self) -> Proof | None:
        """The induction behind it; None where the line was closed already."""
        return self.proofs[0] if self.proofs else None

    @property
    def copies(self) -> tuple[Equation, ...]:
        """What the copies of states are."""
        return self.copied.delayed.definitions if self.copied is not None else ()

    @property
    def exchanged(self) -> Any:
        """The same with its double sums in the other order, None where it has none."""
        return all_exchanged(self.expr)

    @property
    def explicit(self) -> Any:
        """The closed form with the remaining adjoints put in by their lines, where one line holds at all times."""
        if not isinstance(self.subject, Derivation):
            return self.expr
        return without_plain_adjoints(AdjointLines.of(self.subject), self.expr)

    @property
    def status(self) -> str:
        """How it was established."""
        if self.again is not None:
            return "proved" if self.again() == self.steps else "not proved"
        if not self.proofs:
            return f"read off line ({self.steps[0].lines[0]})" if self.steps[0].lines else "by definition"
        copied = self.copied is None or self.copied.check()
        return "proved" if copied and all(p.check() for p in self.proofs) else "not proved"

    def verify(self, seed: int = 0) -> Report:
        """Check the closed form, every step to it and every line of its proofs at random instances."""
        from symrnn.calculus.closed_checks import Workshop

        return Workshop(self.subject, seed).report(self)

    def __repr__(self) -> str:
        how = f"{len(self.steps)} lines, {len(self.proofs)} induction{'s' * (len(self.proofs) != 1)}"
        return f"<ClosedForm {shortened(self.equation)} ({how})>"

    def __str__(self) -> str:
        return f"{self.equation}   [{self.status}]"

    def _repr_latex_(self) -> str:
        import symrnn

        return f"$\\displaystyle {symrnn.latex(self.equation)}$"


def without_plain_adjoints(lines: AdjointLines, expr: Any) -> Any:
    """An expression with the adjoints put in that one line gives for all times."""

    def put_in(x: Any) -> Any:
        rule = {a: _only_line(lines, a) for a in x.atoms(Adjoint)}
        rule = {a: y for a, y in rule.items() if y is not None}
        return x.xreplace(rule) if rule else x

    for _ in range(len(lines.rows) + 1):
        before, expr = expr, everywhere(expr, put_in)
        if expr == before:
            return expr
    return expr


def _only_line(lines: AdjointLines, a: Adjoint) -> Any:
    """What an adjoint is, when one line says so for all its times."""
    rows = lines.rows.get(a.node.sequence, ()) if isinstance(a.node, Element) else ()
    return at_time(rows[0], a.time) if len(rows) == 1 else None
