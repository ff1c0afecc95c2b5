"""Products that share an operand, carried out as one: the gates of an LSTM or GRU.

Arrays whose rows such products fill, or read, become columns of one array, and the matrices are put one above the
other. What is then the same for neighbouring columns is done once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Expr

from symrnn.model import Parameter, Range, Sequence
from symrnn.numeric.columns import Columns, Stacks
from symrnn.numeric.schedule import Loop, Step
from symrnn.numeric.stack_blocks import merged_blocks
from symrnn.numeric.statements import Note, Statement, Store, accesses, notes_in_lines
from symrnn.tensor import Contract, Elementwise, Node, Transpose, elementwise, placeholder

Extents = dict[Store, Range]


def stack(steps: list[Step], stacks: Stacks, extents: Extents, fixed: set[Store]) -> list[Step]:
    """The steps with products that share an operand stacked; arrays in `fixed` stay what they are."""
    done = list(steps)
    for i, step in enumerate(done):
        if isinstance(step, Loop):
            loop = _fan_out(step, stacks, extents, fixed)
            done[i] = _fan_in(loop, done, stacks, extents, fixed)
    return merged_blocks(done, stacks)


# one vector, several matrices -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gate:
    """A statement v[t] = phi(v[t] + M @ u, ...), where v[t] already holds what needs no loop."""

    statement: Statement
    matrix: Parameter
    operand: Any
    rest: Any


def _gate(s: Statement) -> Gate | None:
    """The statement read as a gate, if it is one."""
    if s.once or s.adds or not isinstance(s.expr, Elementwise) or len(s.expr.shape) != 1:
        return None
    own = s.store.element(s.time)
    z = {x: placeholder(i) for i, x in enumerate(s.expr.operands)}
    products = [x for x in z if isinstance(x, Contract) and isinstance(x.left, Parameter) and x.right.is_leaf]
    if len(products) != 1 or own not in z:
        return None
    body, product, held = s.expr.body, z[products[0]], z[own]
    sums = [a for a in body.atoms(Add) if product in a.args and held in a.args]
    if len(sums) != 1:
        return None
    rest = body.xreplace({sums[0]: Add(*(a for a in sums[0].args if a != product))})
    if product in rest.free_symbols:
        return None
    operands = s.expr.operands
    return Gate(s, products[0].left, products[0].right, elementwise(rest, *operands))


def _fan_out(loop: Loop, stacks: Stacks, extents: Extents, fixed: set[Store]) -> Loop:
    """M1 @ u, M2 @ u, ... of one loop as one product with the matrices one above the other."""
    gates = [g for s in loop.statements if (g := _gate(s)) is not None]
    for first in gates:
        group = [g for g in gates if _joins(g, first, loop, stacks, extents, fixed)]
        if len(group) < 2 or first is not group[0]:
            continue
        group.sort(key=lambda g: (str(_shape_of_body(g)), loop.statements.index(g.statement)))
        stores = [g.statement.store for g in group]
        whole = stacks.join(stores)
        extents[whole] = extents[stores[0]]
        matrix = stacks.matrix(tuple(g.matrix for g in group))
        s = first.statement
        names = [part for x in stores for part in (" and ", x.element(s.time))]
        note = Note(*names[1:], ": all products with ", first.operand, " at once")
        product = Statement(whole, s.time, Contract(matrix, first.operand), s.when, True, note)
        rule = {g.statement: replace(g.statement, expr=g.rest) for g in group}
        inside = [rule.get(q, q) for q in loop.statements]
        at = min(inside.index(q) for q in rule.values())
        return _fan_out(
            replace(loop, statements=(*_together(inside[:at], product, inside[at:], stacks),)), stacks, extents, fixed
        )
    return loop


def _joins(g: Gate, first: Gate, loop: Loop, stacks: Stacks, extents: Extents, fixed: set[Store]) -> bool:
    """Whether two gates read one vector and their arrays can be columns of one."""
    a, b = g.statement, first.statement
    same = g.operand == first.operand and a.time == b.time and a.when == b.when
    free = a.store not in stacks.columns and a.store not in fixed
    alone = sum(q.store == a.store for q in loop.statements) == 1
    return same and free and alone and extents.get(a.store) == extents.get(b.store)


def _shape_of_body(g: Gate) -> Any:
    """What a gate does with its sum, whichever gate it is."""
    return g.rest.body if isinstance(g.rest, Elementwise) else g.rest


def _together(before: list[Statement], product: Statement, after: list[Statement], stacks: Stacks) -> list[Statement]:
    """The product, and behind it one statement for neighbouring columns with which the same is done."""
    ready: list[list[Statement]] = []
    order = [store for store, c in stacks.columns.items() if c.whole == product.store]
    for s in sorted((s for s in after if s.store in order and _own_only(s)), key=lambda s: order.index(s.store)):
        columns = stacks.columns[s.store]
        last = ready[-1][-1] if ready else None
        if last is not None and last.expr.body == s.expr.body and stacks.columns[last.store].last == columns.first:
            ready[-1].append(s)
        else:
            ready.append([s])
    made: dict[Statement, Statement | None] = {}
    for group in (g for g in ready if len(g) > 1):
        made |= dict.fromkeys(group)
        made[group[0]] = _as_one(group, stacks)
    moved = [m for m in made.values() if m is not None]
    return [*before, product, *moved, *(s for s in after if s not in made)]


def _own_only(s: Statement) -> bool:
    """Whether a statement reads nothing but what it writes over."""
    return isinstance(s.expr, Elementwise) and s.expr.operands == (s.store.element(s.time),)


def _as_one(group: list[Statement], stacks: Stacks) -> Statement:
    """One statement for several columns."""
    first, last = stacks.columns[group[0].store], stacks.columns[group[-1].store]
    whole = first.whole
    if first.first != 0 or last.last != whole.sequence.shape[0]:
        name = stacks.new_name([s.store.sequence.name for s in group])
        part = Store(Sequence(name, last.last - first.first), whole.adjoint)
        stacks.columns[part] = Columns(whole, first.first, last.last)
        whole = part
    s = group[0]
    return replace(
        s, store=whole, expr=elementwise(s.expr.body, whole.element(s.time)), note=notes_in_lines(q.note for q in group)
    )


# several vectors, each with its matrix, added up --------------------------------------------------------------


def _fan_in(loop: Loop, steps: list[Step], stacks: Stacks, extents: Extents, fixed: set[Store]) -> Loop:
    """d[t] += M1.T @ v1, += M2.T @ v2, ... as one product with the vectors side by side."""
    for first in filter(_adds_product, loop.statements):
        group = [s for s in loop.statements if _adds_product(s) and (s.store, s.time) == (first.store, first.time)]
        group = [s for s in group if s.when == first.when and _may_join(s, loop, steps, stacks, extents, fixed)]
        group = [s for s in group if _vector(s)[1:] == _vector(group[0])[1:] and _same_rows(s, group[0], extents)]
        reads = any(a.store == first.store and a.low == first.time for s in loop.statements for a in s.reads)
        if len(group) < 2 or reads:
            continue
        stores = [_vector(s)[0] for s in group]
        whole = stacks.join(stores)
        extents[whole] = extents[stores[0]]
        matrix = stacks.matrix(tuple(s.expr.left.args[0] for s in group))
        time = _vector(group[0])[1]
        note = notes_in_lines(s.note for s in group)
        one = replace(group[-1], expr=Contract(Transpose(matrix), whole.element(time)), note=note)
        inside = tuple(one if s is group[-1] else s for s in loop.statements if s is group[-1] or s not in group)
        return _fan_in(replace(loop, statements=inside), steps, stacks, extents, fixed)
    return loop


def _adds_product(s: Statement) -> bool:
    e = s.expr
    return (
        s.adds
        and not s.once
        and isinstance(e, Contract)
        and isinstance(e.left, Transpose)
        and isinstance(e.left.args[0], Parameter)
        and isinstance(e.right, Node)
        and e.right.is_leaf
        and len(accesses(e)) == 1
    )


def _vector(s: Statement) -> tuple[Store, Expr]:
    """The array and the time of the vector that a product reads."""
    (a,) = s.reads
    return a.store, a.low


def _same_rows(s: Statement, other: Statement, extents: Extents) -> bool:
    return extents.get(_vector(s)[0]) == extents.get(_vector(other)[0])


def _may_join(s: Statement, loop: Loop, steps: list[Step], stacks: Stacks, extents: Extents, fixed: set[Store]) -> bool:
    """Whether a vector is an array of ours, filled in this loop and read there by this product alone."""
    store = _vector(s)[0]
    return (
        store in extents
        and store not in stacks.columns
        and store not in fixed
        and len(store.sequence.shape) == 1
        and any(q.store == store for q in loop.statements)
        and sum(any(a.store == store for a in q.reads) for q in loop.statements if q.store != store) == 1
    )
