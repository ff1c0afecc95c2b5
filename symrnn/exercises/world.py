"""Random worlds in which a formula has a value: every name is given by an oracle, or by running a model.

In a free world all elements, parameters and named derivatives are independent random values, the same for the same
name in every process. A world of a model runs it, so that h is what the model says, and differentiates by dual numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from symrnn.model.formula.term import ANY, Size, Term
from symrnn.tensor.numbers import PRIME, NumberSystem, Undecidable, digest

Array = Any
PRIMES = (3, 2, 5, 7, 11, 13, 17, 19)


class OutOfRange(Exception):
    """An element is read at a time at which there is none."""


class World:
    """A free world: sizes of the dimensions, a last time, and an oracle for every name."""

    def __init__(
        self,
        system: NumberSystem,
        dims: tuple[str, ...],
        last: int,
        seed: int,
        square: bool = False,
        reach: int = 1,
    ) -> None:
        self.system, self.last, self.seed, self.reach = system, last, seed, reach
        turn = PRIMES[seed % 2 :]
        self.sizes = {d: 3 if square else turn[i % len(turn)] for i, d in enumerate(sorted(dims))}
        self.known: dict[Any, Array] = {}
        self.shared: dict[int, tuple[Term, dict[Any, Array]]] = {}  # of parts, by identity: their values so far
        self.oracles = 0

    @contextmanager
    def sharing(self, term: Term) -> Iterator[None]:
        """Keep the values of a formula's parts while others that share them are evaluated."""
        self.share(term)
        try:
            yield
        finally:
            self.shared = {}

    def share(self, term: Term) -> None:
        """Keep the values of this formula's parts, too, and the parts themselves: their identities must stay theirs."""
        for part in term.walk():
            if not part.is_leaf:
                self.shared.setdefault(id(part), (part, {}))

    def side(self, d: object) -> int:
        """A dimension as a number; n*m counts the entries of a matrix."""
        if isinstance(d, int):
            return d
        if d == ANY:
            raise Undecidable("a size that does not follow")
        total = 1
        for part in str(d).split("*"):
            total *= int(part) if part.isdigit() else self.sizes[part]
        return total

    def shape(self, size: Size) -> tuple[int, int]:
        """Rows and columns as numbers."""
        if size is None:
            raise Undecidable("a size that the context does not decide")
        return self.side(size[0]), self.side(size[1])

    def oracle(self, key: Any, shape: tuple[int, int]) -> Array:
        """Random entries that depend on the key alone."""
        found = self.known.get(key)
        if found is None:
            entries = [digest(self.seed, key, i) for i in range(shape[0] * shape[1])]
            self.oracles += len(entries)
            if self.system.exact:
                array = np.array([e % PRIME for e in entries], dtype=object)
            else:
                array = self.system.array(np.array([self.reach * _moderate(e) for e in entries], dtype=object))
            found = self.known[key] = array.reshape(shape)
        return found

    def element(self, name: str, time: int, size: Size) -> Array:
        """The element of a sequence."""
        return self.oracle((name, time), self.shape(size))

    def given(self, name: str, size: Size) -> Array:
        """A parameter or constant."""
        return self.oracle((name,), self.shape(size))

    def gradient(self, key: str, size: Size) -> Array:
        """The gradient of the loss by a node."""
        return self.oracle(("gradient", key), self.shape(size))

    def rate(self, head: str, above: str, below: str, size: Size) -> Array:
        """The derivative of one node by another; of a node by itself, one."""
        if above == below:
            return self.system.array(np.eye(self.shape(size)[0], dtype=int).astype(object))
        kind = "immediate" if head == "immediate" else "total"
        return self.oracle((kind, above, below), self.shape(size))

    def loss(self) -> Array:
        """The value of the loss."""
        return self.oracle(("loss",), (1, 1))


def _moderate(entry: int) -> float:
    """A number between 0.2 and 0.8 in size, so that exponentials stay small and nothing nearly vanishes."""
    value = entry / 2**64 * 1.2 - 0.6
    return value + 0.2 if value >= 0 else value - 0.2
