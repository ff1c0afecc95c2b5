"""`symrnn derive` and `symrnn hvp`: derivations of first and second order, on the terminal or as a document."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import Progress, add, add_notation, columns, derivation_of, notation_of, positive
from symrnn.errors import SymrnnError, Undefined

WIDEST = 900.0  # of the circuit beside the unfolded graph; wider ones stand below each other
STYLES = ("fragment", "beamer", "columns", "prefix")


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
    derive.add_argument(
        "-o", "--output", metavar="FILE", type=Path, help="write a document: .tex, .pdf, .html, .md or .ipynb"
    )
    document = derive.add_argument_group("of a document (-o FILE)")
    document.add_argument("--sections", metavar="NAMES", help="these sections only, e.g. model,gradients")
    document.add_argument("--fragment", action="store_true", help="a .tex to \\input, without preamble")
    document.add_argument("--slides", action="store_true", dest="beamer", help="slides: a frame for each step")
    document.add_argument("--columns", type=int, metavar="N", help="lines for one of N = 1 or 2 columns")
    document.add_argument("--prefix", help="before the numbers of equations: A. for (A.1)")


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

    style = {name: getattr(options, name) for name in STYLES if getattr(options, name)}
    refuse(options, style)
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
        document = document_of(derivation, options, report=report, notation=notation)
        print(f"wrote {document.save(options.output, **style)}")
    else:
        print_page(derivation, report, notation, options)
    return 0 if report else 1


def refuse(options: argparse.Namespace, style: dict[str, Any]) -> None:
    """Refuse, before anything is derived, what no document can be."""
    from symrnn.typeset import Document

    asked = [*(("sections",) if options.sections else ()), *style]
    if options.output is not None:
        Document.check(options.output, **style)
    elif asked:
        option = {"beamer": "slides"}.get(asked[0], asked[0])
        raise Undefined(f"--{option} is about a document", repair="name one: -o elman.html")


def print_page(derivation: Any, report: Any, notation: Any, options: argparse.Namespace) -> None:
    """On the terminal: a line explained, prose, or the page of all lines."""
    import symrnn as sr
    from symrnn.typeset import derivation_page, explanation_page
    from symrnn.typeset.notation import terminal

    how: dict[str, Any] = {"columns": columns(), "notation": notation, "language": options.language}
    if options.explain:
        print(explanation_page(derivation, options.explain, report, underline=sys.stdout.isatty(), **how))
    elif options.detail:
        prose: dict[str, Any] = {"report": report, "detail": options.detail, "language": options.language}
        print(sr.document(derivation, notation=terminal(notation), **prose).render(".txt"), end="")
    else:
        print(derivation_page(derivation, report, steps=options.steps, **how))


def document_of(derivation: Any, options: argparse.Namespace, **how: Any) -> Any:
    """The document, with the pictures and the program of its model."""
    import symrnn as sr

    model = derivation.model
    sections = [name.strip() for name in options.sections.split(",")] if options.sections else None
    detail = options.detail or ("full" if options.steps else "lecture")
    how |= {"language": options.language, "code": program(derivation)}
    how["pictures"] = pictures(model, options.language, how.get("notation"))
    return sr.document(derivation, detail=detail, sections=sections, **how)


def pictures(model: Any, language: str = "en", notation: Any = None) -> list[Any]:
    """The circuit and the unfolded graph in the letters of a notation: beside each other if there is room."""
    import symrnn as sr
    from symrnn.typeset.words import words_of

    words = words_of(language)
    said = {word: words[f"picture.{word}"] for word in ("lag", "all")}
    circuit = sr.circuit(model, notation=notation, words=said)
    unfolded = sr.unfolded(model, sr.tau, notation=notation)
    both = circuit.beside(unfolded, words["picture.unfold"])
    return [both] if both.layout.width <= WIDEST else [circuit, unfolded]


def program(derivation: Any) -> str:
    """The NumPy code of the same gradients; none for a model with unknown functions."""
    import symrnn as sr

    try:
        return str(sr.to_numpy(derivation.model).source)
    except SymrnnError:
        return ""
