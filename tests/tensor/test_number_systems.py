"""Laws of the number systems: a field, random oracles with declared laws, dual numbers, 50 digits."""

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symrnn.tensor.bodies import body_derivative
from symrnn.tensor.dual import Dual, DualArray
from symrnn.tensor.elementwise import placeholder
from symrnn.tensor.evaluate import Evaluator
from symrnn.tensor.explicit import Explicit
from symrnn.tensor.field import FiniteField
from symrnn.tensor.functions import (
    absolute,
    cos,
    elu,
    erf,
    exp,
    gelu,
    hard_sigmoid,
    hard_tanh,
    leaky_relu,
    log,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    softplus,
    sqrt,
    step,
    tanh,
)
from symrnn.tensor.numbers import PRIME, Complexes, Digits, Floats, Undecidable

FIELD, FLOATS, DIGITS = FiniteField(0), Floats(), Digits()
elements = st.integers(0, PRIME - 1)
z = placeholder(0)


def number(v):
    return FIELD.array(v)


# -- the finite field ---------------------------------------------------------------------------------------


@given(elements, elements, elements)
def test_the_field_is_a_ring(a, b, c):
    a, b, c = map(number, (a, b, c))
    assert FIELD.add(a, b) == FIELD.add(b, a) and FIELD.multiply(a, b) == FIELD.multiply(b, a)
    assert FIELD.add(FIELD.add(a, b), c) == FIELD.add(a, FIELD.add(b, c))
    assert FIELD.multiply(FIELD.multiply(a, b), c) == FIELD.multiply(a, FIELD.multiply(b, c))
    assert FIELD.multiply(a, FIELD.add(b, c)) == FIELD.add(FIELD.multiply(a, b), FIELD.multiply(a, c))
    assert FIELD.add(a, FIELD.multiply(number(-1), a)) == 0


@given(elements, elements.filter(bool))
def test_every_element_but_zero_divides(a, b):
    a, b = number(a), number(b)
    assert FIELD.multiply(FIELD.divide(a, b), b) == a
    assert FIELD.power(b, PRIME - 1) == 1 and FIELD.power(b, -2) == FIELD.divide(number(1), FIELD.multiply(b, b))


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=3))
def test_numbers_of_numpy_do_not_overflow(vs):
    """The field computes with Python's integers, whatever it is given."""
    for given_as in (np.array(vs, dtype=np.int64), np.int64(vs[0]), vs):
        x = FIELD.array(given_as)
        square = FIELD.multiply(x, x)
        assert [int(v) for v in np.ravel(square)] == [v**2 % PRIME for v in np.ravel(given_as).tolist()]


def test_a_division_by_zero_is_undecided():
    with pytest.raises(Undecidable):
        FIELD.divide(number(1), number(0))


@given(st.fractions(max_denominator=10**6), st.fractions(max_denominator=10**6))
def test_rationals_map_into_the_field(p, q):
    def image(v):
        return FIELD.constant((v.numerator, v.denominator))

    assert FIELD.add(image(p), image(q)) == image(p + q) and FIELD.multiply(image(p), image(q)) == image(p * q)


@given(elements)
def test_odd_and_even_functions_obey_their_law(v):
    minus = number(-v)
    for name in FIELD.ODD:
        assert FIELD.add(FIELD.function(name, minus), FIELD.function(name, number(v))) == 0
    for name in FIELD.EVEN:
        assert FIELD.function(name, minus) == FIELD.function(name, number(v))


@given(elements, elements)
def test_no_other_law_relates_values(a, b):
    """exp(a + b) = exp(a) exp(b) is true of numbers, and not of the oracle; nor do seeds or names agree."""
    if a and b and a != b:
        whole = FIELD.function("exp", FIELD.add(number(a), number(b)))
        assert whole != FIELD.multiply(FIELD.function("exp", number(a)), FIELD.function("exp", number(b)))
        assert FIELD.function("tanh", number(a)) != FIELD.function("sigmoid", number(a))
        assert FIELD.function("tanh", number(a)) != FiniteField(1).function("tanh", number(a))


