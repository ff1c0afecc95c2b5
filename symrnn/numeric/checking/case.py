"""One point with what a function returned there, beside what is right and what each mistake would give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from symrnn.calculus.backward import Variation
from symrnn.model import Element, Sequence
from symrnn.numeric.checking.layout import leaves_of, step_key
from symrnn.numeric.checking.points import Arrays, Point, shape_at
from symrnn.numeric.checking.system import LinearBackward
from symrnn.numeric.frame import key_of_leaf

FLOOR = 1e-6  # of the largest gradient: what is smaller is compared in absolute terms


@dataclass(frozen=True)
class Tolerance:
    """Relative errors up to `right` are rounding, from `wrong` on mistakes; between them is no verdict."""

    right: float
    wrong: float


DOUBLE, SINGLE = Tolerance(1e-9, 1e-6), Tolerance(3e-4, 1e-2)


class Case:
    """A point and the gradients that were returned there, by our names and of our shapes.

    copies
        The terms that some of them are sums of, one for each step, where they were returned.
    """

    def __init__(self, at: Point, yours: Arrays, tolerance: Tolerance, copies: Arrays | None = None) -> None:
        self.at, self.yours, self.tolerance, self.copies = at, yours, tolerance, copies or {}
        self.systems = at.systems
        self.leaves = {key_of_leaf(x): x for x in leaves_of(at.model)}
        self.leaves |= {step_key(v): v for v in at.model.defined}
        self.keys = tuple(key for key in self.leaves if key in yours)

    @property
    def tells_steps(self) -> bool:
        """Whether adjoints of computed sequences, or terms of sums over time, were returned."""
        return bool(self.copies) or any(key.endswith("[t]") for key in self.keys)

    @cached_property
    def right(self) -> Arrays:
        """The right gradients."""
        return self.collected([s.right for s in self.systems])

    @cached_property
    def scale(self) -> float:
        """The norm of the largest right gradient of those returned."""
        return max((float(np.linalg.norm(self.right[k])) for k in self.keys), default=0.0) or 1.0

    def varied(self, *variations: Variation) -> Arrays | None:
        """The gradients that some mistakes give; None where they cannot be made."""
        within = tuple(v for v in variations if not _is_of_results(v))
        vectors = [s.varied(*within) if within else s.right for s in self.systems]
        if any(v is None or not np.all(np.isfinite(v)) for v in vectors):
            return None
        found = self.collected([v for v in vectors if v is not None])
        for v in variations:
            if not _is_of_results(v):
                continue
            if v.scheme[0] == "exchanged":
                found = _exchanged(found, *map(key_of_leaf, v.scheme[2:]))
            else:
                found = self._over_batch(found, v, [x for x in vectors if x is not None])
        return found

    def _over_batch(self, found: Arrays, v: Variation, vectors: list[np.ndarray]) -> Arrays:
        """The gradients with another sum over the examples of the batch."""
        changed = dict(found)
        for key in self.keys:
            leaf = self.leaves[key]
            if v.receivers is not None and leaf not in v.receivers:
                continue
            if v.scheme[1] == "mean":
                changed[key] = found[key] / len(self.systems)
            elif getattr(leaf, "is_shared", False):
                which = 0 if v.scheme[1] == "first" else -1
                changed[key] = vectors[which][self._places[key][which]].reshape(self._shapes[key])
        return changed

    def collected(self, vectors: list[np.ndarray]) -> Arrays:
        """The gradients by name from one vector an example: parameters summed, the others (T, B, ...)."""
        return {key: self._gradient(key, vectors) for key in self.keys}

    def _gradient(self, key: str, vectors: list[np.ndarray]) -> np.ndarray:
        leaf, places, shape = self.leaves[key], self._places[key], self._shapes[key]
        parts = [v[p].reshape(shape) if p.size else np.zeros(shape) for v, p in zip(vectors, places, strict=True)]
        if getattr(leaf, "is_shared", False):
            return np.asarray(sum(parts)) if len(parts) > 1 else parts[0]
        if not self.at.batched:
            return parts[0]
        return np.stack(parts, axis=1 if isinstance(leaf, Sequence) else 0)

    @cached_property
    def _places(self) -> dict[str, list[np.ndarray]]:
        """For each gradient and example its entries in the vector of all rows; none for what is not read."""
        return {key: [self._entries(system, self.leaves[key]) for system in self.systems] for key in self.keys}

    @cached_property
    def _shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each gradient for one example."""
        example = self.at.examples[0]
        found = {}
        for key in self.keys:
            leaf = self.leaves[key]
            times = (len(self.times(leaf)),) if isinstance(leaf, Sequence) else ()
            core = leaf[1] if isinstance(leaf, Sequence) else leaf
            found[key] = (*times, *shape_at(example, core))
        return found

    def times(self, leaf: Sequence) -> list[int]:
        """The times of a sequence whose gradients are compared: all at which it is computed, or given."""
        return self.at.computed(leaf)

    def _entries(self, system: LinearBackward, leaf: Any) -> np.ndarray:
        nodes = [leaf[s] for s in self.times(leaf)] if isinstance(leaf, Sequence) else [leaf]
        concrete = [x.xreplace(system.example.rule) if isinstance(x, Element) else x for x in nodes]
        if any(x not in system.rows for x in concrete):
            return np.zeros(0, dtype=int)
        return np.concatenate([np.arange(system.rows[x].start, system.rows[x].stop) for x in concrete])

    def error(self, key: str, other: Arrays) -> float:
        """The relative distance of what was returned from `other`."""
        mine, theirs = self.yours[key], other[key]
        scale = max(float(np.linalg.norm(mine)), float(np.linalg.norm(theirs)), FLOOR * self.scale)
        return float(np.linalg.norm(mine - theirs)) / scale

    @cached_property
    def errors(self) -> dict[str, float]:
        """For each gradient its relative error."""
        return {key: self.error(key, self.right) for key in self.keys}

    def is_explained(self, other: Arrays) -> bool:
        """Whether all of what was returned is, but for rounding, `other`."""
        return all(self.error(key, other) <= self.limit for key in self.keys)

    def agreeing(self, other: Arrays) -> frozenset[str]:
        """The gradients that are, but for rounding, those of `other`."""
        return frozenset(key for key in self.keys if self.error(key, other) <= self.limit)

    @property
    def limit(self) -> float:
        """What counts as the same when mistakes are compared."""
        return self.tolerance.right

    def changed(self, other: Arrays) -> frozenset[str]:
        """The gradients that a mistake changes at all."""
        found = []
        for key in self.keys:
            scale = max(float(np.linalg.norm(self.right[key])), FLOOR * self.scale)
            if float(np.linalg.norm(other[key] - self.right[key])) > self.limit * scale:
                found.append(key)
        return frozenset(found)


def shown_key(key: str) -> str:
    """A gradient's name in a sentence: h(0) for h[0]."""
    return key.replace("[", "(").replace("]", ")").replace("tau", "τ")


def _is_of_results(v: Variation) -> bool:
    """Whether it changes what is returned, and not how it is computed."""
    return bool(v.scheme) and v.scheme[0] in {"batch", "exchanged"}


def _exchanged(found: Arrays, a: str, b: str) -> Arrays:
    """Two gradients in each other's place, where both are there and of one shape."""
    if a not in found or b not in found or found[a].shape != found[b].shape:
        return found
    return {**found, a: found[b], b: found[a]}
