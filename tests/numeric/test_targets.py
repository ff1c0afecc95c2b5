"""Generated JAX and PyTorch source computes what the NumPy code computes, for every model; and is what it says."""

from __future__ import annotations

import ast
import builtins
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import oracle, systems
from symrnn.errors import Undefined, Unsupported
from symrnn.model.library import LIBRARY
from symrnn.numeric import Network
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.layout import given_leaves
from symrnn.numeric.lengths import untold

KNOWN = {**{name: make for name, make in LIBRARY.items() if name not in ("classical", "driven")}, **systems.MODELS}
KNOWN["two-lengths"] = systems.two_lengths
FEW = [
    "bidirectional",
    "branches",
    "clock",
    "encoder-decoder",
    "lstm",
    "matrices",
    "skip",
    "two-lengths",
]  # all: benchmarks


def imported(text: str, folder: Path) -> Any:
    """A module from its source, as a user imports it."""
    path = folder / "generated_here.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("generated_here", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def case(net: Network, last: int, batch: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a network, and what it is told of lengths."""
    several = len(net.model.lengths) > 1
    lengths: Any = {s: last + i for i, s in enumerate(net.model.lengths)} if several else last
    drawn = [oracle.arguments(net.model, oracle.instance(net.model, lengths, seed)) for seed in range(3)]
    told = {"tau": last} if untold(net.model) else {}
    if several:
        told = {"tau": {s: lengths[s] for s in untold(net.model)}} if told else {}
    if not batch:
        return drawn[0], told
    constants = {c.name for c in net.model.constants}
    inputs = {k: np.stack([d[1][k] for d in drawn], axis=0 if k in constants else 1) for k in drawn[0][1]}
    boundary = {k: np.stack([d[2][k] for d in drawn]) for k in drawn[0][2]}
    return (drawn[0][0], inputs, boundary), told


def everything(model: Any) -> list[str]:
    return [key_of_leaf(x) for x in given_leaves(model)]


def compare(found: Any, wanted: Any, tolerance: float) -> None:
    loss, grads = found
    assert float(loss) == pytest.approx(float(wanted[0]), rel=tolerance)
    assert set(grads) == set(wanted[1])
    for key, g in wanted[1].items():
        got = np.asarray(grads[key])
        assert got.shape == g.shape and got.dtype == g.dtype, key
        assert np.max(np.abs(got - g), initial=0) <= tolerance * max(1e-2, np.max(np.abs(g), initial=0)), key


@pytest.fixture
def jax() -> Iterator[Any]:
    """JAX with numbers of 64 bits."""
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        yield jax


@pytest.mark.parametrize("name", FEW)
def test_jax(name: str, jax: Any, tmp_path: Path) -> None:
    check_jax(name, jax, tmp_path)


@pytest.mark.parametrize("name", FEW)
def test_torch(name: str, tmp_path: Path) -> None:
    check_torch(name, pytest.importorskip("torch"), tmp_path)


def check_jax(name: str, jax: Any, tmp_path: Path) -> None:
    """Every model, a short and a longer sequence, one example and a batch; gradients of all that is given."""
    model = KNOWN[name]()
    net, keys = sr.to_numpy(model), everything(model)
    module = imported(sr.code(model, target="jax", wrt=keys), tmp_path)
    for last, batch in ((4, False), (net.shortest, True)):
        arguments, told = case(net, last, batch)
        wanted = net.loss_and_grad(*arguments, wrt=keys, **told)
        more = numbers(told)
        function = jax.jit(lambda *a, more=more: module.loss_and_grad(*a, *more))
        compare(function(*arguments), wanted, 1e-11)
        values = net.forward(*arguments, **told)
        for key, x in module.forward(*arguments, *more).items():
            np.testing.assert_allclose(x, values[key], rtol=1e-11, atol=1e-13)


def check_torch(name: str, torch: Any, tmp_path: Path) -> None:
    """The same, and `backward()` of a multiple of the loss."""
    model = KNOWN[name]()
    net, keys = sr.to_numpy(model), everything(model)
    module = imported(sr.code(model, target="torch", wrt=keys), tmp_path)
    for last, batch in ((4, False), (net.shortest, True)):
        arguments, told = case(net, last, batch)
        wanted = net.loss_and_grad(*arguments, wrt=keys, **told)
        given = [{k: torch.tensor(np.asarray(x), requires_grad=True) for k, x in a.items()} for a in arguments]
        compare(detached(module.loss_and_grad(*given, *numbers(told))), wanted, 1e-11)
        value = module.loss(*given, *numbers(told))
        (2 * value).backward()
        grads = {k: x.grad / 2 for part in given for k, x in part.items()}
        compare(detached((value, grads)), wanted, 1e-11)
        values = net.forward(*arguments, **told)
        for key, x in module.forward(*given, *numbers(told)).items():
            np.testing.assert_allclose(x.numpy(), values[key], rtol=1e-11, atol=1e-13)


