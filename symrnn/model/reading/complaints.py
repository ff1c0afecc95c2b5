"""What to say when a token does not fit the grammar: the place, what was expected, and what people often get wrong."""

from __future__ import annotations

from itertools import pairwise

from lark import Token

from symrnn.model.reading.lexer import Statement, start
from symrnn.model.reading.source import Source

_WANTED = {
    "NAME": "a name, a number or a bracket",
    "EQUALS": "`=`",
    "COLON": "`:`",
    "RPAR": "`)`",
    "RSQB": "`]`",
    "RBRACE": "`}`",
    "DOTS": "`..`",
    "STRING": "text in quotation marks",
    "PLUS": "an operator",
}


def complaint(source: Source, statement: Statement, token: Token, accepted: set[str], rule: str) -> Exception:
    """What does not fit, and what was expected instead."""
    wanted = [
        text for kind, text in _WANTED.items() if kind in accepted and not (kind == "PLUS" and "NAME" in accepted)
    ]
    hint = "expected " + " or ".join(wanted) if wanted else ""
    if token.type == "$END":
        return _end_complaint(source, statement, statement[-1].end_pos or 0, rule, hint)
    before = next((a for a, b in pairwise(statement) if b is token), None)
    if token.type == "COMMA" and "RSQB" in accepted:
        return source.error(start(token), "an element has one time", repair="an entry is written  entry(W, 1, 2)")
    return _known_fault(source, token, before, rule) or source.error(
        start(token), f"`{token.value}` is not expected here", repair=hint
    )


def _known_fault(source: Source, token: Token, before: Token | None, rule: str) -> Exception | None:
    """A fault that people make often, in words of its own."""
    at = start(token)
    before_type = before.type if before is not None else ""
    if token.type == "EQUALS" and before_type == "EQUALS":
        return source.error(at, "`==`", law="an equation has one `=`", repair="write  h[t] = ...")
    if token.type == "EQUALS":
        return source.error(at, "a second `=` in one statement", law="one equation a line", repair="begin a new line")
    if token.type == "LSQB" and before_type in {"RSQB", "TRANSPOSE", "RPAR"}:
        return source.error(at, "an entry is not written with brackets", repair="write  entry(h[t], 1)")
    if token.type == "BY" and rule == "declaration":
        law = "scalars, vectors and matrices have ranks 0, 1, 2"
        return source.error(at, "a shape has at most two sizes", law=law, repair="write  W: n x m")
    if token.type == "COMMA" and rule == "declaration":
        return source.error(at, "sizes are separated by x", repair="write  W: n x m")
    return None


def _end_complaint(source: Source, statement: Statement, position: int, rule: str, hint: str) -> Exception:
    if rule == "equation" and not any(token.type == "EQUALS" for token in statement):
        return source.error(
            start(statement[0]),
            "this is neither an equation nor a declaration",
            law="a statement has an = or a colon",
            repair="write  h[t] = ...  or  h: n;  a comment begins with #",
        )
    return source.error(position, "the statement ends too early", repair=hint)
