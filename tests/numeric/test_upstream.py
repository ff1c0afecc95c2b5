"""`vjp`: gradients of sum(upstream * value), with a loss or without, by sequence or by element."""

from __future__ import annotations

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from symrnn import t, tau


def lossless() -> sr.Recurrence:
    return sr.Recurrence(*systems.MODELS["lags"]().equations)


@pytest.mark.parametrize("name", ["elman", "lags", "backward", "initial", "matrices", "regularised"])
def test_gradients_of_what_arrives_at_a_sequence(name: str) -> None:
    model = systems.MODELS[name]()
    net = sr.to_numpy(model)
    drawn = oracle.instance(model, 4)
    arguments = oracle.arguments(model, drawn)
    rng = np.random.default_rng(0)
    for v in (v for v in model.defined if v.shape):
        arriving = rng.normal(size=net.forward(*arguments)[v.name].shape)
        grads = net.vjp(*arguments, upstream={v.name: arriving})
        nodes = {v[i + 1]: arriving[i] for i in range(4) if v[i + 1] in drawn.graph.nodes}
        for key in grads:
            leaf = next(x for x in drawn.given if oracle.place(model, x, 4) == (key, None))
            np.testing.assert_allclose(grads[key], oracle.inner(drawn, nodes, leaf), rtol=1e-10, atol=1e-13)


def test_gradients_of_what_arrives_at_a_scalar() -> None:
    model = systems.MODELS["matrices"]()
    net = sr.to_numpy(model)
    drawn = oracle.instance(model, 3)
    s, arriving = model.defined[1], np.array([0.3, -0.5, 0.7])
    grads = net.vjp(*oracle.arguments(model, drawn), upstream={"s": arriving})
    for p in model.parameters:
        want = oracle.inner(drawn, {s[i + 1]: arriving[i] for i in range(3)}, p)
        np.testing.assert_allclose(grads[p.name], want, rtol=1e-10)


def test_without_a_loss_by_several_keys_and_in_a_batch() -> None:
    model = lossless()
    net = sr.to_numpy(model)
    params, inputs, boundary = oracle.arguments(model, oracle.instance(model, 5))
    o = net.forward(params, inputs, boundary)["o"]
    once = net.vjp(params, inputs, boundary, upstream={"o": np.ones_like(o)}, wrt=["W", "x", "h[0]"])
    last = net.vjp(params, inputs, boundary, upstream={"o[tau]": np.ones_like(o[0])}, wrt=["W"])
    fifth = net.vjp(params, inputs, boundary, upstream={"o[5]": np.ones_like(o[0])}, wrt=["W"])
    both = net.vjp(params, inputs, boundary, upstream={"o": np.ones_like(o), "o[tau]": np.ones_like(o[0])}, wrt=["W"])
    np.testing.assert_allclose(last["W"], fifth["W"])
    np.testing.assert_allclose(both["W"], once["W"] + last["W"])
    twice = {key: np.stack([x, x], axis=1) for key, x in inputs.items()}
    batch = net.vjp(params, twice, boundary, upstream={"o": np.ones((5, 2, *o.shape[1:]))}, wrt=["W", "x", "h[0]"])
    np.testing.assert_allclose(batch["W"], 2 * once["W"])
    np.testing.assert_allclose(batch["x"][:, 1], once["x"])
    np.testing.assert_allclose(batch["h[0]"], 2 * once["h[0]"])
    with pytest.raises(sr.Undefined, match="has no loss"):
        net.loss_and_grad(params, inputs, boundary)


def test_what_is_not_read_gets_zeros_and_what_does_not_fit_is_refused() -> None:
    model = systems.MODELS["elman"]()
    net = sr.to_numpy(model)
    arguments = oracle.arguments(model, oracle.instance(model, 3))
    grads = net.vjp(*arguments, upstream={"h": np.ones_like(net.forward(*arguments)["h"])})
    assert set(grads) == {"W", "U", "b", "V", "c", "h[0]"}
    assert not grads["V"].any() and grads["V"].shape == arguments[0]["V"].shape
    with pytest.raises(sr.ShapeError, match=r'upstream\["o"\]'):
        net.vjp(*arguments, upstream={"o": np.ones((3, 2, 2, 2))})
    with pytest.raises(sr.Undefined, match="'q', which the model does not define"):
        net.vjp(*arguments, upstream={"q": 1.0})


def test_an_element_before_the_first_step() -> None:
    h, z, w = sr.Sequence("h"), sr.Sequence("z"), sr.Parameter("w")
    model = sr.Recurrence(
        sr.Equation(h[0], sr.sin(w)),
        sr.Equation(h[t], sr.tanh(w * h[t - 1] + z[t])),
        sr.Equation(h[tau + 1], h[tau] * w),
    )
    net = sr.to_numpy(model)
    inputs = {"z": np.array([0.1, 0.2])}
    values = net.forward({"w": 0.5}, inputs)
    assert set(values) == {"h", "h[0]", "h[tau+1]"}
    assert net.vjp({"w": 0.5}, inputs, upstream={"h[0]": 1.0})["w"] == pytest.approx(np.cos(0.5))
    assert values["h[tau+1]"] == pytest.approx(values["h"][-1] * 0.5)