def numbers(told: dict[str, Any]) -> list[int]:
    """The last times that a function is told, in order."""
    last = told.get("tau", [])
    return list(last.values()) if isinstance(last, dict) else [last] if told else []


def detached(found: Any) -> Any:
    loss, grads = found
    return loss.detach().numpy(), {key: g.detach().numpy() for key, g in grads.items()}


@pytest.mark.parametrize(("name", "target"), [("two-lengths", "torch"), ("matrices", "torch"), ("backward", "jax")])
def test_sequences_of_unequal_length(name: str, target: str, tmp_path: Path) -> None:
    """Each example at its own length, as in the NumPy network: values, loss, gradients; other lengths are refused."""
    library = pytest.importorskip(target)
    model = KNOWN[name]()
    net, keys = sr.to_numpy(model), everything(model)
    arguments, told = case(net, 4, True)
    lengths = {s.name: [3 + i, 1 + i, 3 + i] for i, s in enumerate(model.lengths)}
    wanted = net.loss_and_grad(*arguments, wrt=keys, lengths=lengths, **told)
    module = imported(sr.code(model, target=target, wrt=keys), tmp_path)
    if target == "torch":
        given = [{k: library.tensor(np.asarray(x), requires_grad=True) for k, x in a.items()} for a in arguments]
        loss = module.loss(*given, *numbers(told), lengths=lengths)
        loss.backward()
        compare(detached((loss, {k: x.grad for a in given for k, x in a.items()})), wanted, 1e-11)
        found = detached(module.loss_and_grad(*given, *numbers(told), lengths=lengths))
    else:
        with library.enable_x64(True):
            found = module.loss_and_grad(*arguments, *numbers(told), lengths=lengths)
        given = list(arguments)
    compare(found, wanted, 1e-11)
    rows = net.forward(*arguments, lengths=lengths, **told)
    for key, x in module.forward(*given, *numbers(told), lengths=lengths).items():
        np.testing.assert_allclose(np.asarray(x), rows[key], rtol=1e-5, atol=1e-6)
    for wrong, words in (([9, 9, 9], "do not fit"), ([0, 1, 1], "steps or more"), ([1, 1], "do not fit")):
        with pytest.raises(ValueError, match=words):
            module.loss(*given, *numbers(told), lengths=dict.fromkeys(lengths, wrong))


ELMAN = sr.models.elman()


def test_jax_differentiates_and_maps_what_is_written(jax: Any, tmp_path: Path) -> None:
    """JAX's own gradient of `loss` is ours; `vmap` over examples is a batch; single precision stays single."""
    module = imported(sr.code(ELMAN, target="jax"), tmp_path)
    params, inputs, boundary = case(sr.to_numpy(ELMAN), 5, True)[0]
    loss, grads = module.loss_and_grad(params, inputs, boundary)
    as_arrays = jax.tree.map(jax.numpy.asarray, params)
    for key, g in jax.jit(jax.grad(module.loss))(as_arrays, inputs, boundary).items():
        np.testing.assert_allclose(g, grads[key], rtol=1e-11)
    axes = (None, dict.fromkeys(inputs, 1), dict.fromkeys(boundary, 0))
    losses, each = jax.vmap(module.loss_and_grad, in_axes=axes)(params, inputs, boundary)
    assert losses.shape == (3,) and float(losses.sum()) == pytest.approx(float(loss), rel=1e-12)
    np.testing.assert_allclose(each["W"].sum(axis=0), grads["W"], rtol=1e-11)
    short = [{k: np.asarray(x, np.float32) for k, x in part.items()} for part in (params, inputs, boundary)]
    assert {str(g.dtype) for g in module.loss_and_grad(*short)[1].values()} == {"float32"}


