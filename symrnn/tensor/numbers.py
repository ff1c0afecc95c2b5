"""Number systems in which an expression can be evaluated: a finite field, floats, complex numbers, 50 digits.

Every system offers the same few operations on arrays (linear, bilinear, powers, functions, unknown
functions), so one evaluator serves all, and dual numbers over any of them are a system again. In the
finite field a known function is a random oracle that obeys declared laws only: agreement there holds for
every function obeying them.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Collection
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, ClassVar

import mpmath
import numpy as np

from symrnn.errors import Unsupported

Array = Any
PRIME = 2**61 - 1
LARGEST = 1e9  # of this an exponential is still found at once
_PRECISE = mpmath.mp.clone()
_PRECISE.dps = 60  # a complex step of 1e-30 must survive beside a real part of 1


class Undecidable(Unsupported):
    """This number system cannot evaluate the expression; another one may."""


class NumberSystem:
    """Arrays of numbers of one kind. `dtype` is NumPy's; reduction after each operation is `_reduce`."""

    name = "numbers"
    dtype: Any = object
    exact = False

    def _reduce(self, x: Array) -> Array:
        return x

    def constant(self, value: Any) -> Array:
        """A scalar of this system from an exact rational (numerator, denominator)."""
        numerator, denominator = value
        return (
            self.divide(self.array(numerator), self.array(denominator)) if denominator != 1 else self.array(numerator)
        )

    def array(self, value: Any) -> Array:
        """An array from integers or numbers of this system."""
        return self._reduce(np.asarray(value, dtype=self.dtype))

    def linear(self, operation: Callable[[Array], Array], x: Array) -> Array:
        """A linear map of the entries (transposing, reshaping, summing, ...)."""
        return self._reduce(np.asarray(operation(np.asarray(x, dtype=self.dtype)), dtype=self.dtype))

    def bilinear(self, operation: Callable[[Array, Array], Array], x: Array, y: Array) -> Array:
        """A bilinear map of two arrays (a product of some kind)."""
        return self._reduce(np.asarray(operation(x, y), dtype=self.dtype))

    def add(self, *terms: Array) -> Array:
        """The sum of arrays that broadcast together."""
        total = terms[0]
        for x in terms[1:]:
            total = np.add(total, x)
        return self._reduce(np.asarray(total, dtype=self.dtype))

    def multiply(self, x: Array, y: Array) -> Array:
        """The product entry by entry."""
        return self.bilinear(np.multiply, x, y)

    def divide(self, x: Array, y: Array) -> Array:
        """The quotient entry by entry."""
        return np.asarray(np.divide(x, y), dtype=self.dtype)

    def stack(self, operation: Callable[[list[Array]], Array], parts: list[Array]) -> Array:
        """Several arrays put together into one."""
        return np.asarray(operation(parts), dtype=self.dtype)

    def power(self, x: Array, exponent: int) -> Array:
        """An integer power entry by entry."""
        if exponent < 0:
            return self.divide(self.array(1), self.power(x, -exponent))
        result, base = self.array(1), x
        while exponent:
            if exponent & 1:
                result = self.multiply(result, base)
            base, exponent = self.multiply(base, base), exponent >> 1
        return result if np.shape(result) == np.shape(x) else self.add(result, self.linear(lambda v: v * 0, x))

    def function(self, name: str, x: Array) -> Array:
        """A known scalar function entry by entry."""
        raise NotImplementedError

    def unknown(self, name: str, orders: tuple[int, ...], component: int, z: Collection[Array]) -> Array:
        """An unknown function of the scalars z: its component, differentiated by the flat positions `orders`."""
        raise NotImplementedError

    def inverse(self, x: Array) -> Array:
        """The inverse of a square matrix, by Gauss and Jordan."""
        size = len(x)
        left, right = x, self.array(np.eye(size, dtype=int).astype(object))
        for i in range(size):
            pivot = self._pivot(left, i)
            order = [*range(i), pivot, *(j for j in range(i, size) if j != pivot)]
            left, right = (self.linear(itemgetter(order), m) for m in (left, right))
            column = self.linear(itemgetter((slice(None), i)), left)
            unit = np.zeros(size, dtype=int).astype(object)
            unit[i] = 1
            head = self.linear(itemgetter(i), column)
            scale = self.divide(self.add(column, self.multiply(self.array(-1), self.array(unit))), head)
            left, right = (self._eliminated(m, scale, i) for m in (left, right))
        return right

    def _eliminated(self, m: Array, scale: Array, i: int) -> Array:
        row = self.linear(itemgetter(i), m)
        return self.add(m, self.multiply(self.array(-1), self.bilinear(np.multiply.outer, scale, row)))

    def _pivot(self, m: Array, i: int) -> int:
        sizes = [float(abs(v)) for v in m[i:, i]]
        if max(sizes) == 0:
            raise Undecidable("a singular matrix has no inverse")
        return i + sizes.index(max(sizes))

    def signs(self, x: Array) -> Any:
        """-1, 0 or 1 for each entry, in a system with an order."""
        raise Undecidable(f"{self.name} has no order, so no comparison is decided")

    def detach(self, x: Array) -> Array:
        """The value without whatever this system carries to find derivatives."""
        return x

    def declared(self, x: Array, value: Callable[[NumberSystem, Array], Array], slope: Callable[..., Array]) -> Array:
        """A function of x with a declared derivative."""
        return value(self, x)

    def irrational(self, number: Any) -> Array:
        """A constant such as pi, given as SymPy's."""
        return self.array(float(number))

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        """A random array, away from what would make a check blind."""
        raise NotImplementedError

    def distance(self, x: Array, y: Array) -> float:
        """0 for equal arrays, else how far apart they are, relative to the larger."""
        x, y = np.asarray(x), np.asarray(y)
        scale = max([float(abs(v)) for v in np.ravel(y)] + [float(abs(v)) for v in np.ravel(x)] + [1e-30])
        gap = max([float(abs(v)) for v in np.ravel(x - y)] + [0.0])
        return gap / scale


