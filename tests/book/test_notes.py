"""The notes on unfolding, one by one: N1 to N11, each as one assertion on what is derived and one on numbers.

Their sections stand in `docs/explanation/notes.md`; numbers of Goodfellow, Bengio, Courville, *Deep Learning*, 2016.
"""

import re

import numpy as np
import pytest

import symrnn as sr
from house import rules
from symrnn import Equation, Function, Parameter, Recurrence, Sequence, analysis, dims, t, tau
from symrnn.analysis.summary import dimensions, state_derivative

n, m, p = dims("n m p")
h, x, s = Sequence("h", n), Sequence("x", m), Sequence("s")
w, u, b = Parameter("w"), Parameter("u"), Parameter("b")


def sentence(latex):
    """LaTeX without bold letters and spacing, for comparing a display with the notes' own text."""
    return re.sub(r"\\boldsymbol\{(\\?\w+)\}", r"\1", latex).replace(" ", "")


def test_every_note_has_a_section():
    text = rules.read("docs/explanation/notes.md")
    sections = re.findall(r"^## (N\d+)\. (?s:(.*?))(?=^## |\Z)", text, re.MULTILINE)
    assert [name for name, _ in sections] == [f"N{i}" for i in range(1, 12)]
    for name, body in sections:
        assert re.search(r"^\*", body, re.MULTILINE), f"{name} has no claim"
        for part in ("formula(", "picture(", "print("):
            assert part in body, f"{name}: {part}"


def test_n1_the_display_of_the_notes():
    display = sentence(sr.latex(sr.nest(sr.models.classical(), sr.models.classical().states[0][3])))
    wanted = r"\begin{aligned}s^{(3)}&=f(s^{(2)};\theta)\\&=f(f(s^{(1)};\theta);\theta)\end{aligned}"
    assert display == wanted


def test_n2_a_system_driven_by_an_input():
    driven = sr.models.driven()
    assert sentence(sr.latex(driven.equations[0])).startswith(r"h^{(t)}=f(h^{(t-1)},x^{(t)};\theta)")
    nested = sr.unroll(driven, 3).compose(h[3])
    assert sentence(sr.latex(nested)) == r"f(f(f(h^{(0)},x^{(1)};\theta),x^{(2)};\theta),x^{(3)};\theta)"


def test_n3_a_function_of_the_whole_past():
    display = sentence(sr.latex(sr.nest(sr.models.driven(), h[t])))
    assert r"h^{(t)}&=g^{(t)}(x^{(t)},x^{(t-1)},x^{(t-2)},\ldots,x^{(2)},x^{(1)})" in display
    assert r"&=f(h^{(t-1)},x^{(t)};\theta)" in display
    for last in (1, 5):
        assert sum(node.sequence == x for node in sr.unroll(sr.models.driven(), last).nodes) == last


def test_n4_circuit_and_unfolded_graph():
    driven = sr.models.driven()
    folded, unfolded = sr.circuit(driven), sr.unfolded(driven, tau=3)
    assert [(e.source, e.target, e.lag) for e in folded.layout.edges] == [("x", "h", 0), ("h", "h", 1)]
    assert folded.svg().count('class="delay"') == 1 and unfolded.svg().count('class="delay"') == 0
    assert {"h[0]", "h[1]", "h[2]", "h[3]"} < {node.name for node in unfolded.layout.nodes}


def test_n5_a_chain():
    edges = [(e.source, e.target) for e in sr.unfolded(sr.models.classical(), tau=4).layout.edges]
    assert edges == [(f"s[{i}]", f"s[{i + 1}]") for i in (1, 2, 3)]


def test_n6_an_output_layer():
    model = sr.models.driven(output=True)
    assert [(e.source, e.target) for e in sr.circuit(model).layout.edges if e.target == "o"] == [("h", "o")]
    assert sr.unroll(model, 3).children(model.outputs[0][2]) == ()


def test_n7_what_sharing_saves():
    """One f: m + n inputs, m n + n^2 + n parameters, whatever the length; a g for each length: the sum over lengths."""
    shared, separate, delay = analysis.compare(sr.models.elman(), taps=3).rows
    assert shared.inputs == m + n and shared.for_all_lengths == (m * n + n**2 + n).expand()
    assert separate.inputs == m * t and (separate.for_all_lengths - tau * n - n * m * tau * (tau + 1) / 2).expand() == 0
    assert delay.inputs == 3 * m and not delay.for_all_lengths.has(tau)
    numbers = {n: 100, m: 50, tau: 20}
    assert [row.for_all_lengths.subs(numbers) for row in (shared, separate, delay)] == [15100, 1052000, 15100]