def test_torch_says_what_it_cannot_do(tmp_path: Path) -> None:
    """A gradient that was not generated is refused, and so is differentiating twice: never a silent zero."""
    torch = pytest.importorskip("torch")
    module = imported(sr.code(ELMAN, target="torch"), tmp_path)
    given = [{k: torch.tensor(np.asarray(x)) for k, x in a.items()} for a in case(sr.to_numpy(ELMAN), 3, True)[0]]
    params, inputs, boundary = given
    wanting = {**inputs, "x": inputs["x"].clone().requires_grad_()}
    with pytest.raises(ValueError, match="x requires a gradient"):
        module.loss(params, wanting, boundary)
    params["W"].requires_grad_()
    with pytest.raises(RuntimeError, match="cannot be differentiated again"):
        torch.autograd.grad(module.loss(params, inputs, boundary), params["W"], create_graph=True)
    single = [{k: x.detach().float() for k, x in part.items()} for part in given]
    assert {g.dtype for g in module.loss_and_grad(*single)[1].values()} == {torch.float32}


def layer() -> tuple[Any, Any]:
    """A layer without a loss, and the sequence that it gives."""
    h, x, W, U, b = systems.h, systems.x, systems.W, systems.U, systems.b
    t = sr.t
    return sr.Recurrence(sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), name="layer"), h


def test_a_layer_for_torch(tmp_path: Path) -> None:
    """A gradient arrives at its rows, from a loss of torch's own: as torch finds it in the same steps."""
    torch = pytest.importorskip("torch")
    model, h = layer()
    module = imported(sr.code(model, target="torch", upstream=h), tmp_path)
    drawn = [oracle.arguments(model, oracle.instance(model, 4, seed)) for seed in range(3)]
    inputs = {"x": torch.tensor(np.stack([d[1]["x"] for d in drawn], axis=1), requires_grad=True)}
    params = {k: torch.tensor(x, requires_grad=True) for k, x in drawn[0][0].items()}
    boundary = {"h[0]": torch.tensor(np.stack([d[2]["h[0]"] for d in drawn]), requires_grad=True)}
    leaves = [*params.values(), *inputs.values(), *boundary.values()]

    def by_torch() -> Any:
        rows = [boundary["h[0]"]]
        for x in inputs["x"]:
            rows.append(torch.tanh(params["b"] + rows[-1] @ params["W"].T + x @ params["U"].T))
        return torch.stack(rows[1:])

    found, wanted = (
        torch.autograd.grad((f() ** 3).sum(), leaves)
        for f in (lambda: module.layer(params, inputs, boundary), by_torch)
    )
    for a, b in zip(found, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-11, atol=1e-13)


def test_a_layer_in_text() -> None:
    model, h = layer()
    text = sr.code(model, target="torch", upstream=h)
    assert "class Layer(torch.autograd.Function)" in text and '{**inputs, "hbar": arriving}' in text
    assert '"hbar": ' in sr.code(model, target="jax", upstream=h) or '"hbar"' in sr.code(model, upstream=h)
    with pytest.raises(Unsupported, match="not one row for each"):
        sr.code(model, target="torch", upstream=h[sr.tau])


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize("name", ["clock", "encoder-decoder", "matrices", "two-lengths"])
def test_the_text_alone(name: str, target: str) -> None:
    """Without the libraries: Python that imports its library only, without a name that nobody defines."""
    text = sr.code(KNOWN[name](), target=target)
    tree = ast.parse(text)
    imports = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    assert imports == {"math", "torch"} if target == "torch" else imports == {"math", "jax", "jax.numpy"}
    assert "np." not in text.replace("jnp.", "") and " \n" not in text
    known = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            known.add(node.name)
        if isinstance(node, ast.arg):
            known.add(node.arg)
        if isinstance(node, ast.alias):
            known.add((node.asname or node.name).split(".")[0])
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
    assert {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} <= known


def test_names_that_a_library_uses() -> None:
    """A state called jnp, parameters called lax and torch: they get an underscore."""
    n = sr.dims("n")
    jnp, lax, torch = sr.Sequence("jnp", n), sr.Parameter("lax", n, n), sr.Parameter("torch", n)
    t = sr.t
    model = sr.Recurrence(sr.Equation(jnp[t], sr.tanh(lax @ jnp[t - 1] + torch)), loss=sr.norm2(jnp[sr.tau]))
    assert "lax_ = jnp.asarray" in sr.code(model, target="jax")
    assert 'torch_ = params["torch"].to' in sr.code(model, target="torch")


def test_targets_that_there_are() -> None:
    assert sr.code(ELMAN) == sr.to_numpy(ELMAN).source
    with pytest.raises(Undefined, match="target='cuda'"):
        sr.code(ELMAN, target="cuda")
    with pytest.raises(Unsupported, match="unknown function"):
        sr.code(sr.models.classical(), target="jax")
    with pytest.raises(Undefined, match="wrt has 'Q'"):
        sr.code(ELMAN, target="torch", wrt="Q")
