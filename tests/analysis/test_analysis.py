"""What unfolding teaches, each statement against an independent way to find it: counting, reachability, differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer

import symrnn as sr
from symrnn import Equation, Parameter, Recurrence, Sequence, analysis, dims, t, tau
from symrnn.analysis.counting import behind
from symrnn.analysis.ranges import range_of
from symrnn.analysis.summary import dimensions, state_derivative
from symrnn.graph import unroll
from symrnn.graph.run import draw, leaves_of, run
from symrnn.model import library, reads
from symrnn.tensor.numbers import Floats

n, m = dims("n m")
DRIVEN = [name for name in library.LIBRARY if name not in {"classical", "vector-to-sequence", "encoder-decoder"}]


class Counting(Floats):
    """Floating point that counts the multiplications of its products."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def bilinear(self, operation, x, y):
        found = super().bilinear(operation, x, y)
        if operation is np.matmul:
            self.count += x.size * (y.shape[1] if y.ndim == 2 else 1)
        elif operation is np.dot:
            self.count += x.size
        elif operation == np.multiply.outer:
            self.count += x.size * y.size
        return found


@pytest.mark.parametrize(
    "name", ["elman", "lstm", "gru", "stacked", "state-space", "time-delay", "jordan", "echo-state"]
)
def test_counts_equal_brute_force_counts(name):
    model = library.get(name)
    system = Counting()
    instance = draw(model, 3, system, 0)
    learned = [p for p in model.parameters if p.learned]
    numbers = {d: Integer(size) for d, size in instance.sizes.items()}
    assert analysis.parameters(model).xreplace(numbers) == sum(instance.base.values[p].size for p in learned)
    given = {x: instance.base.values[x] for x in leaves_of(model, unroll(model, 3), 3)}
    forward = Recurrence(*(e for e in model.equations if e.sequence not in model.loss_terms), name=name)
    system.count = 0
    run(unroll(forward, 3), given, instance.sizes, system)
    assert 3 * analysis.multiplications(forward).xreplace(numbers) == system.count


class CountingAll(Counting):
    """Also what is added, multiplied entry by entry, and the values of functions; signs are free."""

    def __init__(self):
        super().__init__()
        self.products = self.sums = self.values = 0

    def bilinear(self, operation, x, y):
        before, self.count = self.count, 0
        found = super().bilinear(operation, x, y)
        if operation is np.multiply:
            self.count += 0 if any(np.shape(v) == () and v == -1 for v in (x, y)) else found.size
        elif operation in (np.matmul, np.dot):
            self.sums += self.count - found.size
        self.products += self.count
        self.count += before
        return found

    def add(self, *terms):
        for i in range(2, len(terms) + 1):
            self.sums += int(np.prod(np.broadcast_shapes(*(np.shape(x) for x in terms[:i]))))
        return super().add(*terms)

    def power(self, x, exponent):
        self.products += (exponent - 1) * np.size(x)
        return np.power(x, exponent)

    def function(self, name, x):
        self.values += np.size(x)
        return super().function(name, x)


CELLS = [
    "scalar",
    "leaky",
    "skip",
    "stacked",
    "lstm",
    "gru",
    "state-space",
    "time-delay",
    "echo-state",
    "bidirectional",
]


@pytest.mark.parametrize("name", CELLS)
def test_operations_equal_brute_force_counts(name):
    model = library.get(name)
    system = CountingAll()
    instance = draw(model, 3, system, 0)
    given = {x: instance.base.values[x] for x in leaves_of(model, unroll(model, 3), 3)}
    ends = {e.sequence for e in model.equations if e.sequence in model.loss_terms or sr.text(e.rhs).count("softmax")}
    cell = Recurrence(*(e for e in model.equations if e.sequence not in ends), name=name)
    system.products = system.sums = system.values = 0
    run(unroll(cell, 3), given, instance.sizes, system)
    step = analysis.operations(cell)
    numbers = {d: Integer(size) for d, size in instance.sizes.items()}
    found = [3 * x.xreplace(numbers) for x in (step.multiplications, step.additions, step.functions)]
    assert found == [system.products, system.sums, system.values]
    assert step.total == step.multiplications + step.additions + step.functions


