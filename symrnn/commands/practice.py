"""`symrnn practice KIND`: exercises one by one on the terminal, with hints, and progress that is kept."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import columns


def register(commands: Any) -> None:
    """The options."""
    summary = "practise a kind of exercise: answers read back, mistakes named, hints on request"
    parser = commands.add_parser("practice", help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("kind", metavar="KIND", help="a name from `symrnn exercise list`")
    parser.add_argument("--level", type=int, choices=(1, 2, 3), help="in place of the level that was reached")
    kept = parser.add_mutually_exclusive_group()
    kept.add_argument("--progress", type=Path, metavar="FILE", help="where to keep it (default: your data folder)")
    kept.add_argument("--no-progress", action="store_true", help="keep nothing")
    parser.set_defaults(run=run_practice)


def run_practice(options: argparse.Namespace) -> int:
    """`symrnn practice bptt.grad_W`."""
    from symrnn.exercises.practice import Progress, Session, own_file

    path = None if options.no_progress else options.progress or own_file()
    Session(options.kind, _asked, _say, Progress.load(path), options.level).run()
    if path is not None and path.exists():
        print(f"kept in {path}")
    return 0


def _say(line: str) -> None:
    """A line, as wide as the terminal."""
    indent = " " * (len(line) - len(line.lstrip()))
    print(textwrap.fill(line, columns(), subsequent_indent=indent, break_on_hyphens=False) if line.strip() else "")


def _asked(prompt: str) -> str | None:
    """A typed line; None at the end of the input, or when somebody interrupts."""
    try:
        line = input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        return None
    if not sys.stdin.isatty():
        print(line)  # what comes from a file stands in the protocol, too
    return line
