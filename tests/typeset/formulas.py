"""Named formulas with what they must print, in LaTeX and in the terminal; the tests and the TeX page share them."""

import sympy

from symrnn.calculus import bptt
from symrnn.model import Equation, Parameter, Sequence, library
from symrnn.tensor import (
    concat,
    copy_at,
    diag,
    dims,
    dot,
    elementwise,
    entry,
    eye,
    guard,
    logsumexp,
    nabla,
    norm2,
    ones,
    outer,
    partial,
    segment,
    softmax,
    softmax_cross_entropy,
    t,
    tanh,
    tau,
    time_mean,
    time_sum,
    trace,
    transpose,
    vec,
    zeros,
)
from symrnn.tensor import sum as entries
from symrnn.tensor.unknown import Function

n, m, k, p = dims("n m k p")
h, x, o, L = Sequence("h", n), Sequence("x", m), Sequence("o", k), Sequence("L")
y, yhat = Sequence("y", k, simplex=True), Sequence("yhat", k, simplex=True)
W, U, V, b, c = Parameter("W", n, n), Parameter("U", n, m), Parameter("V", k, n), Parameter("b", n), Parameter("c", k)
s, w, u = Sequence("s"), Parameter("w"), Parameter("u")
z, theta, f = Sequence("z", n), Parameter("theta", p), Function("f", n)
g = sympy.Function("g")
A = library.elman()
slope = 1 - h[t] ** 2
down = (t, 1, tau - 1)

# Equations 10.8 to 10.28 of the textbook: number, equation, LaTeX, text; printed with the model's abbreviations.
BOOK = {
    "10.8": (
        Equation(Sequence("a", n)[t], b + W @ h[t - 1] + U @ x[t]),
        r"\boldsymbol{a}^{(t)} = \boldsymbol{b} + \boldsymbol{W} \boldsymbol{h}^{(t-1)} + \boldsymbol{U}"
        r" \boldsymbol{x}^{(t)} \qquad t = 1, \ldots, \tau",
        "a(t) = b + W h(t-1) + U x(t)    t = 1, ..., τ",
    ),
    "10.9": (
        Equation(h[t], tanh(Sequence("a", n)[t])),
        r"\boldsymbol{h}^{(t)} = \tanh(\boldsymbol{a}^{(t)}) \qquad t = 1, \ldots, \tau",
        "h(t) = tanh(a(t))    t = 1, ..., τ",
    ),
    "10.10": (
        Equation(o[t], c + V @ h[t]),
        r"\boldsymbol{o}^{(t)} = \boldsymbol{c} + \boldsymbol{V} \boldsymbol{h}^{(t)} \qquad t = 1, \ldots, \tau",
        "o(t) = c + V h(t)    t = 1, ..., τ",
    ),
    "10.14": (
        Equation(L[t], softmax_cross_entropy(o[t], y[t])),
        r"L^{(t)} = -(\boldsymbol{y}^{(t)})^{\top} \log \hat{\boldsymbol{y}}^{(t)} \qquad t = 1, \ldots, \tau",
        "L(t) = -y(t) · log ŷ(t)    t = 1, ..., τ",
    ),
    "10.17": (
        Equation(nabla(L[t]), 1),
        r"\frac{\partial L}{\partial L^{(t)}} = 1 \qquad t = 1, \ldots, \tau",
        "∇L(t) = 1    t = 1, ..., τ",
    ),
    "10.18": (
        Equation(nabla(o[t]), softmax(o[t]) - y[t]),
        r"\nabla_{\boldsymbol{o}^{(t)}} L = \hat{\boldsymbol{y}}^{(t)} - \boldsymbol{y}^{(t)}"
        r" \qquad t = 1, \ldots, \tau",
        "∇o(t) = ŷ(t) - y(t)    t = 1, ..., τ",
    ),
    "10.19": (
        Equation(nabla(h[tau]), V.T @ nabla(o[tau])),
        r"\nabla_{\boldsymbol{h}^{(\tau)}} L = \boldsymbol{V}^{\top} \nabla_{\boldsymbol{o}^{(\tau)}} L",
        "∇h(τ) = Vᵀ ∇o(τ)",
    ),
    "10.21": (
        Equation(nabla(h[t]), W.T @ ((1 - h[t + 1] ** 2) * nabla(h[t + 1])) + V.T @ nabla(o[t]), over=down),
        r"\nabla_{\boldsymbol{h}^{(t)}} L = \boldsymbol{W}^{\top} \operatorname{diag}(1 - (\boldsymbol{h}^{(t+1)})^{2})"
        r" \nabla_{\boldsymbol{h}^{(t+1)}} L + \boldsymbol{V}^{\top} \nabla_{\boldsymbol{o}^{(t)}} L"
        r" \qquad t = \tau-1, \ldots, 1",
        "∇h(t) = Wᵀ diag(1 - h(t+1)²) ∇h(t+1) + Vᵀ ∇o(t)    t = τ-1, ..., 1",
    ),
    "10.22": (
        Equation(nabla(c), time_sum(nabla(o[t]))),
        r"\nabla_{\boldsymbol{c}} L = \sum_{t=1}^{\tau} \nabla_{\boldsymbol{o}^{(t)}} L",
        "∇c = Σ ∇o(t)",
    ),
    "10.23": (
        Equation(nabla(b), time_sum(slope * nabla(h[t]))),
        r"\nabla_{\boldsymbol{b}} L = \sum_{t=1}^{\tau} \operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2})"
        r" \nabla_{\boldsymbol{h}^{(t)}} L",
        "∇b = Σ diag(1 - h(t)²) ∇h(t)",
    ),
    "10.24": (
        Equation(nabla(V), time_sum(outer(nabla(o[t]), h[t]))),
        r"\nabla_{\boldsymbol{V}} L = \sum_{t=1}^{\tau}"
        r" (\nabla_{\boldsymbol{o}^{(t)}} L) (\boldsymbol{h}^{(t)})^{\top}",
        "∇V = Σ ∇o(t) h(t)ᵀ",
    ),
    "10.26": (
        Equation(nabla(W), time_sum(outer(slope * nabla(h[t]), h[t - 1]))),
        r"\nabla_{\boldsymbol{W}} L = \sum_{t=1}^{\tau} \operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2})"
        r" (\nabla_{\boldsymbol{h}^{(t)}} L) (\boldsymbol{h}^{(t-1)})^{\top}",
        "∇W = Σ diag(1 - h(t)²) ∇h(t) h(t-1)ᵀ",
    ),
    "10.28": (
        Equation(nabla(U), time_sum(outer(slope * nabla(h[t]), x[t]))),
        r"\nabla_{\boldsymbol{U}} L = \sum_{t=1}^{\tau} \operatorname{diag}(1 - (\boldsymbol{h}^{(t)})^{2})"
        r" (\nabla_{\boldsymbol{h}^{(t)}} L) (\boldsymbol{x}^{(t)})^{\top}",
        "∇U = Σ diag(1 - h(t)²) ∇h(t) x(t)ᵀ",
    ),
}

