"""A class: marks with named mistakes and follow-through, hostile rows, resuming, processes, and a frozen exam."""

import contextlib
import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symrnn.calculus.verdict import Verdict
from symrnn.cli import main
from symrnn.commands.arguments import text_of
from symrnn.errors import ReadError, Undefined
from symrnn.exercises import grading, make, read_sheets, sheet
from symrnn.exercises.class_answers import Task, read_answers, write_marks, write_totals
from symrnn.exercises.exam import Question, equal_variants, exam, profile, read_exam
from symrnn.exercises.grading import grade
from symrnn.exercises.marks import Mark, mark
from symrnn.exercises.own import read_own

FROZEN = Path(__file__).parent / "frozen"
HOSTILE = [
    "9^{9^{9}}",
    '__import__("os")',
    "(" * 10**6,
    "a\0b",
    "\u202ex",
    "x" * 10**6,
    "=cmd|' /C calc'!A0",
    "\\input{x}",
]


def frozen(name: str) -> str:
    return (FROZEN / name).read_text(encoding="utf-8")


@cache
def graded() -> tuple[list[Task], list[list[Mark]]]:
    return of_the_class(), grade(of_the_class())


@cache
def of_the_class() -> list[Task]:
    return read_answers(frozen("answers.csv"), read_sheets(frozen("key.json")))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_frozen_exam_is_graded_as_it_was() -> None:
    kept = ("student", "variant", "exercise", "part", "status", "points", "of", "mistake")
    now = [[row[x] for x in kept] for row in rows(write_marks(*graded()))]
    assert now == [[row[x] for x in kept] for row in rows(frozen("graded.csv"))]
    assert write_totals(*graded(), read_sheets(frozen("key.json"))) == frozen("totals.csv")


