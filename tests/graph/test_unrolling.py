"""The unfolded graph: linear, in an order that can be computed, and a nested composition as a view of it."""

import random

import pytest
from sympy import Integer

import symrnn as sr
from laws.generator import random_system
from laws.judges import lasts_of
from laws.systems import MODELS
from symrnn import Equation, Function, Parameter, Recurrence, Sequence, dims, t, tau
from symrnn.graph import graph as room
from symrnn.graph import instantiate, needs
from symrnn.graph.run import draw
from symrnn.graph.stamps import Leaves, Stamp
from symrnn.model import reads
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField

n, p = dims("n p")
h, s, x, o = Sequence("h", n), Sequence("s", n), Sequence("x", n), Sequence("o", n)
W, theta, f = Parameter("W", n, n), Parameter("theta", p), Function("f", n)
every_model = pytest.mark.parametrize("name", MODELS)


@every_model
def test_one_equation_a_node_and_step(name):
    """The number of equations is the sum of the lengths of the ranges: linear in tau."""
    model = MODELS[name]()
    for last in lasts_of(model):
        rule = draw(model, last, FiniteField(0)).rule
        count = sum(len(e.times.at(rule).times()) for e in model.equations)
        graph = sr.unroll(model, last)
        assert len(graph.equations) == count == len({e.lhs for e in graph.equations})


@every_model
def test_every_equation_comes_after_those_it_reads(name):
    graph = sr.unroll(MODELS[name](), lasts_of(MODELS[name]())[-1])
    computed, done = {e.lhs for e in graph.equations}, set()
    for e in graph.equations:
        assert {x for x in graph.parents(e.lhs) if x in computed} <= done
        done.add(e.lhs)


@every_model
def test_an_unfolded_equation_is_the_equation_at_its_time(name):
    """Nothing but times changes; sums over time are written out."""
    model = MODELS[name]()
    last = lasts_of(model)[-1]
    rule = draw(model, last, FiniteField(0)).rule
    found = {e.lhs: e.rhs for e in sr.unroll(model, last).equations}
    for e in model.equations:
        for time in e.times.at(rule).times():
            here = e.at({**rule, **({e.over[0]: Integer(time)} if e.over else {})})
            assert found[here.lhs] == here.rhs or here.rhs.atoms(sr.tensor.TimeSum)


@every_model
def test_an_instance_of_a_template_is_what_replacing_gives(name):
    """`instantiate` is a faster `xreplace` for times, on every right side and every line of a derivation."""
    model = MODELS[name]()
    lines = [line.equation for line in sr.bptt(model).lines]
    at = {**dict.fromkeys(model.lengths, Integer(6)), t: Integer(4)}
    for e in (*model.equations, *lines):
        assert instantiate(e.rhs, at) == e.rhs.xreplace(at)


@every_model
def test_parents_and_children_are_two_sides_of_one_relation(name):
    graph = sr.unroll(MODELS[name](), lasts_of(MODELS[name]())[1])
    edges = {(a, b) for b in graph.nodes for a in graph.parents(b)}
    assert edges == {(a, b) for a in graph.nodes for b in graph.children(a)}
    assert all(all(isinstance(x.time, Integer) for x in pair) for pair in edges)


@pytest.mark.parametrize("number", range(12))
def test_a_composition_has_the_value_of_its_node(number):
    """The nested expression, evaluated in what is given alone, is what running the graph gives."""
    model = random_system(random.Random(number))
    instance = draw(model, 2, FiniteField(0), number)
    alone = Evaluator(instance.system, instance.given, instance.sizes)
    for e in instance.graph.equations:
        nested = instance.graph.compose(e.lhs)
        assert not {leaf for leaf in reads(nested) if leaf in {q.lhs for q in instance.graph.equations}}
        assert instance.system.distance(alone(nested), instance.base.values[e.lhs]) == 0


@pytest.mark.parametrize("name", ["classical", "driven", "elman", "coupled", "scrambled", "whole past"])
def test_a_composition_is_the_last_line_of_the_unfolding(name):
    model = MODELS[name]()
    node = model.defined[-1][3]
    assert sr.nest(model, node, tau=3).lines[-1].equation.rhs == sr.unroll(model, 3).compose(node)


def test_composing_what_is_given_gives_itself():
    graph = sr.unroll(sr.models.driven(), 2)
    assert graph.compose(graph.nodes[0]) == graph.nodes[0]


def test_a_nest_too_deep_is_refused_and_one_level_less_is_not():
    graph = sr.unroll(sr.models.classical(), 80)
    last = graph.equations[-1].lhs
    with pytest.raises(sr.TooLarge, match="more than 60 levels"):
        graph.compose(last)
    assert graph.compose(last, deepest=79).function.name == "f"
    with pytest.raises(sr.TooLarge, match="more than 78 levels"):
        graph.compose(last, deepest=78)
    assert graph.compose(graph.equations[59].lhs) is not None