def test_n8_a_lossy_summary():
    past, kept = dimensions(sr.models.elman())
    assert (past, kept) == (m * t, n)
    rate, _ = state_derivative(sr.models.elman())
    assert sentence(sr.latex(rate)) == sentence(
        r"\left(\prod_{j=t}^{k+1} \operatorname{diag}(1 - (h^{(j)})^{2}) W\right)"
        r" \operatorname{diag}(1 - (h^{(k)})^{2}) U"
    )
    rng = np.random.default_rng(0)
    params = {"W": rng.normal(size=(2, 2)) / 2, "U": rng.normal(size=(2, 1)), "b": np.zeros(2)}
    arrays = params, {"x": rng.normal(size=(5, 1))}, {"h[0]": np.zeros(2)}
    found = analysis.summary(sr.models.elman(), *arrays)
    assert (found.past, found.kept, found.rank, len(found.kernel)) == (5, 2, 2, 3)
    twin, ends = analysis.collision(sr.models.elman(), *arrays, distance=0.5), []
    for given in (twin.first["x"], twin.second["x"]):
        state = np.zeros(2)
        for row in given:
            state = np.tanh(params["W"] @ state + params["U"] @ row)
        ends.append(state)
    assert np.max(np.abs(ends[0] - ends[1])) < 1e-12 and np.linalg.norm(twin.first["x"] - twin.second["x"]) > 0.3


@pytest.mark.parametrize("taps", [1, 3, 5])
def test_n9_a_convolution_sees_as_many_steps_as_it_has_taps(taps):
    model = sr.models.time_delay(taps)
    assert model.states == () and analysis.receptive_field(model).steps == taps
    assert analysis.receptive_field(sr.models.elman()).steps is None
    h = next(v for v in model.defined if v.name == "h")
    graph, seen, stack = sr.unroll(model, 8), set(), [h[8]]
    while stack:
        node = stack.pop()
        seen.add(node)
        stack += [y for y in graph.parents(node) if hasattr(y, "sequence")]
    assert sorted(int(node.time) for node in seen if node.sequence.name == "x") == list(range(9 - taps, 9))


def test_n10_a_cycle_needs_a_delay():
    f, theta = Function("f", n), Parameter("theta", p)
    with pytest.raises(sr.IllPosed, match="every cycle passes through a delay"):
        Recurrence(Equation(h[t], f(h[t], x[t], theta)))
    assert Recurrence(Equation(h[t], f(h[t - 1], x[t], theta))).lags[h] == (1,)
    (point,) = analysis.fixed_points(Recurrence(Equation(s[t], w * s[t - 1] + b)))
    assert ((w * point.value + b) - point.value).simplify() == 0 and point.multipliers == w


def test_n11_one_f_learned_from_short_sequences_serves_long_ones():
    """A scalar recurrence learns from lengths 1 to 4, in batches of unequal length, and is right at length 200."""
    x, y = Sequence("x"), Sequence("y")
    net = sr.to_numpy(
        Recurrence(Equation(s[t], w * s[t - 1] + u * x[t]), loss=sr.time_mean(sr.squared_error(s[t], y[t])))
    )
    rng, params = np.random.default_rng(0), {"w": 0.1, "u": 0.1}

    def task(length, count):
        given, kept = rng.normal(size=(length, count)), np.zeros((length, count))
        for i in range(length):
            kept[i] = 0.8 * (kept[i - 1] if i else 0) + 0.5 * given[i]
        return {"x": given, "y": kept}

    for _ in range(500):
        _, grads = net.loss_and_grad(params, task(4, 8), {"s[0]": 0.0}, lengths=rng.integers(1, 5, size=8))
        params = {key: value - 0.1 * grads[key] / 8 for key, value in params.items()}
    assert params["w"] == pytest.approx(0.8, abs=1e-3) and params["u"] == pytest.approx(0.5, abs=1e-3)
    assert net.loss(params, task(200, 3), {"s[0]": 0.0}) < 1e-4


def test_c5_the_bound_as_it_is_printed():
    """C5: the norm of dh(t)/dh(k) is at most (gamma sigma_max(W))^(t - k), gamma = 1 for tanh."""
    bound = analysis.gradient_bound(sr.models.elman())
    assert sentence(bound.latex()) == sentence(
        r"\left\lVert \frac{\partial h^{(t)}}{\partial h^{(k)}} \right\rVert \le \sigma_{\max}(W)^{t - k}"
    )
    assert "0 ≤ 1 - h(j)² ≤ 1" in str(bound)


def test_c5_a_quarter_for_the_logistic_function():
    """C5: gamma = 1/4 for the logistic function."""
    W, U = Parameter("W", n, n), Parameter("U", n, m)
    bound = analysis.gradient_bound(Recurrence(Equation(h[t], sr.sigmoid(W @ h[t - 1] + U @ x[t]))))
    assert r"(\frac{1}{4} \sigma_{\max}(\boldsymbol{W}))^{t - k}" in bound.latex()
    assert bound.value({"W": 2 * np.eye(3)}, 3) == pytest.approx(1 / 8)
