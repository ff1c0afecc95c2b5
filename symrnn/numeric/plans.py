"""What both directions of a model do, and in which order: its equations and its derivation, scheduled.

The passes run here, one after the other; leaving one out changes how long the code takes and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from symrnn.calculus import Derivation
from symrnn.calculus.adjoint import Template
from symrnn.model import Constant, Element, Parameter, Range, Recurrence
from symrnn.numeric.columns import Stacks
from symrnn.numeric.coverage import shortest_covered
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.layout import extents_of, given_leaves
from symrnn.numeric.lengths import Admission
from symrnn.numeric.passes import Fresh, hoist, prune, share
from symrnn.numeric.schedule import Block, Loop, Step, schedule
from symrnn.numeric.stack import stack
from symrnn.numeric.statements import (
    Statement,
    Store,
    Total,
    accesses,
    backward_statements,
    forward_statements,
    totals_of,
)
from symrnn.numeric.storage import in_place, inline


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


def plan(model: Recurrence, derivation: Derivation | None, *, gradient_only: bool = False) -> Plan:
    """The schedule of a model and of its derivation, if there is one.

    With `gradient_only` the forward direction computes only what the loss and the gradients need.
    """
    least = Admission(model).shortest()
    if derivation is not None:
        least = shortest_covered(derivation.origin[0], least)
    horizon = Horizon(least, model.lengths)
    fresh = Fresh(x.name for x in (*given_leaves(model), *model.sequences))
    chosen: tuple[Any, ...] | None = None
    backward: list[Step] = []
    totals: dict[Any, tuple[Total, ...]] = {}
    if derivation is not None:
        template, chosen = derivation.origin
        backward, totals = _backward(template, chosen, horizon, fresh)
    statements = forward_statements(model)
    if gradient_only:
        added: list[Statement | Total] = [*statements_in(backward), *(x for parts in totals.values() for x in parts)]
        read = [x.expr for x in added]
        statements = prune(statements, (a.store for expr in (*read, model.loss) for a in accesses(expr)))
    forward, reverse = _hoisted(schedule(statements, horizon), fresh), _hoisted(backward, fresh)
    sums = [x.expr for parts in totals.values() for x in parts]
    more = [] if model.loss is None else [model.loss]
    back = [s.expr for s in statements_in(reverse)]
    forward = tuple(in_place(model, forward, [*more, *sums, *back]))
    reverse = tuple(in_place(model, reverse, sums))
    extents = extents_of(model, statements_in((*forward, *reverse)), horizon)
    stacks = Stacks(
        taken={x.name for x in (*given_leaves(model), *model.sequences)} | {s.sequence.name for s in extents}
    )
    fixed = {Store(b.sequence) for b in model.boundary}
    forward = tuple(stack(list(forward), stacks, extents, fixed))
    reverse = tuple(stack(list(reverse), stacks, extents, fixed))
    extents |= {store: extents[c.whole] for store, c in stacks.columns.items()}
    return Plan(model, horizon, forward, reverse, totals, chosen, extents, stacks)


def _backward(
    template: Template, chosen: tuple[Any, ...], horizon: Horizon, fresh: Fresh
) -> tuple[list[Step], dict[Any, tuple[Total, ...]]]:
    """The steps that compute the adjoints that are needed, and the sums that are the gradients of shared leaves."""
    shared = [x for x in chosen if isinstance(x, Parameter | Constant)]
    totals = [x for leaf in shared for x in totals_of(template, leaf, horizon)]
    wanted = [Store(x.sequence if isinstance(x, Element) else x, True) for x in chosen if x not in shared]
    wanted += [a.store for x in totals for a in accesses(x.expr)]
    statements = prune(backward_statements(template, horizon), wanted)
    statements, totals = share(statements, totals, horizon, fresh)
    wanted = wanted[: len(chosen) - len(shared)]
    statements = inline(statements, totals, wanted, horizon)
    return schedule(statements, horizon), {leaf: tuple(x for x in totals if x.leaf == leaf) for leaf in shared}


def _hoisted(steps: list[Step], fresh: Fresh) -> tuple[Step, ...]:
    return tuple(new for step in steps for new in (hoist(step, fresh) if isinstance(step, Loop) else [step]))


def statements_in(steps: Iterable[Step]) -> list[Statement]:
    """All statements of a schedule."""
    return [s for step in steps for s in ([step.statement] if isinstance(step, Block) else step.statements)]
