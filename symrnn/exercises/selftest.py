"""Does an exercise do what it should? Its answer and rewritings are accepted, mistakes are wrong and named.

Every exercise can be asked for its `problems`, one of your own too; the benchmarks ask every kind at 200 seeds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from symrnn.errors import SymrnnError
from symrnn.exercises.diagnosis import candidates_of
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.hints import spelled
from symrnn.exercises.judge import judge
from symrnn.exercises.marking import CHOICE, CODE, EDGES, FORMULA, NUMBER, table_of
from symrnn.exercises.rewritings import rewritings
from symrnn.exercises.slips import Names
from symrnn.model.formula.echo import echo
from symrnn.model.formula.read import read
from symrnn.model.formula.settle import settled
from symrnn.model.formula.symbols import Symbols, as_symbols
from symrnn.model.formula.term import Term


def problems(exercise: Exercise, rewritten: int = 3, mistakes: int = 6, code: bool = False) -> tuple[str, ...]:
    """What is wrong with an exercise; nothing, if it is as it should be.

    Parameters
    ----------
    exercise
        Any exercise.
    rewritten, mistakes
        How many rewritings of each right answer and how many mistakes in it are tried; the seed chooses.
    code
        Whether the model answer of a part that asks for code is run, too.

    Examples
    --------
    >>> import symrnn as sr
    >>> sr.exercises.problems(sr.exercises.make("bptt.grad_W", seed=1))
    ()
    """
    found = []
    for number, part in enumerate(exercise.parts, 1):
        found += [f"part {number}: {problem}" for problem in _part(exercise, number, part, rewritten, mistakes, code)]
    return tuple(found)


def _part(exercise: Exercise, number: int, part: Part, rewritten: int, mistakes: int, code: bool) -> Iterator[str]:
    if len(part.hints) != 3 or (part.kind == FORMULA and any(_tells(hint, part.answer) for hint in part.hints)):
        yield f"hints {part.hints}"
    if part.kind == CODE:
        yield from _code(exercise, number) if code else ()
        return
    verdict = exercise.judge(part.answer, number)
    if not verdict or verdict.facts["credit"] != 1:
        yield f"the model answer is {verdict.status}: {verdict.reason}"
        return
    if part.kind == FORMULA:
        yield from _formula(exercise, number, part, rewritten, mistakes)
    else:
        yield from _other(exercise, number, part)


def _tells(hint: str, answer: str) -> bool:
    """Whether a formula in a hint, or a side of it, is the answer."""
    formulas = hint.split("$")[1::2] or [hint]
    return any(side == spelled(answer) for formula in formulas for side in spelled(formula).split("="))


def _code(exercise: Exercise, number: int) -> Iterator[str]:
    verdict = exercise.judge(exercise.parts[number - 1].answer, number, programs=True)
    if not verdict:
        yield f"the program is {verdict.status}: {verdict.reason}"


def names_of(exercise: Exercise, part: Part) -> Symbols:
    """The names of a part."""
    return _table(part.symbols or json.dumps(dict(exercise.symbols)), "" if part.symbols else exercise.model)


@lru_cache(maxsize=64)
def _table(symbols: str, model: str) -> Symbols:
    from symrnn.model import read_model

    declared = json.loads(symbols)
    return as_symbols(declared or read_model(model))


def _formula(exercise: Exercise, number: int, part: Part, rewritten: int, mistakes: int) -> Iterator[str]:
    table = names_of(exercise, part)
    term = settled(read(part.answer, table).term)
    before, term = last_side(part.answer, term)
    if part.witness:
        seen = judge(part.answer, part.witness, model=exercise.recurrence, where=part.where)
        if not seen:
            yield f"the model gives another value: {seen.reason}"
        repeated = exercise.judge(part.witness, number)
        if repeated.facts.get("credit"):
            yield f"the question earns {repeated.facts['credit']}: {part.witness}"
    yield from _lines(exercise, part)
    ways = list(rewritings(term, table.kinds.keys() | table.dims))
    for name, text in _some(ways, rewritten, exercise.seed):
        verdict = exercise.judge(before + text, number)
        if not verdict:
            yield f"{name} is {verdict.status} ({verdict.reason}): {text}"
    wrong = 0
    tried = list(_some(list(mistaken(table, term)), mistakes, exercise.seed))
    for name, text in tried:
        verdict = exercise.judge(before + text, number)
        if verdict.facts.get("value") == "right":
            continue  # harmless here
        wrong += 1
        if verdict.status != "wrong" or not verdict.mistakes:
            yield f"{name} is {verdict.status} and called {verdict.mistakes}: {text}"
    if tried and not wrong:
        yield "no mistake changes the value"


def last_side(answer: str, term: Term) -> tuple[str, Term]:
    """What a chain of equalities ends with, and the text before it."""
    return (f"{answer.rpartition(' = ')[0]} = ", term.parts[-1]) if term.head == "eq" else ("", term)


def _lines(exercise: Exercise, part: Part) -> Iterator[str]:
    for line in part.lines[:-1]:
        if r"\cdots" in line:
            continue
        try:
            symbols, model = table_of(exercise, part)
            verdict = judge(line, part.answer, symbols=symbols, model=model, where=part.where, form=part.form)
        except SymrnnError as error:
            yield f"the line {line} cannot be read: {error.what}"
            continue
        if verdict.facts.get("value") != "right":
            yield f"the line {line} is {verdict.status}: {verdict.reason}"
        elif verdict and any(_tells(hint, line) for hint in part.hints):
            yield f"a hint is the answer in another way: {line}"


def _some(items: list[Any], count: int, seed: int) -> Iterator[Any]:
    """A few of many, others for other seeds."""
    if not count or len(items) <= count:
        return iter(items[:count])
    start, step = seed * count, max(1, len(items) // count)
    return iter([items[(start + i * step + i) % len(items)] for i in range(count)])


def mistaken(table: Symbols, term: Term) -> Iterator[tuple[str, str]]:
    """The names and texts of formulas with one slip in them."""
    for slip in islice(candidates_of(term, Names(table)), 400):
        text = echo(slip.term)
        if _reads_back(text, slip.term, table):
            yield slip.names[0], text


def _reads_back(text: str, term: Term, table: Symbols) -> bool:
    """Whether products are read as they were meant: on paper one from t+1 to t runs backward, and is not empty."""
    directions = [part.head for part in term.walk() if part.head in {"prod", "prod_dec"}]
    if not directions:
        return True
    try:
        found = read(text, table).term
    except SymrnnError:  # ill-shaped: the judge says so
        return True
    return directions == [part.head for part in found.walk() if part.head in {"prod", "prod_dec"}]


def _other(exercise: Exercise, number: int, part: Part) -> Iterator[str]:
    """Numbers, edges and choices: what is nearly right is wrong, and named."""
    if part.kind == NUMBER:
        wrong = [(name, value) for name, value in part.known] + [("sign", str(-float(part.answer)))]
    elif part.kind == EDGES:
        pieces = part.answer.split(", ")
        first = pieces[0].split(" -> ")
        wrong = [("edge missing", ", ".join(pieces[1:])), ("edge too many", f"{part.answer}, {first[0]} -> {first[0]}")]
        wrong.append(("edge backward", ", ".join([f"{first[1]} -> {first[0]}", *pieces[1:]])))
    else:
        assert part.kind == CHOICE
        letters = "abcdefgh"[: len(part.choices)]
        wrong = [("", letter) for letter in letters if letter != part.answer]
    for name, text in wrong:
        verdict = exercise.judge(text, number)
        if verdict.status != "wrong" or (name and name not in verdict.mistakes):
            yield f"{name} is {verdict.status} and called {verdict.mistakes}: {text}"
