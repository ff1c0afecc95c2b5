"""Exercises of every kind do what they should, answers never raise, and what was once misjudged is not."""

import json
from dataclasses import replace

import pytest

import symrnn as sr
from symrnn.errors import ReadError, Undefined
from symrnn.exercises.trials import Trial, repeated, trials

KINDS = sr.exercises.kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_as_it_should_be(kind):
    """The model confirms the answer, rewritings of it are accepted, mistakes in it wrong and named, lines right."""
    level = 1 + KINDS.index(kind) % 3
    made = sr.exercises.make(kind, seed=5, level=level)
    assert sr.exercises.problems(made, rewritten=2, mistakes=2) == ()
    assert made.identity != sr.exercises.make(kind, seed=6, level=level).identity


@pytest.mark.parametrize(
    ("kind", "part", "answer", "credit"),
    [
        ("bptt.grad_W", 1, r"\nabla_W L", 0),
        ("bptt.grad_W", 1, r"3 \nabla_W L - 2 \partial L/\partial W", 0),
        ("bptt.grad_W", 1, r"\sum_k \nabla_{a_k} L \, r_{k-1}^\top", 0.5),
        ("bptt.grad_W", 1, r"\sum_k ((1-r_k^2) \odot \frac{\partial L}{\partial r_k}) r_{k-1}^\top", 1),
        ("bptt.state", 2, r"\nabla_{r_t} L", 0),
        ("bptt.state", 2, r"V^\top \nabla_{o_t} L + W^\top \nabla_{a_{1+t}} L", 0.5),
        ("bptt.state", 2, r"V^\top \partial L/\partial o_t + W^\top ((1-r_{1+t}^2) \odot \nabla_{r_{1+t}} L)", 1),
        ("bptt.state", 1, r"V^\top \partial L_\tau/\partial o_\tau", 1),
        ("forward.equations", 1, "r_t", 0),
        ("forward.equations", 1, r"\tanh(a_t)", 0.5),
        ("forward.equations", 1, r"\tanh(W r_{-1+t} + U x_t + b)", 1),
        ("scalar.general", 1, r"\frac{d h_t}{d w}", 0),
    ],
)
def test_an_answer_is_in_the_terms_that_were_asked_for(kind, part, answer, credit):
    """The question itself earns nothing; what is right in other terms earns half."""
    verdict = sr.exercises.make(kind, seed=12).judge(answer, part)
    assert (verdict.facts["value"], verdict.facts["credit"]) == ("right", credit), verdict


def test_a_broken_exercise_is_found_out():
    """A wrong model answer, a wrong line, a hint that is the answer: each is a problem."""
    right = sr.exercises.make("bptt.state", seed=1, level=1)
    for change in (
        {"answer": right.parts[1].answer.replace("W", "W W", 1)},
        {"lines": (right.parts[0].answer, right.parts[1].answer)},
        {"hints": (right.parts[1].answer,) * 3},
        {"hints": (f"The next line is ${right.parts[1].answer.replace('_t', '_{t}')}$.",) * 3},
    ):
        broken = replace(right, parts=(right.parts[0], replace(right.parts[1], **change)))
        assert sr.exercises.problems(broken, 0, 0), change


ELMAN = sr.models.elman()


@pytest.mark.parametrize(
    ("answer", "reference", "status"),
    [
        (r"\sum_{t=1}^\tau \nabla_{W^{(t)}} L", r"\nabla_W L", "right"),
        (r"\nabla_{W^{(t)}} L", r"\nabla_W L", "wrong"),
        (r"\frac{\partial h_t}{\partial b_t}", r"\operatorname{diag}(1-h_t^2)", "right"),
        (r"\frac{\partial h_t}{\partial b}", r"\operatorname{diag}(1-h_t^2)", "wrong"),
        (r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}}", r"(1-h_{t,i}^2) W_{i,j}", "right"),
        (r"\frac{\partial h_{t,i}}{\partial h_{t-1,j}}", r"(1-h_{t,i}^2) W_{j,i}", "wrong"),
        (r"\sum_t \sum_i \frac{\partial L}{\partial h_{t,i}} \nabla_{W_t} h_{t,i}", r"\nabla_W L", "right"),
        (r"\prod_{k=2}^{4} W", "W^3", "right"),
    ],
)
def test_copies_and_entries_stand_in_derivatives(answer, reference, status):
    assert sr.judge(answer, reference, model=ELMAN).status == status


def test_a_product_to_a_number_ascends():
    """Once read backward, so that the sum of it was silently another: the end is later than where an index starts."""
    table = {"sequences": {"A": ["n", "n"]}, "dims": ["n"], "indices": ["i", "j"]}
    assert sr.read(r"\prod_{j=i+1}^{3} A_j", table).sexpr == "(prod j (add i 1) 3 (at A j))"
    assert sr.read(r"\prod_{j=3}^{i+1} A_j", table).sexpr == "(prod_dec j 3 (add i 1) (at A j))"


@pytest.mark.parametrize("answer", [None, b"1", [], {}, object(), 10**400, "x" * 10**6, "9" * 50, "\0", float("nan")])
@pytest.mark.parametrize("kind", ["bptt.state", "forward.numbers", "graph.unfold", "bug.find", "code.step"])
def test_no_answer_raises(kind, answer):
    verdict = sr.exercises.make(kind, seed=1).judge(answer)
    assert verdict.status in {"invalid", "wrong"}
    assert verdict.facts["credit"] == 0


