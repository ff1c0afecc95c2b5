"""Truncated gradients by dual numbers on the unfolded graph, with gradients stopped where truncation cuts.

It knows windows and chunks as what they mean for a graph, and nothing of the adjoint recurrence: an independent
path, against which every line of a truncated derivation is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.calculus.totals import total_derivative
from symrnn.calculus.truncation import Truncation, carriers_of
from symrnn.errors import Undefined
from symrnn.graph.graph import Graph
from symrnn.graph.run import Instance, expanded_loss
from symrnn.model import Element, Equation
from symrnn.tensor.adjoint import MISSING, LossTerm
from symrnn.tensor.chunks import chunk_of
from symrnn.tensor.declared import stop_gradient
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Array


@dataclass(frozen=True)
class Stopped(Instance):
    """An instance whose graph and loss have gradients stopped; all values are the same."""

    objective: Any

    def loss(self, evaluator: Evaluator) -> Array:
        """The value of its own loss."""
        return evaluator(self.objective)


class TruncatedTruths:
    """What the adjoints of a truncated derivation stand for, at one instance."""

    def __init__(self, instance: Instance, truncation: Truncation) -> None:
        self.instance, self.truncation = instance, truncation
        carriers = carriers_of(instance.model)
        self.computed = {e.lhs for e in instance.graph.equations if e.sequence in carriers}
        self.whole_loss = expanded_loss(instance.model, instance.last)
        if not truncation.size.is_Integer:
            raise Undefined(
                f"a {truncation.kind} of {truncation.size} steps is not verified as it stands",
                repair=f"verify it for numbers: sr.bptt(model, {truncation.kind}=3).verify()",
            )
        self.size = int(truncation.size)
        self._graphs: dict[Any, Stopped] = {}
        self._found: dict[Any, Array] = {}

    def __call__(self, leaf: Any) -> Array:
        """The value of ∇v L(s), of a truncated gradient, or of what it leaves out."""
        if leaf not in self._found:
            if isinstance(leaf.objective, LossTerm):
                self._found[leaf] = self._gradient(leaf.node, self.errors_at(int(leaf.objective.time)))
            elif leaf.objective == MISSING:
                kept = self.truncated(leaf.node)
                self._found[leaf] = self._difference(self._gradient(leaf.node, self.instance), kept)
            else:
                self._found[leaf] = self.truncated(leaf.node)
        return self._found[leaf]

    def truncated(self, node: Any) -> Array:
        """In chunks the gradient in the detached graph; by windows what each error gives, and what passes no state."""
        if self.truncation.kind == "chunk":
            return self._gradient(node, self.chunks())
        direct = self._gradient(node, self.errors_at(None))
        whole = direct
        for s in sorted({int(x.time) for x in self.computed}):
            part = self._difference(self._gradient(node, self.errors_at(s, frozen=True)), direct)
            whole = self.instance.system.add(whole, part)
        return whole

    def _difference(self, a: Array, b: Array) -> Array:
        system = self.instance.system
        return system.add(a, system.multiply(system.array(-1), b))

    def errors_at(self, s: int | None, frozen: bool = False) -> Stopped:
        """The graph in which only the states of one time are seen by outputs and the loss.

        `frozen`: no step before the window has a gradient.
        """
        key = (s, frozen)
        if key not in self._graphs:
            first = None if s is None or not frozen else s - self.size + 1
            equations = [self._seen_at(e, s, first) for e in self.instance.graph.equations]
            self._graphs[key] = self._stopped(equations, self._stop(self.whole_loss, lambda x: x.time != s))
        return self._graphs[key]

    def _seen_at(self, e: Equation, s: int | None, first: int | None) -> Equation:
        if e.lhs not in self.computed:
            return Equation._trusted(e.lhs, self._stop(e.rhs, lambda x: x.time != s))
        late = first is None or int(e.lhs.time) >= first
        return e if late else Equation._trusted(e.lhs, stop_gradient(e.rhs))

    def chunks(self) -> Stopped:
        """The graph in which no state of another chunk has a gradient, whether it is computed or given."""
        if "chunks" not in self._graphs:
            equations = []
            for e in self.instance.graph.equations:
                chunk = chunk_of(int(e.lhs.time), self.size)
                others = {x for x in e.rhs.atoms(Element) if chunk_of(int(x.time), self.size) != chunk}
                inner = e.lhs in self.computed
                equations.append(self._detached(e, others) if inner else e)
            self._graphs["chunks"] = self._stopped(equations, self.whole_loss)
        return self._graphs["chunks"]

    def _detached(self, e: Equation, others: set[Any]) -> Equation:
        states = {x.sequence for x in self.computed}
        return Equation._trusted(e.lhs, e.rhs.xreplace({x: stop_gradient(x) for x in others if x.sequence in states}))

    def _stop(self, expr: Any, when: Any) -> Any:
        return expr.xreplace({x: stop_gradient(x) for x in expr.atoms(Element) if x in self.computed and when(x)})

    def _stopped(self, equations: list[Equation], loss: Any) -> Stopped:
        i = self.instance
        return Stopped(i.model, Graph(*equations), i.last, i.system, i.sizes, i.given, loss)

    def _gradient(self, node: Any, instance: Instance) -> Array:
        """The gradient of an instance's loss by a node, entry by entry."""
        base, system = self.instance.base, self.instance.system
        shape = base.shape(node)
        entries = []
        for place in np.ndindex(shape):
            unit = np.zeros(shape, dtype=int).astype(object)
            unit[place] = 1
            entries.append(total_derivative(instance, base, node, system.array(unit)))
        return np.array([x[()] for x in entries], dtype=system.dtype).reshape(shape)
