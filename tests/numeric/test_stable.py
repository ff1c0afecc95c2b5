"""The helper functions at ordinary and at extreme arguments, against 50 digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from symrnn.numeric import stable

POINTS = [-1000.0, -40.0, -1.0, -1e-9, 0.0, 0.3, 20.0, 1000.0]


@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (stable.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
        (stable.softplus, lambda x: mpmath.log(1 + mpmath.exp(x))),
        (stable.relu, lambda x: max(x, 0)),
        (stable.step, lambda x: int(x > 0)),
    ],
)
def test_scalar_functions(function: object, exact: object) -> None:
    with mpmath.workdps(500):
        want = [float(exact(mpmath.mpf(x))) for x in POINTS]
    np.testing.assert_allclose(function(np.array(POINTS)), want, rtol=1e-14)
    assert function(np.array(POINTS, np.float32)).dtype == np.float32


def test_softmax_and_its_losses_at_a_thousand() -> None:
    o = np.array([[1000.0, -1000.0, 999.0], [0.1, 0.2, 0.3]])
    y = np.array([[0.0, 1.0, 0.0], [0.2, 0.3, 0.5]])
    np.testing.assert_allclose(stable.softmax(o).sum(axis=-1), 1)
    assert stable.logsumexp(o)[0] == pytest.approx(1000 + np.log(1 + np.exp(-1)))
    assert stable.softmax_cross_entropy(o, y)[0] == pytest.approx(2000 + np.log(1 + np.exp(-1)))
    assert stable.softmax_cross_entropy(o, y)[1] == pytest.approx(-np.sum(y[1] * np.log(stable.softmax(o[1]))))


def test_a_network_at_a_thousand() -> None:
    """Loss and gradients stay finite where exp would overflow."""
    net = sr.to_numpy(systems.MODELS["elman"]())
    params, inputs, boundary = oracle.arguments(net.model, oracle.instance(net.model, 3))
    params = {**params, "c": np.where(np.arange(len(params["c"])) % 2, 1000.0, -1000.0)}
    loss, grads = net.loss_and_grad(params, inputs, boundary)
    assert np.isfinite(loss) and all(np.isfinite(g).all() for g in grads.values())


def test_leading_axes() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(4, 2, 3))
    p, q = rng.normal(size=(4, 2, 3, 5)), rng.normal(size=(4, 2, 5, 2))
    np.testing.assert_allclose(stable.sum_products(p, q), np.einsum("tbik,tbkj->ij", p, q))
    np.testing.assert_allclose(stable.diagonal_matrix(a)[1, 1], np.diag(a[1, 1]))
    np.testing.assert_array_equal(stable.joined(1, a, np.ones(2))[0, 0], [*a[0, 0], 1, 1])
    assert stable.times(1, 3, (2,), np.dtype(np.float32)).tolist() == [[1, 1], [2, 2], [3, 3]]
    assert stable.like(a, np.ones(3)).shape == (3,) and not np.shares_memory(stable.like(a, a), a)
    assert stable.sum_leading(np.ones((0, 3)), 1).tolist() == [0, 0, 0]
