"""The values of sums and products over an index, of sums over components, and of what holds in cases only."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from symrnn.exercises import values
from symrnn.exercises.world import Array, OutOfRange, World
from symrnn.model.formula.limits import value as number
from symrnn.model.formula.term import Term
from symrnn.tensor.numbers import Undecidable

Indices = Mapping[str, int]
LONGEST = 64  # terms that are written out


def big(world: World, term: Term, at: Indices) -> Array:
    """A sum or product, term by term; an empty one is 0, or 1."""
    low, high = (values.index(part, world, at) for part in term.parts[:2])
    body = term.parts[2]
    steps = range(low, high + 1) if term.head != "prod_dec" else range(low, high - 1, -1)
    if not steps and any((number(end) or 0) > world.last for end in term.parts[:2]):
        raise OutOfRange("a range that begins later than any step")  # empty here, and not at longer ones
    if len(steps) > LONGEST:
        raise Undecidable("a range that is too long to be written out")
    found = [values.value(world, body, {**at, term.text: k}) for k in steps]
    if term.head == "sum":
        return world.system.add(*found) if found else zero_of(world, body, at)
    if not found:
        return one_of(world, body)
    total = found[0]
    square = body.size is not None and body.size[0] != 1 and body.size[1] != 1
    for x in found[1:]:
        total = world.system.bilinear(np.matmul, total, x) if square else world.system.multiply(total, x)
    return total


def zero_of(world: World, body: Term, at: Indices) -> Array:
    return world.system.array(np.zeros(world.shape(body.size), dtype=int).astype(object))


def one_of(world: World, body: Term) -> Array:
    shape = world.shape(body.size)
    square = shape[0] == shape[1]
    array = np.eye(shape[0], dtype=int) if square else np.ones(shape, dtype=int)
    return world.system.array(array.astype(object))


def components(world: World, term: Term, at: Indices) -> Array:
    """A sum over components: as many as the names in it have."""
    (body,) = term.parts
    bases = [
        (part.parts[0].size, place)
        for part in body.walk()
        if part.head == "comp"
        for place, inner in enumerate(part.parts[1:])
        if (inner.head, inner.text) == ("index", term.text)
    ]
    if not bases or bases[0][0] is None:
        raise Undecidable(f"how many components does {term.text} number?")
    known, place = bases[0]
    size: Any = known
    count = world.side(size[place] if 1 not in size else next(d for d in size if d != 1))
    return world.system.add(*(values.value(world, body, {**at, term.text: i + 1}) for i in range(count)))


def component_rate(world: World, term: Term, nodes: tuple[Term, Term], at: Indices) -> Array:
    """A derivative of or by a component: a part of the Jacobian."""
    bases = [node.parts[0] if node.head == "comp" else node for node in nodes]
    shapes = [world.shape(base.size) for base in bases]
    (rows, columns), (n, m) = shapes
    above, below = (values.key_of(base, world, at) for base in bases)
    jacobian = world.rate(term.head, above, below, (rows * columns, n * m)).reshape(*shapes[0], *shapes[1])
    chosen: list[Any] = []
    for node, shape in zip(nodes, shapes, strict=True):
        places = [values.index(part, world, at) - 1 for part in node.parts[1:]] if node.head == "comp" else []
        if len(places) == 1:
            places = [places[0], 0] if shape[1] == 1 else [0, places[0]]
        if any(not 0 <= place < side for place, side in zip(places, shape, strict=False)):
            raise OutOfRange(f"component {places} of {shape}")
        chosen += [slice(place, place + 1) for place in places] or [slice(None), slice(None)]
    return jacobian[tuple(chosen)].reshape(world.shape(term.size))


_COMPARE: dict[str, Any] = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le} | {
    "eq": operator.eq
}


def holds(world: World, term: Term, at: Indices) -> Array:
    """Where a condition holds, entry by entry; a number that is not exact decides nothing."""
    if term.head == "otherwise":
        return np.array([[True]])
    compare = _COMPARE[term.head]
    if all(part.head in {"index", "number", "length", "add", "sub"} for side in term.parts for part in side.walk()):
        left, right = (values.index(part, world, at) for part in term.parts)  # times are whole numbers in any world
        return np.array([[compare(left, right)]])
    if world.system.exact:
        raise Undecidable("which of two numbers of a finite field is larger?")
    return np.asarray(compare(*(values.value(world, part, at) for part in term.parts)), dtype=bool)


def indicator(world: World, term: Term, at: Indices) -> Array:
    return world.system.array(holds(world, term.parts[0], at).astype(int).astype(object))


def cases(world: World, term: Term, at: Indices) -> Array:
    """The value of the first case whose condition holds, entry by entry."""
    conditions = [holds(world, case.parts[1], at) for case in term.parts]
    chosen = next((i + 1 for i, where in enumerate(conditions) if where.all()), len(conditions))
    pairs = zip(term.parts[:chosen], conditions, strict=False)  # a case that does not apply may read what is not there
    parts = [(values.value(world, case.parts[0], at), where) for case, where in pairs if where.any()]
    shape = np.broadcast_shapes(*(x.shape for pair in parts for x in pair), world.shape(term.size))
    found = np.full(shape, None, dtype=object)
    for x, where in reversed(parts):
        found = np.where(np.broadcast_to(where, shape), np.broadcast_to(x, shape), found)
    if any(entry is None for entry in found.ravel()):
        raise Undecidable("no case applies")
    return found
