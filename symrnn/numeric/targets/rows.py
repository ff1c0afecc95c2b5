"""What a step of a scan sees: the rows of each array that the loop writes, as a window that moves with the step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from symrnn.model import Constant, Parameter
from symrnn.numeric.inplace import RowScope
from symrnn.numeric.layout import Layout
from symrnn.numeric.schedule import Loop
from symrnn.numeric.statements import Store, accesses, store_of
from symrnn.numeric.texts import EXAMPLE, Code, Stack
from symrnn.tensor import t


class LocalRows(RowScope):
    """Inside a step: elements at t plus a number are rows with names of their own."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.dialect = layout.dialect

    def leaf(self, leaf: Any, stack: Stack | None) -> Code:
        if isinstance(leaf, Parameter | Constant) or stack is not None or not self.element(leaf).has(t):
            return self.layout.leaf(leaf, stack)
        return Code(self.row(store_of(leaf), self.element(leaf)), EXAMPLE)


@dataclass
class Window:
    """The rows of one array that a step sees, as steps ahead of (negative) or behind the loop's index.

    newest, oldest
        The first and the last position at which a row is read or written.
    final
        The position at which a row is written last.
    enters
        Whether the newest row holds something before it is written.
    """

    newest: int
    oldest: int
    final: int
    enters: bool

    @property
    def held(self) -> range:
        """The positions of the rows that go from step to step, before the step, newest first."""
        return range(self.newest - 1, self.oldest - 1, -1)


def windows_of(loop: Loop, filled: Collection[Store]) -> dict[Store, Window]:
    """The window of each array that a loop writes; `filled` are those that hold something before."""
    sign = 1 if loop.forward else -1
    found: dict[Store, Window] = {}
    for store in dict.fromkeys(s.store for s in loop.statements):
        touched: list[tuple[int, bool, bool]] = []  # the position; whether it is written; whether that adds
        for s in loop.statements:
            touched += [(sign * int(a.low - t), False, False) for a in accesses(s.expr) if a.store == store]
            touched += [(sign * int(s.time - t), True, s.adds)] * (s.store == store)
        newest, oldest = max(p for p, _, _ in touched), min(p for p, _, _ in touched)
        _, written, adds = next(x for x in touched if x[0] == newest)
        enters = not written or (adds and store in filled)
        found[store] = Window(newest, oldest, min(p for p, w, _ in touched if w), enters)
    return found
