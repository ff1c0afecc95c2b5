"""Scalar recurrences s_t = f(w s_{t-1} + u x_t): names, text, and the pieces of their derivatives."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.exercises.drawing import Draw
from symrnn.exercises.kinds.networks import WORDS
from symrnn.exercises.kinds.table import plain, tex

ACTIVATIONS = {1: ("tanh", "sigmoid"), 2: ("sigmoid", "tanh"), 3: ("@f",)}


@dataclass(frozen=True)
class Chain:
    """A scalar recurrence with drawn names."""

    names: dict[str, str]
    activation: str
    text: str

    @property
    def shown(self) -> str:
        """The recurrence as a person reads it."""
        unknown = " $@f$ is unknown." if self.activation == "@f" else ""
        return tex(
            rf"$@s_t = {self.word}(@a_t)$ with $@a_t = @w @s_{{t-1}} + @u @x_t$, all scalar; $@s_0$ depends on "
            rf"neither $@w$ nor $@u$.{unknown}",
            self.names,
        )

    @property
    def word(self) -> str:
        return WORDS.get(self.activation, self.activation)

    def slope(self, time: object) -> str:
        """The derivative of the activation at a time, through the state where that is possible."""
        if self.activation == "tanh":
            return f"(1-@s_{{{time}}}^2)"
        if self.activation == "sigmoid":
            return f"@s_{{{time}}} (1-@s_{{{time}}})"
        return f"@f'(@a_{{{time}}})"

    def read(self, by: str, time: object) -> str:
        """What a weight is multiplied with at a step: the state before, or the input."""
        before = time - 1 if isinstance(time, int) else f"{time}-1"
        return f"@s_{{{before}}}" if by == "@w" else f"@x_{{{time}}}"

    def path(self, by: str, last: int, use: int) -> str:
        """The product along the path from the use of a weight at one step to the state of the last."""
        factors = "".join(f"{self.slope(j)} @w " for j in range(last, use, -1))
        return f"{factors}{self.slope(use)} {self.read(by, use)}"

    def rate(self, by: str, time: object) -> str:
        """The derivative of a state by a weight, as it is written."""
        return rf"\frac{{d @s_{{{time}}}}}{{d {by}}}"

    def step(self, by: str, time: object, before: str = "") -> str:
        """A derivative by that of the step before."""
        earlier = time - 1 if isinstance(time, int) else f"{time}-1"
        return f"{self.slope(time)} ({self.read(by, time)} + @w {before or self.rate(by, earlier)})"


def chain(d: Draw, loss: str = "@s[tau]") -> Chain:
    """A recurrence drawn for a variant, with a loss of its last state and maybe of a target, @y."""
    f = d.choose(ACTIVATIONS[d.level])
    n = d.scalars("swuf" if f == "@f" else "swu")
    head = "@s: scalar; @a: scalar; @x: scalar; @w: scalar; @u: scalar\n"
    n["y"] = next(letter for letter in "ykg" if letter not in (n["s"], n["w"], n["u"], n["f"]))
    head += "constant @y: scalar\n" if "@y" in loss else ""
    head += "function @f: elementwise\n" if f == "@f" else ""
    body = f"@a[t] = @w @s[t-1] + @u @x[t]\n@s[t] = {f}(@a[t])\nloss = {loss}\n"
    return Chain(n, f, plain(head + body, n))
