"""A model with the arguments of its activations named: h = tanh(a), a = b + W h + U x.

The new model computes the same values. Its adjoints of a are the δ of texts that write back-propagation in
pre-activations.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Symbol

from symrnn.model.equation import Equation
from symrnn.model.given import Sequence
from symrnn.model.recurrence import Recurrence
from symrnn.tensor.elementwise import Elementwise, elementwise, placeholder, slots_of
from symrnn.tensor.node import Slot, shape_of


def with_preactivations(model: Recurrence) -> Recurrence:
    """The model with every argument of an activation that is more than a name as a sequence of its own.

    Examples
    --------
    >>> from symrnn.model import library
    >>> for e in with_preactivations(library.elman()).equations[:2]:
    ...     print(e)
    a[t] = b + W @ h[t - 1] + U @ x[t]   for t = 1..tau
    h[t] = tanh(a[t])   for t = 1..tau
    """
    found = {e: _arguments(e) for e in model.equations if e.over}
    count = sum(map(len, found.values()))
    known: tuple[Any, ...] = (*model.sequences, *model.parameters, *model.constants, *model.functions)
    taken = {str(x.name) for x in known}
    equations: dict[Equation, list[Equation]] = {}
    for e, arguments in found.items():
        equations[e] = _split(e, arguments, count == 1, taken)
    parts: list[Any] = []
    for part in model.args:
        if type(part).__name__ != "Objective":
            parts += equations.get(part, [part]) if isinstance(part, Equation) else [part]
    return Recurrence(*parts, loss=model.loss) if count else model


def _arguments(e: Equation) -> list[Any]:
    """The arguments of the activations on the right side, outermost first, that are more than a name."""
    rhs = e.rhs
    if isinstance(rhs, Elementwise):
        calls = _calls(rhs.body)
        return [elementwise(x, *rhs.operands) for x in calls]
    return _calls(rhs) if isinstance(rhs, Expr) and not isinstance(rhs, Slot) else []


def _calls(body: Expr) -> list[Expr]:
    if isinstance(body, Function) and len(body.args) == 1:
        return [] if isinstance(body.args[0], Symbol | Slot) or not _reads(body) else [body.args[0]]
    if isinstance(body, Slot):
        return []
    return list(dict.fromkeys(x for arg in body.args for x in _calls(arg)))


def _reads(body: Expr) -> bool:
    return bool(slots_of(body)) or any(s.name.startswith("_z") for s in body.free_symbols)


def _split(e: Equation, arguments: list[Any], alone: bool, taken: set[str]) -> list[Equation]:
    """The equations of the arguments, then that of the node in terms of them."""
    if not arguments:
        return [e]
    made, rhs = [], e.rhs
    for i, argument in enumerate(arguments):
        name = "a" if alone else f"a_{e.sequence.name}" + (f"_{i + 1}" if len(arguments) > 1 else "")
        while name in taken:
            name += "_a"
        taken.add(name)
        element = Sequence(name, *shape_of(e.rhs))[e.over[0]]  # type: ignore[index]
        made.append(Equation(element, argument, over=e.over))
        rhs = _named(rhs, argument, element)
    return [*made, Equation(e.lhs, rhs, over=e.over)]


def _named(rhs: Any, argument: Any, element: Any) -> Any:
    """The right side with an argument replaced by its name."""
    if not isinstance(rhs, Elementwise):
        return rhs.xreplace({argument: element})
    place = placeholder(len(rhs.operands))
    for call in _calls(rhs.body):
        if elementwise(call, *rhs.operands) == argument:
            body = _in_calls(rhs.body, call, place)
            return elementwise(body, *rhs.operands, element)
    return rhs


def _in_calls(body: Expr, old: Expr, new: Symbol) -> Expr:
    if isinstance(body, Function) and body.args == (old,):
        return body.func(new)
    if not body.args:
        return body
    return body.func(*(_in_calls(arg, old, new) for arg in body.args))
