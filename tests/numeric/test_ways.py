"""Source for every way to a gradient: forward sensitivities, truncated, in closed form; and for single expressions.

Each is compared with the interpreter that runs the derivation, and what is whole with back-propagation's code.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import symrnn as sr
from numeric import systems
from numeric.test_targets import KNOWN, case, compare, detached, imported, numbers
from symrnn import t
from symrnn.cli import main
from symrnn.errors import Undefined, Unsupported
from symrnn.numeric.frame import key_of_leaf
from symrnn.numeric.load import load_all

WAYS = {
    "rtrl": ("two-lengths", "backward", "skip", "gru"),
    "window": ("lstm", "skip", "ranges"),
    "chunk": ("skip", "ranges"),
    "closed": ("elman", "backward", "autonomous", "state-space"),
}
CASES = [(way, name) for way, names in WAYS.items() for name in names]


@cache
def net_of(name: str) -> Any:
    return sr.to_numpy(KNOWN[name]())


@cache
def derived(way: str, name: str) -> Any:
    """What the code is made of."""
    model = net_of(name).model
    if way == "closed":
        d, chosen = sr.bptt(model), [p for p in model.parameters if p.learned][:2]
        return [sr.closed_form(d, x) for x in (*chosen, *model.boundary)]
    if way == "rtrl":
        states = [b for b in model.boundary if b.sequence in model.defined]
        return sr.rtrl(model, wrt=[*(p for p in model.parameters if p.learned)][:3] + states[:1])
    return sr.bptt(model, **{way: 2})


def whole(way: str) -> bool:
    return way in ("rtrl", "closed")


def interpreted(what: Any, name: str, arguments: Any, last: int) -> dict[str, Any]:
    lengths = net_of(name).model.lengths
    tau = {s: last + i for i, s in enumerate(lengths)} if len(lengths) > 1 else last
    if not isinstance(what, list):
        return sr.evaluate(what, *arguments, tau=tau)
    return {key_of_leaf(form.of.node): g for form in what for g in sr.evaluate(form, *arguments, tau=tau).values()}


@pytest.mark.parametrize(("way", "name"), CASES)
def test_numpy(way: str, name: str) -> None:
    """The shortest sequences and longer ones, one example and a batch: each example's gradients, added up."""
    net, what = net_of(name), derived(way, name)
    functions = load_all(sr.code(what))
    for last in {net.shortest, 5}:
        arguments, told = case(net, last, False)
        loss, grads = functions["loss_and_grad"](*arguments, *numbers(told))
        assert float(loss) == pytest.approx(float(net.loss(*arguments, **told)), rel=1e-12)
        near(grads, interpreted(what, name, arguments, last))
    arguments, told = case(net, 4, True)
    _, found = functions["loss_and_grad"](*arguments, *numbers(told))
    if whole(way):
        near(found, {key: net.loss_and_grad(*arguments, wrt=[key], **told)[1][key] for key in found})
        return
    constants = {c.name for c in net.model.constants}
    for key, g in found.items():
        each = []
        for i in range(3):
            cut = {k: x[i] if k in constants else x[:, i] for k, x in arguments[1].items()}
            one = (arguments[0], cut, {k: x[i] for k, x in arguments[2].items()})
            each.append(functions["loss_and_grad"](*one, *numbers(told))[1][key])
        near({key: g}, {key: np.sum(each, axis=0) if key in arguments[0] else np.stack(each)})


def near(found: Any, wanted: Any) -> None:
    for key, g in found.items():
        assert g.shape == np.shape(wanted[key]), key
        scale = max(1e-2, np.max(np.abs(wanted[key]), initial=0))
        assert np.max(np.abs(g - wanted[key]), initial=0) <= 1e-11 * scale, key


def test_mutants_differ() -> None:
    """A longer window, another chunk, and no truncation give other gradients here: the comparisons could fail."""
    model = net_of("skip").model
    arguments, _ = case(net_of("skip"), 5, False)
    ways = [derived("window", "skip"), sr.bptt(model, window=3), derived("chunk", "skip"), sr.bptt(model)]
    grads = [load_all(sr.code(d))["loss_and_grad"](*arguments)[1]["W"] for d in ways]
    for i, g in enumerate(grads):
        assert all(np.max(np.abs(g - other)) > 1e-3 for other in grads[i + 1 :])


