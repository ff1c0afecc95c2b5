"""From words to a tree, by the grammar in `formula.lark`, and what to say when a word does not fit."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, Tree, UnexpectedToken, v_args

from symrnn.errors import ReadError
from symrnn.model.formula.fault import Page
from symrnn.model.formula.limits import DEEPEST

_SHOWN = {"SUBOPEN": "_", "SUPOPEN": "^", "TIMEOPEN": "^(", "FRAC": "\\frac", "$END": "the end"}


def parse(page: Page, words: list[Token]) -> Tree[Any]:
    """The tree of a formula.

    Raises
    ------
    ReadError
        Of kind `syntax`, with the word that does not fit, or `limit` when it is nested too deep.
    """
    if not words:
        raise page.fault("syntax", 0, "there is nothing to read", repair="type a formula")
    reader = _parser().parse_interactive(None)
    previous: Token | None = None
    try:
        for word in words:
            reader.feed_token(word)
            previous = word
        found: Tree[Any] = reader.feed_eof(words[-1])
    except UnexpectedToken as unexpected:
        raise _complaint(page, unexpected.token, previous) from None
    if _depth(found) > DEEPEST:
        raise page.fault("limit", 0, f"this is nested more than {DEEPEST} deep", repair="name its parts")
    return found


@cache
def _parser() -> Lark:
    grammar = resources.files("symrnn.model").joinpath("formula.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", start="formula", lexer="basic", transformer=_Chains(), maybe_placeholders=False)


@v_args(inline=True)
class _Chains(Transformer[Token, Any]):
    """Chains of one operation become one flat tree: signs and parts in turn, beginning with a part."""

    def plus(self, left: Any, sign: Token, right: Any) -> Any:
        return _chained("sum", left, sign, right)

    minus = plus

    def times(self, left: Any, sign: Token, right: Any) -> Any:
        return _chained("entrywise", left, sign, right)

    over = times

    def juxtaposed(self, left: Any, right: Any) -> Any:
        return _chained("product", left, Token("BESIDE", "", start_pos=place_of(right)), right)

    def joined(self, left: Any, sign: Token, right: Any) -> Any:
        return _chained("product", left, sign, right)


def _chained(kind: str, left: Any, sign: Token, right: Any) -> Any:
    if isinstance(left, Tree) and left.data == kind:
        left.children += [sign, right]  # in place: a copy for each part would take time with the square of their number
        return left
    return Tree(kind, [left, sign, right])


def place_of(node: Any) -> int:
    """The place of the first word of a tree."""
    while isinstance(node, Tree):
        node = node.children[0] if node.children else None
    return int(node.start_pos or 0) if isinstance(node, Token) else 0


def _depth(tree: Any) -> int:
    deepest, stack = 0, [(tree, 1)]
    while stack:
        top, level = stack.pop()
        if isinstance(top, Tree):
            deepest = max(deepest, level)
            stack.extend((child, level + 1) for child in top.children)
    return deepest


def _complaint(page: Page, word: Token, before: Token | None) -> ReadError:
    """What does not fit, in the words of a person who types."""
    place = int(word.start_pos or 0)
    if word.type == "$END":
        place = max(0, len(page.source.text.rstrip()))
    if before is not None and before.type == "FUNC":
        what = f"{before.value} is a function: it needs what it is applied to"
        return page.fault("syntax", int(before.start_pos or 0), what, repair=f"write {before.value}(...)")
    if word.type == "DOTS":
        what = "dots stand for terms that are not written"
        return page.fault("unsupported", place, what, repair="write \\sum_{k=1}^{t} or \\prod_{j=t}^{k+1}")
    if word.type == "COMMA":
        return page.fault("syntax", place, "one formula at a time", repair="type one formula, without commas")
    if before is not None and before.type == "DIFF":
        return page.fault("syntax", place, "a derivative goes of a name, by a name", repair="write ∂h_t/∂w")
    shown = _SHOWN.get(word.type, str(word.value))
    what = "the formula ends too early" if word.type == "$END" else f"`{shown}` is not expected here"
    return page.fault("syntax", place, what, repair="an operator stands between two things, a bracket around one")
