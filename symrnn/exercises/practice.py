"""Practising alone: a question, the answer read back with its shape, right or wrong and why, hints on request.

What was done is kept in a file of the user's, so that the next session goes on with new variants.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from symrnn.calculus.verdict import Verdict
from symrnn.errors import ReadError, SymrnnError
from symrnn.exercises.exercise import Exercise, Part
from symrnn.exercises.making import make
from symrnn.exercises.marking import CHOICE, CODE, EDGES, FORMULA, NUMBER, table_of
from symrnn.exercises.prose import spoken
from symrnn.exercises.sheet_page import LETTERS
from symrnn.files import write_file
from symrnn.model import read

FORMAT = 1
ENOUGH = 3  # exercises in a row without a hint or a mistake, after which a level is known
HELP = "an answer; ? the next hint; ! the solution; = a way to type it; Enter to skip; q to stop"
TYPING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FORMULA: (
            r"type as on paper, in LaTeX or plainly:  W^T diag(1 - h_{t+1}^2) \nabla_{h_{t+1}} L + V^T \nabla_{o_t} L",
            r"sums: \sum_{t=1}^{\tau} ... or sum_{t=1}^tau ...; times: h_t, h^{(t-1)}, h(3); products: W h, u \odot v",
        ),
        NUMBER: ("a number, such as -0.598",),
        EDGES: ("edges with commas between:  h0 -> h1, x1 -> h1",),
        CHOICE: ("one of the letters",),
        CODE: ("the name of a file with the function `backward`, such as backward.py",),
    }
)


@dataclass(frozen=True)
class Record:
    """What somebody did with one kind: the next variant, the level, and how many were right, wrong, helped.

    Attributes
    ----------
    seed, level
        Of the next exercise.
    right, wrong, hints
        Parts answered rightly at the first try, wrong answers, hints.
    row
        Exercises in a row without a mistake or a hint.
    """

    seed: int = 1
    level: int = 1
    right: int = 0
    wrong: int = 0
    hints: int = 0
    row: int = 0


@dataclass
class Progress:
    """The records of all kinds, and the file in which they are kept."""

    path: Path | None = None
    kinds: dict[str, Record] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> Progress:
        """The records of a file; of none where there is no file yet.

        Raises
        ------
        ReadError
            When there is a file that is something else: it is left as it is.
        """
        if path is None or not path.exists():
            return cls(path)
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["progress"] != FORMAT:
                raise ReadError(f"{path} is of another format", repair="name another file: --progress FILE")
            return cls(path, {str(k): Record(**{x: int(n) for x, n in v.items()}) for k, v in record["kinds"].items()})
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ReadError(f"{path} holds no progress", repair="name another file: --progress FILE") from None

    def keep(self) -> None:
        """Write the file, whole or not at all."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            kinds = {kind: asdict(x) for kind, x in sorted(self.kinds.items())}
            write_file(self.path, json.dumps({"progress": FORMAT, "kinds": kinds}, indent=1) + "\n")


def own_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where progress is kept if no other file is named: in the user's folder for data of programs."""
    known = os.environ if environment is None else environment
    home = known.get("XDG_DATA_HOME") or known.get("LOCALAPPDATA") or str(Path.home() / ".local" / "share")
    return Path(home) / "symrnn" / "progress.json"


