"""The command line, `symrnn derive elman` and its like: which subcommands there are, and how a run ends.

Nothing heavy is imported before the arguments are understood, so help and usage errors come at once.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from symrnn import __version__
from symrnn.commands import (
    analyse,
    check,
    closed_form,
    code,
    derive,
    draw,
    exam,
    exercise,
    glossary,
    grade,
    models,
    practice,
    rtrl,
    trace,
    verify,
)
from symrnn.errors import SymrnnError

# in the order of `symrnn --help`
SUBCOMMANDS = (
    models,
    derive,
    rtrl,
    closed_form,
    verify,
    trace,
    check,
    code,
    draw,
    analyse,
    exercise,
    practice,
    grade,
    exam,
    glossary,
)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="symrnn",
        description="Symbolic derivations of recurrent networks: gradients through time, each line checked.",
        epilog="begin with:  symrnn derive elman",
    )
    parser.add_argument("--version", action="version", version=f"symrnn {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for subcommand in SUBCOMMANDS:
        subcommand.register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 when a check failed, 2 for a request that cannot be met."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without these letters gets question marks
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever was reading has gone
        return 0
    except SymrnnError as error:
        print(f"symrnn: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"symrnn: {error.strerror}" + (f": {error.filename}" if error.filename else ""), file=sys.stderr)
        return 2
