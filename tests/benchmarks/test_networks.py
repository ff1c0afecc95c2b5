"""What a gradient of a network costs: loss and all gradients, float64, one thread, beside limits and peers.

Run with one thread: `OPENBLAS_NUM_THREADS=1 XLA_FLAGS=--xla_cpu_multi_thread_eigen=false pytest --benchmark
tests/benchmarks/test_networks.py --record docs/measured`. Ratios that are asserted are promises; peers that are
not installed are left out.
"""

import tracemalloc

import numpy as np
import pytest

import symrnn as sr
from benchmarks import network_peers as peers
from benchmarks.measuring import contest

SMALL = [(4, 10, 1), (16, 50, 1), (8, 1000, 1)]
LARGE = [(64, 100, 1), (64, 100, 32), (256, 100, 32)]
LIMITS = {(64, 100, 32): 1.3, (256, 100, 32): 1.2}


def error_against(p):
    """The largest relative error of a result; nothing to say about a limit, which has none."""
    right = peers.reference(p)

    def error(found):
        if found is None:
            return 0.0
        return max(
            float(np.max(np.abs(np.asarray(a) - b)) / np.max(np.abs(b))) for a, b in zip(found, right, strict=True)
        )

    return error


def contestants(p):
    """Everything that is installed."""
    runs = {"products and tanh (limit)": peers.limit(p), "symrnn": peers.ours(p)}
    if peers.present("numba"):
        runs["symrnn, Numba"] = peers.ours(p, backend="numba")
    if peers.present("jax"):
        runs["JAX, jit of scan"] = peers.jax(p)
    if peers.present("torch"):
        runs["PyTorch, step by step"] = peers.torch(p)
    if peers.present("autograd"):
        runs["autograd"] = peers.autograd(p)
    return runs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("size", SMALL + LARGE, ids=str)
def test_tanh_network(size, record):
    p = peers.numbers(*size)
    title = "tanh network, (n, T, B) = " + str(size)
    packages = peers.present("numpy", "numba", "jax", "torch", "autograd")
    table = record(contest(title, contestants(p), error_against(p), packages=packages))
    if size in LIMITS:
        assert table.ratio("symrnn", "products and tanh (limit)") <= LIMITS[size]
    compiled = "symrnn, Numba"
    if size in SMALL[:2] and compiled in contestants(p):
        for name, least in (("PyTorch, step by step", 9), ("autograd", 40), ("JAX, jit of scan", 1)):
            assert name not in contestants(p) or table.ratio(name, compiled) >= least, name
    if size[0] == 8 and {compiled, "JAX, jit of scan"} <= set(contestants(p)):
        assert table.ratio("JAX, jit of scan", compiled) >= 2.5


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_gated_network(cell, record):
    """Losses are checked against loops, gradients along one random direction by the complex step."""
    p = peers.numbers(64, 100, 32)
    call, together = peers.ours_gated(p, cell)
    weights = peers.weights(p, cell)
    rng = np.random.default_rng(2)
    along = [rng.standard_normal(w.shape) for w in weights]
    moved = peers.gated_loss(p, cell, *(w + 1e-30j * d for w, d in zip(weights, along, strict=True)))

    def error(found):
        if found is None:
            return 0.0
        loss, *grads = found
        wrong = abs(loss - moved.real) / abs(moved.real)
        grads = together(grads[0]) if len(grads) == 1 else grads
        if grads:
            slope = sum(np.sum(g * d) for g, d in zip(grads, along, strict=True))
            wrong = max(wrong, abs(slope - moved.imag * 1e30) / abs(slope))
        return float(wrong)

    runs = {"products (limit)": peers.limit(p, peers.GATES[cell]), "symrnn": call}
    if peers.present("jax"):
        runs["JAX, jit of scan"] = peers.jax(p, cell)
    if peers.present("torch"):
        runs[f"torch.nn.{cell.upper()}"] = peers.torch_module(p, cell)
    title = f"{cell.upper()}, (n, T, B) = (64, 100, 32)"
    table = record(contest(title, runs, error, packages=peers.present("numpy", "jax", "torch")))
    if cell == "lstm":
        assert table.ratio("symrnn", "products (limit)") <= 1.7
        assert "torch.nn.LSTM" not in runs or table.ratio("torch.nn.LSTM", "symrnn") >= 1.5
    elif "JAX, jit of scan" in runs:
        assert table.ratio("symrnn", "JAX, jit of scan") <= 1.1  # as fast, but for noise


@pytest.mark.parametrize("size", [(64, 1000, 32), (8, 10000, 1)], ids=str)
def test_time_of_keeping_less(size, record):
    p = peers.numbers(*size)
    runs = {memory: peers.ours(p, memory=memory) for memory in ("all", "lean", "checkpoint")}
    table = record(contest(f"memory, (n, T, B) = {size}: time", runs, error_against(p), packages=("numpy",)))
    if size[2] > 1:
        assert table.ratio("checkpoint", "all") <= 1.5 and table.ratio("lean", "all") <= 1.1


def test_bytes_kept():
    """The peak of what is allocated during the first call, in bytes of all states, 16.4 MB."""
    n, T, B = 64, 1000, 32
    for memory, most in (("lean", 1.5), ("checkpoint", 0.3)):
        run = peers.ours(peers.numbers(n, T, B), memory=memory)
        peers.ours(peers.numbers(n, 2, B), memory=memory)()
        tracemalloc.start()
        run()
        used = tracemalloc.get_traced_memory()[1] / (T * B * n * 8)
        tracemalloc.stop()
        assert used <= most, (memory, used)


@pytest.mark.parametrize("name", ["scalar", "elman"])
def test_from_equations_to_code(name, record):
    """Before the first gradient: derived, scheduled, written and loaded."""
    make = getattr(sr.models, name)
    title = f"{name}: from equations to generated code"
    table = record(contest(title, {"symrnn": lambda: sr.to_numpy(make())}, lambda _: 0.0, packages=("sympy",)))
    assert table["symrnn"].least <= 0.06
