"""Nothing that is typed is ever run, hangs the reader or is silently misread; refusals are quick."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symrnn as sr
from formula.corpus import CONTEXTS
from house.clocks import SOON, steps
from symrnn.errors import ReadError

HOSTILE = {
    "&=" * 1900: {"syntax"},
    "w^t, " + "t=1," * 950: {"limit"},
    "__import__('os').system('true')": {"forbidden", "syntax", "undeclared"},
    "().__class__.__bases__[0]": {"forbidden", "syntax"},
    "w.__init__.__globals__": {"forbidden"},
    "eval(compile('1','','eval'))": {"forbidden"},
    r"\immediate\write18{rm -rf /}": {"forbidden"},
    r"\input{/etc/passwd}": {"forbidden"},
    r"\csname w\endcsname": {"forbidden"},
    r"\def\w{\w\w}\w": {"forbidden"},
    "9^{9^{9^{9}}}": {"limit"},
    "9**9**9**9": {"limit"},
    "w^{(((10**9)))}": {"limit", "syntax"},
    r"\sum_{k=1}^{9^{9}} x_k": {"limit"},
    r"\prod_{k=1}^{10000000} x_k": {"limit"},
    "1" * 41: {"limit"},
    "(" * 1_000_000: {"limit"},
    "[" * 3000: {"limit"},
    "{" * 101 + "w" + "}" * 101: {"limit"},
    r"\frac{1}{" * 120 + "w" + "}" * 120: {"limit"},
    r"\sqrt" * 500 + " w": {"limit", "syntax"},
    "w" + "^w" * 1500: {"limit", "syntax", "ambiguous"},
    "-" * 3000 + "w": {"limit"},
    "w" + "-w" * 200: {"limit"},
    "f(" * 99 + "w" + ")" * 99 + "+" + "f(" * 102 + "w" + ")" * 102: {"limit"},
    "\\hat" * 1000 + "y": {"undeclared", "syntax", "limit"},
    "w\0": {"charset"},
    "w\x1b[31m": {"charset"},
    "\u202ew": {"charset"},
    "w\u200b": {"charset"},
    "\u0430": {"charset", "undeclared"},
    "\uff57": {"charset", "undeclared"},
    "w\u0301": {"charset"},
    "\ud800": {"charset"},
    "x" * 10_000_000: {"limit"},
    "": {"syntax"},
    "$$": {"syntax"},
    r"\operatorname": {"syntax"},
    r", \\ = w": {"syntax"},
    r"\mathbf{}\\\text{}": {"syntax"},
    " \n\t ": {"syntax"},
    r"\begin{verbatim}w\end{verbatim}": {"forbidden"},
    r"\begin{bmatrix} w": {"syntax"},
    r"\end{cases}": {"syntax"},
    "|" * 500 + "w": {"unbalanced", "syntax", "limit"},
    "w_" * 500: {"syntax"},
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:20]))
def test_hostile_text_is_refused(text):
    refusals = []
    sr.read("w", CONTEXTS["scalar"])  # the grammar is made once

    def read():
        with pytest.raises(ReadError) as refused:
            sr.read(text, CONTEXTS["scalar"])
        refusals.append(refused.value)

    assert steps(read) < SOON
    (refusal,) = refusals
    assert refusal.kind in HOSTILE[text]
    assert len(str(refusal)) < 2000


PIECES = (
    r"w u v s_ h_ x_{t-1} f ( ) [ ] { } ^ _ + - * / = , ; . ' | \| \frac \sum_{k=1}^{t} \prod \partial \nabla_ \hat "
    r"\left( \right) d L y_t \tanh t k tau 1 2 0.5 ² ₜ ⁽ᵗ⁾ ∂ ∇ Σ √ ⊙ \odot \top ^T .T \begin{bmatrix} & \\ "
    r"\end{bmatrix} \text{if} > \bar \mathbf{W} W_{hh} \sigma e^{ sum( (k,1,t) ... \dots ½ 𝟙 \mathbb{1} \langle ≤"
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=14).map("".join), st.sampled_from(sorted(CONTEXTS)))
def test_any_pieces_are_read_or_refused(text, context):
    try:
        found = sr.read(text, CONTEXTS[context])
    except ReadError as refused:
        assert refused.kind and refused.what
        return
    again = sr.read(found.latex, CONTEXTS[context])
    assert (again.sexpr.count("(") and again.shape == found.shape) or again.sexpr == found.sexpr


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        assert sr.read(text, CONTEXTS["elman"]).sexpr
    except ReadError as refused:
        assert refused.kind
