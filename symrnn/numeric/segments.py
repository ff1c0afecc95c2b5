"""Gradients segment by segment, for long sequences: what one segment hands to the next is its last states.

Backward, the adjoint of those states arrives at the end of the segment before, as the gradient of one more term of
its loss, so a segment is a model of its own, and is derived and scheduled like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from math import isqrt
from typing import Any

import numpy as np
from sympy import Add, Expr, Integer

from symrnn.calculus.bptt import recurrence_of
from symrnn.errors import Unsupported
from symrnn.model import Constant, Element, Range, Recurrence
from symrnn.numeric.checks import Arguments, Arrays
from symrnn.numeric.emit import key_of
from symrnn.numeric.layout import given_leaves
from symrnn.numeric.load import load_all
from symrnn.numeric.module import Module
from symrnn.numeric.plans import plan
from symrnn.numeric.statements import accesses, counts, symbols_in
from symrnn.tensor import Node, TimeSum, dot, shape_of, sum, t, tau


@dataclass(frozen=True)
class Carried:
    """What a segment hands to the next: v[tau - j] there is v[-j] here; `arriving` is its adjoint."""

    given: Element
    last: Element
    arriving: Constant


class Part:
    """The generated functions of one model, and which arrays of its `Work` its forward direction fills."""

    def __init__(self, model: Recurrence, keys: tuple[str, ...]) -> None:
        leaves = {key_of(x) if isinstance(x, Element) else x.name: x for x in given_leaves(model)}
        self.keys = tuple(k for k in keys if k in leaves)
        module = Module(plan(model, recurrence_of(model, [leaves[k] for k in self.keys]), gradient_only=True))
        functions = load_all(module.text())
        self.work_for, self.every_value, self.backward = (
            functions[name] for name in ("work_for", "every_value", "backward")
        )
        self.owned, self.module, self.given = module.forward_names, module, set(leaves)

    def row(self, work: Any, element: Element, steps: int) -> np.ndarray:
        """The value of an element, after the forward direction."""
        name, row = self.module.place(element)
        return np.array(getattr(work, name)[int(row.xreplace({tau: Integer(steps)}))])


class Segments:
    """The loss and its gradients for one choice of keys, a segment at a time.

    Raises
    ------
    Unsupported
        For a model whose equations do not all hold for t = 1..tau with states that run forward.
    """

    def __init__(self, model: Recurrence, keys: tuple[str, ...]) -> None:
        _refuse(model)
        taken = {str(x.name) for x in given_leaves(model)} | {v.name for v in model.sequences}
        free = (name for name in (f"arriving{i}" for i in count(1)) if name not in taken)
        self.carried = [
            Carried(b, b.sequence[tau + b.time], Constant(next(free), *shape_of(b))) for b in model.boundary
        ]
        terms = [e for e in Add.make_args(model.loss) if _over_time(e)]
        pairs = [_inner(c.arriving, c.last) for c in self.carried]
        kept = [part for part in model.args if type(part).__name__ != "Objective"]
        every = tuple(dict.fromkeys((*keys, *(key_of(c.given) for c in self.carried))))
        self.keys, self.model = keys, model
        self.last = Part(model, every)
        self.inner = Part(Recurrence(*kept, loss=Add(*terms, *pairs)), every)
        self.least = max([1, *(1 - int(b.time) for b in model.boundary)])
        self._works: dict[Any, list[Any]] = {}

    def cuts(self, steps: int, size: int) -> list[tuple[int, int]]:
        """Where segments of some size begin and end; the last one takes what is left over."""
        starts = [i for i in range(0, steps, max(size, self.least)) if i == 0 or steps - i >= self.least]
        return list(zip(starts, [*starts[1:], steps], strict=True))

    def gradient(self, a: Arguments, size: int, keep: bool, *, detached: bool = False) -> tuple[Any, Arrays]:
        """The loss and its gradients; `keep` the forward values of all segments, or compute them twice.

        With `detached` nothing arrives from a later segment: truncated back-propagation, in chunks.
        """
        cuts = self.cuts(a.steps[tau], size)
        works = self._take(a, cuts, keep)
        begins: list[Arrays] = [a.boundary]
        nothing = self.nothing(a)
        for k, cut in enumerate(cuts[:-1]):
            part, work = self.inner, works[k if keep else 0]
            part.every_value(a.params, self.some(a, cut, nothing), begins[k], work)
            begins.append({key_of(c.given): part.row(work, c.last, cut[1] - cut[0]) for c in self.carried})
        inputs = self.some(a, cuts[-1], {})
        self.last.every_value(a.params, inputs, begins[-1], works[-1])
        loss, grads = self.last.backward(a.params, inputs, begins[-1], works[-1])
        found = _Sum(self.model, a, grads, cuts[-1], self.keys)
        for k, cut in reversed(list(enumerate(cuts[:-1]))):
            arriving = nothing if detached else {c.arriving.name: grads[key_of(c.given)] for c in self.carried}
            inputs, work = self.some(a, cut, arriving), works[k if keep else 0]
            if not keep:
                self.inner.every_value(a.params, inputs, begins[k], work)
            value, grads = self.inner.backward(a.params, inputs, begins[k], work)
            loss += value - np.sum(
                [np.vdot(arriving[c.arriving.name], begins[k + 1][key_of(c.given)]) for c in self.carried]
            )
            found.add(grads, cut)
        self._works[self._size(a, cuts, keep)] = works
        return loss, {key: found.grads[key] for key in self.keys}

    def _size(self, a: Arguments, cuts: list[tuple[int, int]], keep: bool) -> Any:
        return (a.batch, a.dtype, keep, tuple(cuts), *(x.shape for x in a.params.values()))

    def _take(self, a: Arguments, cuts: list[tuple[int, int]], keep: bool) -> list[Any]:
        """The arrays of all segments; backward arrays are shared, forward ones too unless they are kept."""
        known = self._works.pop(self._size(a, cuts, keep), None)
        self._works.clear()
        if known is not None:
            return known
        nothing = self.nothing(a)
        works: list[Any] = []
        for cut in cuts[:-1] if keep else cuts[:1] if len(cuts) > 1 else []:
            work = self.inner.work_for(a.params, self.some(a, cut, nothing), a.boundary)
            if works:
                owned = self.inner.owned
                work.__dict__.update({k: x for k, x in works[0].__dict__.items() if k not in owned})
            works.append(work)
        return [*works, self.last.work_for(a.params, self.some(a, cuts[-1], {}), a.boundary)]

    def nothing(self, a: Arguments) -> Arrays:
        """Zeros for the adjoints that arrive at the end of a segment."""
        return {c.arriving.name: np.zeros(_shape(a, c), a.dtype) for c in self.carried}

    def some(self, a: Arguments, cut: tuple[int, int], more: Arrays) -> Arrays:
        """The inputs of one segment."""
        sequences = {v.name for v in self.model.sequences}
        return {key: x[cut[0] : cut[1]] if key in sequences else x for key, x in a.inputs.items()} | more


class _Sum:
    """Gradients of all segments together: shared ones added, those of inputs put in place."""

    def __init__(
        self, model: Recurrence, a: Arguments, grads: Arrays, cut: tuple[int, int], keys: tuple[str, ...]
    ) -> None:
        self.sequences = {v.name for v in model.sequences}
        self.boundary = {key_of(b) for b in model.boundary}
        self.grads = {
            key: np.empty(a.inputs[key].shape, a.dtype) if key in self.sequences else grads[key]
            for key in (*keys, *self.boundary)
        }
        self.add(grads, cut, first=True)

    def add(self, grads: Arrays, cut: tuple[int, int], *, first: bool = False) -> None:
        """What one segment gives."""
        for key, g in grads.items():
            if key not in self.grads:
                continue
            if key in self.sequences:
                self.grads[key][cut[0] : cut[1]] = g
            elif key in self.boundary:
                self.grads[key] = g
            elif not first:
                self.grads[key] = self.grads[key] + g


def root(steps: int) -> int:
    """The number of steps in a segment when about as many segments are kept as a segment has steps."""
    return max(1, isqrt(max(steps - 1, 0)) + 1)


def _shape(a: Arguments, c: Carried) -> tuple[int, ...]:
    core = a.boundary[key_of(c.given)]
    rank = len(shape_of(c.given))
    return (*a.batch, *core.shape[core.ndim - rank :])


def _inner(g: Any, v: Any) -> Expr:
    rank = len(shape_of(v))
    return g * v if rank == 0 else dot(g, v) if rank == 1 else sum(g * v)


def _over_time(e: Any) -> bool:
    """Whether a term of the loss is a sum over all steps."""
    factor, rest = e.as_independent(TimeSum, as_Add=False)
    return isinstance(rest, TimeSum) and bool(factor.is_number)


def _refuse(model: Recurrence) -> None:
    reason = next(_reasons(model), None)
    if reason is not None:
        raise Unsupported(
            f"{model.title.name} cannot be computed in segments: {reason}",
            law="a segment hands its last states to the next one, and is otherwise like it",
            repair='leave memory out, or pass memory="all"',
        )


def _reasons(model: Recurrence) -> Iterator[str]:
    """Why a model is no chain of equal segments."""
    whole = Range(Integer(1), tau)
    if model.lengths != (tau,):
        yield "it has several last times"
    for e in model.equations:
        rhs = e.rhs.xreplace({e.over[0]: t}) if e.over else e.rhs
        if not e.over or e.times != whole:
            yield f"{e} does not hold for t = 1..tau"
        elif counts(rhs) or tau in symbols_in(rhs):
            yield f"{e} reads the number of its step or tau"
        else:
            yield from (f"{e} reads {a.store.element(a.low)}" for a in accesses(rhs) if not _earlier(a, model))
    for b in model.boundary:
        if b.sequence not in model.defined or not b.time.is_Integer or b.time > 0:
            yield f"{b} is given, and is not the beginning of a state"
    for term in Add.make_args(model.loss):
        if _over_time(term):
            inner = term.as_independent(TimeSum, as_Add=False)[1]
            if (
                (inner.lower, inner.upper) != (1, tau)
                or any(a.low != t for a in accesses(inner.term(t)))
                or counts(inner.term(t))
                or tau in symbols_in(inner.term(t))
            ):
                yield f"its loss holds {term}"
        elif any(a.low != tau for a in accesses(term)) or _mentions(term):
            yield f"its loss holds {term}"


def _earlier(a: Any, model: Recurrence) -> bool:
    offset = a.low - t
    fits = a.low == a.high and offset.is_Integer and offset <= 0
    return bool(fits and (offset == 0 or a.store.sequence in model.defined))


def _mentions(e: Any) -> bool:
    """Whether tau stands in an expression as a number, and not as the time of an element."""
    if isinstance(e, Node) and e.is_leaf:
        return False
    return e == tau or isinstance(e, TimeSum) or any(_mentions(a) for a in e.args)


def admits(model: Recurrence) -> bool:
    """Whether a model can be computed in segments."""
    return model.loss is not None and next(_reasons(model), None) is None
