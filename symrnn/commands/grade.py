"""`symrnn grade`: the answers of a class, in parallel, with progress; an interrupted run goes on where it was."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import Progress, positive, text_of

FEW = 40  # exercises for which starting processes takes longer than marking
SHOWN = 8  # of the most frequent mistakes
INTERRUPTED = 130


def register(commands: Any) -> None:
    """The options."""
    summary = "mark the answers of a class: points, the named mistake, what follows from an earlier one"
    parser = commands.add_parser("grade", help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("answers", metavar="ANSWERS.csv", type=Path, help="columns student,variant,question,answer")
    parser.add_argument(
        "--key", action="append", default=[], type=Path, metavar="FILE", help="key of a sheet or an exam"
    )
    parser.add_argument("--jobs", type=positive, metavar="N", help="processes (default: as many as there are cores)")
    parser.add_argument("--programs", action="store_true", help="run programs that were handed in, with limits")
    parser.add_argument("--totals", type=Path, metavar="FILE", help="write each student's points here")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: ANSWERS-graded.csv")
    parser.set_defaults(run=run_grade)


def run_grade(options: argparse.Namespace) -> int:
    """`symrnn grade ANSWERS.csv --key KEY.json -o GRADED.csv`."""
    from symrnn.exercises import read_sheets
    from symrnn.exercises.class_answers import read_answers, write_marks, write_totals
    from symrnn.exercises.grading import grade
    from symrnn.files import check_writable, write_file

    sheets = [x for key in options.key for x in read_sheets(text_of(key))]
    tasks = read_answers(text_of(options.answers), sheets)
    output = options.output or options.answers.with_name(f"{options.answers.stem}-graded.csv")
    for path in filter(None, (output, options.totals)):
        check_writable(path)
    kept = output.with_name(f".{output.name}.part")
    progress = Progress()
    try:
        marks = grade(
            tasks,
            jobs=options.jobs or (1 if len(tasks) < FEW else os.cpu_count() or 1),
            progress=lambda done, total: progress(f"graded {done} of {total}"),
            resume=kept,
            programs=options.programs,
        )
    except KeyboardInterrupt:
        progress("")
        print("interrupted: run the same command again, and it goes on from here")
        return INTERRUPTED
    progress("")
    write_file(output, write_marks(tasks, marks))
    if options.totals is not None:
        write_file(options.totals, write_totals(tasks, marks, sheets))
    kept.unlink(missing_ok=True)
    _summary([m for found in marks for m in found], output)
    return 0


def _summary(marks: list[Any], output: Path) -> None:
    """How many of each kind, and the mistakes that were made most."""
    counts = Counter(m.status for m in marks)
    print(f"wrote {output}: {len(marks)} answers, " + ", ".join(f"{n} {status}" for status, n in counts.most_common()))
    mistakes = Counter(m.mistake for m in marks if m.mistake)
    for mistake, n in mistakes.most_common(SHOWN):
        print(f"{n:6}  {mistake}")
