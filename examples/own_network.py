"""Write a network of your own, derive its gradients for symbolic tau, and have every line checked."""

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
v, x, y = sr.Sequence("v", n), sr.Sequence("x", m), sr.Sequence("y", n)
A, B, alpha = sr.Parameter("A", n, n), sr.Parameter("B", n, m), sr.Parameter("alpha", learned=False)

leaky = sr.Recurrence(
    sr.Equation(v[t], alpha * v[t - 1] + (1 - alpha) * sr.sigmoid(A @ v[t - 1] + B @ x[t])),
    loss=sr.time_sum(sr.squared_error(v[t], y[t])),
    name="leaky",
)
derivation = sr.bptt(leaky)
print(sr.text(derivation))
report = derivation.verify(seed=1)
print(report)
assert report
