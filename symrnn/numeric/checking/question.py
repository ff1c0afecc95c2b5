"""What is asked: a model, a function that claims its gradients, and how the function's arrays are ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.graph.lengths import Last
from symrnn.model import Element, Recurrence
from symrnn.numeric.checking.calling import Observation
from symrnn.numeric.checking.layout import Layout
from symrnn.numeric.checking.points import Arrays, Point, Sizes, point

BATCH = 4  # examples, where arrays have an axis B

Observer = Callable[[tuple[Any, ...], float], Observation]


@dataclass(frozen=True)
class Question:
    """One function to be checked.

    model
        With `upstream`, the model whose loss pairs the sequence (or element) `upstream` with the given gradient
        `arriving`.
    observer
        Calls the function with a limit of time.
    lasts, sizes, batch, seed, dtype
        Where it is checked.
    command
        The words that ask it from the command line, but for the place; "" where it was asked in Python.
    """

    model: Recurrence
    name: str
    observer: Observer
    layout: Layout
    upstream: Any
    arriving: Any
    lasts: tuple[Last, ...]
    sizes: Sizes
    batch: int | None
    seed: int
    dtype: str
    seconds: float
    command: str = ""

    def point(self, last: Last) -> Point:
        """The point for one last time."""
        return point(self.model, last, self.seed, self.sizes, self.batch, self.dtype)

    def arguments(self, at: Point) -> tuple[Any, ...]:
        """What the function is called with."""
        hidden = self.arriving.name if self.arriving is not None else ""
        given = tuple(self._typed(home) for home in self.layout.given(at, hidden))
        return given if self.arriving is None else (*given, self._dout(at))

    def ask(self, at: Point) -> Observation:
        """Call the function at a point."""
        return self.observer(self.arguments(at), self.seconds)

    def _typed(self, home: Arrays) -> Arrays:
        return {key: np.asarray(value, dtype=self.dtype) for key, value in home.items()}

    def _dout(self, at: Point) -> np.ndarray:
        """The gradient that arrives, with the axes of what it arrives at."""
        if isinstance(self.upstream, Element):
            values = [e.given[self.arriving[self.upstream.time].xreplace(e.rule)] for e in at.examples]
            array = np.stack(values) if at.batched else np.asarray(values[0])
            return np.asarray(self.layout.theirs(self.upstream, array), dtype=self.dtype)
        return np.asarray(self.layout.theirs(self.arriving, at.sequence(self.arriving)), dtype=self.dtype)
