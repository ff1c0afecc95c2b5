"""The laws of single nodes and of their compositions, against dual numbers in GF(2**61 - 1)."""

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Basic, Integer, Symbol

from laws import compositions as c
from symrnn import Sequence, dot, time_sum
from symrnn.calculus.laws import pullback
from symrnn.calculus.pushforward import pushforward, tangent
from symrnn.model import reads
from symrnn.tensor import shape_of
from symrnn.tensor.binders import TimeSum
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.evaluate import Evaluator

rngs = st.randoms(use_true_random=False)
ALL = ("declared", "partial", "kronecker")


def directions_of(leaves, mark):
    return {x: c.value_of(c.like(x, f"{mark}{x.name}")) for x in leaves}


def agree(parts, directions, expected):
    """Whether the parts of the leaves, along the directions, add up to the expected change."""
    return sum(c.inner(c.value(part), directions[x]) for x, part in parts.items()) % c.FIELD_PRIME == expected


def pullback_holds(node):
    """⟨ct, D node[v]⟩ = Σ ⟨pullback(ct), v⟩, for one node whose operands are leaves."""
    apart, leaves = c.standing_apart(node)
    ct, directions = c.like(node, "ct"), directions_of(leaves, "v")
    return agree(c.pulled(apart, ct), directions, c.inner(c.value_of(ct), c.change(apart, directions)))


@given(rngs)
@settings(max_examples=60)
def test_the_pullback_of_every_node_is_adjoint_to_its_derivative(rng):
    for node in c.nodes_of(c.composition(rng, extras=ALL)):
        assert pullback_holds(node), node


def sweep_holds(expr):
    """⟨ct, D expr[v]⟩ is what a whole reverse sweep hands to the leaves, along v."""
    ct, directions = c.like(expr, "ct"), directions_of(reads(expr), "v")
    return agree(c.gradient(expr, ct), directions, c.inner(c.value_of(ct), c.change(expr, directions)))


@given(rngs)
@settings(max_examples=60)
def test_a_sweep_is_adjoint_to_the_derivative_of_the_whole(rng):
    assert sweep_holds(c.composition(rng, depth=3, extras=ALL))


def forward_holds(expr):
    """⟨w, J v⟩ = ⟨Jᵀ w, v⟩, both sides as expressions."""
    ct, leaves = c.like(expr, "ct"), {x: c.like(x, f"v{x.name}") for x in reads(expr)}
    forward = c.pushed(expr, leaves)
    expected = 0 if forward is None else c.inner(c.value_of(ct), c.value(forward))
    return agree(c.gradient(expr, ct), {x: c.value_of(v) for x, v in leaves.items()}, expected)


@given(rngs)
@settings(max_examples=60)
def test_forward_and_reverse_are_adjoint(rng):
    assert forward_holds(c.composition(rng))


def second_holds(expr):
    """The sweep of a sweep, along u and then v, is the second derivative along both."""
    leaves = reads(expr)
    ct, first = c.like(expr, "ct"), {x: c.like(x, f"u{x.name}") for x in leaves}
    slope = sum(c.product(part, first[x]) for x, part in c.gradient(expr, ct).items())
    along, then = directions_of(leaves, "u"), directions_of(leaves, "v")
    parts = {x: part for x, part in c.gradient(slope, 1).items() if x in leaves} if slope != 0 else {}
    return agree(parts, then, c.inner(c.value_of(ct), c.second_change(expr, along, then)))


@given(rngs)
@settings(max_examples=60)
def test_the_pullback_of_a_pullback_is_the_second_derivative(rng):
    assert second_holds(c.composition(rng))


@given(rngs)
@settings(max_examples=60)
def test_replacing_a_leaf_and_evaluating_commute(rng):
    """Whatever is simplified by construction when a leaf is replaced, the value stays."""
    expr, leaf = c.composition(rng), rng.choice(c.LEAVES)
    other = c.like(leaf, "q")
    moved = c.FIELD.add(c.value_of(leaf), c.value_of(other))
    assert np.all(
        (c.value(expr.xreplace({leaf: leaf + other})) - c.value(expr, moved={leaf: moved})) % c.FIELD_PRIME == 0
    )


@cache
def kinds_drawn():
    """The kinds of nodes that sixty compositions have."""
    compositions = [c.composition(random.Random(seed), extras=ALL) for seed in range(60)]
    return {type(node) for expr in compositions for node in c.nodes_of(expr)}


@pytest.mark.parametrize("table", [pullback, pushforward], ids=lambda table: table.__name__)
def test_every_registered_law_is_drawn(table):
    missing = {kind for kind in table.registry if not any(issubclass(d, kind) for d in kinds_drawn())}
    assert not missing - {object, Basic, TimeSum}  # a sum over time needs sequences: the test below


def forward_of_a_sum_holds(push):
    """The tangent of Σ h(j)ᵀ A h(j) at numbers, against dual numbers; `push` is the law of the sum."""
    j, A = Symbol("j", integer=True), c.LEAVES[3]
    n = shape_of(A)[1]
    h, v = Sequence("h", n), Sequence("v", n)
    whole = time_sum(dot(A @ h[j], A @ h[j]), (j, 1, 3))
    tangents = {h[j]: v[j], A: c.like(A, "vA")}
    rng = np.random.default_rng(0)
    drawn = {x: c.FIELD.random(rng, (c.SIZES[n],)) for s in (h, v) for x in (s[1], s[2], s[3])}
    values = drawn | {x: c.value_of(x) for x in (A, tangents[A])}
    system = Dual(c.FIELD)
    along = {h[i]: v[i] for i in (1, 2, 3)} | {A: tangents[A]}
    moved = {x: DualArray(values[x], values[y]) for x, y in along.items()}
    expected = Evaluator(system, moved, c.SIZES)(whole).tangent
    found = Evaluator(c.FIELD, values, c.SIZES)(push(whole, tangents.get))
    return (int(found) - int(expected)) % c.FIELD_PRIME == 0


def test_the_tangent_of_a_sum_over_time():
    assert forward_of_a_sum_holds(tangent)
    assert not forward_of_a_sum_holds(lambda whole, of: tangent(whole.body, of).xreplace({whole.index: Integer(3)}))


def test_shapes_of_parts_are_shapes_of_operands():
    for seed in range(40):
        for node in c.nodes_of(c.composition(random.Random(seed), extras=ALL)):
            for operand, part in c.pulled(node, c.like(node, "ct")).items():
                assert shape_of(part) == shape_of(operand), node
