"""What is drawn over the graph: the backward pass, parameters with their copies, the routes of one derivative."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

import symrnn as sr
from diagram import rules
from diagram.samples import model_of
from symrnn.calculus.evaluation import given_values
from symrnn.calculus.jacobian import differentiate
from symrnn.diagram import unfolded
from symrnn.diagram.backward import reached
from symrnn.diagram.curves import moved
from symrnn.diagram.formula import formula
from symrnn.diagram.routes import find_routes
from symrnn.graph import unroll
from symrnn.graph.run import run
from symrnn.tensor.numbers import Floats

MODELS = ["elman", "bidirectional", "encoder-decoder", "stacked", "jordan, teacher forcing"]


def by_role(picture, role):
    return Counter((e.source, e.target) for e in picture.layout.edges if e.role == role)


def differentiated(model, last):
    """The arrows along which a gradient flows, by the unrolled graph: from reader to read, inputs left out."""
    graph = unroll(model, rules.lasts(model, last))
    given = {*model.inputs, *model.targets}
    waiting = [node for node in graph.nodes if node.sequence in model.loss_terms]
    found, seen = set(), set(waiting)
    while waiting:
        node = waiting.pop()
        for parent in graph.parents(node):
            if parent.sequence not in given:
                found.add((rules.spelled(node), rules.spelled(parent)))
                waiting += [parent] if parent not in seen else []
                seen.add(parent)
    return found


@pytest.mark.parametrize("name", MODELS)
def test_adjoint_arrows_run_against_all_arrows_on_which_the_loss_depends(name):
    picture = unfolded(model_of(name), 2, gradient=True)
    assert by_role(picture, "adjoint") == Counter(differentiated(model_of(name), 2))
    assert by_role(picture, "edge") == rules.drawn_edges(unfolded(model_of(name), 2).svg())
    labels = {}
    for e in picture.layout.edges:
        if e.role == "adjoint":
            labels.setdefault(e.texts[0].label, set()).add((e.source.split("[")[0], e.target.split("[")[0]))
    assert all(len(kinds) == 1 for kinds in labels.values()), "no two kinds of arrows share a Jacobian"
    explained = {x.label.plain.removesuffix(" =") for x in picture.layout.panels[0].notes}
    assert all("/" in label.plain or label.plain in explained for label in labels), "a short name stands below"


def test_a_gradient_that_flows_into_inputs_or_from_nowhere_is_caught():
    kinds = {"h": "state", "x": "input", "L": "loss", "o": "output"}
    links = [("x", "h"), ("h", "L"), ("h", "o")]
    assert reached(kinds, links) == [("h", "L")]
    assert reached(kinds | {"x": "state"}, links) == [("x", "h"), ("h", "L")]
    assert reached({"h": "state", "x": "input", "o": "output"}, [("x", "h"), ("h", "o")]) == [("h", "o")]


def rows(picture):
    """The lines below a picture, each put together again."""
    lines = {}
    for text in picture.layout.panels[0].notes:
        lines.setdefault(text.y, []).append(text)
    return [" ".join(text.label.plain for text in sorted(line, key=lambda text: text.x)) for line in lines.values()]


def test_a_gradient_comes_from_the_steps_that_an_ellipsis_leaves_out():
    picture = unfolded(model_of("elman"), sr.tau, gradient=True)
    back = by_role(picture, "adjoint")
    states = [node.name for node in picture.layout.nodes if node.label.base == "h"]
    assert all(back[later, earlier] == 1 for earlier, later in pairwise(states)), "a chain without a gap"


def test_the_jacobians_below_are_those_of_the_calculus():
    model = sr.models.elman()
    t = sr.t
    h, o, L = model.states[0], model.outputs[0], model.loss_terms[0]
    notes = rows(unfolded(model, 2, gradient=True))
    pairs = [(h[t], h[t - 1]), (o[t], h[t]), (L[t], o[t])]
    assert notes == [
        "∂h(t)/∂h(t−1) = diag(1 − (h(t))2)\u2009W",
        "∂o(t)/∂h(t) = V",
        "∂L(t)/∂o(t) = (softmax(o(t)) − y(t))⊤",
    ]
    for note, (node, by) in zip(notes, pairs, strict=True):
        assert formula(model, sr.jacobian(model, node, by, immediate=True)).plain in note


@pytest.mark.parametrize(
    ("text", "plain"),
    [("diag(f[t]*(1 - f[t])) @ W_f", "diag(f(t) ⊙ (1 − f(t)))\u2009W_f"), ("W_f.T @ h[t - 1]", "W_f⊤\u2009h(t−1)")],
)
def test_formulas_are_set_with_the_labels_of_the_model(text, plain):
    assert formula(sr.models.lstm(), text).plain == plain


def test_a_parameter_stands_once_with_a_copy_for_each_step_that_uses_it():
    model = sr.models.elman()
    picture = unfolded(model, 3, parameters=["W", "V"])
    edges = by_role(picture, "edge")
    for p, reader in (("W", "h"), ("V", "o")):
        for s in (1, 2, 3):
            assert edges[p, f"{p}[{s}]"] == edges[f"{p}[{s}]", f"{reader}[{s}]"] == 1
    assert edges.total() == rules.graph_edges(model, 3).total() + 12
    labels = {x.label.plain for e in picture.layout.edges for x in e.texts}
    assert labels == {"U"}, "what is drawn as a node is not written on an arrow again"
    kinds = Counter(node.kind for node in picture.layout.nodes)
    assert (kinds["parameter"], kinds["copy"]) == (2, 6)
    assert not [offence for law in rules.GEOMETRY for offence in law(picture.layout)]


@pytest.mark.parametrize("name", ["lstm", "bidirectional", "encoder-decoder", "coupled"])
def test_all_parameters_can_be_drawn(name):
    """Each once, with an arrow to every copy; the arrows of one run along one track, and no other's."""
    model = model_of(name)
    picture = unfolded(model, 2, parameters=True)
    roots = {node.name for node in picture.layout.nodes if node.kind == "parameter"}
    assert roots == {p.name for p in model.parameters if p.learned}
    assert not [offence for law in (*rules.GEOMETRY, rules.labels_in_the_way) for offence in law(picture.layout)]
    tracks = tracks_of(picture.layout, roots)
    heights = [height for level in tracks.values() for height in level]
    assert heights and len(heights) == len(set(heights)) and all(len(level) <= 1 for level in tracks.values())


