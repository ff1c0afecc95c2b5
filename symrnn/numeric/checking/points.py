"""The points at which a gradient is checked: random instances of a model that hide no mistake.

Sizes are distinct primes, boundary values generic, pre-activations small, kinks far away. A batch is several
examples that share their parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from sympy import Symbol

from symrnn.calculus.mistakes import backward_pass
from symrnn.calculus.numerical import complex_step, declares_derivatives, richardson
from symrnn.errors import Undefined, Unsupported
from symrnn.graph import unroll
from symrnn.graph.lengths import Last, numbers_of
from symrnn.graph.run import Instance, all_leaves_of, dimension_symbols, draw, prime_sizes
from symrnn.model import Element, Recurrence, Sequence
from symrnn.numeric.checking.system import LinearBackward
from symrnn.numeric.frame import key_of_leaf
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Array, Floats

ATTEMPTS = 20
AWAY = 1e-6  # how far a complex step and a difference may be apart before a kink is suspected

Arrays = dict[str, np.ndarray]
Sizes = tuple[tuple[Symbol, int], ...]


@dataclass(frozen=True)
class Point:
    """Examples of one model at one last time; parameters are shared. `batched` says whether arrays have the axis B."""

    examples: tuple[Instance, ...]
    batched: bool

    @property
    def model(self) -> Recurrence:
        """The model."""
        return self.examples[0].model

    @property
    def last(self) -> Last:
        """Its last time."""
        return self.examples[0].last

    @property
    def words(self) -> str:
        """Sizes in words: `n=3 m=2 k=5 tau=4`."""
        sizes = [f"{d}={size}" for d, size in self.examples[0].sizes.items()]
        lasts = zip(self.model.lengths, numbers_of(self.last), strict=False)
        batch = [f"B={len(self.examples)}"] if self.batched else []
        return " ".join([*sizes, *(f"{s}={n}" for s, n in lasts), *batch])

    @cached_property
    def loss(self) -> float:
        """The loss, summed over the examples."""
        return float(sum(float(x.loss(x.base)) for x in self.examples))

    @cached_property
    def systems(self) -> list[LinearBackward]:
        """The backward pass of each example."""
        backward = backward_pass(self.model)
        return [LinearBackward(e, backward) for e in self.examples]

    def arrays(self) -> tuple[Arrays, Arrays, Arrays]:
        """Parameters, inputs and boundary values by name: time-major, then the batch."""
        model, given = self.model, self.examples[0].given
        params = {w.name: given[w] for w in model.parameters}
        inputs = {c.name: self._stacked([e.given[c] for e in self.examples]) for c in model.constants}
        inputs |= {v.name: self.sequence(v) for v in (*model.inputs, *model.targets)}
        boundary = {key_of_leaf(b): self._boundary(b) for b in model.boundary}
        return params, inputs, boundary

    def times(self, v: Sequence) -> range:
        """The times at which an input is given."""
        return self.model.given_range(v).at(self.examples[0].rule).times()

    def computed(self, v: Sequence) -> list[int]:
        """The times at which the model computes a sequence, or at which it is given."""
        own = sorted(int(x.time) for x in self.systems[0].nodes if x.sequence == v)
        return own if v in self.model.defined else list(self.times(v))

    def sequence(self, v: Sequence) -> np.ndarray:
        """The values of an input, (T, B, ...)."""
        return np.stack([self._stacked([e.given[v[s]] for e in self.examples]) for s in self.times(v)])

    def _boundary(self, b: Element) -> np.ndarray:
        return self._stacked([e.given[b.xreplace(e.rule)] for e in self.examples])

    def _stacked(self, parts: list[Array]) -> np.ndarray:
        return np.stack(parts) if self.batched else np.asarray(parts[0])


@lru_cache(maxsize=128)
def point(model: Recurrence, last: Last, seed: int, sizes: Sizes, batch: int | None, dtype: str = "float64") -> Point:
    """A point away from kinks, of numbers that `dtype` holds; the same for the same arguments in every process."""
    for attempt in range(ATTEMPTS):
        try:
            examples = [
                draw(model, last, Floats(), 1000 * seed + 37 * attempt + i, dict(sizes)) for i in range(batch or 1)
            ]
        except (ArithmeticError, Unsupported) as error:
            raise Unsupported(f"{model.title.name} cannot be evaluated: {error}") from None
        shared = {w: examples[0].given[w] for w in model.parameters}
        drawn = tuple(replace(e, given=_rounded({**e.given, **shared}, dtype)) for e in examples)
        found = Point(drawn, batch is not None)
        if all(map(_is_smooth, drawn)):
            return found
    raise Unsupported(f"no point away from kinks was found in {ATTEMPTS} draws", repair="give another seed")


def _rounded(given: dict[Any, Array], dtype: Any) -> dict[Any, Array]:
    """The numbers that are left in another precision."""
    return {x: np.asarray(np.asarray(v, dtype=dtype), dtype=np.float64) for x, v in given.items()}


def quiet(at: Point, sequence: Sequence, time: int) -> Point:
    """The same point with zeros for a sequence at all other times: an upstream that arrives at one step only."""

    def silenced(e: Instance) -> Instance:
        others = [x for x in e.given if isinstance(x, Element) and x.sequence == sequence and int(x.time) != time]
        return replace(e, given={**e.given, **{x: np.zeros_like(e.given[x]) for x in others}})

    return replace(at, examples=tuple(map(silenced, at.examples)))


def shortened(at: Point, last: Last) -> Point | None:
    """The first steps of a point, or None where a shorter model reads what the longer one does not."""
    found = []
    for e in at.examples:
        graph = unroll(at.model, last)
        needed = all_leaves_of(at.model, graph, last)
        if any(x not in e.given for x in needed):
            return None
        found.append(Instance(at.model, graph, last, e.system, e.sizes, {x: e.given[x] for x in needed}))
    return Point(tuple(found), at.batched)


def moved(at: Point, leaf: Any, by: np.ndarray) -> Point:
    """The point with a parameter, or another leaf of its first example, moved."""
    shared = leaf in at.model.parameters
    examples = [
        replace(e, given={**e.given, leaf: e.given[leaf] + by}) if shared or i == 0 else e
        for i, e in enumerate(at.examples)
    ]
    return Point(tuple(examples), at.batched)


def _is_smooth(example: Instance) -> bool:
    """Whether the loss is finite and smooth there: a complex step and a real difference agree."""
    if not np.isfinite(float(example.loss(example.base))):
        return False
    if declares_derivatives(example):
        return True
    rng = np.random.default_rng(5)
    for leaf, value in example.given.items():
        if np.size(value):
            direction = rng.standard_normal(np.shape(value))
            with np.errstate(all="ignore"):
                exact = complex_step(example, leaf, direction)
                apart = abs(exact - richardson(example, leaf, direction))
            return bool(apart <= AWAY * max(1.0, abs(exact)))
    return True


def sizes_of(model: Recurrence, dims: Mapping[Any, int] | None) -> Sizes:
    """A size for each dimension: as given, else distinct primes."""
    symbols = dimension_symbols(model)
    found = prime_sizes(model)
    for key, size in (dims or {}).items():
        named = [d for d in symbols if d == key or d.name == str(key)]
        if not named:
            known = ", ".join(map(str, symbols)) or "none"
            raise Undefined(f"dims has {str(key)!r}, which is not a dimension of {model.title.name}", repair=known)
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= 1000:
            raise Undefined(f"dims: {named[0]}={size!r}", repair="a whole number from 1 to 1000")
        found[named[0]] = int(size)
    return tuple(found.items())


def shape_at(example: Instance, leaf: Any) -> tuple[int, ...]:
    """The shape of a leaf as numbers."""
    return Evaluator(example.system, {}, example.sizes).shape(leaf)
