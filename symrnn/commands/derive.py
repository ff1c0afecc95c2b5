"""`symrnn derive`: the backward equations and the gradients, on the terminal or as a document."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import Progress, add, add_notation, columns, derivation_of, notation_of
from symrnn.errors import Unsupported

DOCUMENTS = (".tex", ".md", ".html")


def register(commands: Any) -> None:
    """The options."""
    derive = add(commands, "derive", "the backward equations and the gradients, checked", run_derive, tau=True)
    page_options(derive)


def page_options(derive: argparse.ArgumentParser) -> None:
    """What may be said about any derivation: by what, how it is shown, where to."""
    derive.add_argument("--wrt", metavar="NAMES", help="differentiate by these only, e.g. W,x or 'h[0]'")
    derive.add_argument("--steps", action="store_true", help="show every step with its law")
    derive.add_argument("--latex", action="store_true", help="print LaTeX instead of text")
    add_notation(derive)
    derive.add_argument("-o", "--output", metavar="FILE", type=Path, help="write a document: .tex, .md or .html")


def run_derive(options: argparse.Namespace) -> int:
    """`symrnn derive MODEL`."""
    return show(options, lambda: derivation_of(options, options.wrt))


def show(options: argparse.Namespace, derived: Callable[[], Any]) -> int:
    """Derive, check, and show the result as the options say; 1 when a line fails."""
    import symrnn as sr

    if options.output is not None and options.output.suffix not in DOCUMENTS:
        raise Unsupported(
            f"{options.output}: cannot write {options.output.suffix or 'a file without an ending'}",
            repair="end it in " + ", ".join(DOCUMENTS),
        )
    notation = notation_of(options)
    progress = Progress()
    progress("deriving")
    derivation = derived()
    progress("")
    if options.latex:
        print(sr.latex(derivation, notation=notation))
        return 0
    report = derivation.verify(progress=lambda done, total: progress(f"checking {done} of {total}"))
    progress("")
    if options.output is not None:
        detail = "full" if options.steps else "lecture"
        sr.document(derivation, notation=notation, report=report, detail=detail).save(options.output)
        print(f"wrote {options.output}")
    else:
        from symrnn.typeset import derivation_page

        how = {"columns": columns(), "notation": notation, "language": options.language}
        print(derivation_page(derivation, report, steps=options.steps, **how))
    return 0 if report else 1
