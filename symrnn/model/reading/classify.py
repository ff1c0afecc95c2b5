"""What stands before a bracket: `f(a)` is a value of f, `h(t)` an element of h, `w (a)` a product.

Sequences are told by a time; what may be two things is refused.
"""

from __future__ import annotations

from lark import Token

from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.names import (
    LAST_TIMES,
    Names,
    changed,
    did_you_mean,
    indices_of,
    is_declaration,
    mark_declaration,
    mark_keywords,
)
from symrnn.model.reading.source import Source
from symrnn.model.reading.verbs import VERBS

_TIMES = frozenset({"NAME", "NUMBER", "PLUS", "MINUS"})
_OPENING = frozenset({"LPAR", "LSQB", "LBRACE"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE"})


def classify(source: Source, statements: list[Statement]) -> tuple[Names, list[Statement]]:
    """The names of a file, and its statements with the tokens that its parser needs."""
    names = Names(source)
    marked = [mark_declaration(names, s) if is_declaration(s) else mark_keywords(source, s) for s in statements]
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
    _check_transposes(names, marked)
    return names, [s if is_declaration(s) else _calls(names, s) for s in marked]


def _check_transposes(names: Names, marked: list[Statement]) -> None:
    if "T" not in names.kinds and "T" not in names.sequences:
        return
    for token in (token for statement in marked for token in statement):
        if token.type == "TRANSPOSE" and token.value == "^T":
            raise names.source.error(
                start(token), "^T may be a transpose or a power", repair="write  .T  for the transpose, or rename T"
            )


def _closing(statement: Statement, opening: int) -> int:
    depth = 0
    for i in range(opening, len(statement)):
        depth += (statement[i].type in _OPENING) - (statement[i].type in _CLOSING)
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
    indices = indices_of(statement)
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
    indices = indices_of(statement)
    dropped: set[int] = set()
    for i, token in enumerate(found[:-1]):
        name, after = str(token.value), found[i + 1].type
        if token.type != "NAME":
            continue
        if name in names.sequences:
            opening = i + 2 if after == "HAT" and i + 2 < len(found) else i + 1
            if found[opening].type == "LPAR" and (after == "LPAR" or _is_time(_inside(found, opening), indices)[0]):
                end = _closing(found, opening)
                found[opening], found[end] = changed(found[opening], "LSQB"), changed(found[end], "RSQB")
                dropped |= set(range(i + 1, opening))
        elif after == "LPAR":
            found[i] = _called(names, token, found[i + 1], _inside(found, i + 1), indices)
        elif after == "HAT" and not names.kinds.get(name) and i + 2 < len(found) and found[i + 2].type == "LPAR":
            _refuse_raised(names, token, _inside(found, i + 2), indices)
    return [token for i, token in enumerate(found) if i not in dropped]


def _inside(statement: Statement, opening: int) -> Statement:
    return statement[opening + 1 : _closing(statement, opening)]


def _called(names: Names, token: Token, bracket: Token, inside: Statement, indices: set[str]) -> Token:
    """The name before a bracket: a function, or the left factor of a product."""
    name = str(token.value)
    if names.is_function(name):
        return changed(token, "FUNCTION")
    adjacent = token.end_pos == bracket.start_pos
    known = name in names.kinds or name in indices | LAST_TIMES or name == "pi"
    if _is_list(inside) or (adjacent and not known):
        functions = [*VERBS, *(f for f, kind in names.kinds.items() if kind == "function")]
        raise names.source.error(
            start(token),
            f"{name} is not a known function{did_you_mean(name, functions)}",
            repair=f"declare  function {name}: n;  for a product leave a space:  {name} (...)",
        )
    return token


def _is_list(inside: Statement) -> bool:
    """Whether there is a comma or semicolon outside all inner brackets."""
    depth = 0
    for token in inside:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
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
            f"declare  parameter {name}: ...",
        )
