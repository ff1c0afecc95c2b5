"""Mistakes to plant: wrong laws of single nodes, and ways to put them in the place of the right ones."""

import symrnn as sr
from laws import compositions as c
from symrnn.calculus import sweep
from symrnn.calculus.laws import pullback
from symrnn.tensor import (
    Full,
    elementwise,
    kron,
    partial,
    placeholder,
    reshape,
    segment,
    stop_gradient,
    transpose,
)

a, b, _, A, B = c.LEAVES
d, w, M = c.like(b, "d"), c.like(a, "w"), c.like(A, "M")
(n,), (_, m) = b.shape, B.shape
ones = sr.ones(n)
f = sr.Function("f", n)
filled = Full(a, n)
z0, z1 = placeholder(0), placeholder(1)

# Each mistake: the node at which it is made, and the parts that the wrong law hands to the operands.
WRONG = {
    "f' forgotten": (sr.tanh(b), lambda node, ct: [(b, ct)]),
    "f' at the output": (sr.sigmoid(b), lambda node, ct: [(b, sr.sigmoid(node) * (1 - sr.sigmoid(node)) * ct)]),
    "sign of a difference": (b - d, lambda node, ct: [(b, ct), (d, ct)]),
    "broadcast scalar not summed": (a * b, lambda node, ct: [(a, sr.entry(ct * b, 1)), (b, a * ct)]),
    "missing transpose": (A @ b, lambda node, ct: [(A, sr.outer(ct, b)), (b, A @ ct)]),
    "outer product the other way": (A @ b, lambda node, ct: [(A, sr.outer(b, ct)), (b, A.T @ ct)]),
    "factors exchanged": (A @ M, lambda node, ct: [(A, M.T @ ct), (M, ct @ A.T)]),
    "one of two factors": (sr.dot(b, b), lambda node, ct: [(b, ct * b)]),
    "a for b": (sr.outer(b, d), lambda node, ct: [(b, ct @ b), (d, ct.T @ b)]),
    "entries in their old order": (kron(A, B), lambda node, ct: _unordered(node, ct)),
    "not put back": (A.T, lambda node, ct: [(A, ct)]),
    "rows summed": (sr.diag(b), lambda node, ct: [(b, ct @ ones)]),
    "every column": (sr.diag(A), lambda node, ct: [(A, sr.outer(ct, ones))]),
    "mean for sum": (sr.sum(b), lambda node, ct: [(b, ct * ones / n)]),
    "whole matrix": (sr.trace(A), lambda node, ct: [(A, Full(ct, n, n))]),
    "column by column": (reshape(A, n * n), lambda node, ct: [(A, reshape(ct, n, n).T)]),
    "parts exchanged": (sr.concat(b, d), lambda node, ct: [(b, segment(ct, n, n)), (d, segment(ct, 0, n))]),
    "one row late": (segment(sr.concat(b, d) * 2, 1, n), lambda node, ct: [(node.args[0], sr.concat(ct, sr.zeros(n)))]),
    "column for row": (sr.entry(A, 1, 2), lambda node, ct: [(A, transpose(pullback(node, ct, None)[0][1]))]),
    "product rule cut off": (sr.softmax(b), lambda node, ct: [(b, node * ct)]),
    "softmax forgotten": (sr.logsumexp(b), lambda node, ct: [(b, ct * ones)]),
    "target forgotten": (sr.softmax_cross_entropy(b, d), lambda node, ct: [(b, ct * sr.softmax(b)), _second(node, ct)]),
    "inverse not transposed": (sr.inverse(A), lambda node, ct: [(A, -node @ ct @ node)]),
    "Jacobian not transposed": (f(b), lambda node, ct: [(b, partial(node, 0) @ ct)]),
    "first argument twice": (f(b, d), lambda node, ct: [(b, partial(node, 0).T @ ct), (d, partial(node, 0).T @ ct)]),
    "one entry": (filled, lambda node, ct: [(a, sr.entry(ct, 1))]),
    "gradient not stopped": (stop_gradient(b), lambda node, ct: [(b, ct)]),
    "inner derivative forgotten": (sr.tanh(w * a), lambda node, ct: [(w, ct * (1 - node**2)), (a, ct * (1 - node**2))]),
    "power rule": (b**3, lambda node, ct: [(b, elementwise(2 * z0**2 * z1, b, ct))]),
}


def _unordered(node, ct):
    order = reshape(ct, n * n, n * m)
    return [(A, reshape(order @ reshape(B, n * m), n, n)), (B, reshape(order.T @ reshape(A, n * n), n, m))]


def _second(node, ct):
    return pullback(node, ct, None)[1]


def plant(monkeypatch, node, wrong):
    """From now on the laws differentiate this node, and no other, wrongly."""
    plant_kind(monkeypatch, lambda other: other == node, wrong)


def plant_kind(monkeypatch, meant, wrong):
    """From now on the laws differentiate the nodes that are meant wrongly."""

    def planted(node, ct, out):
        return wrong(node, ct) if meant(node) else pullback(node, ct, out)

    monkeypatch.setattr(c, "pullback", planted)
    monkeypatch.setattr(sweep, "pullback", planted)
