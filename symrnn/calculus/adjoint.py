"""The adjoint recurrence of a model, derived once, for generic t.

For each node v: the adjoint of v[s] is the sum, over the equations that read v at s, of what they send
back, each guarded by the range of its equation. Nothing here knows a number of steps; a concrete last
time only instantiates what is found here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sympy import Integer
from sympy.core.symbol import Str

from symrnn.calculus.derivation import Step
from symrnn.calculus.inner_sums import Binder, exchanged
from symrnn.calculus.law_table import LAWS
from symrnn.calculus.support import is_summed, note_vanishing, supports
from symrnn.calculus.sweep import Law, Use, sweep
from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Range, Recurrence, Sequence
from symrnn.model.ranges import is_empty, meet
from symrnn.tensor.adjoint import Adjoint, nabla
from symrnn.tensor.binders import time_sum
from symrnn.tensor.elementwise import add
from symrnn.tensor.node import shape_of
from symrnn.tensor.time import offset_from, t

OBJECTIVE = Str("L")


@dataclass(frozen=True)
class Contribution:
    """What one use sends back to the adjoint of v[s], written at s = t, for the s in a range.

    user
        The node that reads v[t], at the time it does so, or None for the loss.
    """

    part: Any
    when: Range
    user: Any
    equation: Equation | None


@dataclass(frozen=True)
class Template:
    """The adjoint recurrence for generic t: contributions to each sequence's elements, and to what is shared.

    elements
        For each sequence: the contributions to its elements at s = t.
    shared
        For each parameter and constant: the contributions, each an expression in the time of its
        equation with that equation's range (a point when it holds once).
    known
        Adjoints that are plain numbers, such as 1 for the terms of a summed loss, with their ranges.
    raw_elements, raw_shared
        The contributions before they were narrowed to where their users' adjoints live for large last
        times; with their ranges they are exact for every last time.
    smallest
        For sequences with a contribution that is there for small last times only, the smallest last time
        at which it is gone.
    """

    model: Recurrence
    elements: dict[Sequence, tuple[Contribution, ...]]
    shared: dict[Any, tuple[Contribution, ...]]
    known: dict[Sequence, tuple[Contribution, ...]]
    steps: tuple[Step, ...]
    support: dict[Sequence, tuple[Range, ...]] = field(default_factory=dict)
    raw_elements: dict[Sequence, tuple[Contribution, ...]] = field(default_factory=dict)
    raw_shared: dict[Any, tuple[Contribution, ...]] = field(default_factory=dict)
    smallest: dict[Sequence, int] = field(default_factory=dict)


def derive_template(model: Recurrence, active: Callable[[Any], bool], objective: Str = OBJECTIVE) -> Template:
    """Apply the laws once to every equation and to the loss."""
    elements: dict[Sequence, list[Contribution]] = {v: [] for v in model.sequences}
    shared: dict[Any, list[Contribution]] = {}
    steps: list[Step] = []
    for equation in sources(model):
        steps += contribute(model, equation, active, (elements, shared), objective)
    return settled_template(model, elements, shared, steps)


def sources(model: Recurrence) -> tuple[Equation | None, ...]:
    """What adjoints flow back from: the loss, written None, and each equation."""
    return (*([None] if model.loss is not None else []), *model.equations)


def contribute(
    model: Recurrence,
    equation: Equation | None,
    active: Callable[[Any], bool],
    filed: tuple[dict[Sequence, list[Contribution]], dict[Any, list[Contribution]]],
    objective: Str = OBJECTIVE,
    law: Law | None = None,
) -> list[Step]:
    """File what one equation, or the loss, sends back to elements and to what is shared; the steps made."""
    if equation is None:
        uses, steps = sweep(model.loss, Integer(1), None, active, None, law)
    else:
        uses, steps = sweep(equation.rhs, nabla(equation.lhs, objective), equation.lhs, active, equation, law)
    for use in uses:
        _place(use, equation, *filed)
    return steps


def settled_template(
    model: Recurrence,
    elements: dict[Sequence, list[Contribution]],
    shared: dict[Any, list[Contribution]],
    steps: list[Step],
) -> Template:
    """The template of contributions: in a reader's order, and narrowed to where adjoints live."""
    known = {v: tuple(parts) for v, parts in elements.items() if v in model.loss_terms and _is_known(parts)}
    template = Template(model, {v: _ordered(model, parts) for v, parts in elements.items()}, {}, known, ())
    smallest: dict[Sequence, int] = {}
    support = supports(template, smallest)
    settled, made_equal = _settle(template, support, shared, smallest)
    final = {leaf: _ordered(model, parts) for leaf, parts in settled[1].items()}
    raw_shared = {leaf: _ordered(model, parts) for leaf, parts in shared.items()}
    raw = (template.elements, raw_shared)
    return Template(model, settled[0], final, known, tuple(steps + made_equal), support, *raw, smallest)


