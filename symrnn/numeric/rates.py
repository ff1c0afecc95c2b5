"""Real-time recurrent learning as statements: sensitivities forward in time, and what arrives where the loss is read.

What a gradient adds up over time is added up step by step, in an array of its own, so that one loop can carry all
sensitivities and sums, and none of their earlier values is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Basic

from symrnn.calculus.forward_template import ForwardTemplate, arriving, shaped
from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Range, Sequence
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.recipes import Parts, Recipe
from symrnn.numeric.statements import Note, Statement, Store, Total, backward_statements, disjoint, totals_of
from symrnn.tensor import Contract, Elementwise, Sensitivity, add, contract, eye, nabla, shape_of, t, zeros


@dataclass(frozen=True)
class Forward(Recipe):
    """The rows of a derivation by real-time recurrent learning."""

    rates: ForwardTemplate
    online = True
    in_place = False
    about = (
        "Gradients by real-time recurrent learning: sensitivities run forward with the states, and only those of the "
        "last steps are kept; P_v_w is the derivative of v by w, a row for each entry of v, a column for each of w."
    )

    def parts(self, horizon: Horizon) -> Parts:
        return _Rates(self, horizon).parts()


def forward_recipe(rates: ForwardTemplate) -> Forward:
    """The recipe of a derivation that has a loss."""
    if rates.outer is None:
        raise Unsupported(
            f"no code is made for sensitivities alone: {rates.model.title.name} has no loss",
            repair="give it one, or upstream=... for a gradient that arrives",
        )
    return Forward(rates.outer, rates.chosen, rates)


class _Rates:
    """The statements of one recipe; every sensitivity has an array of its own."""

    def __init__(self, recipe: Forward, horizon: Horizon) -> None:
        self.recipe, self.rates, self.horizon = recipe, recipe.rates, horizon
        self.outer, self.model = recipe.template, recipe.rates.model
        given: tuple[Any, ...] = (*self.model.parameters, *self.model.constants, *self.model.sequences)
        self.taken = {str(x.name) for x in given}
        self.arrays: dict[tuple[Sequence, Any], Sequence] = {}

    def parts(self) -> Parts:
        outside = {v: parts for v, parts in self.outer.elements.items() if v not in self.rates.carriers}
        statements = backward_statements(replace(self.outer, elements=outside), self.horizon)
        for rows in self.rates.rows:
            statements += [self.statement(row.equation) for row in rows]
        totals: list[Total] = []
        for by, moving in zip(self.rates.chosen, self.rates.moving, strict=True):
            for made in self.sums(by, moving):
                (statements if isinstance(made, Statement) else totals).append(made)  # type: ignore[arg-type]
        return Parts(statements, totals, self.recipe.wanted)

    def statement(self, e: Equation) -> Statement:
        """One row of the forward recurrence."""
        rhs = e.rhs.xreplace({e.over[0]: t}) if e.over and e.over[0] != t else e.rhs
        time = t if e.over else e.lhs.time
        store = Store(self.array(e.lhs))
        return Statement(store, time, self.with_arrays(factored(rhs)), e.times, False, Note(e))

    def array(self, rate: Any) -> Sequence:
        """The sequence that stands for a sensitivity."""
        v, by = rate.node.sequence, rate.by
        if (v, by) not in self.arrays:
            word = f"{by.sequence.name}_{str(by.time).replace('-', 'm')}" if isinstance(by, Element) else by.name
            self.arrays[v, by] = Sequence(self.name(f"P_{v.name}_{word}"), *shape_of(rate))
        return self.arrays[v, by]

    def name(self, wish: str) -> str:
        while wish in self.taken:
            wish += "1"
        self.taken.add(wish)
        return wish

    def with_arrays(self, expr: Any) -> Any:
        """An expression with the elements of arrays for sensitivities."""
        return expr.xreplace({x: self.array(x)[x.time] for x in rates_in(expr)})

    def sums(self, by: Any, moving: tuple[Sequence, ...]) -> Iterator[Statement | Total]:
        """The gradient by one θ: what arrives at the nodes that outputs and the loss read, times sensitivities."""
        terms: dict[Range, list[Any]] = {}
        for v in moving:
            for c, when in disjoint(self.outer.elements[v], self.horizon):
                terms.setdefault(when, []).append(arriving(v[t], c.part, by))
        for when, parts in terms.items():
            body = add(*parts)
            if when.is_point:
                expr = shaped(body.xreplace({t: when.first}), by)
                yield _added(by, self.with_arrays(expr), Note(nabla(by), " += ", expr))
                continue
            store = Store(Sequence(self.name(f"G_{by.name}"), *shape_of(body)))
            before = store.element(t - 1)
            start = zeros(*shape_of(body)) if shape_of(body) else 0 * before
            begin = when.first - 1
            yield Statement(store, begin, start, Range(begin, begin), False, Note(store.element(begin), " = ", start))
            note = Note(store.element(t), " = ", before, " + ", body, "   for t = ", when)
            yield Statement(store, t, add(before, self.with_arrays(body)), when, False, note)
            last = store.element(when.last)
            yield _added(by, shaped(last, by), Note(nabla(by), " += ", shaped(last, by)))
        if not isinstance(by, Element):
            yield from totals_of(self.outer, by, self.horizon)


def _added(by: Any, expr: Any, note: Note) -> Statement | Total:
    """A part of a gradient: of a boundary value in the array of its sequence's adjoints."""
    if isinstance(by, Element):
        return Statement(Store(by.sequence, True), by.time, expr, Range(by.time, by.time), True, note)
    return Total(by, expr, None, note)


def rates_in(expr: Basic) -> set[Any]:
    """The sensitivities in an expression."""
    if isinstance(expr, Sensitivity):
        return {expr}
    return set().union(*(rates_in(a) for a in expr.args))


def factored(expr: Any) -> Any:
    """A sum of products with what stands on the left of several of them written once: A B + A C is A (B + C)."""
    if not isinstance(expr, Elementwise) or expr.body != Add(*expr.body.free_symbols):
        return expr
    groups: dict[Any, list[Any]] = {}
    for x in expr.operands:
        product = isinstance(x, Contract) and len(shape_of(x.right)) == 2
        groups.setdefault(x.left if product else x, []).append(x)
    terms = []
    for left, members in groups.items():
        inner = [eye(left.shape[1]) if x == left else x.right for x in members]
        terms += members if len(members) == 1 else [contract(left, factored(add(*inner)))]
    return add(*terms)
