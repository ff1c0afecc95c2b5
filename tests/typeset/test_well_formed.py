"""The checkers see planted faults; random expressions have none."""

from xml.etree import ElementTree

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symrnn.tensor import diag, dot, guard, nabla, outer, softmax, tanh, tau, time_sum, transpose
from symrnn.tensor.unknown import Function, partial
from symrnn.typeset import Notation, latex, mathml, text
from symrnn.typeset.notation import CHOICES
from typeset.formulas import W, b, h, n, s, t, theta, w, z
from typeset.well_formed import latex_faults, text_faults

PLANTED = {
    r"h^{(t)}^{2}": "double ^",
    r"\hat{h}_{1}_{2}": "double _",
    r"s'^{(t)}": "double ^",
    r"{h^{(t)}^{2}}": "double ^",
    r"(\boldsymbol{h}": "never closed",
    r"\frac{a}{b}}": "unbalanced",
    r"\left(a)": "left and right",
    "a & b": "& outside",
    "_z00001": "placeholder",
    r"\begin{aligned} a": "begin and end",
}


@pytest.mark.parametrize("fault", PLANTED)
def test_planted_faults_are_seen(fault: str) -> None:
    assert any(PLANTED[fault] in found for found in latex_faults(fault)), latex_faults(fault)


def test_what_is_well_formed_passes() -> None:
    assert not latex_faults(r"(\boldsymbol{h}_{1}^{(t)})^{2} \begin{aligned} a &= b \end{aligned}")
    assert text_faults("f(x") and not text_faults("f(x)")


f = Function("f", n)
VECTORS = [h[t], h[t - 1], b, z[0], nabla(h[t]), f(h[t - 1], theta)]
SCALARS = [s[t], s[t - 1], w, nabla(s[t]), sympy.Integer(2), sympy.Rational(1, 3), tau, dot(h[t], b)]
MATRICES = [W, outer(h[t], b), diag(b), partial(f(h[t], theta), 0)]


def _vectors(inner: st.SearchStrategy) -> st.SearchStrategy:
    scalar = st.sampled_from(SCALARS)
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] / p[1]),
        st.tuples(scalar, inner).map(lambda p: p[0] * p[1]),
        st.tuples(st.sampled_from(MATRICES), inner).map(lambda p: p[0] @ p[1]),
        st.tuples(st.sampled_from(MATRICES), inner).map(lambda p: transpose(p[0]) @ p[1]),
        inner.map(lambda v: v**2),
        inner.map(lambda v: -v),
        inner.map(lambda v: 1 - v),
        inner.map(tanh),
        inner.map(softmax),
        inner.map(lambda v: f(v, theta)),
        inner.map(time_sum),
        inner.map(lambda v: guard(v, t + 1, sympy.Integer(1), tau)),
    )


expressions = st.recursive(st.sampled_from(VECTORS), _vectors, max_leaves=8)
whole = st.one_of(
    expressions,
    st.tuples(expressions, expressions).map(lambda p: outer(*p)),
    st.tuples(expressions, expressions).map(lambda p: dot(*p)),
    st.tuples(expressions, expressions).map(lambda p: w**2 * dot(*p) / (1 + s[t] ** 2) - 1),
)
notations = st.builds(Notation, **{name: st.sampled_from(values) for name, values in CHOICES.items()})


@given(whole, notations)
def test_random_expressions_are_well_formed(expr: object, notation: Notation) -> None:
    printed = latex(expr, notation=notation)
    assert not latex_faults(printed), printed
    assert not text_faults(text(expr, notation=notation)), text(expr, notation=notation)
    ElementTree.fromstring(mathml(expr, notation=notation))
