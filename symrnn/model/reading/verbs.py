"""The functions that everybody knows: one row each, with the shapes it takes and gives.

A shape is written `S` for a scalar, `Va` for a vector of size a, `Ra` for a transposed vector, `Mab` for a matrix;
`Va Va>S` takes two vectors of one size and gives a scalar, and `|` separates alternatives. Sizes p and q are the
ones written among the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import sympy

from symrnn import tensor
from symrnn.tensor import activations, elementwise

Pattern = tuple[str, ...]  # the shapes of the arguments and, last, of the value

SAME = "S>S|Va>Va|Mab>Mab"
EQUAL = "S S>S|Va Va>S|Mab Mab>S"
ENTRYWISE = "S S>S|S Va>Va|Va S>Va|Va Va>Va|S Mab>Mab|Mab S>Mab|Mab Mab>Mab"
SIDE_BY_SIDE = (
    "S S>S|S Va>Va|Va S>Va|S Mab>Mab|Mab S>Mab|S Ra>Ra|Ra S>Ra|Mab Vb>Va|Mab Mbc>Mac|Ra Mab>Rb|Ra Va>S|Va Rb>Mab"
)
DOTTED = SIDE_BY_SIDE + "|Va Va>S"
MATMUL = "Mab Vb>Va|Mab Mbc>Mac|Ra Mab>Rb|Ra Va>S|Va Rb>Mab|Va Va>S|Va Mab>Vb"
TRANSPOSED = "Va>Ra|Ra>Va|Mab>Mba"


@dataclass(frozen=True)
class Verb:
    """A known function: its alternatives of shapes, and what builds it; `sizes` arguments from there on are sizes."""

    apply: Callable[..., Any]
    shapes: str
    sizes: int | None = None
    counts: tuple[int, ...] = (0,)  # how many sizes it takes
    usage: str = "x"  # its arguments, as a message shows them

    def patterns(self, count: int, sizes: int) -> list[Pattern]:
        """The alternatives for `count` arguments of which `sizes` are sizes."""
        ranks = self.shapes.replace("#", {1: "Vp", 2: "Mpq"}.get(sizes, ""))
        return [p for p in patterns(ranks) if len(p) == count - sizes + 1 and sizes in self.counts]


@cache
def patterns(text: str) -> list[Pattern]:
    """The alternatives that a text of shapes names."""
    found = []
    for alternative in text.split("|"):
        arguments, _, value = alternative.partition(">")
        if value:
            found.append((*arguments.split(), value))
    return found


ENTRY_BY_ENTRY: Mapping[str, Any] = MappingProxyType(
    {"tanh": sympy.tanh, "exp": sympy.exp, "log": sympy.log, "sqrt": sympy.sqrt, "sin": sympy.sin}
    | {"cos": sympy.cos, "erf": sympy.erf, "sign": sympy.sign, "abs": sympy.Abs, "tan": sympy.tan}
    | {"atan": sympy.atan, "sinh": sympy.sinh, "cosh": sympy.cosh, "asinh": sympy.asinh}
    | {"sigmoid": activations.sigmoid, "relu": activations.relu, "softplus": activations.softplus}
    | {"step": activations.step}
)


def _entrywise(function: Any) -> Verb:
    return Verb(lambda x: elementwise(function, x), SAME)


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        **{name: _entrywise(function) for name, function in ENTRY_BY_ENTRY.items()},
        **{name: Verb(getattr(tensor, name), SAME) for name in ("silu", "gelu", "hard_tanh", "hard_sigmoid")},
        **{
            name: Verb(getattr(tensor, name), "S>S|Va>Va|Mab>Mab|S S>S|Va S>Va|Mab S>Mab", usage="a, b")
            for name in ("leaky_relu", "elu")
        },
        **{name: Verb(getattr(tensor, name), ENTRYWISE, usage="a, b") for name in ("maximum", "minimum")},
        "stop_gradient": Verb(tensor.stop_gradient, SAME),
        "softmax": Verb(tensor.softmax, "Va>Va"),
        "log_softmax": Verb(tensor.log_softmax, "Va>Va"),
        "logsumexp": Verb(tensor.logsumexp, "Va>S"),
        "softmax_cross_entropy": Verb(tensor.softmax_cross_entropy, "Va Va>S", usage="a, b"),
        "cross_entropy": Verb(tensor.cross_entropy, "S S>S|Va Va>S", usage="a, b"),
        "squared_error": Verb(tensor.squared_error, EQUAL, usage="a, b"),
        "dot": Verb(tensor.dot, "S S>S|Va Va>S", usage="a, b"),
        "outer": Verb(tensor.outer, "Va Vb>Mab", usage="a, b"),
        "kron": Verb(tensor.kron, "Mab Mcd>Mef", usage="A, B"),
        "diag": Verb(tensor.diag, "Va>Maa|Maa>Va"),
        "transpose": Verb(tensor.transpose, "Mab>Mba"),
        "trace": Verb(tensor.trace, "Maa>S"),
        "inverse": Verb(tensor.inverse, "Maa>Maa"),
        "solve": Verb(tensor.solve, "Maa Va>Va|Maa Mab>Mab", usage="a, b"),
        **{name: Verb(getattr(tensor, name), "S>S|Va>S|Mab>S") for name in ("sum", "mean", "norm2")},
        "vec": Verb(tensor.vec, "Va>Va|Mab>Vc"),
        "concat": Verb(tensor.concat, "", usage="a, b"),
        "segment": Verb(tensor.segment, "Va>Vq|Mab>Mqb", sizes=1, counts=(2,), usage="x, start, size"),
        "reshape": Verb(tensor.reshape, "Va>#|Mab>#", sizes=1, counts=(1, 2), usage="x, n, m"),
        "entry": Verb(tensor.entry, "", sizes=1, counts=(1, 2), usage="x, i"),
        "zeros": Verb(tensor.zeros, ">#", sizes=0, counts=(1, 2), usage="n"),
        "ones": Verb(tensor.ones, ">#", sizes=0, counts=(1, 2), usage="n"),
        "eye": Verb(tensor.eye, ">Mpp", sizes=0, counts=(1,), usage="n"),
    }
)
# Functions that are defined by others and read an argument more than once.
WRITTEN_OUT = frozenset(
    {"silu", "gelu", "hard_tanh", "hard_sigmoid", "leaky_relu", "elu", "maximum", "minimum", "log_softmax"}
    | {"squared_error", "norm2", "mean"}
)
# Other names of the same functions, understood where nothing of that name is declared.
ALIASES: Mapping[str, str] = MappingProxyType(
    {"sigma": "sigmoid", "σ": "sigmoid", "logistic": "sigmoid", "ln": "log", "max": "maximum", "min": "minimum"}
    | {"absolute": "abs", "softmaxcrossentropy": "softmax_cross_entropy", "tr": "trace"}
)
