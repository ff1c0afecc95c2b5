"""Three classic bugs in layers that work on batches of rows and receive the gradient from above, diagnosed."""

import numpy as np

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
h, x = sr.Sequence("h", n), sr.Sequence("x", m)
W, U, b = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("b", n)
layer = sr.Recurrence(sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), name="layer")
THEIRS = {"Wx": U.T, "Wh": W.T, "b": b}


def step_backward(bug):
    """One step, rows (N, D): what goes to x, to the previous state and to the parameters."""

    def function(p, inputs, boundary, dnext):
        x, previous = inputs["x"], boundary["prev_h"]
        state = np.tanh(x @ p["Wx"] + previous @ p["Wh"] + p["b"])
        da = dnext * (1 - state**2)
        db = da if bug == "bias" else da.sum(axis=0)
        return {"x": da @ p["Wx"].T, "prev_h": da @ p["Wh"].T, "Wx": x.T @ da, "Wh": previous.T @ da, "b": db}

    return function


def layer_backward(bug):
    """A whole sequence (N, T, D): the gradient arrives at every state from above and from the step after."""

    def function(p, inputs, boundary, dout):
        x, steps = inputs["x"], inputs["x"].shape[1]
        states = [boundary["h0"]]
        for s in range(steps):
            states.append(np.tanh(x[:, s] @ p["Wx"] + states[-1] @ p["Wh"] + p["b"]))
        d = {name: np.zeros_like(value) for name, value in p.items()}
        dx, carried = np.zeros_like(x), np.zeros_like(states[0])
        for s in reversed(range(steps)):
            da = (dout[:, s] + (0 if bug == "carried" else carried)) * (1 - states[s + 1] ** 2)
            d["Wx"] += x[:, s].T @ da
            d["Wh"] += states[s].T @ da
            d["b"] += da.mean(axis=0) if bug == "mean" else da.sum(axis=0)
            dx[:, s] = da @ p["Wx"].T
            carried = da @ p["Wh"].T
        return {**d, "x": dx, "h0": carried}

    return function


step = {"upstream": h, "axes": "BD", "arrays": {**THEIRS, "prev_h": h[0]}}
whole = {"upstream": h, "axes": "BTD", "arrays": {**THEIRS, "h0": h[0]}}
assert sr.check_gradient(layer, step_backward(""), **step)
assert sr.check_gradient(layer, layer_backward(""), **whole)
for name, function, how in (
    ("bias", step_backward, step),
    ("carried", layer_backward, whole),
    ("mean", layer_backward, whole),
):
    verdict = sr.check_gradient(layer, function(name), **how)
    print(f"{name:<12} {verdict.found[0]}")
    assert len(verdict.mistakes) == 1
