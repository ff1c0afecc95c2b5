"""Verdicts as reports of about a dozen rows that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symrnn.calculus.verdict import INVALID, RIGHT, UNDECIDED, WRONG, Diagnosis, Verdict
from symrnn.graph.lengths import numbers_of
from symrnn.model import Parameter
from symrnn.numeric.checking.answers import Answer
from symrnn.numeric.checking.case import Case, shown_key
from symrnn.numeric.checking.lines import changed_line
from symrnn.numeric.checking.place_rows import place_rows
from symrnn.numeric.checking.points import shortened
from symrnn.numeric.checking.probes import asked, entry_name, examples, lags, witness, worst_entry
from symrnn.numeric.checking.question import BATCH, Question
from symrnn.numeric.checking.relations import relation_rows
from symrnn.numeric.checking.search import Explanation, Found
from symrnn.numeric.frame import key_of_leaf

if TYPE_CHECKING:
    from symrnn.numeric.checking.judging import Judged

ALTERNATIVES = 3


def subject(question: Question) -> str:
    """What is checked, in one line."""
    return f"check_gradient  {question.model.title.name} against {question.name}"


def where_row(question: Question, cases: list[Case]) -> tuple[str, str]:
    """At which points it was checked."""
    boundary = ", ".join(f"{shown_key(key_of_leaf(b))} ≠ 0" for b in question.model.boundary)
    others = ", ".join(" ".join(f"τ={n}" for n in numbers_of(c.at.last)) for c in cases[1:])
    also = f"; and {others}" if others else ""
    parts = [cases[0].at.words.replace("tau", "τ"), boundary, question.dtype, f"seed {question.seed}"]
    return "at", ", ".join(p for p in parts if p) + also


def forward_row(question: Question, gap: float | None) -> tuple[str, str]:
    """Whether the forward pass is the model's."""
    if gap is None:
        return "forward", "not compared: the function returns gradients only"
    what = "the loss" if question.arriving is None else "the output"
    return "forward", f"same function: {what} agrees to {gap:.0e}"


def unseen(question: Question, cases: list[Case]) -> str:
    """What was not checked."""
    found = [] if question.batch is not None else ["batches"]
    found += ["float32"] if question.dtype == "float64" else []
    missing = [
        shown_key(key_of_leaf(x))
        for x in (*question.model.parameters, *question.model.boundary)
        if key_of_leaf(x) not in cases[0].keys and (not isinstance(x, Parameter) or x.learned)
    ]
    found += ["the gradients of " + ", ".join(missing)] if missing else []
    longest = max(max(numbers_of(c.at.last)) for c in cases)
    return ", ".join([*found, f"τ > {longest}"])


def of_right(question: Question, answers: list[Answer], cases: list[Case], gap: float | None) -> Verdict:
    """Everything agrees."""
    errors = {key: max(c.errors[key] for c in cases) for key in cases[0].keys}
    names = ", ".join(map(shown_key, errors))
    rows = [where_row(question, cases), forward_row(question, gap)]
    rows.append(
        (
            "gradient",
            f"right in {len(errors)} of {len(errors)}: {names} (relative error up to {max(errors.values()):.0e})",
        )
    )
    seen = witness(question, cases[0], answers[0].single)
    if seen is not None:
        rows.append(
            (
                "witness",
                f"a central difference of your loss gives {seen.entry} = {seen.difference:.6g}; you {seen.yours:.6g}",
            )
        )
    rows.append(("not seen", unseen(question, cases)))
    facts = {"errors": errors, "forward": gap, "seed": question.seed}
    return Verdict(RIGHT, subject(question), right=tuple(errors), rows=tuple(rows), facts=facts)


def of_undecided(question: Question, cases: list[Case], gap: float | None) -> Verdict:
    """Too close for a mistake, too far for rounding."""
    errors = {key: max(c.errors[key] for c in cases) for key in cases[0].keys}
    worst = max(errors.values())
    rows = [where_row(question, cases), forward_row(question, gap)]
    rows.append(
        ("gradient", f"agrees to {worst:.0e} only, which is neither rounding in {question.dtype} nor a mistake")
    )
    rows.append(
        ("repair", 'if it computes in float32, check with dtype="float32"; if it takes differences, compare by eye')
    )
    reason = f"the gradients agree to {worst:.0e} only"
    return Verdict(UNDECIDED, subject(question), reason, rows=tuple(rows), facts={"errors": errors, "forward": gap})


