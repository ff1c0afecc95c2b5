"""Truncated back-propagation, by windows and by chunks, against dual numbers on graphs with gradients stopped.

What is kept and what is left out add up to the whole gradient, exactly in GF(2**61 - 1), for every model with
forward states, every parameter, input and boundary value, at tau = 1, 2, 3, 5; and each by itself is checked.
"""

import random
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sympy import Integer

import symrnn as sr
from laws.generator import random_system
from laws.judges import LASTS, arrays_of, fits
from laws.systems import MODELS
from symrnn import nabla, t, tau
from symrnn.calculus import chunked, term_adjoints, windowed
from symrnn.calculus.left_out import left_out
from symrnn.calculus.running import run_lines
from symrnn.calculus.truncated_truths import TruncatedTruths
from symrnn.errors import SymrnnError, Undefined, Unsupported
from symrnn.graph.run import draw
from symrnn.tensor.adjoint import MISSING, TRUNCATED, LossTerm
from symrnn.tensor.chunks import chunk_of
from symrnn.tensor.field import FiniteField
from symrnn.tensor.numbers import PRIME, Floats
from symrnn.typeset import derivation_page

CUTS = [{"window": 2}, {"chunk": 2}]
BACKWARD = {"bidirectional", "backward", "encoder-decoder", "encoder decoder"}
FORWARD = [name for name in MODELS if name not in BACKWARD]
every_cut = pytest.mark.parametrize("cut", CUTS, ids=["window", "chunk"])


def leaves(model):
    """What is given and shared, targets apart."""
    states = [b for b in model.boundary if b.sequence in model.defined]
    return [*model.parameters, *model.constants, *model.inputs, *states]


@cache
def derived(name, kind):
    model = MODELS[name]()
    wrt = leaves(model)
    d = sr.bptt(model, wrt=wrt, **{kind: 2})
    return sr.bptt(model, wrt=wrt), d, d.missing


def adds_up(whole, kept, left, last, seed=0):
    """Whether kept and left out are the whole, for every gradient; lines that are not there are zero."""
    instance = draw(whole.model, last, FiniteField(seed), seed)
    expected = run_lines(whole.at(last), last, instance.base)
    ranged = last % 2 and fits(kept, last) and fits(left, last)
    one, other = (run_lines(d if ranged else d.at(last), last, instance.base) for d in (kept, left))
    given = [
        a for a in expected if a.node in instance.given and getattr(a.node, "sequence", None) not in whole.model.targets
    ]
    return all(
        np.all((expected[a] - one.get(nabla(a.node, TRUNCATED), 0) - other.get(nabla(a.node, MISSING), 0)) % PRIME == 0)
        for a in given
    )


@pytest.mark.parametrize("kind", ["window", "chunk"])
@pytest.mark.parametrize("name", FORWARD)
def test_what_is_kept_and_what_is_left_out_are_the_whole(name, kind, seed):
    try:
        found = derived(name, kind)
    except Unsupported as error:
        assert (name, kind) == ("context", "chunk") and "before step 1" in str(error)
        return
    assert all(adds_up(*found, last, seed) for last in LASTS)


@every_cut
@pytest.mark.parametrize("number", range(3))
def test_random_systems(number, cut, seed):
    model = random_system(random.Random(number + 1000 * seed))
    try:
        d = sr.bptt(model, wrt=leaves(model), **cut)
    except Unsupported:
        return
    assert all(adds_up(sr.bptt(model, wrt=leaves(model)), d, d.missing, last) for last in (2, 3))


@every_cut
@pytest.mark.parametrize("name", ["scalar", "jordan", "last-output"])
def test_every_line_is_verified_with_gradients_stopped(name, cut):
    """Also the step that splits the whole gradient, and what is left out, a derivation of its own."""
    model = MODELS[name]()
    d = sr.bptt(model, wrt=[model.parameters[0], *model.boundary[:1]], **cut)
    for x in (d, d.missing, d.at(3)):
        report = x.verify()
        assert report, [str(f) for f in report.failures]
    assert [s for s in d.steps if s.law.name == "truncation"]


