"""Three classic bugs in gated cells: a path that was forgotten, a derivative of sigma that is none, diagnosed."""

import numpy as np

import symrnn as sr

lstm, gru = sr.models.lstm(output=False), sr.models.gru(output=False)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def affine(p, gate, x, h):
    return p[f"b_{gate}"] + p[f"W_{gate}"] @ h + p[f"U_{gate}"] @ x


def send_back(p, d, gate, da, x, h):
    """The gradients of one gate's parameters, and what goes to the state that it read."""
    d[f"b_{gate}"] += da
    d[f"W_{gate}"] += np.outer(da, h)
    d[f"U_{gate}"] += np.outer(da, x)
    return p[f"W_{gate}"].T @ da


def lstm_backward(bug):
    """The cell of 10.40 to 10.44 in the textbook."""

    def function(p, inputs, boundary):
        x, y, loss = inputs["x"], inputs["y"], 0.0
        h, c, gates = [boundary["h[0]"]], [boundary["c[0]"]], []
        for s in range(len(x)):
            f, i, o = (sigma(affine(p, g, x[s], h[-1])) for g in "fio")
            new = np.tanh(affine(p, "c", x[s], h[-1]))
            c.append(f * c[-1] + i * new)
            h.append(o * np.tanh(c[-1]))
            gates.append((f, i, o, new))
            loss += np.sum((h[-1] - y[s]) ** 2) / 2
        d = {name: np.zeros_like(value) for name, value in p.items()}
        dh_next, dc_next = np.zeros_like(h[0]), np.zeros_like(c[0])
        for s in reversed(range(len(x))):
            f, i, o, new = gates[s]
            dh = h[s + 1] - y[s] + dh_next
            dc = dc_next + dh * o * (1 - np.tanh(c[s + 1]) ** 2)
            df, di, do = dc * c[s], dc * new, dh * np.tanh(c[s + 1])
            dai = di * i if bug == "sigma" else di * i * (1 - i)
            dh_next = send_back(p, d, "f", df * f * (1 - f), x[s], h[s]) + send_back(p, d, "i", dai, x[s], h[s])
            dh_next += send_back(p, d, "o", do * o * (1 - o), x[s], h[s])
            dh_next += send_back(p, d, "c", dc * i * (1 - new**2), x[s], h[s])
            dc_next = np.zeros_like(dc) if bug == "direct" else dc * f
        return loss, {**d, "h[0]": dh_next, "c[0]": dc_next}

    return function


def gru_backward(bug):
    """The cell of 10.45 to 10.47, the reset gate before the product."""

    def function(p, inputs, boundary):
        x, y, loss = inputs["x"], inputs["y"], 0.0
        h, gates = [boundary["h[0]"]], []
        for s in range(len(x)):
            z, r = (sigma(affine(p, g, x[s], h[-1])) for g in "zr")
            new = np.tanh(affine(p, "h", x[s], r * h[-1]))
            gates.append((z, r, new))
            h.append((1 - z) * h[-1] + z * new)
            loss += np.sum((h[-1] - y[s]) ** 2) / 2
        d = {name: np.zeros_like(value) for name, value in p.items()}
        carried = np.zeros_like(h[0])
        for s in reversed(range(len(x))):
            z, r, new = gates[s]
            dh = h[s + 1] - y[s] + carried
            dproduct = send_back(p, d, "h", dh * z * (1 - new**2), x[s], r * h[s])
            carried = dh * (1 - z) + dproduct * r
            dr, dz = dproduct * h[s], dh * (new - h[s])
            through_reset = send_back(p, d, "r", dr * r * (1 - r), x[s], h[s])
            carried = carried if bug == "reset" else carried + through_reset
            carried = carried + send_back(p, d, "z", dz * z * (1 - z), x[s], h[s])
        return loss, {**d, "h[0]": carried}

    return function


assert sr.check_gradient(lstm, lstm_backward(""))
assert sr.check_gradient(gru, gru_backward(""))
for name, model, function in (
    ("direct", lstm, lstm_backward),
    ("sigma", lstm, lstm_backward),
    ("reset", gru, gru_backward),
):
    verdict = sr.check_gradient(model, function(name))
    print(f"{name:<12} {verdict.found[0]}")
    assert len(verdict.mistakes) == 1