def tracks_of(layout, roots):
    """The heights at which the arrows of each parameter run sideways."""
    tracks = {}
    for edge in layout.edges:
        if edge.source in roots:
            assert edge.target.startswith(f"{edge.source}[")
            level = {
                round(a[1], 3) for a, b in pairwise(edge.curve) if abs(a[1] - b[1]) < 1e-6 and abs(a[0] - b[0]) > 9
            }
            tracks.setdefault(edge.source, set()).update(round(y, 3) for y in level)
    return tracks


def test_two_parameters_on_one_track_would_be_seen():
    layout = unfolded(model_of("elman"), 2, parameters=["W", "U"]).layout
    (mine,), (other,) = (tracks_of(layout, "WU")[p] for p in "WU")
    assert mine != other
    edges = tuple(replace(e, curve=moved(e.curve, 0, other - mine)) if e.source == "W" else e for e in layout.edges)
    both = tracks_of(replace(layout, panels=(replace(layout.panels[0], edges=edges),)), "WU")
    assert both["W"] == both["U"]


def derivative_by_routes(model, start, end, numbers, last):
    """The derivative of one node by a parameter as the sum over routes of products of local derivatives."""
    values, sizes = given_values(model, last, *numbers)
    graph = unroll(model, last)
    evaluator = run(graph, values, sizes, Floats())
    picture = unfolded(model, last, routes=(start, end))
    routes = {}
    for e in picture.layout.edges:
        if e.role == "route":
            routes.setdefault(e.lag, set()).add((e.source, e.target))
    total = 0.0
    for arrows in routes.values():
        product = 1.0
        for source, target in arrows:
            if source == start.name:
                continue  # a copy is the parameter itself
            node = next(x for x in graph.nodes if rules.spelled(x) == target)
            by = (
                start
                if source.startswith(f"{start.name}[")
                else next(x for x in graph.nodes if rules.spelled(x) == source)
            )
            product *= float(evaluator(differentiate(graph.equation_of(node).rhs, by, node)))
        total += product
    return len(routes), total


