"""Practising alone: what is read is echoed, mistakes are named, hints come in order, progress is kept."""

import io
from pathlib import Path

import pytest

from symrnn.calculus.verdict import Verdict
from symrnn.cli import main
from symrnn.errors import ReadError, Undefined
from symrnn.exercises import make
from symrnn.exercises.practice import Progress, Record, Session, own_file


def talk(kind: str, lines: list[str], progress: Progress, level: int | None = None) -> tuple[Record, str]:
    """A session with these lines typed."""
    said: list[str] = []
    typed = iter(lines)

    def ask(prompt: str) -> str | None:
        said.append(prompt)
        return next(typed, None)

    record = Session(kind, ask, said.append, progress, level).run()
    return record, "\n".join(said)


def test_a_conversation() -> None:
    exercise = make("bptt.grad_W", seed=1)
    right = exercise.model_answer
    record, said = talk("bptt.grad_W", ["?", "?", "=", f"-({right})", "x_{", right], Progress())
    assert (record.right, record.wrong, record.hints, record.seed) == (0, 1, 2, 2)
    assert exercise.parts[0].hints[0] in said
    assert "sign: The sign is wrong." in said
    assert "a n x m matrix" in said or "a n x n matrix" in said
    assert "never closed" in said
    assert "    right" in said
    assert right not in said


def test_only_what_is_answered_leads_to_the_next_level() -> None:
    """Skipped exercises once did; a question for a hint where there is none is no hint."""
    record, said = talk("graph.fold", ["", ""] * 3 + ["", "=", "?", "?", "?", "?", "", "q"], Progress())
    assert (record.seed, record.level, record.row, record.right, record.hints) == (5, 1, 0, 0, 3)
    assert "a number, such as" in said
    assert "no more hints" in said


def test_progress_is_kept_and_levels_are_reached(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "progress.json"
    answers = [make("bptt.grad_b", seed=i).model_answer for i in (1, 2, 3)]
    record, said = talk("bptt.grad_b", answers, Progress.load(file))
    assert (record.right, record.level, record.seed) == (3, 2, 4)
    assert "on to level 2" in said
    again, _ = talk("bptt.grad_b", ["!", "q"], Progress.load(file))
    assert (again.right, again.hints, again.seed) == (3, 1, 5)
    assert Progress.load(file).kinds["bptt.grad_b"] == again


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "thesis.json"
    for text in ("{}", "not json", '{"progress": 9, "kinds": {}}'):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ReadError):
            Progress.load(file)
        assert file.read_text(encoding="utf-8") == text
    assert own_file({"XDG_DATA_HOME": "/data"}) == Path("/data/symrnn/progress.json")


def test_code_is_in_a_file_and_choices_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, judged = tmp_path / "backward.py", list[str]()
    file.write_text("def backward(): pass", encoding="utf-8")

    def judge(exercise: object, part: object, text: str) -> Verdict:
        judged.append(text)
        return Verdict("wrong", "", "the shapes differ", facts={"credit": 0.0})

    monkeypatch.setattr("symrnn.exercises.exercise.mark_program", judge)
    record, said = talk("code.step", [str(tmp_path / "no.py"), str(file), "!", "q"], Progress())
    assert judged == ["def backward(): pass"]
    assert record.wrong == 1
    assert "there is no file" in said
    assert "da.sum(axis=0)" in said
    assert "    b: " in talk("bug.find", ["q"], Progress())[1]
    with pytest.raises(Undefined):
        talk("bptt.grad_w", [], Progress())


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    right = make("bptt.grad_V", seed=1).model_answer
    monkeypatch.setattr("sys.stdin", io.StringIO(f"?\n{right}\nq\n"))
    assert main(["practice", "bptt.grad_V", "--progress", str(tmp_path / "p.json")]) == 0
    said = capsys.readouterr().out
    assert "right" in said
    assert "kept in" in said
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["practice", "bptt.grad_V", "--no-progress"]) == 0
