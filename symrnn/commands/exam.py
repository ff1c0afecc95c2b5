"""`symrnn exam`: variants of equal difficulty, their solutions, a marking scheme and a frozen key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import ending, positive, seed, text_of


def register(commands: Any) -> None:
    """The options."""
    summary = "an exam from a TOML file: variants, solutions, a marking scheme, a key that freezes it"
    parser = commands.add_parser("exam", help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("exam", metavar="EXAM.toml", type=Path, help="a title, and tables [[exercise]]")
    parser.add_argument("--variants", type=positive, default=1, metavar="N", help="how many (default 1)")
    parser.add_argument("--seed", type=seed, default=0, help="the same seed makes the same exam (default 0)")
    parser.add_argument(
        "--format", action="append", type=ending, metavar="ENDING", help="of the papers: .tex and .html by default"
    )
    parser.add_argument("--language", default="en", help="of the papers' own words: en (default) or de")
    parser.add_argument("-o", "--output", metavar="FOLDER", type=Path, required=True, help="where to")
    parser.set_defaults(run=run_exam)


def run_exam(options: argparse.Namespace) -> int:
    """`symrnn exam EXAM.toml --variants 4 --seed 2026 -o FOLDER`."""
    from symrnn.exercises.exam import exam

    made = exam(text_of(options.exam), options.variants, options.seed)
    files = made.save(options.output, tuple(options.format or (".tex", ".html")), options.language)
    points = f"{made.variants[0].points:g} points"
    print(f"wrote {len(files)} files in {options.output}: {len(made.variants)} variants of {points} each")
    print(f"grade with:  symrnn grade ANSWERS.csv --key {options.output / 'key.json'}")
    return 0
