"""Heat maps: the norms are those of the product of Jacobians, and of differences of the network's own states."""

from math import sin

import numpy as np
import pytest

import symrnn as sr
from diagram import rules
from symrnn.diagram.heat import NEUTRAL, colour, norms_of


def numbers_for(model, last, seed=0, n=3):
    """Random arrays of a model whose dimensions are all different."""
    rng = np.random.default_rng(seed)
    sizes = {}
    for symbol in sorted(
        {d for p in model.parameters for d in p.shape} | {d for v in model.sequences for d in v.shape}, key=str
    ):
        sizes[symbol] = n + len(sizes)

    def array(shape, *front):
        return 0.6 * rng.normal(size=(*front, *(sizes[d] for d in shape)))

    params = {p.name: array(p.shape) for p in model.parameters}
    inputs = {str(v.name): array(v.shape, last) for v in (*model.inputs, *model.targets)}
    if "y" in inputs:
        inputs["y"] = np.abs(inputs["y"]) / np.abs(inputs["y"]).sum(axis=-1, keepdims=True)
    return params, inputs, {str(b).replace(" ", ""): array(b.shape) for b in model.boundary}


def test_norms_of_the_tanh_network_are_those_of_the_product_of_its_jacobians():
    model, last = sr.models.elman(), 5
    params, inputs, boundary = numbers_for(model, last)
    h = [boundary["h[0]"]]
    for s in range(last):
        h.append(np.tanh(params["b"] + params["W"] @ h[-1] + params["U"] @ inputs["x"][s]))
    norms = norms_of(model, model.states[0], params, inputs, boundary, last)
    assert set(norms) == {(t, k) for t in range(last + 1) for k in range(t + 1)}
    for (t, k), value in norms.items():
        product = np.eye(len(h[0]))
        for j in range(k + 1, t + 1):
            product = np.diag(1 - h[j] ** 2) @ params["W"] @ product
        assert abs(value - np.linalg.norm(product, 2)) < 1e-12, (t, k)


@pytest.mark.parametrize("name", ["lstm", "skip", "gru"])
def test_norms_of_gated_and_skipping_networks_are_those_of_differences(name):
    """∂h[3]/∂h[0] by central differences of the compiled network, its other boundary values fixed."""
    model, last = sr.models.get(name), 3
    params, inputs, boundary = numbers_for(model, last, seed=1)
    net = sr.to_numpy(model)
    columns = []
    for i in range(len(boundary["h[0]"])):
        ends = []
        for sign in (1, -1):
            start = dict(boundary, **{"h[0]": boundary["h[0]"] + sign * 1e-6 * (np.arange(len(boundary["h[0]"])) == i)})
            ends.append(net.forward(params, inputs, start)["h"][last - 1])
        columns.append((ends[0] - ends[1]) / 2e-6)
    state = next(v for v in model.states if v.name == "h")
    value = norms_of(model, state, params, inputs, boundary, last)[last, 0]
    assert abs(value - np.linalg.norm(np.stack(columns, axis=1), 2)) < 1e-7


def test_the_map_has_a_field_for_each_pair_and_keeps_its_canvas():
    numbers = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": [sin(s) for s in range(4)], "y": [0.0] * 4}, {"s[0]": 0.0}
    picture = sr.heat_map(sr.models.scalar(), *numbers, tau=4, style="dark")
    cells = [e for e in rules.of_class(picture.svg(), "cell") if "by" in e[0].text]
    assert len(cells) == 15
    values = {e[0].text: float(e.get("data-value")) for e in cells}
    assert values["s[2] by s[2]"] == 1 and values["s[4] by s[0]"] < values["s[4] by s[3]"] < 1
    assert not rules.outside_canvas(picture.layout)
    assert picture.tikz().count("fill={rgb") == 15 + 9
    assert "15 + 9" not in repr(picture) and "24" not in repr(picture) and "15 fields" in repr(picture)


def test_colours_tell_growing_from_fading():
    assert colour(1.0, 2.0) == NEUTRAL
    far, near = colour(0.01, 2.0), colour(0.5, 2.0)
    brightness = [sum(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (far, near, NEUTRAL)]
    assert brightness == sorted(brightness)
    assert int(colour(100.0, 2.0)[1:3], 16) > int(colour(0.01, 2.0)[1:3], 16)
    assert colour(0.0, 2.0) == colour(1e-30, 2.0)


def test_what_has_no_state_or_lacks_numbers_is_refused():
    with pytest.raises(sr.Undefined, match="no states"):
        sr.heat_map(sr.models.time_delay(), {}, {}, tau=2)
    with pytest.raises(sr.SymrnnError):
        sr.heat_map(sr.models.scalar(), {}, {}, tau=2)