def test_an_equation_says_its_last_side():
    """Found by fuzzing, with a sum of one entry and a fraction of a decimal number: each once raised."""
    asked = sr.exercises.make("bptt.state", seed=2, level=2)
    assert asked.judge(rf"\nabla_{{h_\tau}} L = {asked.model_answer}")
    assert asked.judge(r"h_t = h_t").status == "wrong"
    counted = sr.exercises.make("count.operations", seed=2, level=2)
    assert counted.judge("sum(n^2) + n m + q n")
    assert counted.judge(r"\frac 0.5 n").status == "invalid"


def test_one_of_your_own_follows_from_a_node():
    gru = sr.models.gru()
    mine = sr.exercises.custom(gru, of=gru.equations[0].lhs)
    assert sr.exercises.problems(mine, 2, 2) == ()
    assert len(mine.hints) == 3
    with pytest.raises(Undefined, match="a question and an answer"):
        sr.exercises.custom(gru, "What?")
    with pytest.raises(ReadError, match="never closed"):
        sr.exercises.custom(gru, "What?", r"\nabla_{z_t")


def test_code_earns_what_is_right():
    asked = sr.exercises.make("code.check", seed=1)
    net, names = sr.to_numpy(asked.recurrence), asked.parts[0].question

    def backward(params, inputs, boundary):
        loss, grads = net.loss_and_grad(params, inputs, boundary)
        return loss, {name: -g if name == "b" else g for name, g in grads.items()}

    verdict = asked.judge(backward)
    assert "`b`" in names
    assert verdict.status == "wrong"
    assert 0.5 <= verdict.facts["credit"] < 1
    assert asked.judge(net.loss_and_grad).facts["credit"] == 1


def test_a_program_is_run_only_if_that_is_allowed_and_elsewhere():
    """What is handed in as text runs in a process of its own, and what it does there is its own affair."""
    asked = sr.exercises.make("code.step", seed=2, level=3)
    program = asked.model_answer
    assert asked.judge(program).status == "invalid", "not run unless that is said"
    assert sr.exercises.problems(asked, code=True) == (), "the model answer is run"
    broken = program.replace("da.sum(axis=0)", "da.mean(axis=0)")
    assert asked.judge(broken, programs=True).mistakes == ("mean over the batch",)
    for text in ("import os\nos._exit(0)\ndef backward(): pass", "def backward(:", "", "x" * 10**6):
        verdict = asked.judge(text, programs=True)
        assert (verdict.status, verdict.facts["credit"]) == ("invalid", 0), text[:40]


def test_a_chain_is_right_at_every_side():
    """A proof step: the first side that is wrong is named, a chain without steps is not what was asked for."""
    asked = sr.exercises.make("closed.recursion", seed=0, level=3)
    part = asked.parts[2]
    name, first, second, last = part.answer.split(" = ")
    assert asked.judge(part.answer, 3)
    assert asked.judge(f"{first} = {last}", 3)
    assert asked.judge(f"{name} = {last}", 3).mistakes == ("not in the form asked for",)
    wrong = asked.judge(f"{name} = {first} = {second.replace('t-1', 't', 1)} = {last}", 3)
    assert wrong.status == "wrong" and wrong.facts["side"] == 2
    assert "side 2 of 3 is wrong" in wrong.reason


def test_no_variant_is_on_two_levels():
    """The levels ask different things, and no two seeds the same; the benchmarks look at all kinds and 200 seeds."""
    for kind in ("closed.recursion", "count.rtrl", "lstm.carry"):
        assert repeated(kind, 12) == []
    again = [Trial("count.rtrl", 0, 1, ()), Trial("count.rtrl", 1, 2, ())]
    assert trials(["count.rtrl"], 2) == again


def test_trials_go_on_where_they_were(tmp_path):
    kept = tmp_path / "trials.jsonl"
    trials(["count.rtrl"], 2, kept=kept)
    text = kept.read_text(encoding="utf-8")
    first, second = text.splitlines()
    lines = [first.replace("[]", '["what was found"]'), second.replace("1, 2", "1, 3"), '["half a li']
    kept.write_text("\n".join(lines), encoding="utf-8")
    found = trials(["count.rtrl"], 2, kept=kept)
    assert [trial.problems for trial in found] == [("what was found",), ()]


def test_a_frozen_exercise_judges_the_same():
    exercise = sr.exercises.make("bptt.state", seed=3, level=2)
    again = sr.exercises.thawed(exercise.json())
    assert again == exercise
    wrong = exercise.parts[1].answer.replace(r"^\\top", "")
    assert again.judge(wrong, 2).json() == exercise.judge(wrong, 2).json()


def test_what_is_no_exercise_is_refused():
    with pytest.raises(Undefined, match="did you mean"):
        sr.exercises.make("bptt.grad_w")
    with pytest.raises(Undefined, match="level 4"):
        sr.exercises.make("bptt.grad_W", level=4)
    for text in ("", "{}", "[1]", '{"format": 2}', '{"format": 1, "parts": [{"wrong": 1}]}'):
        with pytest.raises(ReadError):
            sr.exercises.thawed(text)
    good = json.loads(sr.exercises.make("bptt.grad_W").json())
    (part,) = good["parts"]
    for change in ({"format": "1"}, {"level": "1"}, {"statement": None}, {"parts": []}, {"later": 1}):
        with pytest.raises(ReadError):
            sr.exercises.thawed(json.dumps(good | change))
    for change in ({"kind": "essay"}, {"answer": 3}, {"points": "4"}, {"later": ""}):
        with pytest.raises(ReadError):
            sr.exercises.thawed(json.dumps(good | {"parts": [part | change]}))
