"""How many full gradient checks a second: batched tangents beside one difference for each parameter."""

import numpy as np

import symrnn as sr
from benchmarks.measuring import contest
from symrnn import t
from symrnn.numeric.checking.tangents import Tangents

N, T = 16, 50
n, m = sr.dims("n m")
h, x, y = sr.Sequence("h", n), sr.Sequence("x", m), sr.Sequence("y", n)
W, U, b = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("b", n)
MODEL = sr.Recurrence(
    sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), loss=sr.time_sum(sr.squared_error(h[t], y[t]))
)


def given(seed=0):
    rng = np.random.default_rng(seed)
    params = {"W": rng.normal(size=(N, N)) / 4, "U": rng.normal(size=(N, N)) / 4, "b": rng.normal(size=N)}
    return params, {"x": rng.normal(size=(T, N)), "y": rng.normal(size=(T, N))}, {"h[0]": rng.normal(size=N)}


def naive_differences(params, inputs, boundary, step=1e-6):
    """A central difference for each of the 528 parameters, of a loss in plain NumPy."""

    def loss(p):
        state, total = boundary["h[0]"], 0.0
        driven = inputs["x"] @ p["U"].T + p["b"]
        for row, target in zip(driven, inputs["y"], strict=True):
            state = np.tanh(p["W"] @ state + row)
            gap = state - target
            total += 0.5 * (gap @ gap)
        return total

    grads = {}
    for key, value in params.items():
        found = np.empty(value.size)
        for i in range(value.size):
            unit = np.zeros(value.size)
            unit[i] = step
            up, down = (loss({**params, key: value + s * unit.reshape(value.shape)}) for s in (1, -1))
            found[i] = (up - down) / (2 * step)
        grads[key] = found.reshape(value.shape)
    return grads


def test_full_checks_a_second(record):
    arguments = given()
    _, right = sr.to_numpy(MODEL).loss_and_grad(*arguments)
    tangents = Tangents(MODEL)
    runs = {
        "batched tangents": lambda: tangents(*arguments)[1],
        "naive central differences": lambda: naive_differences(*arguments),
    }

    def error(found):
        keys = ("W", "U", "b")
        scale = max(np.max(np.abs(right[k])) for k in keys)
        return max(float(np.max(np.abs(found[k] - right[k]))) for k in keys) / scale

    table = contest(f"full gradient check, (n, T) = ({N}, {T}), 528 parameters", runs, error, tolerance=1e-6)
    record(table)
    print(f"{1 / table['batched tangents'].median:.0f} full checks a second")
    assert table.ratio("naive central differences", to="batched tangents") > 79  # 500 a second where naive makes 6.3
