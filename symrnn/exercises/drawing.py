"""What a variant of an exercise may vary: names, activations, losses, lags and numbers, drawn from a seed and a level.

The seed is read as a number whose digits are the first choices, so the seeds below 256 all choose differently where
there is enough to choose from; what is chosen after that is left to chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

DISTINCT = 256
STATES, INPUTS, OUTPUTS = "hszr", "xvu", "op"
WEIGHTS = ("WUV", "ABC", "FGK", "MNK", "PQS")
BIASES = (("b", "c"), ("c", "b"), ("g", "b"))
SCALAR_STATES, SCALAR_WEIGHTS, SCALAR_INPUTS = "shzy", "wrpvm", "uqc"
FUNCTIONS = ("f", "phi", "F")


@dataclass
class Draw:
    """The choices of one variant; the same seed and level make the same ones."""

    kind: str
    seed: int
    level: int

    def __post_init__(self) -> None:
        self.rest, self.span = abs(self.seed), 1
        self.random = np.random.default_rng([abs(self.seed), self.level, *self.kind.encode()])

    def choose(self, options: Sequence[Any]) -> Any:
        """One of several."""
        if self.span < DISTINCT or self.span <= abs(self.seed):
            place = self.rest % len(options)
            self.rest //= len(options)
            self.span *= len(options)
        else:
            place = int(self.random.integers(len(options)))
        return options[place]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.choose(range(low, high + 1)))

    def tenths(self, low: int, high: int) -> float:
        """A number of tenths, never 0, drawn by chance: numbers beside each other should not look alike."""
        value = 0
        while not value:
            value = int(self.random.integers(low, high + 1))
        return value / 10

    def names(self, wanted: str = "hxoWb") -> dict[str, str]:
        """Names of a vector network: only what is wanted is drawn, the state, input, output, weights or biases."""
        found = {"h": "h", "x": "x", "o": "o", "y": "y", "a": "a", "W": "W", "U": "U", "V": "V", "b": "b", "c": "c"}
        if "h" in wanted:
            found["h"] = self.choose(STATES)
        if "W" in wanted:
            found |= dict(zip("WUV", self.choose(WEIGHTS), strict=True))
        if "x" in wanted:
            found["x"] = self.choose(INPUTS)
        if "o" in wanted:
            found["o"] = self.choose(OUTPUTS)
        if "b" in wanted:
            found |= dict(zip("bc", self.choose(BIASES), strict=True))
        return found

    def scalars(self, wanted: str = "swf") -> dict[str, str]:
        """Names of a scalar recurrence."""
        found = {"s": "s", "x": "x", "w": "w", "u": "u", "b": "b", "f": "f", "a": "a", "g": "g"}
        if "s" in wanted:
            found["s"] = self.choose(SCALAR_STATES)
        if "w" in wanted:
            found["w"] = self.choose(SCALAR_WEIGHTS)
        if "u" in wanted:
            found["u"] = self.choose(SCALAR_INPUTS)
        if "f" in wanted:
            found["f"] = self.choose(FUNCTIONS)
        return found
