"""From the notation of formulas to the lettering of a picture: the same names, times and bold letters.

A notation is handed over as data; this room does not know how formulas are typeset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symrnn.diagram.labels import USUAL, Lettering
from symrnn.errors import Undefined

TAKEN = ("time", "bold", "names")  # what a picture takes of a notation


def lettering(notation: Any, words: Mapping[str, str] | None = None) -> Lettering:
    """How a picture writes names and times, by a notation; `words` translates its words.

    Raises
    ------
    Undefined
        For what is no notation.

    Examples
    --------
    >>> import symrnn as sr
    >>> from symrnn.diagram.conventions import lettering
    >>> lettering(sr.Notation.named("d2l")).label("h", bold=True).at("t-1").plain
    'h_t−1'
    """
    said = tuple(sorted((words or {}).items()))
    if notation is None:
        return Lettering(said=said) if said else USUAL
    if not all(hasattr(notation, name) for name in TAKEN):
        preset = notation if isinstance(notation, str) else "d2l"
        raise Undefined(f"{notation!r} is no notation", repair=f'symrnn.Notation.named("{preset}")')
    return Lettering(notation.time, notation.bold, tuple(notation.names), said)
