"""The value of a term in a world, for given values of its free indices.

All values are matrices, a scalar is (1, 1). In the finite field every operation is exact; a function is an oracle
that obeys its declared laws, and a step function or a maximum is left to 50 digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from symrnn.exercises import sums
from symrnn.exercises.world import Array, OutOfRange, World
from symrnn.model.formula.term import ANY, DERIVATIVES, Term
from symrnn.tensor.numbers import Undecidable

Indices = Mapping[str, int]
KNOWN = frozenset(
    ["tanh", "exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "erf", "atan", "asinh", "sigma", "softplus"]
)


def value(world: World, term: Term, at: Indices) -> Array:
    """The value of a term.

    Raises
    ------
    Undecidable
        When the world's number system cannot evaluate it.
    OutOfRange
        When it reads an element where there is none.
    """
    shared = world.shared.get(id(term))
    if shared is None:
        return _METHODS[term.head](world, term, at)
    kept, key = shared[1], tuple(at.items())
    found = kept.get(key)
    if found is None:
        found = kept[key] = _METHODS[term.head](world, term, at)
    return found


def index(term: Term, world: World, at: Indices) -> int:
    """The value of an index."""
    match term.head:
        case "number" if term.text.isdigit():
            return int(term.text)
        case "length":
            return world.last
        case "index":
            if term.text not in at:
                raise Undecidable(f"{term.text} has no value")
            return at[term.text]
        case "neg":
            return -index(term.parts[0], world, at)
        case "sub":
            return index(term.parts[0], world, at) - index(term.parts[1], world, at)
        case "add":
            return sum(index(part, world, at) for part in term.parts)
        case "mul":
            return int(np.prod([index(part, world, at) for part in term.parts]))
    raise Undecidable("this index has no value")


def key_of(term: Term, world: World, at: Indices) -> str:
    """The name of a node at numbers: h[3], W."""
    if term.head == "at":
        return f"{term.parts[0].text}[{index(term.parts[1], world, at)}]"
    if term.head == "name":
        return term.text
    raise Undecidable("a derivative of what has no name")


def _scalar(world: World, number: Any) -> Array:
    key = "number", str(number)
    found = world.known.get(key)
    if found is None:
        exact = Fraction(str(number))
        scalar = world.system.constant((exact.numerator, exact.denominator))
        found = world.known[key] = np.reshape(scalar, (1, 1))
    return found


def _number(world: World, term: Term, at: Indices) -> Array:
    if term.head != "number":
        return _scalar(world, index(term, world, at))
    return _scalar(world, term.text)


def _name(world: World, term: Term, at: Indices) -> Array:
    return world.loss() if term.kind == "loss" else world.given(term.text, term.size)


def _open(world: World, term: Term, at: Indices) -> Array:
    """An identity or a vector of ones whose size is known."""
    if term.size is None or ANY in term.size:
        raise Undecidable(f"the size of {term.text} does not follow")
    rows, columns = world.shape(term.size)
    array = np.eye(rows, dtype=int) if term.head == "eye" else np.ones((rows, columns), dtype=int)
    return world.system.array(array.astype(object))


def _at(world: World, term: Term, at: Indices) -> Array:
    name, time = term.parts
    if name.kind in {"parameter", "constant"}:
        return world.given(name.text, term.size)
    return world.element(name.text, index(time, world, at), term.size)


def _entry(world: World, array: Array, places: list[int]) -> Array:
    if len(places) == 1:
        places = [places[0], 1] if array.shape[1] == 1 else [1, places[0]]
    i, j = (p - 1 for p in places)
    if not (0 <= i < array.shape[0] and 0 <= j < array.shape[1]):
        raise OutOfRange(f"component {places} of {array.shape}")
    return array[i : i + 1, j : j + 1]


def _comp(world: World, term: Term, at: Indices) -> Array:
    places = [index(part, world, at) for part in term.parts[1:]]
    return _entry(world, value(world, term.parts[0], at), places)


def _add(world: World, term: Term, at: Indices) -> Array:
    values = [value(world, part, at) for part in term.parts]
    if term.head == "sub":
        values[1] = _negative(world, values[1])
    return world.system.add(*values)


def _negative(world: World, x: Array) -> Array:
    return world.system.multiply(_scalar(world, -1), x)


def _neg(world: World, term: Term, at: Indices) -> Array:
    return _negative(world, value(world, term.parts[0], at))


def _mul(world: World, term: Term, at: Indices) -> Array:
    total = value(world, term.parts[0], at)
    for part in term.parts[1:]:
        total = times(world, total, value(world, part, at))
    return total


def times(world: World, x: Array, y: Array) -> Array:
    """A product: of matrices, or by a scalar."""
    if x.shape == (1, 1) or y.shape == (1, 1):
        return world.system.multiply(x, y)
    if x.shape[1] != y.shape[0]:
        raise Undecidable(f"shapes {x.shape} and {y.shape}")
    return world.system.bilinear(np.matmul, x, y)


def _hadamard(world: World, term: Term, at: Indices) -> Array:
    total = value(world, term.parts[0], at)
    for part in term.parts[1:]:
        total = world.system.multiply(total, value(world, part, at))
    return total


def _div(world: World, term: Term, at: Indices) -> Array:
    over, under = (value(world, part, at) for part in term.parts)
    if over.shape != under.shape:
        over, under = np.broadcast_arrays(over, under)
    return world.system.divide(over, under)


def _power(world: World, term: Term, at: Indices) -> Array:
    base, exponent = term.parts
    try:
        count = index(exponent, world, at)
    except Undecidable:
        if world.system.exact:
            raise
        x, y = value(world, base, at), value(world, exponent, at)
        return world.system.function("exp", world.system.multiply(y, world.system.function("log", x)))
    x = value(world, base, at)
    if term.head == "pow":
        return world.system.power(x, count)
    if count < 0:
        x, count = world.system.inverse(x), -count
    total = world.system.array(np.eye(len(x), dtype=int).astype(object))
    for bit in bin(count)[2:]:
        total = world.system.bilinear(np.matmul, total, total)
        total = world.system.bilinear(np.matmul, total, x) if bit == "1" else total
    return total


def _transpose(world: World, term: Term, at: Indices) -> Array:
    return value(world, term.parts[0], at).T


def _diag(world: World, term: Term, at: Indices) -> Array:
    x = value(world, term.parts[0], at)
    if 1 in x.shape:
        matrix = world.system.array(np.zeros((x.size, x.size), dtype=int).astype(object))
        matrix[np.arange(x.size), np.arange(x.size)] = x.ravel()
        return matrix
    return np.diagonal(x).reshape(-1, 1)


def _dot(world: World, term: Term, at: Indices) -> Array:
    x, y = (value(world, part, at) for part in term.parts)
    return world.system.bilinear(np.matmul, x.reshape(1, -1), y.reshape(-1, 1))


def _norm(world: World, term: Term, at: Indices) -> Array:
    x = value(world, term.parts[0], at)
    if term.head == "norm" and 1 not in x.shape:
        raise Undecidable("which norm of a matrix?")
    flat = x.reshape(1, -1)
    return world.system.function("sqrt", world.system.bilinear(np.matmul, flat, flat.T))


def _absolute(world: World, term: Term, at: Indices) -> Array:
    return world.system.function("Abs", value(world, term.parts[0], at))


def _function(world: World, term: Term, at: Indices) -> Array:
    from symrnn.exercises.functions import applied

    return applied(world, term, at)


def _rate(world: World, term: Term, at: Indices) -> Array:
    """A derivative that is named: of the loss, or of one node by another."""
    y, x = term.parts if term.head != "grad" else term.parts[::-1]
    places = [index(part, world, at) for part in x.parts[1:]] if x.head == "comp" else []
    node = x.parts[0] if places else x
    if y.head == "name" and y.kind == "loss":
        found = world.gradient(key_of(node, world, at), node.size)
        found = _entry(world, found, places) if places else found
        return found if term.size is None or world.shape(term.size) == found.shape else found.T
    if places or y.head == "comp":
        return sums.component_rate(world, term, (y, x), at)
    return world.rate(term.head, key_of(y, world, at), key_of(x, world, at), term.size)


def _matrix(world: World, term: Term, at: Indices) -> Array:
    rows = [[value(world, entry, at) for entry in row.parts] for row in term.parts]
    return world.system.stack(lambda parts: np.block(rows), [entry for row in rows for entry in row])


_METHODS: dict[str, Callable[[World, Term, Indices], Array]] = {
    **dict.fromkeys(("number", "index", "length"), _number),
    "name": _name,
    **dict.fromkeys(("eye", "ones"), _open),
    "at": _at,
    "comp": _comp,
    **dict.fromkeys(("add", "sub"), _add),
    "neg": _neg,
    "mul": _mul,
    "hadamard": _hadamard,
    "div": _div,
    **dict.fromkeys(("pow", "matpow"), _power),
    "transpose": _transpose,
    "diag": _diag,
    "dot": _dot,
    **dict.fromkeys(("norm", "norm2", "normF"), _norm),
    "abs": _absolute,
    **dict.fromkeys(("apply", "prime", "prime2"), _function),
    **dict.fromkeys(("sum", "prod", "prod_dec"), sums.big),
    "sumi": sums.components,
    **dict.fromkeys(DERIVATIVES, _rate),
    "matrix": _matrix,
    "indicator": sums.indicator,
    "cases": sums.cases,
}
