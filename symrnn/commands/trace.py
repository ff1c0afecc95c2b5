"""`symrnn trace`: a model worked in numbers, every product written out, on the terminal or as a document."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import add, add_notation, columns, model_of, notation_of, positive, seed, sizes

LAST = 3


def register(commands: Any) -> None:
    """The options."""
    trace = add(commands, "trace", "every node in numbers, forward and backward, every product written out", run_trace)
    trace.add_argument("--tau", type=positive, default=LAST, metavar="N", help=f"the last time (default {LAST})")
    trace.add_argument("--seed", type=seed, default=0, help="of the numbers (default 0)")
    trace.add_argument("--dims", metavar="SIZES", help="sizes in place of those chosen: n=2,m=1")
    add_notation(trace)
    trace.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write a document: .tex, .pdf, .html, .md, .ipynb or .txt"
    )


def run_trace(options: argparse.Namespace) -> int:
    """`symrnn trace MODEL --tau 3`."""
    import symrnn as sr
    from symrnn.typeset.notation import terminal
    from symrnn.typeset.write_text import write_text

    model, notation = model_of(options), notation_of(options)
    last = dict.fromkeys(model.lengths, options.tau) if model.lengths else options.tau
    shown = notation if options.output is not None and options.output.suffix != ".txt" else terminal(notation)
    how: dict[str, Any] = {"dims": sizes(options.dims), "notation": shown, "language": options.language}
    example = sr.worked_example(model, last, options.seed, **how)
    if options.output is None:
        print(write_text(example.page, min(columns(), 118)), end="")
    else:
        example.save(options.output)
        print(f"wrote {options.output}")
    return 0
