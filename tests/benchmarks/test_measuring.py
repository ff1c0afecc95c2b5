"""What measures is tested too, without a clock: wrong results are refused, slow ones are given up."""

import itertools
import json
import math

import pytest

from benchmarks.measuring import Recorder, Row, Table, WrongResult, contest, readable


def error(result):
    return abs(result - 1) if result is not None else math.nan


def busy():
    while True:
        pass


def deep():
    return deep()


def test_a_wrong_result_is_not_timed():
    calls = []
    runs = {"right": lambda: calls.append(1) or 1.0, "wrong": lambda: 1.001}
    with pytest.raises(WrongResult, match="wrong"):
        contest("wrong", runs, error)
    assert len(calls) == 1


def test_a_result_that_is_not_a_number_is_not_timed():
    with pytest.raises(WrongResult):
        contest("none", {"none": lambda: None}, error)


def test_rivals_take_turns_and_those_without_an_answer_have_no_time():
    order = []
    runs = {name: lambda name=name: order.append(name) or 1.0 for name in "ab"} | {"busy": busy, "deep": deep}
    table = contest("turns", runs, error, limit=0.5, budget=0.1)
    assert table["busy"].absent == "over 0.5 s" and table["deep"].absent == "recursion limit"
    assert table.ratio("busy", "a") == math.inf and table.ratio("a", "a") == 1
    assert table["a"].rounds == table["b"].rounds >= 5
    changes = sum(x != y for x, y in itertools.pairwise(order))
    assert changes >= 2 * table["a"].rounds


def test_tables_are_kept(tmp_path):
    recorder = Recorder(tmp_path / "kept", "name")
    recorder(Table("what", (Row("a", 0.002, 0.001, 5, 1e-16), Row("b", absent="over 20 s")), {"numpy": "2"}))
    recorder.save()
    assert "| a | 2 ms | 1 | 1e-16 |" in (tmp_path / "kept" / "name.md").read_text()
    data = json.loads((tmp_path / "kept" / "name.json").read_text())
    assert data["machine"]["numpy"] == "2" and data["tables"][0]["rows"][1]["absent"] == "over 20 s"


@pytest.mark.parametrize("value, text", [(1.5, "1.5 s"), (0.145, "145 ms"), (3.4e-3, "3.4 ms"), (5e-7, "0.5 µs")])
def test_readable(value, text):
    assert readable(value) == text
