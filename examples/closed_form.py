"""The gradient of a gated cell as a formula in tau: solved, proved, checked, and compared with the recurrence."""

import numpy as np

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
h, x, y = sr.Sequence("h", n), sr.Sequence("x", m), sr.Sequence("y", n)
z, W, U, R = sr.Sequence("z", n), sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("R", n, n)

gated = sr.Recurrence(
    sr.Equation(z[t], sr.sigmoid(R @ h[t - 1])),
    sr.Equation(h[t], z[t] * h[t - 1] + (1 - z[t]) * sr.tanh(W @ h[t - 1] + U @ x[t])),
    loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    name="gated",
)
derivation = sr.bptt(gated)
form = derivation.closed_form(R)
print(sr.text(form.equation))
print(form.status, form.verify())
assert form.status == "proved" and form.verify(seed=1)

rng = np.random.default_rng(0)
params = {"W": rng.normal(size=(3, 3)) / 2, "U": rng.normal(size=(3, 2)) / 2, "R": rng.normal(size=(3, 3)) / 2}
inputs = {"x": rng.normal(size=(6, 2)), "y": rng.normal(size=(6, 3))}
given = {"h[0]": rng.normal(size=3)}
by_recurrence = sr.evaluate(derivation, params, inputs, given, tau=6)["R"]
by_formula = sr.evaluate(form, params, inputs, given, tau=6)["R"]
assert np.allclose(by_recurrence, by_formula, rtol=1e-12)