def test_operations_of_losses():
    """k exponentials, a logarithm, k products and the sums between; k differences, squares and k - 1 sums."""
    k = dims("k")
    o, y, L = Sequence("o", k), Sequence("y", k), Sequence("L")
    losses = (sr.softmax_cross_entropy(o[t], y[t]), sr.squared_error(o[t], y[t]))
    entropy, squared = (analysis.operations(Recurrence(Equation(L[t], e), loss=sr.time_sum(L[t]))) for e in losses)
    assert entropy == analysis.Operations(k, 2 * k - 1, k + 1)
    assert squared == analysis.Operations(k + 1, 2 * k - 1)


def test_multiplications_by_scalar_and_entrywise_parameters():
    """w s and u x; two products with alpha for each unit; a peephole for each gate and unit."""
    assert analysis.multiplications(sr.models.scalar()) == 2
    leaky, lstm = sr.models.leaky(), sr.models.lstm()
    elman_like = analysis.multiplications(leaky).xreplace({n: Integer(3), m: Integer(0), dims("k"): Integer(0)})
    assert elman_like == 3 * 3 + 2 * 3
    with_peepholes = analysis.multiplications(sr.models.lstm(peepholes=True))
    assert (with_peepholes - analysis.multiplications(lstm) - 3 * n).expand() == 0


def test_what_is_shared_does_not_grow():
    table = analysis.compare(sr.models.elman(), taps=3)
    shared, separate, delay = table.rows
    assert t not in shared.inputs.free_symbols and t not in shared.parameters.free_symbols
    assert t in separate.inputs.free_symbols and tau in separate.for_all_lengths.free_symbols
    assert shared.parameters == shared.for_all_lengths and delay.parameters == delay.for_all_lengths
    total = sum(separate.parameters.xreplace({t: Integer(s)}) for s in range(1, 8))
    assert (separate.for_all_lengths.xreplace({tau: Integer(7)}) - total).expand() == 0


@pytest.mark.parametrize("taps", [1, 2, 4])
def test_the_other_ways_are_counted_as_the_models_they_are(taps):
    """A layer over all inputs of length t is a time-delay network with t taps; both are counted as models, too."""
    model = sr.models.time_delay(taps)
    h = next(v for v in model.defined if v.name == "h")
    learned, products = analysis.parameters(model, of=h), analysis.multiplications(model, of=h)
    _, separate, delay = analysis.compare(sr.models.elman(), taps=taps).rows
    assert (delay.parameters - learned).expand() == 0 and (delay.multiplications - t * products).expand() == 0
    length = {t: Integer(taps)}
    assert (separate.parameters.xreplace(length) - learned).expand() == 0
    assert (separate.multiplications.xreplace(length) - products).expand() == 0


def brute_reach(model, node, last=13, at=7):
    """The times of inputs from which a node can be reached in the unfolded graph."""
    graph = unroll(model, last)
    sides = {e.lhs: e.rhs for e in graph.equations}
    seen, stack, times = set(), [node[at]], set()
    while stack:
        x = stack.pop()
        if x in seen:
            continue
        seen.add(x)
        if x in sides:
            stack += [y for y in reads(sides[x]) if hasattr(y, "sequence")]
        elif x.sequence in (*model.inputs, *model.targets):
            times.add(int(x.time))
    return times


@pytest.mark.parametrize("name", DRIVEN)
def test_reach_is_what_the_unfolded_graph_has(name):
    model = library.get(name)
    for node in model.defined:
        if node in model.loss_terms:
            continue
        found, times = analysis.receptive_field(model, node), brute_reach(model, node)
        if times and found.back is not None:
            assert min(times) == 7 - found.back
        elif times:
            assert min(times) <= 1
        if times and found.ahead is not None:
            assert max(times) == 7 + found.ahead
        elif times:
            assert max(times) == 13


