"""What programs make of the pictures: Chromium, resvg and TeX draw the same ink in the same places."""

import shutil
import subprocess

import numpy as np
import pytest

import symrnn as sr
from diagram import rules
from symrnn.diagram.ink_tikz import UNIT
from symrnn.model import library

GRID = 24  # fields across and down in which ink is compared


def pictures():
    """A picture of every model of the library, and one of each overlay."""
    for name, build in library.LIBRARY.items():
        yield name, sr.circuit(build()) | sr.unfolded(build(), 2)
    elman = sr.models.elman()
    yield "dark", sr.unfolded(elman, 2, style="dark", gradient=True)
    yield "routes", sr.unfolded(elman, 2, routes=(elman.parameters[1], elman.loss_terms[0][2]))


PICTURES = dict(pictures())


def pixels(path):
    """The brightness of a PNG file, by matplotlib, which the documentation needs anyway."""
    image = pytest.importorskip("matplotlib.image").imread(path)
    return image[..., :3].mean(axis=2)


def ink(brightness):
    """How much of each field of a grid differs from the ground."""
    rows = np.array_split(np.abs(brightness - brightness[0, 0]), GRID, axis=0)
    return np.array([[part.mean() for part in np.array_split(row, GRID, axis=1)] for row in rows])


def by_resvg(picture, tmp_path):
    path = tmp_path / "resvg.png"
    path.write_bytes(picture.png(zoom=1))
    return ink(pixels(path))


@pytest.mark.parametrize("name", ["elman", "encoder-decoder", "routes"])
def test_resvg_draws_every_node(name, tmp_path):
    picture = PICTURES[name]
    path = tmp_path / "picture.png"
    path.write_bytes(picture.png(zoom=2))
    brightness = pixels(path)
    for node in picture.layout.nodes:
        left, right = round(2 * (node.x - node.half_width)), round(2 * (node.x + node.half_width))
        row = brightness[round(2 * node.y), max(left - 3, 0) : right + 3]
        assert row.min() < 0.4, node.name


@pytest.mark.parametrize("zoom", [1.0, 1.3, 2.0])
def test_the_ground_covers_every_pixel_at_the_edges(zoom, tmp_path):
    picture = sr.circuit(sr.models.elman(), style=sr.Style(scale=1.1))
    path = tmp_path / "picture.png"
    path.write_bytes(picture.png(zoom=zoom))
    brightness = pixels(path)
    edges = np.concatenate([brightness[0], brightness[-1], brightness[:, 0], brightness[:, -1]])
    assert edges.min() > 0.999
    assert picture.layout.width == int(picture.layout.width)


@pytest.mark.browser
@pytest.mark.parametrize("name", PICTURES)
def test_chromium_draws_what_resvg_draws(name, tmp_path, screenshot):
    picture = PICTURES[name]
    page = tmp_path / "picture.svg"
    page.write_text(picture.svg(), encoding="utf-8")
    width, height = round(picture.layout.width), round(picture.layout.height)
    drawn = ink(pixels(screenshot(page, width, height))[:height, :width])
    expected = by_resvg(picture, tmp_path)
    assert np.corrcoef(drawn.ravel(), expected.ravel())[0, 1] > 0.9
    assert 0.7 < drawn.sum() / expected.sum() < 1.4


@pytest.mark.browser
def test_an_empty_picture_would_be_seen(tmp_path):
    expected = by_resvg(PICTURES["elman"], tmp_path)
    other = by_resvg(PICTURES["lstm"], tmp_path)
    assert np.corrcoef(other.ravel(), expected.ravel())[0, 1] < 0.5


@pytest.mark.tex
@pytest.mark.parametrize("name", PICTURES)
def test_tex_draws_what_resvg_draws(name, tmp_path, pdflatex):
    """Nodes and arrows lie where the layout has them; the letters are TeX's own."""
    picture = PICTURES[name]
    width, height = UNIT * picture.layout.width, UNIT * picture.layout.height
    page = (
        r"\documentclass{article}\usepackage{amsmath,tikz}\hoffset=-1in \voffset=-1in \begin{document}"
        r"\pdfpagewidth=%.2fpt \pdfpageheight=%.2fpt \shipout\hbox{%s}\end{document}"
    )
    canvas = rf"\useasboundingbox (0,0) rectangle ({picture.layout.width:.1f},{picture.layout.height:.1f});"
    tikz = picture.tikz().replace(r"\definecolor", canvas + "\n" + r"\definecolor", 1)
    pdf = pdflatex(page % (width, height, tikz))
    program = shutil.which("pdftoppm") or pytest.fail("pdftoppm is not installed")
    subprocess.run([program, "-r", f"{72.27 / UNIT:.3f}", "-png", "-singlefile", pdf, tmp_path / "tex"], check=True)
    drawn, expected = ink(pixels(tmp_path / "tex.png")), by_resvg(picture, tmp_path)
    assert np.corrcoef(drawn.ravel(), expected.ravel())[0, 1] > 0.85
    assert 0.5 < drawn.sum() / expected.sum() < 1.5


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_it_shows(name):
    svg = PICTURES[name].svg()
    (title,) = [e.text for e in rules.ET.fromstring(svg) if e.tag == rules.SVG + "title"]
    (words,) = [e.text for e in rules.ET.fromstring(svg) if e.tag == rules.SVG + "desc"]
    assert "raph" in title and len(words) > 80
    for node in PICTURES[name].layout.nodes:
        if node.kind not in {"copy", "parameter"}:
            assert node.name.split("[")[0] in words
