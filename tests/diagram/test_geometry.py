"""The laws of a picture hold for every model, and each of them catches a planted fault."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies

import symrnn as sr
from diagram import rules
from diagram.samples import ALL, LIBRARY, PICTURES, drawn, model_of, random_model
from laws.generator import random_system
from symrnn.diagram import Label, Layout, circuit, unfolded
from symrnn.diagram.curves import line, moved
from symrnn.diagram.layout import RADIUS

MORE = {
    **PICTURES,
    "both": lambda model: circuit(model) | unfolded(model, 1),
    "gradient": lambda model: unfolded(model, 2, gradient=True),
}


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("name", ALL)
def test_every_law_holds(name, picture):
    layout = drawn(name, picture).layout
    laws = (*rules.GEOMETRY, rules.labels_in_the_way) if name in LIBRARY else rules.GEOMETRY
    offences = {law.__name__: law(layout) for law in laws}
    assert not {law: found for law, found in offences.items() if found}


@pytest.mark.parametrize("name", ["elman", "lstm", "encoder-decoder"])
def test_every_law_holds_for_two_pictures(name):
    layout = MORE["both"](model_of(name)).layout
    assert not [offence for law in rules.GEOMETRY for offence in law(layout)]


@pytest.mark.parametrize("name", LIBRARY)
def test_every_law_holds_for_the_backward_pass_and_each_jacobian_stands_at_its_own_arrow(name):
    layout = MORE["gradient"](model_of(name)).layout
    laws = (*rules.GEOMETRY, rules.labels_in_the_way, rules.labels_of_another_arrow)
    assert not [offence for law in laws for offence in law(layout)]


@pytest.mark.parametrize("number", range(3))
def test_every_law_holds_for_random_systems(number, seed):
    model = random_model(1000 * seed + number)
    for name, picture in MORE.items():
        layout = picture(model).layout
        laws = (*rules.GEOMETRY, rules.labels_in_the_way) if name == "gradient" else rules.GEOMETRY
        assert not [offence for law in laws for offence in law(layout)], f"{name}\n{model}"
    assert rules.drawn_edges(unfolded(model, 4).svg()) == rules.graph_edges(model, 4)


@settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rng=strategies.randoms(use_true_random=False))
def test_every_law_holds_for_systems_of_all_ranks(rng):
    model = random_system(rng)
    for picture in (circuit(model), unfolded(model, 3)):
        assert not [offence for law in rules.GEOMETRY for offence in law(picture.layout)], str(model)
    graph = rules.graph_edges(model, 3)
    of_model = Counter({pair: n for pair, n in rules.drawn_edges(picture.svg()).items() if "loss" not in pair[1]})
    assert of_model == graph


def changed(layout: Layout, **parts: object) -> Layout:
    """The layout with its only panel changed."""
    return replace(layout, panels=(replace(layout.panels[0], **parts),))


def with_node(layout: Layout, name: str, **parts: object) -> Layout:
    nodes = layout.panels[0].nodes
    return changed(layout, nodes=tuple(replace(n, **parts) if n.name == name else n for n in nodes))


def with_edges(layout: Layout, **parts: object) -> Layout:
    return changed(layout, edges=tuple(replace(e, **parts) for e in layout.edges))


@pytest.fixture(scope="module")
def chain() -> Layout:
    return unfolded(sr.models.elman(), 3).layout


@pytest.fixture(scope="module")
def loop() -> Layout:
    return circuit(sr.models.elman()).layout


def place(layout: Layout, name: str) -> tuple[float, float]:
    node = next(n for n in layout.nodes if n.name == name)
    return node.x, node.y


def test_a_node_moved_onto_another_is_caught(chain):
    x, y = place(chain, "h[2]")
    assert rules.overlapping_nodes(with_node(chain, "o[2]", x=x + 20, y=y)) == ["h[2] and o[2]"]


def test_an_edge_through_a_node_is_caught(chain):
    a, b = place(chain, "h[1]"), place(chain, "h[3]")
    stray = replace(
        chain.edges[0], source="h[1]", target="h[3]", curve=line((a[0] + RADIUS, a[1]), (b[0] - RADIUS, b[1]))
    )
    faulty = changed(chain, edges=(*chain.edges, stray))
    assert rules.edges_through_nodes(faulty) == ["h[1] -> h[3] through h[2]"]


def test_an_edge_that_ends_in_the_air_is_caught(chain):
    stray = replace(chain.edges[0], curve=moved(chain.edges[0].curve, 0, 40))
    assert rules.edges_through_nodes(changed(chain, edges=(stray,)))


def test_a_label_too_wide_for_its_node_is_caught(chain):
    assert rules.labels_beyond_nodes(with_node(chain, "h[2]", label=Label("hidden", sup="(2)"))) == ["h[2]"]


def test_a_label_of_an_edge_on_a_node_is_caught(chain):
    labelled = next(e for e in chain.edges if e.texts)
    x, y = place(chain, "h[2]")
    text = replace(labelled.texts[0], x=x - 20, y=y)
    assert rules.labels_on_nodes(changed(chain, edges=(replace(labelled, texts=(text,)),)))


def test_a_label_on_another_one_or_across_an_arrow_is_caught(chain):
    first, second = (e for e in chain.edges if e.texts and e.target == "h[1]")
    a, b = first.texts[0], second.texts[0]
    assert rules.labels_in_the_way(
        changed(chain, edges=(first, replace(second, texts=(replace(b, x=a.x, y=a.y + 5),))))
    )
    x, y = second.curve[0][0], (second.curve[0][1] + second.curve[-1][1]) / 2
    across = changed(chain, edges=(replace(first, texts=(replace(a, x=x, y=y),)), replace(second, texts=())))
    assert rules.labels_in_the_way(across) == [f"{a.label.plain} of {first.source} -> h[1] on {second.source} -> h[1]"]
    assert rules.labels_of_another_arrow(across) == [f"{a.label.plain} of {first.source} -> h[1]"]


def test_a_canvas_too_small_is_caught(chain):
    assert rules.outside_canvas(replace(chain, width=chain.width - 40)) == ["unfolded"]


def test_an_uneven_step_is_caught(chain):
    nodes = tuple(replace(n, x=n.x + 9) if n.column == "3" else n for n in chain.nodes)
    assert rules.uneven_steps(changed(chain, nodes=nodes)) == ["steps differ"]
    _, y = place(chain, "h[2]")
    assert rules.uneven_steps(with_node(chain, "h[2]", y=y + 9)) == ["h"]


def test_delays_that_lack_or_stand_elsewhere_are_caught(loop):
    assert rules.misplaced_delays(with_edges(loop, delays=())) == ["h -> h has 0 delays"]
    elsewhere = tuple(replace(e, delays=tuple((x + 9, y) for x, y in e.delays)) for e in loop.edges)
    assert rules.misplaced_delays(changed(loop, edges=elsewhere)) == ["a delay off h -> h"]
    doubled = tuple(replace(e, lag=2 * e.lag, delays=2 * e.delays) for e in loop.edges)
    assert rules.misplaced_delays(changed(loop, edges=doubled)) == ["delays of h -> h on each other"]