def test_a_frozen_exam_is_graded_from_its_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made again: what the file says is right is right, though no kind would make it."""
    key = json.loads(frozen("key.json"))
    part = key["sheets"][0]["exercises"][0]["parts"][0]
    was, part["answer"] = part["answer"], f"7 ({part['answer']})"
    for name in ("making.make", "making.kind_of", "exam.make", "sheets.make", "class_answers.make"):
        monkeypatch.setattr(f"symrnn.exercises.{name}", None)
    tasks = [
        Task("Ada", "A", "1", sheets[0].exercises[0], {1: answer})
        for sheets in (read_sheets(json.dumps(key)), read_sheets(frozen("key.json")))
        for answer in (was, f"7 ({was})")
    ]
    assert [found[0].status for found in grade(tasks)] == ["wrong", "right", "right", "wrong"]


def test_what_follows_from_a_wrong_answer_earns_its_points() -> None:
    exercise = make("bptt.copies", seed=5, level=2)
    term, whole = (p.answer for p in exercise.parts)
    wrong = f"-({term})"
    follows = whole.replace(term, f"({wrong})")
    assert [m.status for m in mark(exercise, {1: wrong, 2: follows})] == ["wrong", "followed"]
    assert [m.status for m in mark(exercise, {1: term, 2: follows})] == ["right", "wrong"], "only after a wrong one"
    assert [m.status for m in mark(exercise, {1: wrong, 2: whole})] == ["wrong", "right"]
    other = whole.replace(term, f"({term}) + ({term})")
    assert [m.status for m in mark(exercise, {1: wrong, 2: other})] == ["wrong", "wrong"]


def test_what_follows_may_stand_at_another_time() -> None:
    """The gradient by o(t) comes in at tau in that by h(tau); what is computed from it by a chain follows, too."""
    exercise = make("bptt.logits", seed=4, level=2)
    local, back = (p.answer for p in exercise.parts)
    right = back[back.index(r"\left(") + 6 : back.rindex(r"\right)")]
    for what, status in (("-", "followed"), ("2 ", "wrong")):
        found = mark(exercise, {1: f"-({local})", 2: back.replace(right, f"{what}({right})")})
        assert [m.status for m in found] == ["wrong", status]


FOLLOWING = [
    ("linear.scalar", 1, ["12 w^3 s_0", "36 w^2 s_0", "12 w^3"], "wrong followed followed"),
    ("linear.scalar", 1, ["12 w^3 s_0", "36 w^3 s_0", "24 w^3"], "wrong wrong wrong"),
    ("linear.scalar", 2, ["0", "0", "0"], "wrong wrong wrong"),
    ("bptt.truncated", 3, ["f'(a_5) x_5", "{1} - f'(a_5) x_5 + {2}"], "wrong followed"),
    ("bptt.truncated", 3, ["f'(a_5) x_5", "{1} + {2}"], "wrong wrong"),
    ("rtrl.recursion", 3, [r"x_t + r \frac{{d h_{{t-1}}}}{{d u}}", "x_1", "x_2 + r x_1"], "wrong followed followed"),
    ("rtrl.recursion", 3, ["{1}", "x_1", "f'(a_2) (x_2 + r x_1)"], "right wrong followed"),
    ("bptt.components", 3, ["-({1})", "{2}", "-({1}) - {2}"], "wrong right followed"),
    ("count.rtrl", 3, ["n^4", "n^5", "n^2"], "wrong followed wrong"),
]


@pytest.mark.parametrize(("kind", "level", "answers", "statuses"), FOLLOWING)
def test_a_part_is_judged_by_what_was_answered_before(kind: str, level: int, answers: list[str], statuses: str) -> None:
    """By a formula of the part: a derivative, a difference, the same at another time, a product."""
    exercise = make(kind, seed=11, level=level)
    right = ["", *(p.answer for p in exercise.parts)]
    given = {i: text.format(*right) if "{" in text else text for i, text in enumerate(answers, 1)}
    marks = mark(exercise, given)
    assert [m.status for m in marks] == statuses.split()
    assert all(m.points == m.of for m in marks if m.status == "followed")


def test_numbers_follow_too() -> None:
    exercise = make("ordered.derivatives", seed=3, level=2)
    first, second = (float(p.answer) for p in exercise.parts[:2])
    found = mark(exercise, {1: f"{first + 1:g}", 2: f"{second + 1:g}", 3: "0"})
    assert [m.status for m in found] == ["wrong", "followed", "wrong"]
    assert found[1].points == found[1].of


def test_one_bad_answer_never_stops_the_rest() -> None:
    exercise = make("bptt.grad_W")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["student", "question", "answer"])
    writer.writerows([f"S{i}", "1a", answer] for i, answer in enumerate(HOSTILE))
    writer.writerows([["Ada", "1a", exercise.model_answer], ["Bob", "7", "x"], ["Cy", "1z", "x"], ["Di", "?", "x"]])
    tasks = read_answers(text.getvalue(), [sheet(["bptt.grad_W"])])
    marks = grade(tasks)
    found = {task.student: m[0] for task, m in zip(tasks, marks, strict=True)}
    assert all(found[f"S{i}"].status in {"invalid", "wrong"} for i in range(len(HOSTILE)))
    assert [found[x].status for x in ("Bob", "Cy", "Di")] == ["invalid"] * 3
    assert "no exercise" in found["Bob"].message
    assert not any(row["student"][:1] in "=@+" for row in rows(write_marks(tasks, marks)))


def test_an_error_while_judging_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(exercise: Any, answers: Any, programs: bool) -> Any:
        raise MemoryError

    monkeypatch.setattr(grading, "mark", broken)
    grading._mark.cache_clear()
    marks = grade(of_the_class()[:2])
    grading._mark.cache_clear()
    assert {m.status for found in marks for m in found} == {"undecided"}
    assert "MemoryError" in marks[0][0].message


def test_programs_are_run_only_if_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are undecided otherwise, and what was marked without them is not taken for what is marked with them."""
    asked = make("code.step", seed=1)
    tasks = [Task("Ada", "", "1", asked, {1: asked.model_answer})]
    assert grade(tasks)[0][0].status == "undecided"
    monkeypatch.setattr("symrnn.exercises.exercise.mark_program", lambda x, part, text: Verdict("right", ""))
    assert grade(tasks, programs=True)[0][0] == Mark(1, "right", 5.0, 5.0)
    assert grading._digest(tasks, True) != grading._digest(tasks, False)


def test_too_long_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(exercise: Any, answers: Any, programs: bool) -> Any:
        while True:
            with contextlib.suppress(Exception):  # the clock's is no ordinary error
                sum(range(1000))

    monkeypatch.setattr(grading, "mark", slow)
    monkeypatch.setattr(grading, "SECONDS", 0.05)
    grading._mark.cache_clear()
    marks = grade(of_the_class()[:1])
    grading._mark.cache_clear()
    assert marks[0][0].status == "undecided"
    assert "0.05 seconds" in marks[0][0].message


def test_an_interrupted_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks, whole = graded()
    kept, calls = tmp_path / "kept", []

    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade(tasks, progress=stop, resume=kept)
    kept.write_text(kept.read_text(encoding="utf-8") + '[7, [{"par', encoding="utf-8")  # it was cut off while writing
    assert grade(tasks, progress=lambda done, total: calls.append(done), resume=kept) == whole
    assert calls[0] == 6
    assert len(calls) == len(tasks) - 5
    other = [Task(t.student, t.variant, t.number, t.exercise, {1: "x"}) for t in tasks[:3]]
    assert grade(other, resume=kept) != whole[:3], "marks of other answers are not taken for theirs"


