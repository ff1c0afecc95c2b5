"""`symrnn glossary`: the words of the subject, one or all."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from symrnn.commands.arguments import columns


def register(commands: Any) -> None:
    """The options."""
    summary = "the words of the subject, in two sentences each"
    parser = commands.add_parser("glossary", help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.add_argument("word", metavar="WORD", nargs="?", help="one of them, in English or German (default: all)")
    parser.set_defaults(run=run_glossary)


def run_glossary(options: argparse.Namespace) -> int:
    """`symrnn glossary adjoint`."""
    from symrnn.exercises.glossary import GLOSSARY, explained
    from symrnn.exercises.prose import spoken

    for term in [explained(options.word)] if options.word else GLOSSARY.values():
        print(f"{term.name} ({term.german})")
        text = spoken(term.says) + (f" See {', '.join(term.see)}." if term.see else "")
        print(textwrap.fill(text, min(columns(), 100), initial_indent="    ", subsequent_indent="    "))
    return 0
