"""Exercises of one's own from a TOML file: a model, questions and answers, all of them data that is read, never code.

A table has `model` (a name of the library, or the text of a model) and either `of`, a node such as "h[t]" or "W" whose
gradient is asked for and derived, or several of them as variants; or parts with a question and an answer each.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from symrnn.errors import ReadError, Undefined
from symrnn.exercises.exercise import Exercise
from symrnn.exercises.making import custom
from symrnn.model import Recurrence, library, read_model
from symrnn.tensor.time import t, tau

TEXTS = ("title", "source", "model", "statement")
OF_A_PART = ("question", "answer", "law", "where", "form", "witness")
REPAIR = 'model = "gru" with of = "z[t]", or with tables [[exercise.part]] of question and answer'
_NODE = re.compile(r"([A-Za-z]\w*)(?:\[(t|tau|\d{1,6})\])?")


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether a table describes an exercise, and names no kind."""
    return "model" in row


def own(row: Mapping[str, Any]) -> tuple[Exercise, ...]:
    """The exercise that a table describes; one for each node of `of`.

    Raises
    ------
    ReadError, Undefined
        When the table says something else, or an answer is not accepted by its own check.

    Examples
    --------
    >>> (made,) = own({"model": "gru", "of": "z[t]", "points": 3})
    >>> made.parts[0].question, made.points
    ('Give $\\\\nabla_{z_{t}} L$ in terms of $\\\\nabla_{h_{t}} L$.', 3.0)
    """
    unknown = row.keys() - {*TEXTS, *OF_A_PART, "of", "part", "points", "hints"}
    if unknown:
        raise ReadError(f"{min(unknown)!r} is not part of an exercise", repair=REPAIR)
    model = _model(_text(row, "model"))
    nodes = row.get("of")
    if nodes is not None:
        several = nodes if isinstance(nodes, list) else [nodes]
        return tuple(_titled(custom(model, of=_node(model, node), **_said(row), **_more(row)), row) for node in several)
    parts = row.get("part", [row])
    if not isinstance(parts, list) or not parts or not all(isinstance(part, Mapping) for part in parts):
        raise ReadError("an exercise without parts", repair=REPAIR)
    made = [custom(model, _text(p, "question"), _text(p, "answer"), **_said(row), **_more(p)) for p in parts]
    return (_titled(replace(made[0], parts=tuple(x.parts[0] for x in made)), row),)


def read_own(text: str) -> tuple[Exercise, ...]:
    """The exercises of one's own in the text of a TOML file, tables `[[exercise]]`.

    Raises
    ------
    ReadError, Undefined
        When the text is no such file.
    """
    try:
        record = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ReadError(f"the file is no TOML: {error}") from None
    rows = record.get("exercise")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and is_own(row) for row in rows):
        raise ReadError("the file has no exercises of one's own", repair=f"tables [[exercise]]: {REPAIR}")
    return tuple(exercise for row in rows for exercise in own(row))


def _text(row: Mapping[str, Any], key: str) -> str:
    found = row.get(key, "")
    if not isinstance(found, str):
        raise ReadError(f"{key} = {found!r} in an exercise", repair=f'{key} = "..."')
    return found


def _model(text: str) -> Recurrence:
    return library.get(text) if re.fullmatch(r"[\w-]{1,40}", text) else read_model(text)


def _node(model: Recurrence, text: object) -> Any:
    """A node by its name: h[t], h[tau], h[0], W."""
    match = _NODE.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    name, time = match.groups() if match else ("", None)
    sequence = next((v for v in model.sequences if v.name == name), None)
    leaf = next((x for x in (*model.parameters, *model.constants) if str(x.name) == name), None)
    if time is not None and sequence is not None:
        return sequence[{"t": t, "tau": tau}.get(time) if time in {"t", "tau"} else int(time)]
    if time is None and leaf is not None:
        return leaf
    raise Undefined(f"of = {text!r} is no node of the model", repair='of = "h[t]", of = "W", or a list of them')


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"statement": _text(row, "statement")}


def _more(row: Mapping[str, Any]) -> dict[str, Any]:
    """What else is said of a part."""
    found: dict[str, Any] = {key: _text(row, key) for key in OF_A_PART[2:] if key in row}
    points, hints = row.get("points"), row.get("hints")
    if points is not None:
        if isinstance(points, bool) or not isinstance(points, int | float) or not 0 < points <= 1000:
            raise ReadError(f"points = {points!r}", repair="more than 0, at most 1000")
        found["points"] = float(points)
    if hints is not None:
        if not isinstance(hints, list) or len(hints) != 3 or not all(isinstance(x, str) for x in hints):
            raise ReadError(f"hints = {hints!r}", repair="three texts")
        found["hints"] = tuple(hints)
    return found


def _titled(exercise: Exercise, row: Mapping[str, Any]) -> Exercise:
    return replace(exercise, title=_text(row, "title") or exercise.title, source=_text(row, "source"))
