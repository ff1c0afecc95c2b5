"""Long Jacobians by a name: where the factor of an ordered product is a formula of several terms, it is called J(t).

The name is chosen apart from those of the model; what it stands for is printed once.
"""

from __future__ import annotations

from typing import Any

from symrnn.calculus.chains import Affine
from symrnn.calculus.paths import flipped
from symrnn.calculus.sums import everywhere
from symrnn.model import Equation, Recurrence, Sequence
from symrnn.tensor import linear
from symrnn.tensor.blocks import Block, block
from symrnn.tensor.elementwise import Elementwise
from symrnn.tensor.node import shape_of
from symrnn.tensor.products import TimeProduct
from symrnn.tensor.time import t


class Named:
    """The factor of a recurrence, by a name if it is long."""

    def __init__(self, affine: Affine, model: Recurrence) -> None:
        factor = affine.chain.factor
        self.chain = affine.chain
        self.name: Sequence | None = None
        if isinstance(factor, Block) or (isinstance(factor, Elementwise) and factor.body.is_Add):
            names: tuple[Any, ...] = (*model.sequences, *model.parameters, *model.constants)
            taken = {x.name for x in names}
            free = next(letter for letter in ("J", "A", "M", "F", "J_1", "J_2") if letter not in taken)
            self.name = Sequence(free, *shape_of(factor))

    @property
    def definitions(self) -> tuple[Equation, ...]:
        """What the name stands for, with names for its blocks where these are sums; none where none was needed."""
        if self.name is None:
            return ()
        factor = self.chain.factor
        if not isinstance(factor, Block) or max(len(factor.rows), len(factor.rows[0])) > 9:
            return (Equation._trusted(self.name[t], factor),)
        rows, named = [], []
        for i, row in enumerate(factor.rows, 1):
            shown = []
            for k, x in enumerate(row, 1):
                short = Sequence(f"{self.name.name}_{i}{k}", *shape_of(x))[t]
                named += [Equation._trusted(short, x)] if _is_long(x) else []
                shown.append(short if _is_long(x) else x)
            rows.append(shown)
        return (Equation._trusted(self.name[t], block(rows)), *named)

    def __call__(self, expr: Any) -> Any:
        """An expression with the factor by its name."""
        return expr if self.name is None else everywhere(expr, self._shortened)

    def _shortened(self, expr: Any) -> Any:
        assert self.name is not None
        rule = {}
        for p in expr.atoms(TimeProduct):
            if p.body == self.chain.at(p.index):
                rule[p] = p._rebuilt(self.name[p.index], *p.args[1:4])
        here = self.chain.place(t)
        step = flipped(self.chain.at(here)) if self.chain.transposed else self.chain.at(here)
        short = self.name[here]
        rule[step] = linear.transpose(short) if self.chain.transposed and shape_of(step) else short
        return expr.xreplace(rule)


def _is_long(x: Any) -> bool:
    """Whether a block is a formula of several terms or factors."""
    return len(x.args) > 1 and any(y.args for y in x.args)
