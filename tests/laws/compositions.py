"""Random compositions of all nodes over leaves of every shape, and their values in the finite field."""

from functools import cache

import numpy as np

from laws.generator import SHAPES, Writer, m, n
from symrnn import Parameter
from symrnn.calculus.laws import pullback
from symrnn.calculus.pushforward import tangent
from symrnn.calculus.sweep import operands_of, sweep
from symrnn.model import reads
from symrnn.tensor import add, dot, shape_of
from symrnn.tensor import sum as sum_entries
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField

SIZES = {n: 3, m: 2}
LEAVES = [Parameter(name, *shape) for name, shape in zip("abcAB", SHAPES, strict=True)]
FIELD = FiniteField(0)


def composition(rng, *, depth=2, extras=("declared",)):
    """A random expression of a random shape."""
    return Writer(rng, LEAVES, extras).expression(rng.choice(SHAPES), depth)


def like(leaf, name):
    """Another leaf of the same shape: a direction, or a cotangent."""
    return Parameter(name, *shape_of(leaf))


@cache
def value_of(leaf):
    """The value of a leaf: drawn by its name, so that every test gives it the same one."""
    shape = Evaluator(FIELD, {}, SIZES).shape(leaf)
    return FIELD.random(np.random.default_rng([ord(c) for c in leaf.name]), shape)


def still(leaf):
    """No direction: zeros of the field, which a bare 0 would not be, since NumPy computes with it in 64 bits."""
    return FIELD.linear(lambda v: v * 0, value_of(leaf))


def value(expr, system=FIELD, moved=None):
    """The value of an expression, its leaves moved along directions where `moved` says so."""
    values = {x: value_of(x) for x in reads(expr)}
    if isinstance(system, Dual):
        values = {x: system.array(v) if isinstance(v, DualArray) else lifted(system, v) for x, v in values.items()}
    return Evaluator(system, values | (moved or {}), SIZES)(expr)


def lifted(system, v):
    """A number of the field as one of a system of dual numbers over it, or over dual numbers over it."""
    return system.lift(lifted(system.base, v)) if isinstance(system, Dual) else v


def change(expr, directions):
    """The derivative of an expression along directions of its leaves, by dual numbers."""
    system = Dual(FIELD)
    return value(expr, system, {x: DualArray(value_of(x), v) for x, v in directions.items()}).tangent


def second_change(expr, first, second):
    """The derivative along `second` of the derivative along `first`, by dual numbers over dual numbers."""
    system = Dual(Dual(FIELD))
    zero = {x: still(x) for x in first}
    moved = {x: DualArray(DualArray(value_of(x), second[x]), DualArray(first[x], zero[x])) for x in first}
    return value(expr, system, moved).tangent.tangent


def inner(a, b):
    """The inner product of two arrays of the field."""
    return int(np.sum(a * b)) % FIELD_PRIME


FIELD_PRIME = 2**61 - 1


def nodes_of(expr):
    """The nodes of an expression that laws differentiate, each once."""
    found = {}
    stack = [expr]
    while stack:
        node = stack.pop()
        if node not in found and not getattr(node, "is_leaf", False):
            found[node] = None
            stack += operands_of(node)
    return list(found)


def standing_apart(node):
    """The node with a leaf of its own for every operand, and these leaves."""
    leaves = {x: like(x, f"operand_{i}") for i, x in enumerate(dict.fromkeys(operands_of(node)))}
    return node.xreplace(leaves), list(leaves.values())


def pulled(node, ct):
    """What one law hands to each operand of a node; numbers among them take nothing."""
    found = {}
    operands = set(operands_of(node))
    for operand, part in pullback(node, ct, None):
        if operand not in operands:
            continue
        found[operand] = add(found[operand], part) if operand in found else part
    return found


def gradient(expr, ct):
    """What a whole reverse sweep hands to each leaf."""
    found = {}
    uses, _ = sweep(expr, ct, None, lambda leaf: leaf.name != "ct")
    for use in uses:
        found[use.leaf] = add(found[use.leaf], use.part) if use.leaf in found else use.part
    return found


def product(a, b):
    """The inner product of two expressions of one shape."""
    return {0: lambda: a * b, 1: lambda: dot(a, b), 2: lambda: sum_entries(a * b)}[len(shape_of(a))]()


def pushed(expr, directions):
    """The tangent of an expression as an expression, None where it is zero."""
    return tangent(expr, directions.get)
