"""`symrnn exercise test`: does every kind do what it should, at many seeds?"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import Progress, positive


def register(verbs: Any) -> None:
    """The options."""
    summary = "try kinds at many seeds: answers and rewritings accepted, mistakes named, no variant twice"
    parser = verbs.add_parser("test", help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("kinds", metavar="KIND", nargs="*", help="names from `symrnn exercise list` (default: all)")
    parser.add_argument("--seeds", type=positive, default=200, metavar="N", help="how many of each kind (default 200)")
    parser.add_argument("--jobs", type=positive, metavar="N", help="processes (default: as many as there are cores)")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="keep what is done there, and go on from it")
    parser.set_defaults(run=run_test)


def run_test(options: argparse.Namespace) -> int:
    """`symrnn exercise test KIND ... --seeds 200 --kept trials.jsonl`: 1 if something is wrong."""
    from symrnn.exercises.making import kind_of, kinds
    from symrnn.exercises.trials import repeated, trials

    names = tuple(kind_of(name).name for name in options.kinds) or kinds()
    progress = Progress()
    found = trials(
        names,
        options.seeds,
        jobs=options.jobs or os.cpu_count() or 1,
        kept=options.kept,
        progress=lambda done, total: progress(f"tried {done} of {total}"),
    )
    progress("")
    wrong = Counter(trial.kind for trial in found if trial.problems)
    again = {name: repeated(name, options.seeds) for name in names}
    for name in names:
        print(f"{name:<22} {options.seeds} seeds, {wrong[name]} with problems, {len(again[name])} asked twice")
    for trial in found:
        for problem in trial.problems:
            print(f"{trial.kind} --seed {trial.seed} --level {trial.level}: {problem}")
    for name, alike in again.items():
        print(*(f"{name}: {', '.join(f'level {a} seed {b}' for a, b in places)}\n" for places in alike), sep="", end="")
    return int(bool(wrong or any(again.values())))
