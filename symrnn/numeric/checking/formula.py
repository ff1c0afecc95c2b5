"""Is the formula in my paper right: a gradient given as an expression, and which mistake it is if it is wrong.

What the formula reads is given its true value, adjoints included. A formula in adjoints claims one line; one without
any claims the whole sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.calculus.bptt import bptt
from symrnn.calculus.catalogue import Variant
from symrnn.calculus.mistakes import variants
from symrnn.calculus.mistakes_terms import TRANSPOSED
from symrnn.calculus.verdict import INVALID, RIGHT, WRONG, Diagnosis, Verdict
from symrnn.errors import SymrnnError, Undefined
from symrnn.graph.lengths import Last, checked_last, spread
from symrnn.model import Element, Equation, Recurrence, Sequence
from symrnn.numeric.checking.case import DOUBLE
from symrnn.numeric.checking.formula_case import FormulaCase, formula_values
from symrnn.numeric.checking.formula_text import expression_of, leaf_of_gradient
from symrnn.numeric.checking.points import point, sizes_of
from symrnn.numeric.checking.report import ALTERNATIVES
from symrnn.numeric.checking.search import Found, search
from symrnn.numeric.frame import key_of_leaf
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.linear import transpose
from symrnn.tensor.node import shape_of
from symrnn.tensor.shape import same_shape, show_shape
from symrnn.tensor.time import t


def check_formula(
    model: Recurrence,
    of: Any,
    formula: Any,
    *,
    notation: Any = None,
    tau: Any = None,
    dims: Mapping[Any, int] | None = None,
    seed: int = 0,
) -> Verdict:
    r"""Whether a formula for a gradient is right, and which mistake it is if not.

    Parameters
    ----------
    model
        A model with a loss.
    of
        What the gradient belongs to: a parameter, a constant, a boundary value, an element such as `h[t]` or `x[t]`
        (then the formula is judged at every t), or the adjoint of one; or its name as a text.
    formula
        An expression of the shape of `of`, or a text that `read` reads, in LaTeX or plain letters, with or without a
        left side. It may read values, parameters and adjoints; adjoints after the last step are zero.
    notation
        The `Notation` of a text, if it renames things or has vectors as rows.
    tau, dims, seed
        A last time and sizes in place of those chosen.

    Returns
    -------
    Verdict
        "invalid" when the formula has another shape or reads what does not exist.

    Raises
    ------
    Undefined
        When the model has no loss, or `of` is nothing that it has a gradient of.
    ReadError
        When a text cannot be read, with the place.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn import nabla, t, tau
    >>> rnn = sr.models.elman()
    >>> (W, h) = rnn.parameters[1], rnn.states[0]
    >>> wrong = sr.time_sum(sr.outer(sr.diag(1 - h[t] ** 2) @ nabla(h[t]), h[t]))
    >>> sr.check_formula(rnn, W, wrong).mistakes
    ('index off by one',)
    >>> text = r"\sum_{t=1}^{\tau} \operatorname{diag}(1 - (h^{(t)})^2)\, (\nabla_{h^{(t)}} L)\, h^{(t-1)\top}"
    >>> bool(sr.check_formula(rnn, W, text)), bool(sr.check_formula(rnn, "b", "sum_t ∇h[t]"))
    (True, False)
    """
    if model.loss is None:
        raise Undefined(f"`{model.title.name}` has no loss, so there is no gradient to check", repair="add loss=...")
    leaf = leaf_of_gradient(model, of)
    expr = expression_of(model, leaf, formula, notation)
    return _Formula(model, leaf, expr, tau, dims, seed).judged()


def check_formulas(model: Recurrence, formulas: Mapping[Any, Any], **options: Any) -> Verdict:
    """Several formulas, each judged by itself, in one verdict."""
    if not formulas:
        raise Undefined("no formula is given", repair="check_gradient(model, {W: expression or text})")
    single = [
        (key_of_leaf(leaf_of_gradient(model, of)), check_formula(model, of, formula, **options))
        for of, formula in formulas.items()
    ]
    statuses = [v.status for _, v in single]
    status = next((s for s in (INVALID, WRONG, "undecided") if s in statuses), RIGHT)
    rows: list[tuple[str, Any]] = []
    for key, v in single:
        rows += [("gradient", f"{key}: {v.status}" + (f", {v.reason}" if v.reason else "")), *v.rows]
    return Verdict(
        status,
        f"check_gradient  {model.title.name} against {len(single)} formula{'s' if len(single) > 1 else ''}",
        next((v.reason for _, v in single if v.status == status), ""),
        tuple(d for _, v in single for d in v.found),
        (),
        {key: e for _, v in single for key, e in v.wrong.items()},
        tuple(key for key, v in single if v),
        tuple(rows),
    )


class _Formula:
    """One formula on its way to a verdict."""

    def __init__(self, model: Recurrence, leaf: Any, expr: Any, tau: Any, dims: Any, seed: int) -> None:
        self.model, self.leaf, self.expr, self.seed = model, leaf, expr, seed
        self.sizes = sizes_of(model, dims)
        if tau is not None:
            self.lasts: tuple[Last, ...] = (checked_last(model, tau),)
        else:
            self.lasts = (4, 3, 5) if len(model.lengths) == 1 else tuple(spread(model, 3, 3))
        shown = f"{leaf}[t]" if isinstance(leaf, Sequence) else str(leaf)
        self.subject = f"check_formula  {model.title.name}, the gradient of {shown}"

    @property
    def node(self) -> Any:
        """The node whose adjoint the formula is."""
        return self.leaf[t] if isinstance(self.leaf, Sequence) else self.leaf

    def judged(self) -> Verdict:
        """Shapes first, then values at every point, then the diagnosis."""
        mine, wanted = shape_of(self.expr), shape_of(self.node)
        transposed = len(mine) == 2 and not same_shape(mine, wanted) and same_shape(mine, wanted[::-1])
        if not same_shape(mine, wanted) and not transposed:
            reason = f"the formula has shape {show_shape(mine)}, the gradient {show_shape(wanted)}"
            return Verdict(INVALID, self.subject, reason, rows=(("repair", "a gradient has the shape of its leaf"),))
        expr = transpose(self.expr) if transposed else self.expr
        try:
            cases = [self.case(expr, last) for last in self.lasts]
        except SymrnnError as error:
            return Verdict(INVALID, self.subject, error.what, rows=(("repair", error.repair),) if error.repair else ())
        key = cases[0].key
        worst = max(case.errors[key] for case in cases)
        if worst <= DOUBLE.right:
            return self.layout_only(worst) if transposed else self.right(worst, cases)
        return self.wrong(worst, cases, search(list(cases), _narrow_first(self.model)), transposed)

    def case(self, expr: Any, last: Last) -> FormulaCase:
        """The formula's values at one last time."""
        at = point(self.model, last, self.seed, self.sizes, None)
        found = formula_values(expr, self.leaf, at)
        return FormulaCase(at, self.leaf, found, local=bool(self.expr.atoms(Adjoint)))

    def right(self, worst: float, cases: list[FormulaCase]) -> Verdict:
        """The formula holds."""
        rows = (self._at(cases), ("formula", Equation._trusted(nabla(self.node), self.expr)))
        return Verdict(RIGHT, self.subject, right=(cases[0].key,), rows=rows, facts={"error": worst})

    def layout_only(self, worst: float) -> Verdict:
        """The formula is the transpose of the gradient."""
        m = TRANSPOSED
        found = (Diagnosis(m.name, key_of_leaf(self.leaf), m.explanation, m.advice),)
        right = self.right_line()
        lines = (("  yours", Equation._trusted(nabla(self.node), self.expr)), ("  right", right))
        rows = (("mistake", f"{found[0]}: {m.explanation}"), *lines, ("  advice", m.advice))
        return Verdict(WRONG, self.subject, "", found, wrong={key_of_leaf(self.leaf): 2.0}, rows=rows)

    def wrong(self, worst: float, cases: list[FormulaCase], found: Found, transposed: bool) -> Verdict:
        """The formula does not hold: which mistake, and the right line."""
        right = self.right_line()
        named = [tuple(self._diagnosis(v, right) for v, _ in x.made) for x in found.explanations[: 1 + ALTERNATIVES]]
        first = named[0] if named else ()
        if transposed:
            m = TRANSPOSED
            first = (Diagnosis(m.name, key_of_leaf(self.leaf), m.explanation, m.advice), *first)
        rows: list[tuple[str, Any]] = [self._at(cases), ("error", f"relative error {worst:.1e}")]
        rows += [("mistake", f"{d}: {d.explanation}") for d in first]
        rows += [("  yours", Equation._trusted(nabla(self.node), self.expr))]
        rows += [("  right", right)] if right is not None else []
        rows += [("  advice", d.advice) for d in first]
        if not first:
            rows.append(("mistake", f"none of {found.tried} mistakes of the catalogue, alone or in pairs, gives this"))
        key = cases[0].key
        return Verdict(WRONG, self.subject, "", first, tuple(named[1:]), {key: worst}, (), tuple(rows))

    def _diagnosis(self, variant: Any, right: Any) -> Diagnosis:
        m = variant.mistake
        return Diagnosis(
            m.name, variant.place, m.explanation, m.advice, Equation._trusted(nabla(self.node), self.expr), right
        )

    def right_line(self) -> Any:
        """The line of the derivation that the formula should be."""
        given = self.leaf if self.leaf not in self.model.defined else None
        d = bptt(self.model, wrt=[given] if given is not None else None)
        lines = [line for line in d.lines if _owner(line.equation.lhs.node) == self.leaf]
        return lines[-1].equation if lines else None

    def _at(self, cases: list[FormulaCase]) -> tuple[str, str]:
        times = ", ".join(c.at.words.split()[-1] for c in cases[1:])
        return "at", cases[0].at.words.replace("tau", "τ") + (f" and {times}".replace("tau", "τ") if times else "")


def _narrow_first(model: Recurrence) -> list[Variant]:
    """The catalogue for one formula: of one mistake, what is said of its own line before what is said of all lines."""
    catalogue = variants(model)
    order = list(dict.fromkeys(v.mistake.name for v in catalogue))
    return sorted(catalogue, key=lambda v: (order.index(v.mistake.name), v.width != 1))


def _owner(node: Any) -> Any:
    """The sequence of an element that is computed or an input, else the node itself."""
    if isinstance(node, Element) and t in node.free_symbols:
        return node.sequence
    return node
