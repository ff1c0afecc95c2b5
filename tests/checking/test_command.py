"""`symrnn check` in a process of its own: exit codes, limits, reports."""

import json

import pytest

from symrnn.cli import main

SOURCE = """
import numpy as np

def loss_and_grad(params, inputs, boundary):
    w, s, loss, states = params["w"], boundary["s[0]"], 0.0, [boundary["s[0]"]]
    for x, y in zip(inputs["x"], inputs["y"]):
        states.append(np.tanh(w * states[-1] + params["u"] * x + params["b"]))
        loss += (states[-1] - y) ** 2 / 2
    grads, carried = {"w": 0.0, "u": 0.0, "b": 0.0}, 0.0
    for t in reversed(range(len(inputs["x"]))):
        da = (states[t + 1] - inputs["y"][t] + carried) * (1 - states[t + 1] ** 2)
        grads["w"] += da * states[t]
        grads["u"] += da * inputs["x"][t]
        grads["b"] += da
        carried = w * da
    return loss, {**grads, "s[0]": carried}

def wrong(params, inputs, boundary):
    loss, grads = loss_and_grad(params, inputs, boundary)
    return loss, {**grads, "w": -grads["w"]}

def dying(params, inputs, boundary):
    import os
    os._exit(9)

def hungry(params, inputs, boundary):
    return np.zeros(2**36)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("check") / "backward.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("function", "code", "words"),
    [
        ("loss_and_grad", 0, "right in 4 of 4"),
        ("wrong", 1, "mistake   sign (w)"),
        ("wrong", 1, "backward.py:wrong --tau 1 --seed 0"),
        ("dying", 3, "its process died"),
        ("hungry", 3, "MemoryError"),
        ("missing", 3, "it has: loss_and_grad, wrong, dying, hungry"),
    ],
)
def test_exit_codes_and_reports(file, capsys, function, code, words):
    assert main(["check", "scalar", "--against", f"{file}:{function}", "--seconds", "100"]) == code
    assert words in capsys.readouterr().out


def test_json(file, capsys):
    assert main(["check", "scalar", "--against", f"{file}:wrong", "--tau", "3", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["mistakes"][0]["name"] == "sign"


@pytest.mark.parametrize(
    "arguments",
    [["--against", "nothing"], ["--against", "nowhere.py:f"], ["--against", "nowhere.py:f", "--arrays", "x"]],
)
def test_requests_that_cannot_be_met(arguments, capsys):
    assert main(["check", "scalar", *arguments]) == 2
    assert capsys.readouterr().err.startswith("symrnn: ")


@pytest.mark.parametrize(
    ("texts", "code", "words"),
    [
        (["W = sum_t diag(1 - h[t]^2) ∇h[t] h[t-1]^T"], 0, "the gradient of W: right"),
        (["W = sum_t diag(1 - h[t]^2) ∇h[t] h[t]^T"], 1, "  yours   ∇W = Σ diag(1 - h(t)²) ∇h(t) h(t)ᵀ"),
        (["b = sum_t ∇h[t]", r"\nabla_{o_t} L = \operatorname{softmax}(o_t) - y_t"], 1, "against 2 formulas: WRONG"),
        (["W = sum_t h[t]"], 3, "has shape"),
    ],
)
def test_formulas(texts, code, words, capsys):
    assert main(["check", "elman", *(x for text in texts for x in ("--formula", text))]) == code
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["sum_t ∇h[t]"], ["b = sum_t ∇h[t"], ["b = sum_t ∇h[t]", "--axes", "TBD"], ["b = c", "--formula", "b = c"]],
)
def test_formulas_that_cannot_be_judged(arguments, capsys):
    assert main(["check", "elman", "--formula", *arguments]) == 2
    assert capsys.readouterr().err.startswith("symrnn: ")
