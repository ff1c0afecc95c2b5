"""The comparison of a wheel with the repository catches what is missing and what is too much."""

from house.wheel import RECORD, differences

FILES = ["README.md", "symrnn/__init__.py", "symrnn/py.typed", "symrnn/model/grammar.lark"]
WHEEL = [*FILES[1:], *(f"symrnn-1.dist-info/{name}" for name in RECORD)]


def test_same():
    assert not differences(WHEEL, FILES)


def test_missing_data():
    assert differences(set(WHEEL) - {"symrnn/py.typed"}, FILES) == ["missing: symrnn/py.typed"]
    assert differences(set(WHEEL) - {"symrnn-1.dist-info/entry_points.txt"}, FILES) == ["missing: entry_points.txt"]


def test_too_much():
    assert differences([*WHEEL, "tests/conftest.py"], FILES) == ["too much: tests/conftest.py"]