def test_processes_give_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, totals = tmp_path / "graded.csv", tmp_path / "totals.csv"
    few = "".join(frozen("answers.csv").splitlines(keepends=True)[:20])
    (tmp_path / "answers.csv").write_text(few, encoding="utf-8")
    command = ["grade", str(tmp_path / "answers.csv"), "--key", str(FROZEN / "key.json"), "-o", str(out)]
    assert main([*command, "--totals", str(totals), "--jobs", "2"]) == 0
    found, kept = (list(csv.reader(io.StringIO(x))) for x in (out.read_text(encoding="utf-8"), frozen("graded.csv")))
    assert len(found) > 15 and [row[:8] for row in found[:15]] == [row[:8] for row in kept[:15]]  # up to the mistake
    assert "Ada A,A,20,20" in totals.read_text(encoding="utf-8")
    assert "19 answers" in capsys.readouterr().out
    assert sorted(x.name for x in tmp_path.iterdir()) == ["answers.csv", "graded.csv", "totals.csv"]


def test_files_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other, table = tmp_path / "latin.csv", FROZEN / "answers.csv"
    twice = tmp_path / "names.txt"
    twice.write_text("Bob\nbob\n", encoding="utf-8")
    names = ["exercise", "sheet", "bptt.state", "--students", str(FROZEN / "totals.csv"), "-o", str(tmp_path / "class")]
    other.write_bytes("student,question,answer\nJürgen,1a,x\n".encode("latin-1"))
    for command in (
        ["grade", str(other), "--key", str(FROZEN / "key.json")],
        ["grade", str(table), "--key", str(other)],
        ["grade", str(table), "--key", str(FROZEN / "exam.toml")],
        ["grade", str(table)],
        ["grade", str(tmp_path / "no.csv")],
        ["grade", str(table), "--key", str(FROZEN / "key.json"), "-o", str(tmp_path / "no" / "x.csv")],
        ["grade", str(table), "--key", str(FROZEN / "key.json"), "-o", str(other), "--totals", str(tmp_path)],
        ["exam", str(FROZEN / "exam.toml"), "-o", str(tmp_path / "exam"), "--format", "doc"],
        ["exam", str(FROZEN / "exam.toml"), "-o", str(other), "--format", "md"],
        ["exam", str(FROZEN / "exam.toml"), "-o", str(tmp_path / "exam"), "--language", "fr"],
        ["exam", str(other), "-o", str(tmp_path / "exam")],
        [*names, "--language", "fr"],
        [*names, "--format", "doc"],
        ["exercise", "sheet", "bptt.state", "--students", str(other), "-o", str(tmp_path / "class")],
        ["exercise", "sheet", "bptt.state", "--students", str(twice), "-o", str(tmp_path / "class")],
    ):
        assert main(command) == 2, command
        assert capsys.readouterr().err.startswith("symrnn: ")
    assert sorted(x.name for x in tmp_path.iterdir()) == ["latin.csv", "names.txt"], "nothing half-written"


def test_rows_by_kind_need_no_key() -> None:
    answer = make("bptt.grad_W", seed=7, level=2).model_answer
    text = f'Kind,Seed,Level,Part,Answer\nbptt.grad_W,7,2,1,"{answer}"\nbptt.grad_w,7,2,1,x\nbptt.grad_W,-1,2,1,x\n'
    tasks = read_answers(text)
    assert [m[0].status for m in grade(tasks)] == ["right", "invalid", "invalid"]
    assert "did you mean" in tasks[1].fault
    for bad in ("", "student,answer\n", "question,text\n1a,x\n", "student,question,answer\nAda,1,x\n"):
        with pytest.raises(ReadError):
            read_answers(bad)
    with pytest.raises(ReadError, match="name, aufgabe"):
        read_answers("name,aufgabe\n", [sheet(["bptt.grad_W"])])


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffStudent;Question;Answer\r\nÉva;1a;0,5\r\n",
        "sep=;\r\nstudent;question;answer\r\nÉva;Q1;0,5\r\n",
        'student\tquestion\tanswer\nÉva\tAufgabe 1 (a)\t"0,5"\n',
        'student,question,answer\n"Éva",1.1,"0,5"\n',
    ],
)
def test_tables_as_spreadsheets_write_them(text: str, tmp_path: Path) -> None:
    """Commas, semicolons or tabs; with a byte-order mark, in UTF-8 or UTF-16."""
    for encoding in ("utf-8", "utf-16"):
        (tmp_path / "x.csv").write_bytes(text.encode(encoding))
        (task,) = read_answers(text_of(tmp_path / "x.csv"), [sheet(["forward.numbers"])])
        assert (task.student, task.number, task.answers) == ("Éva", "1", {1: "0,5"})