def test_windows_that_are_long_enough_leave_nothing_out():
    model = MODELS["elman"]()
    W = model.parameters[1]
    for cut in ({"window": 7}, {"chunk": 7}):
        d = sr.bptt(model, wrt=W, **cut)
        arrays = arrays_of(draw(model, 6, Floats(), 0))
        kept, left = (sr.evaluate(x, *arrays, tau=6)["W"] for x in (d, d.missing))
        assert np.all(left == 0) and np.allclose(kept, sr.evaluate(sr.bptt(model), *arrays, tau=6)["W"], 1e-12)


def test_a_window_of_one_step_is_the_immediate_derivative():
    """Nothing goes back through the states: only ∂⁺ and what arrives at the same step."""
    model = MODELS["elman"]()
    W, h, V, o = model.parameters[1], *model.states, model.parameters[4], model.outputs[0]
    instance = draw(model, 5, FiniteField(0), 0)
    found = run_lines(sr.bptt(model, wrt=W, window=1), 5, instance.base)[nabla(W, TRUNCATED)]
    plain = sum(
        np.multiply.outer((1 - b**2) * (instance.base.values[V].T @ found_o), a)
        for s in range(1, 6)
        for a, b, found_o in [
            (
                instance.base(h[s - 1]),
                instance.base(h[s]),
                instance.base(sr.softmax(o[s])) - instance.base(model.targets[0][s]),
            )
        ]
    )
    assert np.all((found - plain) % PRIME == 0)
    chunks = run_lines(sr.bptt(model, wrt=W, chunk=1), 5, instance.base)[nabla(W, TRUNCATED)]
    assert np.all((found - chunks) % PRIME == 0)


def test_windows_and_chunks_differ():
    """A window moves with each error; in chunks the first error of a chunk is followed back one step only."""
    model = MODELS["scalar"]()
    w = model.parameters[0]
    arrays = arrays_of(draw(model, 5, Floats(), 0))
    by_window, by_chunk, whole = (sr.evaluate(sr.bptt(model, wrt=w, **cut), *arrays, tau=5)["w"] for cut in (*CUTS, {}))
    assert len({round(float(x), 9) for x in (by_window, by_chunk, whole)}) == 3


def test_a_symbolic_size():
    """k as a symbol, like tau: for each number it is the derivation for that number."""
    k = sr.dims("k")
    model = MODELS["scalar"]()
    w = model.parameters[0]
    for kind in ("window", "chunk"):
        d = sr.bptt(model, wrt=w, **{kind: k})
        assert k in d["w"].free_symbols or kind == "chunk"
        body = d.missing["w"]
        for size in (1, 2, 4):
            number = sr.bptt(model, wrt=w, **{kind: size})
            rule = {k: Integer(size), tau: Integer(5)}
            instance = draw(model, 5, FiniteField(0), 0)
            known = run_lines(number.missing, 5, instance.base)
            values = {**instance.base.values, **known}
            again = type(instance.base)(instance.system, values, instance.sizes)(body.xreplace(rule))
            assert np.all((again - known[nabla(w, MISSING)]) % PRIME == 0)
        with pytest.raises(Undefined, match="number"):
            d.verify()


def test_the_number_of_lines_and_steps_depends_neither_on_tau_nor_on_the_window():
    model = MODELS["elman"]()
    counts = {(len(d.lines), len(d.steps)) for d in (sr.bptt(model, window=k) for k in (2, 5, 100))}
    assert len(counts) == 1
    assert {len(sr.bptt(model, chunk=k).lines) for k in (2, 5, 100)} == {len(sr.bptt(model).lines)}


def test_what_makes_no_sense_is_refused():
    model = MODELS["elman"]()
    for wrong in ({"window": 0}, {"chunk": -1}, {"window": 2.5}, {"window": True}, {"window": 2, "chunk": 2}):
        with pytest.raises(Undefined):
            sr.bptt(model, **wrong)
    for name in BACKWARD:
        for cut in CUTS:
            with pytest.raises(Unsupported):
                sr.bptt(MODELS[name](), **cut)
    with pytest.raises(SymrnnError, match="nothing is missing"):
        _ = sr.bptt(model).missing


def test_chunks_count_from_one():
    assert [chunk_of(s, 3) for s in (-1, 0, 1, 3, 4, 6, 7)] == [1, 1, 1, 1, 2, 2, 3]


# -- mutants ------------------------------------------------------------------------------------------------