def test_a_long_backward_state_is_refused_before_python_s_recursion_limit():
    """A composition that would need thousands of levels says so, at once."""
    g = Sequence("g", n)
    graph = sr.unroll(Recurrence(Equation(g[t], W @ g[t + 1])), 5000)
    with pytest.raises(sr.TooLarge):
        graph.compose(g[1])


def test_one_step():
    """tau = 1: one equation each, no node that is read later."""
    graph = sr.unroll(sr.models.elman(), 1)
    assert [str(e.lhs) for e in graph.equations] == ["h[1]", "o[1]", "L[1]"]
    assert graph.children(graph.equations[0].lhs) == (graph.equations[1].lhs,)


def test_no_step():
    """A range that is empty at this tau makes no equation; what is given stays given."""
    classical = sr.models.classical()
    graph = sr.unroll(classical, 1)
    assert graph.equations == () and graph.nodes == () and str(graph) == ""
    late = Recurrence(Equation(s[t], f(s[t - 1], theta), over=(t, 2, tau)), Equation(o[t], W @ s[t]))
    assert [str(e) for e in sr.unroll(late, 1).equations] == ["o[1] = W @ s[1]"]


def test_nodes_given_first_then_computed_in_order():
    graph = sr.unroll(sr.models.driven(), 2)
    assert " ".join(map(str, graph.nodes)) == "h[0] x[1] x[2] h[1] h[2]"
    assert str(graph.equation_of(graph.nodes[-1])) == "h[2] = f(h[1], x[2]; theta)"


def test_a_graph_is_an_object_like_any_other():
    graph = sr.unroll(sr.models.driven(), 2)
    assert graph == sr.unroll(sr.models.driven(), tau=2) and graph.func(*graph.args) == graph
    moved = graph.xreplace({graph.nodes[0]: s[0]})
    assert str(moved.equations[0]) == "h[1] = f(s[0], x[1]; theta)"


def test_a_cycle_that_only_numbers_show_is_refused():
    """The order of equations is found step by step; a cycle among them is an error, never an endless search."""
    rows = [Equation(h[1], W @ s[1]), Equation(s[1], W @ h[1])]
    with pytest.raises(sr.IllPosed, match=r"h\[1\] -> s\[1\] -> h\[1\]|s\[1\] -> h\[1\] -> s\[1\]"):
        room.sort_equations(rows)


def test_a_thousand_steps_take_about_a_second():
    graph = sr.unroll(sr.models.elman(), 1000)
    assert len(graph.equations) == 3000
    assert graph.parents(graph.equations[-3].lhs)[0].time == 999


def test_time_may_stand_beside_a_vector():
    """t and tau are numbers in an unfolded equation, within vectors too."""
    model = Recurrence(Equation(h[t], t * h[t - 1] + x[t] / tau))
    assert str(sr.unroll(model, 2)) == "h[1] = h[0] + x[1]/2\nh[2] = 2*h[1] + x[2]/2"


def test_a_node_computed_twice_is_refused():
    s = Sequence("s")
    with pytest.raises(sr.Redefined, match="twice"):
        sr.Graph(Equation(s[1], 2 * s[0]), Equation(s[1], 3 * s[0]))


def test_a_last_time_at_which_something_read_is_undefined_is_refused():
    """v[t] holds for t = 2..tau, so at tau = 1 nothing computes the v[1] that the loss reads, and nobody gives it."""
    u, v, w = Sequence("u"), Sequence("v"), Parameter("w")
    model = Recurrence(Equation(u[t], w * u[t - 1]), Equation(v[t], w * u[t + 1], over=(t, 2, tau)), loss=v[tau] ** 2)
    assert needs.shortest(model) == 2
    with pytest.raises(sr.Undefined, match="defined from tau = 2"):
        sr.unroll(model, 1)
    assert sr.unroll(model, 2).equations
    assert sr.bptt(model).verify()


def test_stamps_give_what_replacing_gives():
    """The same expressions as `instantiate`, for random systems, at every time."""
    for number in range(12):
        model = random_system(random.Random(number))
        rule, leaves = {tau: Integer(4)}, Leaves()
        for e in (e for e in model.equations if e.over):
            stamp = Stamp(e.rhs, e.over[0], rule, leaves)
            for s in e.times.at(rule).times():
                found = stamp(s)
                assert (
                    found
                    == instantiate(e.rhs, {**rule, e.over[0]: Integer(s)})
                    == e.rhs.xreplace({**rule, t: Integer(s)})
                )