class Session:
    """A conversation about one kind of exercise.

    Parameters
    ----------
    kind
        A name of `kinds()`.
    ask
        Shows a prompt and gives the line that was typed; None at the end.
    say
        Shows a line.
    progress
        What was done before, and where to keep it.
    level
        In place of the level that was reached.
    """

    def __init__(
        self,
        kind: str,
        ask: Callable[[str], str | None],
        say: Callable[[str], None],
        progress: Progress,
        level: int | None = None,
    ) -> None:
        self.kind, self.ask, self.say, self.progress = kind, ask, say, progress
        known = progress.kinds.get(kind, Record())
        self.record = replace(known, level=level or known.level)

    def run(self) -> Record:
        """Exercise after exercise, until there is no more to read or somebody has had enough."""
        self.say(HELP)
        while self._exercise(make(self.kind, seed=self.record.seed, level=self.record.level)):
            pass
        self.say(f"{self.kind}: {self.record.right} right, {self.record.wrong} wrong, {self.record.hints} hints so far")
        return self.record

    def _exercise(self, exercise: Exercise) -> bool:
        """All parts of one exercise; false when somebody stops."""
        self.say("")
        self.say(f"{exercise.title}, variant {exercise.seed}, level {exercise.level}")
        self.say(spoken(exercise.statement))
        before = self.record
        for number, (letter, part) in enumerate(zip(LETTERS, exercise.parts, strict=False), 1):
            if not self._part(exercise, part, number, letter):
                return False
        clean = self.record == replace(before, right=before.right + len(exercise.parts))
        self._note(seed=self.record.seed + 1, row=self.record.row + 1 if clean else 0)
        if self.record.row >= ENOUGH and self.record.level < 3:
            self._note(level=self.record.level + 1, row=0)
            self.say(f"{ENOUGH} in a row: on to level {self.record.level}")
        return True

    def _note(self, **changes: int) -> None:
        self.record = replace(self.record, **changes)
        self.progress.kinds[self.kind] = self.record
        self.progress.keep()

    def _part(self, exercise: Exercise, part: Part, number: int, letter: str) -> bool:
        """One question until it is answered or left; false when somebody stops."""
        self.say(f"({letter}) {spoken(part.question)}")
        for x, text in zip(LETTERS, part.choices, strict=False):
            self.say(f"    {x}: {spoken(text)}")
        if part.kind == CODE:
            self.say("    write it into a file, and type the name of the file, such as backward.py")
        hints, first = list(part.hints), True
        while True:
            typed = self.ask(f"({letter}) file > " if part.kind == CODE else f"({letter}) > ")
            if typed is None or typed.strip().lower() in {"q", "quit"}:
                return False
            match typed.strip():
                case "":
                    return True
                case "?" if hints:
                    self.say(spoken(hints.pop(0)))
                    self._note(hints=self.record.hints + 1)
                case "?":
                    self.say("no more hints; ! shows the solution")
                case "!":
                    for line in _solved(part):
                        self.say(f"    {line}")
                    self._note(hints=self.record.hints + 1)
                    return True
                case "=":
                    for line in TYPING[part.kind]:
                        self.say(line)
                case answer:
                    given = _program(answer) if part.kind == CODE else answer
                    if given is None:
                        self.say(f"    there is no file {answer}, or it is no text")
                        continue
                    verdict = exercise.judge(given, number, programs=True)
                    self._answered(exercise, part, answer, verdict)
                    if verdict:
                        self._note(right=self.record.right + first)
                        return True
                    first = False
                    self._note(wrong=self.record.wrong + (verdict.status == "wrong"))

    def _answered(self, exercise: Exercise, part: Part, answer: str, verdict: Verdict) -> None:
        """What was read, and what is to be said about it."""
        if part.kind == FORMULA and verdict.facts.get("read_as"):
            self.say(f"    read as {spoken('$' + verdict.facts['read_as'] + '$')}{_shape(exercise, part, answer)}")
        if verdict:
            self.say("    right")
            return
        self.say(f"    {verdict.status}: {verdict.reason}" if verdict.reason else f"    {verdict.status}")
        for d in verdict.found:
            self.say(f"    {d}: {d.explanation} {d.advice}")


def _solved(part: Part) -> list[str]:
    """The lines of a solution, and those of a program."""
    return [*map(spoken, part.worked), *(part.answer.splitlines() if part.kind == CODE else ())]


def _program(name: str) -> str | None:
    """The text of a file, or nothing."""
    path = Path(name).expanduser()
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None


def _shape(exercise: Exercise, part: Part, answer: str) -> str:
    """The shape of what was read, in words."""
    symbols, model = table_of(exercise, part)
    try:
        return f", {read(answer, model if symbols is None else symbols).shape}"
    except SymrnnError:
        return ""
