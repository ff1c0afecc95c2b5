"""What a printed formula says, computed: items evaluated with NumPy, as a reader of the conventions would.

Nothing of the algebra is used: a product of two things beside each other is a matrix product, ⊤ transposes, diag
makes a matrix of a row or a column. Only names have values, so a factor in the wrong place or a transpose too few
does not fit, or is not equal.
"""

from typing import Any

import numpy as np

from symrnn.tensor.node import shape_of
from symrnn.typeset import items
from symrnn.typeset.present import Presenter

Array = Any
WORDS = {
    "tanh": np.tanh,
    "exp": np.exp,
    "log": np.log,
    "relu": lambda x: np.maximum(x, 0),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(),
    "logsumexp": lambda x: np.log(np.exp(x).sum()),
    "diag": lambda x: np.diag(x.ravel()) if 1 in x.shape else np.diag(x).reshape(-1, 1),
    "tr": np.trace,
    "sum": np.sum,
}


def as_stored(x: Any, value: Array, p: Presenter) -> Array:
    """The array that the conventions call by the name of `x`: rows or columns, matrices as they are multiplied."""
    array = np.asarray(value, dtype=float)
    if array.ndim == 1:
        return array.reshape(1, -1) if p.rows else array.reshape(-1, 1)
    return array.T if array.ndim == 2 and p.rows else array


class Reader:
    """Evaluates items; `learn` tells it what a node's name is worth."""

    def __init__(self, p: Presenter) -> None:
        self.p = p
        self.values: dict[items.Item, Array] = {}

    def learn(self, x: Any, value: Array) -> None:
        """What stands for a node has this value; what its transpose is written with has the transposed one."""
        item, array = self.p(x), as_stored(x, value, self.p)
        while isinstance(item, items.Transposed):
            item, array = item.base, array.T
            item = item.body if isinstance(item, items.Fence) else item
        known = self.values.setdefault(item, array)
        assert np.allclose(known, array), f"two things are called the same: {item}, {x}"

    def __call__(self, item: items.Item) -> Array:
        found = self.values.get(item)
        return found if found is not None else getattr(self, "read_" + type(item).__name__.lower())(item)

    def read_number(self, x: items.Number) -> Array:
        return float(x.digits)

    def read_sign(self, x: items.Sign) -> Array:
        return {"zero": 0.0, "identity": 1.0}[x.key]

    def read_fence(self, x: items.Fence) -> Array:
        inner = self(x.body)
        if x.kind in {"norm", "frobenius"}:
            return np.linalg.norm(inner)
        return inner

    def read_sum(self, x: items.Sum) -> Array:
        parts = [-self(term) if minus else self(term) for minus, term in x.terms]
        shapes = {np.shape(part) for part in parts} - {()}
        assert len(shapes) <= 1, f"a sum of the shapes {shapes}"
        return sum(parts[1:], parts[0])

    def read_product(self, x: items.Product) -> Array:
        parts = [self(f) for f in x.factors]
        value = parts[0]
        for part in parts[1:]:
            value = self._times(value, part, x.sign)
        return value

    def _times(self, a: Array, b: Array, sign: str) -> Array:
        if np.ndim(a) == 0 or np.ndim(b) == 0:
            return a * b
        if sign == "":
            product = a @ b
            return product.item() if product.shape == (1, 1) else product
        assert a.shape == b.shape, f"{a.shape} {sign} {b.shape}"
        return np.sum(a * b) if sign == "dot" else a * b

    def read_power(self, x: items.Power) -> Array:
        exponent = self(x.exponent)
        base = self(x.base)
        return np.linalg.inv(base) if exponent == -1 and np.ndim(base) == 2 and 1 not in base.shape else base**exponent

    def read_transposed(self, x: items.Transposed) -> Array:
        return self(x.base).T

    def read_fraction(self, x: items.Fraction) -> Array:
        return self(x.over) / self(x.under)

    read_ratio = read_fraction

    def read_call(self, x: items.Call) -> Array:
        (argument,) = map(self, x.arguments)
        if isinstance(x.head, items.Power):
            return WORDS[x.head.base.text](argument) ** self(x.head.exponent)
        if isinstance(x.head, items.Name):
            assert x.head.letter == "sigma"
            return 1 / (1 + np.exp(-argument))
        return WORDS[x.head.text](argument)

    def read_stack(self, x: items.Stack) -> Array:
        return (np.hstack if x.across else np.vstack)([self(part) for part in x.rows])


def leaves_and_jacobians(expr: Any) -> list[Any]:
    """What a formula names: leaves, and partial derivatives of unknown functions."""
    from symrnn.tensor.node import Node
    from symrnn.tensor.unknown import Applied, Partial

    found: dict[Any, None] = {}

    def walk(x: Any) -> None:
        if isinstance(x, Node) and (x.is_leaf or isinstance(x, Partial | Applied)):
            found[x] = None
            return
        for arg in getattr(x, "args", ()):
            walk(arg)

    walk(expr)
    return [x for x in found if not hasattr(x, "dtype") and shape_of(x) is not None]