def test_partials_of_an_unknown_function_commute_and_are_keyed():
    at = [number(3), number(4)]
    assert FIELD.unknown("f", (0, 1), 0, at) == FIELD.unknown("f", (1, 0), 0, at)
    keys = [("f", (0,), 0), ("f", (1,), 0), ("f", (0,), 1), ("g", (0,), 0), ("f", (0, 0), 0), ("f", (), 0)]
    assert len({int(FIELD.unknown(*key, at)) for key in keys}) == len(keys)
    assert FIELD.unknown("f", (), 0, at) != FIELD.unknown("f", (), 0, at[::-1])


@pytest.mark.parametrize("system", [FIELD, FLOATS, DIGITS, Complexes()], ids=lambda s: s.name)
def test_an_inverse_is_an_inverse(system):
    matrix = system.random(np.random.default_rng(0), (4, 4))
    product = system.bilinear(np.matmul, matrix, system.inverse(matrix))
    assert system.distance(product, system.array(np.eye(4, dtype=int).astype(object))) < 1e-13
    with pytest.raises(Undecidable):
        system.inverse(system.array(np.zeros((2, 2), dtype=int)))


# -- dual numbers -------------------------------------------------------------------------------------------

VERBS = [tanh, exp, log, sqrt, sin, cos, erf, sigmoid, relu, softplus, step, sign, absolute]
VERBS += [silu, gelu, leaky_relu, elu, hard_tanh, hard_sigmoid]
SYMPYS = [sympy.sinh, sympy.cosh, sympy.tan, sympy.atan, sympy.asinh, sympy.asin, sympy.atanh, lambda v: v**-2]
SYMPYS += [lambda v: (1 + v**2) ** sympy.Rational(3, 2), lambda v: sympy.exp(v) ** v, lambda v: v**3 / (1 + v)]
ALL = [*VERBS, *SYMPYS]
POINTS = [0.35, 0.7]  # where every function above is smooth


def along(system, body, x, tangents):
    """The value of a body at x in a system, with tangents nested one within the other."""
    value = x
    for tangent in tangents:
        value = DualArray(value, tangent)
    return Evaluator(system, {}, {}).body(body, {z: value})


@pytest.mark.parametrize("function", ALL, ids=lambda f: str(f(z)))
@pytest.mark.parametrize("at", POINTS)
def test_a_dual_number_carries_the_derivative(function, at):
    """Against a central difference in 50 digits, for every function that has a law on numbers."""
    body, x, h = function(z), DIGITS.array(at), mpmath.mpf(10) ** -15
    found = along(Dual(DIGITS), body, x, [DIGITS.array(1)]).tangent
    values = [Evaluator(DIGITS, {}, {}).body(body, {z: x + d}) for d in (h, -h)]
    assert abs((values[0] - values[1]) / (2 * h) - found) < 1e-25


@pytest.mark.parametrize("function", ALL, ids=lambda f: str(f(z)))
def test_sympy_and_the_table_state_the_same_derivative(function):
    """The symbolic derivative of a body, and the tangent of its value: two statements, made apart, agree."""
    body = function(z)
    for at in (*POINTS, -0.35) if function in VERBS and function not in (log, sqrt) else POINTS:
        x = DIGITS.array(at)
        by_sympy = Evaluator(DIGITS, {}, {}).body(body_derivative(body, z), {z: x})
        assert DIGITS.distance(by_sympy, along(Dual(DIGITS), body, x, [DIGITS.array(1)]).tangent) < 1e-45