# Every kind of node: what is printed, LaTeX, text.
NODES = [
    (
        f(f(z[1], theta), theta),
        r"f(f(\boldsymbol{z}^{(1)}; \boldsymbol{\theta}); \boldsymbol{\theta})",
        "f(f(z(1); θ); θ)",
    ),
    (copy_at(theta, 3), r"\boldsymbol{\theta}^{(3)}", "θ(3)"),
    (nabla(W), r"\nabla_{\boldsymbol{W}} L", "∇W"),
    (nabla(w), r"\frac{\partial L}{\partial w}", "∇w"),
    (W.T, r"\boldsymbol{W}^{\top}", "Wᵀ"),
    ((W @ h[t]) ** 2, r"(\boldsymbol{W} \boldsymbol{h}^{(t)})^{2}", "(W h(t))²"),
    (b**2, r"\boldsymbol{b}^{2}", "b²"),
    (-h[t], r"-\boldsymbol{h}^{(t)}", "-h(t)"),
    ((b + h[t]) * w, r"w (\boldsymbol{b} + \boldsymbol{h}^{(t)})", "w (b + h(t))"),
    (W @ (b + h[t]), r"\boldsymbol{W} (\boldsymbol{b} + \boldsymbol{h}^{(t)})", "W (b + h(t))"),
    (W @ (2 * h[t]), r"2 \boldsymbol{W} \boldsymbol{h}^{(t)}", "2 W h(t)"),
    (W @ -h[t], r"-\boldsymbol{W} \boldsymbol{h}^{(t)}", "-W h(t)"),
    (W @ (b * h[t]), r"\boldsymbol{W} (\boldsymbol{b} \odot \boldsymbol{h}^{(t)})", "W (b ⊙ h(t))"),
    (b * h[t] * w, r"w (\boldsymbol{b} \odot \boldsymbol{h}^{(t)})", "w (b ⊙ h(t))"),
    ((W @ b) * h[t], r"\boldsymbol{W} \boldsymbol{b} \odot \boldsymbol{h}^{(t)}", "W b ⊙ h(t)"),
    (h[t] / b, r"\frac{\boldsymbol{h}^{(t)}}{\boldsymbol{b}}", "h(t)/b"),
    (h[t] / tau, r"\frac{1}{\tau} \boldsymbol{h}^{(t)}", "(1/τ) h(t)"),
    (1 / s[t], r"\frac{1}{s^{(t)}}", "1/s(t)"),
    (s[t] ** 2, r"(s^{(t)})^{2}", "s(t)²"),
    (sympy.sqrt(s[t]), r"\sqrt{s^{(t)}}", "sqrt(s(t))"),
    (sympy.tanh(w * s[t]) ** 2, r"\tanh^{2}(w s^{(t)})", "tanh²(w s(t))"),
    (
        w * (1 - s[t] ** 2) * nabla(s[t]),
        r"w (1 - (s^{(t)})^{2}) \frac{\partial L}{\partial s^{(t)}}",
        "w (1 - s(t)²) ∇s(t)",
    ),
    (w**t * s[0], r"s^{(0)} w^{t}", "s(0) w^t"),
    (sympy.Abs(s[t]), r"\lvert s^{(t)} \rvert", "|s(t)|"),
    (g(w * s[t]), r"g(w s^{(t)})", "g(w s(t))"),
    (softmax(o[t]), r"\operatorname{softmax}(\boldsymbol{o}^{(t)})", "softmax(o(t))"),
    (logsumexp(o[t]), r"\operatorname{logsumexp}(\boldsymbol{o}^{(t)})", "logsumexp(o(t))"),
    (
        softmax_cross_entropy(o[t], y[t]),
        r"-(\boldsymbol{y}^{(t)})^{\top} \log \operatorname{softmax}(\boldsymbol{o}^{(t)})",
        "-y(t) · log softmax(o(t))",
    ),
    (dot(W @ h[t], b), r"(\boldsymbol{W} \boldsymbol{h}^{(t)})^{\top} \boldsymbol{b}", "W h(t) · b"),
    (
        norm2(o[t] - y[t]) / 2,
        r"\frac{1}{2} \lVert \boldsymbol{o}^{(t)} - \boldsymbol{y}^{(t)} \rVert^{2}",
        "‖o(t) - y(t)‖²/2",
    ),
    (w * entries(W * W), r"w \lVert \boldsymbol{W} \rVert_{F}^{2}", "w ‖W‖²"),
    (entries(h[t]), r"\boldsymbol{1}^{\top} \boldsymbol{h}^{(t)}", "sum(h(t))"),
    (trace(W), r"\operatorname{tr}(\boldsymbol{W})", "tr(W)"),
    (diag(b) @ W, r"\operatorname{diag}(\boldsymbol{b}) \boldsymbol{W}", "diag(b) W"),
    (entry(W, 1, 2), "W_{1,2}", "W_{1,2}"),
    (entry(h[t], 1) ** 2, "(h_{1}^{(t)})^{2}", "h_1(t)²"),
    (entry(W @ h[t], 1), r"(\boldsymbol{W} \boldsymbol{h}^{(t)})_{1}", "(W h(t))_1"),
    (concat(h[t], x[t]), r"\begin{bmatrix} \boldsymbol{h}^{(t)} \\ \boldsymbol{x}^{(t)} \end{bmatrix}", "[h(t); x(t)]"),
    (segment(Parameter("v", 5), 1, 2), r"\boldsymbol{v}_{2:3}", "v_{2:3}"),
    (vec(W), r"\operatorname{vec}(\boldsymbol{W})", "vec(W)"),
    (eye(n), r"\boldsymbol{I}", "I"),
    (zeros(n), r"\boldsymbol{0}", "0"),
    (ones(n), r"\boldsymbol{1}", "1"),
    (guard(h[t], t + 1, sympy.Integer(1), tau), r"[1 \le t+1 \le \tau]\, \boldsymbol{h}^{(t)}", "[1 ≤ t+1 ≤ τ] h(t)"),
    (time_sum(s[t] + w), r"\sum_{t=1}^{\tau} (s^{(t)} + w)", "Σ (s(t) + w)"),
    (time_sum(s[t], (t, 2, tau)), r"\sum_{t=2}^{\tau} s^{(t)}", "Σ_{t=2..τ} s(t)"),
    (w * time_sum(s[t]), r"w \sum_{t=1}^{\tau} s^{(t)}", "w Σ s(t)"),
    (time_mean(s[t]), r"\frac{1}{\tau} \sum_{t=1}^{\tau} s^{(t)}", "(1/τ) Σ s(t)"),
    (elementwise(g, h[t]), r"g(\boldsymbol{h}^{(t)})", "g(h(t))"),
    (transpose(W * W), r"(\boldsymbol{W}^{2})^{\top}", "(W²)ᵀ"),
    (
        partial(f(z[2], theta), 0).T @ nabla(z[3]),
        r"\left(\frac{\partial f}{\partial \boldsymbol{z}}(\boldsymbol{z}^{(2)}; \boldsymbol{\theta})\right)^{\top}"
        r" \nabla_{\boldsymbol{z}^{(3)}} L",
        "(∂f/∂z)(z(2); θ)ᵀ ∇z(3)",
    ),
]


def derive(model):
    """The derivation of a model; without a loss, of the gradient that arrives at its first state."""
    return bptt(model) if model.loss is not None else bptt(model, upstream=model.states[0])


def short_times(model):
    """Small last times, one for each length of the model."""
    return {tau: 3 + i for i, tau in enumerate(model.lengths)}
