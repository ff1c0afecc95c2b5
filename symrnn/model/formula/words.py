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

MOST_INDICES = 4  # of one name, as in W_1_2
SCRIPTS = 4 * MOST_INDICES  # signs of a name with its indices, at most


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
    name = _of_first_indices(table, signs, i, word)
    if name:
        return Named(table.kinds[name], name)
    follows = signs[i + 1] if i + 1 < len(signs) else None
    if follows is not None and follows.text == "_" and i + 2 < len(signs) and signs[i + 2].kind == "WORD":
        run = signs[i + 2].text  # TeX: in W_fh only the f is an index
        name = spellings.get(f"{word}_{run[0]}")
        if name is not None and len(run) > 1 and not signs[i + 2].tex:
            return Named(table.kinds[name], name, 3, run[1:])
    own = Named(table.kinds[spellings[word]], spellings[word]) if word in spellings else None
    adjoint = _adjoint(table, signs, i) if own is None or table.adjoint == word == "delta" else None
    if adjoint is not None or own is not None:
        return adjoint or own
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
        own = [replace(signs[i], text=word[:-3]), *signs[i + 1 : i + SCRIPTS]]
        count = len(own)
        whole = _whole(replace(table, adjoint=""), own, 0, frozenset())
        del signs[i + 3 : i + 3 + count - len(own)]  # indices of the name beside its time
        return None if whole is None else Named("adjoint", whole.name, whole.taken)
    if table.adjoint == "delta" and word == "delta":
        for text, taken in _indexed(signs, i):
            if text in table.spellings:
                return Named("adjoint", table.spellings[text], taken)
        name = _of_first_indices(table, signs, i, "")
        return Named("adjoint", name) if name else None
    return None


def _of_first_indices(table: Symbols, signs: list[Sign], i: int, stem: str) -> str:
    """The name that takes the first of several indices in braces, which go: `h_{1,t-1}` is h_1 at t-1."""
    name, end = "", i + 3
    at, parts = end, [stem] if stem else []
    braced = [sign.text for sign in signs[i + 1 : i + 3]] == ["_", "{"]
    for k, sign in enumerate(signs[at : at + SCRIPTS] if braced else (), at):
        if sign.text == ",":
            parts.append("".join(s.text for s in signs[at:k]))
            at = k + 1
            if "_".join(parts) in table.spellings:
                name, end = table.spellings["_".join(parts)], at
        elif sign.kind not in _IN_AN_INDEX:
            break
    del signs[i + 3 : end]
    return name


_IN_AN_INDEX = frozenset({"WORD", "NUMBER", "GREEK"})


def _indexed(signs: list[Sign], i: int) -> Iterator[tuple[str, int]]:
    """What may belong to the name at `i` as its index, the longest first, with the number of signs up to its end."""
    found: list[tuple[str, int]] = []
    text, at = "", i + 1
    follows = signs[at] if at < len(signs) else signs[i]
    if follows.kind == "NUMBER" and not follows.blank and signs[i].kind == "WORD":
        text, at = follows.text, at + 1
        found.append((text, at - i))
    for _ in range(MOST_INDICES):
        pieces = list(_pieces(signs, at))
        for piece, end in pieces:
            found.append((f"{text}_{piece}" if text else piece, end - i))
        if not pieces:
            break
        text, at = found[-1][0], pieces[-1][1]
    return reversed(found)


def _pieces(signs: list[Sign], at: int) -> Iterator[tuple[str, int]]:
    """The subscript at a place, where it may be a part of a name, and where it ends; of `_a1` first `a`, then `a1`."""
    part = signs[at : at + SCRIPTS]
    if part and part[0].kind == "SUB":
        yield "".join(commands.SUBSCRIPTS[c] for c in part[0].text), at + 1
    elif len(part) < 2 or part[0].text != "_":
        return
    elif part[1].text == "{":
        end = next((k for k, sign in enumerate(part) if sign.text == "}"), 0)
        inner = part[2:end]
        if inner and all(s.kind in _IN_AN_INDEX or s.text == "," for s in inner):
            yield "".join("_" if s.text == "," else s.text for s in inner), at + end + 1
    elif part[1].kind in _IN_AN_INDEX:
        yield part[1].text, at + 2
        if part[2:] and part[2].kind == "NUMBER" and not part[2].blank:
            yield part[1].text + part[2].text, at + 3


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
    rest = [Sign("WORD", word, signs[i].place, signs[i].end), *signs[i + 1 : i + SCRIPTS]]
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
