"""The tangent model: a recurrence beside its own linearisation along a direction.

Every sequence v that moves with what is chosen gets a partner, its tangent, whose equation is that of v
differentiated forward; the loss becomes its directional derivative. The result is an ordinary model, so whatever
is known of models is known of it: its gradient is a Hessian-vector product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from symrnn.calculus.pushforward import tangent
from symrnn.errors import Undefined
from symrnn.model import Constant, Element, Equation, Parameter, Recurrence, Sequence, reads
from symrnn.tensor.linear import zeros
from symrnn.tensor.node import shape_of


@dataclass(frozen=True)
class TangentModel:
    """A model and its tangents as one model.

    model
        The equations of both; its loss is the derivative of the loss along the direction.
    origin
        The model that was differentiated.
    chosen
        What moves: parameters, constants, inputs, boundary values.
    partners
        For every sequence, parameter and constant that moves, its tangent; that of what is given is the direction.
    """

    model: Recurrence
    origin: Recurrence
    chosen: tuple[Any, ...]
    partners: dict[Any, Any] = field(hash=False)

    def of(self, leaf: Any) -> Any:
        """The tangent of a leaf, or None where it does not move."""
        if isinstance(leaf, Element):
            partner = self.partners.get(leaf.sequence)
            return None if partner is None else partner[leaf.time]
        return self.partners.get(leaf)

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The tangents' equations."""
        own = set(self.partners.values())
        return tuple(e for e in self.model.equations if e.sequence in own)


def tangent_model(model: Recurrence, chosen: tuple[Any, ...]) -> TangentModel:
    """The model beside its tangents along a direction for each of what is chosen.

    Raises
    ------
    Undefined
        When the loss does not change along any direction.
    """
    chosen = _with_borders(model, chosen)
    partners = _partners(model, chosen)
    found = TangentModel(model, model, chosen, partners)
    slope = tangent(model.loss, found.of)
    if slope is None:
        names = ", ".join(str(x) for x in chosen)
        raise Undefined(f"the loss of {model.title.name} does not depend on {names}", repair="choose others by wrt")
    rates = [_linearised(e, found) for e in model.equations if e.sequence in partners]
    needed = _needed([*model.equations, *rates], slope)
    equations = [e for e in (*model.equations, *rates, *_still(model, found)) if e.sequence in needed]
    title = model.title
    both = Recurrence(*equations, loss=slope, name=title.name, summary=title.summary, source=title.source)
    return TangentModel(both, model, chosen, partners)


def _with_borders(model: Recurrence, chosen: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is chosen; an input brings its boundary values with it, because they are one sequence."""
    inputs = {x for x in chosen if isinstance(x, Sequence)}
    borders = [b for b in model.boundary if b.sequence in inputs]
    return tuple(dict.fromkeys([*chosen, *borders]))


def _linearised(e: Equation, found: TangentModel) -> Equation:
    """The equation of a tangent: that of its sequence, differentiated forward."""
    rate = tangent(e.rhs, found.of, e.lhs)
    return Equation(found.of(e.lhs), zeros(*shape_of(e.lhs)) if rate is None else rate, over=e.over or ())


def _still(model: Recurrence, found: TangentModel) -> list[Equation]:
    """What is given and not chosen has tangent zero, where the sequence it belongs to moves elsewhere."""
    zero: list[Equation] = []
    for b in model.boundary:
        if b.sequence in found.partners and b not in found.chosen:
            zero.append(Equation(found.of(b), zeros(*shape_of(b))))
    given = {x.sequence for x in found.chosen if isinstance(x, Element)} - set(model.defined) - set(found.chosen)
    for v in sorted(given, key=lambda v: v.name):
        r = model.given_range(v)
        index = next(e.over[0] for e in model.equations if e.over)
        zero.append(Equation(found.partners[v][index], zeros(*v.shape), over=(index, r.first, r.last)))
    return zero


def _needed(equations: list[Equation], loss: Any) -> set[Sequence]:
    """The sequences that the derivative of the loss is computed from."""
    found = {x.sequence for x in reads(loss) if isinstance(x, Element)}
    waiting = set(found)
    while waiting:
        more = {x.sequence for e in equations if e.sequence in waiting for x in reads(e.rhs) if isinstance(x, Element)}
        waiting = more - found
        found |= more
    return found


def _partners(model: Recurrence, chosen: tuple[Any, ...]) -> dict[Any, Any]:
    """A tangent for everything that moves, under a name that the model does not use."""
    leaves = {x for x in chosen if not isinstance(x, Element | Sequence)}
    moving = {x.sequence if isinstance(x, Element) else x for x in chosen} - leaves
    growing = True
    while growing:
        reached = {e.sequence for e in model.equations if any(_moves(x, leaves, moving) for x in reads(e.rhs))}
        growing = not reached <= moving
        moving |= reached
    taken = {str(x.name) for xs in (model.sequences, model.parameters, model.constants, model.functions) for x in xs}
    found: dict[Any, Any] = {}
    for x in (*model.sequences, *model.parameters, *model.constants):
        if x in moving or x in leaves:
            name, paper = _dotted(x, taken)
            taken.add(name)
            found[x] = _declared(x, name, paper)
    return found


def _moves(leaf: Any, leaves: set[Any], moving: set[Any]) -> bool:
    return leaf in leaves or (isinstance(leaf, Element) and leaf.sequence in moving)


def _declared(x: Any, name: str, paper: str) -> Any:
    if isinstance(x, Sequence):
        return Sequence(name, *x.shape, latex=paper)
    if isinstance(x, Parameter):
        return Parameter(name, *x.shape, learned=False, latex=paper)
    return Constant(name, *x.shape, latex=paper)


def _dotted(x: Any, taken: set[str]) -> tuple[str, str]:
    """The name of a tangent, as a textbook has it: a dot above the letter, hdot, Wdot_i."""
    head, *rest = str(x.name).split("_")
    letters = head.rstrip("0123456789")
    dotted = "_".join([letters + "dot" + head[len(letters) :], *rest])
    name = next(n for n in (dotted, "d" + x.name, *(f"d{x.name}_{i}" for i in range(2, 1000))) if n not in taken)
    return name, rf"\dot{{{x.latex_name}}}" if x.latex_name else ""
