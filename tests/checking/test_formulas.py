"""Formulas as expressions: the derivation's own lines are right, and a changed line is named."""

import pytest

import symrnn as sr
from symrnn import nabla, t, tau
from symrnn.calculus.bptt import with_upstream
from symrnn.errors import ReadError, Undefined
from symrnn.model import library
from symrnn.testing import assert_gradient, gradcheck

elman = sr.models.elman()
b, W, U, c, V = elman.parameters
h, o, x = elman.states[0], elman.outputs[0], elman.inputs[0]
delta = sr.diag(1 - h[t] ** 2) @ nabla(h[t])


@pytest.mark.parametrize("name", ["elman", "gru", "bidirectional", "classical", "scalar", "skip"])
def test_each_line_of_a_derivation_is_right(name):
    model = library.get(name)
    model = model if model.loss is not None else with_upstream(model, model.defined[-1])
    d = sr.bptt(model)
    for w in model.parameters:
        if w.learned:
            assert sr.check_formula(model, w, d[w])


WRONG = {
    "index off by one": (W, sr.time_sum(sr.outer(delta, h[t]))),
    "derivative forgotten": (W, sr.time_sum(sr.outer(nabla(h[t]), h[t - 1]))),
    "only the last step": (b, delta.xreplace({t: tau})),
    "mean for sum": (c, sr.time_mean(nabla(o[t]))),
    "missing transpose": (h[t], W @ sr.diag(1 - h[t + 1] ** 2) @ nabla(h[t + 1]) + V.T @ nabla(o[t])),
    "f' and matrix exchanged": (h[t], sr.diag(1 - h[t + 1] ** 2) @ W.T @ nabla(h[t + 1]) + V.T @ nabla(o[t])),
    "recursion dropped": (h[t], V.T @ nabla(o[t])),
    "target forgotten": (o[t], sr.softmax(o[t])),
    "difference reversed": (o[t], elman.targets[0][t] - sr.softmax(o[t])),
    "transposed result": (U, sr.time_sum(sr.outer(x[t], delta))),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_line_is_named(name):
    verdict = sr.check_formula(elman, *WRONG[name])
    assert verdict.mistakes == (name,)
    assert "right" in str(verdict)


def test_a_formula_that_reads_past_the_end_beside_an_adjoint_is_judged():
    right = W.T @ sr.diag(1 - h[t + 1] ** 2) @ nabla(h[t + 1]) + V.T @ nabla(o[t])
    assert sr.check_formula(elman, h[t], right)
    assert sr.check_formula(elman, h[t], right + h[t + 1]).status == "invalid"


def test_another_shape_is_invalid():
    assert sr.check_formula(elman, W, sr.time_sum(delta)).status == "invalid"
    with pytest.raises(Undefined):
        sr.check_formula(elman, sr.Parameter("Q", *W.shape), W)


def test_several_formulas_in_one_verdict():
    d = sr.bptt(elman)
    assert sr.check_gradient(elman, {W: d[W], "U": d[U], h[0]: d[h[0]]})
    verdict = sr.check_gradient(elman, {W: d[W], c: nabla(o[tau])})
    assert (verdict.status, verdict.right, set(verdict.wrong)) == ("wrong", ("W",), {"c"})


def test_assert_gradient_fails_with_the_report():
    net = sr.to_numpy(elman)

    def backward(params, inputs, boundary):
        return {"b": -net.loss_and_grad(params, inputs, boundary)[1]["b"]}

    with pytest.raises(AssertionError, match=r"(?s)check_gradient.*WRONG.*mistake"):
        assert_gradient(elman, backward)


def test_gradcheck_of_any_expression():
    n, m = sr.dims("n m")
    A, z, y = sr.Parameter("A", n, m), sr.Sequence("z", m), sr.Parameter("y", n)
    loss = sr.dot(y, sr.tanh(A @ z[t]))
    inner = (1 - sr.tanh(A @ z[t]) ** 2) * y
    assert gradcheck(loss, {z[t]: A.T @ inner, A: sr.outer(inner, z[t])})
    assert gradcheck(loss, {A: sr.outer(y, z[t])}).mistakes == ("derivative forgotten",)
    assert gradcheck(sr.dot(y, y), lambda v: {"y": 2 * v["y"]})
    assert not gradcheck(sr.dot(y, y), lambda v: {"y": v["y"]})


TEXTS = {
    "latex": r"\nabla_W L = \sum_{t=1}^\tau \operatorname{diag}(1 - (h^{(t)})^2) (\nabla_{h^{(t)}} L)\, h^{(t-1)\top}",
    "plain": "dW = sum_t ((1 - h[t]^2) ⊙ ∇h[t]) h[t-1]^T",
    "without a left side": "sum_t diag(1 - h_t^2) ∇h_t h_{t-1}^T",
    "the name on the left": "W = sum_(t=1)^tau diag(1 - h_t^2) ∇h_t h_{t-1}^T",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_formula_as_text(name):
    """LaTeX or plain letters: right, and with one index changed the same mistake as of the expression."""
    assert sr.check_formula(elman, W, TEXTS[name])
    wrong = TEXTS[name].replace("t-1", "t+0").replace("t+0", "t")
    verdict = sr.check_formula(elman, "W", wrong)
    assert verdict.mistakes == ("index off by one",)
    assert verdict.found[0].yours.rhs == sr.time_sum(sr.outer(delta, h[t]))


@pytest.mark.parametrize("name", ["missing transpose", "target forgotten", "transposed result"])
def test_what_is_printed_is_read_back_and_judged_alike(name):
    of, expr = WRONG[name]
    assert sr.check_formula(elman, of, sr.latex(expr)).mistakes == (name,)


def test_formulas_as_text_for_several_gradients():
    lines = {
        W: TEXTS["plain"],
        "h[t]": r"V^\top \nabla_{o_t} L + W^\top \operatorname{diag}(1-h_{t+1}^2) \nabla_{h_{t+1}} L",
    }
    assert sr.check_gradient(elman, lines)
    verdict = sr.check_gradient(elman, {**lines, b: "sum_t ∇h[t]"})
    assert (
        verdict.status == "wrong" and verdict.mistakes == ("derivative forgotten",) and set(verdict.right) == {"W", "h"}
    )


def test_texts_that_say_something_else():
    with pytest.raises(Undefined, match="about U, not about W"):
        sr.check_formula(elman, W, "U = sum_t ∇h[t] x[t]^T")
    with pytest.raises(Undefined, match="about b, not about W"):
        sr.check_formula(elman, W, sr.Equation(nabla(b), sr.time_sum(nabla(h[t]))))
    with pytest.raises(ReadError, match="never closed"):
        sr.check_formula(elman, W, "sum_t ∇h[t")
    with pytest.raises(ReadError):
        sr.check_formula(elman, "Q", "sum_t ∇h[t]")


def test_a_text_in_a_notation_with_rows():
    """Rows: x Uᵀ becomes x U, so b's gradient is a row times a diagonal matrix, and W's has its factors exchanged."""
    rows = sr.Notation.named("cs231n")
    assert sr.check_formula(elman, b, "sum_t ∇h[t] diag(1 - h[t]^2)", notation=rows)
    assert sr.check_formula(elman, W, "sum_t h[t-1]^T (∇h[t] diag(1 - h[t]^2))", notation=rows)
