"""How an answer is marked: as a formula, a number, the edges of a graph, the letter of a choice, or code."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symrnn.calculus.mistake_table import SHARED
from symrnn.calculus.mistakes_slopes import UNAPPLIED
from symrnn.calculus.mistakes_terms import PATH
from symrnn.calculus.mistakes_times import INITIAL
from symrnn.calculus.verdict import INVALID, RIGHT, UNDECIDED, WRONG, Diagnosis, Verdict
from symrnn.errors import ReadError
from symrnn.exercises.form import derivatives
from symrnn.exercises.judge import SUBJECT, judge
from symrnn.exercises.slip_table import SLIPS, Slip
from symrnn.model import Reading, Recurrence, read
from symrnn.model.formula.settle import settled

if TYPE_CHECKING:
    from symrnn.exercises.exercise import Exercise, Part

PARAMETER = SLIPS[Slip.PARAMETER].mistake
FORMULA, NUMBER, EDGES, CHOICE, CODE = "formula", "number", "edges", "choice", "code"
NUMBER_MISTAKES: Mapping[str, str] = MappingProxyType(
    {
        **{m.name: m.explanation for m in (PARAMETER, SHARED["sign of a term"], INITIAL, UNAPPLIED, PATH)},
        "immediate for total": "This is the immediate derivative.",
        "total for immediate": "This is the total derivative.",
    }
)
LONGEST_PROGRAM = 20_000  # signs
SECONDS = 20.0  # for one call of a program, on a busy machine
_NUMBER = re.compile(r"[-+−]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE][-+]?\d{1,2})?")
_EDGE = re.compile(r"\s*([\w()]+)\s*(?:->|→|-->)\s*([\w()]+)\s*")


def table_of(exercise: Exercise, part: Part) -> tuple[Any, Recurrence | None]:
    """The declared names of a part, and the model that gives them values, if there is one."""
    symbols = json.loads(part.symbols) if part.symbols else exercise.symbols or None
    return symbols, None if part.symbols else exercise.recurrence


def typed(answer: object) -> str:
    """An answer as text: numbers may come as numbers; what is neither is nothing."""
    if isinstance(answer, int | float) and abs(answer) < 1e300:
        return f"{answer:.15g}"
    return answer if isinstance(answer, str) else ""


def number_of(answer: object) -> float | None:
    """A number as it is typed, 0,5 for 0.5; None for what is no number."""
    text = typed(answer)[:80].strip().strip("$").replace("−", "-").replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else None


def _invalid(reason: str, **facts: Any) -> Verdict:
    return Verdict(INVALID, SUBJECT, reason, facts={"credit": 0.0, **facts})


def _wrong(reason: str, mistake: tuple[str, str] | None, facts: dict[str, Any]) -> Verdict:
    """A wrong answer, with a mistake's name and advice if it is known."""
    found = (Diagnosis(mistake[0], "", reason, mistake[1]),) if mistake else ()
    rows = (("mistake", f"{mistake[0]}: {reason}"), ("advice", mistake[1])) if mistake else ()
    return Verdict(WRONG, SUBJECT, reason, found, rows=rows, facts={"credit": 0.0, **facts})


def _mark_formula(exercise: Exercise, part: Part, answer: object) -> Verdict:
    if not isinstance(answer, str | int | float | Reading):
        return _invalid("a formula is asked for")
    symbols, model = table_of(exercise, part)
    given = answer if isinstance(answer, Reading) else typed(answer)
    found = judge(given, part.answer, symbols=symbols, model=model, where=part.where, form=part.form)
    if found.facts.get("form") == WRONG and _repeats(given, part, model if symbols is None else symbols):
        return replace(found, reason="what is asked for stands in it", facts={**found.facts, "credit": 0.0})
    return found


def _repeats(answer: str | Reading, part: Part, names: object) -> bool:
    """Whether what is asked for stands in the answer itself."""
    if not part.witness:
        return False
    asked = settled(read(part.witness, names).term)
    given = settled(answer.term if isinstance(answer, Reading) else read(answer, names).term)
    return asked in given.walk() or bool(derivatives(asked) & derivatives(given))


def _mark_number(exercise: Exercise, part: Part, answer: object) -> Verdict:
    """A number, within the tolerance; a value that a known mistake leads to is called that."""
    found, right = number_of(answer), float(part.answer)
    if found is None:
        return _invalid(f"{str(answer)[:40] if isinstance(answer, str) else type(answer).__name__!r} is no number")
    facts: dict[str, Any] = {"read_as": f"{found:g}", "value": RIGHT}
    if abs(found - right) <= part.tolerance:
        return Verdict(RIGHT, SUBJECT, facts=facts | {"credit": 1.0})
    facts["value"] = WRONG
    for name, value in part.known:
        if abs(found - float(value)) <= part.tolerance:
            return _wrong(NUMBER_MISTAKES[name], (name, part.law), facts | {"credit": 0.5})
    if abs(found + right) <= part.tolerance:
        return _wrong("The sign is wrong.", ("sign", "Look at the signs once more."), facts | {"credit": 0.5})
    if abs(found - right) <= 10 * part.tolerance and part.tolerance * 10 < abs(right):
        return _wrong(
            "It is rounded too early.", ("rounding", "Keep more digits on the way."), facts | {"credit": 0.75}
        )
    return _wrong("it is too large" if found > right else "it is too small", None, facts)


