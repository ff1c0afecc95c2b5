"""What people type is read as they mean it, or refused for the right reason; what was read can be read again."""

import random
from functools import cache

import pytest
import sympy

import symrnn as sr
from formula.corpus import CONTEXTS, canonical, rows
from formula.styles import STYLES, Writer, formula, prefix
from symrnn.errors import ReadError, ShapeError, Unsupported
from symrnn.model.formula.term import sexpr

DISPLAYED = rows("displayed.tsv")
SAMPLES = rows("readings.tsv") + rows("spellings.tsv") + rows("typed.tsv") + DISPLAYED
READABLE = [row for row in SAMPLES if not row["reading"].startswith("REFUSE")]


@cache
def read_once(text, context):
    """What is read, or the refusal."""
    try:
        return sr.read(text, CONTEXTS[context])
    except ReadError as refused:
        return refused


def reading(text, context):
    found = read_once(text, context)
    return f"REFUSE:{found.kind}" if isinstance(found, ReadError) else found.sexpr


def agrees(found, wanted):
    if "REFUSE" in found or "REFUSE" in wanted:
        return found == wanted
    return canonical(found) == canonical(wanted)


def misread(samples):
    return [
        (row["string"][:80], found, row["reading"])
        for row in samples
        if not any(agrees(found := reading(row["string"], row["context"]), w) for w in row["reading"].split(" || "))
    ]


def test_samples_are_read_right():
    assert misread(SAMPLES) == []


def test_conditions_behind_a_formula_are_kept():
    for row in DISPLAYED:
        found = read_once(row["string"], row["context"])
        where = "" if isinstance(found, ReadError) else " ".join(map(sexpr, found.where))
        assert where == row["where"], row["string"]


def test_random_formulas_in_five_styles_are_read_as_they_were_written(request):
    draw = random.Random(request.config.getoption("seed"))
    for _ in range(60):
        wanted = formula(draw)
        for style in STYLES:
            text = Writer(style, draw).write(wanted)
            assert canonical(reading(text, "elman")) == canonical(prefix(wanted)), (style, text)


def test_a_wrong_reading_would_be_seen():
    planted = [dict(row, reading=row["reading"].replace("(at s 3)", "(pow s 3)")) for row in SAMPLES]
    assert len(misread(planted)) > 5


def test_what_is_echoed_reads_back_the_same():
    for row in READABLE:
        found = read_once(row["string"], row["context"])
        if isinstance(found, ReadError):
            continue  # an ambiguous one, where a refusal is right too
        again = sr.read(found.latex, CONTEXTS[row["context"]])
        assert canonical(again.sexpr) == canonical(found.sexpr), (row["string"], found.latex)
        assert again.where == found.where


def test_every_reading_has_an_expression_or_says_why_not():
    with_expression = 0
    for row in READABLE[::2]:
        found = read_once(row["string"], row["context"])
        if isinstance(found, ReadError):
            continue
        try:
            assert found.expr is not None
            with_expression += 1
        except Unsupported as unsupported:
            assert unsupported.what
    assert with_expression > 400 / 2


def test_expressions_are_the_packages_own():
    elman = sr.models.elman()
    W, U, b = (p for p in elman.parameters if p.name in "WUb")
    h, x = next(s for s in elman.states), next(s for s in elman.inputs)
    t = sr.t
    found = sr.read(r"\tanh(b + W h_{t-1} + U x_t)", elman)
    assert found.expr == next(e.rhs for e in elman.equations if e.lhs == h[t])
    assert {p.name for p in (W, U, b)} == {"W", "U", "b"} and x[t].shape
    scalar = sr.read(r"\frac{w^t - 1}{w - 1}", CONTEXTS["scalar"]).expr
    w = sr.Parameter("w")
    assert scalar == (w**t - 1) / (w - 1)
    assert sr.read(r"\sum_{k=1}^{t} w^{t-k} x_k", CONTEXTS["scalar"]).expr == sr.time_sum(
        w ** (t - sympy.Symbol("k", integer=True)) * sr.Sequence("x")[sympy.Symbol("k", integer=True)],
        (sympy.Symbol("k", integer=True), 1, t),
    )


@pytest.mark.parametrize("symbols", [None, 3, {"sequence": {}}])
def test_symbols_are_a_model_or_a_table(symbols):
    with pytest.raises(sr.Undefined):
        sr.read("w", symbols)


def test_refusals_say_where_and_what_to_type():
    with pytest.raises(ReadError) as refused:
        sr.read(r"W^\top delta_{t+1} + fooo", CONTEXTS["elman"])
    assert (refused.value.kind, refused.value.column) == ("undeclared", 22)
    assert "names here" in refused.value.repair
    with pytest.raises(ReadError) as shape:
        sr.read(r"V h_t + W h_t", CONTEXTS["elman"])
    assert shape.value.kind == "shape" and "vector of q" in shape.value.law
    assert not isinstance(shape.value, ShapeError)
