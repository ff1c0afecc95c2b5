"""Stamps: an expression of generic time, read once, from which its instance at any number is pressed.

`instantiate` walks an expression for every step anew. A stamp has walked it once: what does not depend on the
time is kept as it is, elements and adjoints come from a table shared by all stamps, and the rest is rebuilt
from the leaves up. The result is the same expression.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Basic, Integer, Symbol

from symrnn.graph.instance import SAFE, instantiate
from symrnn.model import Element, Sequence
from symrnn.model.given import ElementSlot, ElementTensor
from symrnn.tensor.adjoint import Adjoint, AdjointSlot, AdjointTensor
from symrnn.tensor.binders import Guard
from symrnn.tensor.binding import Binder
from symrnn.tensor.elementwise import Elementwise, Full
from symrnn.tensor.time import offset_from

Maker = Callable[[list[Any], int], Any]


class Leaves:
    """The elements and adjoints of one unfolding, each made once."""

    def __init__(self) -> None:
        self._elements: dict[Sequence, dict[int, Any]] = {}
        self._adjoints: dict[tuple[Sequence, Basic], dict[int, Any]] = {}

    def element(self, v: Sequence) -> Callable[[int], Any]:
        """The elements of a sequence by their times."""
        found = self._elements.setdefault(v, {})
        kind = ElementTensor if v.shape else ElementSlot

        def at(time: int) -> Any:
            if time not in found:
                found[time] = kind(v, Integer(time))
            return found[time]

        return at

    def adjoint(self, v: Sequence, objective: Basic) -> Callable[[int], Any]:
        """The adjoints of a sequence's elements by their times."""
        found = self._adjoints.setdefault((v, objective), {})
        kind, element = AdjointTensor if v.shape else AdjointSlot, self.element(v)

        def at(time: int) -> Any:
            if time not in found:
                found[time] = kind(element(time), objective)
            return found[time]

        return at

    def own(self, leaf: Any) -> Any:
        """The one object for a leaf whose time is a number."""
        if isinstance(leaf, Element) and leaf.time.is_Integer:
            return self.element(leaf.sequence)(int(leaf.time))
        node = leaf.node if isinstance(leaf, Adjoint) else None
        if isinstance(node, Element) and node.time.is_Integer:
            return self.adjoint(node.sequence, leaf.objective)(int(node.time))
        return leaf


class Stamp:
    """`Stamp(expr, index, rule, leaves)(time)` is `instantiate(expr, {**rule, index: time})`."""

    def __init__(self, expr: Any, index: Symbol | None, rule: dict[Any, Any], leaves: Leaves) -> None:
        self.index, self.rule, self.leaves = index, rule, leaves
        self.makers: list[Maker] = []
        self.places: dict[Basic, int] = {}
        self.last = self._place(expr)

    def __call__(self, time: int) -> Any:
        values: list[Any] = []
        for make in self.makers:
            values.append(make(values, time))
        return values[self.last]

    def _place(self, e: Basic) -> int:
        """Where the value of a subexpression will stand; its maker comes after those of its operands."""
        found = self.places.get(e)
        if found is None:
            maker = self._maker(e)
            found = self.places[e] = len(self.makers)
            self.makers.append(maker)
        return found

    def _maker(self, e: Any) -> Maker:
        if self.index is None or self.index not in e.free_symbols:
            fixed = self.leaves.own(instantiate(e, self.rule))
            return lambda values, time: fixed
        offset = self._offset(e.node if isinstance(e, Adjoint) else e)
        if offset is not None and isinstance(e, Element):
            element = self.leaves.element(e.sequence)
            return lambda values, time: element(time + offset)
        if offset is not None and isinstance(e, Adjoint):
            adjoint = self.leaves.adjoint(e.node.sequence, e.objective)
            return lambda values, time: adjoint(time + offset)
        if isinstance(e, Elementwise):
            return self._elementwise(e)
        if type(e) in SAFE:
            return self._rebuilt(e)
        if isinstance(e, Binder | Guard | Full | Symbol) or getattr(e, "is_leaf", False):
            return lambda values, time: instantiate(e, {**self.rule, self.index: Integer(time)})
        return self._applied(e)

    def _offset(self, e: Any) -> int | None:
        """By how much the time of an element lies after the index, where both are a number apart."""
        return offset_from(e.time, self.index) if isinstance(e, Element) else None

    def _elementwise(self, e: Elementwise) -> Maker:
        """Operands that differ stay in their places; those that meet at some time are merged again."""
        if e.body.free_symbols & {self.index, *self.rule}:
            return lambda values, time: instantiate(e, {**self.rule, self.index: Integer(time)})
        places, body, shape = [self._place(x) for x in e.operands], e.body, e.shape
        kinds = tuple(type(x) for x in e.operands)
        loose = sum(not getattr(x, "is_leaf", False) for x in e.operands) > 1

        def make(values: list[Any], time: int) -> Any:
            args = tuple([values[i] for i in places])
            if all(type(x) is kind for x, kind in zip(args, kinds, strict=True)) and _differ(args, loose):
                return Elementwise._make(body, args, shape)
            return Elementwise(body, *args)

        return make

    def _rebuilt(self, e: Any) -> Maker:
        """A node whose verb would change nothing: its shape and form do not depend on the time."""
        places, kind, shape = [self._place(x) for x in e.args], type(e), e.shape

        def make(values: list[Any], time: int) -> Any:
            obj = Basic.__new__(kind, *[values[i] for i in places])
            obj._shape = shape
            return obj

        return make

    def _applied(self, e: Any) -> Maker:
        """A scalar expression, or a node that is built by its own class."""
        places, kind = [self._place(x) for x in e.args], e.func
        return lambda values, time: kind(*[values[i] for i in places])


def _differ(args: tuple[Any, ...], loose: bool) -> bool:
    """Whether no two operands are equal; leaves of one unfolding are one object each, others must be compared."""
    if len({id(x) for x in args}) < len(args):
        return False
    return not loose or len(set(args)) == len(args)
