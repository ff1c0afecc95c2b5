"""`symrnn draw`: the circuit and the unfolded graph as a picture."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from symrnn.commands.arguments import add, add_notation, model_of, notation_of
from symrnn.errors import Unsupported


def register(commands: Any) -> None:
    """The options."""
    draw = add(commands, "draw", "the circuit and the unfolded graph", run_draw, tau=True)
    draw.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="where to: .svg, .png, .tex, .dot"
    )
    which = draw.add_mutually_exclusive_group()
    which.add_argument("--circuit", action="store_true", help="the circuit alone")
    which.add_argument("--unfolded", action="store_true", help="the unfolded graph alone")
    which.add_argument("--both", action="store_true", help="one beside the other (default)")
    draw.add_argument("--gradient", action="store_true", help="the backward pass, with its local Jacobians")
    draw.add_argument("--parameters", metavar="NAMES", help="draw these once, with their copies: W,U, or all")
    add_notation(draw)
    draw.add_argument("--style", metavar="NAME", help="light (default), dark or print")


def _names(text: str | None) -> bool | list[str]:
    """The parameters of the command line: some by name, all, or none."""
    if not text:
        return False
    return True if text == "all" else [name.strip() for name in text.split(",")]


def run_draw(options: argparse.Namespace) -> int:
    """`symrnn draw MODEL -o FILE.svg`."""
    import symrnn as sr
    from symrnn.typeset.words import words_of

    model = model_of(options)
    notation, words = notation_of(options), words_of(options.language)
    said = {word: words[f"picture.{word}"] for word in ("lag", "all")}
    folded = sr.circuit(model, style=options.style, notation=notation, words=said)
    if options.circuit and (options.gradient or options.parameters):
        raise Unsupported(
            "--gradient and --parameters belong to the unfolded graph", repair="leave out --circuit, or these"
        )
    if options.circuit:
        picture = folded
    else:
        graph = sr.unfolded(
            model,
            options.tau or sr.tau,
            gradient=options.gradient,
            parameters=_names(options.parameters),
            style=options.style,
            notation=notation,
        )
        picture = graph if options.unfolded else folded.beside(graph, words["picture.unfold"])
    picture.save(options.output)
    print(f"wrote {options.output}")
    return 0
