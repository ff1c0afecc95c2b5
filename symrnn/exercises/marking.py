"""How an answer is marked: as a formula, a number, the edges of a graph, the letter of a choice, or code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from symrnn.calculus.verdict import INVALID, RIGHT, WRONG, Verdict
from symrnn.errors import ReadError
from symrnn.exercises.judge import judge
from symrnn.model import Recurrence

if TYPE_CHECKING:
    from symrnn.exercises.exercise import Exercise, Part

FORMULA, NUMBER, EDGES, CHOICE, CODE = "formula", "number", "edges", "choice", "code"
_NUMBER = re.compile(r"[-+−]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE][-+]?\d{1,2})?")
_EDGE = re.compile(r"\s*([\w()]+)\s*(?:->|→|-->)\s*([\w()]+)\s*")


def table_of(exercise: Exercise, part: Part) -> tuple[Any, Recurrence | None]:
    """The declared names of a part, and the model that gives them values, if there is one."""
    symbols = json.loads(part.symbols) if part.symbols else exercise.symbols or None
    return symbols, None if part.symbols else exercise.recurrence


def number_of(answer: object) -> float | None:
    """A number as it is typed, 0,5 for 0.5; None for what is no number."""
    text = str(answer).strip().strip("$").replace("−", "-").replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _mark_formula(exercise: Exercise, part: Part, answer: object) -> Verdict:
    symbols, model = table_of(exercise, part)
    text = str(answer)
    return judge(text, part.answer, symbols=symbols, model=model, where=part.where, form=part.form)


def _mark_number(exercise: Exercise, part: Part, answer: object) -> Verdict:
    found, right = number_of(answer), float(part.answer)
    if found is None:
        return Verdict(INVALID, "the answer", f"{str(answer)[:40]!r} is no number", facts={"credit": 0.0})
    facts = {"read_as": f"{found:g}", "value": found}
    if abs(found - right) <= part.tolerance:
        return Verdict(RIGHT, "the answer", facts=facts | {"credit": 1.0})
    sign = abs(found + right) <= part.tolerance
    reason = "it has the wrong sign" if sign else "it is too large" if found > right else "it is too small"
    return Verdict(WRONG, "the answer", reason, facts=facts | {"credit": 0.5 if sign else 0.0})


def _mark_edges(exercise: Exercise, part: Part, answer: object) -> Verdict:
    right = edges(part.answer)
    try:
        found = edges(str(answer))
    except ReadError as error:
        return Verdict(INVALID, "the answer", error.what, facts={"credit": 0.0})
    missing, extra = right - found, found - right
    share = max(0.0, (len(right & found) - len(extra)) / len(right))
    facts = {"credit": round(share, 2), "missing": len(missing), "extra": len(extra)}
    if not missing and not extra:
        return Verdict(RIGHT, "the answer", facts=facts)
    turned = {(b, a) for a, b in extra} & missing
    reason = f"{len(missing)} edges are missing, {len(extra)} are too many" + (", some run backward" if turned else "")
    return Verdict(WRONG, "the answer", reason, facts=facts)


def edges(text: str) -> frozenset[tuple[str, str]]:
    """The edges of a graph: "h0 -> h1, x1 -> h1"; h(1), h[1] and h_1 are h1.

    Raises
    ------
    ReadError
        When a piece is no edge.
    """
    if len(text) > 4000:
        raise ReadError("more than 4000 signs")
    found = set()
    for piece in re.split(r"[,;\n]", text):
        if not piece.strip():
            continue
        match = _EDGE.fullmatch(re.sub(r"[\[\]_{}$^]", "", piece))
        if match is None:
            raise ReadError(f"{piece.strip()[:40]!r} is no edge", repair="write  h0 -> h1")
        found.add((match[1].translate(_PLAIN), match[2].translate(_PLAIN)))
    return frozenset(found)


_PLAIN = str.maketrans("", "", "()")


def _mark_choice(exercise: Exercise, part: Part, answer: object) -> Verdict:
    text = str(answer).strip().strip("().").lower()
    if len(text) != 1 or not 0 <= ord(text) - ord("a") < len(part.choices):
        return Verdict(INVALID, "the answer", "one of the letters is asked for", facts={"credit": 0.0})
    right = text == part.answer
    return Verdict(RIGHT if right else WRONG, "the answer", facts={"credit": float(right), "read_as": text})


def _mark_code(exercise: Exercise, part: Part, answer: object) -> Verdict:
    """A NumPy backward pass, as a function, through the gradient checker."""
    from symrnn.numeric.checking import check_gradient

    model = exercise.recurrence
    if model is None or not callable(answer):
        return Verdict(INVALID, "the answer", "code is handed in as a function", facts={"credit": 0.0})
    return check_gradient(model, answer)


MARKERS: Mapping[str, Callable[[Exercise, Part, object], Verdict]] = {
    FORMULA: _mark_formula,
    NUMBER: _mark_number,
    EDGES: _mark_edges,
    CHOICE: _mark_choice,
    CODE: _mark_code,
}
