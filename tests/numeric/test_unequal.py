"""A batch of sequences of unequal length is the sum of its examples, each computed alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from numeric.test_networks import everything, network, stacked, steps
from symrnn.numeric import Network

MODELS = sorted(systems.MODELS)


def padded(net: Network, parts: list[dict[str, Any]], longest: int) -> list[dict[str, Any]]:
    """Sequences filled up to one length with what must never be read."""
    names = {v.name for v in net.model.sequences}

    def whole(x: Any) -> np.ndarray:
        rest = np.full((longest - len(x), *np.shape(x)[1:]), np.nan)
        return np.concatenate([x, rest])

    return [{key: whole(x) if key in names else x for key, x in p.items()} for p in parts]


def examples(net: Network, lasts: list[int]) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    drawn = [oracle.arguments(net.model, oracle.instance(net.model, last, seed)) for seed, last in enumerate(lasts)]
    return drawn[0][0], [d[1] for d in drawn], [d[2] for d in drawn]


@pytest.mark.parametrize("name", MODELS)
def test_lengths_are_those_of_each_example_alone(name: str) -> None:
    net = network(name)
    lasts = [last + net.shortest - 1 for last in (3, 1, 5, 3)]
    longest, keys = max(lasts), everything(net)
    params, inputs, boundary = examples(net, lasts)
    more = [steps(net, last) for last in lasts]
    alone = [net.loss_and_grad(params, x, b, wrt=keys, **m) for x, b, m in zip(inputs, boundary, more, strict=True)]
    whole = params, stacked(net, padded(net, inputs, longest)), stacked(net, boundary)
    loss, grads = net.loss_and_grad(*whole, wrt=keys, lengths=lasts)
    assert loss == pytest.approx(sum(a[0] for a in alone), rel=1e-12)
    assert net.loss(*whole, lengths=lasts) == pytest.approx(loss, rel=1e-14)
    names = {v.name for v in net.model.sequences}
    for key in keys:
        for i, (_, own) in enumerate(alone):
            if key in params:
                continue
            got = grads[key][:, i] if key in names else grads[key][i]
            np.testing.assert_allclose(got[: len(own[key])] if key in names else got, own[key], rtol=1e-10, atol=1e-12)
            assert key not in names or not np.any(got[len(own[key]) :])
        if key in params:
            np.testing.assert_allclose(grads[key], sum(a[1][key] for a in alone), rtol=1e-10, atol=1e-12)
    values = net.forward(*whole, lengths=lasts)
    for i, last in enumerate(lasts):
        for key, x in net.forward(params, inputs[i], boundary[i], **more[i]).items():
            if key in names:
                np.testing.assert_array_equal(values[key][last:, i], np.nan)
                np.testing.assert_allclose(values[key][:last, i], x, rtol=1e-12, atol=1e-14)
            else:
                np.testing.assert_allclose(values[key][i], x, rtol=1e-12, atol=1e-14)


def test_each_length_its_own_last_time() -> None:
    """A loss at tau and a backward-running state see each example's own end, and another answer is wrong."""
    for model in (sr.models.last_output(), sr.models.bidirectional()):
        net = sr.to_numpy(model)
        params, inputs, boundary = examples(net, [4, 4])
        batch = params, stacked(net, inputs), stacked(net, boundary)
        assert net.loss(*batch, lengths=[4, 4]) == pytest.approx(net.loss(*batch))
        assert abs(net.loss(*batch, lengths=[4, 2]) - net.loss(*batch)) > 1e-3


def test_batch_first() -> None:
    """With axes="BT" every sequence that comes in or goes out has its batch axis first."""
    net = network("elman")
    params, inputs, boundary = examples(net, [4, 4, 4])
    inputs, boundary = stacked(net, inputs), stacked(net, boundary)
    turned = {key: np.swapaxes(x, 0, 1) for key, x in inputs.items()}
    for more in ({}, {"lengths": [4, 2, 3]}):
        loss, grads = net.loss_and_grad(params, inputs, boundary, wrt=["W", "x"], **more)
        other, found = net.loss_and_grad(params, turned, boundary, wrt=["W", "x"], axes="BT", **more)
        assert loss == other and np.array_equal(grads["W"], found["W"])
        assert np.array_equal(np.swapaxes(grads["x"], 0, 1), found["x"])
        values = net.forward(params, inputs, boundary, **more)
        assert np.array_equal(
            np.swapaxes(values["o"], 0, 1),
            net.forward(params, turned, boundary, axes="BT", **more)["o"],
            equal_nan=True,
        )
        up = np.ones_like(values["o"])
        one = net.vjp(params, inputs, boundary, upstream={"o": up}, wrt=["W"], **more)
        two = net.vjp(params, turned, boundary, upstream={"o": np.swapaxes(up, 0, 1)}, wrt=["W"], axes="BT", **more)
        assert np.array_equal(one["W"], two["W"])
    with pytest.raises(sr.Undefined, match='axes="BT"'):
        net.loss(params, inputs, boundary, axes="B")


def test_what_arrives_at_each_last_step() -> None:
    net = network("elman")
    lasts = [3, 5, 2]
    params, inputs, boundary = examples(net, lasts)
    arriving = np.random.default_rng(0).normal(size=(3, *np.shape(boundary[0]["h[0]"])))
    each = [
        net.vjp(params, x, b, upstream={"h[tau]": u}, wrt=["W", "x"])
        for x, b, u in zip(inputs, boundary, arriving, strict=True)
    ]
    batch = stacked(net, padded(net, inputs, 5)), stacked(net, boundary)
    found = net.vjp(params, *batch, upstream={"h[tau]": arriving}, wrt=["W", "x"], lengths=lasts)
    np.testing.assert_allclose(found["W"], sum(g["W"] for g in each))
    for i, last in enumerate(lasts):
        np.testing.assert_allclose(found["x"][:last, i], each[i]["x"])


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([4, 5, 1], "lengths holds 5, but T = 4"),
        ([4, 0, 1], "at least one step"),
        ([4, 4], r"lengths has shape \(2,\); expected \(B,\) with B = 3"),
        ([4.0, 3.0, 2.0], "expected integers"),
        ({"sigma": [1, 2, 3]}, "not a last time"),
    ],
)
def test_lengths_that_do_not_fit(lengths: Any, message: str) -> None:
    net = network("elman")
    params, inputs, boundary = examples(net, [4, 4, 4])
    with pytest.raises(sr.SymrnnError, match=message):
        net.loss(params, stacked(net, inputs), stacked(net, boundary), lengths=lengths)
    with pytest.raises(sr.ShapeError, match="one example"):
        net.loss(params, inputs[0], boundary[0], lengths=[4])
