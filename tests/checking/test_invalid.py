"""Functions that give nothing to compare: each is told why, and no check ever raises what a function does."""

import sys
import threading
import time

import numpy as np
import pytest

import symrnn as sr
from checking.functions import right
from symrnn.errors import Undefined

elman = sr.models.elman()
rightly = right(elman)


def grads(params, inputs, boundary):
    return rightly(params, inputs, boundary)[1]


def raising(params, inputs, boundary):
    raise KeyError("h")


class Stop(BaseException):
    def __str__(self):
        raise ValueError("nothing to say")


def stopping(params, inputs, boundary):
    raise Stop


def endless(params, inputs, boundary):
    while True:
        pass


def stubborn(params, inputs, boundary):
    while True:
        try:
            time.sleep(10)
        except Exception:
            continue


def leaving(params, inputs, boundary):
    sys.exit(3)


def chatting(params, inputs, boundary):
    print("loss so far")
    return grads(params, inputs, boundary)


def modifying(params, inputs, boundary):
    found = grads(params, inputs, boundary)
    params["W"] += 1
    return found


def adding(params, inputs, boundary):
    found = grads(params, inputs, boundary)
    inputs["cache"] = inputs["x"]
    return found


calls = iter(range(10**6))


def drifting(params, inputs, boundary):
    return {**grads(params, inputs, boundary), "b": np.full(3, float(next(calls)))}


def with_(**changes):
    def function(params, inputs, boundary):
        found = grads(params, inputs, boundary)
        return found | {key: change(found, params) for key, change in changes.items()}

    return function


INVALID = {
    "raised KeyError": raising,
    "raised Stop (line": stopping,
    "did not return": endless,
    "not return within": stubborn,
    "called exit": leaving,
    "printed: loss so far": chatting,
    "modified its argument W": modifying,
    "keys were added": adding,
    "not deterministic": drifting,
    "W has 1 of 9 entries that are not finite": with_(
        W=lambda g, p: np.where(np.arange(9).reshape(3, 3) == 4, np.nan, 1)
    ),
    "W is a view of the argument W": with_(W=lambda g, p: p["W"][:]),
    "W is a list": with_(W=lambda g, p: g["W"].tolist()),
    "W is nothing": with_(W=lambda g, p: None),
    "the loss holds text": lambda p, i, b: ("0.5", grads(p, i, b)),
    "W is float16": with_(W=lambda g, p: g["W"].astype(np.float16)),
    "W holds integers": with_(W=lambda g, p: g["W"].astype(int)),
    "W holds complex numbers": with_(W=lambda g, p: g["W"] + 0j),
    "W holds objects": with_(W=lambda g, p: g["W"].astype(object)),
    "b has shape (3, 1); expected (3,)": with_(b=lambda g, p: g["b"][:, None]),
    "W has shape (9,); expected (3, 3)": with_(W=lambda g, p: g["W"].ravel()),
    "returned 'dW'": with_(dW=lambda g, p: g["W"]),
    "returned 3 values": lambda p, i, b: (1.0, grads(p, i, b), None),
    "returned nothing": lambda p, i, b: None,
    "returned no gradients": lambda p, i, b: {},
    "returned a ndarray": lambda p, i, b: np.zeros(3),
    "the loss has 1 of 1 entries": lambda p, i, b: (float("nan"), grads(p, i, b)),
}


@pytest.mark.parametrize("reason", INVALID)
def test_each_is_a_clear_refusal(reason):
    limit = 0.3 if INVALID[reason] in (endless, stubborn) else 30  # a busy machine is not what is looked at
    verdict = sr.check_gradient(elman, INVALID[reason], seconds=limit)
    assert verdict.status == "invalid"
    assert reason in verdict.reason
    assert len(str(verdict).splitlines()) <= 3


def test_other_handlers_of_the_alarm_survive():
    signal = pytest.importorskip("signal")
    before = signal.getsignal(signal.SIGALRM)
    sr.check_gradient(elman, endless, seconds=0.1)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_limit_holds_outside_the_main_thread():
    found = []
    worker = threading.Thread(target=lambda: found.append(sr.check_gradient(elman, endless, seconds=0.2)))
    worker.start()
    worker.join(60)
    assert found[0].status == "invalid"


@pytest.mark.parametrize(
    ("change", "guess"),
    [
        (lambda p, i, b: (p, i, {"h[0]": 0 * b["h[0]"]}), "it takes h(0) for zero"),
        (lambda p, i, b: ({**p, "c": 0 * p["c"]}, i, b), "it leaves c out"),
        (lambda p, i, b: ({**p, "W": p["W"].T}, i, b), "it uses the transpose of W"),
    ],
)
def test_another_function_is_another_finding(change, guess):
    verdict = sr.check_gradient(elman, lambda p, i, b: rightly(*change(p, i, b)))
    assert verdict.status == "invalid"
    assert "another function" in verdict.reason
    assert guess in verdict.reason


def test_a_mean_for_the_sum_is_named_in_the_forward_pass():
    def mean(params, inputs, boundary):
        loss, found = rightly(params, inputs, boundary)
        steps = len(inputs["x"])
        return loss / steps, {k: g / steps for k, g in found.items()}

    verdict = sr.check_gradient(elman, mean)
    assert "mean over the steps" in verdict.reason
    assert "are those of your own loss" in str(verdict)
    # gradients alone: then the mean is a mistake like others
    assert sr.check_gradient(elman, lambda *a: mean(*a)[1]).mistakes == ("mean for sum",)


@pytest.mark.parametrize(
    "options", [{"axes": "XY"}, {"dtype": "float16"}, {"seed": -1}, {"dims": {"q": 3}}, {"tau": 0}]
)
def test_questions_without_sense_are_ours_to_refuse(options):
    with pytest.raises(Undefined):
        sr.check_gradient(elman, rightly, **options)


def test_a_model_without_loss_asks_for_upstream():
    with pytest.raises(Undefined, match="upstream"):
        sr.check_gradient(sr.models.driven(), rightly)
