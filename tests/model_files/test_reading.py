"""What a text means: ways of writing one thing, what each name becomes, and which shapes follow."""

from pathlib import Path

import pytest
import sympy

import symrnn as sr
from symrnn import Equation, Parameter, Recurrence, Sequence, dims, t, tau

n, m, k, p = dims("n m k p")
h, x, s = Sequence("h", n), Sequence("x", m), Sequence("s")
W, U, b, w = Parameter("W", n, n), Parameter("U", n, m), Parameter("b", n), Parameter("w")

ELMAN = """
# tanh network with softmax output
h: n;  x: m;  o: k;  y: k simplex         # also  W: n x n    constant z: m    fixed R: n x n    function f: n
h[t] = tanh(b + W h[t-1] + U x[t])        # juxtaposition or @ is the matrix product, * and ⊙ are elementwise
o[t] = c + V h[t]
L[t] = softmax_cross_entropy(o[t], y[t])
loss = sum_t L[t]                         # mean_t L[t],  L[tau],  sum_t L[t] + lam sum(W * W)
# s[t] = f(s[t-1]; theta)   for t = 2..tau        and        h[0] = W0 z        are equations too
"""


def test_the_example_of_the_documentation():
    model = sr.read_model(ELMAN)
    elman = sr.models.elman()
    assert model.equations == elman.equations
    assert model.loss == elman.loss
    assert model.title.summary == "tanh network with softmax output"
    assert model.targets[0].simplex


def test_a_path_and_its_text_are_one_model(tmp_path):
    path = tmp_path / "elman.rnn"
    path.write_bytes(b"\xef\xbb\xbf" + ELMAN.replace("\n", "\r\n").encode())
    assert sr.read_model(path) == sr.read_model(str(path)) == sr.read_model(ELMAN)
    assert isinstance(path, Path)


DECLARED = "h: n;  x: m;  W: n x n;  U: n x m;  b: n;  w: scalar\n"
STEP = sr.tanh(b + W @ h[t - 1] + U @ x[t])
SAME = {
    "h[t] = tanh(b + W h[t-1] + U x[t])": STEP,
    "h[ t ] = tanh( b + W @ h[t - 1] + U @ x[t] )": STEP,
    "h(t) = tanh(b + W h(t-1) + U x(t))": STEP,
    "h^(t) = tanh(b + W h^(t-1) + U x[t])": STEP,
    "h⁽ᵗ⁾ = tanh(b + W h⁽ᵗ⁻¹⁾ + U x⁽ᵗ⁾)": STEP,
    "h[t] = tanh(b\n  + W h[t-1] +\n  U x[t])": STEP,
    "h[t] = tanh(\n b + W h[t-1] # the state\n + U x[t]\n)": STEP,
    "h[t] = W^T h[t-1]": W.T @ h[t - 1],
    "h[t] = W.T h[t-1]": W.T @ h[t - 1],
    "h[t] = Wᵀ @ h[t-1]": W.T @ h[t - 1],
    "h[t] = transpose(W) h[t-1]": W.T @ h[t - 1],
    "h[t] = b ⊙ h[t-1]": b * h[t - 1],
    "h[t] = b*h[t-1]^2": b * h[t - 1] ** 2,
    "h[t] = b * h[t-1]**2": b * h[t - 1] ** 2,
    "h[t] = b * h[t-1]²": b * h[t - 1] ** 2,
    "h[t] = w h[t-1] + (1 - w) W b": w * h[t - 1] + (1 - w) * (W @ b),
    "h[t] = b^T h[t-1] b": sr.dot(b, h[t - 1]) * b,
    "h[t] = b · h[t-1] b": sr.dot(b, h[t - 1]) * b,
    "h[t] = b h[t-1]^T b": sr.outer(b, h[t - 1]) @ b,
    "h[t] = (b^T W)^T": W.T @ b,
    "h[t] = W W h[t-1]": W @ (W @ h[t - 1]),
    "h[t] = -b / 2 - W h[t-1]": -b / 2 - W @ h[t - 1],
    "h[t] = 0.1 b + 1e-2 h[t-1]": sympy.Rational(1, 10) * b + sympy.Rational(1, 100) * h[t - 1],
    "h[t] = 2 w^2 h[t-1]/3": 2 * w**2 * h[t - 1] / 3,
    "h[t] = σ(W h[t-1]) + sigma(b) + logistic(b)": sr.sigmoid(W @ h[t - 1]) + 2 * sr.sigmoid(b),
    "h[t] = max(b, h[t-1]) + ln(b)": sr.maximum(b, h[t - 1]) + sr.log(b),
    "h[t] = n b + tau h[t-1]": n * b + tau * h[t - 1],
    "h[t] = concat(x[t], b)[0] for t = 1..tau": None,
    "h[t] = segment(concat(x[t], b, h[t-1]), m, n)": b,
    "h[t] = W (b * h[t-1])": W @ (b * h[t - 1]),
    "h[t] = sum_{i=1..tau} U x[i]": sr.time_sum(U @ x[t]),
    "h[t] = mean_t U x[t] + b": sr.time_mean(U @ x[t]) + b,
}