def _mark_edges(exercise: Exercise, part: Part, answer: object) -> Verdict:
    """The edges of a graph: each that is missing or too many takes a share."""
    right = edges(part.answer)
    try:
        found = edges(answer if isinstance(answer, str) else "")
    except ReadError as error:
        return _invalid(f"{error.what}; {error.repair}")
    missing, extra = right - found, found - right
    share = max(0.0, (len(right & found) - len(extra)) / len(right))
    facts = {"credit": round(share, 2), "missing": len(missing), "extra": len(extra), "value": RIGHT}
    if not missing and not extra:
        return Verdict(RIGHT, SUBJECT, facts=facts | {"credit": 1.0})
    turned = {(b, a) for a, b in extra} & missing
    name, advice = ("edge backward", "An edge runs from what is read to what is computed from it.") if turned else (
        ("edge missing", "For each node, list everything that its equation reads.") if missing else
        ("edge too many", "An edge stands for a name in the equation of the node that it runs to."))  # fmt: skip
    reason = f"Missing: {len(missing)}; too many: {len(extra)}" + (f"; backward: {len(turned)}." if turned else ".")
    return _wrong(reason, (name, advice), facts | {"value": WRONG})


def edges(text: str) -> frozenset[tuple[str, str]]:
    """The edges of a graph: "h0 -> h1, x1 -> h1"; h(1), h[1] and h_1 are h1.

    Raises
    ------
    ReadError
        When a piece is no edge.
    """
    if len(text) > 4000:
        raise ReadError("more than 4000 signs", repair="write each edge once")
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
    """The letter of a choice."""
    text = answer[:20].strip().strip("().").lower() if isinstance(answer, str) else ""
    if len(text) != 1 or not 0 <= ord(text) - ord("a") < len(part.choices):
        return _invalid("one of the letters is asked for")
    facts = {"read_as": text}
    if text == part.answer:
        return Verdict(RIGHT, SUBJECT, facts=facts | {"credit": 1.0, "value": RIGHT})
    return _wrong("Another one is right.", None, facts | {"value": WRONG})


def _mark_code(exercise: Exercise, part: Part, answer: object) -> Verdict:
    """A NumPy backward pass, as a function, through the gradient checker: each gradient that is right counts."""
    from symrnn.numeric.checking import check_gradient

    model = exercise.recurrence
    if model is None or not callable(answer):
        return _invalid("code is handed in as a function")
    return _of_gradients(check_gradient(model, answer, **_asked_of_code(model, part)))


def mark_program(exercise: Exercise, part: Part, text: str) -> Verdict:
    """The text of a program that has a function `backward`: run in a process of its own, with limits."""
    from symrnn.numeric.checking.entry import question
    from symrnn.numeric.checking.judging import judge as judged
    from symrnn.numeric.checking.remote import Remote

    model = exercise.recurrence
    if model is None or len(text) > LONGEST_PROGRAM or "def backward" not in text:
        return _invalid(f"a program has a function `backward`, and at most {LONGEST_PROGRAM} signs")
    with TemporaryDirectory(prefix="symrnn-") as folder:
        path = Path(folder) / "answer.py"
        path.write_text(text, encoding="utf-8", errors="replace")
        with Remote(path, "backward") as remote:
            return _of_gradients(judged(question(model, "backward()", remote, **_asked_of_code(model, part))))


def _asked_of_code(model: Recurrence, part: Part) -> dict[str, Any]:
    """How the arrays of a program are the model's."""
    leaves = (*model.parameters, *model.constants, *model.inputs, *model.targets, *model.boundary)
    known: dict[str, Any] = {str(x).replace(" ", ""): x for x in leaves}
    arrays = {name: known[x[:-2]].T if x.endswith(".T") else known[x] for name, x in part.arrays}
    arrives = next((v for v in model.defined if v.name == part.upstream), None)
    asked = {"arrays": arrays or None, "axes": part.axes or None, "upstream": arrives, "tau": part.tau or None}
    return {"seconds": SECONDS, **asked}


def _of_gradients(found: Verdict) -> Verdict:
    """The verdict on gradients with its credit: each that is right counts."""
    share = {RIGHT: 1.0, INVALID: 0.0, UNDECIDED: None}.get(found.status, 0.0)
    if found.status == WRONG:
        share = round(len(found.right) / max(1, len(found.right) + len(found.wrong)), 2)
        share = max(share, 0.5) if len(found.found) == 1 else share  # one mistake explains all that is wrong
    return replace(found, facts={**found.facts, "credit": share, "value": found.status})


MARKERS: Mapping[str, Callable[[Exercise, Part, object], Verdict]] = {
    FORMULA: _mark_formula,
    NUMBER: _mark_number,
    EDGES: _mark_edges,
    CHOICE: _mark_choice,
    CODE: _mark_code,
}
