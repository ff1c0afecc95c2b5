"""Truncated back-propagation through time in chunks: states are detached at the boundaries of chunks of steps.

It is the adjoint recurrence of the model in which every use that crosses a boundary counts for nothing; its
objective is written L̃, because it is the loss of another graph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from symrnn.calculus.adjoint import Contribution, Template
from symrnn.calculus.copies import Copies, generic_copies
from symrnn.calculus.derivation import Derivation, Line, Step
from symrnn.calculus.instances import numbered_lines
from symrnn.calculus.ranges import ranged_lines, sum_step
from symrnn.calculus.truncation import Truncation, carriers_of
from symrnn.calculus.windowed import WindowTemplate, at_each_step, window_template
from symrnn.graph.lengths import Last
from symrnn.model import Element, Equation, Recurrence
from symrnn.tensor.adjoint import TRUNCATED, Adjoint, nabla
from symrnn.tensor.chunks import same_chunk
from symrnn.tensor.time import t
from symrnn.tensor.time import tau as symbolic_tau


@dataclass(frozen=True)
class ChunkTemplate:
    """The adjoint recurrence with guards at the boundaries of chunks; and the double sum that says what is missing."""

    model: Recurrence
    truncation: Truncation
    template: Template
    window: WindowTemplate

    def ranged(self) -> Derivation:
        """The derivation for symbolic tau."""
        lines, gradients, _ = ranged_lines(self.template, self.window.chosen)
        smallest = max((line.smallest for line in lines), default=1)
        copies, summed = generic_copies(self.template, self.window.chosen, smallest)
        return self._made(symbolic_tau, lines, gradients, copies, summed)

    def numbered(self, last: Last) -> Derivation:
        """The derivation for a last time that is a number."""
        lines, gradients, steps, copies = numbered_lines(self.template, self.window.chosen, last)
        return self._made(last, lines, gradients, copies, steps)

    def _made(
        self, last: Any, lines: tuple[Line, ...], gradients: dict[str, Any], copies: Copies, made: tuple[Step, ...]
    ) -> Derivation:
        named = tuple(replace(line, equation=self._named(line.equation), group=self._group(line)) for line in lines)
        values = {name: self._relabelled(value) for name, value in gradients.items()}
        summed = tuple(
            replace(s, before=self._relabelled(s.before), after=self._relabelled(s.after))
            for s in made
            if s.kind in {"copy", "identify"}
        )
        steps = self.template.steps + summed + tuple(sum_step(line) for line in named)
        steps += self.window.split(values) if last == symbolic_tau else ()
        shown = {name: tuple(self._named(e) for e in found) for name, found in copies.items()}
        return Derivation(self.model, last, named, steps, values, title="chunk", origin=self, copies=shown)

    def _group(self, line: Line) -> str:
        inner = self._is_truncated(line.equation.lhs.node)
        return "output" if line.group == "backward" and not inner else line.group

    def _named(self, e: Equation) -> Equation:
        return Equation._trusted(self._relabelled(e.lhs), self._relabelled(e.rhs), e.args[2])

    def _is_truncated(self, node: Any) -> bool:
        """Whether the gradient by a node is of the truncated graph: not that by an output or a term of the loss."""
        outside = isinstance(node, Element) and node.sequence in self.model.defined
        return not outside or node.sequence in self.window.carriers

    def _relabelled(self, x: Any) -> Any:
        rule = {a: nabla(a.node, TRUNCATED) for a in x.atoms(Adjoint) if self._is_truncated(a.node)}
        return _renamed(x, rule)


def _renamed(x: Any, rule: dict[Any, Any]) -> Any:
    """The replacement, also under sums over time, whose index the adjoints hold."""
    from symrnn.tensor.binders import TimeSum

    inner = {s: s.func(_renamed(s.body, rule), *s.args[1:]) for s in x.atoms(TimeSum)}
    return x.xreplace(inner).xreplace(rule)


def chunk_template(model: Recurrence, chosen: tuple[Any, ...], truncation: Truncation) -> ChunkTemplate:
    """The template of the model with its states detached at the boundaries of chunks."""
    window = window_template(model, chosen, truncation)
    carriers = carriers_of(model)

    def cut(c: Contribution) -> Contribution:
        if c.equation is None or c.equation.sequence not in carriers:
            return c
        read = c.when.first if c.when.is_point else t

        def within(part: Any, step: Any, first: Any) -> Any:
            return part if step == read else same_chunk(part, step, read, truncation.size)

        return at_each_step(c, within)

    def all_cut(found: dict[Any, tuple[Contribution, ...]]) -> dict[Any, tuple[Contribution, ...]]:
        return {v: tuple(cut(c) if v in carriers else c for c in parts) for v, parts in found.items()}

    whole = window.whole
    template = replace(whole, elements=all_cut(whole.elements), raw_elements=all_cut(whole.raw_elements))
    return ChunkTemplate(model, truncation, template, window)
