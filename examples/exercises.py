"""An exercise by kind and seed, one of your own from any model, and what is said about an answer."""

import symrnn as sr

exercise = sr.exercises.make("bptt.state", seed=3, level=2)
print(exercise.statement)
for number, part in enumerate(exercise.parts, 1):
    print(f"({number}) {part.question}  [{part.points:g} points]")
    for hint in part.hints:
        print("    hint:", hint)

wrong = exercise.parts[1].answer.replace(r"^\top", "", 1)  # the first transpose is missing
verdict = exercise.judge(wrong, part=2)
print(verdict.status, verdict.mistakes, "credit", verdict.facts["credit"])
assert verdict.mistakes == ("missing transpose",)

# One of your own, from any model: the gradient by a node is asked for, and the package derives the answer.
gru = sr.models.gru()
z = gru.equations[0].lhs
mine = sr.exercises.custom(gru, of=z)
print(mine.parts[0].question, "  answer:", mine.model_answer)
assert not sr.exercises.problems(mine)
assert mine.judge(r"(\tilde h_t - h_{t-1}) \odot \nabla_{h_t} L")

# Code is an answer, too.
asked = sr.exercises.make("code.sequence", seed=1)
net = sr.to_numpy(asked.recurrence)


def backward(params, inputs, boundary):
    loss, grads = net.loss_and_grad(params, inputs, boundary)
    return loss, {name: -g if g.ndim == 1 else g for name, g in grads.items()}


found = asked.judge(backward)
print(found.status, found.mistakes, "credit", found.facts["credit"])
assert found.status == "wrong"
