"""Train the tanh network on a tiny task with the generated NumPy gradient: repeat the symbol seen two steps ago."""

import numpy as np

import symrnn as sr

net = sr.to_numpy(sr.models.elman())
rng = np.random.default_rng(0)
n, k, T, batch = 16, 3, 8, 32
params = {
    "W": rng.normal(size=(n, n)) / np.sqrt(n),
    "U": rng.normal(size=(n, k)),
    "V": rng.normal(size=(k, n)) / np.sqrt(n),
    "b": np.zeros(n),
    "c": np.zeros(k),
}
first = None
for step in range(300):
    symbols = rng.integers(k, size=(T, batch))
    x = np.eye(k)[symbols]
    y = np.roll(x, 2, axis=0)
    y[:2] = np.eye(k)[0]
    loss, gradients = net.loss_and_grad(params, {"x": x, "y": y}, {"h[0]": np.zeros((batch, n))})
    loss /= T * batch
    first = loss if first is None else first
    for name in params:
        params[name] -= 0.5 * gradients[name] / (T * batch)
    if step % 100 == 0:
        print(f"step {step:3d}   loss a symbol {loss:.3f}")
print(f"step {step:3d}   loss a symbol {loss:.3f}")
assert loss < 0.5 * first
