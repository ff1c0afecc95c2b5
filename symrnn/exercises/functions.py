"""Functions in a world: declared ones are oracles, known ones obey their laws, and so do their derivatives.

tanh' = 1 - tanh², σ' = σ(1 - σ), exp' = exp; of a function that nobody knows, f and f' are independent oracles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.exercises.values import KNOWN, Indices, key_of, value
from symrnn.exercises.world import Array, World
from symrnn.model.formula.term import Term
from symrnn.tensor.numbers import Undecidable

_NAMES = {"sigma": "sigmoid"}


def applied(world: World, term: Term, at: Indices) -> Array:
    """The value of a function or of its derivative at its arguments."""
    head, *parts = term.parts
    shared = parts.pop().parts if parts and parts[-1].head == "par" else ()
    name = head.text if head.head == "name" else key_of(head, world, at)
    arguments = [argument for part in (*parts, *shared) for argument in _listed(world, part, at)]
    order = {"apply": 0, "prime": 1, "prime2": 2}[term.head]
    special = _SPECIAL.get(name)
    if special is not None and not order:
        return special(world, arguments)
    if name in KNOWN:
        return _known(world, _NAMES.get(name, name), arguments[0], order)
    if name in {"relu", "step", "max", "min", "sign"}:
        return _kinked(world, name, arguments, order)
    return _unknown(world, name, term, arguments, order)


def _listed(world: World, part: Term, at: Indices) -> list[Array]:
    """One argument; or the elements that dots stand for, from late to early."""
    if part.head != "list_dec":
        return [value(world, part, at)]
    from symrnn.exercises.values import index

    high, low, element = part.parts
    first, last = index(high, world, at), index(low, world, at)
    return [value(world, element, {**at, part.text: k}) for k in range(first, last - 1, -1)]


def _unknown(world: World, name: str, term: Term, arguments: list[Array], order: int) -> Array:
    """An oracle: entry by entry for an elementwise function, else of all entries together."""
    shape = world.shape(term.size)
    first = arguments[0]
    if all(a.shape == first.shape == shape for a in arguments) and not _to_vector(term):
        columns = [np.broadcast_to(a, shape).ravel() for a in arguments]
        entries = [world.system.unknown(name, (0,) * order, 0, list(z)) for z in zip(*columns, strict=True)]
    elif order:
        raise Undecidable(f"the derivative of {name} by which argument?")
    else:
        flat = [entry for a in arguments for entry in a.ravel()]
        entries = [world.system.unknown(name, (), i, flat) for i in range(shape[0] * shape[1])]
    return np.array([np.asarray(e).item() for e in entries], dtype=object).reshape(shape)


def _to_vector(term: Term) -> bool:
    """Whether a function is declared with a value of a shape of its own: it mixes all entries of its arguments."""
    return term.parts[0].size not in {None, (1, 1)}


def _known(world: World, name: str, x: Array, order: int) -> Array:
    system = world.system
    if order == 0:
        return system.function(name, x)
    if order > 1:
        raise Undecidable(f"the second derivative of {name}")
    y = system.function(name, x)
    one = system.array(np.ones(x.shape, dtype=int).astype(object))
    minus = system.array(-np.ones(x.shape, dtype=int).astype(object))
    if name == "tanh":
        return system.add(one, system.multiply(minus, system.multiply(y, y)))
    if name == "sigmoid":
        return system.multiply(y, system.add(one, system.multiply(minus, y)))
    if name == "exp":
        return y
    if name == "log":
        return system.divide(one, x)
    if name == "sin":
        return system.function("cos", x)
    if name == "cos":
        return system.multiply(minus, system.function("sin", x))
    raise Undecidable(f"the derivative of {name}")


def _kinked(world: World, name: str, arguments: list[Array], order: int) -> Array:
    """relu, max and the like: where their kinks lie, only numbers with an order decide."""
    if world.system.exact:
        raise Undecidable(f"{name} in a finite field")
    x = arguments[0]
    if name in {"max", "min"}:
        x, y = np.broadcast_arrays(*arguments)
        return np.where(x >= y, x, y) if name == "max" else np.where(x <= y, x, y)
    positive = np.asarray(x > 0, dtype=bool)
    one = world.system.array(1).item()
    if name == "relu":
        return np.where(positive, one if order else x, 0 * one)
    if name == "step" and not order:
        return np.where(positive, one, 0 * one)
    return world.system.function("sign", x)


def _softmax(world: World, arguments: list[Array]) -> Array:
    powers = world.system.function("exp", arguments[0])
    total = world.system.linear(lambda v: np.sum(v, keepdims=True), powers)
    return world.system.divide(powers, np.broadcast_to(total, powers.shape))


def _log_softmax(world: World, arguments: list[Array]) -> Array:
    return world.system.function("log", _softmax(world, arguments))


def _cross_entropy(world: World, arguments: list[Array]) -> Array:
    logits, target = arguments
    minus = world.system.multiply(world.system.array(-1), target)
    return world.system.bilinear(np.matmul, minus.T, _log_softmax(world, [logits]))


def _total(world: World, arguments: list[Array]) -> Array:
    return world.system.linear(lambda v: np.reshape(np.sum(v), (1, 1)), arguments[0])


def _trace(world: World, arguments: list[Array]) -> Array:
    return world.system.linear(lambda v: np.reshape(np.trace(v), (1, 1)), arguments[0])


def _logsumexp(world: World, arguments: list[Array]) -> Array:
    return world.system.function("log", _total(world, [world.system.function("exp", arguments[0])]))


_SPECIAL: dict[str, Any] = {
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "cross_entropy": _cross_entropy,
    "logsumexp": _logsumexp,
    "sum": _total,
    "trace": _trace,
}
