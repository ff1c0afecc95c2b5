"""The backward pass at one example as a system of linear equations: adjoints = A adjoints + seeds.

Every term, right or wrong, is linear in the adjoints, so it is a block of a matrix that is evaluated once. A
mistake exchanges a few blocks; its gradients are then one small solve away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.backward import BackwardPass, Term, Variation
from symrnn.graph import instantiate
from symrnn.graph.instance import written_out
from symrnn.graph.run import Instance
from symrnn.model import Element, Sequence
from symrnn.numeric.checking.linear import LinearPart
from symrnn.numeric.checking.schemes import summed
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.binders import TimeSum


@dataclass(frozen=True)
class Block:
    """What one term sends to one row at one time: a matrix times an adjoint, or a constant (then no column)."""

    row: Any
    column: Any
    matrix: np.ndarray


class LinearBackward:
    """The backward pass of one example."""

    def __init__(self, example: Instance, backward: BackwardPass) -> None:
        self.example, self.backward = example, backward
        self.parts = LinearPart(example)
        self.nodes = [e.lhs for e in example.graph.equations]
        computed = set(self.nodes)
        leaves = [x for x in example.given if x not in computed]
        self.rows: dict[Any, slice] = {}
        start = 0
        for x in [*self.nodes, *leaves]:
            size = int(np.prod(self.parts.shape(x), dtype=int))
            self.rows[x] = slice(start, start + size)
            start += size
        self.total = start
        self.unknowns = self.rows[self.nodes[-1]].stop
        self._blocks: dict[Any, list[Block]] = {}
        self._varied: dict[Variation, np.ndarray | None] = {}

    def blocks(self, term: Term) -> list[Block]:
        """The blocks of a term at all of its times."""
        key = (term.receiver, term.part, term.when)
        if key not in self._blocks:
            self._blocks[key] = [b for s in self._times(term) for b in self._at(term, s)]
        return self._blocks[key]

    def _times(self, term: Term) -> list[int | None]:
        if term.index is None:
            return [None]
        return list(term.when.at(self.example.rule).times())

    def _at(self, term: Term, time: int | None) -> list[Block]:
        rule = dict(self.example.rule)
        if time is not None:
            rule[term.index] = Integer(time)
        row = term.receiver[time] if isinstance(term.receiver, Sequence) else term.receiver
        if row not in self.rows:
            return []
        part = instantiate(term.part, rule)
        if part.has(TimeSum):
            part = written_out(part)
        adjoints = sorted((a for a in part.atoms(Adjoint) if a.node in self.rows), key=str)
        if not part.atoms(Adjoint):
            return [Block(row, None, np.ravel(self.parts.constant(part)))]
        return [Block(row, a.node, self.parts.matrix(part, a)) for a in adjoints]

    @cached_property
    def right(self) -> np.ndarray:
        """The gradients as they are, one vector over all rows."""
        return self.solve(self.matrix(self.backward.terms()))

    def matrix(self, terms: tuple[Term, ...]) -> np.ndarray:
        """All blocks in one matrix, the constants in its last column."""
        whole = np.zeros((self.total, self.unknowns + 1))
        for term in terms:
            for b in self.blocks(term):
                if b.column is None:
                    whole[self.rows[b.row], -1] += b.matrix
                elif self.rows[b.column].stop <= self.unknowns:
                    whole[self.rows[b.row], self.rows[b.column]] += b.matrix
        return whole

    def solve(self, whole: np.ndarray) -> np.ndarray:
        """Adjoints and gradients from the matrix of all blocks."""
        n = self.unknowns
        adjoints = np.linalg.solve(np.eye(n) - whole[:n, :n], whole[:n, -1])
        return np.asarray(np.concatenate([adjoints, whole[n:, :n] @ adjoints + whole[n:, -1]]))

    def varied(self, *variations: Variation) -> np.ndarray | None:
        """The gradients with some variations made; None where a scheme cannot be made here."""
        if len(variations) != 1:
            return self._with(variations)
        (variation,) = variations
        if variation not in self._varied:
            self._varied[variation] = self._with(variations)
        return self._varied[variation]

    def _with(self, variations: tuple[Variation, ...]) -> np.ndarray | None:
        whole = self.matrix(self.backward.terms(*variations))
        schemes = [v.scheme for v in variations if v.scheme]
        try:
            if not schemes:
                return self.solve(whole)
            return summed(self, whole, schemes[0]) if len(schemes) == 1 else None
        except np.linalg.LinAlgError:
            return None

    def time_of(self, node: Any) -> int | None:
        """The time of a row, or None for what does not vary in time."""
        return int(node.time) if isinstance(node, Element) else None