def _place(
    use: Use,
    equation: Equation | None,
    elements: dict[Sequence, list[Contribution]],
    shared: dict[Any, list[Contribution]],
) -> None:
    """File a use under the sequence element, or the shared leaf, that receives it."""
    over = equation.over if equation is not None else None
    user = equation.lhs if equation is not None else None
    leaf = use.leaf
    if not isinstance(leaf, Element):
        when = equation.times if equation is not None else Range(Integer(0), Integer(0))
        shared.setdefault(leaf, []).append(Contribution(use.part, when, user, equation))
        return
    index, times = t, None
    if use.binder is not None:
        part, (index, lower, upper) = _over_steps(use, equation)
        times = Range(lower, upper)
        user = None if equation is None else user
    elif over:
        index, times, part = over[0], equation.times, use.part  # type: ignore[union-attr]
    else:
        part = use.part
    offset = offset_from(leaf.time, index) if times is not None else None
    if times is None or offset is None:
        point = Range(leaf.time, leaf.time)
        whole = time_sum(part, over) if over and use.binder is None else part
        elements[leaf.sequence].append(Contribution(whole, point, user, equation))
        return
    back = {index: t - offset}
    moved = part.xreplace(back) if index != t or offset else part
    who = user.xreplace(back) if user is not None and use.binder is None else user
    elements[leaf.sequence].append(Contribution(moved, times.shifted(offset), who, equation))


def _over_steps(use: Use, equation: Equation | None) -> tuple[Any, Binder]:
    """What each term of a sum receives from all the steps of its equation whose sums hold it."""
    assert use.binder is not None
    if equation is None or equation.over is None:
        return use.part, use.binder
    try:
        return exchanged(use.part, use.binder, equation.over)
    except Unsupported as error:
        raise error.located(f"equation: {equation}") from None


def _is_known(parts: list[Contribution]) -> bool:
    """Whether an adjoint is one plain number: the loss alone reads the node, once."""
    return (
        len(parts) == 1 and parts[0].equation is None and not parts[0].part.has(Adjoint) and not _varies(parts[0].part)
    )


def _varies(part: Any) -> bool:
    return bool(part.atoms(Element)) or t in part.free_symbols


def _ordered(model: Recurrence, parts: list[Contribution] | tuple[Contribution, ...]) -> tuple[Contribution, ...]:
    """Uses later in time first, then in the order of the equations, the loss last: the textbook's order."""
    position = {e: i for i, e in enumerate(model.equations)}

    def key(c: Contribution) -> tuple[int, int]:
        offset = offset_from(c.user.time, t) if isinstance(c.user, Element) else None
        return (-(offset or 0), position[c.equation] if c.equation is not None else len(position))

    return tuple(sorted(parts, key=key))


def _settle(
    template: Template,
    support: dict[Sequence, tuple[Range, ...]],
    shared: dict[Any, list[Contribution]],
    smallest: dict[Sequence, int],
) -> tuple[tuple[dict[Sequence, tuple[Contribution, ...]], dict[Any, list[Contribution]]], list[Step]]:
    """Narrow every contribution to where its user's adjoint lives, and write known adjoints in."""
    steps: list[Step] = []

    def settle(c: Contribution, v: Sequence | None) -> list[Contribution]:
        if c.equation is None:
            return [c]
        home = support[c.equation.sequence]
        offset = offset_from(c.user.time, t) if v is not None else 0
        if offset is None or (not c.equation.over):
            pieces = [c.when] if home else []
        else:
            pieces = [meet(c.when, r.shifted(-offset)) for r in home]
        known = template.known.get(c.equation.sequence, ())
        if is_summed(c):
            return _narrowed_sum(c, home, known, steps)
        part = _written_in(c, known, steps)
        if v is not None:
            note_vanishing(v, pieces, smallest)
        return [Contribution(part, r, c.user, c.equation) for r in pieces if not is_empty(r)]

    elements = {v: tuple(x for c in parts for x in settle(c, v)) for v, parts in template.elements.items()}
    return (
        elements,
        {leaf: [x for c in parts for x in settle(c, None)] for leaf, parts in shared.items()},
    ), steps


def _narrowed_sum(
    c: Contribution, home: tuple[Range, ...], known: tuple[Contribution, ...], steps: list[Step]
) -> list[Contribution]:
    """A summed contribution with its sum over no other times than those of `home`."""
    body, index, lower, upper = c.part.args
    body = _written_in(Contribution(body, c.when, c.user, c.equation), known, steps)
    ranges = [meet(Range(lower, upper), r) for r in home]
    parts = [time_sum(body, (index, r.first, r.last)) for r in ranges if not is_empty(r)]
    return [Contribution(add(*parts), c.when, c.user, c.equation)] if parts else []


def _written_in(c: Contribution, known: tuple[Contribution, ...], steps: list[Step]) -> Any:
    if len(known) != 1:
        return c.part
    number = known[0].part
    rule = {a: number for a in c.part.atoms(Adjoint) if a.node.sequence == c.equation.sequence}  # type: ignore[union-attr]
    after = c.part.xreplace(rule)
    steps.append(Step(LAWS["known adjoint"], "known", c.part, after, tuple(rule), number, c.equation))
    return after


def total(parts: list[Any] | tuple[Any, ...], leaf: Any) -> Any:
    """The sum of contributions to one leaf, zero when there is none."""
    return add(*parts, shape=shape_of(leaf))
