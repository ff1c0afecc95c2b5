"""The library's pictures are those of the textbook: the figures of chapter 10, and the notes N4 to N6."""

from itertools import pairwise

import pytest

import symrnn as sr
from diagram import rules
from diagram.samples import ALL
from symrnn.diagram import circuit, unfolded
from symrnn.diagram.curves import flattened
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


def arrows(picture):
    return {(e.source, e.target) for e in picture.layout.edges}


def test_output_recurrence_figure_10_4():
    """The only recurrence is from the output to the hidden layer of the next step."""
    picture = unfolded(sr.models.jordan(), 3)
    assert {("o[1]", "h[2]"), ("o[2]", "h[3]")} <= arrows(picture)
    assert not {("h[1]", "h[2]"), ("h[2]", "h[3]")} & arrows(picture)
    assert rules.drawn_wires(circuit(sr.models.jordan()).svg())["o", "h", 1] == 1


def test_one_output_at_the_end_figure_10_5():
    picture = unfolded(sr.models.last_output(), 4)
    names = set(heights(picture))
    assert {"o[4]", "loss[4]", "y"} <= names and not {"o[1]", "o[2]", "o[3]", "loss[1]"} & names
    up = heights(picture)
    assert up["x[4]"] < up["h[4]"] < up["o[4]"] < up["loss[4]"] < up["y"]
    assert heights_x(picture)["y"] == heights_x(picture)["loss[4]"]


def test_teacher_forcing_figure_10_6():
    """The target of the step before comes down from above to the hidden layer."""
    picture = unfolded(sr.models.jordan(teacher_forcing=True), 3)
    assert {("y[1]", "L[1]"), ("y[1]", "h[2]"), ("y[2]", "h[3]")} <= arrows(picture)
    up = heights(picture)
    assert up["y[1]"] > up["L[1]"] > up["o[1]"] > up["h[1]"] > up["x[1]"]


def test_a_fixed_vector_figure_10_9():
    picture = unfolded(sr.models.vector_to_sequence(), 3)
    assert {("z", f"h[{s}]") for s in (1, 2, 3)} <= arrows(picture)
    x = heights_x(picture)
    assert x["z"] == x["h[2]"] and heights(picture)["z"] < heights(picture)["h[2]"]


def test_bidirectional_figure_10_11():
    """h runs to the right, g to the left; the input reaches both, both reach the output; nothing else is joined."""
    picture = unfolded(sr.models.bidirectional(), 3)
    x = heights_x(picture)
    for a, b in arrows(picture):
        if a[0] == b[0]:
            assert (x[b] - x[a] > 0) == (a[0] == "h")
    assert {("x[2]", "h[2]"), ("x[2]", "g[2]"), ("h[2]", "o[2]"), ("g[2]", "o[2]")} <= arrows(picture)
    assert not {("h[2]", "g[2]"), ("g[2]", "h[2]")} & arrows(picture)


@pytest.mark.parametrize("last", [3, sr.tau, 40])
def test_encoder_and_decoder_figure_10_12(last):
    """Two blocks of columns: the encoder left of the decoder, joined by the encoder's last state alone."""
    picture = unfolded(sr.models.encoder_decoder(), last)
    x = heights_x(picture)
    encoder = [x[name] for name in x if name[0] in "hx"]
    decoder = [x[name] for name in x if name[0] == "g" and picture_kind(picture, name) == "state"]
    assert max(encoder) < min(decoder)
    joined = {a for a, b in arrows(picture) if a[0] in "hx" and b[0] not in "hx"}
    assert joined == {"h[tau_x]" if last == sr.tau else f"h[{last}]"}
    up = heights(picture)
    assert up["x[1]"] < up["h[1]"] < up["g[1]"] < up["o[1]"] < up["L[1]"] < up["y[1]"]
    if last == sr.tau:
        assert "h(τ_x)" in {node.label.plain for node in picture.layout.nodes}


def test_lengths_of_encoder_and_decoder_may_differ():
    tau_x, tau_y = sorted(sr.models.encoder_decoder().lengths, key=str)
    names = set(heights(unfolded(sr.models.encoder_decoder(), {tau_x: 2, tau_y: 4})))
    assert {"h[2]", "g[4]", "y[4]"} <= names and not {"h[3]", "g[5]"} & names