def arrays(seed=0, size=4, inputs=3, length=6, scale=0.8):
    rng = np.random.default_rng(seed)
    params = {"W": scale * rng.normal(size=(size, size)) / np.sqrt(size), "U": rng.normal(size=(size, inputs)) / 2}
    params["b"] = rng.normal(size=size) / 5
    return params, {"x": rng.normal(size=(length, inputs))}, {"h[0]": rng.normal(size=size) / 2}


def elman_state(params, x, h):
    """The tanh network written out."""
    for row in x:
        h = np.tanh(params["b"] + params["W"] @ h + params["U"] @ row)
    return h


def test_the_summary_is_the_derivative_of_the_state():
    params, inputs, given = arrays()
    found = analysis.summary(sr.models.elman(), params, inputs, given)
    assert (found.past, found.kept, found.rank, len(found.kernel)) == (18, 4, 4, 14)
    step = 1e-30j
    for place in np.ndindex(6, 3):
        moved = inputs["x"].astype(complex)
        moved[place] += step
        column = elman_state(params, moved, given["h[0]"]).imag / step.imag
        assert np.allclose(found.jacobian[:, place[0], place[1]], column, atol=1e-13)
    flat = found.jacobian.reshape(4, 18)
    assert np.allclose(flat @ found.kernel.reshape(14, 18).T, 0, atol=1e-12)
    assert np.allclose(found.kernel.reshape(14, 18) @ found.kernel.reshape(14, 18).T, np.eye(14))
    assert found.rank == np.linalg.matrix_rank(flat) and len(str(found)) > 20


def test_the_blocks_are_ordered_products():
    rate, k = state_derivative(sr.models.elman())
    params, inputs, given = arrays()
    found = analysis.summary(sr.models.elman(), params, inputs, given)
    network = sr.to_numpy(sr.models.elman())
    data = {**inputs, "y": np.full((6, 2), 0.5)}
    states = network.forward({**params, "V": np.zeros((2, 4)), "c": np.zeros(2)}, data, given)["h"]
    for s in range(1, 7):
        block = np.eye(4)
        for j in range(6, s, -1):
            block = block @ np.diag(1 - states[j - 1] ** 2) @ params["W"]
        block = block @ np.diag(1 - states[s - 1] ** 2) @ params["U"]
        assert np.allclose(found.jacobian[:, s - 1], block)
    assert rate.atoms(sr.tensor.TimeProduct) and k in rate.free_symbols


@pytest.mark.parametrize("seed", range(3))
def test_two_pasts_with_the_same_state(seed):
    params, inputs, given = arrays(seed)
    found = analysis.collision(sr.models.elman(), params, inputs, given, distance=1.0, seed=seed)
    first, second = (elman_state(params, past["x"], given["h[0]"]) for past in (found.first, found.second))
    assert np.max(np.abs(first - second)) < 1e-12
    assert np.linalg.norm(found.first["x"] - found.second["x"]) > 0.5


def test_a_past_as_short_as_the_state_has_no_twin():
    params, inputs, given = arrays(length=1, inputs=2)
    with pytest.raises(sr.Unsupported, match="keeps all 2 numbers"):
        analysis.collision(sr.models.elman(), params, inputs, given)
    assert dimensions(sr.models.elman())[0] == t * dims("m")


def test_a_linear_state_forgets_exactly():
    rng = np.random.default_rng(3)
    params = {"A": rng.normal(size=(3, 3)) / 2, "B": rng.normal(size=(3, 2))}
    model = Recurrence(*behind(sr.models.state_space(), sr.models.state_space().states[0]), name="linear")
    found = analysis.collision(model, params, {"x": rng.normal(size=(5, 2))}, {"h[0]": np.zeros(3)}, distance=10.0)
    assert found.difference < 1e-12 and found.distance == pytest.approx(10.0)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.1, 3.0))
def test_the_bound_is_never_violated(seed, scale):
    params, inputs, boundary = arrays(seed, scale=scale)
    bound = analysis.gradient_bound(sr.models.elman())
    norms = analysis.jacobian_norms(sr.models.elman(), params, inputs, boundary)
    for steps, norm in enumerate(norms, start=1):
        assert norm <= bound.value(params, steps) * (1 + 1e-12)


