"""The networks that exercises are about: drawn names, activation and loss, as the text of a model."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import plain, tex

ACTIVATIONS = ("tanh", "sigmoid", "f")
LOSSES = ("softmax_cross_entropy", "squared_error")


@dataclass(frozen=True)
class Network:
    """A network with one layer: its names, its activation and loss, its text, and its equations as LaTeX."""

    names: dict[str, str]
    activation: str
    loss: str
    text: str
    shown: str

    def slope(self, time: str) -> str:
        """The derivative of the activation at a time, through the output where that is possible."""
        at = f"_{{{time}}}"
        if self.activation == "tanh":
            return tex(rf"1-@h{at}^2", self.names)
        if self.activation == "sigmoid":
            return tex(rf"@h{at} \odot (1-@h{at})", self.names)
        return tex(rf"f'(@a{at})", self.names)

    @property
    def local(self) -> str:
        """The gradient of a step's loss by its output."""
        if self.loss == "squared_error":
            return tex("@o_t - @y_t", self.names)
        return tex(r"\operatorname{softmax}(@o_t) - @y_t", self.names)


def network(d: Draw, activation: str = "", loss: str = "", lags: int = 1) -> Network:
    """A network drawn for a variant: level 1 has tanh, level 2 the logistic function, level 3 an unknown one."""
    f = activation or ACTIVATIONS[d.level - 1]
    which = loss or d.choose(LOSSES)
    n = d.names()
    recurrent = "@W @h[t-1]" + (" + R @h[t-2]" if lags == 2 else "")
    simplex = " simplex" if which == "softmax_cross_entropy" else ""
    head = f"@h: n; @a: n; @x: m; @o: q; @y: q{simplex}; @W: n x n; @U: n x m; @V: q x n; @b: n; @c: q\n"
    head += "R: n x n\n" if lags == 2 else ""
    head += "function f: elementwise\n" if f == "f" else ""
    body = (
        f"@a[t] = @b + {recurrent} + @U @x[t]\n@h[t] = {f}(@a[t])\n@o[t] = @c + @V @h[t]\n"
        f"L[t] = {which}(@o[t], @y[t])\nloss = sum_t L[t]\n"
    )
    return Network(n, f, which, plain(head + body, n), tex(_shown(f, which, lags), n))


def _shown(f: str, loss: str, lags: int) -> str:
    """The equations of a network as LaTeX, with the shapes."""
    past = "@W @h_{t-1}" + (" + R @h_{t-2}" if lags == 2 else "")
    word = {"tanh": r"\tanh", "sigmoid": r"\sigma", "f": "f"}[f]
    step, note = {
        "squared_error": (r"L_t = \tfrac12 \lVert @o_t - @y_t \rVert^2", ""),
        "softmax_cross_entropy": (
            r"L_t = -@y_t^\top \log \operatorname{softmax}(@o_t)",
            " (the entries of $@y_t$ sum to 1)",
        ),
    }[loss]
    unknown = " $f$ is unknown and applied entry by entry." if f == "f" else ""
    return (
        rf"$@a_t = @b + {past} + @U @x_t$, $@h_t = {word}(@a_t)$, $@o_t = @c + @V @h_t$, ${step}${note}, "
        rf"$L = \sum_t L_t$, for $t = 1, \dots, \tau$.{unknown} $@W$ is $n \times n$, $@U$ is $n \times m$, "
        r"$@V$ is $q \times n$; what the first step reads is given."
    )
