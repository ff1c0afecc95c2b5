"""From statements to loops: what is carried, in which direction, and what is taken out of a loop."""

from __future__ import annotations

import pytest
import sympy

import symrnn as sr
from numeric import systems
from symrnn import Equation, Recurrence, Sequence, t, tau
from symrnn.calculus.bptt import recurrence_of
from symrnn.model import Range as TimeRange
from symrnn.numeric.horizon import Horizon
from symrnn.numeric.lengths import Admission
from symrnn.numeric.passes import Fresh, hoist, prune, share
from symrnn.numeric.plans import plan
from symrnn.numeric.schedule import Block, Loop, schedule
from symrnn.numeric.statements import Store, forward_statements


def forward(model: Recurrence) -> list:
    return schedule(forward_statements(model), Horizon(Admission(model).shortest(), model.lengths))


def shape(steps: list) -> list[str]:
    """Blocks and loops by what they write: `o`, `>h`, `<g`."""
    return [
        str(s.statement.store.sequence)
        if isinstance(s, Block)
        else ("<", ">")[s.forward] + ",".join(str(x.store.sequence) for x in s.statements)
        for s in steps
    ]


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("elman", [">h", "o", "L"]),
        ("backward", [">h", "<g", "o"]),
        ("coupled", [">h,g", "L"]),
        ("stateless", ["o"]),
        ("initial", ["h", ">h", "o", "L"]),
        ("skewed", [">q,s"]),
        ("fastweights", [">A,h"]),
    ],
)
def test_only_what_carries_is_in_a_loop(name: str, steps: list[str]) -> None:
    assert shape(forward(systems.MODELS[name]())) == steps


def test_lags_of_both_signs_make_one_state_run_ahead() -> None:
    (loop,) = forward(systems.MODELS["skewed"]())
    q, s = loop.statements
    assert isinstance(loop, Loop) and loop.forward and (q.time - s.time) == 1


def test_equations_that_no_loop_serves_are_refused() -> None:
    """Each is a model by itself; together they would need past and future at once."""
    s, q = Sequence("s"), Sequence("q")
    first, second = Recurrence(Equation(s[t], q[t + 1] + q[t - 1])), Recurrence(Equation(q[t], 2 * s[t]))
    with pytest.raises(sr.Unsupported, match="no loop in one direction") as caught:
        schedule([*forward_statements(first), *forward_statements(second)], Horizon(1))
    assert "equation: q[t] = 2*s[t]" in str(caught.value)


def test_hoisting_takes_out_what_needs_no_result_of_the_loop() -> None:
    (loop, *_) = forward(systems.MODELS["elman"]())
    block, rest = hoist(loop, Fresh(["part1"]))
    assert str(block.statement.expr) == "b + U @ x[t]" and block.statement.store.sequence.name == "part2"
    assert str(rest.statements[0].expr) == "tanh(W @ h[t - 1] + part2[t])"


def test_sharing_and_pruning() -> None:
    model = systems.MODELS["elman"]()
    whole = plan(model, recurrence_of(model))
    carried = [s for step in whole.backward if isinstance(step, Loop) for s in step.statements]
    assert sorted(str(s.store.sequence) for s in carried) == ["h", "part1"]
    assert {str(x.expr) for leaf in whole.totals for x in whole.totals[leaf]} >= {"part1[t]", "outer(part1[t], x[t])"}
    statements = forward_statements(model)
    h, o = (Store(v) for v in model.defined[:2])
    assert [s.store for s in prune(statements, [o])] == [h, o]
    assert share(statements, [], Horizon(1), Fresh([])) == (statements, [])


def test_a_product_that_two_adjoints_read_is_computed_once() -> None:
    """A GRU sends W_h.T times one vector to its state and to its reset gate: two products a step, not three."""
    source = sr.to_numpy(systems.MODELS["gru"]()).source
    backward = source[source.index("def backward") :]
    loop = backward[backward.index("    for ") : backward.index("    # nabla(b_z)")]
    assert loop.count("np.dot(") == 2 and loop.count(", W_h,") == 1


def test_ends_are_compared_for_every_admitted_length() -> None:
    one, three = Horizon(1), Horizon(3)
    assert not one.at_most(sympy.Integer(3), tau) and three.at_most(sympy.Integer(3), tau)
    assert one.later(tau, sympy.Integer(1)) == tau and one.later(tau, sympy.Integer(2)) == sympy.Max(2, tau)
    assert three.apart(TimeRange(sympy.Integer(1), sympy.Integer(2)), TimeRange(tau, tau))
    found = [Admission(systems.MODELS[name]()).shortest() for name in ("ranges", "branches")]
    assert found == [2, 1]