def digest(*parts: object) -> int:
    """A number of 64 bits that depends on the parts alone, the same in every process."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big")


@lru_cache(maxsize=1024)
def _smooth(name: str, component: int, count: int) -> tuple[list[float], float, list[float]]:
    """The coefficients of the smooth stand-in of an unknown function: sin(a·z + c) + 0.3 cos(b·z)."""

    def draw(*key: object) -> float:
        return digest(name, component, *key) / 2**64 * 2 - 1

    return [draw("a", i) for i in range(count)], draw("c"), [2 * draw("b", i) for i in range(count)]


class Floats(NumberSystem):
    """Float64; unknown functions are smooth stand-ins, the same in every system of real numbers."""

    name = "float64"
    dtype: Any = np.float64
    _FUNCTIONS: ClassVar[dict[str, Callable[..., Array]]] = {
        "tanh": np.tanh,
        "exp": np.exp,
        "log": np.log,
        "sin": np.sin,
        "cos": np.cos,
        "sinh": np.sinh,
        "cosh": np.cosh,
        "atan": np.arctan,
        "sqrt": np.sqrt,
        "tan": np.tan,
        "asinh": np.arcsinh,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "softplus": lambda x: np.log(1 + np.exp(x)),
        "relu": lambda x: np.where(np.real(x) > 0, x, 0 * x),
        "step": lambda x: np.where(np.real(x) > 0, 1.0, 0.0) + 0 * x,
        "Abs": lambda x: np.where(np.real(x) < 0, -x, x),
        "sign": lambda x: np.sign(np.real(x)) + 0 * x,
    }

    def signs(self, x: Array) -> Any:
        return np.frompyfunc(_sign, 1, 1)(x)

    def function(self, name: str, x: Array) -> Array:
        known = self._FUNCTIONS.get(name)
        if known is None:
            return self._other(name, x)
        return np.asarray(known(x))

    def _other(self, name: str, x: Array) -> Array:
        function = getattr(_PRECISE, name, None)
        if function is None or name.startswith("_"):
            raise Unsupported(f"no numbers are known for the function {name}")
        scalar = complex if self.dtype is np.complex128 else float
        return np.asarray(np.frompyfunc(lambda v: scalar(function(v)), 1, 1)(x), dtype=self.dtype)

    def unknown(self, name: str, orders: tuple[int, ...], component: int, z: Collection[Array]) -> Array:
        a, c, b = _smooth(name, component, len(z))
        inner = self.add(self._scaled(c), *(self.multiply(self._scaled(w), v) for w, v in zip(a, z, strict=True)))
        other = self.add(self._scaled(0.0), *(self.multiply(self._scaled(w), v) for w, v in zip(b, z, strict=True)))
        rate_a = rate_b = 1.0
        for i in orders:
            rate_a, rate_b = rate_a * a[i], rate_b * b[i]
        k = len(orders) % 4
        first = self.function("sin" if k % 2 == 0 else "cos", inner)
        second = self.function("cos" if k % 2 == 0 else "sin", other)
        sign_a, sign_b = (1, 1, -1, -1)[k], (1, -1, -1, 1)[k]
        return self.add(
            self.multiply(self._scaled(sign_a) * self._scaled(rate_a), first),
            self.multiply(self._scaled(0.3) * self._scaled(sign_b) * self._scaled(rate_b), second),
        )

    def _scaled(self, value: float) -> Array:
        return self.array(value)

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        draws = rng.uniform(0.2, 0.8, size=shape) * rng.choice([-1.0, 1.0], size=shape)
        return np.asarray(draws, dtype=self.dtype)


def _sign(v: Any) -> int:
    return int(v.real > 0) - int(v.real < 0)


class Complexes(Floats):
    """Complex128, for the complex step: what a step carries is the imaginary part."""

    name = "complex128"
    dtype: Any = np.complex128

    def detach(self, x: Array) -> Array:
        return np.asarray(np.real(x), dtype=self.dtype)

    def declared(self, x: Array, value: Callable[[NumberSystem, Array], Array], slope: Callable[..., Array]) -> Array:
        at = self.detach(x)
        return self.add(self.detach(value(self, at)), 1j * np.imag(x) * np.real(slope(self, at)))


class Digits(Floats):
    """Real numbers with 50 digits."""

    name = "50 digits"
    dtype: Any = object

    def __init__(self, digits: int = 50) -> None:
        self.context = mpmath.mp.clone()
        self.context.dps = digits
        self._exact = np.frompyfunc(lambda v: self.context.mpf(v.item() if isinstance(v, np.generic) else v), 1, 1)

    def array(self, value: Any) -> Array:
        return np.asarray(self._exact(np.asarray(value, dtype=object)), dtype=object)

    def function(self, name: str, x: Array) -> Array:
        mp = self.context
        ours: dict[str, Callable[[Any], Any]] = {
            "sigmoid": lambda v: 1 / (1 + mp.exp(-v)),
            "softplus": lambda v: mp.log(1 + mp.exp(v)),
            "relu": lambda v: v if v > 0 else mp.mpf(0),
            "step": lambda v: mp.mpf(1 if v > 0 else 0),
            "Abs": abs,
            "sign": mp.sign,
        }
        function = ours.get(name) or getattr(mp, name, None)
        if function is None:
            raise Unsupported(f"no 50-digit value is known for the function {name}")
        if any(abs(v) > LARGEST for v in np.ravel(x)):
            raise Undecidable(f"{name} of a number beyond {LARGEST:.0e}")
        return np.asarray(np.frompyfunc(function, 1, 1)(x), dtype=object)

    def irrational(self, number: Any) -> Array:
        return np.asarray(self.context.make_mpf(number._eval_evalf(int(self.context.prec) + 20)._mpf_), dtype=object)

    def random(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
        return self.array(Floats().random(rng, shape))
