"""Five classic bugs in the backward pass of a character network in plain NumPy, each diagnosed in one line."""

import numpy as np

import symrnn as sr

elman = sr.models.elman()
b, W, U, c, V = elman.parameters
THEIRS = {"Wxh": U, "Whh": W, "Why": V, "bh": b, "by": c}


def forward(p, inputs, boundary):
    """Hidden states and probabilities at every step, and the loss."""
    xs, ys, hs, ps, loss = inputs["x"], inputs["y"], {-1: boundary["h[0]"]}, {}, 0.0
    for t in range(len(xs)):
        hs[t] = np.tanh(p["Wxh"] @ xs[t] + p["Whh"] @ hs[t - 1] + p["bh"])
        scores = np.exp(p["Why"] @ hs[t] + p["by"])
        ps[t] = scores / scores.sum()
        loss -= ys[t] @ np.log(ps[t])
    return xs, ys, hs, ps, loss


def backward(bug):
    """The backward pass with one line wrong, or none."""

    def loss_and_grads(p, inputs, boundary):
        xs, ys, hs, ps, loss = forward(p, inputs, boundary)
        d = {name: np.zeros_like(p[name]) for name in THEIRS}
        dhnext = np.zeros_like(hs[-1])
        for t in reversed(range(len(xs))):
            dy = ps[t] - (0 if bug == "target" else ys[t])
            d["Why"] += np.outer(dy, hs[t])
            d["by"] += dy
            dh = p["Why"].T @ dy + dhnext
            draw = dh if bug == "tanh" else (1 - hs[t] ** 2) * dh
            d["bh"] += draw
            d["Wxh"] += np.outer(draw, xs[t])
            d["Whh"] += np.outer(draw, hs[t] if bug == "index" else hs[t - 1])
            if bug == "overwritten":
                d["Whh"] = np.outer(draw, hs[t - 1])
            dhnext = (p["Whh"] if bug == "transpose" else p["Whh"].T) @ draw
        return loss, {**d, "h[0]": dhnext}

    return loss_and_grads


assert sr.check_gradient(elman, backward(""), arrays=THEIRS)
for bug in ("transpose", "tanh", "index", "overwritten", "target"):
    verdict = sr.check_gradient(elman, backward(bug), arrays=THEIRS)
    print(f"{bug:<12} {verdict.found[0]}")
    assert len(verdict.mistakes) == 1
print(verdict)