def test_sensitivities_of_earlier_steps_are_not_kept() -> None:
    """One loop carries everything; with two lags the last rows are kept in turn."""
    text = sr.code(derived("rtrl", "gru"))
    body = text[text.index("def sensitivities") : text.index("def loss_and_grad")]
    assert body.count("    for t in range(") == 1 and "P_h_W_z = np.zeros((*batch, n, n**2), dtype)" in body
    assert "P_h_b = np.zeros((3, *batch, n, n), dtype)" in sr.code(sr.rtrl(net_of("skip").model))
    scan = sr.code(derived("rtrl", "gru"), target="jax")
    body = scan[scan.index("def sensitivities") : scan.index("def loss_and_grad")]
    assert scan.count("lax.scan") == 2 and "found" not in body


@pytest.mark.parametrize("target", ["jax", "torch"])
@pytest.mark.parametrize(
    ("way", "name"), [("rtrl", "skip"), ("window", "ranges"), ("chunk", "skip"), ("closed", "backward")]
)
def test_other_libraries(way: str, name: str, target: str, tmp_path: Any) -> None:
    net, what = net_of(name), derived(way, name)
    wanted = load_all(sr.code(what))["loss_and_grad"]
    text = sr.code(what, target=target)
    library = pytest.importorskip(target)
    module = imported(text, tmp_path)
    arguments, _ = case(net, 4, True)
    if target == "jax":
        with library.enable_x64(True):
            compare(library.jit(module.loss_and_grad)(*arguments), wanted(*arguments), 1e-10)
        return
    given = [{k: library.tensor(np.asarray(x)) for k, x in a.items()} for a in arguments]
    compare(detached(module.loss_and_grad(*given)), wanted(*arguments), 1e-10)


def test_expressions(tmp_path: Any) -> None:
    """A function of the leaves of one expression, for each library; a scalar, and products that leading axes fit."""
    h, W = systems.h, systems.W
    jacobian = sr.diag(1 - h[t] ** 2) @ W
    text = sr.code(jacobian)
    assert "import numpy as np\n" in text and "def value(h_t, W):" in text
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 3)), rng.normal(size=(4, 2, 3))
    wanted = (1 - b**2)[..., :, None] * a
    np.testing.assert_allclose(load_all(text)["value"](b, a), wanted)
    for target in ("jax", "torch"):
        text = sr.code(jacobian, target=target)
        assert "import numpy" not in text and sr.code(2 * sr.Sequence("s")[t - 1], target=target).endswith("2*s_tm1\n")
    torch = pytest.importorskip("torch")
    found = imported(text, tmp_path).value(torch.tensor(b), torch.tensor(a))
    np.testing.assert_allclose(found.numpy(), wanted)


def test_what_there_is_no_code_for() -> None:
    model, d = KNOWN["elman"](), sr.bptt(KNOWN["elman"]())
    k = sr.dims("k_1")
    for what, words in (
        (sr.bptt(model, window=k), "window of k_1 steps"),
        (sr.bptt(model, chunk=k), "chunks of k_1 steps"),
        (sr.rtrl(sr.Recurrence(*model.equations)), "no loss"),
        (sr.closed_form(model, systems.h[t], systems.h[0]), "makes|of one derivation|bptt"),
    ):
        with pytest.raises((Unsupported, Undefined), match=words):
            sr.code(what)
    for what in (sr.bptt(model, window=2).missing, [], "elman"):
        with pytest.raises(Undefined, match="takes a model"):
            sr.code(what)
    with pytest.raises(Undefined, match="belong to what is derived"):
        sr.code(d, wrt="W")
    assert sr.code(d) == sr.code(model)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--rtrl"], "def sensitivities"),
        (["--window", "2"], "d_h_1"),
        (["--chunk", "3"], "// 3"),
        (["--closed-form", "--wrt", "W", "h[0]"], "running_products"),
        (["--hvp"], "Wdot"),
        (["--formula", "diag(1-h_t^2) W"], "def value"),
    ],
)
def test_the_command(options: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["code", "elman", *options]) == 0
    text = capsys.readouterr().out
    compile(text, "elman.py", "exec")
    assert word in text
