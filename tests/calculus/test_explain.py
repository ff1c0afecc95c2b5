"""What a line is made of: the parts of its uses add up to it, and its entries are it, for every model and line."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from sympy import Integer

import symrnn as sr
from symrnn.calculus.explain import entry_equation, line_of, uses_of
from symrnn.calculus.running import run_lines
from symrnn.errors import Undefined, Unsupported
from symrnn.graph.run import draw
from symrnn.model import Parameter, Sequence, library
from symrnn.tensor import diag, dims, dot, eye, guard, outer, segment, tanh, time_sum, trace
from symrnn.tensor import sum as entries
from symrnn.tensor.adjoint import nabla
from symrnn.tensor.elementwise import add
from symrnn.tensor.entrywise import entry_form, entry_indices
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.numbers import Floats
from symrnn.tensor.time import t
from typeset.formulas import derive, short_times


@cache
def instance(name):
    """A derivation, and an evaluator that knows the nodes and the adjoints of one instance of it."""
    d = derive(library.get(name))
    one = draw(d.model, short_times(d.model), Floats(), seed=2)
    values = {**one.base.values, **run_lines(d, one.last, one.base)}
    return d, one, Evaluator(one.system, values, one.sizes)


def times_of(line, one):
    """The substitutions for every time of a line."""
    if line.equation.over is None:
        return [one.rule]
    return [{**one.rule, line.equation.over[0]: Integer(s)} for s in line.equation.times.at(one.rule).times()]


@pytest.mark.parametrize("name", library.LIBRARY)
def test_the_parts_of_the_uses_add_up_to_the_line(name: str) -> None:
    d, one, evaluate = instance(name)
    for line in (line for line in d.lines if line.number > 0):
        uses = uses_of(d, line)
        whole = add(*(time_sum(u.part, u.over) if u.over else u.part for u in uses))
        assert uses, str(line.equation)
        for rule in times_of(line, one):
            left, right = evaluate(line.equation.rhs.xreplace(rule)), evaluate(whole.xreplace(rule))
            assert np.allclose(left, right, rtol=1e-10), str(line.equation)


@pytest.mark.parametrize("name", library.LIBRARY)
def test_the_entries_are_those_of_the_line(name: str) -> None:
    d, one, evaluate = instance(name)
    for line in (line for line in d.lines if line.number > 0):
        e = entry_equation(line)
        indices = entry_indices(line.equation.lhs, line.equation.rhs)
        for rule in times_of(line, one)[:2]:
            whole = evaluate(line.equation.rhs.xreplace(rule))
            for place in product(*map(range, np.shape(whole))):
                at = {**rule, **{i: Integer(n + 1) for i, n in zip(indices, place, strict=True)}}
                entry = evaluate(e.rhs.xreplace(at))
                assert np.allclose(np.asarray(whole, dtype=float)[place], float(entry), rtol=1e-10), str(e)


n, m = dims("n m")
h, x, z = Sequence("h", n), Sequence("x", m), Sequence("z", n)
W, A, U, v = Parameter("W", n, n), Parameter("A", n, n), Parameter("U", n, m), Parameter("v", n)
PIECES = [
    W @ (A @ h[1]),
    (W @ A) @ U,
    W.T @ diag(v) @ W,
    diag(v) @ W,
    W @ diag(v),
    eye(n) * W,
    diag(W),
    outer(h[1], U.T @ v),
    tanh(W @ h[1] + v) * (1 - h[1]),
    time_sum(W @ h[t], (t, 1, 3)),
    guard(h[1], Integer(1), Integer(1), Integer(3)),
    dot(W @ h[1], v) * h[1],
    trace(W @ A) * v + entries(W * A) * h[1],
    segment(sr.concat(h[1], x[1]), 1, 2),
    W * trace(outer(h[1], v)),
]


@pytest.mark.parametrize("expr", PIECES, ids=str)
def test_every_kind_of_node_entry_by_entry(expr: object) -> None:
    rng = np.random.default_rng(0)
    values = {y: rng.normal(size=3) for y in (h[1], h[2], h[3], z[1], v)} | {x[1]: rng.normal(size=2)}
    values |= {y: rng.normal(size=(3, 3)) for y in (W, A)} | {U: rng.normal(size=(3, 2))}
    evaluate = Evaluator(Floats(), values, {n: 3, m: 2})
    whole = evaluate(expr)
    indices = entry_indices(expr)
    for place in product(*map(range, np.shape(whole))):
        at = {i: Integer(k + 1) for i, k in zip(indices, place, strict=True)}
        assert np.allclose(whole[place], float(evaluate(entry_form(expr, *indices).xreplace(at))))


def test_what_has_no_explanation() -> None:
    d = sr.bptt(sr.models.elman())
    with pytest.raises(Undefined, match=r"\(1\) to \(9\)"):
        line_of(d, 10)
    chain = sr.nest(sr.models.classical(), sr.models.classical().states[0][3])
    with pytest.raises(Unsupported, match="not a sum over uses"):
        uses_of(chain, chain.lines[0])


def test_laws_of_a_use_are_those_that_do_something() -> None:
    d = sr.bptt(sr.models.elman())
    uses = uses_of(d, line_of(d, 3))
    assert [[law.name for law in use.laws] for use in uses] == [["elementwise", "matrix product"], ["matrix product"]]
    assert nabla(d.model.outputs[0][t]) in uses[1].part.free_symbols


@pytest.mark.parametrize("name", library.LIBRARY)
def test_each_use_sends_back_its_transposed_jacobian(name: str) -> None:
    """10.20 and 10.25: the first row of the argument, by Jacobians that are taken forward, not by the sweep."""
    d, one, evaluate = instance(name)
    for line in (line for line in d.lines if line.number > 0):
        for use in uses_of(d, line):
            if use.equation is None or not use.equation.over:
                continue
            node, user = line.equation.lhs.node, use.user
            if t in user.free_symbols and t not in node.free_symbols and not use.over:
                continue  # every user of a node that is read at all times: summed by its own equation
            rate = sr.jacobian(d.model, user, node, immediate=True)
            rule = times_of(line, one)[-1] | ({t: Integer(2)} if use.over else {})
            adjoint = nabla(user) if nabla(user) in use.part.free_symbols else None
            known = np.ones(()) if adjoint is None else evaluate(adjoint.xreplace(rule))
            slope = np.asarray(evaluate(rate.xreplace(rule)), dtype=float)
            rows = slope.reshape(int(np.size(known)), -1)
            back = rows.T @ np.asarray(known, dtype=float).reshape(-1)
            part = np.asarray(evaluate(use.part.xreplace(rule)), dtype=float)
            assert np.allclose(back, part.reshape(-1), rtol=1e-9), (str(line.equation), str(user))


def test_an_adjoint_that_is_a_number_is_written_unless_it_is_one():
    """A loss term's adjoint is 1 for a sum and 1/tau for a mean: only the first may be left out."""
    o, y, L = sr.Sequence("o", dims("k")), sr.Sequence("y", dims("k"), simplex=True), sr.Sequence("L")
    c = Parameter("c", dims("k"))
    equations = (sr.Equation(o[t], tanh(c * o[t - 1])), sr.Equation(L[t], sr.softmax_cross_entropy(o[t], y[t])))
    for loss, unit in ((time_sum(L[t]), True), (time_sum(L[t]) / sr.tau, False), (2 * time_sum(L[t]), False)):
        d = sr.bptt(sr.Recurrence(*equations, loss=loss))
        uses = [u for line in d.lines for u in uses_of(d, line) if getattr(u.user, "sequence", None) == L]
        assert uses and all(u.unit is unit for u in uses)
        number = next(line.number for line in d.lines if line.equation.lhs == nabla(o[t]))
        assert ("∇L(t) ∇_{o(t)} L(t)" in str(sr.explain(d, number))) is not unit


def test_what_is_also_read_through_another_user_is_marked_immediate():
    """Two delays through a named node: a[t+2] depends on h[t] through h[t+1] too."""
    n = dims("n")
    h, a, x = sr.Sequence("h", n), sr.Sequence("a", n), sr.Sequence("x", n)
    W, V = Parameter("W", n, n), Parameter("V", n, n)
    equations = (sr.Equation(a[t], W @ h[t - 1] + V @ h[t - 2] + x[t]), sr.Equation(h[t], tanh(a[t])))
    d = sr.bptt(sr.Recurrence(*equations, loss=time_sum(dot(h[t], h[t]))))
    number = next(line.number for line in d.lines if line.equation.lhs == nabla(h[t]))
    shown = str(sr.explain(d, number))
    assert "(∂⁺a(t+2)/∂h(t))ᵀ" in shown and "(∂a(t+1)/∂h(t))ᵀ" in shown
