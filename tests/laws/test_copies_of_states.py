"""A model with copies of its states computes the model's states: the proof, and companions that are not the model's."""

from dataclasses import replace

import pytest

import symrnn as sr
from laws.systems import MODELS
from symrnn import Equation, t, tau
from symrnn.calculus.companion import prove_copies
from symrnn.calculus.induction import NotProved
from symrnn.model.delays import with_delays

s, y, a, b = sr.Sequence("s"), sr.Sequence("y"), sr.Parameter("a"), sr.Parameter("b")


def ahead():
    """A state that is read two steps later."""
    return sr.Recurrence(Equation(s[t], a * s[t + 1] + b * s[t + 2]), loss=s[1])


def computed_start():
    """A state whose first values are computed, and an output that sums over its past."""
    later = Equation(s[t], sr.tanh(a * s[t - 1] + b * s[t - 2]), over=(t, 1, tau))
    summed = Equation(y[t], sr.time_sum(s[t], (t, 1, tau)) * s[t - 2])
    return sr.Recurrence(Equation(s[-1], a**2), later, summed, loss=sr.time_sum(y[t] ** 2))


def three_lags():
    """A state that is read one, two and three steps back."""
    n = sr.dims("n")
    h, A, B, C = sr.Sequence("h", n), *(sr.Parameter(name, n, n) for name in "ABC")
    right = sr.tanh(A @ h[t - 1] + B @ h[t - 2] + C @ h[t - 3])
    return sr.Recurrence(Equation(h[t], right), loss=sr.time_sum(sr.sum(h[t])))


LONG = {
    **{name: MODELS[name] for name in ("skip", "long skip", "coupled")},
    "ahead": ahead,
    "computed start": computed_start,
}


@pytest.mark.parametrize("name", LONG)
def test_copies_are_the_past_of_their_states(name):
    model = LONG[name]()
    delayed = with_delays(model)
    proof = prove_copies(model, delayed)
    assert proof.check() and len(proof.base) == len(delayed.copies)
    assert [strand.left for strand in proof.step] == [e.lhs for e in delayed.model.equations if e.over]
    assert str(proof).count("[induction hypothesis]") >= 1


def test_a_closed_form_is_proved_with_its_copies():
    form = sr.bptt(MODELS["long skip"]()).closed_form("W")
    assert form.status == "proved" and form.copied.check() and len(form.copies) == 2
    wrong = replace(form.copied, step=form.copied.step[1:])
    assert replace(form, copied=wrong).status == "not proved"


def changed(delayed, old, new):
    """A companion in which one equation is another."""
    equations = [new if e == old else e for e in delayed.model.equations]
    return replace(delayed, model=sr.Recurrence(*equations, loss=delayed.model.loss))


def in_other_order(delayed):
    """h_2 before h_1: each has the equation of the other."""
    first, second = (c.sequence for c in delayed.copies)
    swap = {first[x]: second[x] for x in (t, t - 1)} | {second[x]: first[x] for x in (t, t - 1)}
    equations = [
        Equation(*(x.xreplace(swap) for x in e.args[:2])) if e.sequence in (first, second) else e
        for e in delayed.model.equations
    ]
    return replace(delayed, model=sr.Recurrence(*equations, loss=delayed.model.loss))


def reading_another(delayed):
    """The state reads its copies in each other's place."""
    first, second = (c.sequence[t - 1] for c in delayed.copies)
    old = delayed.model.equations[0]
    return changed(delayed, old, Equation(old.lhs, old.rhs.xreplace({first: second, second: first})))


def not_shifted(delayed):
    """The second copy is no later than the first."""
    second = delayed.copies[1].sequence
    old = next(e for e in delayed.model.equations if e.sequence == second)
    h = delayed.copies[0].state
    return changed(delayed, old, Equation(second[t], h[t - 1]))


def at_the_same_step(delayed):
    """The second copy reads the first when that is computed, not a step before."""
    first, second = (c.sequence for c in delayed.copies)
    old = next(e for e in delayed.model.equations if e.sequence == second)
    return changed(delayed, old, Equation(second[t], first[t]))


def later_named(delayed):
    """A copy that is said to be a step later than it is."""
    return replace(delayed, copies=(delayed.copies[0], replace(delayed.copies[1], lag=3)))


def begun_by_hand(delayed):
    """A copy whose first value is computed, and not that of its state."""
    first, second = (c.sequence for c in delayed.copies)
    start = Equation(second[0], first[0])
    return replace(delayed, model=sr.Recurrence(*delayed.model.equations, start, loss=delayed.model.loss))


def other_loss(delayed):
    return replace(delayed, model=sr.Recurrence(*delayed.model.equations, loss=2 * delayed.model.loss))


WRONG = {
    "the order of the copies": (in_other_order, "step", 2),
    "the copy that is read": (reading_another, "step", 1),
    "a copy that is not shifted": (not_shifted, "step", 3),
    "a copy at the same step": (at_the_same_step, "step", 3),
    "the lag of a copy": (later_named, "base", 2),
    "the start of a copy": (begun_by_hand, "base", 2),
    "the loss": (other_loss, "step", 4),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_another_companion_stops_the_proof_at_its_line(mistake):
    wrong, case, line = WRONG[mistake]
    model = three_lags()
    with pytest.raises(NotProved, match=f"{case}, line {line}") as error:
        prove_copies(model, wrong(with_delays(model)))
    assert (error.value.case, error.value.line) == (case, line)