@pytest.mark.parametrize("text", SAME)
def test_ways_of_writing(text):
    if SAME[text] is None:
        with pytest.raises(sr.ReadError, match="an entry is not written with brackets"):
            sr.read_model(DECLARED + text)
        return
    assert sr.read_model(DECLARED + text).equations == (Equation(h[t], SAME[text]),)


def right(text):
    return sr.read_model(f"s: scalar;  w: scalar;  u: scalar\ns[t] = {text}").equations[0].rhs


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("-s[t-1]^2", lambda s, w, u: -(s**2)),
        ("w^2^u", lambda s, w, u: w ** (2**u)),
        ("w s[t-1] / u", lambda s, w, u: w * s / u),
        ("w / u / s[t-1]", lambda s, w, u: w / u / s),
        ("w * u s[t-1]^-1", lambda s, w, u: w * u / s),
        ("2(w + u)s[t-1]", lambda s, w, u: sympy.Mul(2, w + u, s)),
        ("w - u - s[t-1]", lambda s, w, u: w - u - s),
        ("w - (u - s[t-1])", lambda s, w, u: w - u + s),
        ("w (u) s[t-1]", lambda s, w, u: w * u * s),
        ("tanh(w)^2 s[t-1]", lambda s, w, u: sympy.tanh(w) ** 2 * s),
        ("π s[t-1] + exp(1)", lambda s, w, u: sympy.pi * s + sympy.E),
    ],
)
def test_binding(text, meaning):
    assert right(text) == meaning(s[t - 1], w, Parameter("u"))


def test_sums_over_time_end_at_the_next_sign():
    model = sr.read_model("h: n;  lam: scalar\nh[t] = W h[t-1]\nloss = sum_t 2 norm2(h[t]) * s[t] + lam sum(W * W)")
    lam = Parameter("lam")
    assert model.loss == sr.time_sum(2 * sr.norm2(h[t]) * s[t]) + lam * sr.sum(W * W)


def test_all_kinds_of_statements():
    model = sr.read_model("""
        model my cell: reads a constant
        source: Nobody 2026, 1
        sequence h: n;  constant z: p simplex
        fixed R: n x n;  parameter b: n latex "\\bm{b}"
        function f: n;  function phi: elementwise
        h[0] = W0 z
        h[t] = f(R h[t-1], phi(b); W_1)   for t = 1..tau-1
        W_1: 3 x 2 n
        o[tau] = norm2(h[tau-1])
        where g[t] = tanh(h[t])
        loss = o[tau]
    """)
    assert (model.title.name, model.title.summary, model.title.source) == (
        "my cell",
        "reads a constant",
        "Nobody 2026, 1",
    )
    assert model.constants == (sr.Constant("z", p, simplex=True),)
    assert {x.name: (x.shape, x.learned) for x in model.parameters} == {
        "W0": ((n, p), True),
        "R": ((n, n), False),
        "b": ((n,), True),
        "W_1": ((3, 2 * n), True),
    }
    assert model.parameters[2].latex_name == r"\bm{b}"
    assert model.equations[1].over == (t, 1, tau - 1)
    assert model.abbreviations[0].long == sr.tanh(h[t])
    assert model.equations[1].rhs.atoms(sympy.Function("phi"))


