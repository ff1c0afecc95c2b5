"""A cell from a paper, not in the library: the antisymmetric network of Chang et al. (2019), derived and checked."""

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
h, x, y = sr.Sequence("h", n), sr.Sequence("x", m), sr.Sequence("y", n)
W, U, b = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("b", n)
epsilon, gamma = sr.Parameter("epsilon", learned=False), sr.Parameter("gamma", learned=False)

antisymmetric = sr.Recurrence(
    sr.Equation(h[t], h[t - 1] + epsilon * sr.tanh((W - W.T - gamma * sr.eye(n)) @ h[t - 1] + U @ x[t] + b)),
    loss=sr.time_sum(sr.squared_error(h[t], y[t])),
    name="antisymmetric",
)
derivation = sr.bptt(antisymmetric)
print(sr.text(derivation))
print(derivation.verify())
assert derivation.verify(seed=2)
