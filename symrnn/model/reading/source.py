"""The text of a model file: checked for size and hidden signs before anything else, and asked for places later.

Every complaint about a text is made here, so that each shows the line, a caret below the sign it means, the
law and the repair. This module may not know what the text says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symrnn.errors import ReadError, SymrnnError

LONGEST = 50_000  # signs in a file
SHOWN = 100  # signs of a long line that a message shows
# Controls, surrogates, private signs, and what changes the direction or hides: never, not even in a comment.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000e0000-\U0010ffff]"
)


@dataclass(frozen=True)
class Source:
    """A text and the name of its file, '' for none."""

    text: str
    name: str = ""

    def place(self, position: int) -> tuple[int, int]:
        """Line and column, both from 1, of the sign at a position from 0."""
        position = min(position, len(self.text))
        line = self.text.count("\n", 0, position) + 1
        return line, position - (self.text.rfind("\n", 0, position) + 1) + 1

    def show(self, position: int) -> str:
        """The place in words, the line, and a caret below the sign; of an empty text only its name."""
        if not self.text:
            return self.name
        line, column = self.place(position)
        start = self.text.rfind("\n", 0, min(position, len(self.text))) + 1
        end = self.text.find("\n", start)
        full = self.text[start : end if end >= 0 else len(self.text)]
        first = max(0, column - 1 - SHOWN // 2) if len(full) > SHOWN else 0
        cut = "".join(" " if HIDDEN.match(sign) or sign == "\t" else sign for sign in full[first : first + SHOWN])
        words = f"{self.name}, " if self.name else ""
        return f"{words}line {line}, column {column}\n{cut.rstrip()}\n{' ' * (column - 1 - first)}^"

    def error(self, position: int, what: str, *, law: str = "", repair: str = "") -> ReadError:
        """A `ReadError` at a position."""
        error = ReadError(what, where=self.show(position), law=law, repair=repair)
        error.line, error.column = self.place(position)
        return error

    def relocated(self, error: SymrnnError, position: int, more: str = "") -> ReadError:
        """An error of the objects as a `ReadError`: what, law and repair are kept, the place is the text's."""
        found = self.error(position, error.what, law=error.law, repair=in_a_file(error.repair))
        if more:
            line, column = found.line, found.column
            found = ReadError(found.what, where=f"{found.where}\n{more}", law=found.law, repair=found.repair)
            found.line, found.column = line, column
        return found


def as_source(text: str, name: str = "") -> Source:
    """The text with plain line ends, after its size and its signs were checked.

    Raises
    ------
    ReadError
        When it is too long, or holds a control, bidirectional or invisible sign.
    """
    if len(text) > LONGEST:
        raise Source("", name).error(
            0,
            f"the text has {len(text)} signs; a model file has at most {LONGEST}",
            repair="split it into several models",
        )
    source = Source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), name)
    hidden = HIDDEN.search(source.text)
    if hidden:
        raise source.error(
            hidden.start(),
            f"{describe(hidden.group())} cannot be seen, so it has no place in a model file",
            repair="remove it",
        )
    return source


def in_a_file(repair: str) -> str:
    """A repair in the words of a model file where it was in those of Python."""
    for python, text in _IN_A_FILE:
        repair = repair.replace(python, text)
    return repair


_IN_A_FILE = (
    ("symrnn.time_sum(L[t])", "sum_t L[t]"),
    ("symrnn.time_sum(...)", "sum_t ..."),
    ("over=(t, a, b)", "for t = a..b"),
    ("over=(t, first, last)", "for t = first..last"),
    ("symrnn.", ""),
)


def located(source: Source, position: int, action: Callable[..., Any], *arguments: Any) -> Any:
    """The value of an action; an error that it raises about the mathematics is given the place."""
    try:
        return action(*arguments)
    except ReadError:
        raise
    except SymrnnError as error:
        raise source.relocated(error, position) from None


def describe(sign: str) -> str:
    """`U+0430 CYRILLIC SMALL LETTER A`."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'a control')}"


def open_source(path: Path) -> Source:
    """The text of a file, read only as far as a model file may be long.

    Raises
    ------
    ReadError
        When there is no such file, it is too long, or it is not UTF-8.
    """
    nowhere = Source("", path.name)
    try:
        if not path.is_file():
            raise nowhere.error(0, f"there is no file {str(path)!r}", repair=_NEITHER)
        with path.open("rb") as stream:
            data = stream.read(4 * LONGEST + 1)
    except (OSError, ValueError) as failure:
        reason = getattr(failure, "strerror", None) or "it is no path"
        raise nowhere.error(0, f"{str(path)!r} cannot be read: {reason}", repair=_NEITHER) from None
    if len(data) > 4 * LONGEST:
        raise nowhere.error(0, f"the file is longer than {LONGEST} signs", repair="split it into several models")
    try:
        return as_source(data.decode("utf-8"), path.name)
    except UnicodeDecodeError as failure:
        good = Source(data[: failure.start].decode("utf-8"), path.name)
        raise good.error(len(good.text), "the file is not UTF-8 from here on", repair="save it as UTF-8") from None


_NEITHER = "give the path of a model file, or the text of one: it has at least one line with ="
