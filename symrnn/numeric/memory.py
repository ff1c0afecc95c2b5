"""How much of a gradient's work is kept in memory: everything, the forward values, or what is handed on.

Counted in bytes a step, from arrays of one and of two steps, so that a budget can be met before it is spent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.errors import Undefined, Unsupported
from symrnn.numeric.checks import Arguments, Arrays
from symrnn.numeric.segments import Segments, root
from symrnn.tensor import tau

LARGE = 1 << 23  # bytes of all arrays from which on segments are worth their overhead
WAYS = ("auto", "all", "lean", "checkpoint")


class Keeper:
    """Chooses between the ways, and computes gradients in segments, for one model.

    The ways are "all" (every array for all steps), "lean" (the forward values of all steps, the rest for a
    segment), "checkpoint" (the states between segments, forward values computed twice), a number of bytes that must
    suffice, and "auto": "lean" where "all" would be large, and where the model admits it.
    """

    def __init__(self, model: Any, admitted: bool) -> None:
        self.model, self.admitted = model, admitted
        self._segments: dict[tuple[str, ...], Segments] = {}

    def way(self, a: Arguments, keys: tuple[str, ...], memory: Any) -> tuple[str, int]:
        """The way to go, and the number of steps in a segment."""
        if isinstance(memory, bool) or not (memory in WAYS or isinstance(memory, int | np.integer)):
            raise Undefined(f"memory={memory!r}", repair="one of " + ", ".join(map(repr, WAYS)) + ", or bytes")
        steps = a.steps.get(tau, 0)
        short = max(64, steps // 16)
        if memory == "all" or (memory == "auto" and not (self.admitted and steps >= 2 * short and self.large(a))):
            return "all", steps
        if memory in ("auto", "lean"):
            return "lean", short
        if memory == "checkpoint":
            return "checkpoint", root(steps)
        return self.within(a, keys, int(memory))

    def large(self, a: Arguments) -> bool:
        """Whether all arrays together might be large: at least as large as three times what is given."""
        return 3 * sum(x.nbytes for x in a.inputs.values()) > LARGE

    def within(self, a: Arguments, keys: tuple[str, ...], budget: int) -> tuple[str, int]:
        """The fastest way that a number of bytes allows."""
        steps = a.steps[tau]
        every, forward, handed = self.bytes_a_step(a, self.segments(keys))
        if every * steps <= budget:
            return "all", steps
        for size in (max(64, steps // 16), 16):
            if forward * steps + (every - forward) * size <= budget:
                return "lean", size
        best = root(steps)
        if every * best + handed * (steps // best + 1) <= budget:
            return "checkpoint", best
        raise Unsupported(
            f"{budget} bytes do not suffice for T = {steps}",
            law=f'memory="checkpoint" keeps about {every * best + handed * (steps // best + 1)} bytes',
            repair="give more, or shorter sequences, or a smaller batch",
        )

    def bytes_a_step(self, a: Arguments, segments: Segments) -> tuple[int, int, int]:
        """The bytes of all arrays, of forward values, and of the states between segments."""
        part, sizes = segments.inner, []
        for n in (segments.least, segments.least + 1):
            work = part.work_for(a.params, segments.some(a, (0, n), segments.nothing(a)), a.boundary)
            owned = {k: x for k, x in vars(work).items() if isinstance(x, np.ndarray) and x.base is None}
            kept = sum(x.nbytes for k, x in owned.items() if k in part.owned)
            sizes.append((sum(x.nbytes for x in owned.values()), kept))
        handed = sum(x.nbytes for x in segments.nothing(a).values())
        return sizes[1][0] - sizes[0][0], sizes[1][1] - sizes[0][1], handed

    def segments(self, keys: tuple[str, ...]) -> Segments:
        """The segments for what is asked for, derived once."""
        if keys not in self._segments:
            self._segments[keys] = Segments(self.model, keys)
        return self._segments[keys]

    def gradient(self, a: Arguments, keys: tuple[str, ...], way: str, size: int) -> tuple[Any, Arrays]:
        """The loss and its gradients in segments."""
        return self.segments(keys).gradient(a, size, way == "lean")

    def chunked(self, a: Arguments, keys: tuple[str, ...], chunk: Any) -> tuple[Any, Arrays]:
        """The loss, and its gradients with states detached between chunks of some steps."""
        if isinstance(chunk, bool) or not isinstance(chunk, int | np.integer) or chunk < 1:
            raise Undefined(f"chunk={chunk!r}", repair="a number of steps, from 1")
        segments = self.segments(keys)
        if len(segments.cuts(a.steps[tau], int(chunk))) != -(-a.steps[tau] // int(chunk)):
            raise Unsupported(
                f"chunks of {chunk} steps are too short for lags of {segments.least}",
                law="a chunk hands its last states to the next one, so it has as many steps as the largest lag",
                repair=f"chunk={segments.least} or more, and no shorter rest",
            )
        return segments.gradient(a, int(chunk), True, detached=True)
