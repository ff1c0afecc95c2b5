"""Arguments that do not fit are refused with what came, what was expected, and the repair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from symrnn.numeric import Network

rng = np.random.default_rng(0)
N, M, K, T, B = 4, 3, 5, 6, 2
PARAMS = {
    "W": rng.normal(size=(N, N)),
    "U": rng.normal(size=(N, M)),
    "V": rng.normal(size=(K, N)),
    "b": np.zeros(N),
    "c": np.zeros(K),
}
X, Y = rng.normal(size=(T, B, M)), sr.one_hot(rng.integers(0, K, (T, B)), k=K)
H = {"h[0]": np.zeros((B, N))}


@pytest.fixture(scope="module")
def net() -> Network:
    return sr.to_numpy(sr.models.elman())


REFUSED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("missing", {"inputs": {"x": X}}, ['inputs lacks "y" (T, B, k)']),
    ("unknown", {"inputs": {"x": X, "y": Y, "z": X}}, ["inputs has 'z'", 'holds: "x", "y"']),
    ("elsewhere", {"params": {**PARAMS, "x": X}}, ["params has 'x'", 'inputs["x"]']),
    ("boundary", {"boundary": None}, ['boundary lacks "h[0]" (B, n)', "never silently zero"]),
    ("sizes", {"params": {**PARAMS, "U": np.zeros((N + 1, M))}}, ['params["U"] has shape (5, 3)', "(n, m)", "n = 4"]),
    ("rank", {"params": {**PARAMS, "b": np.zeros((1, N))}}, ['params["b"] has shape (1, 4); expected (n,)']),
    ("labels", {"inputs": {"x": X, "y": np.zeros((T, B), int)}}, ["Pass sr.one_hot(y, k=5)"]),
    ("labels without batch", {"inputs": {"x": X[:, 0], "y": np.zeros(T, int)}}, ["Pass sr.one_hot(y, k=5)"]),
    ("batch first", {"inputs": {"x": X, "y": Y.swapaxes(0, 1)}}, ["np.swapaxes(y, 0, 1)", "(T, B, k)"]),
    (
        "all batch first",
        {"inputs": {"x": X.swapaxes(0, 1), "y": Y.swapaxes(0, 1)}},
        ['boundary["h[0]"] has shape (2, 4)', "np.swapaxes"],
    ),
    ("no batch", {"inputs": {"x": X, "y": Y[:, 0]}}, ['inputs["x"] has a batch axis']),
    ("batch of another size", {"boundary": {"h": np.zeros((3, N))}}, ["B = 2"]),
    ("lengths", {"inputs": {"x": X, "y": Y[1:]}}, ["T = 6 from inputs"]),
    ("complex", {"inputs": {"x": X * 1j, "y": Y}}, ["dtype complex128"]),
    ("ragged", {"inputs": {"x": np.array([[1.0], None], dtype=object), "y": Y}}, ["dtype object"]),
    ("not a dict", {"params": [1, 2]}, ["params must be a dict"]),
    ("tau", {"tau": 7}, ["tau=7, but T = 6"]),
    ("wrt", {"wrt": ["Q"]}, ["wrt has 'Q'", "W"]),
]


@pytest.mark.parametrize(("arguments", "words"), [x[1:] for x in REFUSED], ids=[x[0] for x in REFUSED])
def test_refused(net: Network, arguments: dict[str, Any], words: list[str]) -> None:
    given = {"params": PARAMS, "inputs": {"x": X, "y": Y}, "boundary": H, **arguments}
    with pytest.raises(sr.SymrnnError) as caught:
        net.loss_and_grad(**given)
    for word in words:
        assert word in str(caught.value)


def test_what_is_accepted(net: Network) -> None:
    """Short keys of boundary values, lists, and integers, which count as floats."""
    loss, grads = net.loss_and_grad(PARAMS, {"x": X, "y": Y.astype(int)}, {"h": np.zeros((B, N), int).tolist()})
    again, _ = net.loss_and_grad(PARAMS, {"x": X, "y": Y}, H)
    assert loss == again and grads["h[0]"].dtype == np.float64
    small = {k: x.astype(np.float32) for k, x in PARAMS.items()}
    mixed, _ = net.loss_and_grad(small, {"x": X.astype(np.float32), "y": Y.astype(int)}, {"h": np.zeros(N, int)})
    assert mixed.dtype == np.float32


def test_no_gradient_at_all(net: Network) -> None:
    loss, grads = net.loss_and_grad(PARAMS, {"x": X, "y": Y}, H, wrt=[])
    assert grads == {} and loss == net.loss(PARAMS, {"x": X, "y": Y}, H)


def test_a_model_without_inputs_is_told_its_length() -> None:
    net = sr.to_numpy(systems.MODELS["autonomous"]())
    arguments = oracle.arguments(net.model, oracle.instance(net.model, 2))
    with pytest.raises(sr.Undefined, match="tells the last time tau"):
        net.loss(*arguments)
    with pytest.raises(sr.Undefined, match="at least 1"):
        net.loss(*arguments, tau=0)
    assert np.isfinite(net.loss(*arguments, tau=2))


def test_lengths_that_are_too_short() -> None:
    net = sr.to_numpy(systems.MODELS["ranges"]())
    params, inputs, boundary = oracle.arguments(net.model, oracle.instance(net.model, 3))
    with pytest.raises(sr.ShapeError, match="T = 1 is too short"):
        net.loss(params, {"x": inputs["x"][:1]}, boundary)


@pytest.mark.parametrize(("labels", "k"), [([0.5], 2), ([2], 2), ([-1], 2), ([0], 0), ([0], True)])
def test_one_hot_refuses(labels: Any, k: Any) -> None:
    with pytest.raises(sr.ShapeError):
        sr.one_hot(labels, k=k)


def test_one_hot() -> None:
    vectors = sr.one_hot(np.array([[0, 1], [2, 2]]), k=3)
    assert (
        vectors.shape == (2, 2, 3) and (vectors.argmax(-1) == [[0, 1], [2, 2]]).all() and (vectors.sum(-1) == 1).all()
    )


def test_targets_off_the_simplex_are_refused():
    """The gradient of a softmax loss relies on targets that sum to 1; a masked row would contradict the loss."""
    net = sr.to_numpy(sr.models.elman())
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(3, 2)), "V": rng.normal(size=(5, 3))}
    params |= {"b": np.zeros(3), "c": np.zeros(5)}
    inputs = {"x": rng.normal(size=(4, 2)), "y": np.eye(5)[[0, 2, 1, 4]]}
    assert np.isfinite(net.loss(params, inputs, {"h[0]": np.ones(3)}))
    inputs["y"][3] = 0
    with pytest.raises(sr.ShapeError, match="do not sum to 1"):
        net.loss_and_grad(params, inputs, {"h[0]": np.ones(3)})


def test_a_second_look_is_spared_only_for_what_looks_the_same() -> None:
    """After a call that was right, other shapes, types, keys, places and sums are still refused or converted."""
    net = sr.to_numpy(sr.models.elman())
    params, inputs, boundary = oracle.arguments(net.model, oracle.instance(net.model, 4))
    for _ in range(2):
        loss, _ = net.loss_and_grad(params, inputs, boundary)
    with pytest.raises(sr.ShapeError, match="do not sum to 1"):
        net.loss_and_grad(params, {**inputs, "y": 2 * inputs["y"]}, boundary)
    with pytest.raises(sr.ShapeError, match="y"):
        net.loss_and_grad(params, {**inputs, "y": inputs["y"][1:]}, boundary)
    with pytest.raises(sr.Undefined, match="inputs has"):
        net.loss_and_grad(params, {**inputs, **boundary}, {})
    single = {key: x.astype(np.float32) for key, x in params.items()}
    assert net.loss_and_grad(single, inputs, boundary)[0].dtype == np.float64
    assert net.loss_and_grad(params, {k: x.tolist() for k, x in inputs.items()}, boundary)[0] == loss
    shuffled = dict(reversed(params.items()))
    assert [net.loss_and_grad(shuffled, inputs, boundary)[0] for _ in range(2)] == [loss, loss]


def test_keys_may_come_from_an_iterator() -> None:
    """It is read once, also where examples of different lengths are computed one group after the other."""
    net = sr.to_numpy(sr.models.scalar())
    params, inputs = {"w": 0.5, "u": 1.0, "b": 0.0}, {"x": np.ones((3, 2)), "y": np.zeros((3, 2))}
    wanted = net.loss_and_grad(params, inputs, {"s[0]": 0.1}, wrt=["w", "b"], lengths=[3, 2])[1]
    found = net.loss_and_grad(params, inputs, {"s[0]": 0.1}, wrt=iter(["w", "b"]), lengths=[3, 2])[1]
    assert found == wanted and set(found) == {"w", "b"}
