"""Brackets behind a name: the time of a sequence or function, the components of a vector or matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.model.formula.flat import closing
from symrnn.model.formula.signs import Sign
from symrnn.model.formula.words import Named

if TYPE_CHECKING:
    from symrnn.model.formula.marks import Marker

_BEFORE_A_PLACE = frozenset({"SUBCLOSE", "TIMECLOSE", "INDEXCLOSE", "TRANSPOSE", "RPAR"})


def subscript(marker: Marker, found: Named) -> None:
    """`[t-1]` or, of a sequence, `(t-1)` right behind a name; or a number: `h0`."""
    follows = marker.peek()
    if follows is None or found.kind in {"index", "length", "eye", "ones", "dimension"}:
        return
    if found.kind == "sequence" and follows.kind == "NUMBER" and not follows.blank and follows.text.isdigit():
        marker.between("SUBOPEN", [follows], "SUBCLOSE", follows)
        marker.i += 1
        return
    if follows.kind == "NUMBER" and not follows.blank and found.kind in {"parameter", "constant"}:
        what = f"{found.name}{follows.text} may be {found.name}_{follows.text}, a power or a product"
        raise marker.page.fault(
            "ambiguous", follows.place, what, repair=f"write {found.name}^{follows.text} or a blank"
        )
    while follows is not None and follows.kind == "SIGN" and not follows.sized:
        brackets = {"[": ("INDEXOPEN", "INDEXCLOSE"), "(": ("TIMEOPEN", "TIMECLOSE")}.get(follows.text)
        if brackets is None or (follows.text == "(" and found.kind not in {"sequence", "adjoint"}):
            return
        end = closing(marker.signs, marker.i)
        inner = marker.signs[marker.i + 1 : end]
        if not index_like(marker, inner):
            return
        marker.between(brackets[0], inner, brackets[1], follows)
        marker.i = end + 1
        before, follows = follows.text, marker.peek()
        if before == "(" and follows is not None and follows.text != "[":
            return


def time_of_function(marker: Marker) -> None:
    """`[t]` behind a function that has another one at each time, before its arguments."""
    follows = marker.peek()
    if follows is None or follows.text != "[":
        return
    end = closing(marker.signs, marker.i)
    after = marker.signs[end + 1].text if end + 1 < len(marker.signs) else ""
    if after == "(" and index_like(marker, marker.signs[marker.i + 1 : end]):
        marker.between("INDEXOPEN", marker.signs[marker.i + 1 : end], "INDEXCLOSE", follows)
        marker.i = end + 1


def index_like(marker: Marker, signs: list[Sign]) -> bool:
    """Whether signs are an index: names of indices and lengths, numbers, plus, minus and commas."""
    parts = {part for length in marker.table.lengths for part in length.split("_")}
    known = {*marker.table.indices, *marker.table.lengths, *marker.bound, *parts, "_", "{", "}"}
    words = all(s.text in known or s.kind == "NUMBER" or s.text in {"+", "-", ","} for s in signs)
    return bool(signs) and words


def is_place(marker: Marker, sign: Sign) -> bool:
    """Whether a bracket right behind a script or another bracket holds components: h_t[i], (W h_t)[i]."""
    if sign.sized or not marker.out or marker.out[-1].type not in _BEFORE_A_PLACE:
        return False
    inner = marker.signs[marker.i + 1 : closing(marker.signs, marker.i)]
    components = all(s.text in {"i", "j", "l", ","} for s in inner)
    return index_like(marker, inner) and (components or not sign.blank)
