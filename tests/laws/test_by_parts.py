"""Forward equals backward for every model, proved by summation by parts over uses; and what refutes such a proof.

Every learned parameter of the library and of the hand-made models has a proof that ends in the line of
back-propagation. A mistake in a law, a line, a bound or a start stops the proof at its line.
"""

import sys
from dataclasses import replace

import pytest
import sympy
from sympy import Integer, Symbol

import symrnn as sr
from laws.mutants import plant_kind
from laws.systems import MODELS
from symrnn import t, tau, time_sum
from symrnn.calculus import forward, turned, uses
from symrnn.calculus.by_parts import prove_by_parts, steps_by_parts
from symrnn.calculus.induction import NotProved
from symrnn.model import Range
from symrnn.tensor.linear import Contract
from symrnn.tensor.sensitivity import Rate

BY_PARTS = sys.modules["symrnn.calculus.by_parts"]


def learned(model):
    return [w for w in model.parameters if w.learned]


def named(model, name):
    return next(w for w in (*model.parameters, *model.boundary) if str(w) == name)


def given(model):
    return [b for b in model.boundary if b.sequence in model.defined]


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_and_given_value_of_every_model_has_a_proof(name):
    model = MODELS[name]()
    backward = sr.bptt(model, wrt=[*learned(model), *given(model)])
    for by in (*learned(model), *given(model)):
        steps = steps_by_parts(model, by)
        assert steps[-1].after == backward[by] and len(steps) <= 8


def test_every_line_holds_at_random_instances(seed):
    """With lags of both kinds, several states, two lengths, a boundary equation and matrices as states."""
    asked = [("long skip", "D"), ("encoder-decoder", "W"), ("context", "R"), ("bidirectional", "W_g")]
    values = [("skip", "h[0]"), ("later start", "s[1]")]
    for name, by in asked + values:
        form = sr.prove_forward_is_backward(MODELS[name](), by)
        assert form.status == "proved" and form.verify(seed), name


def test_scalars_among_vectors_and_states_of_one_entry():
    """By a scalar a sensitivity is a vector, and by a matrix with one row I ⊗ a is a itself."""
    n = sr.dims("n")
    h, s, x = sr.Sequence("h", n), sr.Sequence("s"), sr.Sequence("x", 1)
    W, v, a, R = sr.Parameter("W", n, n), sr.Parameter("v", n), sr.Parameter("a"), sr.Parameter("R", 1, 1)
    mixed = sr.Recurrence(
        sr.Equation(s[t], sympy.tanh(a * s[t - 1] + sr.dot(v, h[t - 1]))),
        sr.Equation(h[t], sr.tanh(W @ h[t - 2] + v * s[t])),
        loss=s[sr.tau],
    )
    g = sr.Sequence("g", 1)
    single = sr.Recurrence(sr.Equation(g[t], sr.tanh(R @ g[t - 1] + x[t])), loss=sr.sum(g[sr.tau]))
    for model in (mixed, single):
        for by in learned(model):
            assert sr.prove_forward_is_backward(model, by).status == "proved"


def test_no_state_depends_on_it():
    model = MODELS["elman"]()
    form = sr.prove_forward_is_backward(model, named(model, "V"))
    assert form.status == "proved" and len(form.steps) == 1 and not form.expr.atoms(Rate)


def test_a_proof_of_something_else_is_not_called_proved():
    model = MODELS["skip"]()
    form = prove_by_parts(model, named(model, "W"))
    other = replace(form, steps=(*form.steps[:-1], replace(form.steps[-1], after=2 * form.expr)))
    assert form.status == "proved" and other.status == "not proved"


def changed_line(derivation, group, change):
    """A derivation in which one line of a group says something else."""
    lines = list(derivation.lines)
    i = max(i for i, line in enumerate(lines) if line.group == group)
    e = lines[i].equation
    lines[i] = replace(lines[i], equation=type(e)._trusted(e.lhs, change(e.rhs), *e.args[2:]))
    return replace(derivation, lines=tuple(lines))


def planted_use(monkeypatch, change):
    monkeypatch.setattr(BY_PARTS, "use", lambda *given: change(uses.use(*given)))


