"""Where a wrong gradient comes from, asked of the function alone."""

import numpy as np

import symrnn as sr
from symrnn import t

n, m = sr.dims("n m")
h, x = sr.Sequence("h", n), sr.Sequence("x", m)
W, U, b = sr.Parameter("W", n, n), sr.Parameter("U", n, m), sr.Parameter("b", n)
layer = sr.Recurrence(sr.Equation(h[t], sr.tanh(b + W @ h[t - 1] + U @ x[t])), name="layer")
squared = sr.Recurrence(*layer.equations, loss=sr.time_sum(sr.dot(h[t], h[t]) / 2), name="squared")


def states(p, inputs, boundary):
    found = [boundary["h[0]"]]
    for row in inputs["x"]:
        found.append(np.tanh(p["b"] + p["W"] @ found[-1] + p["U"] @ row))
    return found


def backward(p, inputs, boundary, dout, keys=("x",)):
    """The transpose of W is forgotten between the steps."""
    hs, dx, carried = states(p, inputs, boundary), np.zeros_like(inputs["x"]), 0
    for s in reversed(range(len(dx))):
        da = (dout[s] + carried) * (1 - hs[s + 1] ** 2)
        dx[s] = p["U"].T @ da
        carried = p["W"] @ da
    return {key: value for key, value in (("x", dx), ("h[0]", carried)) if key in keys}


def of_loss(keys):
    def function(p, inputs, boundary):
        hs = np.array(states(p, inputs, boundary))[1:]
        return np.sum(hs**2) / 2, backward(p, inputs, boundary, hs, keys)

    return function


def test_the_distance_at_which_it_goes_wrong_with_a_given_gradient():
    text = str(sr.check_gradient(layer, backward, upstream=h))
    assert "effect of x(t) on L(s): s-t=0 right, s-t=1, 2, 3 wrong" in text


def test_the_distance_from_the_loss_alone():
    text = str(sr.check_gradient(squared, of_loss(("x",))))
    assert "effect of x(t) on L(s): s-t=0 right, s-t=1, 2, 3 wrong" in text
    assert "at τ=1 nothing is wrong" in text


def test_the_initial_state_tells_where_no_input_does():
    text = str(sr.check_gradient(squared, of_loss(("h[0]",))))
    assert "effect of h(0) on L(s): s=1, 2, 3, 4 wrong" in text


def test_the_call_that_repeats_it_is_as_small_as_it_gets():
    text = str(sr.check_gradient(squared, of_loss(("x", "h[0]"))))
    assert 'tau=1, dims={"n": 2' in text
    again = sr.check_gradient(squared, of_loss(("x", "h[0]")), tau=1, dims={"n": 2, "m": 1})
    assert again.mistakes == ("missing transpose",)


def test_at_size_one_a_transpose_changes_nothing():
    assert sr.check_gradient(squared, of_loss(("x", "h[0]")), dims={"n": 1})
