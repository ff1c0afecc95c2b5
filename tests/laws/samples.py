"""One sample or more of every class of mathematical objects in the package, for the tests that scan them all."""

import sympy

import symrnn as sr
from laws.systems import HAND
from symrnn import Constant, Equation, Function, Parameter, Sequence, dims, nabla, t, tau
from symrnn.model.parts import Abbreviation, Objective, Title
from symrnn.tensor import (
    Full,
    LossTerm,
    commutation,
    copy_at,
    elementwise,
    guard,
    history,
    immediate,
    inverse,
    kron,
    partial,
    placeholder,
    reshape,
    same_chunk,
    segment,
    sensitivity,
    stop_gradient,
    surrogate,
)
from symrnn.tensor.prime import Prime
from symrnn.tensor.spelling import Held
from symrnn.tensor.unknown import second_partial

n, m, p = dims("n m p")
h, s, S, x = Sequence("h", n), Sequence("s"), Sequence("S", n, m), Sequence("x", m)
y = Sequence("y", n, simplex=True, latex=r"\hat y")
W, U, b, w = Parameter("W", n, n), Parameter("U", n, m), Parameter("b", n), Parameter("w", learned=False)
z, c = Constant("z", n), Constant("c")
f, g, F = Function("f", n), Function("g"), Function("F", n, m)
phi, psi = sympy.Function("phi"), sympy.Function("psi")
vector, scalar = f(h[t - 1], b), g(h[t], w)

SAMPLES = [
    *(h, y, S, h[t], h[0], S[t - 1], s[tau], s[t + 1]),
    *(W, b, w, z, c, f, g, F),
    *(W @ h[t], W @ W, sr.dot(b, h[t]), sr.outer(b, z), W.T, sr.diag(b), sr.diag(W), sr.eye(n)),
    *(kron(W, U), kron(sr.eye(n), b), kron(sr.eye(n), b).T, commutation(n, m), reshape(b, 1, n)),
    *(b - 2 * z * w, sr.tanh(b + W @ h[t - 1]), b + W @ h[t - 1], W @ h[t - 1] + b, elementwise(phi, b)),
    *(b / (1 + s[t] ** 2), h[t] / tau, elementwise(placeholder(0) * placeholder(1), z, b)),
    *(sr.zeros(n), Full(w, n, m), 3 * sr.ones(n)),
    *(sr.sum(W), sr.trace(W), sr.entry(W, 1, 2), sr.concat(b, z), segment(sr.concat(b, z), 1, n), reshape(W, n * n)),
    *(sr.softmax(b), sr.logsumexp(b), sr.softmax_cross_entropy(b, y[t]), inverse(W), inverse(sr.eye(n) - W)),
    *(sr.time_sum(h[t]), sr.time_sum(s[t], (t, 2, tau - 1)), guard(h[t], t, 1, tau - 1), guard(s[t], t, 2, tau)),
    *(
        sr.time_prod(W),
        sr.time_prod(sr.outer(h[t], b), (t, 2, t + 3), left="earliest"),
        sr.time_prod(s[t], (t, 2, tau)),
    ),
    *(sr.matrix_power(W, t - 1), sr.block([[W, U], [U.T, sr.zeros(m, m)]])),
    *(nabla(h[t]), nabla(s[0]), nabla(W), nabla(w), nabla(h[t], "J"), copy_at(W, t), copy_at(w, 3)),
    *(
        nabla(h[t], LossTerm("L", sympy.Symbol("r", integer=True))),
        nabla(s[t], LossTerm("L", tau)),
        LossTerm("L", 3),
        nabla(W, "Ltilde"),
    ),
    *(same_chunk(h[t], t + 1, t, 3), same_chunk(s[t], t + 2, t, n)),
    *(sensitivity(h[t], W), sensitivity(s[t], w), sensitivity(s[0], b), immediate(h[t], h[t - 1]), immediate(s[t], w)),
    *(vector, scalar, F(S[t], h[t]), partial(vector, 0), partial(scalar, 1), partial(F(S[t], h[t]), 0)),
    *(second_partial(vector, 0, 1, z), second_partial(scalar, 0, 1, 2 * c), second_partial(scalar, 1, 1, c)),
    *(
        history(h[t], "g", sympy.Tuple(x[t]), sympy.Tuple(x[1])),
        history(s[t], "g", sympy.Tuple(x[t]), sympy.Tuple(x[1])),
    ),
    *(stop_gradient(W), stop_gradient(s[t]), surrogate(sr.step, lambda v: 1 / (1 + v**2), s[t])),
    *(surrogate(sr.step, lambda v: 1 / (1 + v**2), b), Prime.of(phi(w * s[t]), 0), Prime.of(psi(s[t], w), 1)),
    *(sr.sigmoid(s[t]), sr.relu(s[t]), sr.step(s[t]), sr.softplus(s[t]), Held(W @ b, 2)),
    Equation(h[t], sr.tanh(W @ h[t - 1])),
    Equation(h[t], W @ h[t - 1], over=(t, 2, tau)),
    Equation(h[0], W @ z),
    *(Objective(sr.time_sum(s[t])), Abbreviation(y[t], sr.softmax(h[t])), Title("model", "a summary", "a source")),
    *(sr.models.elman(), sr.models.classical(), HAND["context"](), HAND["bidirectional"]()),
    *(sr.unroll(sr.models.elman(), 2), sr.unroll(HAND["whole past"](), 2)),
]
