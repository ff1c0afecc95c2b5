"""Gradients forward in time are the gradients backward in time."""

import numpy as np
import pytest

import symrnn as sr
from symrnn.errors import ShapeError, Undefined, Unsupported
from symrnn.model import library
from symrnn.numeric.checking.points import point, sizes_of
from symrnn.numeric.checking.tangents import Tangents, carried
from symrnn.testing import FullCheck

STEPWISE = ["scalar", "elman", "jordan", "vector-to-sequence", "stacked", "leaky", "lstm", "gru", "state-space"]


@pytest.mark.parametrize("name", STEPWISE)
def test_forward_is_backward(name):
    model = library.get(name)
    given = point(model, 4, 1, sizes_of(model, None), None).arrays()
    loss, grads = Tangents(model)(*given)
    right_loss, right = sr.to_numpy(model).loss_and_grad(*given)
    assert loss == pytest.approx(right_loss, rel=1e-14)
    assert grads.keys() == right.keys()
    for key, gradient in grads.items():
        np.testing.assert_allclose(gradient, right[key], rtol=0, atol=1e-12)


def test_carrying_is_a_sum_of_products():
    rng = np.random.default_rng(0)
    onward, told = rng.normal(size=(4, 3, 3)), rng.normal(size=(4, 3))
    found = carried(onward, told)
    for r in range(4):
        product, total = np.eye(3), np.zeros(3)
        for s in range(r, 4):
            total += product @ told[s]
            product = product @ onward[s]
        np.testing.assert_allclose(found[r], total)


@pytest.mark.parametrize("name", ["skip", "bidirectional", "last-output", "encoder-decoder", "time-delay"])
def test_other_models_are_refused(name):
    with pytest.raises(Unsupported):
        Tangents(library.get(name))


def test_full_checks_see_every_entry():
    model = library.get("elman")
    given = point(model, 5, 0, sizes_of(model, {"n": 6}), None).arrays()
    _, grads = sr.to_numpy(model).loss_and_grad(*given)
    check = FullCheck(model)
    assert check(*given, grads)
    for key, gradient in grads.items():
        broken = gradient.copy()
        broken.flat[-1] += 1e-4
        assert set(check(*given, {**grads, key: broken}).wrong) == {key}
    with pytest.raises(ShapeError):
        check(*given, {"W": grads["b"]})
    with pytest.raises(Undefined):
        check(*given, {"Q": grads["b"]})
