"""The notes on unfolding (N1 to N10), each equation one assertion on what the engine derived.

Numbers of `docs/sources.md`; the book is Goodfellow, Bengio, Courville, *Deep Learning*, 2016, section 10.1.
"""

import pytest
import sympy

import symrnn as sr
from symrnn import Function, Parameter, Sequence, dims, t, tau
from symrnn.tensor import history

n, m, k, p, q = dims("n m k p q")
s, h, x, o = Sequence("s", n), Sequence("h", n), Sequence("x", m), Sequence("o", k)
theta, phi = Parameter("theta", p), Parameter("phi", q)
f, g = Function("f", n), Function("g", k)


def right_sides(derivation):
    return [line.equation.rhs for line in derivation.lines]


def test_10_1_n1_classical_system():
    """10.1, N1: s(t) = f(s(t-1); theta)."""
    (equation,) = sr.models.classical().equations
    assert (equation.lhs, equation.rhs) == (s[t], f(s[t - 1], theta))


def test_10_2_10_3_n1_unfolded_for_three_steps():
    """10.2, 10.3, N1: s(3) = f(s(2); theta) = f(f(s(1); theta); theta)."""
    d = sr.nest(sr.models.classical(), s[3])
    assert {line.equation.lhs for line in d.lines} == {s[3]}
    assert right_sides(d) == [f(s[2], theta), f(f(s[1], theta), theta)]
    assert d.verify()


@pytest.mark.parametrize("last", [2, 4, 9])
def test_n1_for_any_number_of_steps(last):
    nested = s[1]
    for _ in range(last - 1):
        nested = f(nested, theta)
    d = sr.nest(sr.models.classical(), s[last])
    assert right_sides(d)[-1] == nested == sr.unroll(sr.models.classical(), last).compose(s[last])
    assert len(d.lines) == last - 1


def test_10_4_driven_system():
    """10.4, 10.5: h(t) = f(h(t-1), x(t); theta)."""
    (equation,) = sr.models.driven().equations
    assert (equation.lhs, equation.rhs) == (h[t], f(h[t - 1], x[t], theta))


def test_n2_nested_for_three_steps():
    """N2: h(3) = f(f(f(h(0), x(1); theta), x(2); theta), x(3); theta)."""
    nested = f(f(f(h[0], x[1], theta), x[2], theta), x[3], theta)
    assert sr.unroll(sr.models.driven(), 3).compose(h[3]) == nested
    assert right_sides(sr.nest(sr.models.driven(), h[3]))[-1] == nested


def test_10_6_10_7_n3_both_lines_for_symbolic_t():
    """10.6, 10.7, N3: h(t) = g(t)(x(t), ..., x(1)) = f(h(t-1), x(t); theta)."""
    d = sr.nest(sr.models.driven(), h[t])
    past = history(h[t], "g", sympy.Tuple(x[t]), sympy.Tuple(x[1]))
    assert right_sides(d) == [past, f(h[t - 1], x[t], theta)]
    assert str(past) == "g^(t)(x[t], ..., x[1])"
    assert d.verify()


@pytest.mark.parametrize("time", [1, 3, 7])
def test_n3_both_lines_for_a_number(time):
    d = sr.nest(sr.models.driven(), h[time], as_function=True)
    past = history(h[time], "g", sympy.Tuple(x[time]), sympy.Tuple(x[1]))
    assert right_sides(d) == [past, f(h[time - 1], x[time], theta)]
    assert d.verify()


def test_n5_the_unfolded_graph_is_a_chain():
    """N5: ... -> s(t-1) -> s(t) -> s(t+1) -> ..., with f at every arrow."""
    graph = sr.unroll(sr.models.classical(), 6)
    assert graph.nodes == tuple(s[i] for i in range(1, 7))
    assert [graph.parents(s[i]) for i in range(1, 7)] == [(), *((s[i],) for i in range(1, 6))]
    assert [graph.children(s[i]) for i in range(1, 7)] == [*((s[i + 1],) for i in range(1, 6)), ()]
    assert all(e.rhs.function == f for e in graph.equations)
    assert graph.children(theta) == tuple(s[i] for i in range(2, 7))


def test_n6_the_output_layer_reads_from_the_state():
    """N6: o(t) is read out of h(t) and leads nowhere."""
    model = sr.models.driven(output=True)
    assert model.equations[1].rhs == g(h[t], phi)
    assert (model.states, model.outputs) == ((h,), (o,))
    graph = sr.unroll(model, 3)
    assert all(graph.parents(o[i]) == (h[i],) and graph.children(o[i]) == () for i in (1, 2, 3))
    assert set(graph.children(h[2])) == {o[2], h[3]}


@pytest.mark.parametrize("builder", [sr.models.classical, sr.models.driven, sr.models.elman, sr.models.scalar])
def test_n10_the_present_influences_the_future_through_a_delay(builder):
    """N10: folded, a state has a loop, and the loop has a delay; unfolded, no node is its own ancestor."""
    model = builder()
    assert all(any(lag > 0 for lag in model.lags[v]) for v in model.states)
    graph = sr.unroll(model, 4)
    seen = set()
    for e in graph.equations:
        assert e.lhs not in graph.parents(e.lhs)
        assert all(parent in seen or graph.parents(parent) == () for parent in graph.parents(e.lhs))
        seen.add(e.lhs)


def test_n10_without_a_delay_there_is_no_model():
    with pytest.raises(sr.IllPosed, match=r"h\[t\] needs its own present value"):
        sr.Recurrence(sr.Equation(h[t], f(h[t], x[t], theta)))


def test_the_lossy_summary_has_the_size_of_the_state():
    """N8, its first half: h(t) has n entries whatever t is, and its past t * m."""
    graph = sr.unroll(sr.models.driven(), 8)
    assert all(e.lhs.shape == (n,) for e in graph.equations)
    assert len([node for node in graph.nodes if node.sequence == x]) == 8


def test_the_last_time_is_not_a_count_of_steps():
    """N1: s(1) is given, so s(tau) takes tau - 1 steps."""
    model = sr.models.classical()
    assert model.boundary == (s[1],)
    assert model.equations[0].over == (t, 2, tau)
    assert len(sr.unroll(model, 3).equations) == 2
