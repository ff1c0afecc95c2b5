"""Gradients in segments are the gradients, whatever is kept; and what is kept is as much as is said."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from numeric.test_networks import everything, network
from symrnn import Equation, Parameter, Recurrence, Sequence, t, tau
from symrnn.numeric.segments import Segments, admits

ADMITTED = [name for name in sorted(systems.MODELS) if admits(systems.MODELS[name]())]


def test_which_models_are_chains_of_segments() -> None:
    assert {"elman", "scalar", "lstm", "gru", "regularised"} <= set(ADMITTED)
    assert not {"backward", "clock", "attention", "initial", "ranges"} & set(ADMITTED)


@pytest.mark.parametrize("name", ADMITTED)
@pytest.mark.parametrize("last", [1, 2, 7])
def test_segments_give_the_same_gradients(name: str, last: int) -> None:
    net = network(name)
    if not oracle.has_inputs(net.model):
        pytest.skip("no input tells the number of steps")
    arguments = oracle.arguments(net.model, oracle.instance(net.model, last))
    a = net._door(*arguments, None, None, "TB")
    keys = tuple(everything(net))
    loss, grads = net.loss_and_grad(*arguments, wrt=keys, memory="all")
    segments = Segments(net.model, keys)
    for size in (1, 2, 3):
        for keep in (True, False):
            for _ in range(2):
                value, found = segments.gradient(a, size, keep)
                assert value == pytest.approx(loss, rel=1e-12)
                for key, g in grads.items():
                    np.testing.assert_allclose(found[key], g, rtol=1e-10, atol=1e-12, err_msg=key)


@pytest.mark.parametrize("memory", ["lean", "checkpoint", "auto", 3_000_000, 400_000])
def test_ways_by_name_and_by_budget(memory: object) -> None:
    net = network("elman")
    rng = np.random.default_rng(0)
    n, m, k, T, B = 5, 3, 4, 600, 3
    params = {
        key: rng.normal(size=[{"n": n, "m": m, "k": k}[d] for d in shape]) / 2
        for key, shape in (("W", "nn"), ("U", "nm"), ("b", "n"), ("V", "kn"), ("c", "k"))
    }
    inputs = {"x": rng.normal(size=(T, B, m)), "y": sr.one_hot(rng.integers(0, k, size=(T, B)), k)}
    given = {"h[0]": rng.normal(size=n)}
    loss, grads = net.loss_and_grad(params, inputs, given, memory="all")
    value, found = net.loss_and_grad(params, inputs, given, memory=memory)
    assert value == pytest.approx(loss, rel=1e-12)
    for key, g in grads.items():
        np.testing.assert_allclose(found[key], g, rtol=1e-9, atol=1e-12)


def tanh_network() -> Recurrence:
    n = sr.dims("n")
    h, x, y = Sequence("h", n), Sequence("x", n), Sequence("y", n)
    W, U, b = Parameter("W", n, n), Parameter("U", n, n), Parameter("b", n)
    return Recurrence(
        Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), loss=sr.time_sum(sr.squared_error(h[t], y[t]))
    )


def test_what_is_kept() -> None:
    """In states' bytes, at (n, T, B) = (16, 1000, 32): all 3, lean at most 1.5, checkpoint at most 0.3."""
    net = sr.to_numpy(tanh_network())
    n, T, B = 16, 1000, 32
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(n, n)) / 8, "U": rng.normal(size=(n, n)) / 8, "b": np.zeros(n)}
    inputs = {"x": rng.normal(size=(T, B, n)), "y": rng.normal(size=(T, B, n))}
    used = {}
    for memory in ("all", "lean", "checkpoint"):
        net.loss_and_grad(params, inputs, {"h[0]": np.zeros(n)}, memory=memory)
        fresh = sr.to_numpy(net.model)
        fresh.loss_and_grad(params, {k: x[:2] for k, x in inputs.items()}, {"h[0]": np.zeros(n)}, memory=memory)
        tracemalloc.start()
        fresh.loss_and_grad(params, inputs, {"h[0]": np.zeros(n)}, memory=memory)
        used[memory] = tracemalloc.get_traced_memory()[1] / (T * B * n * 8)
        tracemalloc.stop()
    assert 2.9 < used["all"] < 3.3 and used["lean"] < 1.5 and used["checkpoint"] < 0.3


def test_what_cannot_be_done_is_refused() -> None:
    net = network("backward")
    arguments = oracle.arguments(net.model, oracle.instance(net.model, 3))
    with pytest.raises(sr.Unsupported, match="cannot be computed in segments"):
        net.loss_and_grad(*arguments, memory="checkpoint")
    assert net.loss_and_grad(*arguments, memory="auto")[0] == net.loss_and_grad(*arguments)[0]
    net = network("elman")
    arguments = oracle.arguments(net.model, oracle.instance(net.model, 3))
    with pytest.raises(sr.Undefined, match="memory="):
        net.loss_and_grad(*arguments, memory="little")
    with pytest.raises(sr.Unsupported, match="10 bytes do not suffice for T = 3"):
        net.loss_and_grad(*arguments, memory=10)
    h = Sequence("h")
    late = Recurrence(Equation(h[t], sr.tanh(h[t - 1])), loss=h[tau - 1] + h[tau])
    assert not admits(late)
