"""Generated losses and gradients are those of the independent evaluation, for every kind of model and length."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from symrnn.numeric import Network
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.layout import given_leaves

MODELS = sorted(systems.MODELS)


@cache
def network(name: str) -> Network:
    return sr.to_numpy(systems.MODELS[name]())


def steps(net: Network, last: int) -> dict[str, Any]:
    return {} if oracle.has_inputs(net.model) else {"tau": last}


def everything(net: Network) -> list[str]:
    return [key_of_leaf(x) for x in given_leaves(net.model)]


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("last", [1, 2, 3, 5])
def test_loss_and_gradient_by_default(name: str, last: int) -> None:
    net = network(name)
    if last < net.shortest:
        pytest.skip("too short for this model")
    drawn = oracle.instance(net.model, last)
    loss, grads = net.loss_and_grad(*oracle.arguments(net.model, drawn), **steps(net, last))
    assert loss == pytest.approx(oracle.loss(drawn), rel=1e-12)
    assert net.loss(*oracle.arguments(net.model, drawn), **steps(net, last)) == pytest.approx(loss, rel=1e-14)
    assert oracle.mistakes(drawn, grads) == []
    learned = [w.name for w in net.model.parameters if w.learned]
    assert set(learned) <= set(grads) and "lam" not in grads


@pytest.mark.parametrize("name", MODELS)
def test_gradient_of_everything(name: str) -> None:
    """Inputs, constants, targets and parameters that are not learned, when they are asked for."""
    net = network(name)
    drawn = oracle.instance(net.model, 3, seed=1)
    arguments = oracle.arguments(net.model, drawn)
    _, grads = net.loss_and_grad(*arguments, wrt=everything(net), **steps(net, 3))
    assert oracle.mistakes(drawn, grads) == []
    for given in arguments:
        assert all(grads[key].shape == np.shape(x) for key, x in given.items())


@pytest.mark.parametrize("name", MODELS)
def test_values_of_all_sequences(name: str) -> None:
    net = network(name)
    drawn = oracle.instance(net.model, 4, seed=2)
    values = net.forward(*oracle.arguments(net.model, drawn), **steps(net, 4))
    run = drawn.run()
    for node in drawn.graph.equations:
        v, time = node.lhs.sequence, int(node.lhs.time)
        got = values[v.name][time - 1] if 1 <= time <= 4 else values[f"{v.name}[{time}]"]
        np.testing.assert_allclose(got, run(node.lhs), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("last", [1, 3, 8])
def test_a_batch_is_the_sum_of_its_examples(name: str, last: int) -> None:
    net = network(name)
    if last < net.shortest:
        pytest.skip("too short for this model")
    keys, more = everything(net), steps(net, last)
    examples = [oracle.arguments(net.model, oracle.instance(net.model, last, seed)) for seed in range(3)]
    params = examples[0][0]
    alone = [net.loss_and_grad(params, e[1], e[2], wrt=keys, **more) for e in examples]
    inputs, boundary = stacked(net, [e[1] for e in examples]), stacked(net, [e[2] for e in examples])
    loss, grads = net.loss_and_grad(params, inputs, boundary, wrt=keys, **more)
    assert loss == pytest.approx(sum(a[0] for a in alone), rel=1e-12)
    each = stacked(net, [a[1] for a in alone])
    for key in keys:
        want = sum(a[1][key] for a in alone) if key in params else each[key]
        assert grads[key].shape == np.shape(want)
        np.testing.assert_allclose(grads[key], want, rtol=1e-10, atol=1e-12)


def stacked(net: Network, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Examples along the batch axis: behind time for sequences, first for everything else."""
    names = {v.name for v in net.model.sequences}
    return {key: np.stack([p[key] for p in parts], axis=int(key in names)) for key in parts[0]}


@pytest.mark.parametrize("name", MODELS)
def test_numbers_of_one_type_and_untouched_arguments(name: str) -> None:
    net = network(name)
    given = oracle.arguments(net.model, oracle.instance(net.model, 3))
    small = [{key: np.array(x, dtype=np.float32) for key, x in arrays.items()} for arrays in given]
    for arrays in small:
        for x in arrays.values():
            x.flags.writeable = False
    loss, grads = net.loss_and_grad(*small, wrt=everything(net), **steps(net, 3))
    values = net.forward(*small, **steps(net, 3))
    assert {loss.dtype, *(x.dtype for x in (*grads.values(), *values.values()))} == {np.dtype(np.float32)}
    exact, _ = net.loss_and_grad(*given, **steps(net, 3))
    assert exact.dtype == np.float64 and loss == pytest.approx(exact, rel=1e-4)


