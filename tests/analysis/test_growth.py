"""Growth of gradients: bounds against drawn networks, eigenvalues against powers, direct paths against derivatives."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Interval, Matrix, Symbol, cancel, oo

import symrnn as sr
from symrnn import Equation, Parameter, Recurrence, Sequence, analysis, dims, t, tau
from symrnn.analysis.bounds import one_step
from symrnn.analysis.ranges import Ranges
from symrnn.analysis.summary import state_derivative
from symrnn.graph.run import draw
from symrnn.tensor.numbers import Floats

n, m = dims("n m")
BOUNDED = [
    *(sr.models.get(name) for name in ("scalar", "elman", "jordan", "leaky", "gru", "state-space", "stacked")),
    Recurrence(Equation(Sequence("s")[t], sr.sigmoid(Parameter("w") * Sequence("s")[t - 1] + Sequence("x")[t]))),
]


def drawn(model, last, seed):
    """Random arrays by name for a model: parameters, inputs, boundary values."""
    values = draw(model, last, Floats(), seed).base.values
    params = {str(p.name): values[p] for p in model.parameters}
    times = range(1, last + 1)
    inputs = {str(v.name): np.array([values[v[s]] for s in times]) for v in (*model.inputs, *model.targets)}
    return (
        params,
        inputs,
        {str(b).replace(" ", ""): values[b.xreplace({tau: Integer(last)})] for b in model.boundary},
    )


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 4.0))
def test_no_bound_of_a_library_model_is_ever_violated(seed, scale):
    for model in BOUNDED:
        params, inputs, boundary = drawn(model, 4, seed)
        params |= {key: scale * value for key, value in params.items() if key[0] in "WRAw"}
        boundary = {key: np.clip(value, -1, 1) for key, value in boundary.items()}  # a condition of the GRU's bound
        h = model.states[0]
        bound = analysis.gradient_bound(model, h)
        norms = analysis.jacobian_norms(model, params, inputs, boundary, state=h)
        for steps, norm in enumerate(norms, start=1):
            assert norm <= bound.value(params, steps) * (1 + 1e-9), model.title.name


def test_a_quarter_for_the_logistic_function_is_attained():
    """C5 with gamma = 1/4: at s = 1/2 in every step."""
    s, w, x = Sequence("s"), Parameter("w"), Sequence("x")
    model = Recurrence(Equation(s[t], sr.sigmoid(w * s[t - 1] + x[t])))
    numbers = {"w": 3.0}, {"x": np.full(4, -1.5)}, {"s[0]": 0.5}
    norms = analysis.jacobian_norms(model, *numbers)
    assert np.allclose(norms, [analysis.gradient_bound(model).value(numbers[0], steps) for steps in range(1, 5)])


def test_a_bound_says_what_it_rests_on():
    gru = analysis.gradient_bound(sr.models.gru())
    assert "-1 ≤ h(0) ≤ 1" in str(gru) and "-1/4 ≤ h(j-1) ⊙ r(j) ⊙ (1 - r(j)) ≤ 1/4" in str(gru)
    backward = sr.models.bidirectional()
    bound = analysis.gradient_bound(backward, backward.states[1])
    assert str(bound.steps) == "k - t" and r"\sigma_{\max}(\boldsymbol{W}_{g})^{k - t}" in bound.latex()
    with pytest.raises(sr.Undefined, match="no value is given for W_g"):
        bound.value({}, 3)
    with pytest.raises(sr.Unsupported, match="carried together"):
        analysis.gradient_bound(sr.models.lstm())


def test_an_assumption_that_fails_takes_with_it_what_rested_on_it():
    """u stays in [-1, 1] as long as v does, and v does not."""
    u, v, a = Sequence("u"), Sequence("v"), sr.sigmoid(Parameter("a"))
    model = Recurrence(Equation(u[t], (1 - a) * u[t - 1] + a * v[t - 1]), Equation(v[t], u[t - 1] + v[t - 1] / 2))
    ranges = Ranges(model, kept=True)
    for node in (v[t], u[t], v[t]):
        assert ranges.of(node) == Interval(-oo, oo) and not ranges.starts()
    kept = Ranges(Recurrence(model.equations[0], Equation(v[t], (u[t - 1] + v[t - 1]) / 2)), kept=True)
    assert kept.of(v[t]) == Interval(-1, 1) and {str(b) for b in kept.starts()} == {"u[0]", "v[0]"}


h, W, d = Sequence("h", n), Parameter("W", n, n), Parameter("d", n)
s, w, alpha = Sequence("s"), Parameter("w"), Parameter("alpha")


@pytest.mark.parametrize(
    ("side", "wanted"),
    [
        (sr.tanh(d * h[t - 1]), "max_d^(t - k)"),
        (sr.tanh(d * h[t - 1] + W @ h[t - 1]), "(max_d + σ_W)^(t - k)"),
        (h[t - 1] + sr.tanh(W @ h[t - 1]), "(σ_W + 1)^(t - k)"),
        ((W * W) @ h[t - 1], "σ_W^(2 t - 2 k)"),
        (s[t - 1] + sr.tanh(w * s[t - 1]), "(|w| + 1)^(t - k)"),
        ((1 - alpha) * s[t - 1] + alpha * sr.tanh(w * s[t - 1]), "(|α| |w| + |α - 1|)^(t - k)"),
    ],
)
def test_bounds_of_ones_own_recurrences_hold(side, wanted):
    model = Recurrence(Equation((h if getattr(side, "shape", ()) else s)[t], side))
    bound = analysis.gradient_bound(model)
    assert pickle.loads(pickle.dumps(bound)) == bound and hash(bound)
    assert f"≤ {wanted}" in str(bound) and r"\le" in bound.latex()
    rng = np.random.default_rng(0)
    for scale in (0.4, 2.0):
        params = {str(p.name): scale * rng.normal(size=[3] * len(p.shape)) for p in model.parameters}
        start = {f"{model.states[0].name}[0]": rng.normal(size=[3] * len(model.states[0].shape))}
        for steps, norm in enumerate(analysis.jacobian_norms(model, params, {}, start, tau=4), start=1):
            assert norm <= bound.value(params, steps) * (1 + 1e-9)


@pytest.mark.parametrize(
    "side", [sr.exp(W) @ h[t - 1], sr.trace(W) * h[t - 1], sr.dot(d, d) * h[t - 1], sr.softmax(W @ h[t - 1])]
)
def test_what_has_no_bound_of_its_own_is_not_guessed(side):
    with pytest.raises(sr.Unsupported):
        analysis.gradient_bound(Recurrence(Equation(h[t], side)))


def test_eigenvalues_bracket_the_growth_of_a_linear_recurrence():
    model = sr.models.state_space()
    for seed in range(3):
        params, inputs, boundary = drawn(model, 5, seed)
        found = analysis.eigenvalues(model, params)
        assert np.allclose(np.abs(found.eigenvalues), sorted(np.abs(np.linalg.eigvals(params["A"])), reverse=True))
        for steps, norm in enumerate(analysis.jacobian_norms(model, params, inputs, boundary), start=1):
            low, high = found.between(steps)
            assert low * (1 - 1e-9) <= norm <= high * (1 + 1e-9)
            assert np.isclose(norm, np.linalg.norm(np.linalg.matrix_power(params["A"], steps), 2))
        normal = {**params, "A": params["A"] + params["A"].T}
        low, high = analysis.eigenvalues(model, normal).between(3)
        assert np.isclose(low, high) and np.isclose(low, analysis.jacobian_norms(model, normal, inputs, boundary)[2])
    scalar = Recurrence(Equation(Sequence("s")[t], Parameter("w") * Sequence("s")[t - 1]))
    assert analysis.eigenvalues(scalar, {"w": -2.0}).radius == 2.0
    with pytest.raises(sr.Unsupported, match="not linear"):
        analysis.eigenvalues(sr.models.elman(), {})


def test_initialisations_differ_as_they_should():
    """With no input a tanh network stays at zero, where it is linear: its gradients grow with the powers of W."""
    zeros = {"U": np.zeros((6, 2)), "b": np.zeros(6), "W": np.zeros((6, 6))}
    curves = analysis.initialisations(sr.models.elman(), zeros, {"x": np.zeros((8, 2))}, {"h[0]": np.zeros(6)})
    assert len(curves) == 9
    for scale in (0.5, 1.0, 1.5):
        for kind in ("identity", "orthogonal"):
            assert np.allclose(curves[f"{kind} {scale:g}"], scale ** np.arange(1, 9))
        power = np.linalg.matrix_power(analysis.initial_matrix("normal", 6, scale), 8)
        assert np.isclose(curves[f"normal {scale:g}"][-1], np.linalg.norm(power, 2))
    with pytest.raises(sr.ShapeError, match="square"):
        analysis.initialisations(sr.models.elman(), zeros, {}, matrix="U")
    with pytest.raises(sr.Undefined, match="one of identity, orthogonal, normal"):
        analysis.initial_matrix("zeros", 3)


def test_the_direct_path_of_an_lstm_is_what_passes_when_the_gates_read_no_state():
    model = sr.models.lstm()
    params, inputs, boundary = drawn(model, 5, 0)
    params |= {key: 0 * value for key, value in params.items() if key.startswith("W")}
    c, f = model.states[0], next(v for v in model.defined if v.name == "f")
    measured = analysis.jacobian_norms(model, params, inputs, boundary, state=c)
    gates = sr.to_numpy(model).forward(params, inputs, boundary)["f"]
    assert np.allclose(measured, np.cumprod(gates, axis=0).max(axis=1))
    path = analysis.direct_path(model, c)
    assert path == sr.time_prod(sr.diag(f[t]), (t, 1, tau))


def test_a_state_that_runs_backward_has_its_path_in_that_order():
    model = sr.models.bidirectional()
    g, (Wg,) = model.states[1], [p for p in model.parameters if p.name == "W_g"]
    assert analysis.direct_path(model, g) == sr.time_prod(sr.diag(1 - g[t] ** 2) @ Wg, (t, 1, tau), left="earliest")
    assert one_step(model, g)[1].is_Add


@pytest.mark.parametrize("name", ["elman", "time-delay", "bidirectional"])
def test_the_map_of_reach_is_the_derivative_of_each_state(name):
    """Each row against central differences of the generated forward pass, in every direction of every input."""
    model = sr.models.get(name)
    h = next(v for v in model.defined if v.name == ("g" if name == "bidirectional" else "h"))
    params, inputs, boundary = drawn(model, 4, 1)
    found = analysis.reach_norms(model, params, inputs, boundary, state=h)
    forward, step = sr.to_numpy(model).forward, 1e-5
    squares = np.zeros((4, 4))
    for k, i in np.ndindex(inputs["x"].shape):
        ends = []
        for sign in (1, -1):
            moved = inputs["x"].copy()
            moved[k, i] += sign * step
            ends.append(forward(params, {**inputs, "x": moved}, boundary)[h.name])
        squares[:, k] += np.sum(((ends[0] - ends[1]) / (2 * step)) ** 2, axis=1)
    assert np.allclose(found, np.sqrt(squares), atol=1e-8)
    seen = {"elman": np.tri(4), "time-delay": np.tri(4) - np.tri(4, k=-3), "bidirectional": np.tri(4).T}[name]
    assert ((found > 0) == (seen > 0)).all()


@pytest.mark.parametrize("name", ["scalar", "elman", "jordan", "stacked", "leaky", "lstm", "gru", "state-space"])
def test_the_derivative_by_an_earlier_input_is_what_the_backward_pass_measures(name):
    """All ways of x(k) to each state, also where it enters several states at once."""
    model = sr.models.get(name)
    params, inputs, boundary = drawn(model, 4, 2)
    values = draw(model, 4, Floats(), 2).base
    for h in model.states:
        rate, k = state_derivative(model, h)
        measured = analysis.summary(model, params, inputs, boundary, state=h).jacobian
        for time in (1, 3, 4):
            found = values(rate.xreplace({t: Integer(4), k: Integer(time)}))
            assert np.allclose(np.reshape(found, measured[:, time - 1].shape), measured[:, time - 1]), (h, time)


def test_a_state_that_runs_backward_is_measured_from_its_own_start():
    model = sr.models.bidirectional()
    g, Wg = model.states[1], next(p for p in model.parameters if p.name == "W_g")
    params, inputs, boundary = drawn(model, 4, 3)
    values = sr.to_numpy(model).forward(params, inputs, boundary)["g"]
    product, wanted = np.eye(len(values[0])), []
    for time in (4, 3, 2, 1):
        product = np.diag(1 - values[time - 1] ** 2) @ params[Wg.name] @ product
        wanted.append(np.linalg.norm(product, 2))
    assert np.allclose(analysis.jacobian_norms(model, params, inputs, boundary, state="g"), wanted)
    found = analysis.summary(model, params, inputs, boundary, state=g)
    assert (found.time, found.forgotten_first[-1]) == (1, 1) and str(found).startswith("g(1) keeps")
    assert np.array_equal(analysis.memory(model, params, inputs, boundary, state=g), found.remembered)


def test_a_recurrence_without_inputs_is_measured_for_a_given_number_of_steps():
    s, w = Sequence("s"), Parameter("w")
    model = Recurrence(Equation(s[t], w * s[t - 1]))
    assert analysis.jacobian_norms(model, {"w": 0.5}, {}, {"s[0]": 1.0}, tau=3).tolist() == [0.5, 0.25, 0.125]
    assert analysis.direct_path(model) == w**tau
    with pytest.raises(sr.Undefined, match="no inputs that tell the last time"):
        analysis.jacobian_norms(model, {"w": 0.5}, {}, {"s[0]": 1.0})
    assert all(point.stable is None for point in analysis.fixed_points(model, {"w": 1.0}))


def test_rank_kernel_and_collision_of_a_linear_state_are_exact():
    """In whole numbers, by SymPy: the derivative has the blocks A^(tau - k) B, its rank and kernel are those found."""
    A, B = Matrix([[1, 2, 0], [0, 1, 1], [0, 0, 0]]), Matrix([[1, 0], [2, 0], [0, 0]])
    exact = Matrix.hstack(*(A ** (4 - k) * B for k in range(1, 5)))
    params = {"A": np.array(A.tolist(), float), "B": np.array(B.tolist(), float)}
    arrays = params, {"x": np.ones((4, 2))}, {"h[0]": np.zeros(3)}
    found = analysis.summary(sr.models.state_space(), *arrays)
    assert np.array_equal(found.jacobian.reshape(3, 8), np.array(exact.tolist(), float))
    assert found.rank == exact.rank() == 2 and len(found.kernel) == len(exact.nullspace()) == 6
    basis = np.array([v.T.tolist()[0] for v in exact.nullspace()], float)
    both = np.vstack([basis, found.kernel.reshape(6, 8)])
    assert np.linalg.matrix_rank(both) == 6  # the same space
    twin = analysis.collision(sr.models.state_space(), *arrays, distance=5.0)
    apart = (twin.second["x"] - twin.first["x"]).ravel()
    assert np.allclose(np.array(exact.tolist(), float) @ apart, 0, atol=1e-12) and np.linalg.norm(apart) > 4.9


def test_pasts_that_a_linear_state_cannot_tell_apart_exactly():
    """In fractions: every direction of the kernel, added to a past, gives the very same state."""
    A, B = [[1, 2], [Fraction(1, 3), 0]], [[1], [2]]
    changes = analysis.exact_kernel(sr.models.state_space(), 4, values={"A": A, "B": B})
    assert len(changes) == 4 - 2

    def state(past):
        h = Matrix([5, 7])
        for k in range(4):
            h = Matrix(A) * h + Matrix(B) * past[k, :].T
        return h

    past = Matrix([1, -2, 3, 4])
    for change in changes:
        assert state(past) == state(past + change) and any(change)
    assert state(past) != state(past + Matrix([1, 0, 0, 0]))


def test_two_units_forget_what_the_theorem_of_cayley_and_hamilton_says():
    """A^2 - tr(A) A + det(A) = 0, so the inputs 1, -tr(A), det(A) in a row leave no trace, whatever A and B are."""
    (change,) = analysis.exact_kernel(sr.models.state_space(), 3, dims={n: 2, m: 1})
    A = Matrix(2, 2, lambda i, j: Symbol(f"A[{i + 1},{j + 1}]", real=True))
    wanted = Matrix([1, -A.trace(), A.det()])
    assert (change * A.det() - wanted).applyfunc(cancel) == Matrix([0, 0, 0])
    with pytest.raises(sr.Unsupported, match="not linear"):
        analysis.exact_kernel(sr.models.elman(), 3)
    for wrong in ({"A": [["1"]]}, {"A": [[float("nan")]]}):
        with pytest.raises(sr.Undefined):
            analysis.exact_kernel(sr.models.state_space(), 3, values=wrong)
    with pytest.raises(sr.TooLarge):
        analysis.exact_kernel(sr.models.state_space(), 10**6)


def test_an_input_read_late_has_no_product_but_numbers():
    s, w, x = Sequence("s"), Parameter("w"), Sequence("x")
    model = Recurrence(Equation(s[t], w * s[t - 1] + x[t - 1]))
    with pytest.raises(sr.Unsupported, match="read with the lags"):
        state_derivative(model)
    found = analysis.summary(model, {"w": 0.5}, {"x": np.ones(3)}, {"s[0]": 0.0, "x[0]": 0.0})
    assert found.remembered.tolist() == [0.5, 1.0, 0.0]
    assert analysis.compare(Recurrence(Equation(s[t], w * s[t - 1] + x[t] + x[t - 1]))).rows[0].inputs == 3
