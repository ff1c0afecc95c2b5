"""What the names of a file mean where they stand: index, last time, dimension, number, sequence, function or value."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from lark import Token

from symrnn.model.reading import tree
from symrnn.model.reading.integers import read_size
from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.names import Names, did_you_mean
from symrnn.model.reading.source import Source
from symrnn.model.reading.verbs import ALIASES, VERBS
from symrnn.tensor.shape import Shape, as_shape


@dataclass(frozen=True)
class Declared:
    """What a declaration says of one name."""

    position: int
    kind: str
    shape: Shape | None  # None for an unknown function that works entry by entry
    simplex: bool
    latex: str


@dataclass
class Scope:
    """The names of one file."""

    source: Source
    names: Names
    declared: dict[str, Declared] = field(default_factory=dict)
    dimensions: dict[str, int] = field(default_factory=dict)  # with the place where each is first written
    objects: dict[str, Any] = field(default_factory=dict)  # what each name became

    def declare(self, node: tree.Declaration) -> None:
        """Take over one declaration."""
        for part in node.shape or ():
            for name in tree.walk(part):
                if isinstance(name, tree.Name):
                    self.dimensions.setdefault(name.text, name.position)
        shape = None if node.shape is None else as_shape([read_size(self.source, part) for part in node.shape])
        for token in node.names:
            if node.shape is None and node.kind != "function":
                raise self.source.error(
                    start(token),
                    "only a function is elementwise",
                    repair=f"write  function {token.value}: elementwise",
                )
            self._check_traits(node, token, shape)
            self.declared[str(token.value)] = Declared(start(token), node.kind, shape, node.simplex, node.latex)

    def _check_traits(self, node: tree.Declaration, token: Token, shape: Shape | None) -> None:
        if node.simplex and (node.kind in {"function", "fixed", "parameter"} or shape is None or len(shape) != 1):
            raise self.source.error(
                start(token),
                "simplex is said of sequences and constants that are vectors",
                law="the entries of a simplex vector sum to 1",
                repair=f"write  {token.value}: k simplex",
            )
        if node.latex and node.kind == "function":
            raise self.source.error(
                start(token), "a function has no name on paper of its own", repair="leave latex out"
            )

    def check_dimensions(self) -> None:
        """A name is a dimension or a thing, never both."""
        for name, position in self.dimensions.items():
            if name in self.declared or name in self.names.sequences:
                raise self.source.error(
                    position, f"{name} is a dimension and something else, too", law="one name, one meaning"
                )

    def role(self, node: tree.Name, indices: Any) -> str:
        """`index`, `last`, `dimension`, `pi` or `value`; refuses what cannot stand alone."""
        name = node.text
        if name in indices:
            return "index"
        if name == "tau" or (name.startswith("tau_") and name not in self.declared):
            return "last"
        if name in self.dimensions:
            return "dimension"
        if name in self.names.sequences or self._kind(name) == "sequence":
            raise self.source.error(
                node.position,
                f"{name} is a sequence: an equation needs one element of it",
                repair=f"write  {name}[t]  or  {name}[t-1]",
            )
        if self._kind(name) == "function":
            raise self.source.error(node.position, f"{name} is a function", repair=f"write  {name}(...)")
        if name not in self.declared:
            self._refuse_unfit(node)
            if spelled(name) == "pi":
                return "pi"
        return "value"

    def _kind(self, name: str) -> str:
        return self.declared[name].kind if name in self.declared else ""

    def _refuse_unfit(self, node: tree.Name) -> None:
        name = node.text
        if name in VERBS or name in ALIASES:
            raise self.source.error(
                node.position,
                f"{name} is a function",
                repair=f"write  {name}(...), or declare  {name}: ...  if it is a name of yours",
            )
        if name in _ALSO_NUMBERS:
            what, instead = _ALSO_NUMBERS[name]
            raise self.source.error(
                node.position,
                f"{name} may be {what} or a name of yours",
                repair=f"write  {instead}, or declare  {name}: ...",
            )
        if name == "t":
            raise self.source.error(node.position, "t is not a time here", repair="use the index of this equation")
        stem, _, index = name.rpartition("_")
        if stem in self.names.sequences and (index == "t" or index.isdigit()):
            raise self.source.error(
                node.position,
                f"{name} may be an element of {stem} or a name of its own",
                repair=f"write  {stem}[{index}]  for the element, or declare  {name}: ...",
            )

    def near(self, name: str) -> str:
        """`; did you mean theta?` for a name that is nearly a declared one."""
        others = [x for x in [*self.declared, *self.names.sequences] if len(x) > 2]
        return did_you_mean(name, [*others, *VERBS] if name not in self.names.sequences else others)


_ALSO_NUMBERS = {
    "I": ("the identity", "eye(n)"),
    "e": ("Euler's number", "exp(...)"),
    "i": ("an index", "entry(h[t], 1)"),
}
_SIGNS = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
_LETTERS = {
    sign: word.lower() if "SMALL" in unicodedata.name(sign) else word.capitalize()
    for sign in _SIGNS
    for word in [unicodedata.name(sign).rsplit(" ", 1)[-1].replace("LAMDA", "LAMBDA")]
}


def spelled(name: str) -> str:
    """A name with its Greek letters in words: `θ_1` is `theta_1`."""
    return name if name.isascii() else "".join(_LETTERS.get(sign, sign) for sign in name)


def one_spelling(statements: list[Statement]) -> list[Statement]:
    """The statements with `θ` and `theta` made one name, the one that comes first; `τ` is always `tau`."""
    first = {"tau": "tau"}
    for statement in statements:
        for token in statement:
            if token.type == "NAME":
                first.setdefault(spelled(str(token.value)), str(token.value))
    return [
        [
            Token(t.type, first[spelled(str(t.value))], start_pos=t.start_pos, end_pos=t.end_pos)
            if t.type == "NAME"
            else t
            for t in statement
        ]
        for statement in statements
    ]
