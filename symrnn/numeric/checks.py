"""Arguments of a network, checked once: keys, kinds of numbers, shapes; messages in the model's own letters.

What comes out is plain: arrays of one floating type in three dicts, boundary values under their full keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sympy import Expr, Integer, Symbol, expand

from symrnn.errors import ShapeError, Undefined
from symrnn.model import Parameter, Recurrence, Sequence
from symrnn.numeric.frame import arguments, key_of_leaf, shape_text
from symrnn.numeric.lengths import Admission, letter, span
from symrnn.tensor import shape_of

Arrays = dict[str, np.ndarray]
Labels = Mapping[str, str]  # for keys that a caller knows under another name, that name
NO_LABELS: Labels = {}
Steps = dict[Symbol, int]  # the number of steps for each last time


@dataclass(frozen=True)
class Arguments:
    """Checked arguments: three dicts, the number of steps, the batch axes and the type of numbers.

    `ways` is for whoever computes with them: what was found for arguments that look like these.
    """

    params: Arrays
    inputs: Arrays
    boundary: Arrays
    steps: Steps
    batch: tuple[int, ...]
    dtype: np.dtype
    ways: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """One thing that is given: where it is passed, under which key, with which shape."""

    leaf: Any
    owner: str
    key: str
    core: tuple[Expr, ...]
    length: Symbol | None

    @property
    def varies(self) -> bool:
        """Whether it has a time axis."""
        return self.length is not None

    @property
    def steps(self) -> str:
        """How its number of steps is called."""
        return letter(self.length) if self.length is not None else ""

    @property
    def shared(self) -> bool:
        """Whether it has no batch axis."""
        return isinstance(self.leaf, Parameter)


class Checker:
    """Checks the arguments of one model."""

    def __init__(self, model: Recurrence, least: int) -> None:
        self.title, self.least = model.title.name, least
        self.lengths = model.lengths
        self.admits = Admission(model) if len(model.lengths) > 1 else None
        self.places: dict[str, list[Place]] = {owner: [] for owner, _ in arguments(model)}
        for owner, leaves in arguments(model):
            for x in leaves:
                of_time = isinstance(x, Sequence)
                shape, length = (x.shape, span(model, x).last) if of_time else (shape_of(x), None)
                self.places[owner].append(Place(x, owner, key_of_leaf(x), shape, length))

    def __call__(
        self,
        params: Any,
        inputs: Any,
        boundary: Any,
        tau: Any,
        labels: Labels = NO_LABELS,
        lengths: Mapping[Symbol, np.ndarray] | None = None,
    ) -> Arguments:
        """The arguments as arrays of one type, or an error that says which one does not fit."""
        given = {
            owner: self.keyed(owner, values, labels)
            for owner, values in zip(self.places, (params, inputs, boundary), strict=True)
        }
        floats = {x.dtype for arrays in given.values() for x in arrays.values() if x.dtype.kind == "f"}
        dtype = np.result_type(*floats) if floats else np.dtype(np.float64)
        found = Found()
        for owner, places in self.places.items():
            for place in places:
                label = labels.get(place.key, f'{owner}["{place.key}"]')
                found.fit(place, given[owner][place.key], label)
                ends = lengths.get(place.length) if lengths is not None and place.length is not None else None
                found.on_simplex(place, given[owner][place.key], label, ends)
        steps = self.steps(found, tau)
        cast = [{key: x.astype(dtype, copy=False) for key, x in arrays.items()} for arrays in given.values()]
        return Arguments(cast[0], cast[1], cast[2], steps, found.batch[0] if found.batch else (), dtype)

    def keyed(self, owner: str, values: Any, labels: Labels) -> Arrays:
        """The values of one argument under their full keys, as arrays."""
        values = {} if values is None else values
        if not isinstance(values, Mapping):
            raise Undefined(f"{owner} must be a dict of arrays; got {type(values).__name__}")
        places = self.places[owner]
        full = {s.leaf.name: s.key for s in places if sum(q.leaf.name == s.leaf.name for q in places) == 1}
        full |= {s.key: s.key for s in places}
        arrays: Arrays = {}
        for key, value in values.items():
            if key not in full:
                raise self.unknown_key(owner, key)
            arrays[full[key]] = _array(value, labels.get(full[key], f'{owner}["{key}"]'))
        missing = [s for s in places if s.key not in arrays]
        if missing:
            raise Undefined(
                f"{owner} lacks " + ", ".join(f'"{s.key}" {shape_text(s.leaf, steps=s.steps)}' for s in missing),
                law="values outside the times that equations define are given, never silently zero"
                if owner == "boundary"
                else "",
                repair=f'{owner}={{"{missing[0].key}": ...}}',
            )
        return {s.key: arrays[s.key] for s in places}

    def unknown_key(self, owner: str, key: Any) -> Undefined:
        """The error of a key that one argument does not have, saying which argument has it."""
        home = next((other for other, places in self.places.items() if any(s.key == key for s in places)), None)
        wanted = ", ".join(f'"{s.key}"' for s in self.places[owner]) or "nothing"
        return Undefined(
            f"{owner} has {key!r}, which is not one of its keys",
            repair=f'pass it as {home}["{key}"]' if home else f"{owner} holds: {wanted}",
        )

    def steps(self, found: Found, tau: Any) -> Steps:
        """The number of steps for each last time, from the inputs or as given."""
        given = self.as_steps(tau)
        steps: Steps = {}
        for s in self.lengths:
            told = found.steps.get(s)
            if told is None and s not in given:
                raise Undefined(
                    f"no input sequence of {self.title} tells the last time {s}",
                    repair="give  tau=5" if len(self.lengths) == 1 else f'give  tau={{"{s}": 5}}',
                )
            if told is not None and given.get(s, told[0]) != told[0]:
                raise ShapeError(f"{s}={given[s]}, but {letter(s)} = {told[0]} from {told[1]}", repair="leave tau out")
            steps[s] = told[0] if told is not None else given[s]
        self.long_enough(steps, self.least)
        return steps

    def as_steps(self, tau: Any) -> Steps:
        """What a caller says of last times: a number, or a dict where there are several."""
        if tau is not None and not isinstance(tau, Mapping):
            tau = dict.fromkeys(self.lengths, tau)
        given = {str(s): value for s, value in (tau or {}).items()}
        for name, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise Undefined(f"{name}={value!r}: the last time must be an integer, at least 1")
        return {s: int(given[s.name]) for s in self.lengths if s.name in given}

    def long_enough(self, steps: Steps, least: int) -> None:
        """Refuse lengths below the shortest one, and combinations of lengths that do not fit."""
        short = [s for s in steps if steps[s] < least]
        if short or (self.admits is not None and not self.admits({s: Integer(n) for s, n in steps.items()})):
            shown = ", ".join(f"{letter(s)} = {steps[s]}" for s in short or steps)
            raise ShapeError(
                f"{shown} is too short for {self.title}",
                law=f"from {least} steps on all fixed times exist and all ranges keep their order",
                repair=f"give at least {least} steps",
            )


@dataclass
class Found:
    """What has been learned so far: sizes of dimensions, T and the batch, each with the argument that told it."""

    sizes: dict[Symbol, tuple[int, str]] = field(default_factory=dict)
    steps: dict[Symbol, tuple[int, str]] = field(default_factory=dict)
    batch: tuple[tuple[int, ...], str] | None = None

    def fit(self, place: Place, x: np.ndarray, label: str) -> None:
        """Compare one array with its shape; learn sizes from it, or raise."""
        lead = int(place.varies)
        axes = x.ndim - len(place.core) - lead
        if axes not in self.allowed(place):
            raise self.misfit(place, x, label)
        for d, size in zip(place.core, x.shape[lead + axes :], strict=True):
            self.learn(d, size, place, x, label)
        batch = x.shape[lead : lead + axes]
        if place.length is not None:
            told = self.steps.setdefault(place.length, (x.shape[0], label))
            if told[0] != x.shape[0]:
                raise self.misfit(place, x, label, f"{place.steps} = {told[0]} from {told[1]}")
        if axes or place.varies:
            self.batch = self.batch or (batch, label)
            if self.batch[0] != batch:
                raise self.misfit(place, x, label, f"B = {self.batch[0][0]} from {self.batch[1]}")

    def on_simplex(self, place: Place, x: np.ndarray, label: str, ends: np.ndarray | None = None) -> None:
        """Entries declared to sum to 1 must, up to the last step of each example: the gradient relies on it."""
        if not getattr(place.leaf, "simplex", False) or not x.size:
            return
        away = np.abs(x.sum(-1) - 1)
        if ends is not None and away.ndim == 2 and ends.shape == away.shape[1:]:
            away = away[np.arange(len(x))[:, None] < ends]
        if not float(np.max(away, initial=0)) <= 1e-4:
            raise ShapeError(
                f"{label} has entries that do not sum to 1",
                law=f"{place.key} is declared simplex=True, and its gradient uses that",
                repair="pass one-hot vectors or probabilities, or declare it without simplex=True",
            )

    def allowed(self, place: Place) -> tuple[int, ...]:
        """How many batch axes something may have: a boundary value may be given once for the whole batch."""
        if place.shared:
            return (0,)
        if self.batch is None:
            return (0, 1)
        own = len(self.batch[0])
        return (own,) if place.varies else tuple(sorted({0, own}))

    def learn(self, d: Expr, size: int, place: Place, x: np.ndarray, label: str) -> None:
        """Compare one size with what is known, or learn a dimension from it."""
        if d.is_Symbol:
            known = self.sizes.setdefault(d, (size, label))[0]
        elif d.is_Integer:
            known = int(d)
        else:
            known = self.solve(d, size, label)
        if known != size:
            told = "; ".join(f"{s} = {n} from {who}" for s, (n, who) in self.sizes.items() if s in d.free_symbols)
            raise self.misfit(place, x, label, told)

    def solve(self, d: Expr, size: int, label: str) -> int:
        """The size that a compound dimension should have; learns a symbol that only it tells."""
        known = d.xreplace({s: Integer(n) for s, (n, _) in self.sizes.items()})
        unknown = sorted(known.free_symbols, key=str)
        if len(unknown) == 1:
            factor = known.diff(unknown[0])
            value = (size - expand(known - factor * unknown[0])) / factor
            if not (value.is_Integer and value.is_positive):
                return -1
            self.sizes[unknown[0]] = (int(value), label)
        return size if unknown else int(known)

    def misfit(self, place: Place, x: np.ndarray, label: str, told: str = "") -> ShapeError:
        """The error of an array that does not fit: what came, what was expected, and a likely repair."""
        shapes = [shape_text(place.leaf, batch=bool(axes), steps=place.steps) for axes in self.allowed(place)]
        return ShapeError(
            f"{label} has shape {x.shape}; expected {' or '.join(shapes)}" + (f" with {told}" if told else ""),
            repair="; ".join(self.hints(place, x, label)),
        )

    def hints(self, place: Place, x: np.ndarray, label: str) -> Iterator[str]:
        """What may have happened: integer labels, batch before time, a batch axis that others lack."""
        whole = x.ndim - int(place.varies) - len(place.core)
        if place.varies and len(place.core) == 1 and x.dtype.kind in "iu" and x.ndim < 3:
            size = place.core[0].xreplace({s: Integer(n) for s, (n, _) in self.sizes.items()})
            yield f"Pass sr.one_hot({place.key}, k={size})"
            return
        known = self.steps.get(place.length) if place.length is not None else next(iter(self.steps.values()), None)
        first = (known[0], *self.batch[0]) if known is not None and self.batch is not None else ()
        if place.varies and whole == 1 and len(first) == 2 and x.shape[:2] == first[::-1] and first[0] != first[1]:
            yield f"time comes first, (T, B, ...): turn a batch-first array with  np.swapaxes({place.key}, 0, 1)"
        elif not place.varies and whole == 1 and first and x.shape[0] == first[0]:
            yield "time comes first, (T, B, ...): turn batch-first inputs with  np.swapaxes(x, 0, 1)"
        elif place.varies and self.batch is not None and whole != len(self.batch[0]):
            yield f"{self.batch[1]} has {'a' if self.batch[0] else 'no'} batch axis, and {label} needs the same"


def _array(value: Any, label: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ShapeError(
            f"{label} has dtype {array.dtype}; expected real numbers",
            repair="give a rectangular array of floats",
        )
    return array
