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
from diagram.samples import ALL, LIBRARY
from symrnn.diagram import circuit, unfolded
from symrnn.diagram.tikz_text import math


def computed_by_loss(edges: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({pair: count for pair, count in edges.items() if pair[1].startswith("loss[")})


@pytest.mark.parametrize("last", [1, 4, 9])
@pytest.mark.parametrize("name", ALL)
def test_every_edge_of_the_graph_is_drawn_once_and_no_other(name, last):
    model = ALL[name]()
    drawn = rules.drawn_edges(unfolded(model, last).svg())
    of_loss = computed_by_loss(drawn)
    assert drawn - of_loss == rules.graph_edges(model, last)
    assert of_loss == (rules.loss_edges(model, last) if model.loss is not None else Counter())


@pytest.mark.parametrize("name", ALL)
def test_every_node_is_drawn_once(name):
    model = ALL[name]()
    drawn = rules.drawn_nodes(unfolded(model, 4).svg())
    assert len(drawn) == len(set(drawn))
    nodes = {rules.spelled(x) for x in sr.unroll(model, rules.lasts(model, 4)).nodes}
    assert nodes <= set(drawn)
    ends = {end for pair in rules.drawn_edges(unfolded(model, 4).svg()) for end in pair}
    assert ends <= set(drawn)


@pytest.mark.parametrize("name", ALL)
def test_the_circuit_has_a_wire_for_each_read_and_a_square_for_each_step_of_lag(name):
    model = ALL[name]()
    svg = circuit(model).svg()
    drawn = rules.drawn_wires(svg)
    within = {wire: count for wire, count in drawn.items() if wire[1] != "loss"}
    assert set(within) == rules.model_wires(model)
    assert sum(1 for _ in rules.of_class(svg, "delay")) == sum(abs(lag) for _, _, lag in drawn.elements())


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
    model = ALL[name]()
    svg = unfolded(model, 30).svg()
    shown = {node for node in rules.drawn_nodes(svg) if ".." not in node}
    edges = {pair for pair in rules.graph_edges(model, 30) if set(pair) <= shown}
    drawn = {pair for pair in rules.drawn_edges(svg) if set(pair) <= shown and not pair[1].startswith("loss[")}
    assert drawn == edges
    assert any(name.endswith("[30]") for name in shown)


@pytest.mark.parametrize("name", ALL)
def test_the_symbolic_picture_is_the_middle_of_a_long_graph(name):
    model = ALL[name]()
    if len(model.lengths) > 1:  # an encoder and a decoder have no common middle
        edges = unfolded(model, dict.fromkeys(model.lengths, 20), full=False).layout.edges
        assert len(unfolded(model, sr.tau).layout.edges) == len(edges)
        return
    times = {"t-1": 99, "t": 100, "t+1": 101}
    edges = rules.graph_edges(model, 200)
    drawn = rules.drawn_edges(unfolded(model, sr.tau).svg())
    pattern = re.compile(r"\[(t[+-]1|t)\]")

    def at(name: str) -> str:
        return pattern.sub(lambda found: f"[{times[found[1]]}]", name)

    window = tuple(f"[{s}]" for s in times.values())
    middle = {(at(a), at(b)) for a, b in drawn if pattern.search(a) and pattern.search(b) and "loss" not in b}
    assert middle == {(a, b) for a, b in edges if a.endswith(window) and b.endswith(window)}


@pytest.mark.parametrize("name", ALL)
def test_the_svg_is_well_formed_and_accessible(name):
    root = ET.fromstring((circuit(ALL[name]()) | unfolded(ALL[name](), 3)).svg())
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
    for picture in (circuit(ALL[name]()), unfolded(ALL[name](), 3)):
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
    model = LIBRARY[name]()
    nodes = rules.tikz_nodes(unfolded(model, 3).tikz())
    graph = sr.unroll(model, rules.lasts(model, 3))
    for node in graph.nodes:
        assert nodes[rules.anchor(rules.spelled(node))][2] == sr.latex(node), node
    written = {sr.latex(p) for p in model.parameters}
    labels = {x.label for e in circuit(model).layout.edges for x in e.texts if x.role == "label"}
    in_tikz = {math(label) for label in labels if not label.sup}
    assert {label for label in in_tikz if label not in {"f", "g"}} <= written


@pytest.mark.tex
@pytest.mark.parametrize("name", ALL)
def test_the_tikz_compiles(name, pdflatex):
    picture = (circuit(ALL[name]()) | unfolded(ALL[name](), 3)).tikz()
    packages = r"\documentclass{article}\usepackage{amsmath,tikz}"
    assert pdflatex(rf"{packages}\begin{{document}}{picture}\end{{document}}").stat().st_size > 1000
