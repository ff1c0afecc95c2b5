"""Every law of this folder kills the mistakes it is there for: each is planted, and the law is seen to fail."""

import random

import pytest
import sympy

import symrnn as sr
from laws import compositions as c
from laws.generator import random_system
from laws.judges import distances, everything, holds_exactly
from laws.systems import MODELS
from laws.test_nodes import pullback_holds
from symrnn.calculus import adjoint, instances, pushforward, ranges
from symrnn.calculus.laws import pullback
from symrnn.tensor import (
    Applied,
    Concat,
    Contract,
    Diag,
    Diagonal,
    Dot,
    Elementwise,
    Entry,
    Full,
    Inverse,
    LogSumExp,
    Outer,
    Partial,
    Reshape,
    Segment,
    Softmax,
    SoftmaxCrossEntropy,
    StopGradient,
    SumEntries,
    Trace,
    Transpose,
    elementwise,
    entry,
    nabla,
    placeholder,
    reshape,
    segment,
    shape_of,
    transpose,
)

z0, z1 = placeholder(0), placeholder(1)


def holding(table, kind, wrong):
    """The law of a kind of node replaced by another one, for as long as the context lasts."""

    class Planted:
        def __enter__(self):
            self.right = table.registry[kind]
            table.register(kind, lambda *arguments: wrong(self.right, *arguments))

        def __exit__(self, *_):
            table.register(kind, self.right)

    return Planted()


def part(position, change):
    """A law with the part of one operand changed."""

    def wrong(right, node, ct, out):
        parts = right(node, ct, out)
        operand, old = parts[position]
        return [*parts[:position], (operand, change(old, node, ct)), *parts[position + 1 :][: len(parts)]]

    return wrong


def flipped(old, *_):
    return reshape(old[::-1], *shape_of(old)) if False else -old


WRONG = {
    "forgotten f'": (Elementwise, part(0, lambda old, node, ct: ct)),
    "sign": (Elementwise, part(0, lambda old, node, ct: -old)),
    "missing transpose": (Contract, part(1, lambda old, node, ct: node.left @ ct)),
    "outer product the other way": (Contract, part(0, lambda old, node, ct: transpose(old))),
    "one factor only": (Dot, part(0, lambda old, node, ct: 2 * old)),
    "a for b": (Outer, part(0, lambda old, node, ct: transpose(ct) @ node.right)),
    "not transposed": (Transpose, part(0, lambda old, node, ct: ct)),
    "whole matrix": (Diag, part(0, lambda old, node, ct: ct @ sr.ones(shape_of(node)[0]))),
    "outer instead of diag": (Diagonal, part(0, lambda old, node, ct: sr.outer(ct, sr.ones(shape_of(ct)[0])))),
    "mean instead of sum": (SumEntries, part(0, lambda old, node, ct: old / 2)),
    "all entries": (Trace, part(0, lambda old, node, ct: Full(ct, *shape_of(node.args[0])))),
    "column by column": (Reshape, part(0, lambda old, node, ct: _by_columns(old))),
    "parts exchanged": (Concat, part(0, lambda old, node, ct: segment(ct, 1, shape_of(old)[0]))),
    "one row too late": (Segment, part(0, lambda old, node, ct: _rolled(old))),
    "wrong entry": (Entry, part(0, lambda old, node, ct: transpose(old) if len(shape_of(old)) == 2 else _rolled(old))),
    "softmax without its second term": (Softmax, part(0, lambda old, node, ct: node * ct)),
    "one instead of softmax": (LogSumExp, part(0, lambda old, node, ct: Full(ct, *shape_of(old)))),
    "yhat without y": (SoftmaxCrossEntropy, part(0, lambda old, node, ct: ct * sr.softmax(node.logits))),
    "log y instead of y": (SoftmaxCrossEntropy, part(1, lambda old, node, ct: -old)),
    "inverse without transpose": (Inverse, part(0, lambda old, node, ct: -node @ ct @ node)),
    "first partial for the second": (Applied, part(0, lambda old, node, ct: 2 * old)),
    "second partial halved": (Partial, part(0, lambda old, node, ct: old / 2)),
    "filled with the first entry": (Full, part(0, lambda old, node, ct: _first(ct))),
    "passed on": (StopGradient, lambda right, node, ct, out: [(node.content, ct)]),
}


def _by_columns(old):
    rows, columns = shape_of(old)
    return reshape(transpose(old), rows, columns)


def _rolled(old):
    rows = shape_of(old)[0]
    return sr.concat(segment(old, 1, rows - 1), segment(old, 0, 1)) if rows != 1 else -old


def _first(ct):
    return entry(ct, *(1 for _ in shape_of(ct)))


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_pullback_is_seen_at_its_node(mistake):
    kind, wrong = WRONG[mistake]
    nodes = [
        node
        for seed in range(60)
        for node in c.nodes_of(c.composition(random.Random(seed), extras=("declared", "partial")))
        if isinstance(node, kind)
    ][:6]
    assert nodes and all(map(pullback_holds, nodes))
    with holding(pullback, kind, wrong):
        assert not all(map(pullback_holds, nodes))
    assert all(map(pullback_holds, nodes))
