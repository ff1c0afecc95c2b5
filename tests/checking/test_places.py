"""Where a gradient goes wrong that no mistake explains: the first wrong adjoint and term, by what is returned."""

import numpy as np
import pytest

import symrnn as sr

elman = sr.models.elman()


def by_hand(params, inputs, boundary, step):
    """Loss, gradients and adjoints of the state; `step(t, from_output, from_later)` adds the two paths."""
    W, V = params["W"], params["V"]
    h = [boundary["h[0]"]]
    for x in inputs["x"]:
        h.append(np.tanh(params["b"] + W @ h[-1] + params["U"] @ x))
    h = np.array(h)
    o = params["c"] + h[1:] @ V.T
    q = np.exp(o) / np.exp(o).sum(axis=-1, keepdims=True)
    d_o, later = q - inputs["y"], np.zeros_like(h[0])
    d_h, d_a = np.zeros_like(h[1:]), np.zeros_like(h[1:])
    for t in range(len(d_h), 0, -1):
        d_h[t - 1] = step(t, V.T @ d_o[t - 1], later)
        d_a[t - 1] = d_h[t - 1] * (1 - h[t] ** 2)
        later = W.T @ d_a[t - 1]
    grads = {"W": d_a.T @ h[:-1], "U": d_a.T @ inputs["x"], "b": d_a.sum(axis=0)}
    grads |= {"V": d_o.T @ h[1:], "c": d_o.sum(axis=0), "h[0]": later}
    return -(inputs["y"] * np.log(q)).sum(), grads, d_h, np.einsum("ti,tj->tij", d_a, h[:-1])


def halved(t, output, later):
    return output + later * (0.5 if t == 2 else 1)


def summed(t, output, later):
    return output + later


def report(function):
    verdict = sr.check_gradient(elman, function)
    assert verdict.status == "wrong" and not verdict.found
    return str(verdict)


def test_the_first_wrong_adjoint_is_implied_by_the_gradients_of_parameters():
    """Nothing but gradients by parameters is returned; the adjoints that they imply are wrong from t = 2 on."""
    text = report(lambda *a: by_hand(*a, halved)[:2])
    assert "the first wrong adjoint, as your other gradients imply: ∇h(2)[" in text and "∇h(3) is right" in text
    assert "right   ∇h(t) = Wᵀ diag(1 - h(t+1)²) ∇h(t+1) + Vᵀ ∇o(t)" in text
    assert "term    Wᵀ diag(1 - h(t+1)²) ∇h(t+1)" in text and "is counted 0.5 times there" in text


def test_adjoints_that_are_returned_are_gradients_too():
    def function(*arguments):
        loss, grads, adjoints, _ = by_hand(*arguments, summed)
        return loss, {**grads, "h[t]": adjoints}

    verdict = sr.check_gradient(elman, function)
    assert verdict and "h[t]" in verdict.right

    def wrong(*arguments):
        loss, grads, adjoints, _ = by_hand(*arguments, lambda t, a, b: a + np.sin(3 * b))
        return loss, {"V": grads["V"], "h[t]": adjoints}

    text = report(wrong)
    assert "the first wrong adjoint: ∇h(3)[" in text and "∇h(4) is right" in text and "term" not in text


def test_terms_of_a_sum_over_time():
    """W itself is the sum of what is returned for each step; the wrong step is named with both values."""

    def function(*arguments):
        loss, grads, _, terms = by_hand(*arguments, summed)
        terms[1] = np.sin(terms[1])
        del grads["W"]
        return loss, {**grads, "W[t]": terms}

    assert "of ∇W: wrong at steps 2; at 2, W[" in report(function)


SUMS = {
    "W is 1.5 times the right one": lambda g, terms: 1.5 * g,
    "of ∇W: step 1 missing, step 2 counted twice": lambda g, terms: g - terms[0] + terms[1],
    "of ∇W: only row 2 is wrong": lambda g, terms: g * np.array([[1], [2], [1]]),
}


RELATIONS = {
    "b, W, U are 3 or n times the right ones": lambda g, p: {k: g[k] * 3 for k in "WUb"},
    "is a multiple of the right one, here W 0.5, U 0.1": lambda g, p: {"W": g["W"] / 2, "U": g["U"] / 10},
    "b by 0.01 b, W by 0.01 W: is a weight decay": lambda g, p: {k: g[k] + 0.01 * p[k] for k in "Wb"},
    "only W[2,1] is wrong": lambda g, p: {"W": g["W"] + np.eye(3)[1][:, None] * np.eye(3)[0]},
}


@pytest.mark.parametrize("words", RELATIONS)
def test_what_a_wrong_gradient_has_to_do_with_the_right_one(words):
    def function(params, *others):
        loss, grads, *_ = by_hand(params, *others, summed)
        return loss, {**grads, **RELATIONS[words](grads, params)}

    assert words in report(function)


@pytest.mark.parametrize("words", SUMS)
def test_a_sum_that_is_wrong_by_itself(words):
    def function(*arguments):
        loss, grads, _, terms = by_hand(*arguments, summed)
        return loss, {**grads, "W": SUMS[words](grads["W"], terms)}

    assert words in report(function).replace(";", ",")


def test_another_shape_of_adjoints_is_invalid():
    def function(*arguments):
        loss, grads, adjoints, _ = by_hand(*arguments, summed)
        return loss, {**grads, "h[t]": adjoints[1:]}

    verdict = sr.check_gradient(elman, function)
    assert verdict.status == "invalid" and "h[t]" in verdict.reason


def test_a_batch_has_adjoints_too():
    scalar = sr.models.scalar()
    net = sr.to_numpy(scalar)

    def function(params, inputs, boundary):
        loss, grads = net.loss_and_grad(params, inputs, boundary, wrt=["w", "u", "x"])
        grads["x"][:2] *= 1.1
        return loss, grads

    verdict = sr.check_gradient(scalar, function, axes="TB", batch=2, tau=3)
    assert verdict.status == "wrong" and "the first wrong adjoint of example 1: ∇x(2) yours" in str(verdict)


def test_the_one_example_of_a_batch_that_is_wrong():
    """What an example adds to the gradients by parameters implies its adjoints; the others may be right."""

    def function(params, inputs, boundary):
        total, summed_up = 0.0, {}
        for i, start in enumerate(boundary["h[0]"]):
            own = {name: rows[:, i] for name, rows in inputs.items()}
            loss, grads, *_ = by_hand(params, own, {"h[0]": start}, halved if i == 1 else summed)
            del grads["h[0]"]
            total, summed_up = total + loss, {k: summed_up.get(k, 0.0) + g for k, g in grads.items()}
        return total, summed_up

    text = str(sr.check_gradient(elman, function, axes="TBD", batch=2, tau=3))
    assert "the first wrong adjoint of example 2, as your other gradients imply: ∇h(2)[" in text
    assert "is counted 0.5 times there" in text
