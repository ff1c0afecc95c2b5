"""Identifiers of generated code: the user's name where it is safe, else the same with an underscore.

A user's name never ends in an underscore and holds no two in a row, so what is made here cannot collide with
it. Text that stands in comments and docstrings is made harmless here too.
"""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from symrnn.numeric.stable import FUNCTIONS

PYTHONS = frozenset([*keyword.kwlist, *keyword.softkwlist, *dir(builtins)])
SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

# What the generated text itself says: a user's symbol of this name gets an underscore.
OWN = frozenset(FUNCTIONS) | {
    *("np", "annotations", "Arrays", "T", "B", "t", "batch", "dtype", "params", "inputs", "boundary", "values"),
    *("value", "grads", "loss", "forward", "loss_and_grad", "every_value"),
    *("Work", "work", "work_for", "backward", "self"),
    *("njit", "example", "entry", "other", "first", "last", "step"),
}


def ascii_name(name: str) -> str:
    """A name in ASCII letters, digits and underscores: Greek letters are spelled out."""
    if SAFE.match(name):
        return name
    out = ""
    for c in name:
        if c.isascii() and (c.isalnum() or c == "_"):
            out += c
        else:
            out += unicodedata.name(c, "X").split(" WITH ")[0].split()[-1].lower()
    return out if SAFE.match(out) else "v" + re.sub(r"[^A-Za-z0-9_]", "", out)


class Names:
    """Hands out identifiers, each once; the same key always gets the same one.

    Examples
    --------
    >>> names = Names()
    >>> names("h", "h"), names("T", "T"), names("lambda", "lambda"), names("h", "h")
    ('h', 'T_', 'lambda_', 'h')
    """

    def __init__(self, own: Iterable[str] = OWN) -> None:
        self._given: dict[object, str] = {}
        self._taken = {*PYTHONS, *own}

    def __call__(self, key: object, wish: str) -> str:
        found = self._given.get(key)
        if found is None:
            found = ascii_name(wish)
            while found in self._taken:
                found += "_"
            self._taken.add(found)
            self._given[key] = found
        return found


def one_line(text: str) -> str:
    """Text that can stand in a comment: one line, printable."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def in_docstring(text: str) -> str:
    """Text that can stand in a docstring: one line, without quotes that would end it and without backslashes."""
    return one_line(text).replace("\\", "/").replace('"', "'")
