"""What a picture shows of a model: its rows from bottom to top, who reads whom, what is written on each arrow.

Read off the equations alone. A loss whose summand is not a sequence of the model gets a node of its own, with
one element a step, so that targets are read by something; it is the only node that no equation defines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Basic, Expr, Integer, Mul, Symbol
from sympy.core.function import AppliedUndef

from symrnn.diagram.labels import USUAL, Label, Lettering
from symrnn.model import Constant, Element, Parameter, Range, Recurrence, reads
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.elementwise import Elementwise
from symrnn.tensor.linear import Contract, Transpose
from symrnn.tensor.spelling import Held, spell
from symrnn.tensor.time import offset_from
from symrnn.tensor.unknown import Applied


@dataclass(frozen=True)
class Statement:
    """One definition to be drawn: who is defined, over which index and times, and the expression it reads."""

    name: str
    time: Expr
    rhs: Basic
    index: Symbol | None
    times: Range


@dataclass(frozen=True)
class Read:
    """One arrow: an element, or a constant, that an expression reads, and what is written on the arrow."""

    leaf: Any
    label: Label | None
    over: tuple[Symbol, Expr, Expr] | None = None  # the sum over time under which it is read
    factor: str = ""  # the parameter that the label names

    @property
    def name(self) -> str:
        """The sequence's or constant's name."""
        return str(self.leaf.name)


def statements(model: Recurrence) -> list[Statement]:
    """The equations of a model, and the summands of its loss that no sequence of the model names."""
    found = [
        Statement(e.sequence.name, e.lhs.time, e.rhs, e.over[0] if e.over else None, e.times) for e in model.equations
    ]
    if model.loss is None:
        return found
    name = loss_name(model)
    rest = model.loss
    for s in sorted(model.loss.atoms(TimeSum), key=str):
        rest = rest.xreplace({s: Integer(0)})
        if not _named(model, s.body):
            found.append(Statement(name, s.index, s.body, s.index, Range(s.lower, s.upper)))
    if not _named(model, rest):
        last = max((x.time for x in reads(rest) if isinstance(x, Element)), key=_lateness)
        found.append(Statement(name, last, rest, None, Range(last, last)))
    return found


def loss_name(model: Recurrence) -> str:
    """A name for the summand of the loss that no sequence has."""
    taken = {v.name for v in model.sequences}
    return next(name for name in ("loss", "loss_t", *(f"loss_{i}" for i in range(2, 99))) if name not in taken)


def _named(model: Recurrence, expr: Basic) -> bool:
    """Whether an expression reads nothing but terms of the loss that the model itself names."""
    elements = [x for x in reads(expr) if isinstance(x, Element)]
    return all(x.sequence in model.loss_terms for x in elements)


def _lateness(time: Expr) -> tuple[int, int]:
    return len(time.free_symbols), int(time.xreplace({s: Integer(0) for s in time.free_symbols}))


def kind_of(model: Recurrence, name: str) -> str:
    """The role of a row, in the words of the notation page."""
    roles: dict[str, tuple[Any, ...]] = {
        "state": model.states,
        "input": model.inputs,
        "target": model.targets,
        "loss": model.loss_terms,
        "output": model.outputs,
        "intermediate": model.intermediates,
        "constant": model.constants,
        "parameter": model.parameters,
    }
    return next((role for role, members in roles.items() if name in {v.name for v in members}), "loss")


def label_in(model: Recurrence, name: str, letters: Lettering = USUAL) -> Label:
    """The label of a row: bold when its elements are vectors or matrices."""
    named: tuple[Any, ...] = (*model.sequences, *model.constants, *model.parameters)
    for v in named:
        if v.name == name:
            return letters.label(name, v.latex_name, bold=bool(v.shape))
    return letters.label("J" if "L" in {v.name for v in model.sequences} else "L")


def lag_of(part: Statement, read: Read) -> int | None:
    """By how many steps a read element is earlier; None for a constant, a fixed time or a sum over time."""
    if not isinstance(read.leaf, Element) or read.over is not None:
        return None
    offset = offset_from(read.leaf.time, part.index or part.time)
    if offset is None and not part.index:
        difference = read.leaf.time - part.time
        offset = int(difference) if difference.is_Integer else None
    return None if offset is None else -offset


def reads_of(name: str, rhs: Basic, letters: Lettering = USUAL) -> list[Read]:
    """The elements and constants that the right side of `name` reads, each once, with the labels of the arrows.

    A label is the unknown function that is applied, or the parameter that multiplies what is read, when it is
    the same in every place; an unknown function that reads its own past is written there only.
    """
    found: dict[tuple[Any, Any], dict[Any, None]] = {}
    for leaf, factor, over in _places(rhs, None, None):
        found.setdefault((leaf, over), {})[factor] = None
    single = {key: next(iter(factors)) if len(factors) == 1 else None for key, factors in found.items()}
    own = {f for (leaf, _), f in single.items() if _is_function(f) and leaf.name == name}
    return [
        Read(
            leaf,
            None if factor in own and leaf.name != name else _factor_label(factor, letters),
            over,
            _factor_name(factor),
        )
        for (leaf, over), factor in single.items()
    ]


def _places(e: Any, factor: Any, over: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Every place where an element or constant is read, with what multiplies it or is applied to it there."""
    if isinstance(e, Element | Constant):
        yield e, factor, over
    elif isinstance(e, Held):
        yield from _places(e.operand, factor, over)
    elif isinstance(e, Elementwise):
        yield from _places(spell(e), factor, over)
    elif isinstance(e, TimeSum):
        yield from _places(e.body, factor, (e.index, e.lower, e.upper))
    elif isinstance(e, Contract):
        yield from _places(e.left, None, over)
        yield from _places(e.right, e.left if _is_parameter(e.left) else None, over)
    elif isinstance(e, Basic):
        inner = _passed_on(e, factor)
        for arg in e.args:
            yield from _places(arg, inner, over)


