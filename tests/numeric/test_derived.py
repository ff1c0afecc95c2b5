"""Code for what is derived from a gradient: its Hessian times a direction, and gradients truncated in chunks."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle
from symrnn.cli import main
from symrnn.errors import Undefined, Unsupported


def case(model: Any, last: int) -> tuple[Any, Any, Any]:
    return oracle.arguments(model, oracle.instance(model, last))


@pytest.mark.parametrize("name", ["elman", "lstm", "skip"])
def test_chunks_are_those_of_the_derivation(name: str) -> None:
    """Against the interpreter's values of the lines of truncated back-propagation; the loss is the whole one."""
    model = sr.models.get(name)
    net, arguments = sr.to_numpy(model), case(model, 6)
    whole, full = net.loss_and_grad(*arguments)
    for chunk in (2, 3):
        loss, grads = net.loss_and_grad(*arguments, chunk=chunk)
        wanted = sr.evaluate(sr.bptt(model, chunk=chunk), *arguments, tau=6)
        assert loss == pytest.approx(whole, rel=1e-12)
        assert set(grads) == set(full)
        for key, g in grads.items():
            np.testing.assert_allclose(g, wanted[key], rtol=1e-10, atol=1e-12)
    assert not np.allclose(grads[model.parameters[1].name], full[model.parameters[1].name])
    for key, g in net.loss_and_grad(*arguments, chunk=6)[1].items():
        np.testing.assert_allclose(g, full[key], rtol=1e-12)


def test_chunks_that_cannot_be() -> None:
    net = sr.to_numpy(sr.models.get("skip"))
    arguments = case(net.model, 6)
    with pytest.raises(Unsupported, match="too short for lags"):
        net.loss_and_grad(*arguments, chunk=1)
    with pytest.raises(Undefined, match="chunk=0"):
        net.loss_and_grad(*arguments, chunk=0)
    both = sr.to_numpy(sr.models.bidirectional())
    with pytest.raises(Unsupported, match="segments"):
        both.loss_and_grad(*case(both.model, 4), chunk=2)


def test_the_hessian_times_a_direction() -> None:
    """Against the interpreter, a difference of gradients along the direction, and itself after pickling."""
    model = sr.models.elman()
    product, plain = sr.hvp(model), sr.to_numpy(model)
    net = sr.to_numpy(product)
    params, inputs, boundary = case(net.model, 4)
    slope, found = pickle.loads(pickle.dumps(net)).loss_and_grad(params, inputs, boundary)
    own = [w.name for w in model.parameters]
    assert set(found) == {*own, "h[0]"}

    def gradient(step: float) -> dict[str, np.ndarray]:
        moved = {key: params[key] + step * params[f"{key}dot"] for key in own}
        start = {"h[0]": boundary["h[0]"] + step * boundary["hdot[0]"]}
        return plain.loss_and_grad(moved, inputs, start)[1]

    up, down = gradient(1e-5), gradient(-1e-5)
    for key, g in found.items():
        np.testing.assert_allclose(g, (up[key] - down[key]) / 2e-5, rtol=1e-6, atol=1e-8)
    direction = {**{key: params[f"{key}dot"] for key in own}, "h[0]": boundary["hdot[0]"]}
    given = {key: params[key] for key in own}, inputs, {"h[0]": boundary["h[0]"]}
    wanted = sr.evaluate(product, *given, tau=4, direction=direction)
    for key, g in found.items():
        np.testing.assert_allclose(g, wanted[key], rtol=1e-11, atol=1e-13)
    along = plain.loss_and_grad(*given)[1]
    assert slope == pytest.approx(sum(np.sum(along[key] * direction[key]) for key in found), rel=1e-12)


def test_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    text = sr.code(sr.hvp(sr.models.scalar()), target="jax")
    assert '"wdot" ()' in text and "lax.scan" in text
    assert main(["code", "scalar", "--hvp", "--target", "jax"]) == 0
    assert capsys.readouterr().out == text
