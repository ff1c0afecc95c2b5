"""A class of a thousand answers: how long it takes, each student with variants of their own, wrong ones diagnosed."""

import os
import random
import resource
import time

from symrnn.exercises import sheet
from symrnn.exercises.class_answers import Task
from symrnn.exercises.grading import grade
from symrnn.exercises.marking import CODE, FORMULA, NUMBER
from symrnn.exercises.marks import mark

KINDS = ["unfold.classical", "forward.numbers"]
KINDS += [("bptt.state", 2), ("bptt.grad_W", 3), ("bptt.copies", 2), ("lstm.step", 2)]
STUDENTS, LIMIT = 100, 30.0  # seconds for a thousand answers


def spoiled(answer: str, kind: str, random_: random.Random) -> str:
    """A wrong answer, or the right one written differently."""
    if kind == NUMBER:
        return f"{float(answer) + random_.choice([0, 0.1]):.4f}"
    if kind != FORMULA:
        return answer
    made = [rf"\left({answer}\right)", f"-({answer})", answer.replace(r"^\top", ""), answer.replace("t+1", "t")]
    return random_.choice([answer, answer, *made, answer.split(" + ")[0], "x_{"])


def the_class() -> list[Task]:
    random_, tasks = random.Random(1), []
    for i in range(STUDENTS):
        own = sheet(KINDS, seed=2026, student=f"Student {i}")
        for number, x in enumerate(own.exercises, 1):
            answers = {j: spoiled(p.answer, p.kind, random_) for j, p in enumerate(x.parts, 1) if p.kind != CODE}
            tasks.append(Task(f"Student {i}", "", str(number), x, answers))
    return tasks


def _work() -> float:
    """Seconds of CPU of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_right_answers_are_right():
    for task in the_class()[:60]:
        right = {j: p.answer for j, p in enumerate(task.exercise.parts, 1)}
        assert all(m.status == "right" for m in mark(task.exercise, right)), task


def test_a_thousand_answers():
    tasks = the_class()
    count = sum(len(task.answers) for task in tasks)
    cpu = time.process_time()
    slowest = 0.0
    for task in tasks[:120]:
        start = time.process_time()
        mark(task.exercise, task.answers)
        slowest = max(slowest, (time.process_time() - start) / len(task.answers))
    each = (time.process_time() - cpu) / sum(len(task.answers) for task in tasks[:120])
    jobs, began, before = os.cpu_count() or 1, time.perf_counter(), _work()
    marks = grade(tasks, jobs=jobs)
    wall, work = time.perf_counter() - began, _work() - before
    print(f"{count} answers in {wall:.1f} s by {jobs} processes, {work:.1f} s of CPU")
    print(f"{1000 * each:.0f} ms of CPU an answer, at worst {1000 * slowest:.0f} ms")
    assert count >= 1000
    assert sum(m.status == "wrong" for found in marks for m in found) > 200
    assert not any(m.status == "undecided" for found in marks for m in found)
    assert work / jobs < LIMIT, "on cores of its own"