def planted(monkeypatch, what, change):
    right = getattr(BY_PARTS, what)
    monkeypatch.setattr(BY_PARTS, what, lambda *given, **named: change(right(*given, **named)))


def lost_transpose(node, ct):
    return [(node.left, sr.outer(ct, node.right)), (node.right, node.left @ ct)]


def meant(node):
    return isinstance(node, Contract) and node.right.rank == 1 and node.left.shape[0] == node.left.shape[1]


def other_side(monkeypatch):
    right = forward.differentiate

    def wrong(expr, by, out=None):
        made = right(expr, by, out)
        return made.T if isinstance(made, Contract) and by.shape == out.shape else made

    monkeypatch.setattr(forward, "differentiate", wrong)


def without_direct(d):
    """A forward derivation whose gradient forgets its last term."""
    return replace(d, gradients={name: 2 * x for name, x in d.gradients.items()})


MISTAKES = {  # what is planted, and the line at which the proof stops
    "the gradient by sensitivities": (lambda m: planted(m, "rtrl", without_direct), 1),
    "a line of back-propagation": (
        lambda m: planted(m, "bptt", lambda d: changed_line(d, "backward", lambda x: 2 * x)),
        2,
    ),
    "a use one step late": (lambda m: planted_use(m, lambda p: replace(p, ahead=p.ahead + 1)), 4),
    "a use that is forgotten": (lambda m: planted(m, "joined", lambda pairs: pairs[1:]), 5),
    "a given value that depends on it": (
        lambda m: planted(m, "rtrl", lambda d: changed_start(d)),
        4,
    ),
    "a transpose lost": (lambda m: plant_kind(m, meant, lost_transpose), 5),
    "a Jacobian from the wrong side": (other_side, 5),
    "a line of the sensitivities": (
        lambda m: planted(m, "rtrl", lambda d: changed_line(d, "forward", lambda x: 2 * x)),
        5,
    ),
    "the gradient of back-propagation": (
        lambda m: planted(m, "bptt", lambda d: replace(d, gradients={n: -x for n, x in d.gradients.items()})),
        7,
    ),
}


VALUE_MISTAKES = {
    "its sensitivity by itself is not the identity": (lambda m: planted(m, "rtrl", lambda d: doubled_identity(d)), 8),
    "its uses are forgotten": (lambda m: m.setattr(BY_PARTS._Argument, "_given", lambda self: []), 4),
    "a use that is there from tau = 2 on": (lambda m: m.setattr(uses, "guard", lambda part, *times: part), 8),
    "a use one step late": (lambda m: planted_use(m, lambda p: replace(p, ahead=p.ahead + 1)), 4),
}


def doubled_identity(d):
    """The derivative of what is given by itself is 2 I."""
    lines = [
        replace(line, equation=type(line.equation)._trusted(line.equation.lhs, 2 * line.equation.rhs))
        if isinstance(line.equation.lhs, Rate) and line.equation.lhs.node == line.equation.lhs.by
        else line
        for line in d.lines
    ]
    return replace(d, lines=tuple(lines))


def changed_start(d):
    """The sensitivities begin with ones at the boundary."""
    lines = [
        replace(line, equation=type(line.equation)._trusted(line.equation.lhs, sr.ones(*line.equation.lhs.shape)))
        if line.equation.over is None and isinstance(line.equation.lhs, Rate)
        else line
        for line in d.lines
    ]
    return replace(d, lines=tuple(lines))


@pytest.mark.parametrize(("by", "mistake"), [*(("W", x) for x in MISTAKES), *(("h[0]", x) for x in VALUE_MISTAKES)])
def test_a_mistake_stops_the_proof_at_its_line(by, mistake, monkeypatch):
    model = MODELS["skip"]()
    by, (plant, line) = named(model, by), (MISTAKES | VALUE_MISTAKES if by != "W" else MISTAKES)[mistake]
    assert steps_by_parts(model, by)
    plant(monkeypatch)
    with pytest.raises(NotProved, match=f"line {line}") as error:
        steps_by_parts(model, by)
    assert (error.value.case, error.value.line) == ("by parts", line)


# Sums over time that a state reads.

n, k = sr.dims("n"), Symbol("k", integer=True)
h, r = sr.Sequence("h", n), sr.Sequence("r", n)
W, R = sr.Parameter("W", n, n), sr.Parameter("R", n, n)


