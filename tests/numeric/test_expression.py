"""Functions of single expressions, and `sympy.lambdify` of what the package returns."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

import symrnn as sr
from numeric import oracle
from symrnn import Constant, Parameter, Sequence, nabla, t, tau
from symrnn.numeric.leaves import LeafScope, leaf_name
from symrnn.numeric.stable import SCALAR
from symrnn.numeric.statements import Store
from symrnn.tensor import commutation, slots_of
from symrnn.tensor.evaluate import evaluate_node
from symrnn.tensor.numbers import Floats

n, m = sr.dims("n m")
h, x, s, W, U, b, w = (
    *(Sequence("h", n), Sequence("x", m), Sequence("s")),
    *(Parameter("W", n, n), Parameter("U", n, m), Parameter("b", n), Parameter("w")),
)
A, z = Sequence("A", n, m), Constant("z", n)
SIZES = {n: 3, m: 2}
k = sympy.Symbol("k", integer=True)

EXPRESSIONS = [
    sr.tanh(W @ h[t - 1] + U @ x[t] + b),
    s[t] * b + h[t] / 3 - z,
    sr.outer(h[t], x[t]) + A[t] * w,
    A[t].T @ W @ h[t],
    A[t] @ A[t - 1].T,
    A[t] @ x[t],
    h[t] @ A[t],
    sr.dot(h[t], z) * w + sr.dot(h[t], b),
    sr.trace(A[t] @ U.T),
    sr.diag(h[t]) @ W,
    sr.diag(A[t] @ A[t].T),
    sr.concat(h[t], x[t], b),
    sr.vec(A[t]),
    sr.entry(A[t], 2, 1) + sr.entry(h[t], 3),
    sr.softmax(h[t]) * sr.logsumexp(b),
    sr.log_softmax(h[t]),
    sr.sum(A[t]) + sr.mean(h[t]),
    sr.ones(n) * s[t] @ sr.eye(n) + b,
    sr.eye(n) * w + sr.outer(b, h[t]),
    W @ b,
    sr.kron(W, h[t]) @ b + commutation(n, n) @ sr.vec(W),
    sr.kron(sr.outer(h[t], b), W).T,
    sr.dot(b, W @ b),
    nabla(h[t]) * (1 - h[t] ** 2),
    sr.softmax_cross_entropy(h[t], z),
]


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
def test_a_function_of_the_leaves(expr: object) -> None:
    """One text is right for one example and, with leading axes on all but parameters, for many."""
    function = sr.to_numpy(expr)
    rng = np.random.default_rng(0)
    leaves = {name: leaf for leaf, name in _names(expr).items()}
    many = {}
    for name, leaf in leaves.items():
        shape = tuple(SIZES[d] for d in leaf.shape)
        many[name] = rng.normal(size=shape if isinstance(leaf, Parameter) else (4, 5, *shape))
    whole = function(**many)
    for place in [(0, 0), (3, 4)]:
        one = {k: v if isinstance(leaves[k], Parameter) else v[place] for k, v in many.items()}
        want = evaluate_node(expr, Floats(), {leaves[k]: np.asarray(v) for k, v in one.items()}, SIZES)
        np.testing.assert_allclose(function(**one), want, rtol=1e-12, atol=1e-14)
        got = whole[place] if np.ndim(whole) > np.ndim(want) else whole
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


def _names(expr: object) -> dict:
    from symrnn.model import reads

    return {leaf: leaf_name(leaf) for leaf in reads(expr)}


def test_names_of_arguments() -> None:
    expr = s[t] + s[t - 1] + s[t + 2] + s[0] + s[-1] + s[tau] + nabla(s[t]) + t
    function = sr.to_numpy(expr)
    given = {"s_t": 1, "s_tm1": 2, "s_tp2": 3, "s_0": 4, "s_m1": 5, "s_tau": 6, "nabla_s_t": 7, "t": 8}
    assert function(**given) == sum(given.values())
    assert "def " in function.source and "s_tm1" in function.source


def test_scalars_share_subexpressions_and_stay_stable() -> None:
    e = sr.sigmoid(w * s[t]) + sr.softplus(w * s[t]) + sr.relu(w * s[t])
    function = sr.to_numpy(e)
    assert "x0 = " in function.source
    values = function(w=1.0, s_t=np.array([-1000.0, 0.0, 1000.0]))
    np.testing.assert_allclose(values, [0.0, 0.5 + np.log(2), 2001.0])


def test_what_has_no_numbers_is_refused() -> None:
    f, g = sr.Function("f", n), sympy.Function("g")
    for expr in (f(h[t]), g(s[t])):
        with pytest.raises(sr.Unsupported, match="unknown function"):
            sr.to_numpy(expr)


ELMAN, SPACE = sr.bptt(sr.models.elman()), sr.bptt(sr.models.state_space())
SUMMED = {
    "gradient": ELMAN["W"],
    "closed form": ELMAN.closed_form(ELMAN.model.parameters[1]).expr,
    "powers": SPACE.closed_form(SPACE.model.parameters[0]).expr,
    "back from the end": sr.time_sum(s[k] * sr.time_prod(s[t] * w, (t, k + 1, tau)), (k, 1, tau)) + s[tau],
    "from t on": sr.time_sum(s[k] * w * t, (k, t - 2, tau)),
}


@pytest.mark.parametrize("name", SUMMED)
def test_sums_over_time(name: str) -> None:
    """Whole sequences are arguments, a row for each time; for one example and for a batch, as the interpreter finds."""
    expr, last, rng = SUMMED[name], 5, np.random.default_rng(0)
    scope, sizes = LeafScope(expr), {"n": 3, "m": 2, "k": 2, "p": 2}
    given, values = {}, {}
    rule = {tau: sympy.Integer(last), t: sympy.Integer(3)}
    for leaf, argument in scope.leaves.items():
        times = scope.arrays[leaf].at(rule).times() if isinstance(leaf, Store) else None
        core = tuple(sizes[str(d)] for d in (leaf.sequence.shape if isinstance(leaf, Store) else leaf.shape))
        shape = core if times is None else (len(times), 2, *core)
        given[argument] = rng.normal(size=shape)
        if times is None:
            values[leaf] = given[argument]
        else:
            values |= {leaf.element(sympy.Integer(r)): x[1] for r, x in zip(times, given[argument], strict=True)}
    more = {"t": 3} if name == "from t on" else {}
    named = {d: sizes[str(d)] for x in values for d in x.shape if d.is_Symbol}
    want = evaluate_node(expr.xreplace(rule), Floats(), values, named)
    function = sr.to_numpy(expr)
    one = {
        a: x if leaf not in scope.arrays else x[:, 1]
        for (leaf, a), x in zip(scope.leaves.items(), given.values(), strict=True)
    }
    np.testing.assert_allclose(function(**one, **more), want, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(function(**given, **more)[1], want, rtol=1e-12, atol=1e-14)


def test_lambdify_of_every_scalar_that_a_derivation_returns() -> None:
    """SymPy's own lambdify, with the elements as arguments, agrees with the gradient at one length."""
    model = sr.models.scalar()
    drawn = oracle.instance(model, 3)
    run = drawn.run()
    d = sr.bptt(model, tau=3)
    values = {}
    for line in d.lines:
        rhs = line.equation.rhs
        leaves = slots_of(rhs)
        function = sympy.lambdify(leaves, rhs, cse=True, modules=[dict(SCALAR), "numpy"])
        values[line.equation.lhs] = function(*(values[x] if x in values else run(x) for x in leaves))
    for p in model.parameters:
        assert values[nabla(p)] == pytest.approx(float(oracle.gradient(drawn, p)), rel=1e-12)
    generic = sr.bptt(model)[model.parameters[0]].body
    leaves = slots_of(generic)
    assert sympy.lambdify(leaves, generic, cse=True)(*np.full(len(leaves), 0.5)) == pytest.approx(0.1875)