def test_the_bound_is_attained_where_it_should_be():
    rng = np.random.default_rng(1)
    orthogonal = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    params = {"W": 0.9 * orthogonal, "U": np.zeros((4, 3)), "b": np.zeros(4)}
    norms = analysis.jacobian_norms(sr.models.elman(), params, {"x": np.zeros((6, 3))}, {"h[0]": np.zeros(4)})
    bound = analysis.gradient_bound(sr.models.elman())
    assert np.allclose(norms, [bound.value(params, s) for s in range(1, 7)])


def test_bounds_of_other_cells():
    s, w, u, x = Sequence("s"), Parameter("w"), Parameter("u"), Sequence("x")
    logistic = Recurrence(Equation(s[t], sr.sigmoid(w * s[t - 1] + u * x[t])))
    assert str(analysis.gradient_bound(logistic).rate) == "Abs(w)/4"
    assert "alpha" in str(analysis.gradient_bound(sr.models.leaky()).rate)
    with pytest.raises(sr.Unsupported):
        analysis.gradient_bound(Recurrence(Equation(s[t], w * s[t - 1] ** 3 + u * x[t])))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_ranges_hold(seed):
    """Every node of the LSTM and GRU lies in the range that is claimed for it."""
    for name in ("lstm", "gru", "elman", "leaky"):
        model = library.get(name)
        instance = draw(model, 3, Floats(), seed)
        for v in model.defined:
            found = range_of(model, v[t])
            values = np.ravel(instance.base.values[v[2]])
            assert all(float(found.inf) - 1e-12 <= y <= float(found.sup) + 1e-12 for y in values)


def test_fixed_points_and_their_stability():
    s, w, b = Sequence("s"), Parameter("w"), Parameter("b")
    h, W = Sequence("h", n), Parameter("W", n, n)
    (point,) = analysis.fixed_points(Recurrence(Equation(s[t], w * s[t - 1] + b)))
    assert (point.value - b / (1 - w)).simplify() == 0 and point.multipliers == w and point.stable is None
    scalar = Recurrence(Equation(s[t], sr.tanh(w * s[t - 1])))
    found = analysis.fixed_points(scalar, {"w": 2.0})
    assert sorted(round(float(p.value), 6) for p in found) == [-0.957504, 0.0, 0.957504]
    assert sorted(p.stable for p in found) == [False, True, True]
    matrix = np.random.default_rng(0).normal(size=(3, 3))
    for p in analysis.fixed_points(Recurrence(Equation(h[t], sr.tanh(W @ h[t - 1]))), {"W": matrix}):
        assert np.allclose(np.tanh(matrix @ p.value), p.value, atol=1e-10)
        near = p.value + 1e-6 * np.ones(3)
        for _ in range(400):
            near = np.tanh(matrix @ near)
        assert not p.stable or np.allclose(near, p.value, atol=1e-8)
    with pytest.raises(sr.Unsupported, match="also depends on"):
        analysis.fixed_points(sr.models.elman())


def test_the_direct_path_of_an_lstm():
    model = sr.models.lstm()
    c, f = model.states[0], next(v for v in model.defined if v.name == "f")
    assert analysis.direct_path(model, c) == sr.time_prod(sr.diag(f[t]))
    with pytest.raises(sr.Unsupported, match="does not read itself"):
        analysis.direct_path(model, next(v for v in model.states if v.name == "h"))


def test_the_memory_of_a_convolution_ends_and_that_of_a_recurrence_fades():
    rng = np.random.default_rng(0)
    delay = sr.models.time_delay()
    h = next(v for v in delay.defined if v.name == "h")
    params = {str(p.name): rng.normal(size=(3, 2) if len(p.shape) == 2 else 3) for p in delay.parameters}
    boundary = {f"x[{-i}]": rng.normal(size=2) for i in range(2)}
    curve = analysis.memory(delay, params, {"x": rng.normal(size=(8, 2))}, boundary, state=h)
    assert np.all(curve[:3] > 0) and np.all(curve[3:] == 0)
    params, inputs, given = arrays(length=8, scale=0.5)
    assert np.all(analysis.memory(sr.models.elman(), params, inputs, given) > 0)
