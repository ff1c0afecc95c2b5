"""Truncated back-propagation with a window for each error, computed for all errors at once.

What the errors that enter j steps after a node send back to it has an array of its own, for j = 0, 1, ..., up to the
window. Each follows from those of the later nodes that read this one, so there is no loop over time; their sum
stands for the adjoint in everything that goes by parameters and inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from symrnn.calculus.adjoint import OBJECTIVE, Contribution
from symrnn.calculus.forward_template import outer_part
from symrnn.calculus.truncation import carriers_of
from symrnn.errors import Unsupported
from symrnn.model import Range, Sequence
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.recipes import Parts, Recipe
from symrnn.numeric.statements import Note, Statement, Store, backward_statements
from symrnn.tensor import Adjoint, LossTerm, add, nabla, shape_of, t


@dataclass(frozen=True)
class Windowed(Recipe):
    """Every error followed back through `size` steps, the one at which it enters included."""

    size: int

    @property
    def about(self) -> str:  # type: ignore[override]
        """What a reader is told."""
        steps = f"{self.size} step{'s' * (self.size != 1)}"
        return (
            f"Gradients truncated: every error is followed back through {steps}, the one at which it enters included."
        )

    def parts(self, horizon: Horizon) -> Parts:
        return _Windows(self, horizon).parts()


class _Windows:
    """The statements of one recipe; `back[v, j]` is the array of what errors j steps later send back to v."""

    def __init__(self, recipe: Windowed, horizon: Horizon) -> None:
        self.recipe, self.horizon, self.template = recipe, horizon, recipe.template
        self.model, self.carriers = self.template.model, carriers_of(self.template.model)
        given: tuple[Any, ...] = (*self.model.parameters, *self.model.constants, *self.model.sequences)
        self.taken = {str(x.name) for x in given}
        self.back: dict[tuple[Sequence, int], Store] = {}
        self.extents: dict[Store, Range] = {}

    def parts(self) -> Parts:
        elements = self.template.elements
        around = {v: parts for v, parts in elements.items() if v not in self.carriers}
        statements = self.statements(around)
        inner = self.inner()
        statements += [at for s in self.statements(inner) for at in self.at_given(s)]
        statements += list(self.entering())
        for distance in range(self.recipe.size):
            statements += list(self.followed(distance))
        for v in self.carriers:
            statements += list(self.together(v))
        return Parts(statements, self.recipe.totals(self.horizon), self.recipe.wanted, self.extents)

    def statements(self, elements: dict[Sequence, tuple[Contribution, ...]]) -> list[Statement]:
        """The statements of some contributions as they are."""
        return backward_statements(replace(self.template, elements=elements), self.horizon)

    def at_given(self, s: Statement) -> Iterator[Statement]:
        """A statement at the boundary values of its sequence alone: the window counts from the step that reads them."""
        for b in self.model.boundary:
            if b.sequence == s.store.sequence:
                point = Range(b.time, b.time)
                if s.once:
                    yield from [s] if s.time == b.time else []
                elif self.horizon.within(point, s.when):
                    expr = s.expr.xreplace({t: b.time})
                    yield replace(
                        s, time=b.time, expr=expr, when=point, note=_note(nabla(s.store.sequence[b.time]), expr, None)
                    )
                elif not self.horizon.apart(s.when, point):
                    yield replace(s, when=self.horizon.meet(s.when, point))

    def entering(self) -> Iterator[Statement]:
        """What arrives from outputs and the loss, at no distance."""
        outer = outer_part(self.template, self.carriers)
        for s in self.statements({v: outer.elements[v] for v in self.carriers}):
            yield self.moved(s, s.expr, s.expr, 0, given=True)

    def inner(self) -> dict[Sequence, tuple[Contribution, ...]]:
        """What the equations of states and of what leads to them send back."""
        return {
            v: tuple(c for c in self.template.elements[v] if c.equation and c.equation.sequence in self.carriers)
            for v in self.carriers
        }

    def followed(self, distance: int) -> Iterator[Statement]:
        """What comes back from later steps, and from this one, at some distance."""
        waiting, done = self.statements(self.inner()), set[int]()
        for _ in waiting:
            for i, s in enumerate(waiting):
                read = next(iter(s.expr.atoms(Adjoint)))  # a contribution has the adjoint of its user, and no other
                offset = read.time - s.time
                later = self.back.get((read.node.sequence, distance - int(offset))) if offset.is_Integer else None
                if later is not None and i not in done:
                    done.add(i)
                    said = s.expr.xreplace({read: error_in(read.node, s.time + distance)})
                    yield self.moved(s, s.expr.xreplace({read: later.element(read.time)}), said, distance)

    def moved(self, s: Statement, expr: Any, said: Any, distance: int, *, given: bool = False) -> Statement:
        """A statement that adds to the array for a distance, where its sequence is computed, or where it is given too.

        At what fixed time, tau - 1 for instance, a sequence is computed or given depends on how long it is.
        """
        v = s.store.sequence
        when = s.when if s.once or given else self.horizon.meet(s.when, self.home(v))
        store = self.array(v, distance)
        self.extents[store] = self.horizon.hull(self.extents.get(store, self.home(v)), s.written if given else when)
        left = error_in(v[s.time], s.time + distance)
        note = _note(left, said, None if s.once else when)
        return replace(s, store=store, expr=expr, when=when, note=note)

    def array(self, v: Sequence, distance: int) -> Store:
        """The array for a sequence and a distance."""
        if (v, distance) not in self.back:
            name = f"{v.name}_{distance}"
            while name in self.taken:
                name += "1"
            self.taken.add(name)
            self.back[v, distance] = Store(Sequence(name, *v.shape), True)
        return self.back[v, distance]

    def home(self, v: Sequence) -> Range:
        """All the times at which a sequence is computed."""
        first, *rest = self.model.ranges[v]
        for r in rest:
            first = self.horizon.hull(first, r)
        return first

    def together(self, v: Sequence) -> Iterator[Statement]:
        """The adjoint of a sequence: what comes back from all distances; of a boundary value, what is read of it."""
        if (v, 0) in self.back:
            store, whole = self.back[v, 0], Store(v, True)
            for b in self.model.boundary:
                point = Range(b.time, b.time)
                if b.sequence == v and self.horizon.within(point, self.extents[store]):
                    note = _note(whole.element(b.time), error_in(b, b.time), None)
                    yield Statement(whole, b.time, store.element(b.time), point, True, note)
        stores = [store for (u, _), store in self.back.items() if u == v]
        if stores:
            whole = Store(v, True)
            expr = add(*(s.element(t) for s in stores), shape=shape_of(whole.element(t)))
            said = add(*(error_in(v[t], t + j) for (u, j) in self.back if u == v), shape=shape_of(whole.element(t)))
            for r in self.model.ranges[v]:
                time = r.first if r.is_point else t
                rule = {t: time}
                note = _note(whole.element(time), said.xreplace(rule), None if r.is_point else r)
                yield Statement(whole, time, expr.xreplace(rule), r, True, note)


def error_in(node: Any, time: Any) -> Any:
    """What the error that enters at a time sends back to a node, as the derivation writes it."""
    return nabla(node, LossTerm(OBJECTIVE, time))


def _note(left: Any, right: Any, when: Range | None) -> Note:
    return Note(left, " += ", right, *(() if when is None else ("   for t = ", when)))


def window_of(size: Any) -> int:
    """The number of steps of a window, which code knows as a number."""
    if not getattr(size, "is_Integer", isinstance(size, int)):
        raise Unsupported(f"no code is made for a window of {size} steps", repair="give a number, window=5")
    return int(size)
