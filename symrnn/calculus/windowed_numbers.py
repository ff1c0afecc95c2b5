"""Truncation by windows at a last time that is a number: every error and every step that it reaches, one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Integer

from symrnn.calculus.adjoint import OBJECTIVE, Contribution
from symrnn.calculus.derivation import Derivation, Reason, name_of
from symrnn.calculus.forward import numbered
from symrnn.calculus.forward_template import outer_rows
from symrnn.calculus.instances import Instances
from symrnn.calculus.ranges import ordered_leaves, sum_step
from symrnn.calculus.support import is_summed
from symrnn.calculus.term_adjoints import term_of
from symrnn.graph import instantiate, unroll
from symrnn.graph.lengths import Last
from symrnn.model import Element, Equation, Sequence
from symrnn.tensor.adjoint import Adjoint, LossTerm, nabla
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import t

if TYPE_CHECKING:
    from symrnn.calculus.windowed import WindowTemplate


def numbered_window(template: WindowTemplate, last: Last) -> Derivation:
    """The adjoints of every error at every step it is followed back to, and the gradients that add them up."""
    work = _Numbers(template, last)
    rows, alive = outer_rows(work.arriving, template.carriers)
    found = [(*row, None) for row in rows]
    found += work.term_rows(alive)
    gradients: dict[str, Any] = {}
    for leaf in ordered_leaves(template.model, template.chosen):
        for node, group in work.elements_of(leaf):
            value = work.gradient(node, alive)
            line = Equation._trusted(nabla(node, template.label), value)
            found.append((line, group, None, Reason("all_uses", node), 1, None))
            gradients[name_of(node)] = value
    lines = numbered(found)
    steps = template.whole.steps + tuple(sum_step(line) for line in lines if line.group in {"seed", "output"})
    return Derivation(template.model, last, lines, steps, gradients, title=template.title, origin=template)


class _Numbers:
    """The contributions of a template at one last time, error by error."""

    def __init__(self, template: WindowTemplate, last: Last) -> None:
        self.template, self.last = template, last
        self.all = Instances(template.whole, last)
        self.arriving = Instances(template.outer, last)
        self.rule = self.all.rule
        equations = unroll(template.model, last).equations
        self.computed = [e.lhs for e in reversed(equations) if e.sequence in template.carriers]
        self.living: set[Any] = set()  # the term adjoints that are not zero
        self.entering: list[int] = []

    def reached(self, s: int) -> int:
        """The first step to which an error entering at s is followed back."""
        return int(self.template.truncation.first(Integer(s)))

    def term_rows(self, alive: set[Any]) -> list[tuple[Any, ...]]:
        """The lines of ∇v(t) L(s), later errors first; of what a truncation does not reach only if that is meant."""
        arriving = {x: self._outer(x, alive) for x in self.computed}
        self.entering = sorted({int(x.time) for x, parts in arriving.items() if parts}, reverse=True)
        rows = []
        for s in self.entering:
            for x in self.computed:
                time = int(x.time)
                if time > s or (time < self.reached(s) and not self.template.missing):
                    continue
                parts = self._from_later(x, s) + (arriving[x] if time == s else [])
                if not parts:
                    continue
                left = nabla(x, LossTerm(OBJECTIVE, Integer(s)))
                self.living.add(left)
                line = Equation._trusted(left, add(*parts, shape=shape_of(x)))
                rows.append((line, "term", None, Reason("enters" if time == s else "all_uses", x), 1, None))
        return rows

    def _outer(self, x: Any, alive: set[Any]) -> list[Any]:
        """What the loss and outputs send back to an element."""
        time = int(x.time)
        return self.arriving.parts(self.arriving.received(x.sequence, time, alive), time)

    def _from_later(self, x: Any, s: int) -> list[Any]:
        found = []
        for c in self.template.whole.raw_elements[x.sequence]:
            if self._is_inner(c) and self.all.holds(c, int(x.time)):
                part = self._term(c.part, {**self.rule, t: x.time}, s)
                found += [part] if part is not None else []
        return found

    def _is_inner(self, c: Contribution) -> bool:
        return c.equation is not None and c.equation.sequence in self.template.carriers

    def _term(self, part: Any, at: Any, s: int) -> Any:
        """A contribution at concrete times, of the errors that enter at s; None where it is zero."""
        made = term_of(instantiate(part, at), Integer(s), self.template.carriers)
        terms = [a for a in made.atoms(Adjoint) if isinstance(a.objective, LossTerm)]
        return made if all(a in self.living for a in terms) else None

    def elements_of(self, leaf: Any) -> list[tuple[Any, str]]:
        """The nodes that a leaf stands for at this last time, with the group of their lines."""
        if isinstance(leaf, Sequence):
            return [(leaf[s], "input") for s in self.template.model.given_range(leaf).at(self.rule).times()]
        if isinstance(leaf, Element):
            return [(leaf.xreplace(self.rule), "boundary")]
        return [(leaf, "gradient" if getattr(leaf, "is_shared", False) else "input")]

    def gradient(self, node: Any, alive: set[Any]) -> Any:
        """The sum over the errors and the steps that they reach, or do not, and of what passes through no state."""
        parts: list[Any] = []
        given = isinstance(node, Element) and node.sequence in self.template.carriers
        read = int(node.time) if given else None
        for c, at, step in self._uses(node):
            for s in self.entering:
                if step <= s and self.template.truncation.reaches(s, step, read) != self.template.missing:
                    part = self._term(c.part, at, s)
                    parts += [part] if part is not None else []
        if not self.template.missing:
            parts += self._direct(node, alive)
        return add(*parts, shape=shape_of(node))

    def _uses(self, node: Any) -> list[tuple[Contribution, Any, int]]:
        """The uses of what is given in equations of states: with the times put in, and the step."""
        if isinstance(node, Element):
            at = {**self.rule, t: node.time}
            parts = [c for c in self.template.whole.raw_elements[node.sequence] if self.all.holds(c, int(node.time))]
            return [use for c in parts if self._is_inner(c) for use in self._steps(c, at)]
        found = []
        for c in self.template.whole.raw_shared.get(node, ()):
            if self._is_inner(c):
                over = c.equation.over  # type: ignore[union-attr]
                for s in (c.when if over else c.equation.times).at(self.rule).times():  # type: ignore[union-attr]
                    found.append((c, {**self.rule, over[0]: Integer(s)} if over else self.rule, s))
        return found

    def _steps(self, c: Contribution, at: Any) -> list[tuple[Contribution, Any, int]]:
        """A use of an element with its step; one that sums over steps, term by term."""
        if not is_summed(c):
            return [(c, at, int(c.user.xreplace(at).time))]
        lower, upper = (int(x.xreplace(self.rule)) for x in (c.part.lower, c.part.upper))
        return [(replace(c, part=c.part.term(Integer(s))), at, s) for s in range(lower, upper + 1)]

    def _direct(self, node: Any, alive: set[Any]) -> list[Any]:
        if isinstance(node, Element):
            return self._outer(node, alive)
        copies, direct = self.arriving.copies(node, alive)
        return [part for _, part in copies] + direct
