"""Every kind of exercise accepts its model answer, which the model itself confirms, and names a mistake."""

import pytest

import symrnn as sr
from symrnn.errors import ReadError, Undefined
from symrnn.exercises.marking import CODE, FORMULA

KINDS = sr.exercises.kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_model_answers_are_accepted_and_a_sign_is_named(kind):
    level = 1 + KINDS.index(kind) % 3
    exercise = sr.exercises.make(kind, seed=5, level=level)
    for number, part in enumerate(exercise.parts, 1):
        if part.kind == CODE:
            assert exercise.judge(sr.to_numpy(exercise.recurrence).loss_and_grad, number)
            continue
        assert exercise.judge(part.answer, number), (part.question, part.answer)
        if part.kind == FORMULA:
            wrong = exercise.judge(f"-({part.answer})", number)
            assert wrong.status == "wrong"
            assert "sign" in wrong.mistakes
            assert wrong.facts["credit"] < 1
        if part.witness:
            found = sr.judge(part.answer, part.witness, model=exercise.recurrence, where=part.where)
            assert found, (part.answer, part.witness)


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
