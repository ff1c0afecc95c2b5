"""Loops compiled by Numba give what the NumPy calls give, for models of every kind, with and without a batch."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle
from numeric.test_networks import everything, network, stacked, steps
from symrnn.numeric import backends

pytest.importorskip("numba")


@pytest.mark.filterwarnings("ignore")  # what Numba says about its own arrays
@pytest.mark.parametrize("name", ["elman", "lstm", "coupled", "scalars_and_vectors", "regularised", "backward"])
def test_the_same_numbers(name: str) -> None:
    net, fast = network(name), sr.to_numpy(network(name).model, backend="numba")
    keys = everything(net)
    for last in (1, 4):
        if last < net.shortest:
            continue
        parts = [oracle.arguments(net.model, oracle.instance(net.model, last, seed)) for seed in range(3)]
        batch = parts[0][0], stacked(net, [p[1] for p in parts]), stacked(net, [p[2] for p in parts])
        for given in (parts[0], batch):
            loss, grads = net.loss_and_grad(*given, wrt=keys, **steps(net, last))
            value, found = fast.loss_and_grad(*given, wrt=keys, **steps(net, last))
            assert value == pytest.approx(loss, rel=1e-12)
            for key, g in grads.items():
                np.testing.assert_allclose(found[key], g, rtol=1e-10, atol=1e-12, err_msg=key)
            for key, x in net.forward(*given, **steps(net, last)).items():
                np.testing.assert_allclose(fast.forward(*given, **steps(net, last))[key], x, rtol=1e-11, atol=1e-13)


def test_loops_are_functions_of_their_own_and_rows_that_are_large_stay_with_numpy() -> None:
    net = sr.to_numpy(sr.models.lstm(), backend="numba")
    assert net.source.count("@njit") == 2 and "from numba import njit" in net.source
    assert (
        "if B * n <= 96:\n        loop1(1, T + 1, 1, B, " in net.source.replace("B * 4*n", "B * n")
        and "else:" in net.source
    )
    assert "njit" not in sr.to_numpy(sr.models.lstm()).source
    assert "njit" not in sr.to_numpy(network("fastweights").model, backend="numba").source, "matrices stay with NumPy"
    assert pickle.loads(pickle.dumps(net)).backend == "numba"


def test_backends_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(sr.Undefined, match="backend='fortran'"):
        sr.to_numpy(sr.models.elman(), backend="fortran")
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    with pytest.raises(sr.Unsupported, match="Numba is not installed"):
        sr.to_numpy(sr.models.elman(), backend="numba")
