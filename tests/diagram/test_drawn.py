"""What is drawn is the graph: read back from the SVG, compared with the unrolled graph and with the equations."""

import hashlib
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter

import pytest

import symrnn as sr
from diagram import rules
from diagram.samples import ALL, LIBRARY, drawn, model_of
from symrnn.diagram import unfolded
from symrnn.diagram.tikz_text import math


def computed_by_loss(edges: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({pair: count for pair, count in edges.items() if pair[1].startswith("loss[")})


@pytest.mark.parametrize("last", [1, 4])
@pytest.mark.parametrize("name", ALL)
def test_every_edge_of_the_graph_is_drawn_once_and_no_other(name, last):
    model = model_of(name)
    edges = rules.drawn_edges(drawn(name, f"tau = {last}").svg())
    of_loss = computed_by_loss(edges)
    assert edges - of_loss == rules.graph_edges(model, last)
    assert of_loss == (rules.loss_edges(model, last) if model.loss is not None else Counter())


@pytest.mark.parametrize("name", ALL)
def test_every_node_is_drawn_once(name):
    svg = drawn(name, "tau = 4").svg()
    found = rules.drawn_nodes(svg)
    assert len(found) == len(set(found))
    nodes = {rules.spelled(x) for x in sr.unroll(model_of(name), rules.lasts(model_of(name), 4)).nodes}
    assert nodes <= set(found)
    ends = {end for pair in rules.drawn_edges(svg) for end in pair}
    assert ends <= set(found)


@pytest.mark.parametrize("name", ALL)
def test_the_circuit_has_a_wire_for_each_read_and_a_square_for_each_step_of_lag(name):
    svg = drawn(name, "circuit").svg()
    wires = rules.drawn_wires(svg)
    within = {wire: count for wire, count in wires.items() if wire[1] != "loss"}
    assert set(within) == rules.model_wires(model_of(name))
    assert sum(1 for _ in rules.of_class(svg, "delay")) == sum(abs(lag) for _, _, lag in wires.elements())


def test_an_edge_left_out_or_drawn_twice_is_caught():
    model = sr.models.elman()
    svg = unfolded(model, 3).svg()
    lines = svg.splitlines()
    edge = next(i for i, text in enumerate(lines) if 'data-from="h[1]" data-to="h[2]"' in text)
    expected = rules.graph_edges(model, 3)
    assert rules.drawn_edges(svg) == expected
    assert rules.drawn_edges("\n".join(lines[:edge] + lines[edge + 1 :])) != expected
    assert rules.drawn_edges("\n".join([*lines[:edge], lines[edge], *lines[edge:]])) != expected


@pytest.mark.parametrize("name", ALL)
def test_what_a_collapsed_picture_shows_is_the_graph_between_the_shown_nodes(name):
    svg = drawn(name, "collapsed").svg()
    shown = {node for node in rules.drawn_nodes(svg) if ".." not in node}
    edges = {pair for pair in rules.graph_edges(model_of(name), 30) if set(pair) <= shown}
    found = {pair for pair in rules.drawn_edges(svg) if set(pair) <= shown and not pair[1].startswith("loss[")}
    assert found == edges
    assert any(name.endswith("[30]") for name in shown)


@pytest.mark.parametrize("name", ALL)
def test_the_symbolic_picture_is_the_middle_of_a_long_graph(name):
    model = model_of(name)
    if len(model.lengths) > 1:  # an encoder and a decoder have no common middle
        edges = unfolded(model, dict.fromkeys(model.lengths, 20), full=False).layout.edges
        assert len(unfolded(model, sr.tau).layout.edges) == len(edges)
        return
    times = {"t-1": 59, "t": 60, "t+1": 61}
    edges = rules.graph_edges(model, 120)
    found = rules.drawn_edges(drawn(name, "symbolic").svg())
    pattern = re.compile(r"\[(t[+-]1|t)\]")

    def at(name: str) -> str:
        return pattern.sub(lambda found: f"[{times[found[1]]}]", name)

    window = tuple(f"[{s}]" for s in times.values())
    middle = {(at(a), at(b)) for a, b in found if pattern.search(a) and pattern.search(b) and "loss" not in b}
    assert middle == {(a, b) for a, b in edges if a.endswith(window) and b.endswith(window)}


@pytest.mark.parametrize("name", ALL)
def test_the_svg_is_well_formed_and_accessible(name):
    root = ET.fromstring((drawn(name, "circuit") | drawn(name, "tau = 4")).svg())
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [rules.SVG + "title", rules.SVG + "desc"]
    assert all(child.text for child in list(root)[:2])
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_the_same_bytes_in_every_process():
    program = (
        "import symrnn as sr\n"
        "for model in (sr.models.driven(output=True), sr.models.scalar(), sr.models.elman()):\n"
        "    for picture in (sr.circuit(model), sr.unfolded(model, 4), sr.unfolded(model, sr.tau)):\n"
        "        print(picture.svg(), picture.tikz(), picture.dot())\n"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, capture_output=True, env=environment, check=True)
        digests.add(hashlib.sha256(run.stdout).hexdigest())
    assert len(digests) == 1


def test_pictures_stay_small():
    assert len(unfolded(sr.models.elman(), 4).svg().encode()) < 15_000
    sizes = [len(unfolded(sr.models.elman(), last, full=True).svg()) for last in (20, 40, 60)]
    assert abs((sizes[2] - sizes[1]) / (sizes[1] - sizes[0]) - 1) < 0.1


@pytest.mark.parametrize("name", ALL)
def test_every_node_and_edge_is_in_the_other_inks_too(name):
    for picture in (drawn(name, "circuit"), drawn(name, "tau = 4")):
        edges = Counter((e.source, e.target) for e in picture.layout.edges)
        assert Counter(re.findall(r'^  "([^"]+)" -> "([^"]+)"', picture.dot(), re.M)) == edges
        assert re.findall(r'^  "([^"]+)" \[label', picture.dot(), re.M) == [n.name for n in picture.layout.nodes]
        in_tikz = rules.tikz_edges(picture.tikz())
        assert in_tikz == Counter((rules.anchor(e.source), rules.anchor(e.target)) for e in picture.layout.edges)
        assert list(rules.tikz_nodes(picture.tikz())) == [rules.anchor(n.name) for n in picture.layout.nodes]


def test_an_arrow_of_tikz_left_out_or_turned_is_caught():
    tikz = unfolded(sr.models.skip(), 3).tikz()
    whole = rules.tikz_edges(tikz)
    lines = tikz.splitlines()
    for ends in ("h[1] -> h[2]", "h[1] -> h[3]"):  # one between named nodes, one between coordinates
        arrow = next(i for i, text in enumerate(lines) if text.endswith(ends))
        assert rules.tikz_edges("\n".join(lines[:arrow] + lines[arrow + 1 :])) != whole
    turned = tikz.replace("(h 1) --", "(h 2) --", 1)
    assert rules.tikz_edges(turned) != whole


@pytest.mark.parametrize("name", LIBRARY)
def test_tikz_writes_names_as_formulas_do(name):
    model = model_of(name)
    nodes = rules.tikz_nodes(drawn(name, "tau = 4").tikz())
    graph = sr.unroll(model, rules.lasts(model, 4))
    for node in graph.nodes:
        assert nodes[rules.anchor(rules.spelled(node))][2] == sr.latex(node), node
    written = {sr.latex(p) for p in model.parameters}
    labels = {x.label for e in drawn(name, "circuit").layout.edges for x in e.texts if x.role == "label"}
    in_tikz = {math(label) for label in labels if not label.sup}
    assert {label for label in in_tikz if label not in {"f", "g"}} <= written


@pytest.mark.tex
@pytest.mark.parametrize("name", ALL)
def test_the_tikz_compiles(name, pdflatex):
    picture = (drawn(name, "circuit") | drawn(name, "tau = 4")).tikz()
    packages = r"\documentclass{article}\usepackage{amsmath,tikz}"
    assert pdflatex(rf"{packages}\begin{{document}}{picture}\end{{document}}").stat().st_size > 1000