def reading(what):
    """A model whose second state reads something of the first."""
    return sr.Recurrence(
        sr.Equation(h[t], sr.tanh(W @ h[t - 1])),
        sr.Equation(r[t], sr.tanh(r[t - 1] + what)),
        loss=time_sum(sr.sum(r[t])),
    )


def alone(what):
    return sr.Recurrence(sr.Equation(h[t], sr.tanh(W @ what)), loss=time_sum(sr.sum(h[t])))


SUMS = {  # the times of the inner sum: all, those until t, those before, a window; those after
    "mean": lambda: reading(R @ time_sum(h[k], (k, 1, tau))),
    "until now": lambda: reading(time_sum(sr.tanh(h[k]), (k, 0, t))),
    "before": lambda: reading(time_sum(sr.tanh(R @ h[k]), (k, 1, t - 1))),
    "window": lambda: reading(time_sum(h[k] * h[k - 1], (k, t - 1, t))),
    "with a state at t": lambda: reading(time_sum(sr.dot(r[t - 1], h[k]) * h[k], (k, 1, t))),
    "own past": lambda: alone(time_sum(h[k], (k, 0, t - 1))),
    "own past and the step before": lambda: alone(time_sum(h[k], (k, 1, t - 1)) + h[t - 1]),
    "own future": lambda: alone(time_sum(h[k], (k, t + 1, tau + 1))),
}


@pytest.mark.parametrize("name", SUMS)
def test_sums_over_time_that_states_read_have_proofs(name, seed):
    model = SUMS[name]()
    for by in (*learned(model), *given(model)):
        assert sr.prove_forward_is_backward(model, by).expr == sr.bptt(model, wrt=by)[by]
    if name in {"until now", "window"}:
        assert sr.prove_forward_is_backward(model, "h[0]").verify(seed)


@pytest.mark.parametrize("name", ["own past", "own future"])
def test_what_reads_sums_over_its_own_times_has_sensitivities(name):
    d = sr.rtrl(SUMS[name](), wrt=W)
    assert sr.sensitivity(h[t], W) in {e.lhs for e in d.equations} and d.verify()


def moved(change):
    """The exchange of the two sums with other bounds."""

    def plant(m):
        right = turned.turned
        m.setattr(uses, "turned", lambda *given: change(*right(*given)))

    return plant


def without_direct_part(opened):
    ways, inside = opened
    return [x for x in ways if x.tangent is not None], inside


SUM_MISTAKES = {
    "the inner sum ends early": ("before", "W", moved(lambda x, b: (x, (b[0], b[1], b[2] - 1)))),
    "the inner sum begins late": ("before", "W", moved(lambda x, b: (x, (b[0], b[1] + 1, b[2])))),
    "the outer sum begins late": ("until now", "W", moved(lambda x, b: (Range(x.first + 1, x.last), b))),
    "the window is whole": ("window", "W", moved(lambda x, b: (x, (b[0], Integer(1), b[2])))),
    "a given value in the sum": (
        "until now",
        "h[0]",
        lambda m: m.setattr(BY_PARTS._Argument, "_given_times", lambda *given: []),
    ),
    "what enters inside the sum": ("before", "R", lambda m: planted(m, "opened", without_direct_part)),
    "the Jacobian by the sum": ("before", "W", lambda m: m.setattr(turned, "chain", lambda a, b, *rest: b)),
}


@pytest.mark.parametrize("mistake", SUM_MISTAKES)
def test_a_mistake_in_the_exchange_stops_the_proof(mistake, monkeypatch):
    name, by, plant = SUM_MISTAKES[mistake]
    model = SUMS[name]()
    assert steps_by_parts(model, named(model, by))
    plant(monkeypatch)
    with pytest.raises(NotProved, match="line") as error:
        steps_by_parts(model, named(model, by))
    assert error.value.line >= 4


def test_a_quotient_of_sums_is_not_called_proved():
    weight = sr.exp(sr.dot(h[k], W @ h[t]))
    model = reading(time_sum(weight * h[k], (k, 0, t)) / time_sum(weight, (k, 0, t)))
    with pytest.raises(NotProved, match="line"):
        sr.prove_forward_is_backward(model, W)
