"""Expressions in t evaluated at all steps together: whole sequences go in, a row for every step comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.errors import Unsupported
from symrnn.model import Constant, Parameter, Recurrence, Sequence, reads
from symrnn.numeric.entry import to_numpy
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.leaves import leaf_name
from symrnn.numeric.network import Network
from symrnn.tensor.adjoint import Adjoint
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import offset_from, t


@dataclass(frozen=True)
class Compiled:
    """An expression in t as a function of rows; `varies` when it has a row for every step."""

    function: Callable[..., Any]
    leaves: tuple[tuple[str, Any, int], ...]  # its argument, the leaf, and how many steps before
    sizes: tuple[str, ...]
    varies: bool

    def __call__(self, rows: Rows) -> np.ndarray:
        """Its value, (T, ...) if it varies."""
        given = {name: rows.of(leaf, before) for name, leaf, before in self.leaves}
        return np.asarray(self.function(**given, **{name: rows.sizes[name] for name in self.sizes}))


def compiled(expr: Any) -> Compiled:
    """Compile one expression in t; the adjoints in it are leaves too."""
    if not expr.free_symbols:
        number = float(expr)
        return Compiled(lambda: number, (), (), False)
    function: Any = to_numpy(expr)
    wanted = function.__code__.co_varnames[: function.__code__.co_argcount]
    known = {leaf_name(x): x for x in (*reads(expr), *sorted(expr.atoms(Adjoint), key=str))}
    leaves = tuple((name, known[name], _steps_before(known[name], expr)) for name in wanted if name in known)
    varies = any(not isinstance(x, Parameter) for _, x, _ in leaves)
    return Compiled(function, leaves, tuple(name for name in wanted if name not in known), varies)


def _steps_before(leaf: Any, expr: Any) -> int:
    time = getattr(leaf, "time", None)
    offset = 0 if time is None else offset_from(time, t)
    if offset not in (0, -1):
        raise Unsupported(f"{expr} reads {leaf}: steps are taken one by one")
    return -offset


class Rows:
    """The values of one example: every sequence with a row for every step, and the row before the first."""

    def __init__(self, model: Recurrence, network: Network, params: Any, inputs: Any, boundary: Any) -> None:
        self.model = model
        self.params = {k: np.asarray(v, dtype=float) for k, v in params.items()}
        self.inputs = {k: np.asarray(v, dtype=float) for k, v in inputs.items()}
        self.boundary = {k: np.asarray(v, dtype=float) for k, v in boundary.items()}
        self.values = network.forward(self.params, self.inputs, self.boundary)
        self.loss = float(network.loss(self.params, self.inputs, self.boundary))
        self.steps = len(self.values[model.defined[0].name])
        self.adjoints: dict[Sequence, np.ndarray] = {}

    def of(self, leaf: Any, before: int) -> np.ndarray:
        """The values of a leaf: as it is if it is shared, else a row for every step."""
        if isinstance(leaf, Parameter):
            return self.params[leaf.name]
        if isinstance(leaf, Adjoint):
            v = leaf.node.sequence
            return self.adjoints[v].reshape(self.values[v.name].shape)
        if isinstance(leaf, Constant):
            value = self.inputs[leaf.name]
            return np.broadcast_to(value, (self.steps, *value.shape))
        rows = self._sequence(leaf.sequence)
        if not before:
            return rows
        return np.concatenate([self.first(leaf.sequence)[None], rows[:-1]])

    def _sequence(self, v: Sequence) -> np.ndarray:
        return self.values[v.name] if v.name in self.values else self.inputs[v.name]

    def first(self, v: Sequence) -> np.ndarray:
        """The boundary value before the first step."""
        key = key_of_leaf(v[0])
        return self.boundary[key] if key in self.boundary else self.boundary[v.name]

    def size(self, v: Sequence) -> int:
        """How many entries an element has."""
        return int(np.prod(self._sequence(v).shape[1:], dtype=int))

    def jacobian(self, local: Compiled, u: Sequence, x: Sequence) -> np.ndarray:
        """A step's Jacobian at all steps, (T, entries of u, entries of x)."""
        value = local(self)
        lead = self.steps if local.varies else 1
        rate = np.reshape(value, (lead, self.size(u), self.size(x)))
        return rate if local.varies else np.broadcast_to(rate, (self.steps, *rate.shape[1:]))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The sizes of dimensions by name."""
        found: dict[str, int] = {}
        given = [(w, self.params[w.name].shape) for w in self.model.parameters]
        given += [(v[t], self._sequence(v).shape[1:]) for v in self.model.sequences]
        for leaf, shape in given:
            found |= {str(d): size for d, size in zip(shape_of(leaf), shape, strict=True) if d.is_Symbol}
        return found
