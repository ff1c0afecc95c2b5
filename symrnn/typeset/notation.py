"""Notations: how time, adjoints, products and names look. A notation changes what is printed, never what is derived.

A notation is data; the decisions that follow from it are made in `present`, once for all renderers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from symrnn.errors import Undefined

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "time": ("superscript", "subscript", "argument"),
        "adjoint": ("nabla", "partial", "delta", "d"),
        "products": ("diag", "odot"),
        "bold": ("italic", "upright", "none"),
        "dot": ("transpose", "dot"),
    }
)


@dataclass(frozen=True)
class Notation:
    """The conventions of a text.

    Parameters
    ----------
    time
        "superscript" h⁽ᵗ⁾, "subscript" h_t, or "argument" h(t).
    adjoint
        "nabla" ∇_h L (∂L/∂s for a scalar s), "partial" ∂L/∂h, "delta" δ_h, or "d" dh as in code.
    products
        "diag": v ⊙ ∇ is written diag(v) ∇ where ∇ is an adjoint; "odot": always v ⊙ ∇.
    bold
        Vectors and matrices bold "italic", bold "upright", or "none": plain.
    dot
        The dot product as "transpose" aᵀ b or as "dot" a · b.
    semicolon
        Whether parameters follow the data of an unknown function after a semicolon.
    objective
        Whether an adjoint shows the L it is the gradient of.
    names
        Other names on paper, such as `{"h": "s", "tau": "T"}`.

    Examples
    --------
    >>> from symrnn.typeset import Notation, latex
    >>> from symrnn import Sequence, dims, t
    >>> h = Sequence("h", dims("n"))
    >>> latex(h[t - 1], notation=Notation(time="subscript", names={"h": "s"}))
    '\\\\boldsymbol{s}_{t-1}'
    """

    time: str = "superscript"
    adjoint: str = "nabla"
    products: str = "diag"
    bold: str = "italic"
    dot: str = "transpose"
    semicolon: bool = True
    objective: bool = True
    names: Any = field(default=())

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise Undefined(
                    f"Notation({name}={getattr(self, name)!r})",
                    repair="one of " + ", ".join(map(repr, allowed)),
                )
        pairs = self.names.items() if isinstance(self.names, Mapping) else self.names
        object.__setattr__(self, "names", tuple(sorted((str(old), str(new)) for old, new in pairs)))

    def name(self, identifier: str) -> str:
        """The name on paper of a Python identifier."""
        return next((new for old, new in self.names if old == identifier), identifier)

    @classmethod
    def named(cls, name: str) -> Notation:
        """A preset by its name.

        Raises
        ------
        Undefined
            When there is no preset of that name.
        """
        if name not in PRESETS:
            raise Undefined(f"no notation is called {name!r}", repair="one of " + ", ".join(PRESETS))
        return PRESETS[name]


PRESETS: Mapping[str, Notation] = MappingProxyType(
    {
        "goodfellow": Notation(),
        "d2l": Notation(time="subscript", adjoint="partial", bold="upright"),
        "cs231n": Notation(time="subscript", adjoint="d", products="odot", bold="none"),
    }
)


def as_notation(notation: Notation | str | None) -> Notation:
    """A notation from itself, from a preset's name, or the default."""
    if notation is None:
        return PRESETS["goodfellow"]
    return Notation.named(notation) if isinstance(notation, str) else notation


def terminal(notation: Notation | str | None = None) -> Notation:
    """The same conventions where there are no raised or stacked signs: h(t), a · b, ∇h(t)."""
    given = as_notation(notation)
    adjoint = "nabla" if given.adjoint == "partial" else given.adjoint
    return replace(given, time="argument", dot="dot", adjoint=adjoint, objective=False)
