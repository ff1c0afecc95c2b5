"""The finite field of 2**61 - 1 elements, in which every function is a keyed random oracle.

A known function obeys its declared laws only (odd, even, its value at 0), an unknown one none, so agreement
here holds for every function that obeys the declared laws.
"""

from __future__ import annotations

from collections.abc import Sequence as Collection
from typing import Any

import numpy as np

from symrnn.tensor.numbers import PRIME, Array, NumberSystem, Undecidable, digest


class FiniteField(NumberSystem):
    """Integers modulo the prime 2**61 - 1; known and unknown functions are keyed random oracles.

    tanh, sin and sign are odd, cos and abs even; no other law relates values at different arguments.
    """

    name = "exact arithmetic modulo 2**61 - 1"
    exact = True
    ODD = frozenset({"tanh", "sin", "sinh", "atan", "sign", "erf", "tan", "asin", "asinh", "atanh"})
    EVEN = frozenset({"cos", "cosh", "Abs"})

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def array(self, value: Any) -> Array:
        return self._reduce(np.asarray(value).astype(object))  # Python's integers: NumPy's would overflow

    def _reduce(self, x: Array) -> Array:
        return np.asarray(x % PRIME, dtype=object)

    def divide(self, x: Array, y: Array) -> Array:
        def inverse(v: int) -> int:
            if v % PRIME == 0:
                raise Undecidable("a division by zero in the finite field")
            return pow(int(v), -1, PRIME)

        return self.multiply(x, np.asarray(np.frompyfunc(inverse, 1, 1)(y), dtype=object))

    def function(self, name: str, x: Array) -> Array:
        def value(v: int) -> int:
            v = int(v) % PRIME
            flip = v > PRIME // 2 and (name in self.ODD or name in self.EVEN)
            if v == 0 and name in self.ODD:
                return 0
            if v == 0 and name in {"exp", "cos", "cosh"}:
                return 1
            y = digest(self.seed, name, PRIME - v if flip else v) % PRIME
            return (PRIME - y) % PRIME if flip and name in self.ODD else y

        return np.asarray(np.frompyfunc(value, 1, 1)(x), dtype=object)

    def unknown(self, name: str, orders: tuple[int, ...], component: int, z: Collection[Array]) -> Array:
        key = tuple(int(v) % PRIME for v in z)
        return np.asarray(digest(self.seed, name, tuple(sorted(orders)), component, key) % PRIME, dtype=object)

    def irrational(self, number: Any) -> Array:
        return np.asarray(digest(self.seed, "constant", str(number)) % PRIME, dtype=object)

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        draws = rng.integers(1, PRIME, size=shape, dtype=np.int64)
        return np.asarray(np.asarray(draws).astype(object), dtype=object)

    def distance(self, x: Array, y: Array) -> float:
        return 0.0 if bool(np.all(np.asarray((x - y) % PRIME) == 0)) else 1.0