def test_greek_and_accents_are_names():
    model = sr.read_model("h: n\nŷ[t] = softmax(θ ŷ[t-1])\nyhat: n\ntheta: n x n\nh[t] = theta h[t-1] for t = 1..τ")
    assert [v.name for v in model.defined] == ["yhat", "h"]
    assert len(model.parameters) == 1


FOLLOWS = {
    "h: n;  x: m\nh[t] = tanh(b + W h[t-1] + U x[t])": {"b": (n,), "W": (n, n), "U": (n, m)},
    "s: scalar\ns[t] = tanh(w s[t-1] + u x[t] + b)": {"w": (), "u": (), "b": ()},
    "h: n;  o: k\nh[t] = h[t-1]\no[t] = softmax(c + V h[t])\nloss = sum_t cross_entropy(o[t], y[t])": {
        "c": (k,),
        "V": (k, n),
    },
    "h: n;  x: m\nh[t] = W concat(h[t-1], x[t])": {"W": (n, n + m)},
    "h: n;  x: m\nh[t] = V^T concat(h[t-1], x[t])": {"V": (n + m, n)},
    "S: n x m;  q: m;  v: n\nS[t] = f[t] * S[t-1] + v[t] a^T\nf: scalar\no[t] = S[t] q[t]": {"a": (m,)},
    "h: n;  lam: scalar\nh[t] = lam h[t-1]\nloss = mu sum(h[tau] * c)": {"lam": (), "mu": (), "c": None},
    "h: 3;  x: 2\nh[t] = W h[t-1] + U x[t]": {"W": (3, 3), "U": (3, 2)},
    "h: n\nh[t] = h[t-1]\nloss = squared_error(c^T h[tau], y[tau])\ny: scalar": {"c": (n,)},
    "h: 2 n\nh[t] = a * h[t-1]\na: 2 n": {"a": (2 * n,)},
}


@pytest.mark.parametrize("text", FOLLOWS)
def test_shapes_that_follow(text):
    if None in FOLLOWS[text].values():
        with pytest.raises(sr.ReadError, match="the shape of c does not follow"):
            sr.read_model(text)
        return
    assert {x.name: x.shape for x in sr.read_model(text).parameters} == FOLLOWS[text]


def test_sequences_too_get_the_shapes_that_follow():
    model = sr.read_model(
        "h: n;  V: k x n\no[t] = V h[t]\nh[t] = h[t-1]\nL[t] = softmax_cross_entropy(o[t], y[t])\nloss = mean_t L[t]"
    )
    assert {v.name: v.shape for v in model.sequences} == {"o": (k,), "h": (n,), "L": (), "y": (k,)}


def test_reading_does_not_touch_the_names_of_others():
    declared = "model: n;  sum: n;  loss: scalar;  parameter source: n"
    equations = "model[t] = model[t-1] * sum + source\nloss[t] = norm2(model[t])\nloss = sum_t loss[t]"
    model = sr.read_model(f"{declared}\n{equations}")
    assert [v.name for v in model.defined] == ["model", "loss"]
    assert [x.name for x in model.parameters] == ["sum", "source"]


def test_a_model_without_a_summary_has_no_title():
    assert sr.read_model("h: n\nh[t] = W h[t-1]") == Recurrence(Equation(h[t], W @ h[t - 1]))


@pytest.mark.parametrize("name", ["I", "e", "i"])
def test_names_with_a_meaning_of_their_own_must_be_declared(name):
    with pytest.raises(sr.ReadError, match=f"{name} may be"):
        sr.read_model(f"h: n\nh[t] = (W - {name}) h[t-1]")
    assert sr.read_model(f"h: n;  {name}: n x n\nh[t] = (W - {name}) h[t-1]").parameters
