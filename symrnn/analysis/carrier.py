"""The part of a model that computes one state, as generated code: its values, and its derivatives by the past.

Outputs, targets and the loss are left out, so that only what the state depends on has to be given.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from symrnn.analysis.counting import behind
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Recurrence, Sequence
from symrnn.numeric import to_numpy
from symrnn.typeset import text

Arrays = Mapping[str, Any]


@lru_cache(maxsize=32)
def compiled(model: Recurrence, state: Sequence) -> tuple[Recurrence, Any]:
    """The equations behind a state as a model, and its code, made once: curves ask for it again and again."""
    part = Recurrence(*behind(model, state), name=model.title.name)
    return part, to_numpy(part)


def runs_backward(model: Recurrence, h: Sequence) -> bool:
    """Whether a state is carried from later times to earlier ones."""
    return all(lag <= 0 for lag in model.lags.get(h, ())) and any(lag < 0 for lag in model.lags.get(h, ()))


class Carrier:
    """A state of a model with the arrays that it depends on; `end` is the index of the time it runs to."""

    def __init__(
        self,
        model: Recurrence,
        state: Sequence,
        params: Arrays,
        inputs: Arrays,
        boundary: Arrays | None,
        tau: int | None = None,
    ) -> None:
        self.state, self.tau = state, tau
        self.backward = runs_backward(model, state)
        self.end = 0 if self.backward else -1
        self.model, self.network = compiled(model, state)
        self.params = {str(p.name): params[str(p.name)] for p in self.model.parameters if str(p.name) in params}
        read: tuple[Any, ...] = (*self.model.inputs, *self.model.targets, *self.model.constants)
        wanted = [str(v.name) for v in read]
        self.inputs = {name: np.asarray(inputs[name], dtype=float) for name in wanted if name in inputs}
        names = {key_of(b): str(b.sequence.name) for b in self.model.boundary}
        given = {str(key).replace(" ", ""): value for key, value in (boundary or {}).items()}
        self.boundary = {
            key: np.asarray(given[key if key in given else name], dtype=float)
            for key, name in names.items()
            if key in given or name in given
        }

    @property
    def driver(self) -> Sequence:
        """The one input sequence that drives the state."""
        found = [*self.model.inputs, *self.model.targets]
        if len(found) != 1:
            names = "by " + ", ".join(map(text, found)) if found else "by no input"
            raise Unsupported(
                f"{text(self.state)} is driven {names}", law="this is asked of a state with one input sequence"
            )
        return found[0]

    @property
    def past(self) -> np.ndarray:
        """The inputs, (tau, m)."""
        return self.inputs[str(self.driver.name)]

    @property
    def steps(self) -> int:
        """The last time: as long as the inputs are; for a model without inputs it is given."""
        varying = [str(v.name) for v in (*self.model.inputs, *self.model.targets)]
        found = [len(self.inputs[name]) for name in varying if name in self.inputs]
        if found:
            return found[0]
        if isinstance(self.tau, bool) or not isinstance(self.tau, int) or self.tau < 1:
            raise Undefined(f"{text(self.state)} has no inputs that tell the last time", repair="pass tau=10")
        return self.tau

    def last(self, past: np.ndarray | None = None) -> np.ndarray:
        """The state at the end, after the inputs as they are or after others."""
        inputs = self.inputs if past is None else {**self.inputs, str(self.driver.name): past}
        found = self.network.forward(self.params, inputs, self.boundary)
        return np.asarray(found[str(self.state.name)][self.end])

    def by_past(self, past: np.ndarray | None = None, time: int | None = None) -> np.ndarray:
        """(n, tau, m): the derivative of the state, at its end unless told, by each input.

        By the backward pass, one example for each entry of the state.
        """
        name = str(self.driver.name)
        inputs = self.inputs if past is None else {**self.inputs, name: past}
        end = self.last(past)
        n, steps = max(end.size, 1), len(inputs[name])
        many, held = self._repeated(inputs, n)
        arriving = np.zeros((steps, n, *end.shape))
        arriving[self.end if time is None else time - 1] = np.eye(n).reshape(n, *end.shape)
        found = self.network.vjp(self.params, many, held, upstream={str(self.state.name): arriving}, wrt=[name])[name]
        if not np.all(np.isfinite(found)):
            raise Undefined(
                f"the derivatives of {text(self.state)} are not finite", repair="look for nan in the arrays"
            )
        return np.moveaxis(found, 1, 0).reshape(n, steps, -1)

    def by_start(self, time: int, key: str) -> np.ndarray:
        """(n, n): the derivative of the state at a time by a boundary value."""
        start = self.boundary[key]
        n = max(start.size, 1)
        many, held = self._repeated(self.inputs, n)
        arriving = np.zeros((self.steps, n, *start.shape))
        arriving[time - 1] = np.eye(n).reshape(n, *start.shape)
        upstream = {str(self.state.name): arriving}
        tau = None if self.model.inputs or self.model.targets else self.steps
        found = self.network.vjp(self.params, many, held, upstream=upstream, wrt=[key], tau=tau)[key]
        return np.asarray(found).reshape(n, n)

    def _repeated(self, inputs: Arrays, n: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        varying = {str(v.name) for v in (*self.model.inputs, *self.model.targets)}
        many = {
            key: np.repeat(value[:, None], n, axis=1) if key in varying else np.repeat(value[None], n, axis=0)
            for key, value in inputs.items()
        }
        return many, {key: np.repeat(value[None], n, axis=0) for key, value in self.boundary.items()}


def key_of(element: Any) -> str:
    return f"{element.name}[{str(element.time).replace(' ', '')}]"