MISTAKES = {
    "window one step too long": (windowed.Truncation, "first", lambda right, self, s: right(self, s) - 1, "window"),
    "errors of one time only": (windowed, "time_sum", lambda right, x, over: _without_outer(right, x, over), "window"),
    "true gradient for the truncated": (chunked, "same_chunk", lambda right, x, *_: x, "chunk"),
    "boundary one step late": (chunked, "same_chunk", lambda right, x, a, b, k: right(x, a - 1, b - 1, k), "chunk"),
    "arrives at every step": (term_adjoints.Passing, "present", lambda right, self, distance: True, "window"),
}


def _without_outer(right, x, over):
    return x.xreplace({over[0]: over[2]}) if over[0] != t else right(x, over)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_truncation_is_seen(mistake, monkeypatch):
    """By the stopped gradients of the verification, which know what a window or a chunk means for a graph."""
    where, what, wrong, kind = MISTAKES[mistake]
    model, right = MODELS["scalar"](), getattr(where, what)
    W = model.parameters[0]
    assert sr.bptt(model, wrt=W, **{kind: 2}).verify()
    monkeypatch.setattr(where, what, lambda *arguments: wrong(right, *arguments))
    try:
        assert not sr.bptt(model, wrt=W, **{kind: 2}).verify()
    except SymrnnError as error:
        assert "no value is given" in str(error)


def test_the_truths_are_not_the_derivation():
    """With gradients stopped nowhere, the truths are the total gradient and refute a truncated line."""
    model = MODELS["elman"]()
    W, (h,) = model.parameters[1], model.states
    d = sr.bptt(model, wrt=W, window=2)
    instance = draw(model, 4, FiniteField(0), 0)
    truths = TruncatedTruths(instance, d.origin.truncation)
    whole = run_lines(sr.bptt(model, wrt=W), 4, instance.base)
    found = run_lines(d, 4, instance.base)
    assert np.any((whole[nabla(W)] - found[nabla(W, TRUNCATED)]) % PRIME != 0)
    assert np.all((truths(nabla(W, TRUNCATED)) - found[nabla(W, TRUNCATED)]) % PRIME == 0)
    total = sum(truths(nabla(h[2], LossTerm("L", s))) for s in (2, 3, 4))
    assert np.all((total - whole[nabla(h[2])]) % PRIME == 0)


@every_cut
def test_what_is_left_out_continues_the_lines_and_is_checked_with_them(cut):
    model = sr.models.elman()
    d = sr.bptt(model, **cut)
    more = left_out(d)
    assert [line.number for line in more] == list(range(len(d.lines), len(d.lines) + len(more)))
    assert not {line.equation for line in more} & {line.equation for line in d.lines}
    whole = {line.equation.lhs.node: line for line in more if line.equation.lhs.objective == MISSING}
    assert all(line.equation.rhs == d.missing[node] for node, line in whole.items())
    assert {str(x) for x, line in whole.items() if line.reason.key == "kept_whole"} == {"c", "V"}
    report = d.verify()
    assert report and report.lines_checked == (more[-1].number,) * 2


@every_cut
def test_a_mistake_in_what_is_left_out_is_seen(cut, monkeypatch):
    d = sr.bptt(sr.models.elman(), **cut)
    right = d.missing
    (W,) = (line for line in right.lines if str(line.equation.lhs.node) == "W")
    wrong = replace(W, equation=sr.Equation._trusted(W.equation.lhs, 2 * W.equation.rhs))
    lines = tuple(wrong if line is W else line for line in right.lines)
    monkeypatch.setattr(type(d), "missing", property(lambda self: replace(right, lines=lines)))
    report = d.verify()
    assert not report and {f.line for f in report.failures} == {
        line.number for line in left_out(d) if line.equation == wrong.equation
    }


@every_cut
def test_pages_show_what_is_left_out(cut):
    d = sr.bptt(sr.models.elman(), **cut)
    page = derivation_page(d)
    assert "Left out" in page and "∇_W L_missing = Σ_{s=1..τ} Σ_{t=1.." in page
    assert "Left out" not in derivation_page(sr.bptt(d.model))
    document = sr.document(d, sections=["gradients", "missing"], report=d.verify()).render(".tex")
    assert r"\section*{What is left out}" in document
    assert r"\nabla_{\boldsymbol{b}} L = \nabla_{\boldsymbol{b}} \tilde{L} + " in document
    labels = re.findall(r"\\label\{([^}]*)\}", document)
    assert len(labels) == len(set(labels))
