"""Gradients that arrive from outside: one key of `vjp`, turned into an input of a model that has them as its loss.

The loss is the inner product of what is given with what the model computes, so its gradient is what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from sympy import Integer

from symrnn.calculus.bptt import with_upstream
from symrnn.errors import ShapeError, Undefined
from symrnn.model import Recurrence, Sequence
from symrnn.numeric.checks import Arguments, Arrays
from symrnn.numeric.emit import key_of
from symrnn.numeric.frame import arguments, key_of_leaf, shape_text
from symrnn.numeric.lengths import span

_ELEMENT = re.compile(r"(\w+)\[(?:([A-Za-z]\w*)([+-]\d+)?|(-?\d+))\]")


class Upstream:
    """The network whose loss is what arrives at one sequence, or element, times its value."""

    def __init__(self, model: Recurrence, key: str, make: Callable[[Recurrence], Any]) -> None:
        self.key, self.node = key, arriving_at(model, key)
        derived = with_upstream(model, self.node)
        self.bar = next(v for v in derived.sequences if v not in model.sequences)
        self.last = span(derived, self.bar).last
        self.network = make(derived)
        self.keys = {name: {key_of_leaf(x) for x in leaves} for name, leaves in arguments(derived)}

    def gradients(self, a: Arguments, arriving: Any, wanted: Iterable[str]) -> Arrays:
        """The gradients for checked arguments; zeros for what this part of the model does not read."""
        params, inputs, boundary = (
            {k: x for k, x in arrays.items() if k in self.keys[name]}
            for name, arrays in (("params", a.params), ("inputs", a.inputs), ("boundary", a.boundary))
        )
        self._place(np.asarray(arriving), inputs, boundary, a)
        known = [k for k in wanted if any(k in keys for keys in self.keys.values())]
        label = {self.bar.name: f'upstream["{self.key}"]'}
        found = self.network.gradients_for(params, inputs, boundary, known, a.steps, label)
        zeros = {k: x for arrays in (a.params, a.inputs, a.boundary) for k, x in arrays.items()}
        return {k: found[k] if k in found else np.zeros_like(zeros[k]) for k in wanted}

    def _place(self, arriving: np.ndarray, inputs: Arrays, boundary: Arrays, a: Arguments) -> None:
        """Put what arrives into the arguments, with zeros where nothing does."""
        core = tuple(arriving.shape[arriving.ndim - len(self.bar.shape) :])
        for k in self.keys["boundary"]:
            if k.startswith(f"{self.bar.name}["):
                boundary[k] = np.zeros((*a.batch, *core), a.dtype)
        if isinstance(self.node, Sequence):
            inputs[self.bar.name] = arriving
            return
        if arriving.shape != (*a.batch, *core):
            expected = shape_text(self.bar, steps="", batch=bool(a.batch))
            raise ShapeError(f'upstream["{self.key}"] has shape {arriving.shape}; expected {expected}')
        rule = {s: Integer(n) for s, n in a.steps.items()}
        time, last = int(self.node.time.xreplace(rule)), int(self.last.xreplace(rule))
        inputs[self.bar.name] = np.zeros((last, *a.batch, *core), a.dtype)
        if 1 <= time <= last:
            inputs[self.bar.name][time - 1] = arriving
        else:
            boundary[key_of(self.bar[self.node.time])] = arriving


def arriving_at(model: Recurrence, key: str) -> Any:
    """The sequence or element that a key of `upstream` names."""
    names = {v.name: v for v in model.defined}
    if key in names:
        return names[key]
    match = _ELEMENT.fullmatch(key) if isinstance(key, str) else None
    lengths = {s.name: s for s in model.lengths}
    if match is None or match[1] not in names or (match[2] and match[2] not in lengths):
        raise Undefined(
            f"upstream has {key!r}, which the model does not define",
            repair="one of "
            + ", ".join(f'"{n}"' for n in names)
            + f', or an element such as "{next(iter(names))}[{model.lengths[-1]}]"',
        )
    time = lengths[match[2]] + int(match[3] or 0) if match[2] else Integer(int(match[4]))
    return names[match[1]][time]
