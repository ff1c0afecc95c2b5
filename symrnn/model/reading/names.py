"""What the names of a file are: keywords, functions, sequences, or plain names.

This is read off the whole file before it is parsed, since `f(a)` is a value of f, an element of f or a product,
depending on what f is. What stays open is refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from lark import Token

from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.source import Source
from symrnn.model.reading.verbs import ALIASES, VERBS, Verb

KINDS = ("sequence", "constant", "parameter", "fixed", "function")
_WORDS = {"scalar": "SCALAR", "elementwise": "ELEMENTWISE", "simplex": "SIMPLEX", "latex": "LATEX"}
_TIMES = frozenset({"NAME", "NUMBER", "PLUS", "MINUS"})
LAST_TIMES = {"tau"}


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

    def close(self, name: str, among: list[str]) -> str:
        """`: did you mean tanh?`, or nothing."""
        found = get_close_matches(name, among, n=1, cutoff=0.7)
        return f"; did you mean {found[0]}?" if found else ""


def is_declaration(statement: Statement) -> bool:
    """Whether a statement has a colon before any equals sign."""
    for token in statement:
        if token.type == "COLON":
            return True
        if token.type in {"EQUALS", "LSQB", "LPAR"}:
            return False
    return False


def classify(source: Source, statements: list[Statement]) -> tuple[Names, list[Statement]]:
    """The names of a file, and its statements with the tokens that its parser needs."""
    names = Names(source)
    marked = [_declaration(names, s) if is_declaration(s) else _keywords(s) for s in statements]
    for statement in marked:
        if not is_declaration(statement):
            _find_sequences(names, statement)
    for name, position in names.sequences.items():
        if names.kinds.get(name) not in {None, "", "sequence"}:
            raise source.error(
                position,
                f"{name} is declared a {names.kinds[name]}, so it has no time",
                repair=f"write  {name}  alone, or declare  {name}: ...  without `{names.kinds[name]}`",
            )
    return names, [s if is_declaration(s) else _calls(names, s) for s in marked]


def _changed(token: Token, kind: str) -> Token:
    return Token(kind, token.value, start_pos=token.start_pos, end_pos=token.end_pos)


def _declaration(names: Names, statement: Statement) -> Statement:
    """Keywords of a declaration; `x` between two sizes is `by`."""
    colon = next(i for i, token in enumerate(statement) if token.type == "COLON")
    head, tail = list(statement[: colon + 1]), statement[colon + 1 :]
    kind = ""
    if len(head) > 2 and head[0].type == "NAME" and head[1].type == "NAME":
        kind = str(head[0].value)
        if kind not in KINDS:
            raise names.source.error(
                start(head[0]),
                f"{kind!r} is no kind of declaration{names.close(kind, list(KINDS))}",
                repair="one of " + ", ".join(KINDS) + ", or none:  h: n",
            )
        head[0] = _changed(head[0], "KIND")
    for token in head:
        if token.type == "NAME":
            _declare(names, token, kind)
    return head + _sizes(tail)


def _declare(names: Names, token: Token, kind: str) -> None:
    name = str(token.value)
    if name in {"t"} | LAST_TIMES:
        what = "the time index" if name == "t" else "the last time"
        raise names.source.error(start(token), f"the name {name} is taken: it is {what}", repair="choose another name")
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
            found.append(_changed(token, _WORDS[word]))
        else:
            found.append(token)
    return found


def _keywords(statement: Statement) -> Statement:
    """`loss =` and `where` at the beginning, `for t =` anywhere."""
    found = list(statement)
    kinds = [token.type for token in found] + ["", "", ""]
    if found[0].value == "loss" and kinds[1] == "EQUALS":
        found[0] = _changed(found[0], "LOSS")
    elif found[0].value == "where" and kinds[1] == "NAME":
        found[0] = _changed(found[0], "WHERE")
    for i, token in enumerate(found):
        if token.value == "for" and kinds[i] == "NAME" and kinds[i + 1] == "NAME":
            found[i] = _changed(token, "FOR")
            if i + 2 < len(found) and found[i + 2].value == "in":
                found[i + 2] = _changed(found[i + 2], "IN")
    return found


def _indices(statement: Statement) -> set[str]:
    """The names that are time indices somewhere in a statement."""
    found = {"t"}
    for before, token in zip(statement, statement[1:], strict=False):
        if token.type == "NAME" and before.type == "FOR":
            found.add(str(token.value))
        if token.type == "NAME" and before.type == "LBRACE":
            found.add(str(token.value))
    found |= {str(token.value).split("_")[1] for token in statement if token.type == "BIGSUM"}
    return found - {""}


def _closing(statement: Statement, opening: int) -> int:
    depth = 0
    for i in range(opening, len(statement)):
        depth += (statement[i].type in {"LPAR", "LSQB", "LBRACE"}) - (statement[i].type in {"RPAR", "RSQB", "RBRACE"})
        if not depth:
            return i
    return len(statement) - 1


def _is_time(inside: Statement, indices: set[str]) -> tuple[bool, bool]:
    """Whether tokens can be a time, and whether they name an index."""
    words = {str(token.value) for token in inside if token.type == "NAME"}
    last = {w for w in words if w in LAST_TIMES or w.startswith("tau_")}
    simple = bool(inside) and all(token.type in _TIMES for token in inside)
    return simple and words <= indices | last, bool(words & indices)


def _find_sequences(names: Names, statement: Statement) -> None:
    """Names with `[`, names with a time on the left side, and undeclared names with `(t ...)`."""
    indices = _indices(statement)
    first = 1 if statement[0].type == "WHERE" else 0
    for i, token in enumerate(statement[:-1]):
        if token.type != "NAME":
            continue
        name, after = str(token.value), statement[i + 1].type
        opening = i + 2 if after == "HAT" and i + 2 < len(statement) else i + 1
        if after == "LSQB":
            names.sequences.setdefault(name, start(token))
        elif statement[opening].type == "LPAR" and not names.kinds.get(name) and not names.is_function(name):
            end = _closing(statement, opening)
            simple, indexed = _is_time(statement[opening + 1 : end], indices)
            defined = i == first and end + 1 < len(statement) and statement[end + 1].type == "EQUALS"
            if simple and (defined or (indexed and after == "LPAR")):
                names.sequences.setdefault(name, start(token))


def _calls(names: Names, statement: Statement) -> Statement:
    """`h(t)` becomes `h[t]`, and functions are marked; what could be two things is refused."""
    found = list(statement)
    indices = _indices(statement)
    dropped: set[int] = set()
    for i, token in enumerate(found[:-1]):
        name, after = str(token.value), found[i + 1].type
        if token.type != "NAME":
            continue
        if name in names.sequences:
            opening = i + 2 if after == "HAT" and i + 2 < len(found) else i + 1
            if found[opening].type == "LPAR" and (after == "LPAR" or _is_time(_inside(found, opening), indices)[0]):
                end = _closing(found, opening)
                found[opening], found[end] = _changed(found[opening], "LSQB"), _changed(found[end], "RSQB")
                dropped |= set(range(i + 1, opening))
        elif after == "LPAR":
            found[i] = _called(names, token, found[i + 1], _inside(found, i + 1), indices)
        elif after == "HAT" and name not in names.kinds and i + 2 < len(found) and found[i + 2].type == "LPAR":
            _refuse_raised(names, token, _inside(found, i + 2), indices)
    return [token for i, token in enumerate(found) if i not in dropped]


def _inside(statement: Statement, opening: int) -> Statement:
    return statement[opening + 1 : _closing(statement, opening)]


def _called(names: Names, token: Token, bracket: Token, inside: Statement, indices: set[str]) -> Token:
    """The name before a bracket: a function, or the left factor of a product."""
    name = str(token.value)
    if names.is_function(name):
        return _changed(token, "FUNCTION")
    adjacent = token.end_pos == bracket.start_pos
    known = name in names.kinds or name in indices | LAST_TIMES or name == "pi"
    if _is_list(inside) or (adjacent and not known):
        functions = [*VERBS, *(f for f, kind in names.kinds.items() if kind == "function")]
        raise names.source.error(
            start(token),
            f"{name} is not a known function{names.close(name, functions)}",
            repair=f"declare  function {name}: n;  a product with a bracket is written  {name} * (...)",
        )
    return token


def _is_list(inside: Statement) -> bool:
    """Whether there is a comma or semicolon outside all inner brackets."""
    depth = 0
    for token in inside:
        depth += (token.type in {"LPAR", "LSQB", "LBRACE"}) - (token.type in {"RPAR", "RSQB", "RBRACE"})
        if not depth and token.type in {"COMMA", "SEMICOLON"}:
            return True
    return False


def _refuse_raised(names: Names, token: Token, inside: Statement, indices: set[str]) -> None:
    name = str(token.value)
    simple, indexed = _is_time(inside, indices)
    if simple and indexed:
        raise names.source.error(
            start(token),
            f"{name}^({' '.join(str(t.value) for t in inside)}) may be an element of {name} or a power of it",
            repair=f"write  {name}[{''.join(str(t.value) for t in inside)}]  for the element; for the power "
            f"declare  {name}: scalar",
        )
