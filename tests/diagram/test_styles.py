"""Styles: contrast and distance of colours are computed, shapes and sizes reach every ink."""

import re
from itertools import combinations

import numpy as np
import pytest

import symrnn as sr
from diagram import rules
from diagram.samples import ALL, drawn
from symrnn.diagram.heat import EXPLODED, FADED, NEUTRAL
from symrnn.diagram.layout import TEXT
from symrnn.diagram.outlines import width_of
from symrnn.diagram.style import KINDS, STYLES

# Linear RGB as the three kinds of dichromats see it (Machado, Oliveira, Fernandes 2009, severity 1).
SEEN = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    values = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(a, b):
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIELAB of linear RGB."""
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    f = np.cbrt(xyz / [0.9505, 1.0, 1.089])
    f = np.where(xyz / [0.9505, 1.0, 1.089] > 0.008856, f, 7.787 * xyz / [0.9505, 1.0, 1.089] + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(a, b, eye):
    return float(np.linalg.norm(lab(np.array(SEEN[eye]) @ linear(a)) - lab(np.array(SEEN[eye]) @ linear(b))))


@pytest.mark.parametrize("name", STYLES)
def test_all_that_is_written_has_contrast(name):
    style = STYLES[name]
    for kind in KINDS:
        assert contrast(style.ink, style.fill(kind)) >= 7, kind
    for accent in style.accents:
        assert contrast(accent, style.paper) >= 4.5, accent


def test_the_measure_of_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_first_accents_are_told_apart_by_every_eye(name, eye):
    for a, b in combinations(STYLES[name].accents[:4], 2):
        assert distance(a, b, eye) > 11, (a, b)


@pytest.mark.parametrize("eye", SEEN)
def test_the_ends_of_the_heat_map_are_told_apart_by_every_eye(eye):
    for a, b in combinations((FADED, NEUTRAL, EXPLODED), 2):
        assert distance(a, b, eye) > 25


def test_colours_that_only_some_eyes_tell_apart_are_caught():
    assert distance("#b03030", "#307030", "normal") > 40 and distance("#6b6b00", "#8a5a00", "deutan") < 11


def test_a_style_reaches_every_ink():
    style = sr.Style(ink="#112233", fills={"state": "#ffeedd"}, shapes={"input": "box"}, scale=2, labels=False)
    picture = sr.unfolded(sr.models.driven(output=True), 2, style=style)
    svg, tikz, dot = picture.svg(), picture.tikz(), picture.dot()
    assert "#112233" in svg and "#ffeedd" in svg
    assert r"\definecolor{ink}{HTML}{112233}" in tikz and r"\definecolor{state}{HTML}{FFEEDD}" in tikz
    assert "#ffeedd" in dot and dot.count("shape=box") == 2
    plain = sr.unfolded(sr.models.driven(output=True), 2)
    assert not [e for e in picture.layout.edges if e.texts] and [e for e in plain.layout.edges if e.texts]
    width = float(re.search(r'width="([\d.]+)"', svg)[1])
    assert width == pytest.approx(2 * picture.layout.width, abs=0.1)
    boxes = [node for node in picture.layout.nodes if node.corner < node.radius]
    assert {node.kind for node in boxes} == {"input"}
    assert not [offence for law in rules.GEOMETRY for offence in law(picture.layout)]


def test_boxes_and_wide_spacing_keep_the_laws():
    style = sr.Style(shapes=dict.fromkeys(KINDS, "box"), spacing=1.5)
    for name in ("lstm", "bidirectional", "skip"):
        model = sr.models.get(name)
        for picture in (sr.circuit(model, style=style), sr.unfolded(model, 2, style=style)):
            assert not [offence for law in rules.GEOMETRY for offence in law(picture.layout)], name


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"ink": "black"}, "'black' is not a colour"),
        ({"fills": {"sate": "#ffffff"}}, "'sate' is not a kind of node"),
        ({"shapes": {"state": "star"}}, "'star' is not a shape"),
        ({"scale": 0}, "scale=0"),
        ({"accents": ()}, "at least one accent"),
    ],
)
def test_a_style_that_cannot_be_drawn_is_refused(options, what):
    with pytest.raises(sr.Undefined, match=re.escape(what)):
        sr.Style(**options)


def test_an_unknown_style_is_refused():
    with pytest.raises(sr.Undefined, match="light, dark, print"):
        sr.circuit(sr.models.driven(), style="neon")


def test_labels_are_no_wider_than_estimated():
    """In the font of the outlines, whose letters are measured: so labels are inside their nodes."""
    labels = {n.label for name in ALL for n in drawn(name, "symbolic").layout.nodes}
    labels |= {x.label for name in ALL for e in drawn(name, "circuit").layout.edges for x in e.texts}
    assert len(labels) > 60
    wide = {x.plain: (width_of(x, TEXT), x.width(TEXT)) for x in labels if width_of(x, TEXT) > x.width(TEXT)}
    assert not wide


def test_outlines_need_no_font():
    picture = sr.circuit(sr.models.elman()) | sr.unfolded(sr.models.elman(), 2, gradient=True)
    outlined = picture.svg(outline=True)
    assert "<text" not in outlined and "<text" in picture.svg()
    assert rules.drawn_edges(outlined) == rules.drawn_edges(picture.svg())
    assert rules.drawn_nodes(outlined) == rules.drawn_nodes(picture.svg())
    titles = re.findall(r"<g[^>]*><title>([^<]+)</title><path", outlined)
    assert len(titles) >= len(picture.layout.nodes)


def test_a_png_has_the_size_of_its_picture():
    picture = sr.circuit(sr.models.elman(), style="dark")
    data = picture.png(zoom=3)
    width, height = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    assert abs(width - 3 * picture.layout.width) < 3 and abs(height - 3 * picture.layout.height) < 3
    with pytest.raises(sr.Unsupported, match="zoom"):
        picture.png(zoom=0)
