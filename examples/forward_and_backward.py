"""Real-time recurrent learning against back-propagation through time: the numbers, and the proof that they agree."""

import numpy as np

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
h, x, y = sr.Sequence("h", n), sr.Sequence("x", m), sr.Sequence("y", n)
W, U = sr.Parameter("W", n, n), sr.Parameter("U", n, m)
model = sr.Recurrence(
    sr.Equation(h[t], sr.tanh(W @ h[t - 1] + U @ x[t])),
    loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    name="small",
)
forward, backward = sr.rtrl(model), sr.bptt(model)

rng = np.random.default_rng(0)
params = {"W": rng.normal(size=(3, 3)) / 2, "U": rng.normal(size=(3, 2)) / 2}
inputs = {"x": rng.normal(size=(7, 2)), "y": rng.normal(size=(7, 3))}
start = {"h[0]": rng.normal(size=3)}
by_sensitivities = sr.evaluate(forward, params, inputs, start, tau=7)
by_adjoints = sr.evaluate(backward, params, inputs, start, tau=7)
for name in ("W", "U"):
    assert np.allclose(by_sensitivities[name], by_adjoints[name], rtol=1e-12)
    print(name, "differs by", f"{np.abs(by_sensitivities[name] - by_adjoints[name]).max():.0e}")

for parameter in (W, U):
    proof = sr.prove_forward_is_backward(model, parameter)
    for step in proof.steps:
        print(f"[{step.law.name}]", sr.text(step.after))
    assert proof.status == "proved" and proof.expr == backward[parameter] and proof.verify()

truncated = sr.bptt(model, window=3)
kept = sr.evaluate(truncated, params, inputs, start, tau=7)["W"]
left = sr.evaluate(truncated.missing, params, inputs, start, tau=7)["W"]
assert np.allclose(kept + left, by_adjoints["W"], rtol=1e-12)
print("left out:", sr.text(truncated.missing[W]))
