"""The networks that exercises are about: drawn names, activation, delay and loss, as the text of a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.table import plain, tex
from symrnn.exercises.worked import equations_shown, lines_for, shapes_shown
from symrnn.model import read_model

# What a level may draw: on level 1 a delay of one step, on level 2 longer ones, on level 3 an unknown function. What
# one level asks no other does.
ACTIVATIONS = {1: ("tanh", "sigmoid"), 2: ("sigmoid", "tanh"), 3: ("f",)}
DELAYS = {1: (1,), 2: (2, 3), 3: (2, 1, 3)}
LOSSES = {
    "softmax": ("softmax_cross_entropy", "sum"),
    "squared": ("squared_error", "sum"),
    "mean": ("squared_error", "mean"),
}
WORDS: Mapping[str, str] = {
    "tanh": r"\tanh",
    "sigmoid": r"\sigma",
    "f": "f",
    "relu": r"\operatorname{relu}",
    "linear": "",
}


@dataclass(frozen=True)
class Network:
    """A network with one layer: its names, activation, delays and loss, and its text."""

    names: dict[str, str]
    activation: str
    loss: str
    delays: tuple[int, ...]
    template: str

    @property
    def text(self) -> str:
        """The text of the model."""
        return plain(self.template, self.names)

    @property
    def delay(self) -> int:
        """The delay of the recurrence, the shortest if there are several."""
        return self.delays[0]

    @property
    def canonical(self) -> str:
        """Its text with the textbook's names: what is derived from it once serves for all names."""
        return self.template.replace("@", "")

    @property
    def shown(self) -> str:
        """The network as a person reads it: equations, shapes, what is given."""
        return tex(_shown(self.canonical), self.names)

    @property
    def word(self) -> str:
        """The activation as LaTeX."""
        return WORDS[self.activation]

    def slope(self, time: str) -> str:
        """The derivative of the activation at a time, through the output where that is possible."""
        at = f"_{{{time}}}"
        if self.activation == "tanh":
            return tex(rf"1-@h{at}^2", self.names)
        if self.activation == "sigmoid":
            return tex(rf"@h{at} \odot (1-@h{at})", self.names)
        if self.activation == "relu":
            return tex(rf"\mathbb{{1}}[@h{at} > 0]", self.names)
        return tex(rf"f'(@a{at})", self.names)

    @property
    def local(self) -> str:
        """The gradient of the loss by an output."""
        if self.loss == "softmax":
            return tex(r"\operatorname{softmax}(@o_t) - @y_t", self.names)
        return tex(r"\frac{1}{\tau} (@o_t - @y_t)" if self.loss == "mean" else "@o_t - @y_t", self.names)

    def lines(self, node: str, time: str = "t") -> tuple[str, ...]:
        """The derivation's lines for the gradient by a node, named by its letter."""
        return tuple(tex(line, self.names) for line in _lines(self.canonical, node, time))


def network(
    d: Draw, activations: tuple[str, ...] = (), losses: tuple[str, ...] = ("softmax", "squared"), both: bool = False
) -> Network:
    """A network drawn for a variant; `both` lets the state of the step before come in beside an earlier one."""
    f = d.choose(activations or ACTIVATIONS[d.level])
    delay = d.choose((2, 3) if both else DELAYS[d.level])
    loss = d.choose(losses)
    n = d.names()
    delays = (1, delay) if both else (delay,)
    step, over = LOSSES[loss]
    simplex = " simplex" if loss == "softmax" else ""
    head = f"@h: n; @a: n; @x: m; @o: q; @y: q{simplex}; @W: n x n; @U: n x m; @V: q x n; @b: n; @c: q\n"
    head += "R: n x n\n" if both else ""
    head += "function f: elementwise\n" if f == "f" else ""
    past = " + ".join(f"{matrix} @h[t-{k}]" for matrix, k in zip(("@W", "R"), delays, strict=False))
    body = (
        f"@a[t] = @b + {past} + @U @x[t]\n@h[t] = {'' if f == 'linear' else f}(@a[t])\n@o[t] = @c + @V @h[t]\n"
        f"L[t] = {step}(@o[t], @y[t])\nloss = {over}_t L[t]\n"
    )
    return Network(n, f, loss, delays, head + body)


_LETTER = re.compile(r"(?<![\\A-Za-z])([haxoyWUVbc])(?![A-Za-z])")


def _named(text: str) -> str:
    """Text with the textbook's names as a template."""
    return _LETTER.sub(r"@\1", text)


@lru_cache(maxsize=512)
def _lines(canonical: str, node: str, time: str) -> tuple[str, ...]:
    return tuple(map(_named, lines_for(canonical, node, time)))


@lru_cache(maxsize=256)
def _shown(canonical: str) -> str:
    model = read_model(canonical)
    simplex = " The entries of $@y_t$ sum to 1." if "simplex" in canonical else ""
    unknown = " $f$ is unknown, and applied entry by entry." if "function f" in canonical else ""
    given = ", ".join(f"${b.sequence.name}_{{{b.time}}}$" for b in model.boundary)
    equations, shapes = _named(f"{equations_shown(model)}|{given}|{shapes_shown(model)}").split("|", 1)
    first, sizes = shapes.split("|")
    return rf"{equations}, for $t = 1, \dots, \tau$; {first} given. {sizes}{simplex}{unknown}"
