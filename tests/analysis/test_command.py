"""`symrnn analyse` answers for every model of the library, and for models with odd names, lags and ranks."""

import pytest

from symrnn.cli import main
from symrnn.model import library

OWN = {
    "names that collide, no bias": (
        "T: 2; np: 1; y: 2\nT[t] = tanh(W T[t-1] + U np[t])\nL[t] = squared_error(T[t], y[t])\nloss = sum_t L[t]\n",
        ("∂T(t)/∂np(k) = (Π_{j=t..k+1} diag(1 - T(j)²) W) diag(1 - T(k)²) U", "‖∂T(t)/∂T(k)‖ ≤ σ_W^(t - k)"),
    ),
    "two states, lags 1 and 2": (
        "h: n; g: n; x: m\nh[t] = tanh(W h[t-1] + R g[t-2] + U x[t])\ng[t] = sigmoid(Q g[t-1] + S h[t])\n"
        "loss = sum(g[tau])\n",
        ("one shared f         m + 3 n", "      J13 = diag(1 - h(j)²) R", "h is carried together with other states"),
    ),
    "scalar, a late input": (
        "s[t] = w s[t-1] + u x[t-1]\nloss = s[tau]\n",
        ("x is read with the lags [1]", "|∂s(t)/∂s(k)| ≤ |w|^(t - k)", "w^τ"),
    ),
    "a matrix": (
        "lam: scalar; A: n x n; k: n; v: n\nA[t] = lam A[t-1] + outer(v[t], k[t])\nloss = sum(A[tau])\n",
        ("A is driven by v, k", "(λ I)^τ"),
    ),
}


@pytest.mark.parametrize("name", library.LIBRARY)
def test_every_library_model_is_answered(name, capsys):
    assert main(["analyse", name]) == 0
    said = capsys.readouterr()
    assert not said.err and "What each node can see" in said.out
    assert not any(odd in said.out for odd in ("**", "time_prod", "Traceback", "sigma_", "None"))


@pytest.mark.parametrize("title", OWN)
def test_models_of_ones_own_are_answered(title, tmp_path, capsys):
    text, wanted = OWN[title]
    (tmp_path / "own.rnn").write_text(text, encoding="utf-8")
    assert main(["analyse", str(tmp_path / "own.rnn")]) == 0
    said = capsys.readouterr().out
    for line in wanted:
        assert line in said


def test_a_part_is_given_alone(capsys):
    assert main(["analyse", "last-output", "--reach"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "What each node can see",
        "   h(t) sees the whole past: a cycle of the graph carries it",
        "   o(τ) sees the whole past: a cycle of the graph carries it",
    ]
    assert main(["analyse", "lstm", "--gradients"]) == 0
    assert "Π_{t=τ..1} diag(f(t))" in capsys.readouterr().out