@pytest.mark.parametrize("lasts", [(1, 1), (3, 2), (2, 5)])
def test_two_lengths(lasts: tuple[int, int]) -> None:
    """Each input tells its own number of steps; a batch has two in it at once."""
    net = sr.to_numpy(systems.two_lengths())
    last = dict(zip((systems.tau_x, systems.tau_y), lasts, strict=True))
    drawn = oracle.instance(net.model, last)
    params, inputs, boundary = oracle.arguments(net.model, drawn)
    assert (len(inputs["x"]), len(inputs["y"])) == lasts and "T_x" in net.source
    keys = everything(net)
    loss, grads = net.loss_and_grad(params, inputs, boundary, wrt=keys)
    assert loss == pytest.approx(oracle.loss(drawn), rel=1e-12)
    assert oracle.mistakes(drawn, grads) == []
    values = net.forward(params, inputs, boundary)
    assert (len(values["h"]), len(values["g"])) == lasts
    arriving = net.vjp(params, inputs, boundary, upstream={"h[tau_x]": np.ones_like(values["h"][0])}, wrt=["W"])
    whole = np.zeros_like(values["h"])
    whole[-1] = 1
    np.testing.assert_allclose(arriving["W"], net.vjp(params, inputs, boundary, upstream={"h": whole}, wrt=["W"])["W"])
    twice = [{key: np.stack([x] * 2, axis=1) for key, x in inputs.items()}, {k: [x] * 2 for k, x in boundary.items()}]
    assert net.loss(params, *twice) == pytest.approx(2 * loss)
    with pytest.raises(sr.ShapeError, match=r"T_y = \d from inputs"):
        net.loss(params, {**inputs, "c": inputs["c"][1:] if lasts[1] > 1 else [*inputs["c"]] * 2}, boundary)


def test_one_boundary_value_for_a_whole_batch() -> None:
    net = network("elman")
    drawn = oracle.instance(net.model, 4)
    params, inputs, boundary = oracle.arguments(net.model, drawn)
    inputs = {key: np.stack([x, x[::-1]], axis=1) for key, x in inputs.items()}
    _, shared = net.loss_and_grad(params, inputs, boundary)
    _, each = net.loss_and_grad(params, inputs, {"h[0]": np.stack([boundary["h[0]"]] * 2)})
    assert shared["h[0]"].shape == boundary["h[0]"].shape
    np.testing.assert_allclose(shared["h[0]"], each["h[0]"].sum(axis=0))


def test_lengths_that_a_derivation_for_large_tau_does_not_cover_are_refused() -> None:
    """For tau < 4 the last two terms of the loss come from another equation than for large tau."""
    h, x, L = sr.Sequence("h"), sr.Sequence("x"), sr.Sequence("L")
    w, t, tau = sr.Parameter("w"), sr.t, sr.tau
    model = sr.Recurrence(
        sr.Equation(h[t], sr.tanh(w * h[t - 1] + x[t])),
        sr.Equation(L[t], h[t] ** 2, over=(t, 1, 2)),
        sr.Equation(L[t], h[t] ** 3, over=(t, 3, tau)),
        loss=sr.time_sum(L[t], (t, tau - 1, tau)),
    )
    net = sr.to_numpy(model)
    with pytest.raises(sr.Undefined, match="larger tau"):
        sr.unroll(model, 1)  # L[2] reads h[2]
    for last in range(2, 7):
        drawn = oracle.instance(model, last)
        arguments = oracle.arguments(model, drawn)
        if last < net.shortest:
            with pytest.raises(sr.ShapeError, match="too short"):
                net.loss_and_grad(*arguments)
        else:
            assert oracle.mistakes(drawn, net.loss_and_grad(*arguments)[1]) == []
    assert net.shortest <= 4


MUTANTS = [
    ("h[:T]", "h[1:]"),
    (", W, a1)", ", W.T, a1)"),
    ("softmax(o), y,", "softmax(o), 0 * y,"),
    (", V, out=", ", V * 0, out="),
    ("in zip(reversed(part1_rows)", "in zip(reversed(part1_rows[1:])"),
    ("d_h[:1] = 0", "d_h[:1] = 1"),
    ("np.multiply(h[1:], h[1:], out=part1)", "part1[...] = h[1:]"),
    ("np.add(d_h_t, a1, d_h_t)", "d_h_t[...] = a1"),
    ("d_o.reshape(-1, k).sum(axis=0)", "d_o[-1]"),
]


@pytest.mark.parametrize(("right", "wrong"), MUTANTS)
def test_the_judge_catches_wrong_code(right: str, wrong: str) -> None:
    """Classical mistakes planted in the generated text are seen by the comparison above."""
    from symrnn.numeric.load import load

    net = network("elman")
    assert net.source.count(right) >= 1
    head, tail = net.source.split("def backward")
    mutant = load(head + "def backward" + tail.replace(right, wrong), "loss_and_grad")
    drawn = oracle.instance(net.model, 4)
    _, grads = mutant(*oracle.arguments(net.model, drawn))
    assert oracle.mistakes(drawn, grads)


def test_a_scalar_constant_is_spread_over_the_batch():
    s, c = sr.Sequence("s"), sr.Constant("c")
    net = sr.to_numpy(sr.Recurrence(sr.Equation(s[sr.t], sr.tanh(c * s[sr.t - 1])), loss=sr.time_sum(s[sr.t])))
    alone = [net.loss({}, {"c": c}, {"s[0]": 0.5}, tau=2) for c in (0.3, 0.7)]
    both = net.loss({}, {"c": np.array([0.3, 0.7])}, {"s[0]": np.array([0.5, 0.5])}, tau=2)
    first = np.tanh(0.3 * 0.5)
    assert np.isclose(alone[0], first + np.tanh(0.3 * first)) and np.isclose(both, sum(alone))
