"""Three students, one sheet: what they typed, what it was read as, and which mistake it is."""

from symrnn import exercises
from symrnn.exercises.class_answers import read_answers
from symrnn.exercises.grading import grade

sheet = exercises.sheet(["bptt.copies", "forward.numbers"], title="Sheet 5", seed=11)
term, whole = (part.answer for part in sheet.exercises[0].parts)
lines = ["student,question,answer", f'Ada,1a,"{term}"', f'Ada,1b,"{whole}"', f'Bob,1a,"-({term})"']
lines.append(f'Bob,1b,"{whole.replace(term, f"(-({term}))")}"')  # wrong, but it follows from his own answer
lines += ["Cy,1a,x_{", "Cy,2a,0.25"]

tasks = read_answers("\n".join(lines), [sheet])
for task, marks in zip(tasks, grade(tasks), strict=True):
    for m in marks:
        print(f"{task.student} {task.number}.{m.part}: {m.status}, {m.points:g} of {m.of:g}  {m.mistake} {m.message}")
assert [m.status for m in grade(tasks)[1]] == ["wrong", "followed"]
