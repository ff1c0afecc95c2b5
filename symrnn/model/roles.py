"""The roles of a model's sequences, read off its equations: nothing here is declared.

State, input, target, output, lags and boundary values follow from what is defined and what is read, so
they cannot disagree with the equations.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sympy import Basic, Expr, Integer

from symrnn.errors import Undefined
from symrnn.model.equation import Binder, Equation, bound_reads, reads, widest
from symrnn.model.given import Constant, Element, Parameter, Sequence
from symrnn.model.parts import Objective
from symrnn.model.ranges import Range, outside
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.elementwise import placeholder, slots_of
from symrnn.tensor.node import parts_of, shape_of
from symrnn.tensor.time import offset_from, tau
from symrnn.tensor.unknown import Function

Reading = tuple[Any, Binder | None]  # a leaf, and the sum over time that binds its time, if one does


class Roles:
    """What `Recurrence` reads off its equations and its loss."""

    args: tuple[Any, ...]

    def _only(self, kind: type[Basic]) -> tuple[Any, ...]:
        return tuple(p for p in self.args if isinstance(p, kind))

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Its equations, in the author's order."""
        return self._only(Equation)

    @property
    def loss(self) -> Expr | None:
        """The scalar expression to be differentiated, or None."""
        found = self._only(Objective)
        return found[0].expr if found else None

    @cached_property
    def derived(self) -> dict[Any, Any]:
        """What has been derived from it, filled by those who derive, so that it is derived once."""
        return {}

    @cached_property
    def defined(self) -> tuple[Sequence, ...]:
        """The sequences that equations define."""
        return tuple(dict.fromkeys(e.sequence for e in self.equations))

    @cached_property
    def lengths(self) -> tuple[Any, ...]:
        """The symbols of its last times: tau, or several such as tau_x and tau_y."""
        times: list[Any] = [e.times for e in self.equations]
        found = {s for r in times for end in (r.first, r.last) for s in end.free_symbols}
        for e, readings in self.readings.items():
            bound = set(e.over[:1]) if e is not None and e.over else set()
            expr: Any = self.loss if e is None else e.rhs
            sums, inside = parts_of(expr, TimeSum), set[Any]()
            for s in sums:
                inside |= s.lower.free_symbols | s.upper.free_symbols
            for leaf, _ in readings:
                if isinstance(leaf, Element):
                    inside |= leaf.time.free_symbols
            found |= inside - bound - {s.index for s in sums}
        positive = sorted((s for s in found if s.is_positive), key=lambda s: (s != tau, s.name))
        return tuple(positive) or (tau,)

    @cached_property
    def ranges(self) -> dict[Sequence, tuple[Range, ...]]:
        """For each defined sequence, the times at which equations define it."""
        return {v: tuple(e.times for e in self.equations if e.sequence == v) for v in self.defined}

    @cached_property
    def readings(self) -> dict[Equation | None, tuple[Reading, ...]]:
        """What each equation reads, and under None the loss, in order of appearance; with the sum that binds it."""
        found: dict[Equation | None, tuple[Reading, ...]] = {e: tuple(bound_reads(e.rhs)) for e in self.equations}
        if self.loss is not None:
            found[None] = tuple(bound_reads(self.loss))
        return found

    @cached_property
    def read_leaves(self) -> tuple[Any, ...]:
        """Every leaf that an equation or the loss reads, in order of appearance."""
        return tuple(dict.fromkeys(leaf for found in self.readings.values() for leaf, _ in found))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in order of appearance."""
        return tuple(x for x in self.read_leaves if isinstance(x, Parameter))

    @cached_property
    def constants(self) -> tuple[Constant, ...]:
        """The constants, in order of appearance."""
        return tuple(x for x in self.read_leaves if isinstance(x, Constant))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The unknown functions of symrnn that it applies."""
        found = {f for part in self.args for f in parts_of(part, Function)}
        return tuple(sorted(found, key=lambda f: f.name))

    @cached_property
    def sequences(self) -> tuple[Sequence, ...]:
        """All sequences, defined ones first."""
        read = [x.sequence for x in self.read_leaves if isinstance(x, Element)]
        return tuple(dict.fromkeys([*self.defined, *read]))

    @cached_property
    def lags(self) -> dict[Sequence, tuple[int, ...]]:
        """For each sequence that is read, the delays at which it is read: 1 for h[t - 1], -1 for h[t + 1]."""
        found: dict[Sequence, set[int]] = {}
        for e in self.equations:
            for leaf, binder in self.readings[e]:
                lag = self._lag(e, leaf) if binder is None else None
                if lag is not None:
                    found.setdefault(leaf.sequence, set()).add(lag)
        return {v: tuple(sorted(found[v])) for v in self.sequences if v in found}

    @staticmethod
    def _lag(e: Equation, leaf: Any) -> int | None:
        if not isinstance(leaf, Element) or not e.over:
            return None
        offset = offset_from(leaf.time, e.over[0])
        return None if offset is None else -offset

    @cached_property
    def states(self) -> tuple[Sequence, ...]:
        """Sequences that are defined and also read at another time."""
        return tuple(v for v in self.defined if any(self.lags.get(v, ())))

    @cached_property
    def loss_terms(self) -> tuple[Sequence, ...]:
        """Scalar sequences that only the loss reads, and reads as they are."""
        if self.loss is None:
            return ()
        elsewhere = {x.sequence for e in self.equations for x, _ in self.readings[e] if isinstance(x, Element)}
        plain = [x for x, _ in self.readings[None] if isinstance(x, Element) and not shape_of(x)]
        return tuple(
            dict.fromkeys(
                x.sequence
                for x in plain
                if x.sequence in self.defined and x.sequence not in elsewhere and self._is_affine(x)
            )
        )

    def _is_affine(self, leaf: Any) -> bool:
        body: Any = self.loss
        for sums in body.atoms(TimeSum):
            if sums.body.has(leaf):
                body = sums.body
        slots = slots_of(body)
        hidden = body.xreplace({s: placeholder(i) for i, s in enumerate(slots)})
        if leaf not in slots or any(s != leaf and leaf in reads(s) for s in slots):
            return False
        return placeholder(slots.index(leaf)) not in hidden.diff(placeholder(slots.index(leaf))).free_symbols

    @cached_property
    def inputs(self) -> tuple[Sequence, ...]:
        """Sequences that are read and never defined, targets apart."""
        return tuple(v for v in self.sequences if v not in self.defined and v not in self.targets)

    @cached_property
    def targets(self) -> tuple[Sequence, ...]:
        """Inputs that only the loss, or a term of the loss, reads."""
        by_model = {
            x.sequence
            for e in self.equations
            if e.sequence not in self.loss_terms
            for x, _ in self.readings[e]
            if isinstance(x, Element)
        }
        return tuple(v for v in self.sequences if v not in self.defined and v not in by_model)

    @cached_property
    def outputs(self) -> tuple[Sequence, ...]:
        """Defined sequences with no path back to a state that are not terms of the loss alone."""
        return tuple(v for v in self.defined if v not in self.loss_terms and v not in self._leading_to_states)

    @cached_property
    def intermediates(self) -> tuple[Sequence, ...]:
        """Defined sequences that are neither state nor output nor a term of the loss."""
        others = {*self.states, *self.outputs, *self.loss_terms}
        return tuple(v for v in self.defined if v not in others)

    @cached_property
    def _leading_to_states(self) -> set[Sequence]:
        reached, changed = set(self.states), True
        while changed:
            before = len(reached)
            for e in self.equations:
                if e.sequence in reached:
                    reached |= {
                        x.sequence for x, _ in self.readings[e] if isinstance(x, Element) and x.sequence in self.defined
                    }
            changed = len(reached) > before
        return reached

    def reading_ranges(self, v: Sequence) -> list[Range]:
        """The times at which equations and the loss read a sequence."""
        return [*self._reading_ranges.get(v, ())]

    @cached_property
    def _reading_ranges(self) -> dict[Sequence, list[Range]]:
        found: dict[Sequence, list[Range]] = {}
        for e, readings in self.readings.items():
            for leaf, binder in readings:
                if isinstance(leaf, Element):
                    lag = self._lag(e, leaf) if binder is None and e is not None else None
                    over = e.over if e is not None else None
                    times = e.times.shifted(-lag) if lag is not None else _range_of(leaf, binder, over)  # type: ignore[union-attr]
                    found.setdefault(leaf.sequence, []).append(times)
        return found

    def given_range(self, v: Sequence) -> Range:
        """The times at which an input is given: from 1 to the last time of the equations that read it."""
        if v not in self._given_ranges:
            self._given_ranges[v] = self._given_range(v)
        return self._given_ranges[v]

    @cached_property
    def _given_ranges(self) -> dict[Sequence, Range]:
        return {}

    def _given_range(self, v: Sequence) -> Range:
        ends: set[Any] = set()
        for e in self.equations:
            if any(isinstance(x, Element) and x.sequence == v for x, _ in self.readings[e]):
                ends |= (e.times.last if e.over else self._bound_end(e, v)).free_symbols
        if self.loss is not None and not ends:
            ends |= self._bound_end(None, v).free_symbols
        symbols = [s for s in self.lengths if s in ends]
        return Range(Integer(1), symbols[0] if symbols else self.lengths[0])

    def _bound_end(self, e: Equation | None, v: Sequence) -> Expr:
        found = [_range_of(x, b).last for x, b in self.readings[e] if isinstance(x, Element) and x.sequence == v]
        return found[0] if found else Integer(1)

    @cached_property
    def boundary(self) -> tuple[Any, ...]:
        """The boundary values: what is read outside the range that defines it, earliest first."""
        found: list[Any] = []
        for v in self.sequences:
            home = list(self.ranges.get(v, ())) if v in self.defined else [self.given_range(v)]
            times: dict[Expr, None] = {}
            for r in self.reading_ranges(v):
                missing = outside(r, home)
                if missing is None:
                    raise Undefined(
                        f"{v}[t] is read for t = {r} but defined only for t = {', '.join(map(str, home))}",
                        where="\n".join(f"equation: {e}" for e in self.equations if e.sequence == v),
                        repair=f"add an equation for {v} over the missing times",
                    )
                times.update(dict.fromkeys(missing))
            ordered = sorted(times, key=_late)
            found += [v[time] for time in ordered]
        return tuple(found)


def _range_of(leaf: Any, binder: Binder | None, over: Binder | None = None) -> Range:
    """The times at which a read, fixed or bound by a sum over time, is made, in an equation for the times `over`."""
    if binder is None:
        return Range(leaf.time, leaf.time)
    index, first, last = binder if over is None else widest(binder, over)
    return Range(leaf.time.xreplace({index: first}), leaf.time.xreplace({index: last}))


def _late(time: Expr) -> tuple[int, int]:
    constant = time.xreplace({s: Integer(0) for s in time.free_symbols})
    return (len(time.free_symbols), int(constant))
