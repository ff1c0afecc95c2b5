"""Truncated back-propagation through time with a window for each error, and what any truncation leaves out.

Both are the same double sum, over the times s at which errors enter and over the steps t they reach; only the
bounds of t differ. It is derived once, for generic t and s.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sympy import Expr

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.bptt import template_of
from symrnn.calculus.derivation import Derivation, Reason, Step, name_of
from symrnn.calculus.forward import numbered
from symrnn.calculus.forward_template import outer_lines, outer_part
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.ranges import boundary_gradient, element_lines, guarded, ordered_leaves, shared_gradient, sum_step
from symrnn.calculus.support import is_summed
from symrnn.calculus.term_adjoints import Errors, errors_of, term_of, term_rows
from symrnn.calculus.truncation import Truncation, carriers_of, check_truncatable, earlier, free_index, later
from symrnn.graph.lengths import Last
from symrnn.model import Element, Equation, Recurrence, Sequence
from symrnn.model.ranges import grows
from symrnn.tensor.adjoint import MISSING, TRUNCATED, nabla
from symrnn.tensor.binders import guard, time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t
from symrnn.tensor.time import tau as symbolic_tau


@dataclass(frozen=True)
class WindowTemplate:
    """The double sum for generic t and s, with the bounds of a truncation, or with those of what it leaves out.

    whole, outer
        The adjoint recurrence, and the part of it that outputs and the loss send back.
    missing
        Whether the steps that the truncation does not reach are meant, instead of those that it does.
    """

    model: Recurrence
    chosen: tuple[Any, ...]
    truncation: Truncation
    whole: Template
    outer: Template
    missing: bool = False

    @property
    def carriers(self) -> tuple[Sequence, ...]:
        """The sequences through which errors go back."""
        return carriers_of(self.model)

    @property
    def errors(self) -> Errors | None:
        """The times at which errors enter."""
        return errors_of(self.outer, self.carriers, free_index(self.model, {self.truncation.size}))

    @property
    def label(self) -> Any:
        """The objective whose gradients the lines are."""
        return MISSING if self.missing else TRUNCATED

    def ranged(self) -> Derivation:
        """The derivation for symbolic tau."""
        errors = self.errors
        rows = [(*row, None) for row in outer_lines(self.outer, self.carriers)]
        if errors is not None:
            rows += term_rows(self.whole, self.outer, errors, None if self.missing else self.truncation)
        gradients: dict[str, Any] = {}
        for leaf in ordered_leaves(self.model, self.chosen):
            for row, name, value in self._leaf_rows(leaf, errors):
                rows.append(row)
                gradients[name] = value
        lines = numbered(rows)
        steps = self._steps(lines) + self.split(gradients)
        return Derivation(self.model, symbolic_tau, lines, steps, gradients, title=self.title, origin=self)

    def split(self, kept: dict[str, Any]) -> tuple[Step, ...]:
        """For each parameter: the whole gradient is what is kept and what is left out, the step that truncates."""
        if self.missing or self.errors is None:
            return ()
        left, errors = replace(self, missing=True), self.errors
        found = []
        for leaf in self.chosen:
            if self._inner(leaf) and not isinstance(leaf, Sequence | Element):
                whole = add(kept[name_of(leaf)], *left._shared_terms(leaf, errors))
                found.append(Step(LAWS["truncation"], "sum", nabla(leaf), whole, target=leaf))
        return tuple(found)

    @property
    def title(self) -> str:
        """What kind of derivation it is."""
        return "missing" if self.missing else self.truncation.kind

    def _steps(self, lines: tuple[Any, ...]) -> tuple[Step, ...]:
        sums = tuple(sum_step(line) for line in lines if line.group in {"seed", "output"})
        return self.whole.steps + sums

    def _leaf_rows(self, leaf: Any, errors: Errors | None) -> list[Any]:
        """The lines of one leaf's gradient, each with its key and value."""
        if isinstance(leaf, Sequence):
            return self._input_rows(leaf, errors)
        if isinstance(leaf, Element):
            value, smallest = boundary_gradient(leaf, self._by_steps(errors))
            row = (self._line(leaf, value), "boundary", None, Reason("all_uses", leaf), smallest, None)
            return [(row, name_of(leaf), value)]
        value = add(*self._shared_terms(leaf, errors), shape=shape_of(leaf))
        group = "gradient" if getattr(leaf, "is_shared", False) else "input"
        return [((self._line(leaf, value), group, None, self._reason(leaf), 1, None), name_of(leaf), value)]

    def _reason(self, leaf: Any) -> Reason:
        kind = "missing" if self.missing else self.truncation.kind
        return Reason(kind, leaf) if self._inner(leaf) else Reason("all_uses", leaf)

    def _line(self, leaf: Any, value: Any) -> Equation:
        return Equation._trusted(nabla(leaf, self.label), value)

    def _inner(self, leaf: Any) -> list[Contribution]:
        """What the equations of carriers send back to a shared leaf."""
        found = self.whole.shared.get(leaf, ())
        return [c for c in found if c.equation is not None and c.equation.sequence in self.carriers]

    def _shared_terms(self, leaf: Any, errors: Errors | None) -> list[Any]:
        """Σ over s, Σ over the steps t that an error entering at s reaches; and what has no way through a state."""
        direct = [] if self.missing else [shared_gradient(leaf, self.outer)]
        return ([] if errors is None else self._sums(leaf, errors)) + direct

    def _sums(self, leaf: Any, errors: Errors) -> list[Any]:
        together: dict[tuple[Expr, Expr], list[Any]] = {}
        once = []
        for c in self._inner(leaf):
            e, part = c.equation, term_of(c.part, errors.index, self.carriers)
            if e is None or e.over is None:
                step = c.when.first if e is None else e.lhs.time
                once.append(self._summed(part, step, step, errors))
                continue
            bounds = self._bounds(c.when.first, c.when.last, errors)
            together.setdefault(bounds, []).append(part.xreplace({e.over[0]: t}))
        sums = [time_sum(add(*bodies), (t, *bounds)) for bounds, bodies in together.items()]
        return [time_sum(x, errors.over) if errors.over else x for x in sums] + once

    def _bounds(self, first: Expr, last: Expr, errors: Errors) -> tuple[Expr, Expr]:
        """The steps t, of those from first to last, that an error entering at s reaches, or does not."""
        s = errors.index
        reached = self.truncation.first(s)
        if self.missing:
            return first, earlier(reached - 1, last) if not grows(errors.last, last) else reached - 1
        return later(first, reached), s if grows(errors.last, last) else earlier(s, last)

    def _reaching(self, step: Expr, first: Expr, errors: Errors, read: Expr | None) -> tuple[Expr, Expr]:
        """The times s whose errors reach a step, the earliest of which is `first`, or enter after it and do not."""
        last = self.truncation.last(step) if read is None else self.truncation.last_for_given(read, step)
        if self.missing:
            return later(errors.first, last + 1 if read is None else later(step, last + 1)), errors.last
        return step if grows(errors.first, first) else later(errors.first, step), earlier(errors.last, last)

    def _summed(self, part: Any, step: Expr, first: Expr, errors: Errors, read: Expr | None = None) -> Any:
        """A use at one step, of a state given at `read` if it is one: the sum over the errors that reach it."""
        first_s, last_s = self._reaching(step, first, errors, read)
        if errors.over:
            return time_sum(part, (errors.index, first_s, last_s))
        return guard(part, errors.index, first_s, last_s)  # errors of one time: they reach it or not

    def _reaching_part(self, errors: Errors, read: Expr | None, part: Any, step: Expr, first: Expr) -> Any:
        return self._summed(term_of(part, errors.index, self.carriers), step, first, errors, read)

    def _by_steps(self, errors: Errors | None) -> Template:
        """The adjoint recurrence for what is given: each use with the sum over the errors that reach it."""
        elements: dict[Sequence, tuple[Contribution, ...]] = {}
        for v, parts in self.whole.elements.items():
            found = []
            for c in parts:
                inner = c.equation is not None and c.equation.sequence in self.carriers
                if not inner:
                    found += [] if self.missing else [c]
                elif errors is not None:
                    read = (c.when.first if c.when.is_point else t) if v in self.carriers else None
                    found.append(at_each_step(c, partial(self._reaching_part, errors, read)))
            elements[v] = tuple(found)
        return replace(self.whole, elements=elements)

    def _input_rows(self, leaf: Sequence, errors: Errors | None) -> list[Any]:
        """The lines of an input's elements, by ranges of t."""
        template = self._by_steps(errors)
        value = guarded(leaf, template)
        found = []
        for e, group, when, _, smallest in element_lines(leaf, template, "input"):
            line = Equation._trusted(nabla(e.lhs.node, self.label), e.rhs, e.args[2])
            found.append(((line, group, when, Reason("all_uses", e.lhs.node), smallest, None), leaf.name, value))
        return found

    def numbered(self, last: Last) -> Derivation:
        """The derivation for a last time that is a number, written out term by term."""
        from symrnn.calculus.windowed_numbers import numbered_window

        return numbered_window(self, last)


def at_each_step(c: Contribution, change: Callable[[Any, Expr, Expr], Any]) -> Contribution:
    """A contribution changed by the step of the equation that makes it, and the first such; a sum term by term."""
    if is_summed(c):
        s = c.part
        return replace(c, part=time_sum(change(s.body, s.index, s.lower), (s.index, s.lower, s.upper)))
    step = c.user.time
    return replace(c, part=change(c.part, step, step.xreplace({t: c.when.first})))


def window_template(model: Recurrence, chosen: tuple[Any, ...], truncation: Truncation) -> WindowTemplate:
    """Derive the adjoint recurrence once, for a model in which errors are followed back step by step."""
    check_truncatable(model, truncation)
    whole = template_of(model, chosen)
    return WindowTemplate(model, chosen, truncation, whole, outer_part(whole, carriers_of(model)))
