"""The library's pictures are those of the textbook: chapter 10, figures 10.1 to 10.3, and the notes N4 to N6."""

from itertools import pairwise

import pytest

import symrnn as sr
from diagram import rules
from diagram.samples import ALL
from symrnn.diagram import circuit, unfolded
from symrnn.errors import Undefined, Unsupported


def heights(picture):
    """Node names to their heights, upward."""
    return {node.name: -node.y for node in picture.layout.nodes}


def written(picture):
    """The labels on the arrows, by their ends."""
    return {(e.source, e.target): " ".join(x.label.plain for x in e.texts) for e in picture.layout.edges}


def test_circuit_of_a_driven_system_n4():
    picture = circuit(sr.models.driven())
    up = heights(picture)
    assert list(up) == ["x", "h"] and up["x"] < up["h"]
    assert rules.drawn_wires(picture.svg()) == {("x", "h", 0): 1, ("h", "h", 1): 1}
    assert [e.get("fill") for e in rules.of_class(picture.svg(), "delay")] == [None]  # black, as the ink is
    assert written(picture) == {("x", "h"): "", ("h", "h"): "f"}


def test_unfolded_chain_with_f_on_its_arrows_n5_figure_10_1():
    picture = unfolded(sr.models.classical(), sr.tau)
    names = ["s[..t-2]", "s[t-1]", "s[t]", "s[t+1]", "s[t+2..]"]
    assert rules.drawn_nodes(picture.svg()) == names
    assert written(picture) == dict.fromkeys(pairwise(names), "f")
    texts = [rules.drawn_text(node) for node in rules.of_class(picture.svg(), "node")]
    assert texts == ["s(…)", "s(t−1)", "s(t)", "s(t+1)", "s(…)"]


def test_output_layer_n6():
    picture = unfolded(sr.models.driven(output=True), 3)
    up = heights(picture)
    assert up["x[2]"] < up["h[2]"] < up["o[2]"]
    assert up["h[0]"] == up["h[1]"] == up["h[3]"]
    assert written(picture)["h[2]", "o[2]"] == "g" and written(picture)["h[1]", "h[2]"] == "f"


def test_tanh_network_figure_10_3():
    picture = unfolded(sr.models.elman(), 3)
    up = heights(picture)
    assert sorted(["x[1]", "h[1]", "o[1]", "L[1]", "y[1]"], key=lambda name: up[name]) == [
        *("x[1]", "h[1]", "o[1]", "L[1]", "y[1]")
    ]
    labels = written(picture)
    assert [labels[pair] for pair in (("x[1]", "h[1]"), ("h[1]", "h[2]"), ("h[1]", "o[1]"))] == ["U", "W", "V"]
    assert labels["o[1]", "L[1]"] == labels["y[1]", "L[1]"] == ""
    straight = [e for e in picture.layout.edges if len(e.curve) == 4]
    assert straight == list(picture.layout.edges)


def test_the_summand_of_a_loss_is_a_node_where_no_sequence_names_it():
    picture = unfolded(sr.models.scalar(), 2)
    assert {("s[1]", "loss[1]"), ("y[1]", "loss[1]")} <= set(written(picture))
    assert written(picture)["s[0]", "s[1]"] == "w"


def test_a_backward_state_runs_the_other_way():
    picture = unfolded(ALL["bidirectional"](), 3)
    x = {node.name: node.x for node in picture.layout.nodes}
    assert x["h[0]"] < x["h[1]"] < x["g[3]"] < x["g[4]"]
    kinds = {node.name: node.kind for node in picture.layout.nodes}
    assert kinds["h[0]"] == kinds["g[4]"] == "boundary"
    folded = circuit(ALL["bidirectional"]())
    left = {e.source: e.delays[0][0] < heights_x(folded)[e.source] for e in folded.layout.edges if e.delays}
    assert left == {"h": False, "g": True}
    assert [e.get("fill") for e in rules.of_class(folded.svg(), "delay")] == [None, "#ffffff"]


def heights_x(picture):
    return {node.name: node.x for node in picture.layout.nodes}


def test_a_collapsed_picture_names_what_it_leaves_out():
    nodes = rules.drawn_nodes(unfolded(sr.models.driven(), 50).svg())
    assert [name for name in nodes if name[0] == "h"] == ["h[0]", "h[1]", "h[2]", "h[3..49]", "h[50]"]
    assert len(rules.drawn_nodes(unfolded(sr.models.driven(), 50, full=True).svg())) == 101
    assert len(rules.drawn_nodes(unfolded(sr.models.driven(), 5, full=False).svg())) == 8


def test_both_beside_each_other():
    picture = circuit(sr.models.elman()) | unfolded(sr.models.elman(), 3)
    up = heights(picture)
    assert up["h"] == up["h[1]"] and up["y"] == up["y[3]"]
    assert "Unfold" in picture.svg()
    assert [panel.kind for panel in picture.layout.panels] == ["circuit", "unfolded"]


def test_save(tmp_path):
    picture = circuit(sr.models.classical())
    for ending in ("svg", "tex", "dot"):
        assert picture.save(tmp_path / f"a.{ending}").read_text(encoding="utf-8")
    assert picture._repr_svg_() == picture.svg() == (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert picture.save(tmp_path / "a.png").read_bytes() == picture.png()
    with pytest.raises(Unsupported, match=r"\.svg, \.png, \.tex, \.dot"):
        picture.save(tmp_path / "a.pdf")
    assert not (tmp_path / "a.pdf").exists()


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(Undefined, match="at least 1"):
        unfolded(sr.models.elman(), 0)
    with pytest.raises(Unsupported, match=r"symrnn\.tau"):
        unfolded(sr.models.elman(), sr.t)
    with pytest.raises(Undefined, match="not a model"):
        circuit("elman")
    with pytest.raises(TypeError):
        circuit(sr.models.elman()) | 3