def test_of_two_answers_the_later_one_counts() -> None:
    text = "student,question,answer\nAda,1,x\nAda,1,y\nAda,1,\n"
    assert read_answers(text, [sheet(["bptt.grad_W"])])[0].answers == {1: "y"}
    nameless = read_answers(text.replace("Ada", ""), [sheet(["bptt.grad_W"])])
    assert [task.answers for task in nameless] == [{1: "x"}, {1: "y"}, {1: ""}]


SHORT = """title = "Midterm"
[[exercise]]
kind = "bptt.state"
level = 2
points = 8
[[exercise]]
kind = "graph.unfold"
"""


def test_variants_are_equally_hard_and_different(monkeypatch: pytest.MonkeyPatch) -> None:
    made = exam(SHORT, variants=3, seed=2026)
    assert [x.variant for x in made.variants] == ["A", "B", "C"]
    (points,) = {x.points for x in made.variants}
    assert points > 8
    for column in zip(*(x.exercises for x in made.variants), strict=True):
        assert len({x.identity for x in column}) == 3
        assert len({profile(x) for x in column}) == 1
    short = '[[exercise]]\nkind = "count.rtrl"'
    keys = [exam(short, variants=2, seed=seed).key() for seed in (2026, 2026, 2027)]
    assert keys[0] == keys[1] != keys[2]
    monkeypatch.setattr("symrnn.exercises.exam.TRIES", 12)
    with pytest.raises(Undefined, match="variants of equal difficulty"):
        equal_variants(Question("count.rtrl", 1), 13, 0)


@pytest.mark.parametrize(
    "text", ["", "title = 3", "[[exercise]]", '[[exercise]]\nkind = "x"\nlevel = "2"', "x = 1", "[[", "exercise = 3"]
)
def test_what_is_no_exam_is_refused(text: str) -> None:
    with pytest.raises(ReadError):
        read_exam(text)


def test_the_exam_command(tmp_path: Path) -> None:
    (tmp_path / "exam.toml").write_text(SHORT, encoding="utf-8")
    command = ["exam", str(tmp_path / "exam.toml"), "--variants", "2", "--seed", "2026", "-o", str(tmp_path / "exam")]
    assert main([*command, "--format", ".md"]) == 0
    papers = {"variant-A.md", "variant-A-solutions.md", "variant-B.md", "variant-B-solutions.md", "marking-scheme.md"}
    assert {x.name for x in (tmp_path / "exam").iterdir()} == papers | {"key.json", "answers.csv"}
    scheme = (tmp_path / "exam/marking-scheme.md").read_text(encoding="utf-8")
    assert "missing transpose" in scheme
    assert json.loads((tmp_path / "exam/key.json").read_text(encoding="utf-8"))["key"] == 1


@pytest.mark.tex
def test_the_scheme_compiles(pdflatex: Any) -> None:
    pdflatex(exam(frozen("exam.toml"), 2, 2026).scheme().render(".tex"))


OWN = r"""
title = "Mixed"
[[exercise]]
kind = "count.rtrl"
[[exercise]]
model = "scalar"
of = ["s[t]", "w"]
points = 4
[[exercise]]
title = "Leaky"
model = "h: n; x: n; W: n x n\nh[t] = tanh(W h[t-1] + x[t])\nloss = sum_t sum(h[t] * h[t])"
[[exercise.part]]
question = "Give $h_t$."
answer = 'tanh(W h_{t-1} + x_t)'
hints = ["one", "two", "three"]
[[exercise.part]]
question = "Give $h_{t+1}$."
answer = 'tanh(W h_t + x_{t+1})'
where = "1 <= t < tau"
"""


def test_exercises_of_ones_own_are_data() -> None:
    """Kinds and one's own on one exam; of several nodes the variants have one each; sheets take the file, too."""
    made = exam(OWN, variants=3)
    asked = [[x.parts[0].question for x in v.exercises] for v in made.variants]
    assert asked[0][1] == asked[2][1] != asked[1][1]
    assert "s_{t}" in asked[0][1]
    leaky = made.variants[0].exercises[2]
    assert (leaky.title, leaky.points, leaky.parts[0].hints) == ("Leaky", 4.0, ("one", "two", "three"))
    assert leaky.judge(r"\tanh(x_{t+1} + W h_t)", 2)
    assert read_sheets(made.key()) == made.variants
    assert len(read_own(OWN.replace('[[exercise]]\nkind = "count.rtrl"', ""))) == 3
    head = '[[exercise]]\nmodel = "scalar"\n'
    for wrong in (
        "of = 3",
        'of = "q[t]"',
        'of = "s[t]"\nrun = "x"',
        'question = "?"',
        'question = "?"\nanswer = "x_{"',
    ):
        with pytest.raises((ReadError, Undefined)):
            exam(head + wrong)
    with pytest.raises((ReadError, Undefined)):
        read_own("[[exercise]]\nmodel = 'x = __import__(1)'\nof = 'x'")
