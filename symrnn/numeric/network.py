"""A model as a network of NumPy functions: values, loss, gradients, for every length and batch size.

Arguments are checked once, at the door; the generated functions behind it trust them. What is asked for first
(other gradients, gradients that arrive from outside) is generated then and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.calculus.bptt import chosen_leaves, recurrence_of
from symrnn.errors import Undefined
from symrnn.model import Recurrence
from symrnn.numeric.backends import needs_numba
from symrnn.numeric.checks import NO_LABELS, Arguments, Arrays, Labels, Steps
from symrnn.numeric.chosen import leaf_of, listed, refuse_unknown
from symrnn.numeric.compiled import Compiled
from symrnn.numeric.door import Door
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.load import load_all
from symrnn.numeric.memory import Keeper
from symrnn.numeric.module import Module
from symrnn.numeric.plans import Plan, plan
from symrnn.numeric.segments import admits
from symrnn.numeric.unequal import turned
from symrnn.numeric.upstream import Upstream


class Network:
    """The functions of one model; `symrnn.to_numpy` makes it.

    Arrays are time-major: (T, m) for one example, (T, B, m) for a batch; scalar sequences (T,) or (T, B). Boundary
    values and constants are (n,) or (B, n). Numbers are computed in the widest floating type given; integers
    count as that type, or as float64.

    Attributes
    ----------
    source
        A module that needs NumPy only, with `forward`, `loss` and `loss_and_grad`.
    """

    def __init__(self, model: Recurrence, backend: str = "numpy", wrt: Iterable[str] | None = None) -> None:
        refuse_unknown(model)
        self.backend, self._machine = backend, needs_numba(backend)
        self.model, self._wrt = model, None if wrt is None else listed(wrt)
        self._plan = plan(model, recurrence_of(model, self._leaves(None)) if model.loss is not None else None)
        self._door = Door(model, self._plan.horizon.least)
        self._untold, self._checked = self._door.untold, self._door.checked
        self._gradients: dict[tuple[str, ...] | None, tuple[Compiled, int]] = {}
        if model.loss is not None:
            self._gradients[None] = self._compiled(self._plan)
        else:
            self._functions  # noqa: B018 - raises when there is no code for something
        self._pulled: dict[str, Upstream] = {}
        self._keys: dict[tuple[str, ...] | None, tuple[str, ...]] = {}
        self._has_loss = model.loss is not None
        self._keeper: Keeper | None = None

    @cached_property
    def source(self) -> str:
        """A module that needs NumPy only, with `forward`, `loss` and `loss_and_grad`."""
        return Module(self._plan, machine=self._machine).text()

    @cached_property
    def _functions(self) -> dict[str, Any]:
        return load_all(self.source)

    def _compiled(self, steps: Plan) -> tuple[Compiled, int]:
        """Functions that compute gradients, without the comments of `source`, and the shortest length they serve."""
        if self._machine and steps is self._plan:
            return Compiled(self._functions), steps.horizon.least  # what Numba compiles is compiled once
        functions = load_all(Module(steps, machine=self._machine, bare=True).text())
        return Compiled(functions), steps.horizon.least

    @property
    def shortest(self) -> int:
        """The smallest number of steps that the functions serve."""
        return self._checked.least

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (self.model, self.backend, self._wrt)

    def __repr__(self) -> str:
        return f"Network({self.model.title.name})"

    def forward(
        self,
        params: Any = None,
        inputs: Any = None,
        boundary: Any = None,
        *,
        lengths: Any = None,
        axes: str = "TB",
        tau: Any = None,
    ) -> Arrays:
        """All sequences that the model defines: (T, n) or (T, B, n), row r at time r + 1.

        Times at which a sequence is not defined hold NaN, also behind the last step of a shorter example; what an
        equation defines outside 1..tau comes under its element, such as "h[0]".
        """
        whole = self._door(params, inputs, boundary, tau, lengths, axes)

        def one(a: Arguments) -> Arrays:
            values = self._functions["forward"](*self._arguments(a))
            return {key: np.array(x, dtype=a.dtype) for key, x in values.items()}

        values = one(whole) if isinstance(whole, Arguments) else whole.values(one, self._door.lasts)
        return dict(turned(values, self._door.ranks, axes))

    def loss(
        self,
        params: Any = None,
        inputs: Any = None,
        boundary: Any = None,
        *,
        lengths: Any = None,
        axes: str = "TB",
        tau: Any = None,
    ) -> np.floating:
        """The loss, the sum over the examples of a batch."""
        self._need_loss()
        whole = self._door(params, inputs, boundary, tau, lengths, axes)
        groups = [whole] if isinstance(whole, Arguments) else [a for _, a in whole.groups()]
        dtype = groups[0].dtype if groups else whole.whole.dtype  # type: ignore[union-attr]
        return dtype.type(sum(self._functions["loss"](*self._arguments(a)) for a in groups))

    def loss_and_grad(
        self,
        params: Any = None,
        inputs: Any = None,
        boundary: Any = None,
        *,
        wrt: Iterable[str] | None = None,
        lengths: Any = None,
        axes: str = "TB",
        memory: Any = "auto",
        chunk: int | None = None,
        tau: Any = None,
    ) -> tuple[np.floating, Arrays]:
        """The loss and its gradients, each of the shape of what it belongs to.

        Left out, `wrt` is every learned parameter and every boundary value of a state; else a list of keys such as
        "W", "h[0]", "x". With `lengths`, (B,) integers, every example ends at its own last step: loss and gradients
        are the sums of those of each example computed alone. With axes="BT" sequences are (B, T, ...). `memory` is
        "all", "lean" (forward values of all steps, the rest for a segment), "checkpoint" (states between segments
        only, forward values computed twice), a number of bytes that must suffice, or "auto". With `chunk`, states are
        detached after every so many steps: the gradients of `bptt(model, chunk=...)`, the loss unchanged.
        """
        self._need_loss()
        wrt = None if wrt is None else listed(wrt)  # once: it may be an iterator
        whole = self._door(params, inputs, boundary, tau, lengths, axes)
        if isinstance(whole, Arguments):
            loss, grads = self._gradients_at(whole, wrt, memory, chunk)
            return loss, dict(turned(grads, self._door.ranks, axes))
        losses = [whole.whole.dtype.type(0)]

        def one(columns: np.ndarray, a: Arguments) -> Arrays:
            value, found = self._gradients_at(a, wrt, memory, chunk)
            losses.append(value)
            return found

        grads = whole.gradients(one)
        return whole.whole.dtype.type(sum(losses)), dict(turned(grads, self._door.ranks, axes))

    def vjp(
        self,
        params: Any = None,
        inputs: Any = None,
        boundary: Any = None,
        *,
        upstream: Mapping[str, Any],
        wrt: Iterable[str] | None = None,
        lengths: Any = None,
        axes: str = "TB",
        tau: Any = None,
    ) -> Arrays:
        """The gradients when the gradient arriving at some sequences is given, {"o": (T, B, k)}; no loss is needed.

        A key may name one element, {"h[tau]": (B, n)}; gradients of several keys are added.
        """
        if not isinstance(upstream, Mapping) or not upstream:
            raise Undefined("upstream must be a dict of arrays", repair='for instance  upstream={"o": ...}')
        wrt = None if wrt is None else listed(wrt)
        whole = self._door(params, inputs, boundary, tau, lengths, axes)
        arriving = turned(upstream, self._door.ranks, axes)
        if isinstance(whole, Arguments):
            return dict(turned(self._pull(whole, arriving, wrt), self._door.ranks, axes))

        def one(columns: np.ndarray, a: Arguments) -> Arrays:
            some = {k: self._arriving(k, np.asarray(x), columns, a) for k, x in arriving.items()}
            return self._pull(a, some, wrt)

        return dict(turned(whole.gradients(one), self._door.ranks, axes))

    def _arriving(self, key: str, x: np.ndarray, columns: np.ndarray, a: Arguments) -> np.ndarray:
        """What some examples have of a gradient that arrives at a sequence, or at one element."""
        return x[: a.steps[self._door.lasts[key]], columns] if key in self._door.lasts else x[columns]

    def _pull(self, a: Arguments, upstream: Mapping[str, Any], wrt: Iterable[str] | None) -> Arrays:
        leaves = chosen_leaves(self.model, self._leaves(wrt))
        wanted = [key_of_leaf(x) for x in leaves]
        total: Arrays = {}
        for key, arriving in upstream.items():
            if key not in self._pulled:
                self._pulled[key] = Upstream(self.model, key, Network)
            for k, g in self._pulled[key].gradients(a, arriving, wanted).items():
                total[k] = total[k] + g if k in total else g
        return total

    def gradients_for(
        self, params: Arrays, inputs: Arrays, boundary: Arrays, wrt: list[str], steps: Steps, labels: Labels = NO_LABELS
    ) -> Arrays:
        """The gradients for arguments that another network has checked; `labels` are its names for keys."""
        a = self._checked(params, inputs, boundary, {s: steps[s] for s in self._untold}, labels)
        return self._gradients_at(a, wrt)[1]

    def _gradients_at(
        self, a: Arguments, wrt: Iterable[str] | None, memory: Any = "all", chunk: int | None = None
    ) -> tuple[np.floating, Arrays]:
        asked = (wrt if wrt is None else listed(wrt), memory, chunk)
        known = a.ways.get(asked) if isinstance(memory, str) else None  # for arguments that look like these
        if known is not None:
            loss, grads = known[0].gradient(a, self._arguments(a), known[1])
        else:
            loss, grads = self._found(a, *asked)
        return a.dtype.type(loss), {key: np.asarray(g, dtype=a.dtype) for key, g in grads.items()}

    def _found(self, a: Arguments, wrt: tuple[str, ...] | None, memory: Any, chunk: int | None) -> tuple[Any, Arrays]:
        """The loss and its gradients, in segments where that is asked for or better."""
        if memory != "all" or chunk is not None:
            if self._keeper is None:
                self._keeper = Keeper(self.model, admits(self.model))
            keys = self._keys_of(wrt)
            if chunk is not None:
                return self._keeper.chunked(a, keys, chunk)
            way, size = self._keeper.way(a, keys, memory)
            if way != "all":
                return self._keeper.gradient(a, keys, way, size)
        functions, least = self._gradient(wrt)
        self._checked.long_enough(a.steps, least)
        a.ways[wrt, memory, chunk] = functions, functions.size(a)
        return functions.gradient(a, self._arguments(a))

    def _keys_of(self, wrt: tuple[str, ...] | None) -> tuple[str, ...]:
        """The keys of the gradients that are asked for, found once."""
        if wrt not in self._keys:
            self._keys[wrt] = tuple(key_of_leaf(x) for x in chosen_leaves(self.model, self._leaves(wrt)))
        return self._keys[wrt]

    def _need_loss(self) -> None:
        if not self._has_loss:
            raise Undefined(
                f"{self.model.title.name} has no loss",
                repair=f'give it one, or use  vjp(..., upstream={{"{self.model.defined[-1]}": ...}})',
            )

    def _arguments(self, a: Arguments) -> tuple[Any, ...]:
        return (a.params, a.inputs, a.boundary, *(a.steps[s] for s in self._untold))

    def _gradient(self, wrt: Iterable[str] | None) -> tuple[Compiled, int]:
        """The function for what is asked for, compiled once, and the shortest length that it serves."""
        key = None if wrt is None else listed(wrt)
        if key is None or key in self._gradients:
            return self._gradients[key]
        chosen = recurrence_of(self.model, [leaf_of(self.model, k) for k in key])
        self._gradients[key] = self._compiled(plan(self.model, chosen, gradient_only=True))
        return self._gradients[key]

    def _leaves(self, wrt: Iterable[str] | None) -> list[Any] | None:
        wrt = self._wrt if wrt is None else wrt
        return None if wrt is None else [leaf_of(self.model, k) for k in listed(wrt)]
