"""What both directions of a model do, and in which order: its equations and its derivation, scheduled.

The passes run here, one after the other; leaving one out changes how long the code takes and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from symrnn.calculus.adjoint import Template
from symrnn.model import Range, Recurrence
from symrnn.numeric.columns import Stacks
from symrnn.numeric.coverage import shortest_covered
from symrnn.numeric.groups import Group, groups_of
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.layout import extents_of, given_leaves
from symrnn.numeric.lengths import Admission
from symrnn.numeric.online import carried, together
from symrnn.numeric.passes import Fresh, hoist, prune, share
from symrnn.numeric.recipes import Recipe, is_shared
from symrnn.numeric.remember import remember
from symrnn.numeric.schedule import Block, Loop, Step, schedule
from symrnn.numeric.stack import stack
from symrnn.numeric.statements import (
    Statement,
    Store,
    Total,
    accesses,
    forward_statements,
)
from symrnn.numeric.storage import in_place, inline, written_once

Derived = tuple[Template, tuple[Any, ...]] | Recipe  # the adjoint recurrence, and what it is for


@dataclass(frozen=True)
class Plan:
    """What both directions of a model do, and in which order; `chosen` is what it is differentiated by, if it is."""

    model: Recurrence
    horizon: Horizon
    forward: tuple[Step, ...]
    backward: tuple[Step, ...]
    totals: dict[Any, tuple[Total, ...]]
    chosen: tuple[Any, ...] | None
    extents: dict[Store, Range]
    stacks: Stacks
    groups: tuple[Group, ...]
    carried: dict[Store, int] = field(default_factory=dict)
    about: str = ""


def plan(
    model: Recurrence, derived: Derived | None, *, gradient_only: bool = False, shared_memory: bool = True
) -> Plan:
    """The schedule of a model and of its adjoint recurrence, if that has been derived.

    With `gradient_only` the forward direction computes only what the loss and the gradients need. Without
    `shared_memory` every result has an array of its own: none writes over another or is a part of another.
    """
    least = Admission(model).shortest()
    recipe = derived if derived is None or isinstance(derived, Recipe) else Recipe(*derived)
    if recipe is not None:
        least = shortest_covered(recipe.template, least)
    horizon = Horizon(least, model.lengths)
    fresh = Fresh(x.name for x in (*given_leaves(model), *model.sequences))
    chosen: tuple[Any, ...] | None = None
    statements, back, sums = forward_statements(model), list[Statement](), list[Total]()
    wanted: list[Store] = []
    extents: dict[Store, Range] = {}
    about = "" if recipe is None else recipe.about
    if recipe is not None:
        chosen, parts = recipe.chosen, recipe.parts(horizon)
        sums, wanted, extents = parts.totals, parts.wanted, parts.extents
        back = prune(parts.statements, [*wanted, *(a.store for x in sums for a in x.reads)])
    if gradient_only:
        statements = prune(statements, stores_read((*back, *sums), model))
    statements, back, sums = remember(statements, back, sums, horizon, fresh)
    back, sums = share(back, sums, horizon, fresh)
    back = written_once(inline(back, sums, wanted, horizon))
    totals = {leaf: tuple(x for x in sums if x.leaf == leaf) for leaf in chosen or () if is_shared(leaf)}
    forward = _hoisted(schedule(statements, horizon), fresh)
    online = recipe is not None and recipe.online
    reverse, kept = _of_gradients(model, schedule(back, horizon), [x.expr for x in sums], fresh, online)
    if shared_memory:
        forward = tuple(in_place(model, forward, stores_read((*sums, *statements_in(reverse)), model)))
        reverse = tuple(in_place(model, reverse, stores_read(sums)))
    extents = extents_of(model, statements_in((*forward, *reverse)), horizon) | extents
    stacks = Stacks(
        taken={x.name for x in (*given_leaves(model), *model.sequences)} | {s.sequence.name for s in extents}
    )
    if shared_memory:
        fixed = {Store(b.sequence) for b in model.boundary}
        forward = tuple(stack(list(forward), stacks, extents, fixed))
        reverse = tuple(stack(list(reverse), stacks, extents, fixed))
    groups = groups_of(totals, stacks)
    extents |= {store: extents[c.whole] for store, c in stacks.columns.items()}
    return Plan(model, horizon, forward, reverse, totals, chosen, extents, stacks, tuple(groups), kept, about)


def _of_gradients(
    model: Recurrence, steps: list[Step], outside: list[Any], fresh: Fresh, online: bool
) -> tuple[tuple[Step, ...], dict[Store, int]]:
    """The steps of the gradients, online in one loop, and how many rows of what that loop carries are kept."""
    if not online:
        return _hoisted(steps, fresh), {}
    joined = together(steps)
    return _hoisted(joined, fresh, rank=1), carried(model, joined, outside)


def _hoisted(steps: list[Step], fresh: Fresh, rank: int = 2) -> tuple[Step, ...]:
    return tuple(new for step in steps for new in (hoist(step, fresh, rank) if isinstance(step, Loop) else [step]))


def stores_read(readers: Iterable[Statement | Total], model: Recurrence | None = None) -> set[Store]:
    """The arrays that statements and sums read, and those that the loss of a model reads, if there is one."""
    loss = [] if model is None or model.loss is None else accesses(model.loss)
    return {a.store for x in readers for a in x.reads} | {a.store for a in loss}


def statements_in(steps: Iterable[Step]) -> list[Statement]:
    """All statements of a schedule."""
    return [s for step in steps for s in ([step.statement] if isinstance(step, Block) else step.statements)]
