"""Names: a Python identifier inside, a LaTeX name on paper. No text becomes anything but a name."""

from __future__ import annotations

import re

from sympy.core.symbol import Str

from symrnn.errors import Undefined

_IDENTIFIER = re.compile(r"[A-Za-z\u0370-\u03ff][A-Za-z0-9\u0370-\u03ff]*(_[A-Za-z0-9\u0370-\u03ff]+)*\Z")


def check_name(name: str | Str) -> str:
    """The name, when it is a letter followed by letters, digits and single underscores.

    Raises
    ------
    Undefined
        For anything else: spaces, operators, brackets, TeX, a leading digit or underscore.
    """
    text = name.name if isinstance(name, Str) else name
    if not isinstance(text, str) or not _IDENTIFIER.match(text) or len(text) > 60:
        raise Undefined(
            f"{text!r} is not a name",
            law="a name is a letter followed by letters, digits and single underscores",
            repair='for instance  "W", "W_hh", "theta";  give another look on paper with latex=...',
        )
    return text