def of_other_function(question: Question, answers: list[Answer], gap: float, guess: str, own: bool | None) -> Verdict:
    """The forward pass is another function."""
    at = answers[0].at
    value = (
        ""
        if answers[0].value is None or answers[0].value.size != 1
        else f" (yours {float(answers[0].value.squeeze()):.6g}, the model's {at.loss:.6g})"
    )
    rows: list[tuple[str, Any]] = [
        ("at", at.words.replace("tau", "τ")),
        ("forward", f"another function: relative distance {gap:.1e}{value}"),
    ]
    if guess:
        rows.append(("guess", guess))
    if own is not None:
        verb = "are" if own else "are not"
        rows.append(
            ("witness", f"your gradients by parameters {verb} those of your own loss, by a central difference of it")
        )
    rows.append(
        ("repair", "make the function and the model the same function first; gradients are compared after that")
    )
    reason = "the forward pass computes another function" + (f": {guess}" if guess else "")
    return Verdict(INVALID, subject(question), reason, rows=tuple(rows), facts={"forward": gap, "own gradient": own})


def of_wrong(judged: Judged, repeat: Question | None) -> Verdict:
    """Some gradients are wrong."""
    question, cases = judged.question, judged.cases
    wrong = judged.wrong
    right = tuple(key for key in cases[0].keys if key not in wrong)
    found = _diagnoses(judged)
    rows: list[tuple[str, Any]] = [
        where_row(question, cases),
        forward_row(question, judged.gap),
        *_gradient_rows(judged, wrong, right),
    ]
    rows += _place_rows(judged)
    rows += _mistake_rows(judged, found)
    if cases[0].tells_steps or (judged.found.tried and not judged.found.explanations):
        related = [] if judged.found.explanations else relation_rows(cases, wrong)
        rows += related or place_rows(cases, wrong, examples(question, cases[0]))
    rows += _witness_rows(judged)
    rows.append(("not seen", unseen(question, cases)))
    if repeat is not None:
        rows.append(("again", again(repeat)))
    alternatives = tuple(_of(judged, x) for x in judged.found.explanations[1 : 1 + ALTERNATIVES])
    facts = {
        "errors": {k: max(c.errors[k] for c in cases) for k in cases[0].keys},
        "forward": judged.gap,
        "seed": question.seed,
    }
    return Verdict(WRONG, subject(question), "", found, alternatives, wrong, right, tuple(rows), facts)


def _gradient_rows(judged: Judged, wrong: dict[str, float], right: tuple[str, ...]) -> list[tuple[str, str]]:
    case = judged.cases[0]
    kept = f"     right: {', '.join(map(shown_key, right))}" if right else ""
    errors = "   ".join(f"{shown_key(k)} {e:.1e}" for k, e in wrong.items())
    key, place = worst_entry(case)
    name = entry_name(key, place, case.right[key].ndim)
    place = place if case.right[key].ndim else ()
    worst = f"worst {name}: yours {float(case.yours[key][place]):.4g}, right {float(case.right[key][place]):.4g}"
    return [
        ("gradient", f"WRONG in {len(wrong)} of {len(case.keys)}{kept}     (relative error)"),
        ("", f"{errors}      {worst}"),
    ]


def _place_rows(judged: Judged) -> list[tuple[str, str]]:
    """From which lags it comes, and what is wrong at one step."""
    question, case = judged.question, judged.cases[0]
    rows = []
    found = lags(question, case.at, case.tolerance)
    if found is not None and found.wrong:
        rows.append(("where", found.words))
    at = shortened(case.at, 1) if isinstance(case.at.last, int) and case.at.last > 1 else None
    short = asked(question, at) if at is not None else None
    if short is not None:
        bad = [shown_key(k) for k, e in short.errors.items() if e > case.tolerance.wrong]
        what = "nothing is wrong" if not bad else f"{', '.join(bad)} {'is' if len(bad) == 1 else 'are'} wrong"
        rows.append(("" if rows else "where", f"at τ=1 {what}"))
    return rows


