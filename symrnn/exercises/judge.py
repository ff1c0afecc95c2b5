"""`judge`: is an answer right? Value and form are judged apart, a wrong answer is diagnosed, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Basic

from symrnn.calculus.verdict import INVALID, RIGHT, UNDECIDED, WRONG, Diagnosis, Verdict
from symrnn.errors import ReadError, Undefined
from symrnn.exercises.comparing import Comparison, Difference, Setting, compared
from symrnn.exercises.degrees import reach
from symrnn.exercises.diagnosis import credit, diagnosed, diagnosis
from symrnn.exercises.entries import entry_of
from symrnn.exercises.form import broken
from symrnn.exercises.places import conditions
from symrnn.exercises.said import narrowed, said_of
from symrnn.exercises.slip_table import Slip
from symrnn.exercises.work import check_signs, check_work
from symrnn.model import Reading, Recurrence, read, read_model
from symrnn.model.formula.echo import echo
from symrnn.model.formula.settle import settled
from symrnn.model.formula.square import in_squares
from symrnn.model.formula.symbols import Symbols, as_symbols
from symrnn.model.formula.term import DERIVATIVES, Term
from symrnn.model.preactivations import with_preactivations
from symrnn.typeset import latex

__all__ = ["judge"]

SUBJECT = "the answer"


def judge(
    answer: str | Reading,
    reference: object,
    *,
    symbols: object = None,
    model: Recurrence | str | None = None,
    where: str = "",
    form: str = "",
) -> Verdict:
    r"""Is an answer right? Compared with a reference, exactly and for every unknown function.

    Parameters
    ----------
    answer
        A formula as a person types it, or its `Reading`. Of a chain `... = ... = ...` every side must be right where a
        model gives the names their values; without one the last side counts.
    reference
        The right formula: text, a `Reading`, or an expression of the package; or several right ones, of which the first
        decides and all serve to find a mistake.
    symbols
        The declared names, as `read` takes them; those of the model if they are left out.
    model
        A model, or its text: names have its values then, and derivatives are taken in it. Without one every name, and
        every derivative that is only named, is an independent value.
    where
        Conditions on the free indices, such as "1 <= k < t". Else t runs over all steps at which the reference says
        something.
    form
        What the answer must look like, rules separated by semicolons: "unrolled", "no derivative", "no f'", "no sum",
        "terms" (no other derivatives than the reference has), "only h, W, x", "chain". Value and form are judged apart.

    Returns
    -------
    Verdict
        `right`; `wrong`, with the mistake where it is found; `invalid` when the answer cannot be read; `undecided`.
        Its facts have `value`, `form`, `read_as`, `method`, the `chance` of error and the `credit`.

    Raises
    ------
    Undefined, ReadError
        When the reference, the symbols or a condition cannot be read; an answer never raises.

    Examples
    --------
    >>> import symrnn as sr
    >>> table = {"sequences": {"s": []}, "parameters": {"w": []}, "length": ["tau"]}
    >>> sr.judge(r"\frac{\tau}{w} w^\tau s_0", r"\tau w^{\tau-1} s_0", symbols=table).status
    'right'
    >>> sr.judge(r"\tau w^{\tau+1} s_0", r"\tau w^{\tau-1} s_0", symbols=table).status
    'wrong'
    """
    given = read_model(model) if isinstance(model, str) else model
    if symbols is None and given is None:
        raise Undefined("an answer needs declared names", repair="pass symbols=... or model=...")
    table = as_symbols(given if symbols is None else symbols)
    several = reference if isinstance(reference, list | tuple) else [reference]
    right, *others = (settled(_sides(_reference(one, table))[-1]) for one in several)
    setting = Setting(table, given, conditions(where, table), _least(right))
    try:
        check_signs(answer, right)
        reading = answer if isinstance(answer, Reading) else read(answer, table)
        check_work(reading.term, right)
    except ReadError as refused:
        return _unread(answer, refused, setting, right)
    sides = [settled(side, right.size) for side in _sides(reading.term)]
    said = said_of(reading, right, sides[-1])
    setting = replace(setting, said=said)
    wanted = [[entry_of(one, reading.term, side) for one in (right, *others)] for side in sides]
    if len(sides) > 1 and given is not None:
        for number, (side, entries) in enumerate(zip(sides[:-1], wanted, strict=False), 1):
            if compared(setting, entries[0], side).equal is False:
                return _of_side(_judged(setting, entries, side, ""), number, len(sides))
    verdict = _judged(setting, wanted[-1], sides[-1], form, len(sides))
    asked = where or given is not None  # else nothing says at which times
    return narrowed(verdict, setting, wanted[-1][0], sides[-1]) if asked else verdict


LABELS = DERIVATIVES | {"at", "name", "comp"}


def _sides(term: Term) -> tuple[Term, ...]:
    """What an answer says: of `∇ L = ... = ...` the sides behind the name of what is asked for."""
    if term.head != "eq":
        return (term,)
    return term.parts[1:] if term.parts[0].head in LABELS else term.parts


def _of_side(verdict: Verdict, number: int, count: int) -> Verdict:
    """The verdict on a chain of equalities, by its first side that is wrong."""
    which = "the first side" if number == 1 else f"side {number} of {count}"
    return replace(verdict, reason=f"{which} is wrong: {verdict.reason}", facts={**verdict.facts, "side": number})


def _reference(reference: object, table: Symbols) -> Term:
    if isinstance(reference, Reading):
        return reference.term
    if isinstance(reference, str):
        return _read_reference(reference, table)
    if isinstance(reference, Basic):
        return _read_reference(latex(reference), table)
    raise Undefined(f"a reference is a formula, not {type(reference).__name__}")


@lru_cache(maxsize=256)
def _read_reference(text: str, table: Symbols) -> Term:
    return read(text, table).term


def _least(term: Term) -> int:
    """The latest time that is written as a number, which every instance must reach."""
    return max(
        (int(p.text) for p in term.walk() if p.head == "number" and p.text.isdigit() and int(p.text) < 9), default=0
    )


def _judged(setting: Setting, references: list[Term], yours: Term, form: str, sides: int = 1) -> Verdict:
    right = references[0]
    setting = replace(setting, least=max(setting.least, _least(yours)), reach=reach(yours))
    setting = replace(setting, model=_naming(setting.model, yours, *references))
    found = compared(setting, right, yours)
    facts: dict[str, Any] = {"read_as": echo(yours), "method": found.method, "chance": found.chance}
    if found.equal is None:
        reason = f"the values could not be compared: {found.reason}"
        return Verdict(UNDECIDED, SUBJECT, reason, facts=facts | {"value": UNDECIDED, "credit": None})
    if found.equal:
        rule, sentence = broken(form, yours, right, setting.model, sides)
        if not rule:
            return Verdict(RIGHT, SUBJECT, facts=facts | {"value": RIGHT, "form": RIGHT, "credit": 1.0})
        names = (diagnosis(rule),)
        facts |= {"value": RIGHT, "form": WRONG, "credit": credit(names)}
        return Verdict(WRONG, SUBJECT, f"the value is right; {sentence}", names, rows=_rows(facts, names), facts=facts)
    return _wrong(setting, references, yours, facts, found)


def _naming(model: Recurrence | None, *terms: Term) -> Recurrence | None:
    """The model, or the same one with its pre-activations named, where a formula names one."""
    if model is None:
        return None
    names = {part.text for term in terms for part in term.walk() if part.kind == "sequence"}
    return _detailed(model) if names & (_sequences(_detailed(model)) - _sequences(model)) else model


@lru_cache(maxsize=64)
def _detailed(model: Recurrence) -> Recurrence:
    return with_preactivations(model)


def _sequences(model: Recurrence) -> set[str]:
    return {str(sequence.name) for sequence in model.sequences}


def _wrong(setting: Setting, references: list[Term], yours: Term, facts: dict[str, Any], found: Comparison) -> Verdict:
    names = next(filter(None, (diagnosed(setting, right, yours) for right in references)), ())
    difference = found.difference
    if not names and difference is not None and difference.why == "range":
        names = (diagnosis(Slip.RANGE),)
    only_form = tuple(d.name for d in names) == (Slip.ROLLED,)
    facts |= {"value": RIGHT if only_form else WRONG, "form": WRONG if only_form else RIGHT, "credit": credit(names)}
    if difference is not None:
        facts["counterexample"] = _counterexample(difference)
    reason = _reason(difference) if not only_form else "the value is right, but a state is left in it"
    return Verdict(WRONG, SUBJECT, reason, names, rows=_rows(facts, names), facts=facts)


def _counterexample(d: Difference) -> dict[str, Any]:
    return {"tau": d.last, "at": dict(d.at), "entry": [d.entry[0] + 1, d.entry[1] + 1], "yours": d.yours, "why": d.why}


def _reason(d: Difference | None) -> str:
    if d is None:
        return "the values differ"
    at = ", ".join(f"{name} = {value}" for name, value in d.at)
    place = f" for tau = {d.last}" + (f" and {at}" if at else "")
    if d.why == "range":
        return f"it reads an element that there is not{place}"
    return f"the shape differs{place}" if d.why == "shape" else f"the values differ{place}"


def _rows(facts: dict[str, Any], names: tuple[Diagnosis, ...]) -> tuple[tuple[str, Any], ...]:
    rows: list[tuple[str, Any]] = [("read as", facts["read_as"])] if "read_as" in facts else []
    rows += [row for d in names for row in (("mistake", f"{d}: {d.explanation}"), ("advice", d.advice))]
    return tuple(rows)


def _unread(answer: object, refused: ReadError, setting: Setting, right: Term) -> Verdict:
    """An answer that was refused: ill-shaped ones are wrong, and diagnosed with all dimensions equal."""
    facts: dict[str, Any] = {"refused": refused.kind, "credit": 0.0}
    if refused.kind != "shape":
        shown = (("where", refused.where), ("repair", refused.repair)) if refused.where else ()
        return Verdict(INVALID, SUBJECT, f"it cannot be read: {refused.what}", rows=shown, facts=facts)
    names: tuple[Diagnosis, ...] = ()
    square = in_squares(setting.table)
    try:
        yours = settled(_sides(read(str(answer), square).term)[-1])
        same = settled(read(echo(right), square).term)
        loose = Setting(square, None, setting.given, setting.least, square=True)
        names = diagnosed(loose, same, yours)
    except ReadError:
        pass
    names = names or (diagnosis(Slip.SHAPE),)
    facts |= {"value": WRONG, "credit": credit(names)}
    law = refused.law or refused.what
    rows = (("where", refused.where), ("law", law), *_rows({}, names))
    return Verdict(WRONG, SUBJECT, f"the shapes do not fit: {refused.what}", names, rows=rows, facts=facts)
