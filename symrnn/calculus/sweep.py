"""One reverse sweep through one right side: from the adjoint of its result to what each leaf receives.

Every law is applied once a node; a node that is used twice receives its parts added. Sums over time are
entered with their index bound, so what comes out says for which index it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, Symbol

from symrnn.calculus.derivation import Step
from symrnn.calculus.inner_sums import exchanged
from symrnn.calculus.laws import law_of, pullback
from symrnn.errors import Unsupported
from symrnn.model import Equation
from symrnn.tensor.binders import TimeSum, time_sum
from symrnn.tensor.elementwise import add, slots_of
from symrnn.tensor.node import Node, Slot, Tensor, shape_of
from symrnn.tensor.unknown import Partial

Binder = tuple[Symbol, Expr, Expr]


@dataclass(frozen=True)
class Use:
    """What one leaf receives from one right side; with a binder, for each value of its index."""

    leaf: Any
    part: Any
    binder: Binder | None = None


Law = Callable[[Any, Any, Any], list[tuple[Any, Any]]]  # (node, cotangent, output) -> (operand, part) pairs


def sweep(
    expr: Any,
    ct: Any,
    out: Any,
    active: Callable[[Any], bool],
    equation: Equation | None = None,
    law: Law | None = None,
) -> tuple[list[Use], list[Step]]:
    """The uses of active leaves in `expr`, whose cotangent is `ct` and whose value is named `out`.

    `law` stands in the place of `laws.pullback`, for those who ask what another law would give.
    """
    return _Sweep(active, equation, None, law).run(expr, ct, out)


class _Sweep:
    def __init__(
        self,
        active: Callable[[Any], bool],
        equation: Equation | None,
        binder: Binder | None,
        law: Law | None,
        outer: Binder | None = None,
    ) -> None:
        self.active, self.equation, self.binder, self.law, self.outer = active, equation, binder, law, outer
        self.reaches: dict[Basic, bool] = {}
        self.uses: list[Use] = []
        self.steps: list[Step] = []

    def run(self, expr: Any, ct: Any, out: Any) -> tuple[list[Use], list[Step]]:
        waiting: dict[Basic, list[Any]] = {expr: [ct]}
        for node in self._from_root(expr):
            parts = waiting.pop(node, [])
            if parts:
                total = add(*parts, shape=shape_of(node))
                self._pull(node, total, out if node is expr else None, waiting)
        return self.uses, self.steps

    def _from_root(self, expr: Basic) -> list[Basic]:
        """The nodes that lead to active leaves, each before its operands."""
        order: dict[Basic, None] = {}

        def visit(node: Basic) -> None:
            if node in order or not self._reaches(node):
                return
            for x in operands_of(node):
                visit(x)
            order[node] = None

        visit(expr)
        return list(reversed(order))

    def _reaches(self, node: Basic) -> bool:
        found = self.reaches.get(node)
        if found is None:
            if isinstance(node, Node) and node.is_leaf:
                found = self.active(node)
            else:
                inner = (node.args[0],) if isinstance(node, TimeSum) else operands_of(node)
                found = any(self._reaches(x) for x in inner)
            self.reaches[node] = found
        return found

    def _pull(self, node: Basic, ct: Any, out: Any, waiting: dict[Basic, list[Any]]) -> None:
        if ct == 0 or getattr(ct, "value", None) == 0:
            return
        if isinstance(node, Node) and node.is_leaf:
            self.uses.append(Use(node, ct, self.binder))
            return
        if isinstance(node, TimeSum):
            self._enter(node, ct)
            return
        received: dict[Any, list[Any]] = {}
        for operand, part in (self.law or pullback)(node, ct, out):
            if self._reaches(operand):
                received.setdefault(operand, []).append(part)
        for operand, parts in received.items():
            part = add(*parts)
            waiting.setdefault(operand, []).append(part)
            claim = (ct, part, node, operand)
            self.steps.append(
                Step(law_of(node), "pullback", *claim, equation=self.equation, over=self.binder, outer=self.outer)
            )

    def _enter(self, node: TimeSum, ct: Any) -> None:
        """A sum's own terms, for each value of its index; one inside another is summed over the outer index later."""
        if self.outer is not None:
            raise Unsupported(
                f"a sum over time inside two others is not differentiated: {node}",
                law="one sum inside another is: their order is exchanged",
                repair="name the innermost sum by a sequence of its own",
            )
        taken = ct.free_symbols | (set(self.binder[:1]) if self.binder is not None else set())
        node = node._avoiding(taken) if node.index in taken else node
        binder = (node.index, node.lower, node.upper)
        inner = _Sweep(self.active, self.equation, binder, self.law, self.binder)
        uses, steps = inner.run(node.body, ct, None)
        self.steps += steps
        for use in uses:
            if use.binder is not None and use.binder[0] != node.index:
                self.uses.append(Use(use.leaf, *exchanged(use.part, use.binder, binder)))
            elif node.index in use.leaf.free_symbols:
                self.uses.append(use)
            else:
                self.uses.append(Use(use.leaf, time_sum(use.part, binder), self.binder))


def operands_of(node: Basic) -> list[Any]:
    """What a node's law hands cotangents to."""
    if isinstance(node, Node) and node.is_leaf:
        return []
    if isinstance(node, TimeSum):
        return []
    if isinstance(node, Expr) and not isinstance(node, Slot):
        return list(slots_of(node))
    inside = node.application.arguments if isinstance(node, Partial) else node.args
    return [x for x in inside if isinstance(x, Tensor | Expr) and _is_operand(x)]


def _is_operand(x: Any) -> bool:
    return isinstance(x, Tensor) or bool(slots_of(x))
