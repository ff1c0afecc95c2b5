"""Four ways to the gradient of s[t] = tanh(w s[t-1] + u x[t] + b) with other systems, and ours.

Each takes a number of steps and returns a function of (w, u, b, s0, xs, ys) with the loss Σ (s[t] - y[t])²/2 and its
derivative by w: all the symbolic work and the code, ready to call. Symbols get fresh names each time, so that
nobody is paid for a cache of the last round.
"""

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

import casadi
import symengine
import sympy
from sympy.printing.pycode import PythonCodePrinter

import symrnn as sr
from symrnn import t

Ready = Callable[..., tuple[float, float]]
_numbers = itertools.count()


def data(tau: int) -> tuple[Any, ...]:
    """Values for w, u, b, s0, xs, ys."""
    rng = random.Random(tau)
    inputs, targets = ([rng.uniform(-1, 1) for _ in range(tau)] for _ in range(2))
    return 0.7, 0.5, -0.1, 0.2, inputs, targets


def reference(tau: int) -> tuple[float, float]:
    """Loss and derivative by forward accumulation, written out by hand."""
    w, u, b, s, xs, ys = data(tau)
    moved = loss = slope = 0.0
    for x, y in zip(xs, ys, strict=True):
        new = math.tanh(w * s + u * x + b)
        s, moved = new, (1 - new * new) * (s + w * moved)
        loss += (s - y) ** 2 / 2
        slope += (s - y) * moved
    return loss, slope


def error(ready: Ready, tau: int) -> float:
    """The relative error of loss and derivative."""
    found, expected = ready(*data(tau)), reference(tau)
    return max(abs(float(a) - b) / abs(b) for a, b in zip(found, expected, strict=True))


def _name(letter: str) -> str:
    return f"{letter}{next(_numbers)}"


def symrnn(tau: int) -> Ready:
    """Ours: for every number of steps at once, `tau` is not looked at."""
    s, x, y = (sr.Sequence(_name(letter)) for letter in "sxy")
    w, u, b = (sr.Parameter(_name(letter)) for letter in "wub")
    step = sr.Equation(s[t], sympy.tanh(w * s[t - 1] + u * x[t] + b))
    net = sr.to_numpy(sr.Recurrence(step, loss=sr.time_sum((s[t] - y[t]) ** 2 / 2)))

    def ready(*values: Any) -> tuple[float, float]:
        params = dict(zip((w.name, u.name, b.name), values[:3], strict=True))
        loss, grads = net.loss_and_grad(params, {x.name: values[4], y.name: values[5]}, {s.name: values[3]})
        return loss, grads[w.name]

    return ready


def sympy_naive(tau: int) -> Ready:
    """SymPy as its manual suggests: one nested expression, `diff`, `lambdify` with cse."""
    w, u, b, s0 = (sympy.Symbol(_name(letter)) for letter in "wubs")
    xs, ys = ([sympy.Symbol(_name(letter)) for _ in range(tau)] for letter in "xy")
    s, terms = s0, []
    for x, y in zip(xs, ys, strict=True):
        s = sympy.tanh(w * s + u * x + b)
        terms.append((s - y) ** 2 / 2)
    loss = sympy.Add(*terms)
    return sympy.lambdify([w, u, b, s0, xs, ys], [loss, loss.diff(w)], modules="math", cse=True)


def sympy_named(tau: int) -> Ready:
    """SymPy used well: one symbol a step, reverse mode by hand, one assignment a line."""
    w, u, b, s, x, after = (sympy.Symbol(_name(letter)) for letter in ("w", "u", "b", "s", "x", "next"))
    step = sympy.tanh(w * s + u * x + b)
    by_state, by_weight = (step.diff(v).subs(step, after) for v in (s, w))
    states, xs, ys, adjoints = (sympy.symbols(f"{_name(letter)}_0:{tau + 1}") for letter in "sxyg")
    lines, slopes = [], []
    for k in range(1, tau + 1):
        lines.append((states[k], step.xreplace({s: states[k - 1], x: xs[k]})))
    for k in range(tau, 0, -1):
        arriving = states[k] - ys[k]
        if k < tau:
            arriving += adjoints[k + 1] * by_state.xreplace({s: states[k], after: states[k + 1]})
        lines.append((adjoints[k], arriving))
        slopes.append(adjoints[k] * by_weight.xreplace({s: states[k - 1], after: states[k]}))
    losses = [(states[k] - ys[k]) ** 2 / 2 for k in range(1, tau + 1)]
    return _straight((w, u, b, states[0]), (xs[1:], ys[1:]), lines, losses, slopes)


def _straight(scalars: Any, rows: Any, lines: Any, losses: Any, slopes: Any) -> Ready:
    """A straight-line Python function from assignments and two sums."""
    show = PythonCodePrinter({"fully_qualified_modules": False}).doprint
    source = [f"def ready({', '.join(map(str, scalars))}, xs, ys):"]
    source += [f" {', '.join(map(str, row))}, = {name}" for name, row in zip(("xs", "ys"), rows, strict=True)]
    source += [f" {name} = {show(value)}" for name, value in lines] + [" loss = slope = 0.0"]
    source += [f" loss += {show(x)}" for x in losses] + [f" slope += {show(x)}" for x in slopes]
    names: dict[str, Any] = {"tanh": math.tanh}
    exec("\n".join([*source, " return loss, slope"]), names)
    return names["ready"]


def by_symengine(tau: int) -> Ready:
    """symengine: a nested expression that shares its parts, and `Lambdify` with cse."""
    w, u, b, s0 = (symengine.Symbol(_name(letter)) for letter in "wubs")
    xs, ys = ([symengine.Symbol(_name(letter)) for _ in range(tau)] for letter in "xy")
    s, terms = s0, []
    for x, y in zip(xs, ys, strict=True):
        s = symengine.tanh(w * s + u * x + b)
        terms.append((s - y) ** 2 / 2)
    loss = symengine.Add(*terms)
    compiled = symengine.Lambdify([w, u, b, s0, *xs, *ys], [loss, loss.diff(w)], cse=True)

    def ready(*values: Any) -> tuple[float, float]:
        return compiled([*values[:4], *values[4], *values[5]])

    return ready


def by_casadi(tau: int) -> Ready:
    """CasADi: its scalar graph SX, `gradient` and `Function`."""
    w, u, b, s0 = (casadi.SX.sym(_name(letter)) for letter in "wubs")
    xs, ys = (casadi.SX.sym(_name(letter), tau) for letter in "xy")
    s, loss = s0, 0
    for k in range(tau):
        s = casadi.tanh(w * s + u * xs[k] + b)
        loss = loss + (s - ys[k]) ** 2 / 2
    compiled = casadi.Function("ready", [w, u, b, s0, xs, ys], [loss, casadi.gradient(loss, w)])

    def ready(*values: Any) -> tuple[float, float]:
        loss, slope = compiled(*values)
        return float(loss), float(slope)

    return ready


SYSTEMS: dict[str, Callable[[int], Ready]] = {
    "symrnn": symrnn,
    "CasADi": by_casadi,
    "symengine": by_symengine,
    "SymPy, a name for each step": sympy_named,
    "SymPy, nested": sympy_naive,
}
PACKAGES = ("casadi", "numpy", "symengine", "sympy")
