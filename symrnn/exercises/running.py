"""A world that a model makes: its elements by running the unfolded graph, its derivatives by dual numbers.

Nothing here knows a formula of a gradient: a derivative of one node by another moves the other along each of its
entries and runs what follows. So a reference formula is judged by the same witness as an answer.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from sympy import Integer

from symrnn.exercises.world import PRIMES, Array, OutOfRange, World
from symrnn.graph.run import Instance, dimension_symbols, draw, expanded_loss
from symrnn.model import Element, Recurrence
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import Size
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import Digits, NumberSystem, Undecidable


@lru_cache(maxsize=32)
def instance_of(model: Recurrence, last: int, seed: int, exact: bool) -> Instance:
    """One random instance of a model; the same in every process."""
    system: NumberSystem = FiniteField(seed) if exact else Digits()
    turn = PRIMES[seed % 2 :]
    sizes = dict(zip(dimension_symbols(model), turn, strict=False))
    return draw(model, last, system, seed=seed, sizes=sizes)


@lru_cache(maxsize=32)
def world_of(model: Recurrence, last: int, seed: int, exact: bool) -> RunningWorld:
    """The world of a model's instance; what it has found once it keeps."""
    return RunningWorld(model, instance_of(model, last, seed, exact), seed)


class RunningWorld(World):
    """The world of one instance of a model; names that the model does not know stay oracles."""

    def __init__(self, model: Recurrence, instance: Instance, seed: int) -> None:
        super().__init__(instance.system, (), int(str(instance.last)), seed)
        self.model, self.instance = model, instance
        self.sizes = {str(d): size for d, size in instance.sizes.items()}
        self.base = instance.base
        self.sequences = {v.name: v for v in model.sequences}
        self.short = {a.short.sequence.name: a for a in model.abbreviations if isinstance(a.short, Element)}
        self.leaves = {str(x.name): x for x in (*model.parameters, *model.constants)}
        self.oracles = sum(np.size(v) for v in self.base.values.values())
        self.moved: dict[Any, list[Evaluator]] = {}

    def call_sizes(self, table: Symbols) -> None:
        """Give the dimensions of a table of names the sizes that the same names have in the model."""
        nodes: dict[str, Any] = dict(self.leaves)
        for x in self.base.values:
            if isinstance(x, Element):
                nodes.setdefault(x.sequence.name, x)
        for name, size in table.sizes.items():
            if size is None or nodes.get(name) is None:
                continue
            shape = _matrix(self.base.values[nodes[name]]).shape
            for d, side in zip(size, shape, strict=True):
                if isinstance(d, str):
                    self.sizes.setdefault(d, side)
        for d in sorted(table.dims):
            self.sizes.setdefault(d, 2)

    def element(self, name: str, time: int, size: Size) -> Array:
        found = self.known.get(("element", name, time))
        if found is None:
            found = self.known["element", name, time] = self._element(name, time, size)
        return found

    def _element(self, name: str, time: int, size: Size) -> Array:
        if name in self.short:
            abbreviation = self.short[name]
            times = {abbreviation.short.time: Integer(time)}
            self._check(name, time, abbreviation.long.xreplace(times))
            return _matrix(self.base(abbreviation.long.xreplace(times)))
        sequence = self.sequences.get(name)
        if sequence is None:
            return super().element(name, time, size)
        self._check(name, time, sequence[time])
        return _matrix(self.base.values[sequence[time]])

    def _check(self, name: str, time: int, expression: Any) -> None:
        leaves = [x for x in expression.atoms(Element) if x not in self.base.values]
        leaves += [expression] if isinstance(expression, Element) and expression not in self.base.values else []
        if leaves:
            raise OutOfRange(f"{name} has no value at time {time}")

    def given(self, name: str, size: Size) -> Array:
        leaf = self.leaves.get(name)
        return super().given(name, size) if leaf is None else _matrix(self.base.values[leaf])

    def node(self, key: str) -> Any:
        """The node of a key such as h[3] or W."""
        name, _, time = key.rstrip("]").partition("[")
        found = self.sequences[name][int(time)] if time and name in self.sequences else self.leaves.get(name)
        if found is None:
            raise Undecidable(f"{name} is not in the model")
        if found not in self.base.values:
            raise OutOfRange(f"{key} has no value")
        return found

    def copy_time(self, key: str) -> int | None:
        """The step at which a copy of a parameter is used, for a key such as W[3]."""
        name, _, time = key.rstrip("]").partition("[")
        return int(time) if time and name not in self.sequences else None

    def loss(self) -> Array:
        if self.model.loss is None:
            return super().loss()
        return _matrix(self.base(expanded_loss(self.model, self.last)))

    def gradient(self, key: str, size: Size) -> Array:
        """The gradient of the loss; of what the model does not know, an oracle."""
        if self.model.loss is None or key.partition("[")[0] not in {**self.sequences, **self.leaves}:
            return super().gradient(key, size)
        node = self.node(key)
        found = self.known.get(("gradient", key))
        if found is None:
            loss = expanded_loss(self.model, self.last)
            found = self.known["gradient", key] = self._jacobian(
                node, lambda run: run(loss), "total", only=self.copy_time(key)
            )
        return found.reshape(_matrix(self.base.values[node]).shape)

    def rate(self, head: str, above: str, below: str, size: Size) -> Array:
        names = {**self.sequences, **self.leaves}
        if above.partition("[")[0] not in names or below.partition("[")[0] not in names:
            return super().rate(head, above, below, size)
        kind = "immediate" if head == "immediate" else "total"
        found = self.known.get((kind, above, below))
        if found is None:
            upper, lower = self.node(above), self.node(below)
            found = self.known[kind, above, below] = self._jacobian(
                lower, lambda run: run(upper), kind, upper, self.copy_time(below)
            )
        return found if self.shape(size) == found.shape else found.reshape(self.shape(size))

    def _jacobian(self, lower: Any, read: Any, kind: str, upper: Any = None, only: int | None = None) -> Array:
        """Entries of what is read by entries of a node: each entry moved, and what follows run.

        Of a parameter, `only` moves the copy that is used at one step.
        """
        step = upper.time if kind == "immediate" else None
        return np.array([np.ravel(read(run).tangent) for run in self._moved(lower, step, only)], dtype=object).T

    def _moved(self, lower: Any, step: Any, only: int | None) -> list[Evaluator]:
        """A run for each entry of a node that moves; they serve all that is differentiated by it, so they are kept."""
        if (lower, step, only) not in self.moved:
            value = self.base.values[lower]
            units = np.eye(np.size(value), dtype=int).astype(object)
            self.moved[lower, step, only] = [
                self._run(lower, self.system.array(unit.reshape(np.shape(value))), step, only) for unit in units
            ]
        return self.moved[lower, step, only]

    @cached_property
    def _still(self) -> dict[Any, Array]:
        """The values of the instance, as dual numbers that do not move."""
        system = Dual(self.system)
        return {x: system.lift(v) for x, v in self.base.values.items()}

    def _run(self, lower: Any, direction: Array, step: Any, only: int | None) -> Evaluator:
        """What follows from a node that moves in a direction: all of it, or only what is computed at one step."""
        values = dict(self._still)
        moving = values[lower] = DualArray(self.base.values[lower], direction)
        evaluator = Evaluator(Dual(self.system), values, self.instance.sizes)
        follows = {lower}
        for e, needed in self.instance.needs:
            if follows.isdisjoint(needed) or (step is not None and e.lhs.time != step):
                continue
            if only is not None:
                values[lower] = moving if e.lhs.time == only else self._still[lower]
                evaluator = Evaluator(evaluator.system, values, self.instance.sizes)
            values[e.lhs] = evaluator(e.rhs)
            follows.add(e.lhs)
        if only is not None:
            values[lower] = self._still[lower]
            evaluator = Evaluator(evaluator.system, values, self.instance.sizes)
        return evaluator


def _matrix(x: Any) -> Array:
    """An array as a matrix: a scalar (1, 1), a vector a column."""
    array = np.asarray(x, dtype=object)
    return array.reshape(-1, 1) if array.ndim < 2 else array
