"""The door of a network: arguments checked once, in whatever order of axes, of one length or several.

Arguments that look like those of an earlier call, with the same keys, shapes and type, need no second look; only
entries that are declared to sum to 1 are looked at every time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.model import Recurrence
from symrnn.numeric.checks import Arguments, Checker, Found, Steps
from symrnn.numeric.lengths import span, untold
from symrnn.numeric.unequal import Unequal, as_lengths, turned

Known = tuple[Steps, tuple[int, ...], np.dtype, dict[Any, Any]]


class Door:
    """Checks the arguments of one model; `lasts` and `ranks` tell the last time and the rank of each sequence."""

    def __init__(self, model: Recurrence, least: int) -> None:
        self.model, self.checked = model, Checker(model, least)
        self.lasts = {v.name: span(model, v).last for v in model.sequences}
        self.ranks = {v.name: len(v.shape) for v in model.sequences}
        self.untold = untold(model)
        self._known: dict[Any, Known] = {}
        self._simplex = [
            (owner, place)
            for owner, places in self.checked.places.items()
            for place in places
            if getattr(place.leaf, "simplex", False)
        ]

    def __call__(
        self, params: Any, inputs: Any, boundary: Any, tau: Any, lengths: Any, axes: str
    ) -> Arguments | Unequal:
        """The arguments; with `lengths`, in groups of examples of equal length."""
        inputs = turned(inputs, self.ranks, axes)
        if lengths is not None:
            ends = as_lengths(lengths, self.model.lengths)
            if tau is None:
                tau = {s: int(ends[s].max(initial=1)) for s in self.untold if s in ends}
            return Unequal(self.checked, self.checked(params, inputs, boundary, tau, lengths=ends), ends)
        if tau is not None:
            return self.checked(params, inputs, boundary, tau)
        looks = appearance(params, inputs, boundary)
        known = self._known.get(looks) if looks is not None else None
        if known is not None:
            self.on_simplex({"params": params, "inputs": inputs, "boundary": boundary})
            return Arguments(params, inputs, boundary, *known)
        a = self.checked(params, inputs, boundary, None)
        same = appearance(a.params, a.inputs, a.boundary)  # with full keys, in one type, in our own order
        if looks is not None and same is not None and sorted(map(str, looks)) == sorted(map(str, same)):
            self._known[looks] = (a.steps, a.batch, a.dtype, a.ways)
        return a

    def on_simplex(self, given: dict[str, Any]) -> None:
        """What depends on values and not on shapes."""
        for owner, place in self._simplex:
            Found().on_simplex(place, given[owner][place.key], f'{owner}["{place.key}"]')


def appearance(*given: Any) -> Any:
    """Keys, shapes and types of dicts of arrays; None for anything else."""
    looks: list[Any] = []
    for d in given:
        if type(d) is not dict:
            return None
        for key, x in d.items():
            if type(x) is not np.ndarray:
                return None
            looks.append((key, x.shape, x.dtype))
        looks.append(len(d))
    return tuple(looks)
