"""Closed forms as sums: the ordered products of Jacobians of one step after another, and what they are applied to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add

from symrnn.calculus import ClosedForm, Derivation
from symrnn.errors import Undefined, Unsupported
from symrnn.model import Element, Range, Recurrence, Sequence
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.recipes import Parts, Recipe, is_shared
from symrnn.numeric.statements import Note, Statement, Store, Total, backward_statements
from symrnn.tensor import Adjoint, Elementwise, Node, TimeProduct, TimeSum, elementwise, nabla, shape_of, t


@dataclass(frozen=True)
class Closed(Recipe):
    """Gradients in closed form; adjoints that no recurrence carries, such as those of outputs, have their own lines.

    Each gradient is a double sum over time, so the work grows as the square of the number of steps.
    """

    forms: tuple[ClosedForm, ...]
    in_place = False
    about = "Gradients in closed form, double sums over time: the work grows as the square of the number of steps T."

    def parts(self, horizon: Horizon) -> Parts:
        mine = {f.of.node.sequence for f in self.forms if isinstance(f.of.node, Element)}
        statements = [s for s in backward_statements(self.template, horizon) if s.store.sequence not in mine]
        totals: list[Total] = []
        factors = _Factors(self.template.model, horizon)
        for form in self.forms:
            if is_shared(form.of.node):
                totals += [factors.named(_total(form.of.node, term)) for term in terms_of(form.expr)]
            else:
                statements.append(factors.named(_statement(form)))
        return Parts([*factors.statements(), *statements], totals, self.wanted)


class _Factors:
    """The factors of ordered products, Jacobians of one step, in arrays of their own: computed once for each time."""

    def __init__(self, model: Recurrence, horizon: Horizon) -> None:
        self.horizon, self.times = horizon, dict[Any, Range]()
        given: tuple[Any, ...] = (*model.parameters, *model.constants, *model.sequences)
        self.taken = {str(x.name) for x in given}
        self.stores: dict[Any, Store] = {}

    def named(self, item: Any) -> Any:
        """A statement or a total with elements of these arrays for the factors."""
        binders = () if item.when is None else ((t, item.when.first, item.when.last),)
        return replace(item, expr=self._within(item.expr, binders))

    def _within(self, expr: Any, binders: tuple[Any, ...]) -> Any:
        if (isinstance(expr, Node) and expr.is_leaf) or not expr.args:
            return expr
        if isinstance(expr, TimeProduct):
            body = expr.body.xreplace({expr.index: t})
            if t in expr.body.free_symbols - {expr.index} or body.atoms(TimeProduct, TimeSum):
                return expr
            return expr.func(self._element(body, expr, binders), *expr.args[1:])
        inner = (*binders, (expr.index, expr.lower, expr.upper)) if isinstance(expr, TimeSum) else binders
        args = tuple(self._within(a, inner) for a in expr.args)
        return expr if args == expr.args else expr.func(*args)

    def _element(self, body: Any, product: TimeProduct, binders: tuple[Any, ...]) -> Any:
        first, last = product.lower, product.upper
        for index, low, high in reversed(binders):
            first, last = first.xreplace({index: low}), last.xreplace({index: high})
        if body not in self.stores:
            name = "J" if not self.stores else f"J{len(self.stores) + 1}"
            while name in self.taken:
                name += "1"
            self.stores[body] = Store(Sequence(name, *shape_of(body)))
        known = self.times.setdefault(body, Range(first, last))
        self.times[body] = self.horizon.hull(known, Range(first, last))
        return self.stores[body].element(product.index)

    def statements(self) -> list[Statement]:
        """What fills these arrays."""
        found = []
        for body, store in self.stores.items():
            when = self.times[body]
            note = Note(store.element(t), " = ", body, "   for t = ", when)
            found.append(Statement(store, t, body, when, False, note))
        return found


def closed_recipe(forms: Iterable[ClosedForm]) -> Closed:
    """The recipe of some closed forms of one derivation."""
    every = tuple(forms)
    subject = every[0].subject
    if not isinstance(subject, Derivation) or any(f.subject != subject for f in every[1:]):
        raise Undefined("closed forms of one derivation make one module", repair="closed_form(d, W), closed_form(d, b)")
    if not all(isinstance(f.of, Adjoint) for f in every) or not isinstance(subject.origin, tuple):
        raise Unsupported(
            f"no code is made for the closed form of {every[0].of}", repair="of a gradient of bptt(model)"
        )
    chosen = tuple(dict.fromkeys(_leaf(f) for f in every))
    return Closed(subject.origin[0], chosen, every)


def _leaf(form: ClosedForm) -> Any:
    node = form.of.node
    return node.sequence if isinstance(node, Element) and form.over is not None else node


def terms_of(expr: Any) -> list[Any]:
    """The terms of a sum."""
    if isinstance(expr, Elementwise) and expr.body.is_Add:
        return [elementwise(part, *expr.operands) for part in expr.body.args]
    return list(Add.make_args(expr))


def _total(leaf: Any, term: Any) -> Total:
    if isinstance(term, TimeSum):
        part, when = term.term(t), Range(term.lower, term.upper)
        return Total(leaf, part, when, Note(nabla(leaf), " += sum of ", part, "   over t = ", when))
    return Total(leaf, term, None, Note(nabla(leaf), " += ", term))


def _statement(form: ClosedForm) -> Statement:
    """The adjoint of a state at every time, or of a boundary value."""
    node, e = form.of.node, form.equation
    store = Store(node.sequence, True)
    if e.over is None:
        return Statement(store, node.time, form.expr, Range(node.time, node.time), True, Note(e))
    return Statement(store, t, form.expr, e.times, True, Note(e))
