"""Notations: how time, adjoints, products and names look. A notation changes what is printed, never what is derived.

A notation is data; the decisions that follow from it are made in `present`, once for all renderers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from symrnn.errors import Undefined
from symrnn.typeset.letters import checked

_IDENTIFIER = re.compile(r"[^\W\d_]\w*")

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "time": ("superscript", "subscript", "argument"),
        "adjoint": ("nabla", "partial", "delta", "bar", "d"),
        "adjoint_of": ("node", "preactivation"),
        "products": ("author", "diag", "odot"),
        "vectors": ("columns", "rows"),
        "gradient": ("parameter", "numerator"),
        "bold": ("italic", "upright", "none"),
        "dot": ("transpose", "dot"),
    }
)
SWITCHES: Mapping[str, bool] = MappingProxyType(
    dict.fromkeys(("yes", "true", "on", "1"), True) | dict.fromkeys(("no", "false", "off", "0"), False)
)


@dataclass(frozen=True)
class Notation:
    """The conventions of a text.

    Parameters
    ----------
    time
        "superscript" h⁽ᵗ⁾, "subscript" h_t, or "argument" h(t).
    adjoint
        "nabla" ∇_h L (∂L/∂s for a scalar s), "partial" ∂L/∂h, "delta" δ_h, "bar" h̄, or "d" dh as in code.
    adjoint_of
        What the recurrence runs through: the adjoint of the "node" h, or of its "preactivation" a in
        h = tanh(a), as in δ = ∇_a L. The derivation is made, and checked, for the model with a named.
    products
        "diag": v ⊙ ∇ is written diag(v) ∇ where ∇ is an adjoint; "odot": always v ⊙ ∇; "author": ⊙ where the
        model's own equations multiply vectors entry by entry, as gates do, else diag.
    vectors
        "columns", or "rows" as in code: h is (1, n), a matrix letter is the array that stands on its right,
        h W + x U, and gradients have the shapes of these arrays.
    gradient
        In the shape of the "parameter", or as a Jacobian in "numerator" layout: ∂L/∂h is a row, ∂L/∂W has the
        shape of Wᵀ.
    bold
        Vectors and matrices bold "italic", bold "upright", or "none": plain.
    dot
        The dot product as "transpose" aᵀ b or as "dot" a · b.
    semicolon
        Whether parameters follow the data of an unknown function after a semicolon.
    objective
        Whether an adjoint shows the L it is the gradient of.
    names
        Other names on paper, such as `{"h": "s", "tau": "T"}`; a name with a backslash or a brace is LaTeX.

    Raises
    ------
    Undefined
        For a value that a field does not have, and for a name that does not only print.

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
    adjoint_of: str = "node"
    products: str = "author"
    vectors: str = "columns"
    gradient: str = "parameter"
    bold: str = "italic"
    dot: str = "transpose"
    semicolon: bool = True
    objective: bool = True
    names: Any = field(default=())

    def __post_init__(self) -> None:
        for name, allowed in CHOICES.items():
            if getattr(self, name) not in allowed:
                raise _no_such(name, getattr(self, name), allowed)
        for name in ("semicolon", "objective"):
            if not isinstance(getattr(self, name), bool):
                raise _no_such(name, getattr(self, name), (True, False))
        object.__setattr__(self, "names", _checked_names(self.names))

    def _repr_html_(self) -> str:
        from symrnn.typeset.shown import html

        return html(self)

    def name(self, identifier: str) -> str:
        """The name on paper of a Python identifier."""
        return next((new for old, new in self.names if old == identifier), identifier)

    def using(self, *conventions: str) -> Notation:
        """The same notation with other values of some fields, each "field=value" or "names.h=s".

        Raises
        ------
        Undefined
            For a field or a value that there is not.

        Examples
        --------
        >>> Notation().using("time=subscript", "names.tau=T").name("tau")
        'T'
        """
        found = self
        for text in conventions:
            found = _with(found, text)
        return found

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


def _no_such(name: str, value: object, allowed: Iterable[object]) -> Undefined:
    return Undefined(f"Notation({name}={value!r})", repair="one of " + ", ".join(map(repr, allowed)))


def _checked_names(given: Any) -> tuple[tuple[str, str], ...]:
    """The pairs of names, sorted; each new name is an identifier or LaTeX that only prints."""
    pairs = tuple(given.items() if isinstance(given, Mapping) else given)
    for pair in pairs:
        if len(pair) != 2 or not all(isinstance(x, str) and x.strip() for x in pair):
            raise Undefined(f"Notation(names={given!r})", repair='names={"h": "s"}: identifiers with their new names')
        if "\\" in pair[1] or "{" in pair[1]:
            checked(pair[1])
        elif not _IDENTIFIER.fullmatch(pair[1]):
            raise Undefined(
                f"{pair[1]!r} is not a name on paper",
                law="a name is made of letters, digits and underscores, or is LaTeX with a backslash",
                repair='for instance "s", "W_hh", "yhat" or r"\\varphi"',
            )
    if len({old for old, _ in pairs}) < len(pairs):
        raise Undefined(f"Notation(names={given!r}) names one thing twice")
    return tuple(sorted(pairs))


def _with(notation: Notation, text: str) -> Notation:
    """One convention as the command line gives it."""
    key, sign, value = (part.strip() for part in text.partition("="))
    if key.startswith("names.") and sign:
        return replace(notation, names=dict(notation.names) | {key.removeprefix("names."): value})
    known = [f.name for f in fields(Notation) if f.name != "names"]
    if key not in known or not sign:
        raise Undefined(
            f"no convention {text!r}",
            law="a convention is field=value, or names.OLD=NEW",
            repair="a field is one of " + ", ".join(known),
        )
    if key not in CHOICES and value not in SWITCHES:
        raise _no_such(key, value, SWITCHES)
    change: dict[str, Any] = {key: value if key in CHOICES else SWITCHES[value]}
    return replace(notation, **change)


PRESETS: Mapping[str, Notation] = MappingProxyType(
    {
        "goodfellow": Notation(),
        "d2l": Notation(time="subscript", adjoint="partial", bold="upright"),
        "cs231n": Notation(time="subscript", adjoint="d", products="odot", vectors="rows", bold="none"),
    }
)


def as_notation(notation: Notation | str | None) -> Notation:
    """A notation from itself, from a preset's name, or the default."""
    if notation is None:
        return PRESETS["goodfellow"]
    return Notation.named(notation) if isinstance(notation, str) else notation


def terminal(notation: Notation | str | None = None) -> Notation:
    """The same conventions where there are no raised or stacked signs: h(t) or h_t, a · b, ∇h(t)."""
    given = as_notation(notation)
    time = "argument" if given.time == "superscript" else given.time
    return replace(given, time=time, dot="dot", objective=False)