@pytest.mark.parametrize("function", [tanh, sigmoid, sin, exp, softplus, silu], ids=lambda f: str(f(z)))
def test_dual_numbers_over_dual_numbers_carry_the_second_derivative(function):
    body, one, zero = function(z), DIGITS.array(1), DIGITS.array(0)
    x = DualArray(DualArray(DIGITS.array(0.4), one), DualArray(one, zero))
    found = Evaluator(Dual(Dual(DIGITS)), {}, {}).body(body, {z: x}).tangent.tangent
    twice = body_derivative(body_derivative(body, z), z)
    assert DIGITS.distance(found, Evaluator(DIGITS, {}, {}).body(twice, {z: DIGITS.array(0.4)})) < 1e-45


@pytest.mark.parametrize("function", [tanh, sigmoid, sin, exp, softplus, gelu, elu], ids=lambda f: str(f(z)))
@pytest.mark.parametrize("system", [FLOATS, Complexes()], ids=lambda s: s.name)
def test_every_real_system_has_the_same_functions(function, system):
    body, at = function(z), np.array([-0.6, 0.3])
    value = Evaluator(system, {}, {}).body(body, {z: system.array(at)})
    exact = Evaluator(DIGITS, {}, {}).body(body, {z: DIGITS.array(at)})
    np.testing.assert_allclose(np.real(value), exact.astype(float), rtol=1e-14)


@pytest.mark.parametrize("function", [tanh, sigmoid, sin, exp, softplus, silu, gelu], ids=lambda f: str(f(z)))
def test_a_complex_step_is_the_tangent(function):
    body, h = function(z), 1e-30
    stepped = Evaluator(Complexes(), {}, {}).body(body, {z: np.asarray(0.4 + 1j * h)})
    tangent = along(Dual(FLOATS), body, FLOATS.array(0.4), [FLOATS.array(1.0)]).tangent
    np.testing.assert_allclose(np.imag(stepped) / h, tangent, rtol=1e-13)


@pytest.mark.parametrize("function", [relu, leaky_relu, hard_tanh, absolute, step, sign], ids=lambda f: str(f(z)))
def test_at_a_kink_the_derivative_is_a_declared_one(function):
    """The convention, in SymPy and on numbers alike: at a kink a step is 0, and so is the derivative of |x|."""
    body, x = function(z), DIGITS.array(0)
    by_sympy = Evaluator(DIGITS, {}, {}).body(body_derivative(body, z), {z: x})
    assert by_sympy == along(Dual(DIGITS), body, x, [DIGITS.array(1)]).tangent


@given(elements, elements, elements, elements)
def test_tangents_obey_leibniz_exactly(a, b, da, db):
    system = Dual(FIELD)
    x, y = DualArray(number(a), number(da)), DualArray(number(b), number(db))
    product, total = system.multiply(x, y), system.add(x, y)
    assert product.tangent == (a * db + da * b) % PRIME and total.tangent == (da + db) % PRIME
    if b:
        assert system.multiply(system.divide(x, y), y).tangent == da
        assert system.multiply(system.power(y, -3), system.power(y, 3)).tangent == 0


def test_unknown_functions_have_the_same_smooth_stand_in_in_every_real_system():
    at = [0.3, -0.7]
    for orders in [(), (0,), (1,), (0, 1), (1, 1)]:
        exact = DIGITS.unknown("f", orders, 0, [DIGITS.array(v) for v in at])
        assert float(exact) == pytest.approx(float(FLOATS.unknown("f", orders, 0, [FLOATS.array(v) for v in at])))
    symbols = sympy.symbols("a b", real=True)
    formula = Explicit().unknown("f", (), 0, [np.asarray(v, dtype=object) for v in symbols])[()]
    slope = formula.diff(symbols[0]).subs(dict(zip(symbols, at, strict=True)))
    assert float(slope) == pytest.approx(float(FLOATS.unknown("f", (0,), 0, [FLOATS.array(v) for v in at])))


def test_a_function_that_nobody_knows_is_undecided():
    with pytest.raises(Undecidable, match="declared"):
        Dual(FIELD).function("nonesuch", DualArray(number(1), number(1)))