def _diagnoses(judged: Judged) -> tuple[Diagnosis, ...]:
    shaped = tuple(
        Diagnosis(m.name, shown_key(key), m.explanation, m.advice) for key, m in judged.answers[0].shapes.items()
    )
    return shaped + (_of(judged, judged.found.explanations[0]) if judged.found.explanations else ())


def _of(judged: Judged, explanation: Explanation) -> tuple[Diagnosis, ...]:
    found = []
    for variant, only in explanation.made:
        line = changed_line(judged.question.model, variant.variation, only)
        scope = (
            f", in the gradient{'s' if len(only) > 1 else ''} of {', '.join(sorted(map(shown_key, only)))} only"
            if only
            else ""
        )
        yours, right = line if line is not None else (None, None)
        m = variant.mistake
        found.append(Diagnosis(m.name, variant.place + scope, m.explanation, m.advice, yours, right))
    return tuple(found)


def _mistake_rows(judged: Judged, found: tuple[Diagnosis, ...]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for d in found:
        rows.append(("mistake", f"{d}: {d.explanation}"))
        if d.yours is not None:
            rows += [("  yours", d.yours), ("  right", d.right)]
        rows.append(("  advice", d.advice))
    rows += _summary(judged.found, len(judged.wrong)) if judged.found.explanations else []
    if not judged.found.explanations and judged.found.tried:
        rows.append(
            (
                "mistake",
                f"none of {judged.found.tried} mistakes of the catalogue, alone or in pairs, gives these gradients",
            )
        )
    return rows


def _summary(found: Found, wrong: int) -> list[tuple[str, str]]:
    first = found.explanations[0]
    others = found.explanations[1:]
    count = len(first.made)
    them = "it explains" if count == 1 else "together they explain"
    text = f"{them} {'all ' if wrong > 1 else ''}{wrong} (rest {first.rest:.0e})"
    if others:
        same = "; or ".join(" and ".join(str(v) for v, _ in x.made) for x in others[:ALTERNATIVES])
        return [("", f"{text}; the same here: {same}")]
    return [("", f"{text}; no other of {found.tried} mistakes does")] if count == 1 else [("", text)]


def _witness_rows(judged: Judged) -> list[tuple[str, str]]:
    seen = witness(judged.question, judged.cases[0], judged.answers[0].single)
    if seen is None:
        return []
    sides = {
        "formula": "it sides with the formula",
        "function": "it sides with your gradient: is this the model you mean?",
        "neither": f"neither yours ({seen.yours:.4g}) nor the formula's ({seen.right:.4g})",
    }
    return [
        (
            "witness",
            f"a central difference of YOUR loss gives {seen.entry} = {seen.difference:.4g}: {sides[seen.sides]}",
        )
    ]


def again(question: Question) -> str:
    """The call, or the command, that repeats a check."""
    last = question.lasts[0]
    if question.command:
        sizes = ",".join(f"{d}={size}" for d, size in question.sizes)
        dims = f" --dims {sizes}" if sizes else ""
        return f"{question.command} --tau {numbers_of(last)[0]}{dims} --seed {question.seed}"
    tau = str(last) if isinstance(last, int) else "{" + ", ".join(f"{s}: {n}" for s, n in last) + "}"
    dims = ", ".join(f'"{d}": {size}' for d, size in question.sizes)
    where = [f"tau={tau}", *([f"dims={{{dims}}}"] if dims else []), f"seed={question.seed}"]
    name = question.name.removesuffix("()")
    model = question.model.title.name if question.model.title.name.isidentifier() else "model"
    return f"sr.check_gradient({', '.join([model, name, *_options(question), *where])})"


def _options(question: Question) -> list[str]:
    """What was said about the function, as far as it is not what is taken anyway."""
    layout, found = question.layout, []
    if layout.axes != "TD":
        found.append(f'axes="{layout.axes}"')
    if layout.arrays:
        found.append("arrays=...")
    if question.upstream is not None:
        found.append(f"upstream={question.upstream}")
    if question.dtype != "float64":
        found.append(f'dtype="{question.dtype}"')
    if question.batch not in (None, BATCH):
        found.append(f"batch={question.batch}")
    return found
