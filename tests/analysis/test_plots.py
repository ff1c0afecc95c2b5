"""Pictures of what is measured: from the numbers alone, the same bytes each time; what is said without matplotlib."""

import sys

import numpy as np
import pytest

import symrnn as sr
from symrnn import analysis

NUMBERS = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": np.linspace(0, 1, 6)}, {"s[0]": 0.0}


def pictures():
    model = sr.models.scalar()
    return {
        "memory": analysis.plot_memory(analysis.memory(model, *NUMBERS)),
        "growth": analysis.plot_growth(
            {"w = 0.5": analysis.jacobian_norms(model, *NUMBERS)}, analysis.gradient_bound(model), NUMBERS[0]
        ),
        "values": analysis.plot_singular_values(analysis.summary(model, *NUMBERS)),
        "reach": analysis.plot_reach(analysis.reach_norms(model, *NUMBERS)),
    }


def test_without_matplotlib_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for picture in pictures().values():  # made without matplotlib: only drawing needs it
        assert "steps" in repr(picture) or "numbers" in repr(picture) or "times" in repr(picture)
        with pytest.raises(sr.Unsupported, match=r"symrnn\[plot\]"):
            picture.save(tmp_path / "picture.svg")
    assert not list(tmp_path.iterdir())


def test_pictures_are_written_and_are_the_same_each_time(tmp_path):
    pytest.importorskip("matplotlib")
    for name, picture in pictures().items():
        text = picture.save(tmp_path / f"{name}.svg").read_text(encoding="utf-8")
        assert "</svg>" in text and (name != "reach" or text == picture._repr_svg_())
    assert pictures()["reach"].save(tmp_path / "reach.png").read_bytes()[1:4] == b"PNG"
    with pytest.raises(sr.Unsupported, match=r"\.svg, \.png, \.pdf"):
        pictures()["reach"].save(tmp_path / "reach.gif")


def test_pictures_show_the_numbers():
    pytest.importorskip("matplotlib")
    (axes,) = pictures()["memory"].figure.axes
    assert np.allclose(axes.lines[0].get_ydata(), analysis.memory(sr.models.scalar(), *NUMBERS))
    (axes,) = pictures()["growth"].figure.axes
    assert np.allclose(axes.lines[1].get_ydata(), 0.5 ** np.arange(1, 7))
    left, right = pictures()["values"].figure.axes
    assert len(left.lines[0].get_ydata()) == 1 and len(right.patches) == 6
    cells = pictures()["reach"].figure.axes[0].collections[0].get_array()
    assert np.ma.count_masked(np.ma.masked_invalid(cells)) == 15


def test_zeros_and_odd_names_are_drawn():
    pytest.importorskip("matplotlib")
    curves = {"zeros": np.zeros(3), "one": [1.0], "$_b": [np.inf, 2.0], "_c$d$": [1.0]}
    figure = analysis.plot_growth(curves).figure
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "zeros",
        "one",
        r"\$_b",
        r" _c\$d\$",
    ]
    assert "</svg>" in analysis.plot_memory(curves).svg() and analysis.plot_reach(np.zeros((2, 2))).figure


def test_what_is_no_curve_is_refused():
    for wrong in ([], {}, [[1.0, 2.0]]):
        with pytest.raises(sr.ShapeError):
            analysis.plot_memory(wrong)
    with pytest.raises(sr.ShapeError, match="two axes"):
        analysis.plot_reach([1.0])
