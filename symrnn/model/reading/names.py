"""What the names of a file are: keywords, functions, sequences, or plain names.

This is read off the whole file before it is parsed. Here are the words that the grammar knows, and the record of what
each name was found to be; `classify` fills it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

from lark import Token

from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.source import Source
from symrnn.model.reading.verbs import ALIASES, VERBS, Verb

KINDS = ("sequence", "constant", "parameter", "fixed", "function")
LONGEST = 40  # letters of a name that may be a misspelled one
_WORDS = {"scalar": "SCALAR", "elementwise": "ELEMENTWISE", "simplex": "SIMPLEX", "latex": "LATEX"}
LAST_TIMES = {"tau"}
_RESERVED = {"t": "is the time index", "tau": "is the last time", "for": "begins a range"}


@dataclass
class Names:
    """What a file's names were found to be."""

    source: Source
    kinds: dict[str, str] = field(default_factory=dict)  # every declared name, '' where no kind is written
    sequences: dict[str, int] = field(default_factory=dict)  # with the place where it is first seen with a time

    def is_function(self, name: str) -> bool:
        """Whether the name, followed by a bracket, is a function: a declared one, or one everybody knows."""
        if name in self.kinds:
            return self.kinds[name] == "function"
        return name in VERBS or name in ALIASES

    @staticmethod
    def verb(name: str) -> tuple[str, Verb]:
        """A known function by its name or another name of it."""
        name = ALIASES.get(name, name)
        return name, VERBS[name]


def did_you_mean(name: str, among: Iterable[str]) -> str:
    """`; did you mean tanh?` for the nearest of some names, or nothing; swapped letters are nearest."""
    if not 3 <= len(name) <= LONGEST:
        return ""
    small = name.lower()

    def nearness(other: str) -> float:
        swapped = 0.95 if sorted(small) == sorted(other.lower()) else 0.0
        return max(swapped, SequenceMatcher(None, small, other.lower()).ratio())

    unlike = [other for other in among if other.rstrip("_0123456789") != name.rstrip("_0123456789")]
    best = max(unlike, key=nearness, default="")
    return f"; did you mean {best}?" if best and nearness(best) >= 0.72 else ""


def is_declaration(statement: Statement) -> bool:
    """Whether a statement has a colon before any equals sign."""
    for token in statement:
        if token.type == "COLON":
            return True
        if token.type in {"EQUALS", "LSQB", "LPAR"}:
            return False
    return False


def changed(token: Token, kind: str) -> Token:
    return Token(kind, token.value, start_pos=token.start_pos, end_pos=token.end_pos)


def mark_declaration(names: Names, statement: Statement) -> Statement:
    """Keywords of a declaration; `x` between two sizes is `by`."""
    colon = next(i for i, token in enumerate(statement) if token.type == "COLON")
    head, tail = list(statement[: colon + 1]), statement[colon + 1 :]
    kind = ""
    if len(head) > 2 and head[0].type == "NAME" and head[1].type == "NAME":
        kind = str(head[0].value)
        if kind not in KINDS:
            raise names.source.error(
                start(head[0]),
                f"{kind!r} is no kind of declaration{did_you_mean(kind, KINDS)}",
                repair="one of " + ", ".join(KINDS) + ", or none:  h: n",
            )
        head[0] = changed(head[0], "KIND")
    for token in head:
        if token.type == "NAME":
            _declare(names, token, kind)
    return head + _sizes(tail)


def _declare(names: Names, token: Token, kind: str) -> None:
    name = str(token.value)
    if name in _RESERVED:
        what = f"the name {name} is taken: it {_RESERVED[name]}"
        raise names.source.error(start(token), what, repair="choose another name")
    if name in names.kinds:
        raise names.source.error(start(token), f"{name} is declared twice", repair="keep one of the declarations")
    names.kinds[name] = kind


def _sizes(tail: Statement) -> Statement:
    found: Statement = []
    for token in tail:
        word = str(token.value)
        after_size = bool(found) and found[-1].type in {"NAME", "NUMBER", "RPAR"}
        if token.type == "NAME" and after_size and word[0] == "x" and (word == "x" or word[1:].isdigit()):
            begin = start(token)
            found.append(Token("BY", "x", start_pos=begin, end_pos=begin + 1))
            if word != "x":
                found.append(Token("NUMBER", word[1:], start_pos=begin + 1, end_pos=token.end_pos))
        elif token.type == "NAME" and word in _WORDS and (after_size or not found or word in {"simplex", "latex"}):
            found.append(changed(token, _WORDS[word]))
        else:
            found.append(token)
    return found


def mark_keywords(source: Source, statement: Statement) -> Statement:
    """`loss =` and `where` at the beginning, `for t =` anywhere."""
    found = list(statement)
    kinds = [token.type for token in found] + ["", "", ""]
    if found[0].value == "loss" and kinds[1] == "EQUALS":
        found[0] = changed(found[0], "LOSS")
    elif found[0].value == "where" and kinds[1] == "NAME":
        found[0] = changed(found[0], "WHERE")
    for i, token in enumerate(found):
        if token.value == "for" and kinds[i] == "NAME":
            if kinds[i + 1] != "NAME":
                raise source.error(start(token), "`for` begins a range", repair="write  for t = 2..tau")
            found[i] = changed(token, "FOR")
            if i + 2 < len(found) and found[i + 2].value == "in":
                found[i + 2] = changed(found[i + 2], "IN")
    return found


def indices_of(statement: Statement) -> set[str]:
    """The names that are time indices somewhere in a statement."""
    found = {"t"}
    for before, token in pairwise(statement):
        if token.type == "NAME" and before.type == "FOR":
            found.add(str(token.value))
        if token.type == "NAME" and before.type == "LBRACE":
            found.add(str(token.value))
    found |= {str(token.value).split("_")[1] for token in statement if token.type == "BIGSUM"}
    return found - {""}
