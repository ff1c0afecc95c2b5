"""A line as an argument: who uses the node, with Jacobians; then the Jacobians written out, one law a row.

The first row is 10.20 of the textbook, the last one the line itself. What changed from one row to the next is
marked. The parts are those that differentiating recorded; nothing is derived here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from symrnn.calculus.derivation import Derivation, Line
from symrnn.calculus.explain import Use, uses_of
from symrnn.errors import Unsupported
from symrnn.model import Element, Equation, Recurrence, reads
from symrnn.tensor.adjoint import copy_at, nabla
from symrnn.tensor.entrywise import fresh
from symrnn.tensor.node import shape_of
from symrnn.typeset.bounds import time_sum_item
from symrnn.typeset.brackets import product, quotient, total, transposed
from symrnn.typeset.displays import line_rows
from symrnn.typeset.entries import entry_adjoint, indexed
from symrnn.typeset.items import BigSum, Differential, Gradient, Item, Listing, Marked, Number, Phrase, Row
from symrnn.typeset.present import Presenter
from symrnn.typeset.reasons import law_words

FARTHEST = 64  # nodes that are looked through, the nearest first
STEPWISE = 2  # terms that are written out one after the other; more of them each on a line of its own


def argued(derivation: Derivation, line: Line, p: Presenter, full: bool = False) -> list[Row]:
    """The rows of a line: with Jacobians, then in the end as the line has it; `full` shows each law on its own.

    A line that is not a sum over uses, or that says nothing else with Jacobians, is shown as it is.
    """
    own = line_rows(line, p, derivation.smallest)
    try:
        uses = uses_of(derivation, line)
    except Unsupported:
        return own
    node = line.equation.lhs.node
    before = [use_item(use, node, p, _immediate(use, uses, derivation.model)) for use in uses]
    after = [part_item(use, p) for use in uses]
    changing = [i for i, (x, y) in enumerate(zip(before, after, strict=True)) if x != y]
    if not changing or own[0].left is None:
        return own
    last = own[0]
    rows = [Row(last.left, plus(before))]
    if full and len(changing) > STEPWISE:
        return [*rows, *(Row(before[i], after[i], note=_laws(uses[i], p)) for i in changing), *own]
    for done in range(len(changing)) if full else ():
        mixed = [_mixed(i, changing, done, before, after) for i in range(len(uses))]
        rows.append(Row(None, plus(mixed), note=_laws(uses[changing[done]], p)))
    if full and plus(after) == last.right:
        rows[-1] = replace(rows[-1], condition=last.condition, number=last.number)
    else:
        rows.append(Row(None, last.right, last.condition, last.number))
    return [*rows, *own[1:]]


def argument_key(derivation: Derivation, line: Line) -> tuple[Any, ...] | None:
    """What the argument of a line is like: lines with the same key have it but for the names. None: no argument."""
    try:
        uses = uses_of(derivation, line)
    except Unsupported:
        return None
    node = line.equation.lhs.node
    return (line.group, len(shape_of(node)), *((len(shape_of(u.user)), u.laws) for u in uses if u.user is not None))


def _mixed(i: int, changing: list[int], done: int, before: list[Item], after: list[Item]) -> Item:
    """Term i after some of the changing ones were written out, the last of these marked."""
    if i not in changing[: done + 1]:
        return before[i]
    return Marked(after[i]) if i == changing[done] and len(after) > 1 else after[i]


def plus(terms: Iterable[Item]) -> Item:
    """A sum of terms; a single one as it is."""
    found = list(terms)
    return found[0] if len(found) == 1 else total((False, x) for x in found)


def _laws(use: Use, p: Presenter) -> Item | None:
    """The names of the laws by which one use was written out."""
    names = [law_words(law, p) for law in use.laws]
    return Phrase((", ".join(names),)) if names else None


def part_item(use: Use, p: Presenter) -> Item:
    """What a use sends back, as it is."""
    part = p.turned(use.part) if p.numerator else p(use.part)
    return time_sum_item(use.over, part, p) if use.over else part


def _immediate(use: Use, uses: tuple[Use, ...], model: Recurrence) -> bool:
    """Whether the user also depends on v through another user of v, so that only ∂⁺ is what it sends back itself."""
    users = {other.user for other in uses if other is not use and isinstance(other.user, Element)}
    if use.equation is None or not users:
        return False
    waiting, seen = list(reads(use.equation.rhs)), {use.user}
    while waiting and len(seen) < FARTHEST:
        x = waiting.pop(0)
        if x in users:
            return True
        if x not in seen and isinstance(x, Element):
            seen.add(x)
            waiting += [y for e in model.equations if e.sequence == x.sequence and e.over for y in reads(at(e, x.time))]
    return False


def at(equation: Equation, time: Any) -> Any:
    """The right side of an equation over a range, at a time."""
    return equation.at({equation.over[0]: time}).rhs  # type: ignore[index]


def use_item(use: Use, node: Any, p: Presenter, immediate: bool = False) -> Item:
    """What a use sends back, with the Jacobian of the user: (∂u/∂v)ᵀ ∇u; by a matrix Σ_i ∂L/∂u_i ∇_V u_i."""
    if use.user is None or use.equation is None:
        return part_item(use, p)
    shared = use.over and getattr(node, "is_shared", False)
    by = copy_at(node, use.user.time) if shared else node
    body = _chained(use, by, p, "immediate" if immediate else "partial")
    return time_sum_item(use.over, body, p) if use.over else body


def _chained(use: Use, by: Any, p: Presenter, sign: str) -> Item:
    user, adjoint = use.user, nabla(use.user)
    if use.unit and adjoint not in use.part.atoms(type(adjoint)):
        return _slope(p(user), by, p)
    if len(shape_of(user)) == 1 and len(shape_of(by)) < 2:
        return _with_jacobian(user, by, p, sign)
    if not shape_of(user):
        return product([p(adjoint), _slope(p(user), by, p)])
    found: list[Any] = []
    for _ in shape_of(user):
        found.append(fresh(use.part, user, by, *found))
    indices = tuple(p.time(i) for i in found)
    entry = product([entry_adjoint(adjoint, indices, p), _slope(indexed(p(user), indices), by, p)])
    index = Listing(indices) if len(indices) > 1 else indices[0]
    return BigSum(index, Number("1"), Number("1"), entry, bounds=False, named=True)


def _slope(of: Item, by: Any, p: Presenter) -> Item:
    """The derivative of a scalar: ∇_v u, or ∂u/∂v where derivatives by vectors are rows or v is a scalar."""
    if shape_of(by) and not p.numerator:
        return Gradient(p(by), of)
    return quotient(Differential(of), Differential(p(by)), p.linear)


def _with_jacobian(user: Any, by: Any, p: Presenter, sign: str) -> Item:
    """(∂u/∂v)ᵀ ∇u of columns, ∇u (∂u/∂v) of rows; in numerator layout ∂L/∂u ∂u/∂v."""
    jacobian = quotient(Differential(p(user), sign), Differential(p(by)), p.linear)
    if p.numerator:
        pair = [p.turned(nabla(user)), jacobian]
        return product([transposed(jacobian), pair[0]] if p.rows else pair)
    return product([p(nabla(user)), jacobian] if p.rows else [transposed(jacobian), p(nabla(user))])
