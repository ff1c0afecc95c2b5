"""What computes a recurrent network's loss and gradients beside us, and what no NumPy program can be below.

The network is h[t] = tanh(b + W h[t-1] + U x[t]) with squared error at every step and as many inputs as states.
Each entry makes, from sizes and numbers, a function without arguments that returns (loss, dW, dU, db).
"""

from importlib.util import find_spec

import numpy as np

import symrnn as sr
from symrnn import Equation, Parameter, Recurrence, Sequence, t

KEYS = ("W", "U", "b")


def numbers(n, T, B, seed=0):
    """The sizes, parameters, inputs and targets of one problem; a batch of one has no batch axis."""
    rng = np.random.default_rng(seed)
    lead = (T, B) if B > 1 else (T,)
    return {
        "n": n,
        "T": T,
        "B": B,
        "W": rng.standard_normal((n, n)) * 0.9 / np.sqrt(n),
        "U": rng.standard_normal((n, n)) / np.sqrt(n),
        "b": rng.standard_normal(n) * 0.1,
        "x": rng.standard_normal((*lead, n)),
        "y": np.tanh(rng.standard_normal((*lead, n))),
    }


def tanh_network():
    """The model."""
    n = sr.dims("n")
    h, x, y = Sequence("h", n), Sequence("x", n), Sequence("y", n)
    W, U, b = Parameter("W", n, n), Parameter("U", n, n), Parameter("b", n)
    step = Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t]))
    return Recurrence(step, loss=sr.time_sum(sr.squared_error(h[t], y[t])))


def reference(p):
    """The textbook's loops, one example and one step after the other."""
    W, U, b, T, B, n = (p[k] for k in ("W", "U", "b", "T", "B", "n"))
    x, y = p["x"].reshape(T, B, n), p["y"].reshape(T, B, n)
    h, loss = [np.zeros((B, n))], 0.0
    for s in range(T):
        h.append(np.tanh(h[-1] @ W.T + x[s] @ U.T + b))
        loss += 0.5 * np.sum((h[-1] - y[s]) ** 2)
    dW, dU, db, g = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b), np.zeros((B, n))
    for s in reversed(range(T)):
        d = (g + h[s + 1] - y[s]) * (1 - h[s + 1] ** 2)
        dW, dU, db, g = dW + d.T @ h[s], dU + d.T @ x[s], db + d.sum(axis=0), d @ W
    return loss, dW, dU, db


def ours(p, backend="numpy", **options):
    """Our network, arguments checked at every call."""
    net = sr.to_numpy(tanh_network(), backend=backend)
    params, inputs = {k: p[k] for k in KEYS}, {"x": p["x"], "y": p["y"]}
    boundary = {"h[0]": np.zeros(p["x"].shape[1:])}

    def run():
        loss, grads = net.loss_and_grad(params, inputs, boundary, **options)
        return loss, *(grads[k] for k in KEYS)

    return run


def limit(p, gates=1):
    """The products alone, in the shapes that the recurrence forces, and the tanh of all entries in one call."""
    n, T, B = p["n"], p["T"], p["B"]
    W, x = np.ones((gates * n, n)) / n, p["x"].reshape(T * B, n)
    z, a, g, out = np.ones((T * B, gates * n)), np.zeros((B, n)), np.ones((B, gates * n)), np.empty((B, n))
    if B == 1:
        a, g, out = a[0], g[0], out[0]
    every = np.zeros(T * B * n)

    def run():
        np.dot(x, W.T, out=z)
        for _ in range(T):
            np.dot(a, W.T, out=g)
        for _ in range(T):
            np.dot(g, W, out=out)
        np.dot(z.T, x)
        np.dot(z.T, x)
        if gates == 1:
            np.tanh(every, out=every)

    return run


