"""PyTorch modules and functions, right and wrong, as they are handed over; without torch only what needs none."""

import sys

import pytest

import symrnn as sr
from house import rules
from house.test_pages import blocks
from symrnn import t
from symrnn.errors import Unsupported
from symrnn.numeric.checking.torch import is_torch

n, m = sr.dims("n m")
h, x = sr.Sequence("h", n), sr.Sequence("x", m)
W, U, b = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("b", n)
layer = sr.Recurrence(sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), name="layer")
STEP = {"upstream": h, "axes": "BD", "tau": 1, "batch": 2}


def test_without_torch_there_is_a_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(Unsupported, match="PyTorch is not installed"):
        sr.torch_function(len)
    assert not is_torch(len) and not is_torch(int)


def test_the_page_runs():
    """The blocks on PyTorch of the how-to page, after those before them."""
    pytest.importorskip("torch")
    text = rules.read("docs/how-to/verify-gradients.md")
    own, names = blocks(text, "py"), {}
    assert len(own) == 3
    kept = [found for found in blocks(text, "python") if found[0] < own[0][0] and "damped" not in found[1]]
    for line, body in [*kept, *own]:
        exec(compile("\n" * line + body, "verify-gradients.md", "exec"), names)


def steps(torch):
    """A step by hand, and versions of it that have nothing to compare or are wrong."""

    class Right(torch.autograd.Function):
        @staticmethod
        def forward(x, h0, W, U, b):
            return torch.tanh(b + h0 @ W.T + x @ U.T)

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs, output)

        @staticmethod
        def backward(ctx, dh):
            x, h0, W, U, _, state = ctx.saved_tensors
            da = dh * (1 - state**2)
            return da @ U, da @ W, da.T @ h0, da.T @ x, da.sum(0)

    class AtTheOutput(Right):
        @staticmethod
        def backward(ctx, dh):
            return Right.backward(ctx, dh * (1 - torch.tanh(ctx.saved_tensors[-1]) ** 2))

    class InPlace(Right):
        @staticmethod
        def forward(x, h0, W, U, b):
            return Right.forward(x, h0.mul_(0.5), W, U, b)

    class OtherNames(Right):
        @staticmethod
        def forward(x, hidden, W, U, b):
            return Right.forward(x, hidden, W, U, b)

    return Right, AtTheOutput, InPlace, OtherNames


def test_a_class_of_functions():
    torch = pytest.importorskip("torch")
    right, twice, in_place, other_names = steps(torch)
    assert sr.check_gradient(layer, right, **STEP)
    assert sr.check_gradient(layer, twice, **STEP).status == "wrong"
    assert "modified its argument h[0]" in sr.check_gradient(layer, in_place, **STEP).reason
    assert "takes hidden, which is not given" in sr.check_gradient(layer, other_names, **STEP).reason
    assert sr.check_gradient(layer, other_names, arrays={"hidden": h[0]}, **STEP)


UNFIT = {
    "not a tensor": (lambda torch, x: 3.0, "a float where one tensor"),
    "several": (lambda torch, x: (x, x, x), "3 values where one tensor"),
    "detached": (lambda torch, x: torch.tanh(x).detach(), "does not depend on what was given"),
    "another shape": (lambda torch, x: x, "the gradient arrives at"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_torch_cannot_differentiate_is_invalid(name):
    torch = pytest.importorskip("torch")
    run, words = UNFIT[name]
    function = sr.torch_function(lambda params, inputs, boundary: run(torch, inputs["x"]))
    verdict = sr.check_gradient(layer, function, **STEP)
    assert verdict.status == "invalid" and words in verdict.reason


def test_a_module_keeps_its_buffers_and_says_what_is_not_described():
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = torch.nn.RNNCell(2, 3)
            self.register_buffer("calls", torch.ones(3))

        def forward(self, x, h0):
            self.calls += 1
            return self.cell(x, h0) + 0 * self.calls

    net = Net()
    theirs = {"cell.weight_ih": U, "cell.weight_hh": W, "cell.bias_ih": b / 2, "cell.bias_hh": b / 2}
    assert sr.check_gradient(layer, net, arrays=theirs, **STEP)
    assert sr.check_gradient(layer, net, arrays=theirs, dtype="float32", **STEP)
    assert net.calls.tolist() == [1, 1, 1]
    assert "cell.weight_ih is not described" in sr.check_gradient(layer, net, **STEP).reason


def test_a_class_of_functions_from_the_command_line(tmp_path, capsys):
    pytest.importorskip("torch")
    from symrnn.cli import main

    model = tmp_path / "layer.txt"
    model.write_text("h: n;  x: m\nh[t] = tanh(b + W h[t-1] + U x[t])\n", encoding="utf-8")
    text = rules.read("docs/how-to/verify-gradients.md")
    (tmp_path / "step.py").write_text(blocks(text, "py")[0][1].split("verdict =")[0], encoding="utf-8")
    options = ["--against", f"{tmp_path}/step.py:Step", "--upstream", "h", "--axes", "BD"]
    assert main(["check", str(model), *options]) == 1 and "missing transpose (W)" in capsys.readouterr().out
