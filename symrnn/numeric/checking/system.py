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
from symrnn.errors import Undefined
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
    def base(self) -> np.ndarray:
        """The matrix of the right terms."""
        whole = np.zeros((self.total, self.unknowns + 1))
        for term in self.backward.terms():
            self._enter(whole, term, 1.0)
        return whole

    @cached_property
    def right(self) -> np.ndarray:
        """The gradients as they are, one vector over all rows."""
        return self.solve(self.base)

    def _enter(self, whole: np.ndarray, term: Term, sign: float) -> bool:
        """Add the blocks of a term to a matrix; whether any of them is in a row of an adjoint."""
        inner = False
        for b in self.blocks(term):
            rows = self.rows[b.row]
            inner = inner or rows.stop <= self.unknowns
            if b.column is None:
                whole[rows, -1] += sign * b.matrix
            elif self.rows[b.column].stop <= self.unknowns:
                whole[rows, self.rows[b.column]] += sign * b.matrix
        return inner

    def matrix(self, *variations: Variation) -> tuple[np.ndarray, bool]:
        """All blocks in one matrix, the constants in its last column; and whether the adjoints change too."""
        whole, inner = self.base.copy(), False
        touched = [self.backward.touched(v) for v in variations]
        for i, j in dict.fromkeys(place for one in touched for place in one):
            own = [(v, one[i, j]) for v, one in zip(variations, touched, strict=True) if (i, j) in one]
            terms = own[0][1] if len(own) == 1 else self.backward.replaced(i, j, tuple(v for v, _ in own))
            inner = self._enter(whole, self.backward.right[i][j], -1.0) or inner
            for term in terms:
                inner = self._enter(whole, term, 1.0) or inner
        return whole, inner

    def solve(self, whole: np.ndarray) -> np.ndarray:
        """Adjoints and gradients from the matrix of all blocks."""
        n = self.unknowns
        return self._gradients(whole, np.linalg.solve(np.eye(n) - whole[:n, :n], whole[:n, -1]))

    def _gradients(self, whole: np.ndarray, adjoints: np.ndarray) -> np.ndarray:
        n = self.unknowns
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
        schemes = [v.scheme for v in variations if v.scheme]
        try:
            whole, inner = self.matrix(*variations)
            if schemes:
                return summed(self, whole, schemes[0]) if len(schemes) == 1 else None
            return self.solve(whole) if inner else self._gradients(whole, self.right[: self.unknowns])
        except (np.linalg.LinAlgError, Undefined):  # two shifts together may read what does not exist
            return None

    def time_of(self, node: Any) -> int | None:
        """The time of a row, or None for what does not vary in time."""
        return int(node.time) if isinstance(node, Element) else None