def picture_kind(picture, name):
    return next(node.kind for node in picture.layout.nodes if node.name == name)


def test_stacked_layers_figure_10_13():
    """Each layer is a chain of its own; straight arrows only, none of which cross."""
    picture = unfolded(sr.models.stacked(3), 4)
    up = heights(picture)
    assert up["x[2]"] < up["h_1[2]"] < up["h_2[2]"] < up["h_3[2]"] < up["o[2]"]
    assert all(len(e.curve) == 4 for e in picture.layout.edges)
    assert crossings(picture) == []


@pytest.mark.parametrize("name", ["classical", "driven", "scalar", "elman", "jordan", "last-output", "stacked"])
def test_free_of_crossings_where_the_textbook_is(name):
    for last in (3, sr.tau):
        assert crossings(unfolded(sr.models.get(name), last)) == []


def test_a_crossing_is_seen():
    assert crossings(unfolded(sr.models.bidirectional(), 2))


def crossings(picture):
    """Pairs of arrows that meet away from their ends."""
    found = []
    edges = picture.layout.edges
    for i, a in enumerate(edges):
        for b in edges[:i]:
            for p, q in pairwise(flattened(a.curve)):
                for r, s in pairwise(flattened(b.curve)):
                    if turn(p, q, r) * turn(p, q, s) < 0 and turn(r, s, p) * turn(r, s, q) < 0:
                        found.append((a.source, a.target, b.source, b.target))
    return found


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def test_gates_stand_side_by_side():
    picture = unfolded(sr.models.lstm(), 2)
    up, x = heights(picture), heights_x(picture)
    assert up["f[1]"] == up["i[1]"] == up["ctilde[1]"] == up["o[1]"] < up["c[1]"] < up["h[1]"] < up["p[1]"]
    assert x["f[1]"] < x["i[1]"] < x["ctilde[1]"] < x["o[1]"] < x["f[2]"]
    assert x["c[1]"] == x["h[1]"] == x["x[1]"]


def test_the_circuit_of_an_encoder_and_decoder_names_the_time_that_is_read():
    texts = {x.label.plain: x.label for e in circuit(sr.models.encoder_decoder()).layout.edges for x in e.texts}
    assert "t = τ_x" in texts
    assert (
        "τ<tspan" in circuit(sr.models.encoder_decoder()).svg() or ">τ<" in circuit(sr.models.encoder_decoder()).svg()
    )
    assert r"t=\tau_{x}" in circuit(sr.models.encoder_decoder()).tikz().replace(" ", "")


def test_a_diagram_says_what_it_is():
    text = repr(sr.unfolded(sr.models.elman(), 3, gradient=True))
    assert text.splitlines()[0] == "Diagram: Unfolded graph of elman"
    assert "16 nodes: h[0], x[1], h[1], o[1]" in text and "9 adjoint arrows: h[1] -> h[0]" in text
    assert len(text.splitlines()) == 5 and "Layout(" not in text


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


@pytest.mark.parametrize(("name", "gates"), [("lstm", ["f", "i", "ctilde", "o"]), ("gru", ["z", "r"])])
def test_gates_stand_side_by_side_in_the_circuit_each_with_its_delayed_read_of_the_state(name, gates):
    layout = circuit(sr.models.get(name)).layout
    at = {node.name: node for node in layout.nodes}
    assert len({at[g].y for g in gates}) == 1 and [at[g].x for g in gates] == sorted(at[g].x for g in gates)
    assert at["x"].y > at[gates[0]].y > at["h"].y
    reads = [e for e in layout.edges if e.source == "h" and e.target in gates]
    assert sorted(e.target for e in reads) == sorted(gates) and all(len(e.delays) == 1 for e in reads)
    below = {e.target: max(y for _, y in e.curve) for e in reads}
    assert len(set(below.values())) == len(gates), "each in a channel of its own"
    assert all(below[g] > at[g].y + at[g].radius and below[g] < at["x"].y - at["x"].radius for g in gates)


def test_a_wide_pair_stands_one_above_the_other():
    for name, above in (("elman", False), ("lstm", True)):
        model = sr.models.get(name)
        folded, flat = circuit(model), unfolded(model, 3)
        first, second = (folded | flat).layout.panels
        assert (first.box[3] < second.box[1]) == above and (first.box[2] < second.box[0]) != above