def jax(p, cell="tanh"):
    """jit of value_and_grad of a scan."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    n, T, B = p["n"], p["T"], p["B"]
    x, y = (jnp.asarray(p[k].reshape(T, B, n)) for k in "xy")

    def loss(q, x, y):
        W, U, b = q
        rows, start = x @ U.T + b, jnp.zeros((B, n))
        first = (start, start) if cell == "lstm" else start
        _, h = jax.lax.scan(lambda s, z: JAX_STEPS[cell](jax, s, z, W), first, rows)
        return 0.5 * jnp.sum((h - y) ** 2)

    q = tuple(map(jnp.asarray, weights(p, cell)))
    run = jax.jit(jax.value_and_grad(loss)).lower(q, x, y).compile()

    def call():
        value, grads = run(q, x, y)
        return float(value), *map(np.asarray, grads)

    return call


def _tanh(jax, h, z, W):
    h = jax.numpy.tanh(h @ W.T + z)
    return h, h


def _lstm(jax, state, z, W):
    h, c = state
    f, i, g, o = jax.numpy.split(h @ W.T + z, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jax.numpy.tanh(g)
    h = jax.nn.sigmoid(o) * jax.numpy.tanh(c)
    return (h, c), h


def _gru(jax, h, z, W):
    zz, zr, zh = jax.numpy.split(z, 3, axis=1)
    wz, wr, wh = jax.numpy.split(h @ W.T, 3, axis=1)
    u = jax.nn.sigmoid(zz + wz)
    h = (1 - u) * h + u * jax.numpy.tanh(zh + jax.nn.sigmoid(zr + wr) * wh)
    return h, h


JAX_STEPS = {"tanh": _tanh, "lstm": _lstm, "gru": _gru}
GATES = {"tanh": 1, "lstm": 4, "gru": 3}


def weights(p, cell):
    """W, U and b of all gates, one above the other."""
    if cell == "tanh":
        return p["W"], p["U"], p["b"]
    n, rng = p["n"], np.random.default_rng(1)
    rows = GATES[cell] * n
    return tuple(rng.standard_normal(shape) / np.sqrt(n) for shape in ((rows, n), (rows, n), (rows,)))


def torch(p):
    """PyTorch, step by step, with the input products taken out of the loop."""
    import torch

    torch.set_num_threads(1)
    n, T, B = p["n"], p["T"], p["B"]
    W, U, b = (torch.tensor(p[k], requires_grad=True) for k in KEYS)
    x, y = (torch.tensor(p[k].reshape(T, B, n)) for k in "xy")

    def run():
        W.grad = U.grad = b.grad = None
        h, hs, turned = torch.zeros(B, n, dtype=torch.float64), [], W.T
        for z in (x.reshape(T * B, n) @ U.T + b).reshape(T, B, n).unbind(0):
            h = torch.tanh(torch.addmm(z, h, turned))
            hs.append(h)
        loss = 0.5 * (torch.stack(hs) - y).square().sum()
        loss.backward()
        return loss.item(), W.grad.numpy(), U.grad.numpy(), b.grad.numpy()

    return run


TORCH = {"lstm": ("LSTM", (1, 0, 2, 3)), "gru": ("GRU", (1, 0, 2))}  # its class, and its order of our gates


def torch_module(p, cell):
    """torch.nn.LSTM or GRU with our weights, forward and backward; its loss."""
    import torch

    torch.set_num_threads(1)
    n, T, B = p["n"], p["T"], p["B"]
    x, y = (torch.tensor(p[k].reshape(T, B, n)) for k in "xy")
    kind, order = TORCH[cell]
    module = getattr(torch.nn, kind)(n, n).double()
    W, U, b = (w.reshape(GATES[cell], n, *w.shape[1:]).copy() for w in weights(p, cell))
    if cell == "gru":
        W[0], U[0], b[0] = -W[0], -U[0], -b[0]  # its update gate keeps what ours replaces
    with torch.no_grad():
        for name, w in (("weight_hh_l0", W), ("weight_ih_l0", U), ("bias_ih_l0", b)):
            getattr(module, name).copy_(torch.tensor(np.concatenate([w[i] for i in order])))
        module.bias_hh_l0.zero_()

    def run():
        for w in module.parameters():
            w.grad = None
        loss = 0.5 * (module(x)[0] - y).square().sum()
        loss.backward()
        return (loss.item(),)

    return run


NAMES = {"lstm": "fico", "gru": "zrh"}


def ours_gated(p, cell):
    """Our LSTM or GRU with the same weights; gradients put together again gate by gate."""
    n, names = p["n"], NAMES[cell]
    model = sr.models.lstm(output=False) if cell == "lstm" else sr.models.gru(reset="after", output=False)
    net = sr.to_numpy(model)
    params = {
        f"{key}_{gate}": w[i * n : (i + 1) * n]
        for key, w in zip("WUb", weights(p, cell), strict=True)
        for i, gate in enumerate(names)
    }
    boundary = {str(b): np.zeros((p["B"], n)) for b in model.boundary}

    def run():
        loss, grads = net.loss_and_grad(params, {"x": p["x"], "y": p["y"]}, boundary)
        return loss, grads

    return run, lambda grads: tuple(np.concatenate([grads[f"{key}_{gate}"] for gate in names]) for key in "WUb")


def gated_loss(p, cell, W, U, b):
    """The loss of an LSTM or GRU, step by step; also of complex weights."""
    n, T, B = p["n"], p["T"], p["B"]
    h, c, loss = np.zeros((B, n)), np.zeros((B, n)), 0.0
    for s in range(T):
        z, a = p["x"][s] @ U.T + b, h @ W.T
        if cell == "lstm":
            f, i, g, o = np.split(z + a, 4, axis=1)
            c = logistic(f) * c + logistic(i) * np.tanh(g)
            h = logistic(o) * np.tanh(c)
        else:
            (zu, zr, zh), (au, ar, ah) = np.split(z, 3, axis=1), np.split(a, 3, axis=1)
            u = logistic(zu + au)
            h = (1 - u) * h + u * np.tanh(zh + logistic(zr + ar) * ah)
        loss = loss + 0.5 * np.sum((h - p["y"][s]) ** 2)
    return loss


def logistic(x):
    """1 / (1 + exp(-x)), also of complex numbers."""
    return 1 / (1 + np.exp(-x))


def autograd(p):
    """autograd, step by step."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    n, T, B = p["n"], p["T"], p["B"]
    x, y = p["x"].reshape(T, B, n), p["y"].reshape(T, B, n)

    def loss(q):
        W, U, b = q
        z = anp.dot(x.reshape(T * B, n), U.T).reshape(T, B, n) + b
        h, hs = anp.zeros((B, n)), []
        for s in range(T):
            h = anp.tanh(anp.dot(h, W.T) + z[s])
            hs.append(h)
        return 0.5 * anp.sum((anp.array(hs) - y) ** 2)

    gradient = value_and_grad(loss)

    def run():
        value, grads = gradient((p["W"], p["U"], p["b"]))
        return value, *grads

    return run


def present(*names):
    """Those of some packages that are installed."""
    return tuple(name for name in names if find_spec(name))
