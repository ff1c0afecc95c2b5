"""Sequences of unequal length in one batch: every example has its own last time.

Examples of equal length are computed together and each group at its own length, so a loss at tau, a state that
runs backward from tau + 1 and a mean over time mean for every example what they mean for it alone. What stands
behind an example's last step is never read, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from sympy import Symbol

from symrnn.errors import ShapeError, Undefined
from symrnn.numeric.checks import Arguments, Arrays, Checker, Place, Steps
from symrnn.numeric.lengths import letter

Lengths = dict[Symbol, np.ndarray]  # for each last time, one number an example


def as_lengths(given: Any, symbols: tuple[Symbol, ...]) -> Lengths:
    """What a caller says of lengths, (B,) integers or a dict of them, as arrays; checked but for T and B."""
    if not isinstance(given, Mapping):
        given = {s.name: given for s in symbols}
    names = {s.name: s for s in symbols}
    found: Lengths = {}
    for name, value in given.items():
        array = np.asarray(value)
        if str(name) not in names:
            raise Undefined(f"lengths has {name!r}, which is not a last time", repair="one of " + ", ".join(names))
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ShapeError(
                f"lengths has shape {array.shape} and dtype {array.dtype}; expected integers, (B,)",
                repair="one number of steps for each example, for instance  lengths=[5, 3, 4]",
            )
        if array.size and array.min() < 1:
            raise ShapeError(f"lengths holds {array.min()}: every sequence has at least one step")
        found[names[str(name)]] = array.astype(int)
    return found


class Unequal:
    """Checked arguments of a whole batch, and its groups of examples of equal length."""

    def __init__(self, checked: Checker, whole: Arguments, lengths: Lengths) -> None:
        self.whole, self.checked = whole, checked
        self.places = {place.key: place for places in checked.places.values() for place in places}
        if not whole.batch:
            raise ShapeError("lengths needs a batch, and these arrays are one example", repair="leave lengths out")
        count = whole.batch[0]
        for s, array in lengths.items():
            if array.shape != (count,):
                raise ShapeError(f"lengths has shape {array.shape}; expected (B,) with B = {count}")
            if count and array.max() > whole.steps[s]:
                raise ShapeError(
                    f"lengths holds {array.max()}, but {letter(s)} = {whole.steps[s]}",
                    repair="lengths counts steps from the first one; arrays are as long as the longest sequence",
                )
        self.lengths = {s: lengths.get(s, np.full(count, n)) for s, n in whole.steps.items()}

    def groups(self) -> Iterable[tuple[np.ndarray, Arguments]]:
        """The examples of each combination of lengths, shortest first, with their arguments."""
        table = np.stack(list(self.lengths.values()), axis=1)
        for row in np.unique(table, axis=0):
            columns = np.flatnonzero((table == row).all(axis=1))
            steps = dict(zip(self.lengths, map(int, row), strict=True))
            self.checked.long_enough(steps, self.checked.least)
            yield columns, self.some(columns, steps)

    def some(self, columns: np.ndarray, steps: Steps) -> Arguments:
        """The arguments of some examples of equal length."""
        w = self.whole

        def of(arrays: Arrays) -> Arrays:
            return {key: self.cut(self.places[key], x, columns, steps) for key, x in arrays.items()}

        return Arguments(w.params, of(w.inputs), of(w.boundary), steps, (len(columns),), w.dtype)

    def cut(self, place: Place, x: np.ndarray, columns: np.ndarray, steps: Steps) -> np.ndarray:
        """What some examples have of one array."""
        if place.length is not None:
            return x[: steps[place.length], columns]
        return x[columns] if x.ndim > len(place.core) else x

    def gradients(self, one: Callable[[np.ndarray, Arguments], Arrays]) -> Arrays:
        """The gradients of the whole batch from those of each group: shared ones added, others put in place."""
        w, found = self.whole, dict[str, np.ndarray]()
        given = {**w.params, **w.inputs, **w.boundary}
        for columns, a in self.groups():
            for key, g in one(columns, a).items():
                place = self.places[key]
                whole = found.setdefault(key, np.zeros(given[key].shape, w.dtype))
                if place.length is not None:
                    whole[: len(g), columns] = g
                elif whole.ndim > len(place.core):
                    whole[columns] = g
                else:
                    whole += g
        return found

    def values(self, one: Callable[[Arguments], Arrays], lasts: Mapping[str, Symbol]) -> Arrays:
        """The sequences of the whole batch; behind the last step of an example they hold NaN."""
        found: Arrays = {}
        for columns, a in self.groups():
            for key, x in one(a).items():
                if key in lasts:
                    shape = (self.whole.steps[lasts[key]], *self.whole.batch, *x.shape[2:])
                    found.setdefault(key, np.full(shape, np.nan, x.dtype))[: len(x), columns] = x
                else:
                    x = np.broadcast_to(x, (len(columns), *x.shape[1:])) if x.ndim else np.full(len(columns), x)
                    found.setdefault(key, np.full((*self.whole.batch, *x.shape[1:]), np.nan, x.dtype))[columns] = x
        return found


def turned(arrays: Any, ranks: Mapping[str, int], axes: str) -> Any:
    """Sequences with their batch axis and time axis exchanged, if `axes` is "BT"; arrays without a batch stay."""
    if axes not in ("TB", "BT"):
        raise Undefined(f"axes={axes!r}", repair='axes="TB" for (T, B, ...), the default, or axes="BT" for (B, T, ...)')
    if axes == "TB" or not isinstance(arrays, Mapping):
        return arrays
    return {
        key: np.swapaxes(np.asarray(x), 0, 1) if key in ranks and np.ndim(x) == ranks[key] + 2 else x
        for key, x in arrays.items()
    }
