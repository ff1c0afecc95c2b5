"""What letters mean: a run of letters is a declared name, a function, a word of notation, or names side by side.

The table of symbols decides. Longer readings come before shorter ones: `W_hh` before `W` with an index, `yhat` before
`y` times `h`; what is in no reading is undeclared, and the nearest name is suggested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from symrnn.errors import ReadError
from symrnn.model.formula import commands
from symrnn.model.formula.fault import Page
from symrnn.model.formula.signs import Sign
from symrnn.model.formula.symbols import Symbols
from symrnn.model.reading.names import LONGEST, did_you_mean

NUMBERED = 3  # letters of a word that may be names side by side


@dataclass(frozen=True)
class Named:
    """One name found: its kind, the name, and how many signs of the text it takes."""

    kind: str
    name: str
    taken: int = 1
    rest: str = ""  # letters of the last sign that are left over


def named(page: Page, table: Symbols, signs: list[Sign], i: int, bound: frozenset[str]) -> list[Named]:
    """The names that the word at `i` stands for; the last may take signs after the word.

    Raises
    ------
    ReadError
        Of kind `undeclared`.
    """
    sign = signs[i]
    whole = _whole(table, signs, i, bound)
    if whole is not None:
        return [whole]
    function = _function(table, signs, i)
    if function is not None:
        return [function]
    word = sign.text
    if word[0] == "d" and len(word) > 1 and _resolves(table, word[1:], signs, i):
        return [Named("diff", "d", 0, word[1:])]
    split = _split(table, word, bound) if sign.kind == "WORD" and not sign.tex else None
    if split is None:
        raise undeclared(page, table, sign)
    return split


def _whole(table: Symbols, signs: list[Sign], i: int, bound: frozenset[str]) -> Named | None:
    """A declared name: with what follows `_`, with a number right behind it, or alone."""
    word = signs[i].text
    spellings = table.spellings
    for text, taken in _indexed(signs, i):
        name = spellings.get(f"{word}_{text}")
        if name is not None:
            return Named(table.kinds[name], name, taken)
        if f"{word}_{text}" in table.lengths:
            return Named("length", f"{word}_{text}", taken)
    if _takes_index(table, signs, i):
        name = spellings[f"{word}_{signs.pop(i + 3).text}"]
        del signs[i + 3]  # the comma: h_{1,t-1} is h_1 at t-1
        return Named(table.kinds[name], name)
    follows = signs[i + 1] if i + 1 < len(signs) else None
    if follows is not None and follows.text == "_" and i + 2 < len(signs) and signs[i + 2].kind == "WORD":
        run = signs[i + 2].text  # TeX: in W_fh only the f is an index
        name = spellings.get(f"{word}_{run[0]}")
        if name is not None and len(run) > 1 and not signs[i + 2].tex:
            return Named(table.kinds[name], name, 3, run[1:])
    if word in spellings and not (table.adjoint == word == "delta" and _adjoint(table, signs, i)):
        return Named(table.kinds[spellings[word]], spellings[word])
    if table.adjoint in {"bar", "delta"}:
        adjoint = _adjoint(table, signs, i)
        if adjoint is not None:
            return adjoint
    if word == "L" and table.from_model:
        return Named("loss", "L")
    if word in table.lengths:
        return Named("length", "tau" if word == "T" else word)
    if word in table.indices or word in bound:
        return Named("index", word)
    if word in {"I", "ones"}:
        sized = next((taken for text, taken in _indexed(signs, i) if text in table.dims), 1)
        return Named("eye" if word == "I" else "ones", word, sized)
    return Named("dimension", word) if word in table.dims else None


def _adjoint(table: Symbols, signs: list[Sign], i: int) -> Named | None:
    """The gradient of the loss where a notation writes it as a bar over a name, or as delta with the name below."""
    word = signs[i].text
    if table.adjoint == "bar" and word.endswith("bar"):
        whole = _whole(
            replace(table, adjoint=""), [replace(signs[i], text=word[:-3]), *signs[i + 1 : i + 6]], 0, frozenset()
        )
        return None if whole is None else Named("adjoint", whole.name, whole.taken)
    if table.adjoint == "delta" and word == "delta":
        inner = [sign.text for sign in signs[i + 1 : i + 7]]
        if inner[:1] + inner[2:3] == ["_", "_"] and f"{inner[1]}_{''.join(inner[3:4])}" in table.spellings:
            return Named("adjoint", table.spellings[f"{inner[1]}_{inner[3]}"], 5)
        if inner[3:4] == [","] and f"{inner[2]}_{inner[4]}" in table.spellings:
            return Named("adjoint", table.spellings[f"{inner[2]}_{inner[4]}"], 7)
        for text, taken in _indexed(signs, i):
            if text in table.spellings:
                return Named("adjoint", table.spellings[text], taken)
    return None


def _takes_index(table: Symbols, signs: list[Sign], i: int) -> bool:
    """Whether the first of several indices belongs to the name at `i`."""
    texts = [sign.text for sign in signs[i : i + 5]]
    return texts[1:3] == ["_", "{"] and texts[4:5] == [","] and f"{texts[0]}_{texts[3]}" in table.spellings


def _indexed(signs: list[Sign], i: int) -> Iterator[tuple[str, int]]:
    """What may belong to the name at `i` as its index, with the number of signs up to its end."""
    following = signs[i + 1 : i + 8]
    if following and following[0].kind == "NUMBER" and not following[0].blank and signs[i].kind == "WORD":
        yield following[0].text, 2
    if following and following[0].kind == "SUB":
        yield "".join(commands.SUBSCRIPTS[c] for c in following[0].text), 2
    if len(following) > 1 and following[0].text == "_":
        if following[1].text == "{":
            end = next((k for k, sign in enumerate(following) if sign.text == "}"), None)
            inner = following[2:end]
            if end is not None and inner and all(s.kind in {"WORD", "NUMBER", "GREEK"} for s in inner):
                yield "".join(s.text for s in inner), end + 2
            elif end is not None and [s.text for s in inner[1::2]] == [","] and len(inner) == 3:
                yield f"{inner[0].text}_{inner[2].text}", end + 2
        elif following[1].kind in {"WORD", "NUMBER", "GREEK"}:
            yield following[1].text, 3


def _function(table: Symbols, signs: list[Sign], i: int) -> Named | None:
    word = signs[i].text
    if word in {"sum", "prod", "nabla", "grad", "partial", "mean"}:
        return Named("word", word)
    if word in {"if", "otherwise", "else", "when", "for"}:
        return Named("word", "otherwise" if word in {"otherwise", "else"} else "if")
    if word in {"sigma", "sigmoid", "logistic"}:
        return Named("function", "sigma")
    for text, taken in _indexed(signs, i):
        if f"{word}_{text}" in commands.FUNCTIONS:
            return Named("function", commands.FUNCTIONS[f"{word}_{text}"], taken)
    if word in commands.FUNCTIONS:
        return Named("function", commands.FUNCTIONS[word])
    follows = signs[i + 1].text if i + 1 < len(signs) else ""
    if word == "e" and (follows == "^" or (i + 1 < len(signs) and signs[i + 1].kind == "SUPER")):
        return Named("euler", "e")
    if word == "d":
        return Named("diff", "d")
    return None


def _resolves(table: Symbols, word: str, signs: list[Sign], i: int) -> bool:
    """Whether letters after a differential d are a declared name, perhaps with an index."""
    rest = [Sign("WORD", word, signs[i].place, signs[i].end), *signs[i + 1 : i + 6]]
    found = _whole(table, rest, 0, frozenset())
    return found is not None and found.kind in {"sequence", "parameter", "constant", "function"}


def _split(table: Symbols, word: str, bound: frozenset[str]) -> list[Named] | None:
    """Letters side by side, each a name: parameters and indices, and last perhaps a sequence or a function."""
    if len(word) < 2:
        return None
    found = []
    for k, letter in enumerate(word):
        last = k == len(word) - 1
        name = table.spellings.get(letter)
        kind = table.kinds[name] if name is not None else ""
        if name is not None and (last or kind in {"parameter", "constant"}):
            found.append(Named(kind, name, 1 if last else 0))
        elif letter in table.indices or letter in bound:
            found.append(Named("index", letter, 1 if last else 0))
        elif letter == "I":
            found.append(Named("eye", "I", 1 if last else 0))
        else:
            return None
    return found


def undeclared(page: Page, table: Symbols, sign: Sign) -> ReadError:
    """The error for a name that is in no table, with the nearest that is."""
    near = did_you_mean(sign.text, [*table.spellings, *commands.FUNCTIONS])
    if sign.text in table.dims:
        what = f"{sign.text} is a dimension here, not a name of a formula"
    else:
        shown = sign.text if len(sign.text) <= LONGEST else f"{sign.text[:LONGEST]}..."
        what = f"{shown} is not declared{near}"
    names = ", ".join(sorted(table.kinds))
    return page.fault("undeclared", sign.place, what, repair=f"the names here are {names}")
