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

# Code is an answer, too: a function, or the text of a program, which is run only when it is asked for.
asked = sr.exercises.make("code.sequence", seed=1)
print(asked.parts[0].question)
assert asked.judge(asked.model_answer, programs=True)
found = asked.judge(asked.model_answer.replace("da @ W.T", "da @ W"), programs=True)
print(found.status, found.mistakes, "credit", found.facts["credit"])
assert found.status == "wrong" and "missing transpose" in found.mistakes
