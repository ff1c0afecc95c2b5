"""From signs to tokens, and from tokens to statements: one for each line, or for each part between `;`.

Other spellings become one here: `**` and `^`, `×` and `x`, `θ` with an accent, raised times. What a name
stands for is decided later, from the whole file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lark import Token

from symrnn.model.reading.source import Source, describe

DEEPEST = 50  # brackets inside brackets
MOST_TOKENS = 10_000
LONGEST_NAME = 60
MOST_STATEMENTS = 300
LONGEST_STATEMENT = 2_000  # words and signs
_GREEK = "αβγδεζηθικλμνξπρστυφχψωϑϕϖϱϵΓΔΘΛΞΠΣΦΨΩ"  # the Greek letters that do not look Latin throughout
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot"}
_PRECOMPOSED = "".join(
    sign
    for base in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for accent in _ACCENTS
    if len(sign := unicodedata.normalize("NFC", base + accent)) == 1
)
_LETTER = f"[A-Za-z{_GREEK}{_PRECOMPOSED}][{''.join(_ACCENTS)}]?"
_SIGN = f"(?:[0-9]|{_LETTER})"
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵗᵏⁱʲ", "0123456789+-tkij", strict=True))
_BRACKETS = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "⁽": "LSQB", "⁾": "RSQB"}
_CLOSING = {"(": ")", "[": "]", "{": "}", "⁽": "⁾"}
_SIGNS = {"+": "PLUS", "-": "MINUS", "−": "MINUS", "*": "STAR", "⊙": "STAR", "∘": "STAR", "/": "SLASH", "@": "AT"} | {
    "·": "CDOT",
    "⋅": "CDOT",
    "=": "EQUALS",
    ",": "COMMA",
    ";": "SEMICOLON",
    ":": "COLON",
    "×": "BY",
    "∈": "IN",
}
_PATTERN = re.compile(
    rf"""
    (?P<SPACE>[ \t]+|\#[^\n]*)
  | (?P<NEWLINE>\n)
  | (?P<DOTS>\.\.\.?|…)
  | (?P<NUMBER>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<BIGSUM>(?:sum|mean|[Σ∑])_(?:[A-Za-z](?![\w])|(?=\{{)))
  | (?P<TRANSPOSE>(?:\.|\^)T(?![\w])|\^⊤|ᵀ|⊤)
  | (?P<NAME>{_LETTER}{_SIGN}*(?:_(?:{_SIGN}+|\{{{_SIGN}+\}}))*)
  | (?P<HAT>\*\*|\^)
  | (?P<STRING>"[^"\n]*")
  | (?P<RAISED>[{"".join(_RAISED)}]+)
  | (?P<BRACKET>[()\[\]{{}}⁽⁾])
  | (?P<OTHER>[+\-−*⊙∘/@·⋅=,;:×∈])
    """,
    re.VERBOSE,
)
_PARTS = re.compile("[0-9]+|[^0-9]")
CONTINUING = frozenset({"PLUS", "MINUS", "STAR", "SLASH", "AT", "CDOT", "HAT", "EQUALS", "COMMA", "BY"})
_BEGINNING = CONTINUING - {"COMMA"}

Statement = list[Token]


def statements(source: Source) -> list[Statement]:
    """The statements of a text, each a list of tokens; a line goes on where an operator or a bracket is open."""
    found: list[Statement] = [[]]
    depth = 0
    tokens = list(_tokens(source))
    for i, token in enumerate(tokens):
        if token.type == "NEWLINE":
            following = tokens[i + 1].type if i + 1 < len(tokens) else ""
            goes_on = depth or (found[-1] and found[-1][-1].type in CONTINUING) or following in _BEGINNING
            if not goes_on:
                found.append([])
        elif token.type == "SEMICOLON" and not depth:
            found.append([])
        else:
            depth += (token.type in {"LPAR", "LSQB", "LBRACE"}) - (token.type in {"RPAR", "RSQB", "RBRACE"})
            found[-1].append(token)
    found = [s for s in found if s]
    if len(found) > MOST_STATEMENTS:
        first = found[MOST_STATEMENTS][0]
        raise source.error(start(first), f"more than {MOST_STATEMENTS} statements", repair="split the model")
    long = next((s for s in found if len(s) > LONGEST_STATEMENT), None)
    if long:
        raise source.error(
            start(long[0]),
            f"a statement of more than {LONGEST_STATEMENT} words and signs",
            repair="name a part of it by an equation of its own",
        )
    return found


def start(token: Token) -> int:
    """The position of a token's first sign."""
    return token.start_pos or 0


def _tokens(source: Source) -> Iterator[Token]:
    """All tokens but spaces and comments; brackets are matched, and their depth bounded."""
    text, position, count = source.text, 0, 0
    opened: list[tuple[str, int]] = []
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            raise _stranger(source, position)
        kind, value = str(match.lastgroup), match.group()
        if kind == "BRACKET":
            _match_bracket(source, value, position, opened)
        if kind not in {"SPACE", "NEWLINE"}:
            count += 1
            if count > MOST_TOKENS:
                raise source.error(position, f"more than {MOST_TOKENS} words and signs", repair="split the model")
        if kind != "SPACE":
            yield from _spelled(source, kind, value, position, bool(opened) and opened[-1][0] == "⁽")
        position = match.end()
    if opened:
        sign, where = opened[-1]
        raise source.error(where, f"`{sign}` is never closed", repair=f"add the missing `{_CLOSING[sign]}`")


def _match_bracket(source: Source, sign: str, position: int, opened: list[tuple[str, int]]) -> None:
    if sign in _CLOSING:
        opened.append((sign, position))
        if len(opened) > DEEPEST:
            raise source.error(
                position,
                f"brackets are nested more than {DEEPEST} deep",
                repair="name a part by an equation of its own",
            )
        return
    if not opened:
        raise source.error(position, f"`{sign}` closes nothing", repair="remove it, or add what opens it")
    before, _ = opened.pop()
    if _CLOSING[before] != sign:
        raise source.error(position, f"`{sign}` where `{_CLOSING[before]}` should close `{before}`")


def _spelled(source: Source, kind: str, value: str, position: int, raised: bool) -> Iterator[Token]:
    """One token in its one spelling; raised signs become a time inside ⁽ ⁾ and a power elsewhere."""

    def token(kind: str, text: str) -> Token:
        return Token(kind, text, start_pos=position, end_pos=position + len(value))

    if kind == "BRACKET":
        yield token(_BRACKETS[value], value)
    elif kind == "OTHER":
        yield token(_SIGNS[value], value)
    elif kind == "NAME":
        name = plain_name(value)
        if len(name) > LONGEST_NAME:
            raise source.error(position, f"a name of {len(name)} signs; it may have {LONGEST_NAME}")
        yield token(kind, name)
    elif kind == "RAISED":
        low = "".join(_RAISED[sign] for sign in value)
        inner = [(_SIGNS.get(part) or ("NUMBER" if part.isdigit() else "NAME"), part) for part in _PARTS.findall(low)]
        around = inner if raised else [("HAT", "^"), ("LPAR", "("), *inner, ("RPAR", ")")]
        yield from (token(*part) for part in around)
    else:
        yield token(kind, value)


def plain_name(name: str) -> str:
    """A name without accents and braces: `ŷ` is `yhat`, `W_{hh}` is `W_hh`."""
    if name.isascii() and "{" not in name:
        return name
    split = unicodedata.normalize("NFD", name.replace("{", "").replace("}", ""))
    return "".join(_ACCENTS.get(sign, sign) for sign in split)


def _stranger(source: Source, position: int) -> Exception:
    sign = source.text[position]
    if sign == "\\":
        return source.error(
            position,
            "a model file has no TeX commands",
            repair="write a name alone, theta for \\theta, and tanh for \\tanh",
        )
    if sign == "_":
        return source.error(
            position,
            "`_` belongs inside a name, as in W_hh",
            repair="a time is written in brackets:  h[t],  h[t-1]",
        )
    if sign == '"':
        return source.error(position, "the quotation mark is not closed on its line", repair='add the closing `"`')
    if sign.isascii():
        return source.error(position, f"`{sign}` has no meaning in a model file")
    like = latin_look(sign)
    return source.error(
        position,
        f"{describe(sign)} has no meaning in a model file" + (f"; it only looks like `{like}`" if like else ""),
        repair=f"type `{like}`" if like else "names have Latin or Greek letters and digits; or write theta for θ",
    )


_CYRILLIC = dict(zip("асеорхуѕіјһԁԝкАВЕКМНОРСТХІЅЈ", "aceopxysijhdwkABEKMHOPCTXISJ", strict=True))
_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϳ", "ABEZHIKMNOPTYXocj", strict=True))


def latin_look(sign: str) -> str:
    """The Latin letter or plain sign that a sign may be mistaken for, or nothing."""
    known = (_CYRILLIC | _CAPITALS).get(sign)
    if known:
        return known
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 and folded != sign and folded.isascii() and folded.isprintable() else ""