def test_unusual_forms_keep_their_value() -> None:
    """Also sums and products that SymPy was told not to evaluate, whose numbers stand anywhere."""
    a, b, c = (Parameter(x) for x in "abc")
    third = sympy.Rational(1, 3)
    forms = [
        sympy.Mul(a, -2, evaluate=False),
        sympy.Mul(-2, -3, a, evaluate=False),
        sympy.Mul(a, -third, sympy.Mul(b, c, evaluate=False), evaluate=False),
        sympy.Mul(-1, a - b, evaluate=False) - sympy.Add(b, -c, evaluate=False),
        -a / 2 / (b * c) - 1 / (a + b) + a / b**2 - 1 / a,
        2 * (a - b) ** 3 / sympy.sqrt(c) - sympy.sqrt(2) * a ** (-3),
        (-a) ** 2 - third**a + (a / b) ** 3 * (1 - c) - sympy.pi,
        sympy.tanh(a - b) ** 2 - sympy.exp(-a) / sympy.Max(a, b) + sympy.Abs(a - c) ** third,
    ]
    values = {a: 0.7, b: 1.3, c: 0.4}
    for form in forms:
        wanted = form.xreplace({x: sympy.Float(value) for x, value in values.items()}).doit()
        net = sr.to_numpy(form)
        found = net(**{x.name: value for x, value in values.items() if x in form.free_symbols})
        assert float(found) == pytest.approx(float(wanted), rel=1e-12), form
