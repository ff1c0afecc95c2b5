"""The circuit unfolds: it starts as the circuit, ends as the unfolded graph, and between them nothing is lost."""

import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import symrnn as sr
from diagram import rules

MODELS = ["driven", "elman", "lstm", "bidirectional", "encoder-decoder", "vector-to-sequence"]


def places(layout):
    """Where each label stands, from the left and lowest one."""
    left, low = min(n.x for n in layout.nodes), max(n.y for n in layout.nodes)
    return {(n.label, round(n.x - left, 3), round(low - n.y, 3)) for n in layout.nodes}


@pytest.mark.parametrize("name", MODELS)
def test_the_first_frame_is_the_circuit_and_the_last_one_the_graph(name):
    model = sr.models.get(name)
    folded, flat = sr.circuit(model).layout, sr.unfolded(model, 2).layout
    first, middle, last = sr.animate(model, 2).frames(3)
    assert {n.label for n in first.layout.nodes} == {n.label for n in folded.nodes}
    distinct = {(e.source.split("[")[0], e.target.split("[")[0], e.lag) for e in folded.edges}
    assert {(e.source.split("[")[0], e.target.split("[")[0], e.lag) for e in first.layout.edges} == distinct
    assert places(first.layout) == places(folded), "every node on its place in the circuit"
    assert [(n.name, n.label) for n in last.layout.nodes] == [(n.name, n.label) for n in flat.nodes]
    shift = last.layout.nodes[0].x - flat.nodes[0].x
    assert all(abs(a.x - b.x - shift) < 1e-9 for a, b in zip(last.layout.nodes, flat.nodes, strict=True))
    assert len(middle.layout.edges) == len(flat.edges)
    assert not rules.outside_canvas(last.layout)


@pytest.mark.parametrize("name", MODELS)
def test_the_moving_picture_moves_every_node_and_arrow_to_its_place(name):
    model = sr.models.get(name)
    svg = sr.animate(model, 2).svg()
    root = ET.fromstring(svg)
    flat = sr.unfolded(model, 2)
    assert Counter(rules.drawn_edges(svg)) == rules.drawn_edges(flat.svg())
    assert rules.drawn_nodes(svg) == rules.drawn_nodes(flat.svg())
    for edge in rules.of_class(svg, "edge"):
        values = edge[0].get("values").split(";")
        assert values[-1] == edge.get("d") and len({v.count("L") for v in values}) == 1
    moves = list(root.iter(rules.SVG + "animateTransform"))
    assert all(e.get("values").endswith("0 0;0 0") for e in moves)
    assert len(moves) == len(flat.layout.nodes)
    assert root.get("role") == "img" and [child.tag for child in root][:2] == [rules.SVG + "title", rules.SVG + "desc"]


def test_an_animation_is_saved_as_svg_only(tmp_path):
    film = sr.animate(sr.models.driven(), 2)
    assert film.save(tmp_path / "a.svg").read_text(encoding="utf-8") == film.svg() == film._repr_svg_()
    for path in ("a.gif", "a"):
        with pytest.raises(sr.Unsupported, match="svg"):
            film.save(tmp_path / path)
    for count in (1, 10**6):
        with pytest.raises(sr.Unsupported, match="frames"):
            film.frames(count)
    with pytest.raises(sr.Unsupported, match="seconds"):
        film.svg(seconds=0)
