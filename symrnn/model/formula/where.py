r"""Where a formula is said to hold: `..., \quad t = 1, \dots, \tau`, `... for t < tau`, `... (1 \le k < t)`.

The conditions behind a formula are about times alone and become comparisons of their own, so that they can be judged;
words that are no condition, and conditions on letters that the formula does not have, are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from symrnn.model.formula.commands import words
from symrnn.model.formula.display import outermost
from symrnn.model.formula.fault import Page
from symrnn.model.formula.flat import closing
from symrnn.model.formula.signs import Sign
from symrnn.model.formula.symbols import Symbols
from symrnn.model.formula.term import Term, free_indices, number

_WORDS = frozenset(words("for if when where with whenever provided ∀ forall forany forevery foreach"))
_FILLERS = frozenset(words("all any every each")) | _WORDS
_COMPARE = {"<": "lt", ">": "gt", "≤": "le", "≥": "ge"}
_RELATIONS = frozenset([*_COMPARE, "=", "∈"])
_DOTS = frozenset(["…", ":"])
_HEADS = frozenset(words("number index length add sub neg mul"))
_ALLOWED = _RELATIONS | _DOTS | frozenset([*"+-,()[]{}&", "\\{", "\\}"])
_REPAIR = "a range of times may follow, such as  for t < tau; name nothing else"
MOST_SIGNS = 200
Build = Callable[[list[Sign]], Term]


def parted(page: Page, table: Symbols, found: list[Sign]) -> tuple[list[Sign], list[Sign]]:
    """The signs of a formula, and those of the conditions behind it.

    Raises
    ------
    ReadError
        Of kind `unsupported`, for words behind a formula that are no condition.
    """
    count = len(found)
    first = next((i for i in range(count, 0, -1) if not _is_timeless(table, found[i - 1])), 0)
    last = max((i for i, sign in enumerate(found) if sign.text in _RELATIONS), default=0)
    for i, sign in outermost(found):
        if not i:
            continue
        if sign.text in _WORDS:
            if i < first or i == count - 1:
                raise page.fault("unsupported", sign.place, "words behind a formula are not read", repair=_REPAIR)
            return found[:i], found[i:]
        if first <= i <= last and _parts(page, found, i):
            return found[:i], found[i:]
    return found, []


def _parts(page: Page, found: list[Sign], i: int) -> bool:
    """Whether what begins at `i` may stand behind a formula: after a comma or wide blank, or in brackets of its own."""
    sign, before = found[i], found[i - 1]
    if sign.text in {",", ";", "&"}:
        return True
    if sign.text == "(" and closing(found, i) == len(found) - 1:
        named = before.kind in {"WORD", "GREEK"} and not sign.blank and found[max(0, i - 2)].text != "_"
        one = before.text in {"1", "𝟙", "𝟏"} or [s.text for s in found[max(0, i - 4) : i - 1]] == ["mathbb", "{", "1"]
        return not named and not one
    return "quad" in page.source.text[before.end : sign.place] and sign.text not in _RELATIONS | {"+", "-"}


def _is_timeless(table: Symbols, sign: Sign) -> bool:
    if sign.kind == "NUMBER" or sign.text in _FILLERS or sign.text == "and":
        return True
    if sign.kind in {"WORD", "GREEK"}:
        return table.kind(sign.text) in {"index", "length"}
    return sign.kind == "SIGN" and sign.text in _ALLOWED


def _relates(signs: list[Sign]) -> bool:
    return any(sign.text in _RELATIONS for sign in signs)


def conditions(page: Page, signs: list[Sign], term: Term, build: Build) -> tuple[Term, ...]:
    """The comparisons that the signs behind a formula say.

    Raises
    ------
    ReadError
        Where they say something of a letter that the formula does not have, or cannot be read.
    """
    if len(signs) > MOST_SIGNS:
        what = f"conditions of {len(signs)} signs; they may have {MOST_SIGNS}"
        raise page.fault("limit", signs[0].place, what, repair=_REPAIR)
    found = tuple(one for run in _runs(signs) for one in _comparisons(page, run, build))
    free = free_indices(term)
    for letter in (part for one in found for part in one.walk() if part.head == "index"):
        if letter.text not in free:
            what = f"this says where {letter.text} is, but the formula has no free {letter.text}"
            repair = "leave it out" if letter.text not in {p.text for p in term.walk()} else "its sum says it already"
            raise page.fault("unsupported", letter.place, what, repair=repair)
    return found


def _runs(signs: list[Sign]) -> Iterator[list[list[Sign]]]:
    """One run for each relation, as its items: `t = 1, …, tau, k < t` is `t = 1 | … | tau` and `k < t`."""
    runs: list[list[list[Sign]]] = []
    for item in _items(_bare(signs)):
        if _relates(item) or not runs:
            runs.append([item])
        else:
            runs[-1].append(item)
    for run in runs:
        if _relates(run[0]) or any(len(item) > 1 for item in run):  # "for all t" says nothing
            yield run


def _bare(signs: list[Sign]) -> list[Sign]:
    """Without the words, and without brackets around the whole."""
    found = [replace(s, text=",") if s.text in {"and", ";", "&"} else s for s in signs if s.text not in _FILLERS]
    while found and found[0].text == ",":
        found = found[1:]
    if found and found[0].text == "(" and closing(found, 0) == len(found) - 1:
        return _bare(found[1:-1])
    return found


def _items(signs: list[Sign]) -> Iterator[list[Sign]]:
    """What stands between commas; dots are an item of their own."""
    item: list[Sign] = []
    braces = {"{", "}", "\\{", "\\}", "[", "]"}
    for sign in signs:
        if sign.text in _DOTS or sign.text == ",":
            yield from [item] if item else []
            yield from [[sign]] if sign.text in _DOTS else []
            item = []
        elif sign.text not in braces:
            item.append(sign)
    yield from [item] if item else []


def _comparisons(page: Page, items: list[list[Sign]], build: Build) -> Iterator[Term]:
    """The comparisons of one run."""
    first, signs = items[0], []  # type: tuple[list[Sign], list[Sign]]
    sides: list[list[Sign]] = [[]]
    for sign in first:
        if sign.text in _RELATIONS:
            signs.append(sign)
            sides.append([])
        else:
            sides[-1].append(sign)
    for empty, sign in zip(sides, [*signs, first[0]], strict=True):
        if not empty:
            raise page.fault("syntax", sign.place, "a condition has two sides", repair=_REPAIR)
    listed = len(items) > 1 or (signs and signs[0].text == "∈")
    if not signs or (listed and (len(signs) != 1 or signs[0].text not in {"=", "∈"})):
        raise page.fault("syntax", first[0].place, "this is no condition", repair=_REPAIR)
    values = [_time(page, side, build) for side in sides]
    if listed:
        yield from _range(page, values, items[1:], build)
        return
    for sign, left, right in zip(signs, values, values[1:], strict=False):
        yield Term("eq" if sign.text == "=" else _COMPARE[sign.text], (left, right), place=left.place)


def _time(page: Page, signs: list[Sign], build: Build) -> Term:
    term = build(signs)
    if any(part.head not in _HEADS for part in term.walk()):
        raise page.fault("unsupported", signs[0].place, "a condition is about times", repair=_REPAIR)
    return term


def _range(page: Page, values: list[Term], items: list[list[Sign]], build: Build) -> Iterator[Term]:
    """`t = 1, …, tau` and `t = tau, tau-1, …, 1`: the smaller end first."""
    letter, start = values
    dots = [item[0].text in _DOTS for item in items]
    if sum(dots) != 1 or len(items) - dots.index(True) != 2 or len(items) > 4:
        raise page.fault("unsupported", letter.place, "these are no times in a row", repair="write  t = 1, ..., tau")
    end = _time(page, items[-1], build)
    ends = (start, end)
    steps = [_time(page, item, build) for item in items[: dots.index(True)]]
    rises = _rises(page, ends, steps)
    low, high = ends if rises else ends[::-1]
    yield Term("le", (low, letter), place=letter.place)
    yield Term("le", (letter, high), place=letter.place)


def _rises(page: Page, ends: tuple[Term, Term], steps: list[Term]) -> bool:
    """Whether times are listed upwards; they go on by one."""
    first, last = ends
    up = first.head == "number" or _has_length(last)
    down = last.head == "number" or _has_length(first)
    offsets = {_offset(before, after) for before, after in zip([first, *steps], steps, strict=False)}
    if len(offsets) > 1 or not offsets <= {1, -1} or (up == down and not offsets):
        raise page.fault("ambiguous", first.place, "where do these times begin, and where do they end?", repair=_REPAIR)
    rises = 1 in offsets if offsets else up
    if rises != up and up != down:
        raise page.fault("ambiguous", first.place, "do these times rise or fall?", repair=_REPAIR)
    return rises


def _has_length(term: Term) -> bool:
    return any(part.head == "length" for part in term.walk())


def _offset(before: Term, after: Term) -> int | None:
    """By how much one time is later than another of the same base."""
    (one, a), (other, b) = _split(before), _split(after)
    return b - a if one == other else None


def _split(term: Term) -> tuple[Term, int]:
    if term.head == "number":
        return number(0), int(term.text)
    if term.head in {"add", "sub"} and len(term.parts) == 2 and term.parts[1].head == "number":
        return term.parts[0], int(term.parts[1].text) * (1 if term.head == "add" else -1)
    return term, 0