@pytest.mark.parametrize("last", [1, 3, 5])
def test_the_terms_of_all_routes_add_up_to_the_derivative(last):
    model = sr.models.scalar()
    w, s = next(p for p in model.parameters if p.name == "w"), model.states[0]
    numbers = (
        {"w": 0.7, "u": 0.4, "b": 0.1},
        {"x": [1.0, -0.5, 0.3, 0.8, -1.0][:last], "y": [0.0] * last},
        {"s[0]": 0.6},
    )
    count, total = derivative_by_routes(model, w, s[last], numbers, last)
    only_last = sr.Recurrence(*model.equations, loss=s[sr.tau])
    inputs = {"x": numbers[1]["x"]}
    expected = sr.evaluate(sr.bptt(only_last), numbers[0], inputs, numbers[2], tau=last)["w"]
    assert count == last
    assert abs(total - expected) < 1e-12


def test_each_route_is_a_path_of_drawn_arrows():
    model = sr.models.elman()
    W, L = model.parameters[1], model.loss_terms[0]
    picture = unfolded(model, 3, routes=(W, L[3]))
    assert set(by_role(picture, "route")) <= set(by_role(picture, "edge"))
    notes = [x.label.plain for x in picture.layout.panels[0].notes]
    assert len(notes) == 4 and notes[1] == "∂L(3)/∂o(3)  ∂o(3)/∂h(3)  ∂h(3)/∂W(3)"
    tones = {x.tone for x in picture.layout.panels[0].notes[1:]}
    assert tones == {e.tone for e in picture.layout.edges if e.role == "route"} == {0, 1, 2}


def test_routes_through_a_skip():
    model = sr.models.skip(output=False)
    h = model.states[0]
    assert "3 terms" in unfolded(model, 3, routes=(h[0], h[3])).layout.panels[0].notes[0].label.plain  # 1+1+1, 1+2, 2+1


def test_what_has_no_route_or_too_many_is_refused():
    model = sr.models.elman()
    W, L = model.parameters[1], model.loss_terms[0]
    with pytest.raises(sr.Undefined, match=r"no route leads from W to x\[1\]"):
        unfolded(model, 3, routes=(W, model.inputs[0][1]))
    with pytest.raises(sr.TooLarge, match="more than 12"):
        unfolded(model, 13, full=True, routes=(W, L[13]))
    with pytest.raises(sr.Undefined, match="Q is not a parameter"):
        unfolded(model, 3, parameters=["Q"])
    links = [("a", "b"), ("b", "c"), ("a", "c")]
    assert find_routes(links, "a", "c") == [("a", "c"), ("a", "b", "c")]


def test_a_missing_adjoint_or_a_foreign_one_changes_what_is_read_back():
    picture = unfolded(sr.models.elman(), 2, gradient=True)
    adjoint = re.compile(r'class="adjoint" data-from="([^"]+)" data-to="([^"]+)"')
    assert Counter(adjoint.findall(picture.svg())) == by_role(picture, "adjoint")
    tikz = re.findall(r"% adjoint: (\S+) -> (\S+)$", picture.tikz(), re.M)
    assert Counter(tikz) == by_role(picture, "adjoint")
    panel = picture.layout.panels[0]
    last = max(i for i, e in enumerate(panel.edges) if e.role == "adjoint")
    fewer = replace(picture.layout, panels=(replace(panel, edges=panel.edges[:last] + panel.edges[last + 1 :]),))
    assert Counter(adjoint.findall(sr.Diagram(fewer).svg())) != by_role(picture, "adjoint")


def test_a_model_of_matrices_has_a_backward_pass_too():
    picture = unfolded(model_of("matrix_state"), 2, gradient=True)
    assert by_role(picture, "adjoint")
