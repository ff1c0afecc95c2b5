"""A right gradient is right however it is written: other layouts, other orders of summation, other precision."""

from types import MappingProxyType

import numpy as np
import pytest

import symrnn as sr
from checking.functions import compiled, right
from symrnn import t, tau

elman = sr.models.elman()
b, W, U, c, V = elman.parameters
h, o, x, y = elman.states[0], elman.outputs[0], elman.inputs[0], elman.targets[0]
rightly = right(elman)


def by_rows(p, inputs, boundary):
    """All steps in one product a gradient; arrays (B, T, D), weights for rows."""
    xs, ys, states = inputs["x"], inputs["y"], [boundary["h0"]]
    for s in range(xs.shape[1]):
        states.append(np.tanh(xs[:, s] @ p["Wx"] + states[-1] @ p["Wh"] + p["b"]))
    hs = np.stack(states, axis=1)
    scores = hs[:, 1:] @ p["Wo"] + p["c"]
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    do = np.exp(logs) - ys
    da, carried = np.zeros_like(hs[:, 1:]), np.zeros_like(states[0])
    for s in reversed(range(xs.shape[1])):
        da[:, s] = (do[:, s] @ p["Wo"].T + carried) * (1 - hs[:, s + 1] ** 2)
        carried = da[:, s] @ p["Wh"].T
    grads = {
        "Wx": np.einsum("bti,btj->ij", xs, da),
        "Wh": np.einsum("bti,btj->ij", hs[:, :-1], da),
        "b": da.sum(axis=(0, 1)),
        "Wo": np.einsum("bti,btj->ij", hs[:, 1:], do),
        "c": do.sum(axis=(1, 0)),
        "x": da @ p["Wx"].T,
        "h0": carried,
    }
    return -np.sum(ys * logs), grads


ROWS = {"Wx": U.T, "Wh": W.T, "Wo": V.T, "h0": h[0]}


def swapped(first, second):
    """A function of rows for arrays with two axes exchanged."""

    def function(p, inputs, boundary):
        moved = {k: np.swapaxes(v, first, second) for k, v in inputs.items()}
        loss, grads = by_rows(p, moved, boundary)
        return loss, {**grads, "x": np.swapaxes(grads["x"], first, second)}

    return function


def stacked(p, inputs, boundary):
    """One matrix for input and state."""
    own = {"W": p["weight"][:, :5], "U": p["weight"][:, 5:]}
    given = {"U": own["W"], "W": own["U"], **{k: p[k] for k in ("b", "c", "V")}}
    loss, grads = rightly(given, inputs, boundary)
    found = {k: grads[k] for k in ("b", "c", "V")}
    return loss, {**found, "weight": np.hstack([grads["U"], grads["W"]])}


def by_complex_step(p, inputs, boundary):
    """The bias's gradient, one component at a time, from a forward pass of its own."""

    def loss(bias):
        state, total = boundary["h[0]"], 0
        for xs, ys in zip(inputs["x"], inputs["y"], strict=True):
            state = np.tanh(bias + p["W"] @ state + p["U"] @ xs)
            scores = p["c"] + p["V"] @ state
            total = total + np.log(np.exp(scores).sum()) - ys @ scores
        return total

    steps = [np.imag(loss(p["b"] + 1e-30j * unit)) / 1e-30 for unit in np.eye(3)]
    return float(loss(p["b"])), {"b": np.array(steps)}


def single(p, inputs, boundary):
    as_single = [{k: v.astype(np.float32) for k, v in home.items()} for home in (p, inputs, boundary)]
    return rightly(*as_single)


def upstream_of(key):
    def function(p, inputs, boundary, dout):
        return compiled(elman).vjp(
            p, {**inputs, "y": np.full((len(inputs["x"]), 2), 0.5)}, boundary, upstream={key: dout}
        )

    return function


def step(p, inputs, boundary, dout):
    """One step of the layer, on vectors."""
    state = np.tanh(p["b"] + p["W"] @ boundary["h[0]"] + p["U"] @ inputs["x"])
    da = dout * (1 - state**2)
    return state, {"W": np.outer(da, boundary["h[0]"]), "U": np.outer(da, inputs["x"]), "b": da, "h": p["W"].T @ da}


layer = sr.Recurrence(sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), name="layer")
outputs = sr.Recurrence(*(e for e in elman.equations if e.sequence in (h, o)), name="outputs")


def halves(p, inputs, boundary):
    """Two biases that are added."""
    loss, grads = rightly({**{k: p[k] for k in "WUcV"}, "b": p["bias1"] + p["bias2"]}, inputs, boundary)
    own = grads.pop("b")
    return loss, {**grads, "bias1": own, "bias2": own.copy()}


def changed(change):
    return lambda *arguments: change(*rightly(*arguments))


REWRITINGS = {
    "as generated": (elman, rightly, {}),
    "gradients only": (elman, changed(lambda loss, g: g), {}),
    "a subset": (elman, changed(lambda loss, g: {"W": g["W"], "x": g["x"]}), {}),
    "loss of shape (1,)": (elman, changed(lambda loss, g: (np.array([loss]), g)), {}),
    "a read-only mapping": (elman, changed(lambda loss, g: [loss, MappingProxyType(g)]), {}),
    "column order in memory": (
        elman,
        changed(lambda loss, g: (loss, {k: np.asfortranarray(v) for k, v in g.items()})),
        {},
    ),
    "views of its own": (
        elman,
        changed(lambda loss, g: (loss, {k: np.stack([v, v], -1)[..., 0] for k, v in g.items()})),
        {},
    ),
    "h for h[0]": (elman, changed(lambda loss, g: (loss, {"h": g["h[0]"]})), {}),
    "batch of rows": (elman, by_rows, {"axes": "BTD", "arrays": ROWS}),
    "time first": (elman, swapped(0, 1), {"axes": "TBD", "arrays": ROWS}),
    "vectors first": (elman, swapped(1, 2), {"axes": "BDT", "arrays": ROWS}),
    "other batch size": (elman, by_rows, {"axes": "BTD", "arrays": ROWS, "batch": 1}),
    "input and state stacked": (elman, stacked, {"arrays": {"weight": sr.concat(U.T, W.T).T}}),
    "two biases": (elman, halves, {"arrays": {"bias1": b / 2, "bias2": b / 2}}),
    "complex step": (elman, by_complex_step, {}),
    "float32 inside": (elman, single, {}),
    "float32 given": (elman, rightly, {"dtype": "float32"}),
    "upstream at every step": (outputs, upstream_of("o"), {"upstream": o}),
    "upstream at the last step": (outputs, upstream_of("o[tau]"), {"upstream": o[tau]}),
    "a single step": (layer, step, {"upstream": h, "axes": "D"}),
    "another seed": (elman, rightly, {"seed": 12}),
    "sizes and tau given": (elman, rightly, {"dims": {"n": 4, "k": 3}, "tau": 2}),
}


@pytest.mark.parametrize("name", REWRITINGS)
def test_right_is_right(name):
    model, function, options = REWRITINGS[name]
    verdict = sr.check_gradient(model, function, **options)
    assert verdict.status == "right", str(verdict)


@pytest.mark.parametrize("name", ["lstm", "gru", "bidirectional", "encoder-decoder", "skip", "leaky", "time-delay"])
def test_generated_code_of_the_library_is_right(name):
    model = sr.models.get(name)
    assert sr.check_gradient(model, right(model))
