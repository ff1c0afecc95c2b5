"""Every text in `bad_files.txt` is refused at its place, in its words; and the message is laid out as promised."""

import pickle
import re
from pathlib import Path

import pytest

import symrnn as sr

TABLE = Path(__file__).with_name("bad_files.txt").read_text(encoding="utf-8")
CASE = re.compile(
    r"^=== (?P<name>.+)\n(?P<text>(?s:.*?))\n"
    r"--- (?P<line>\d+):(?P<column>\d+) (?P<what>.+)(?:\n\+\+\+ (?P<repair>.+))?$",
    re.MULTILINE,
)
CASES = {match["name"]: match for match in CASE.finditer(TABLE)}


def seen(text):
    return re.sub(r"<U\+([0-9A-F]{4,6})>", lambda match: chr(int(match[1], 16)), text)


def shown(text):
    return "".join(c if c == "\n" or c.isprintable() else f"<U+{ord(c):04X}>" for c in text)


def test_the_table_is_read_whole():
    assert len(CASES) == TABLE.count("\n=== ") >= 60


@pytest.mark.parametrize("name", CASES)
def test_refused_at_its_place(name):
    case = CASES[name]
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model(seen(case["text"]) + ("" if "=" in case["text"] else "\n"))
    error = caught.value
    assert (error.line, error.column) == (int(case["line"]), int(case["column"]))
    assert shown(error.what) == case["what"]
    if case["repair"]:
        assert error.repair == case["repair"]


def test_the_message_shows_the_line_a_caret_and_the_repair():
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model("h: n\nh[t] = tahn(W h[t-1])")
    assert str(caught.value).splitlines() == [
        "tahn is not a known function; did you mean tanh?",
        "  where:   line 2, column 8",
        "           h[t] = tahn(W h[t-1])",
        "                  ^",
        "  repair:  declare  function tahn: n;  for a product leave a space:  tahn (...)",
    ]


def test_the_law_of_an_object_is_kept():
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model("h: n; x: m\nU: m x n\nh[t] = U x[t]")
    with pytest.raises(sr.ShapeError) as original:
        n, m = sr.dims("n m")
        sr.Parameter("U", m, n) @ sr.Sequence("x", m)[sr.t]
    assert (caught.value.what, caught.value.law) == (original.value.what, original.value.law)


def test_both_places_of_a_fault_between_equations_are_shown():
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model("h: n\nh[t] = W h[t-1]\n\nh[t] = R h[t-1]")
    assert caught.value.line == 4
    assert "line 2: h[t] = W h[t-1]" in str(caught.value)


def test_a_long_line_is_cut_around_the_place():
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model("h: n\nh[t] = " + "h[t-1] + " * 100 + "?")
    where = str(caught.value).splitlines()
    assert max(map(len, where)) < 130
    assert where[2][where[3].index("^")] == "?"


def test_a_file_is_named(tmp_path):
    path = tmp_path / "cell.rnn"
    path.write_text("h: n\nh[t] = W h[t-1", encoding="utf-8")
    with pytest.raises(sr.ReadError, match=r"cell\.rnn, line 2, column 11"):
        sr.read_model(path)
    with pytest.raises(sr.ReadError, match="there is no file"):
        sr.read_model(str(tmp_path / "other.rnn"))
    with pytest.raises(sr.ReadError, match="there is no file"):
        sr.read_model(tmp_path)
    path.write_bytes(b"h: n\nh[t] = \xff")
    with pytest.raises(sr.ReadError, match="not UTF-8") as caught:
        sr.read_model(path)
    assert (caught.value.line, caught.value.column) == (2, 8)


def test_an_error_survives_pickling():
    with pytest.raises(sr.ReadError) as caught:
        sr.read_model("h: n")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
