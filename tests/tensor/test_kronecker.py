"""The Kronecker product and the commutation matrix: their laws, how they print, and SymPy's own product beside them."""

import numpy as np
import pytest
import sympy
from sympy.matrices.expressions import KroneckerProduct

import symrnn as sr
from symrnn import Parameter, dims, eye, from_sympy, kron, to_sympy, vec
from symrnn.errors import ShapeError
from symrnn.tensor import Full, column, commutation, row
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.field import FiniteField

n, m, p, q = dims("n m p q")
A, B, C, D = Parameter("A", n, m), Parameter("B", p, q), Parameter("C", m, p), Parameter("D", q, n)
X, a, b = Parameter("X", m, q), Parameter("a", n), Parameter("b", m)
SIZES, FIELD = {n: 3, m: 2, p: 5, q: 7}, FiniteField(0)


def value(expr):
    """The value of an expression over random leaves, each drawn by its name."""
    shaper = Evaluator(FIELD, {}, SIZES)
    leaves = (A, B, C, D, X, a, b)
    values = {x: FIELD.random(np.random.default_rng(ord(x.name)), shaper.shape(x)) for x in leaves}
    return Evaluator(FIELD, values, SIZES)(expr)


LAWS = {
    "vec of a product": (vec(A @ X @ B.T), kron(A, B) @ vec(X)),
    "product of products": (kron(A, B) @ kron(C, D), kron(A @ C, B @ D)),
    "vec of an outer product": (vec(sr.outer(a, b)), vec(kron(a, row(b)))),
    "column times row": (kron(a, row(b)), kron(row(b), a)),
    "the transpose of a vec": (vec(A.T), commutation(n, m) @ vec(A)),
    "there and back": (commutation(m, n) @ commutation(n, m), eye(n * m)),
    "transposed": (commutation(n, m).T, commutation(m, n)),
    "the order of factors": (kron(B, A), commutation(n, p) @ kron(A, B) @ commutation(q, m)),
    "blocks": (kron(eye(2), A) @ sr.concat(b, b), sr.concat(A @ b, A @ b)),
}


@pytest.mark.parametrize("law", LAWS)
def test_laws(law):
    left, right = LAWS[law]
    assert left.shape == right.shape or sr.tensor.shape.same_shape(left.shape, right.shape)
    assert FIELD.distance(value(left), value(right)) == 0


def test_what_differs_is_seen():
    assert FIELD.distance(value(kron(A, B)), value(kron(B, A))) != 0
    assert FIELD.distance(value(vec(A.T)), value(vec(A))) != 0


def test_simplified_by_construction():
    assert kron(eye(n), eye(m)) == eye(n * m) and kron(eye(1), A) == A == kron(A, eye(1))
    assert kron(2 * A, B) == 2 * kron(A, B) and kron(A, Full(0, p, q)) == sr.zeros(n * p, m * q)
    assert kron(A.T, B.T) == kron(A, B).T and column(a) == row(a).T and commutation(1, n) == eye(n)
    assert kron(a, b).shape == (n * m, 1)
    with pytest.raises(ShapeError):
        kron(A, Parameter("w"))


def test_sympy_s_product_comes_in_and_entries_go_out():
    S, T = sympy.MatrixSymbol("S", n, m), sympy.MatrixSymbol("T", p, q)
    assert from_sympy(KroneckerProduct(S, T), {S: A, T: B}) == kron(A, B)
    sizes = {n: 2, m: 1, p: 2, q: 3}
    expected = sympy.kronecker_product(to_sympy(A, sizes), to_sympy(B, sizes))
    assert to_sympy(kron(A, B), sizes) == expected


def test_on_paper():
    term = kron(eye(n), row(b))
    assert sr.latex(term) == r"\boldsymbol{I} \otimes \boldsymbol{b}^{\top}"
    assert sr.text(sr.diag(a) @ term) == "diag(a) (I ⊗ bᵀ)" and sr.text(kron(A @ C, B)) == "A C ⊗ B"
    assert str(term) == "kron(eye(n), reshape(b, 1, m))" and "⊗" in sr.typeset.mathml(term)
    assert sr.text(commutation(n, m)) == "K_nm"
