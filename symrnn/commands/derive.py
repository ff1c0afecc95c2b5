"""`symrnn derive` and `symrnn hvp`: derivations of first and second order, on the terminal or as a document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import Progress, add, add_notation, columns, derivation_of, notation_of, positive
from symrnn.errors import Unsupported

DOCUMENTS = (".tex", ".md", ".html")


def register(commands: Any) -> None:
    """The options."""
    derive = add(commands, "derive", "the backward equations and the gradients, checked", run_derive, tau=True)
    derive.add_argument("--window", type=positive, metavar="K", help="truncated: each error followed back K steps")
    derive.add_argument("--chunk", type=positive, metavar="K", help="truncated: states detached after every K steps")
    page_options(derive)
    page_options(add(commands, "hvp", "the Hessian of the loss times a direction, checked", run_hvp, tau=True))


def page_options(derive: argparse.ArgumentParser) -> None:
    """What may be said about any derivation: by what, how it is shown, where to."""
    derive.add_argument("--wrt", metavar="NAMES", help="differentiate by these only, e.g. W,x or 'h[0]'")
    derive.add_argument("--steps", action="store_true", help="show every step with its law")
    derive.add_argument("--explain", metavar="N", type=positive, help="show line (N) in every detail")
    derive.add_argument("--detail", metavar="LEVEL", help="as prose: result, lecture (of files the default) or full")
    derive.add_argument("--latex", action="store_true", help="print LaTeX instead of text")
    add_notation(derive)
    derive.add_argument("-o", "--output", metavar="FILE", type=Path, help="write a document: .tex, .md or .html")


def run_derive(options: argparse.Namespace) -> int:
    """`symrnn derive MODEL`."""
    return show(options, lambda: derivation_of(options, options.wrt))


def run_hvp(options: argparse.Namespace) -> int:
    """`symrnn hvp MODEL`."""
    import symrnn as sr

    return show(options, lambda: derivation_of(options, options.wrt, sr.hvp))


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
    deliver(derivation, report, notation, options)
    return 0 if report else 1


def deliver(derivation: Any, report: Any, notation: Any, options: argparse.Namespace) -> None:
    """A document in a file; else on the terminal a line explained, prose, or the page of all lines."""
    import symrnn as sr
    from symrnn.typeset import derivation_page, explanation_page
    from symrnn.typeset.notation import terminal

    detail = options.detail or ("full" if options.steps else "lecture")
    prose: dict[str, Any] = {"report": report, "detail": detail, "language": options.language}
    how: dict[str, Any] = {"columns": columns(), "notation": notation, "language": options.language}
    if options.output is not None:
        sr.document(derivation, notation=notation, **prose).save(options.output)
        print(f"wrote {options.output}")
    elif options.explain:
        print(explanation_page(derivation, options.explain, report, underline=sys.stdout.isatty(), **how))
    elif options.detail:
        print(sr.document(derivation, notation=terminal(notation), **prose).render(".txt"), end="")
    else:
        print(derivation_page(derivation, report, steps=options.steps, **how))
