"""What fuzzing has found in the reader: long repetitions, which once took long or were answered at length."""

import pytest

import symrnn as sr
from formula.corpus import CONTEXTS
from symrnn.errors import ReadError
from symrnn.model.formula import marks
from symrnn.model.reading import names


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("wu" * 879 + "w", "undeclared"),
        ("½" * 3999 + "w", "limit"),
        ("e^" * 1999 + "w", "limit"),
        ("9**" * 1300 + "w", "limit"),
        ("." * 3999, "unsupported"),
        ("$" * 4000, "syntax"),
    ],
    ids=lambda text: text[:6],
)
def test_repetitions_are_refused_briefly(text, kind):
    with pytest.raises(ReadError) as refused:
        sr.read(text, CONTEXTS["multi"])
    assert refused.value.kind == kind
    assert len(str(refused.value)) < 1000


def test_a_long_name_is_compared_with_none(monkeypatch):
    """A name of a thousand letters is no misspelled one: comparing it takes time with the square of its length."""
    monkeypatch.setattr(names, "SequenceMatcher", lambda *args: pytest.fail("compared"))
    assert names.did_you_mean("tanh" * 500, ["tanh"]) == ""


def test_words_are_counted_as_they_are_made(monkeypatch):
    """The bound stops the reading, not only what comes of it."""
    made = []
    put = marks.Marker.put
    monkeypatch.setattr(marks.Marker, "put", lambda self, *args: (made.append(1), put(self, *args)))
    with pytest.raises(ReadError):
        sr.read("½" * 3999, CONTEXTS["multi"])
    assert len(made) < 9_000


def test_long_chains_are_still_read():
    assert len(sr.read("w+" * 1999 + "w", CONTEXTS["scalar"]).term.parts) == 2000