def _passed_on(e: Basic, factor: Any) -> Any:
    """What stands before the arguments of a scalar or elementwise operation."""
    if isinstance(e, Add):
        return factor
    if isinstance(e, Mul):
        factors = [a.operand if isinstance(a, Held) else a for a in e.args]
        shared = [a for a in factors if _is_parameter(a)]
        reading = [a for a in factors if any(_places(a, None, None))]
        if len(reading) > 1 or len(shared) > 1:
            return None
        return shared[0] if shared else factor
    if isinstance(e, Applied):
        return e.function
    return e.func if isinstance(e, AppliedUndef) else None


def _is_parameter(e: Any) -> bool:
    return isinstance(e, Parameter) or (isinstance(e, Transpose) and isinstance(e.args[0], Parameter))


def _is_function(factor: Any) -> bool:
    return factor is not None and not _is_parameter(factor)


def _factor_name(factor: Any) -> str:
    factor = factor.args[0] if isinstance(factor, Transpose) else factor
    return str(factor.name) if isinstance(factor, Parameter) else ""


def _factor_label(factor: Any, letters: Lettering) -> Label | None:
    if factor is None:
        return None
    if isinstance(factor, Transpose):
        inner = _factor_label(factor.args[0], letters)
        return inner and replace(inner, sup="⊤", tex="")
    if isinstance(factor, Parameter):
        return letters.label(factor.name, factor.latex_name, bold=bool(factor.shape))
    return letters.label(str(getattr(factor, "name", None) or factor.__name__))


def shown_time(time: Expr) -> str:
    """A time in the spelling of names: `t-1`, `tau`, `3`."""
    return str(time).replace(" ", "")


def joined(labels: Iterable[Label | None]) -> Label | None:
    """The label that several arrows share, or none when they differ."""
    distinct = set(labels)
    return distinct.pop() if len(distinct) == 1 else None
